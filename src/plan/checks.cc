#include "plan/checks.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "state/address_parser.h"

namespace cairn::plan {
namespace {

// What an address says behind its module.
std::string NameOf(const CheckResult& check) {
  switch (check.kind) {
    case CheckKind::kResource:
      return check.resource.ToString();
    case CheckKind::kOutput:
      return "output." + check.name;
    case CheckKind::kCheck:
      return "check." + check.name;
    case CheckKind::kVariable:
      return "var." + check.name;
  }
  return {};
}

std::string Prefixed(const std::string& module, const std::string& name) {
  return module.empty() ? name : module + "." + name;
}

std::string_view StateKind(CheckKind kind) {
  return kind == CheckKind::kOutput ? "output" : ToString(kind);
}

CheckKind KindOf(std::string_view state_kind) {
  constexpr CheckKind kOthers[] = {CheckKind::kOutput, CheckKind::kCheck, CheckKind::kVariable};
  for (const CheckKind kind : kOthers) {
    if (StateKind(kind) == state_kind) return kind;
  }
  return CheckKind::kResource;
}

CheckStatus StatusOf(std::string_view text) {
  for (const CheckStatus status : {CheckStatus::kPass, CheckStatus::kFail, CheckStatus::kError}) {
    if (ToString(status) == text) return status;
  }
  return CheckStatus::kUnknown;
}

struct NamedInModule {
  state::ModuleInstance module = {};
  std::string name;
};

// "module.m[0].check.c"
std::optional<NamedInModule> ParseNamed(std::string_view address) {
  const size_t name = address.rfind('.');
  if (name == address.npos || name == 0) return std::nullopt;
  NamedInModule named{.name = std::string(address.substr(name + 1))};
  const size_t module = address.rfind('.', name - 1);
  if (module == address.npos) return named;
  const auto parsed = state::ParseModuleInstance(address.substr(0, module));
  if (!parsed) return std::nullopt;
  named.module = *parsed;
  return named;
}

std::optional<CheckResult> ParseBlock(const state::CheckResult& check) {
  CheckResult result{.kind = KindOf(check.kind), .status = StatusOf(check.status)};
  if (result.kind == CheckKind::kResource) {
    const auto address = state::ParseResourceAddress(check.address);
    if (!address) return std::nullopt;
    result.module = address->module.path();
    result.resource = address->resource;
    return result;
  }
  const auto named = ParseNamed(check.address);
  if (!named) return std::nullopt;
  result.module = named->module.path();
  result.name = named->name;
  return result;
}

std::optional<CheckObject> ParseObject(CheckKind kind, const state::CheckObject& object) {
  CheckObject result{.status = StatusOf(object.status), .failures = object.failure_messages};
  if (kind == CheckKind::kResource) {
    const auto address = state::ParseInstanceAddress(object.address);
    if (!address) return std::nullopt;
    result.module = address->module;
    result.key = address->key;
    return result;
  }
  const auto named = ParseNamed(object.address);
  if (!named) return std::nullopt;
  result.module = named->module;
  return result;
}

}  // namespace

std::string AddressOf(const CheckResult& check) {
  return Prefixed(check.module.ToString(), NameOf(check));
}

std::string AddressOf(const CheckResult& check, const CheckObject& object) {
  return Prefixed(object.module.ToString(), NameOf(check)) + object.key.ToString();
}

std::vector<state::CheckResult> ToStateChecks(const std::vector<CheckResult>& checks) {
  std::vector<state::CheckResult> results;
  for (const CheckResult& check : checks) {
    state::CheckResult result{.kind = std::string(StateKind(check.kind)),
                              .address = AddressOf(check),
                              .status = std::string(ToString(check.status))};
    for (const CheckObject& object : check.objects) {
      result.objects.push_back({.address = AddressOf(check, object),
                                .status = std::string(ToString(object.status)),
                                .failure_messages = object.failures});
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<CheckResult> FromStateChecks(const std::vector<state::CheckResult>& checks) {
  std::vector<CheckResult> results;
  for (const state::CheckResult& check : checks) {
    std::optional<CheckResult> result = ParseBlock(check);
    if (!result) continue;
    for (const state::CheckObject& object : check.objects) {
      if (auto parsed = ParseObject(result->kind, object)) result->objects.push_back(*std::move(parsed));
    }
    results.push_back(*std::move(result));
  }
  return results;
}

}  // namespace cairn::plan
