#include "commands/remote_states.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "state/state_format.h"
#include "state/workspaces.h"

namespace cairn::commands {
namespace {

using Outputs = Result<std::optional<hcl::Value>>;

hcl::Value ObjectOf(const state::State& state) {
  std::vector<hcl::NamedValue> values;
  for (const auto& [name, output] : state.outputs) values.push_back({name, output.value});
  return hcl::Value::Object(std::move(values));
}

}  // namespace

bool RemoteStates::Knows(std::string_view backend) const {
  return FindBackendSchema(backend) != nullptr;
}

Result<> RemoteStates::Check(std::string_view backend, const hcl::Value& config) const {
  const Result<hcl::Value> checked = ToBackendConfig(*FindBackendSchema(backend), config);
  return checked ? Result<>() : std::unexpected(checked.error());
}

net::Task<Outputs> RemoteStates::Outputs(const std::string& backend, const hcl::Value& config,
                                         const std::string& workspace) {
  const Result<hcl::Value> settings = ToBackendConfig(*FindBackendSchema(backend), config);
  if (!settings) co_return std::unexpected(settings.error());
  const auto made = backends_.Make(backend, *settings);
  if (!made) co_return std::unexpected(made.error());
  if (workspace != state::kDefaultWorkspace) {  // opening one that is missing would make it
    const auto names = co_await (*made)->Workspaces();
    if (!names) co_return std::unexpected(names.error());
    if (std::ranges::find(*names, workspace) == names->end()) co_return std::nullopt;
  }
  const auto store = (*made)->Open(workspace);
  if (!store) co_return std::unexpected(store.error());
  const Result<state::StateText> text = co_await (*store)->Read();
  if (!text) co_return std::unexpected(text.error());
  if (!*text) co_return std::nullopt;
  hcl::Diagnostics diagnostics;
  const auto read = state::ReadState(*text, diagnostics);
  if (read) co_return ObjectOf(*read);
  for (const hcl::Diagnostic& one : diagnostics) {
    if (one.severity == hcl::Severity::kError) {
      co_return Fail(ErrorCode::kInvalid, one.summary + ": " + one.detail);
    }
  }
  co_return Fail(ErrorCode::kInvalid, "the state cannot be read");
}

}  // namespace cairn::commands
