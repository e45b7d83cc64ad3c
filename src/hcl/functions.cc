#include "hcl/functions.h"

#include <algorithm>

#include "hcl/functions_table.h"

namespace cairn::hcl {

BuiltinFunctions::BuiltinFunctions(FunctionWorld world) : world_(std::move(world)) {
  FunctionList list;
  AddNumberFunctions(list);
  AddStringFunctions(list);
  AddRegexFunctions(list);
  AddFormatFunctions(list);
  AddSequenceFunctions(list);
  AddListFunctions(list);
  AddMapFunctions(list);
  AddSetFunctions(list);
  AddConversionFunctions(list);
  AddMarkFunctions(list);
  AddTryFunctions(list);
  AddEncodingFunctions(list);
  AddCharsetFunctions(list);
  AddYamlFunctions(list);
  AddHashFunctions(list);
  AddSecretFunctions(list, world_);
  AddCidrFunctions(list);
  AddTimeFunctions(list, world_);
  AddPathFunctions(list);
  if (world_.files) AddFileFunctions(list, world_.files);
  AddTemplateFunctions(list, world_.files, *this);
  if (world_.has_type) AddConsoleFunctions(list);
  functions_.reserve(list.size());
  for (auto& [name, function] : list) functions_.emplace(name, std::move(function));
}

BuiltinFunctions::~BuiltinFunctions() = default;

const Function* BuiltinFunctions::Find(std::string_view name) const {
  constexpr std::string_view kCore = "core::";
  if (name.starts_with(kCore)) name.remove_prefix(kCore.size());
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> BuiltinFunctions::Names() const {
  std::vector<std::string_view> names;
  names.reserve(functions_.size());
  for (const auto& [name, function] : functions_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace cairn::hcl
