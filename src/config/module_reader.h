#pragma once

// For the files module_reader*.cc alone: one module while it is read.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/module.h"
#include "hcl/body.h"
#include "hcl/diagnostic.h"

namespace cairn::config {

class ModuleReader {
 public:
  // Both must outlive this.
  ModuleReader(Module& module, hcl::Diagnostics& diagnostics) : module_(module), diagnostics_(diagnostics) {}

  // The blocks of a file, which the module keeps from now on.
  std::vector<hcl::Block> BlocksOf(const hcl::Body& file);
  void Read(const hcl::Block& block);

 private:
  // module_reader.cc: the blocks that are not about resources
  void ReadTerraform(const hcl::Block& block);
  void ReadRequiredProviders(const hcl::Block& block);
  void ReadRequirement(const hcl::Argument& argument);
  void ReadProvider(const hcl::Block& block);
  void ReadMoved(const hcl::Block& block);
  void ReadRemoved(const hcl::Block& block);

  // module_reader_values.cc: variables, locals, outputs, module calls, checks
  void ReadVariable(const hcl::Block& block);
  void ReadVariableDefault(Variable& variable, hcl::Expression expression);
  void ReadLocals(const hcl::Block& block);
  void ReadOutput(const hcl::Block& block);
  void ReadCall(const hcl::Block& block);
  void ReadCallSource(ModuleCall& call, hcl::Expression source, hcl::Expression version);
  void ReadCallProviders(ModuleCall& call, hcl::Expression expression);
  void ReadCheck(const hcl::Block& block);
  // `words` are what the rule is called in messages.
  CheckRule ReadCheckRule(const hcl::Block& block, std::string_view words);
  void CheckValidation(const Variable& variable, const CheckRule& rule);

  // module_reader_import.cc
  void ReadImport(const hcl::Block& block);
  bool ReadImportTo(Import& import, const hcl::SourceRange& place);

  // module_reader_resource.cc
  void ReadResource(const hcl::Block& block, state::ResourceMode mode);
  std::optional<Resource> ResourceOf(const hcl::Block& block, state::ResourceMode mode);
  void ReadLifecycle(const hcl::Block& block, state::ResourceMode mode, Lifecycle& lifecycle);
  void ReadIgnoreChanges(hcl::Expression expression, Lifecycle& lifecycle);
  std::optional<Provisioner> ProvisionerOf(const hcl::Block& block);

  // Arguments that are known without evaluating anything.
  std::optional<hcl::Value> Literal(hcl::Expression expression, const hcl::Type& type);
  std::string Text(hcl::Expression expression);
  std::optional<bool> Flag(hcl::Expression expression);
  std::optional<ProviderName> ProviderNameOf(hcl::Expression expression);
  std::optional<state::Target> TargetOf(hcl::Expression expression);
  bool ReadRemovedFrom(hcl::Expression expression, Removed& removed);
  std::vector<hcl::Reference> DependsOn(hcl::Expression expression);
  // Also in quotes, as Terraform 0.11 had it.
  std::optional<hcl::Reference> ReferenceOf(hcl::Expression expression);
  void CheckRepetition(const hcl::Content& content);
  bool CheckName(std::string_view name, std::string summary, const hcl::SourceRange& range);
  void Duplicate(std::string summary, std::string detail, const hcl::SourceRange& range);

  Module& module_;
  hcl::Diagnostics& diagnostics_;
};

// `main.tf:3,1-20`: as messages name places.
std::string Place(const hcl::SourceRange& range);

}  // namespace cairn::config
