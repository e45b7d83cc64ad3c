#include "registry/credentials.h"

#include <poll.h>

#include "base/strings.h"
#include "base/subprocess.h"
#include "data/json.h"
#include "registry/capture.h"

namespace cairn::registry {
namespace {

constexpr int kTimeoutMs = 10'000;

}  // namespace

Credentials::Credentials(const CliConfig& config) {
  for (const auto& [host, token] : config.tokens) tokens_.emplace(host, token);
  if (config.credentials_helper_program.empty()) return;
  helper_ = {config.credentials_helper_program};
  helper_.insert(helper_.end(), config.credentials_helper_arguments.begin(),
                 config.credentials_helper_arguments.end());
}

Result<std::optional<std::string>> Credentials::TokenOf(const std::string& host) {
  const auto known = tokens_.find(host);
  if (known != tokens_.end()) return known->second;
  if (helper_.empty()) return std::nullopt;
  return tokens_.emplace(host, AskHelper(host)).first->second;
}

// Its answer is {"token":"…"}, or {} for a host that it does not know.
Result<std::optional<std::string>> Credentials::AskHelper(const std::string& host) const {
  const auto failed = [&](std::string_view why) {
    return Fail(ErrorCode::kDenied, Format("failed to retrieve credentials for {}: {}", host, why));
  };
  const Capture answer, said;
  SubprocessOptions options{.argv = helper_,
                            .stdin_fd = kNullStream,
                            .stdout_fd = answer.fd(),
                            .stderr_fd = said.fd(),
                            .new_process_group = true,
                            .die_with_parent = true};
  options.argv.insert(options.argv.end(), {"get", host});
  Result<Subprocess> helper = Subprocess::Start(options);
  if (!helper) return failed(helper.error().message);
  pollfd ended{.fd = helper->pidfd(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, kTimeoutMs) != 1) return failed(helper_[0] + " does not answer");
  if (!helper->Wait().ok()) {
    const std::string why(Trim(said.Text()));
    return failed(
        Format("error in {}{}", helper_[0], why.empty() ? ", but it produced no error message" : ": " + why));
  }
  const Result<data::Json> json = data::ParseJson(answer.Text());
  if (!json || !json->is_object()) {
    return failed(Format("malformed output from {}: {}", helper_[0],
                         json ? "an object is required" : json.error().message));
  }
  const data::Json* const token = json->as_object().if_contains("token");
  if (token == nullptr || !token->is_string()) return std::nullopt;
  return std::string(token->as_string());
}

}  // namespace cairn::registry
