#include "commands/backends.h"

#include <initializer_list>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "state/http_backend.h"
#include "state/local_backend.h"
#include "state/s3_backend.h"

namespace cairn::commands {
namespace {

using hcl::Value;
using MadeBackend = Result<std::unique_ptr<state::Backend>>;

// How large a state may be that comes over the network.
constexpr size_t kStateBytesMax = size_t{1} << 30;

std::string TextOf(const Value& config, std::string_view name, std::string_view otherwise = {}) {
  const Value& value = *config.Find(name);
  return std::string(value.IsNull() ? otherwise : value.AsString());
}

std::optional<std::string> OptionalText(const Value& config, std::string_view name) {
  const Value& value = *config.Find(name);
  return value.IsNull() ? std::nullopt : std::optional(std::string(value.AsString()));
}

bool IsSet(const Value& config, std::string_view name) {
  const Value& value = *config.Find(name);
  return !value.IsNull() && value.AsBool();
}

Result<int> CountOf(const Value& config, std::string_view name, int otherwise) {
  const Value& value = *config.Find(name);
  if (value.IsNull()) return otherwise;
  const auto number = value.AsNumber().AsInt64();
  if (number && *number >= 0 && *number <= 1'000'000) return int(*number);
  return Fail(ErrorCode::kInvalid, Format("{} must be a whole number from 0 to 1,000,000", name));
}

// What is not there, so that nobody believes that it were heard.
Result<> Refuse(std::string_view type, const Value& config, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const Value& value = *config.Find(name);
    if (value.IsNull() || (value.type().Is(hcl::TypeKind::kBool) && !value.AsBool())) continue;
    return Fail(ErrorCode::kInvalid, Format("the backend \"{}\" cannot use {} yet", type, name));
  }
  return {};
}

}  // namespace

Backends::Backends(const Environment& environment, net::Loop& loop, std::string data_folder)
    : environment_(environment), loop_(loop), data_folder_(std::move(data_folder)) {}

Backends::~Backends() = default;

Result<http::Client*> Backends::Client() {
  if (!client_) {
    auto resolver = net::OpenSystemResolver(loop_);
    if (!resolver) return std::unexpected(resolver.error());
    resolver_ = std::move(*resolver);
    http::ClientOptions options;
    options.message.body_bytes_max = kStateBytesMax;
    client_ = std::make_unique<http::Client>(loop_, *resolver_, std::move(options));
  }
  return client_.get();
}

MadeBackend Backends::MakeHttp(const Value& config) {
  const Result<> usable = Refuse("http", config,
                                 {"client_ca_certificate_pem", "client_certificate_pem",
                                  "client_private_key_pem", "skip_cert_verification"});
  if (!usable) return std::unexpected(usable.error());
  if (config.Find("address")->IsNull()) return Fail(ErrorCode::kInvalid, "address argument is required");
  const auto retries = CountOf(config, "retry_max", 2), wait_min = CountOf(config, "retry_wait_min", 1),
             wait_max = CountOf(config, "retry_wait_max", 30);
  for (const auto* const number : {&retries, &wait_min, &wait_max}) {
    if (!*number) return std::unexpected(number->error());
  }
  const auto client = Client();
  if (!client) return std::unexpected(client.error());
  return state::MakeHttpBackend(loop_, **client,
                                {.address = TextOf(config, "address"),
                                 .update_method = TextOf(config, "update_method", "POST"),
                                 .lock_address = OptionalText(config, "lock_address"),
                                 .lock_method = TextOf(config, "lock_method", "LOCK"),
                                 .unlock_address = OptionalText(config, "unlock_address"),
                                 .unlock_method = TextOf(config, "unlock_method", "UNLOCK"),
                                 .username = TextOf(config, "username"),
                                 .password = TextOf(config, "password"),
                                 .retry_max = *retries,
                                 .retry_wait_min = std::chrono::seconds(*wait_min),
                                 .retry_wait_max = std::chrono::seconds(*wait_max),
                                 .journal_path = data_folder_ + "/state.journal"});
}

MadeBackend Backends::MakeS3(const Value& config) {
  const Result<> usable =
      Refuse("s3", config,
             {"allowed_account_ids", "assume_role", "assume_role_with_web_identity", "custom_ca_bundle",
              "dynamodb_table", "forbidden_account_ids", "http_proxy", "https_proxy", "insecure",
              "shared_config_files", "shared_credentials_file", "shared_credentials_files",
              "sse_customer_key", "use_dualstack_endpoint", "use_fips_endpoint"});
  if (!usable) return std::unexpected(usable.error());
  const auto attempts = CountOf(config, "max_retries", 5);
  if (!attempts) return std::unexpected(attempts.error());
  const Value& endpoints = *config.Find("endpoints");
  state::S3BackendOptions options{
      .bucket = TextOf(config, "bucket"),
      .key = TextOf(config, "key"),
      .region = TextOf(config, "region"),
      .endpoint = endpoints.IsNull() ? TextOf(config, "endpoint")
                                     : TextOf(endpoints, "s3", TextOf(config, "endpoint")),
      .use_path_style = IsSet(config, "use_path_style") || IsSet(config, "force_path_style"),
      .use_lockfile = IsSet(config, "use_lockfile"),
      .workspace_key_prefix = TextOf(config, "workspace_key_prefix", "env:"),
      .encrypt = IsSet(config, "encrypt"),
      .kms_key_id = TextOf(config, "kms_key_id"),
      .acl = TextOf(config, "acl"),
      .credentials = {.access_key = TextOf(config, "access_key"),
                      .secret_key = TextOf(config, "secret_key"),
                      .session_token = TextOf(config, "token")},
      .attempts_max = *attempts + 1,
      .journal_folder = data_folder_};
  const auto variable = [&](const char* name) { return environment_.Get(name); };
  const Result<> completed = state::CompleteS3Options(options, TextOf(config, "profile"), variable);
  if (!completed) return std::unexpected(completed.error());
  const auto client = Client();
  if (!client) return std::unexpected(client.error());
  return state::MakeS3Backend(loop_, loop_.clock(), **client, std::move(options));
}

state::LocalBackendOptions LocalOptionsOf(const Value& config) {
  return {.path = TextOf(config, "path", "terraform.tfstate"),
          .workspace_folder = TextOf(config, "workspace_dir", "terraform.tfstate.d")};
}

MadeBackend Backends::Make(std::string_view type, const Value& config) {
  if (type == "http") return MakeHttp(config);
  if (type == "s3") return MakeS3(config);
  if (type != "local")
    return Fail(ErrorCode::kInvalid, Format("there is no backend type named \"{}\"", type));
  return std::make_unique<state::LocalBackend>(LocalOptionsOf(config));
}

}  // namespace cairn::commands
