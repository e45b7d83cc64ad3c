#include "hcl/scope.h"

#include <algorithm>

namespace cairn::hcl {

std::optional<Value> MapScope::Find(std::string_view root, std::span<const TraversalStep> /*steps*/,
                                    const SourceRange& /*range*/, size_t& /*used*/,
                                    Diagnostics& /*diagnostics*/) const {
  const auto found = values_.find(root);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string_view> MapScope::Names() const {
  std::vector<std::string_view> names;
  names.reserve(values_.size());
  for (const auto& [name, value] : values_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<Value> ChildScope::Find(std::string_view root, std::span<const TraversalStep> steps,
                                      const SourceRange& range, size_t& used,
                                      Diagnostics& diagnostics) const {
  for (const Local& local : locals_) {
    if (local.name == root) return *local.value;
  }
  return outer_.Find(root, steps, range, used, diagnostics);
}

std::vector<std::string_view> ChildScope::Names() const {
  std::vector<std::string_view> names;
  for (const Local& local : locals_) names.push_back(local.name);
  const std::vector<std::string_view> more = outer_.Names();
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

}  // namespace cairn::hcl
