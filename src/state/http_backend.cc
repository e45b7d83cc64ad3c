#include "state/http_backend.h"

#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "hcl/base64.h"
#include "http/uri.h"
#include "state/workspaces.h"

namespace cairn::state {
namespace {

struct Place {
  http::Origin origin;
  std::string target;  // path and query
};

Result<Place> PlaceOf(const std::string& address, std::string_view what) {
  const auto url = http::ParseUrl(address);
  if (!url || !url->scheme.starts_with("http")) {
    return Fail(ErrorCode::kInvalid, Format("{} must be a URL of http or https", what));
  }
  return Place{.origin = {.tls = url->scheme == "https", .host = url->host, .port = url->port},
               .target = url->query.empty() ? url->path : url->path + "?" + url->query};
}

std::string Md5Base64(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_md5(), nullptr);
  return hcl::EncodeBase64({reinterpret_cast<const char*>(digest), size});
}

class HttpStore final : public StateStore {
 public:
  HttpStore(net::Loop& loop, http::Client& client, const HttpBackendOptions& options, Place state,
            std::optional<Place> lock, std::optional<Place> unlock)
      : loop_(loop),
        client_(client),
        options_(options),
        state_(std::move(state)),
        lock_(std::move(lock)),
        unlock_(std::move(unlock)) {}

  net::Task<Result<StateText>> Read() override {
    std::string method = "GET", body;
    Place place = state_;
    auto response = co_await Ask(std::move(method), std::move(place), std::move(body));
    if (!response) co_return std::unexpected(response.error());
    switch (response->status) {
      case 200:
        if (response->body.empty()) co_return StateText();
        co_return std::make_shared<const std::string>(std::move(response->body));
      case 204:
      case 404:
        co_return StateText();
      default:
        co_return std::unexpected(Refused(response->status, "read the state"));
    }
  }

  net::Task<Result<>> Write(std::string text) override {
    std::string method = options_.update_method;
    Place place = state_;
    if (!lock_json_.empty()) AddLockId(place.target);
    auto response = co_await Ask(std::move(method), std::move(place), std::move(text));
    if (!response) co_return std::unexpected(response.error());
    const int status = response->status;
    if (status != 200 && status != 201 && status != 204) {
      co_return std::unexpected(Refused(status, "write the state"));
    }
    ::unlink(options_.journal_path.c_str());
    co_return Result<>();
  }

  net::Task<LockResult> Lock(LockInfo info) override {
    if (!lock_) co_return LockResult();
    std::string method = options_.lock_method, body = info.ToJson();
    Place place = *lock_;
    auto response = co_await Ask(std::move(method), std::move(place), std::move(body));
    if (!response) co_return std::unexpected(LockError{.error = response.error()});
    if (response->status == 200) {
      lock_json_ = info.ToJson();
      lock_id_ = info.id;
      co_return LockResult();
    }
    LockError error{.error = Refused(response->status, "lock the state")};
    if (response->status == 423 || response->status == 409) {
      error.error.code = ErrorCode::kConflict;
      auto holder = LockInfo::FromJson(response->body);
      if (holder) {
        error.error.message = "HTTP remote state already locked: ID=" + holder->id;
        error.holder = std::move(*holder);
      }
    }
    co_return std::unexpected(std::move(error));
  }

  net::Task<Result<>> Unlock() override {
    std::string body = std::exchange(lock_json_, std::string());
    lock_id_.clear();
    co_return co_await UnlockWith(std::move(body));
  }

  net::Task<Result<>> ForceUnlock(std::string id) override {
    LockInfo info;
    info.id = std::move(id);
    std::string body = info.ToJson();
    co_return co_await UnlockWith(std::move(body));
  }

  const std::string& journal_path() const override { return options_.journal_path; }

 private:
  net::Task<Result<>> UnlockWith(std::string body) {
    if (!unlock_) co_return Result<>();
    std::string method = options_.unlock_method;
    Place place = *unlock_;
    auto response = co_await Ask(std::move(method), std::move(place), std::move(body));
    if (!response) co_return std::unexpected(response.error());
    if (response->status != 200) co_return std::unexpected(Refused(response->status, "unlock the state"));
    co_return Result<>();
  }

  // The lock's id becomes the first parameter of the query, as the peer sorts them.
  void AddLockId(std::string& target) const {
    const size_t query = target.find('?');
    const std::string rest = query == target.npos ? "" : "&" + target.substr(query + 1);
    target = target.substr(0, query) + "?ID=" + lock_id_ + rest;
  }

  static Error Refused(int status, std::string_view what) {
    const ErrorCode code = status == 401 || status == 403 ? ErrorCode::kDenied
                           : status >= 500                ? ErrorCode::kUnavailable
                                                          : ErrorCode::kInternal;
    return {code, Format("cannot {}: the HTTP server answered {}{}", what, status,
                         code == ErrorCode::kDenied ? " (check username and password)" : "")};
  }

  net::Task<Result<http::FetchedResponse>> Ask(std::string method, Place place, std::string body) {
    const std::string authorization =
        options_.username.empty() ? ""
                                  : "Basic " + hcl::EncodeBase64(options_.username + ":" + options_.password);
    const std::string digest = Md5Base64(body);
    std::vector<http::Field> fields;
    if (!authorization.empty()) fields.push_back({"Authorization", authorization});
    if (!body.empty()) {
      fields.push_back({"Content-Type", "application/json"});
      fields.push_back({"Content-MD5", digest});
    }
    Duration wait = options_.retry_wait_min;
    for (int attempt = 0;; ++attempt) {
      http::ClientRequest request;
      request.method = method;
      request.target = place.target;
      request.fields = fields;
      std::string copy = body;
      http::Origin origin = place.origin;
      const TimePoint deadline = loop_.clock().Now() + options_.timeout;
      auto response = co_await client_.Fetch(std::move(origin), request, std::move(copy), deadline);
      const bool again = !response || response->status >= 500;
      if (!again || attempt >= options_.retry_max) co_return response;
      co_await loop_.Sleep(wait);
      wait = std::min(2 * wait, options_.retry_wait_max);
    }
  }

  net::Loop& loop_;
  http::Client& client_;
  const HttpBackendOptions options_;
  const Place state_;
  const std::optional<Place> lock_;
  const std::optional<Place> unlock_;
  std::string lock_json_;  // of the lock that is held
  std::string lock_id_;
};

class HttpBackend final : public Backend {
 public:
  HttpBackend(net::Loop& loop, http::Client& client, HttpBackendOptions options, Place state,
              std::optional<Place> lock, std::optional<Place> unlock)
      : loop_(loop),
        client_(client),
        options_(std::move(options)),
        state_(std::move(state)),
        lock_(std::move(lock)),
        unlock_(std::move(unlock)) {}

  net::Task<Result<std::vector<std::string>>> Workspaces() override {
    co_return Fail(ErrorCode::kInvalid, "workspaces not supported");
  }

  Result<std::unique_ptr<StateStore>> Open(std::string workspace) override {
    if (workspace != kDefaultWorkspace) return Fail(ErrorCode::kInvalid, "workspaces not supported");
    return std::make_unique<HttpStore>(loop_, client_, options_, state_, lock_, unlock_);
  }

  net::Task<Result<>> Delete(std::string) override {
    co_return Fail(ErrorCode::kInvalid, "workspaces not supported");
  }

 private:
  net::Loop& loop_;
  http::Client& client_;
  const HttpBackendOptions options_;
  const Place state_;
  const std::optional<Place> lock_;
  const std::optional<Place> unlock_;
};

}  // namespace

Result<std::unique_ptr<Backend>> MakeHttpBackend(net::Loop& loop, http::Client& client,
                                                 HttpBackendOptions options) {
  const auto state = PlaceOf(options.address, "address");
  if (!state) return std::unexpected(state.error());
  std::optional<Place> lock, unlock;
  if (options.lock_address) {
    auto place = PlaceOf(*options.lock_address, "lock_address");
    if (!place) return std::unexpected(place.error());
    lock = std::move(*place);
  }
  if (options.unlock_address) {
    auto place = PlaceOf(*options.unlock_address, "unlock_address");
    if (!place) return std::unexpected(place.error());
    unlock = std::move(*place);
  }
  return std::make_unique<HttpBackend>(loop, client, std::move(options), std::move(*state), std::move(lock),
                                       std::move(unlock));
}

}  // namespace cairn::state
