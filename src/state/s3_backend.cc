#include "state/s3_backend.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/base64.h"
#include "http/uri.h"
#include "state/digest.h"
#include "state/workspaces.h"

namespace cairn::state {
namespace {

// The text of each <NAME>…</NAME> in `xml`, as far as S3 nests and escapes them.
std::vector<std::string> Elements(std::string_view xml, std::string_view name) {
  const std::string open = Format("<{}>", name), close = Format("</{}>", name);
  std::vector<std::string> out;
  for (size_t at = xml.find(open); at != xml.npos; at = xml.find(open, at)) {
    at += open.size();
    const size_t end = xml.find(close, at);
    if (end == xml.npos) break;
    std::string text(xml.substr(at, end - at));
    constexpr std::pair<std::string_view, std::string_view> kEscapes[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&#39;", "'"}, {"&amp;", "&"}};
    for (const auto& [escape, character] : kEscapes) {
      for (size_t i = text.find(escape); i != text.npos; i = text.find(escape, i + 1)) {
        text.replace(i, escape.size(), character);
      }
    }
    out.push_back(std::move(text));
  }
  return out;
}

std::string FirstElement(std::string_view xml, std::string_view name) {
  std::vector<std::string> found = Elements(xml, name);
  return found.empty() ? "" : std::move(found[0]);
}

// What all stores of a bucket share.
class Bucket {
 public:
  Bucket(net::Loop& loop, const Clock& clock, http::Client& client, S3BackendOptions options,
         http::Origin origin, std::string host, std::string root)
      : options_(std::move(options)),
        loop_(loop),
        clock_(clock),
        client_(client),
        origin_(std::move(origin)),
        host_(std::move(host)),
        root_(std::move(root)) {}

  const S3BackendOptions& options() const { return options_; }

  // `key` empty: about the bucket itself.
  net::Task<Result<http::FetchedResponse>> Ask(std::string method, std::string key,
                                               std::vector<std::pair<std::string, std::string>> query,
                                               std::vector<std::pair<std::string, std::string>> headers,
                                               std::string body) {
    Duration wait = std::chrono::milliseconds(200);
    for (int attempt = 1;; ++attempt) {
      AwsRequest signed_request{.method = method,
                                .host = host_,
                                .path = root_ + (key.empty() ? "" : "/" + AwsEscape(key, true)),
                                .query = query,
                                .headers = headers,
                                .body = body};
      if (signed_request.path.empty()) signed_request.path = "/";
      SignAwsRequest(signed_request, options_.credentials, options_.region, "s3", clock_.WallNow());
      const std::string parameters = AwsQuery(signed_request);
      const std::string target = signed_request.path + (parameters.empty() ? "" : "?" + parameters);
      std::vector<http::Field> fields;
      for (const auto& [name, value] : signed_request.headers) fields.push_back({name, value});
      http::ClientRequest request;
      request.method = method;
      request.target = target;
      request.authority = host_;
      request.fields = fields;
      std::string copy = body;
      http::Origin origin = origin_;
      const TimePoint deadline = clock_.Now() + options_.timeout;
      auto response = co_await client_.Fetch(std::move(origin), request, std::move(copy), deadline);
      const bool again = !response || response->status >= 500 || response->status == 429;
      if (!again || attempt >= options_.attempts_max) co_return response;
      co_await loop_.Sleep(wait);
      wait *= 2;
    }
  }

  Error Refused(const http::FetchedResponse& response, std::string_view what) const {
    const std::string code = FirstElement(response.body, "Code");
    const std::string message = FirstElement(response.body, "Message");
    ErrorCode kind = ErrorCode::kInternal;
    if (response.status == 401 || response.status == 403) kind = ErrorCode::kDenied;
    if (response.status >= 500) kind = ErrorCode::kUnavailable;
    if (code == "NoSuchBucket") {
      return {ErrorCode::kNotFound, Format("S3 bucket \"{}\" does not exist", options_.bucket)};
    }
    return {kind,
            Format("cannot {} in S3 bucket \"{}\": status {}{}{}", what, options_.bucket, response.status,
                   code.empty() ? "" : " " + code, message.empty() ? "" : ": " + message)};
  }

  // Null where there is no such object.
  net::Task<Result<StateText>> Get(std::string key) {
    std::string method = "GET", body;
    std::vector<std::pair<std::string, std::string>> query, headers;
    auto response = co_await Ask(std::move(method), std::move(key), std::move(query), std::move(headers),
                                 std::move(body));
    if (!response) co_return std::unexpected(response.error());
    if (response->status == 200) co_return std::make_shared<const std::string>(std::move(response->body));
    const std::string code = FirstElement(response->body, "Code");
    if (response->status == 404 && code != "NoSuchBucket") co_return StateText();
    co_return std::unexpected(Refused(*response, "read the state"));
  }

  // The answer, whatever it is.
  net::Task<Result<http::FetchedResponse>> Put(std::string key, std::string text, bool only_if_new) {
    std::string method = "PUT";
    std::vector<std::pair<std::string, std::string>> query;
    const Sha256 digest = Sha256Of(text);
    std::vector<std::pair<std::string, std::string>> headers = {
        {"content-type", "application/json"},
        {"x-amz-sdk-checksum-algorithm", "SHA256"},
        {"x-amz-checksum-sha256",
         hcl::EncodeBase64({reinterpret_cast<const char*>(digest.data()), digest.size()})}};
    if (only_if_new) headers.emplace_back("if-none-match", "*");
    if (!options_.acl.empty()) headers.emplace_back("x-amz-acl", options_.acl);
    if (options_.encrypt) {
      headers.emplace_back("x-amz-server-side-encryption",
                           options_.kms_key_id.empty() ? "AES256" : "aws:kms");
      if (!options_.kms_key_id.empty()) {
        headers.emplace_back("x-amz-server-side-encryption-aws-kms-key-id", options_.kms_key_id);
      }
    }
    co_return co_await Ask(std::move(method), std::move(key), std::move(query), std::move(headers),
                           std::move(text));
  }

  net::Task<Result<>> Remove(std::string key) {
    std::string method = "DELETE", body;
    std::vector<std::pair<std::string, std::string>> query, headers;
    auto response = co_await Ask(std::move(method), std::move(key), std::move(query), std::move(headers),
                                 std::move(body));
    if (!response) co_return std::unexpected(response.error());
    if (response->status != 200 && response->status != 204) {
      co_return std::unexpected(Refused(*response, "delete"));
    }
    co_return Result<>();
  }

 private:
  const S3BackendOptions options_;
  net::Loop& loop_;
  const Clock& clock_;
  http::Client& client_;
  const http::Origin origin_;
  const std::string host_;
  const std::string root_;  // of the paths: "/BUCKET" or nothing
};

class S3Store final : public StateStore {
 public:
  S3Store(std::shared_ptr<Bucket> bucket, std::string key, std::string journal_path)
      : bucket_(std::move(bucket)), key_(std::move(key)), journal_path_(std::move(journal_path)) {}

  net::Task<Result<StateText>> Read() override {
    std::string key = key_;
    auto text = co_await bucket_->Get(std::move(key));
    if (text && *text && (*text)->empty()) co_return StateText();
    co_return text;
  }

  net::Task<Result<>> Write(std::string text) override {
    std::string key = key_;
    auto response = co_await bucket_->Put(std::move(key), std::move(text), false);
    if (!response) co_return std::unexpected(response.error());
    if (response->status != 200) co_return std::unexpected(bucket_->Refused(*response, "write the state"));
    ::unlink(journal_path_.c_str());
    co_return Result<>();
  }

  net::Task<LockResult> Lock(LockInfo info) override {
    if (!bucket_->options().use_lockfile) co_return LockResult();
    info.path = bucket_->options().bucket + "/" + key_;
    std::string key = LockKey(), text = info.ToJson();
    auto response = co_await bucket_->Put(std::move(key), std::move(text), true);
    if (!response) co_return std::unexpected(LockError{.error = response.error()});
    if (response->status == 200) {
      lock_id_ = info.id;
      co_return LockResult();
    }
    LockError error{.error = bucket_->Refused(*response, "lock the state")};
    if (response->status == 412 || response->status == 409) {
      error.error.code = ErrorCode::kConflict;
      std::string lock_key = LockKey();
      const auto holder = co_await bucket_->Get(std::move(lock_key));
      if (holder && *holder) {
        auto found = LockInfo::FromJson(**holder);
        if (found) error.holder = std::move(*found);
      }
    }
    co_return std::unexpected(std::move(error));
  }

  net::Task<Result<>> Unlock() override {
    std::string id = std::exchange(lock_id_, std::string());
    co_return co_await ForceUnlock(std::move(id));
  }

  net::Task<Result<>> ForceUnlock(std::string id) override {
    if (!bucket_->options().use_lockfile) co_return Result<>();
    std::string key = LockKey();
    const auto text = co_await bucket_->Get(std::move(key));
    if (!text) co_return std::unexpected(text.error());
    if (!*text) co_return Fail(ErrorCode::kNotFound, "the state is not locked");
    const auto holder = LockInfo::FromJson(**text);
    if (!holder) co_return std::unexpected(holder.error());
    if (holder->id != id) {
      co_return Fail(ErrorCode::kConflict,
                     Format("lock ID \"{}\" does not match existing lock (\"{}\")", id, holder->id));
    }
    std::string lock_key = LockKey();
    co_return co_await bucket_->Remove(std::move(lock_key));
  }

  const std::string& journal_path() const override { return journal_path_; }

 private:
  std::string LockKey() const { return key_ + ".tflock"; }

  const std::shared_ptr<Bucket> bucket_;
  const std::string key_;
  const std::string journal_path_;
  std::string lock_id_;
};

class S3Backend final : public Backend {
 public:
  explicit S3Backend(std::shared_ptr<Bucket> bucket) : bucket_(std::move(bucket)) {}

  net::Task<Result<std::vector<std::string>>> Workspaces() override {
    const std::string prefix = bucket_->options().workspace_key_prefix + "/";
    const std::string suffix = "/" + bucket_->options().key;
    std::vector<std::string> names;
    std::string token;
    do {
      std::string method = "GET", key, body;
      std::vector<std::pair<std::string, std::string>> headers;
      std::vector<std::pair<std::string, std::string>> query = {
          {"list-type", "2"}, {"max-keys", "1000"}, {"prefix", prefix}};
      if (!token.empty()) query.emplace_back("continuation-token", token);
      auto response = co_await bucket_->Ask(std::move(method), std::move(key), std::move(query),
                                            std::move(headers), std::move(body));
      if (!response) co_return std::unexpected(response.error());
      if (response->status != 200) co_return std::unexpected(bucket_->Refused(*response, "list workspaces"));
      for (const std::string& found : Elements(response->body, "Key")) {
        if (!found.starts_with(prefix) || !found.ends_with(suffix)) continue;
        if (found.size() <= prefix.size() + suffix.size()) continue;
        const std::string name = found.substr(prefix.size(), found.size() - prefix.size() - suffix.size());
        if (!name.contains('/')) names.push_back(name);
      }
      token = FirstElement(response->body, "NextContinuationToken");
    } while (!token.empty());
    std::ranges::sort(names);
    names.insert(names.begin(), std::string(kDefaultWorkspace));
    co_return names;
  }

  Result<std::unique_ptr<StateStore>> Open(std::string workspace) override {
    const std::string journal = Format("{}/{}.tfstate.journal", bucket_->options().journal_folder, workspace);
    return std::make_unique<S3Store>(bucket_, KeyOf(workspace), journal);
  }

  net::Task<Result<>> Delete(std::string workspace) override {
    if (workspace == kDefaultWorkspace) co_return Fail(ErrorCode::kInvalid, "can't delete default state");
    std::string key = KeyOf(workspace);
    co_return co_await bucket_->Remove(std::move(key));
  }

 private:
  std::string KeyOf(const std::string& workspace) const {
    const S3BackendOptions& options = bucket_->options();
    if (workspace == kDefaultWorkspace) return options.key;
    return Format("{}/{}/{}", options.workspace_key_prefix, workspace, options.key);
  }

  const std::shared_ptr<Bucket> bucket_;
};

void TakeProfile(S3BackendOptions& options, const std::string& path, const std::string& section) {
  const auto text = ReadFile(path, size_t{1} << 20);
  if (!text) return;
  AwsCredentials found;
  for (auto& [name, value] : ReadAwsSection(*text, section)) {
    if (name == "aws_access_key_id") found.access_key = value;
    if (name == "aws_secret_access_key") found.secret_key = value;
    if (name == "aws_session_token") found.session_token = value;
    if (name == "region" && options.region.empty()) options.region = value;
  }
  if (options.credentials.empty() && !found.empty()) options.credentials = std::move(found);
}

}  // namespace

Result<> CompleteS3Options(S3BackendOptions& options, const std::string& profile,
                           const Environment& environment) {
  const auto first = [&](std::string& out, std::initializer_list<const char*> names) {
    for (const char* name : names) {
      if (out.empty()) out = environment(name);
    }
  };
  first(options.region, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  first(options.endpoint, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  if (options.credentials.empty() && profile.empty()) {
    options.credentials = {.access_key = environment("AWS_ACCESS_KEY_ID"),
                           .secret_key = environment("AWS_SECRET_ACCESS_KEY"),
                           .session_token = environment("AWS_SESSION_TOKEN")};
  }
  std::string name = profile;
  first(name, {"AWS_PROFILE"});
  if (name.empty()) name = "default";
  const std::string home = environment("HOME") + "/.aws/";
  std::string credentials = environment("AWS_SHARED_CREDENTIALS_FILE"),
              config = environment("AWS_CONFIG_FILE");
  TakeProfile(options, credentials.empty() ? home + "credentials" : credentials, name);
  TakeProfile(options, config.empty() ? home + "config" : config,
              name == "default" ? name : "profile " + name);
  if (!options.credentials.empty()) return {};
  return Fail(
      ErrorCode::kDenied,
      Format("No valid credential sources found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the "
             "profile \"{}\" in ~/.aws/credentials",
             name));
}

Result<std::unique_ptr<Backend>> MakeS3Backend(net::Loop& loop, const Clock& clock, http::Client& client,
                                               S3BackendOptions options) {
  if (options.bucket.empty() || options.key.empty() || options.region.empty()) {
    return Fail(ErrorCode::kInvalid, "the S3 backend needs bucket, key and region");
  }
  if (options.key.starts_with('/') || options.key.ends_with('/')) {
    return Fail(ErrorCode::kInvalid, "the key of the S3 backend must not begin or end with \"/\"");
  }
  const std::string address =
      options.endpoint.empty() ? Format("https://s3.{}.amazonaws.com", options.region) : options.endpoint;
  const auto url = http::ParseUrl(address);
  if (!url || !url->scheme.starts_with("http")) {
    return Fail(ErrorCode::kInvalid, "the endpoint of the S3 backend must be a URL of http or https");
  }
  const bool tls = url->scheme == "https";
  std::string host = options.use_path_style ? url->host : options.bucket + "." + url->host;
  http::Origin origin{.tls = tls, .host = host, .port = url->port};
  if (url->port != (tls ? 443 : 80)) host += Format(":{}", url->port);
  std::string root = url->path == "/" ? "" : url->path;
  if (options.use_path_style) root += "/" + AwsEscape(options.bucket, false);
  return std::make_unique<S3Backend>(std::make_shared<Bucket>(
      loop, clock, client, std::move(options), std::move(origin), std::move(host), std::move(root)));
}

}  // namespace cairn::state
