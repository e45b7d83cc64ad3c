#include "infra/check_results.h"

#include <algorithm>
#include <utility>

#include "plan/checks.h"

namespace cairn::infra {
namespace {

using plan::AddressOf;
using plan::CheckKind;
using plan::CheckStatus;

// What counts where there are several.
CheckStatus Worse(CheckStatus a, CheckStatus b) {
  const auto weight = [](CheckStatus status) {
    return status == CheckStatus::kError     ? 3
           : status == CheckStatus::kFail    ? 2
           : status == CheckStatus::kUnknown ? 1
                                             : 0;
  };
  return weight(a) >= weight(b) ? a : b;
}

}  // namespace

CheckResults::CheckResults(const config::Config& root) {
  root.Visit([&](const config::Config& config) {
    const config::Module& module = *config.module;
    for (const auto& [name, variable] : module.variables) {
      if (variable.validations.empty()) continue;
      EntryOf({.kind = CheckKind::kVariable, .module = config.path, .name = name});
    }
    for (const auto& [name, output] : module.outputs) {
      if (output.preconditions.empty()) continue;
      EntryOf({.kind = CheckKind::kOutput, .module = config.path, .name = name});
    }
    for (const auto& [name, check] : module.checks) {
      EntryOf({.kind = CheckKind::kCheck, .module = config.path, .name = name});
    }
    for (const auto& [name, resource] : module.resources) {
      const config::Lifecycle& lifecycle = resource.lifecycle;
      if (lifecycle.preconditions.empty() && lifecycle.postconditions.empty()) continue;
      EntryOf({.kind = CheckKind::kResource, .module = config.path, .resource = name});
    }
  });
}

CheckResults::Entry& CheckResults::EntryOf(const plan::CheckResult& block) {
  const auto [entry, added] = entries_.try_emplace(AddressOf(block));
  if (added) {
    entry->second.block = block;
    entry->second.block.objects.clear();
  }
  return entry->second;
}

void CheckResults::Continue(const std::vector<plan::CheckResult>& planned) {
  for (const plan::CheckResult& block : planned) {
    Entry& entry = EntryOf(block);
    for (const plan::CheckObject& object : block.objects) {
      entry.planned[AddressOf(block, object)] = object;
    }
  }
}

void CheckResults::Record(const plan::CheckResult& block, const plan::CheckObject& object) {
  Entry& entry = EntryOf(block);
  const auto [known, added] = entry.objects.try_emplace(AddressOf(block, object), object);
  if (added) return;
  known->second.status = Worse(known->second.status, object.status);
  known->second.failures.insert(known->second.failures.end(), object.failures.begin(), object.failures.end());
}

std::vector<plan::CheckResult> CheckResults::All() const {
  std::vector<plan::CheckResult> all;
  for (const auto& [address, entry] : entries_) {
    plan::CheckResult result = entry.block;
    std::map<std::string, plan::CheckObject> objects = entry.objects;
    objects.insert(entry.planned.begin(), entry.planned.end());
    result.status = objects.empty() ? CheckStatus::kUnknown : CheckStatus::kPass;
    for (const auto& [name, object] : objects) {
      result.status = Worse(result.status, object.status);
      result.objects.push_back(object);
    }
    all.push_back(std::move(result));
  }
  return all;
}

}  // namespace cairn::infra
