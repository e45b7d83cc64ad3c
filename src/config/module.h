#pragma once

// What the files of one module say, block by block. Nothing is evaluated: expressions and bodies stay handles
// into the files, which the Module keeps. Source: the Terraform language, version 1.11.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hcl/body.h"
#include "hcl/type_constraint.h"
#include "hcl/value_path.h"
#include "state/address.h"

namespace cairn::config {

// `condition` and `error_message` of a validation, precondition, postcondition or assertion.
struct CheckRule {
  hcl::Expression condition;
  hcl::Expression error_message;
  hcl::SourceRange range;  // of its header
};

struct Variable {
  std::string name;
  std::string description = {};
  hcl::TypeConstraint constraint = {};
  bool typed = false;  // has a `type`: without one, texts from outside are strings as they are
  std::optional<hcl::Value> default_value = {};  // converted
  bool sensitive = false;
  bool ephemeral = false;
  bool nullable = true;
  std::vector<CheckRule> validations = {};
  hcl::SourceRange range = {};  // of its header, as all ranges below
};

struct Local {
  std::string name;
  hcl::Expression value;
  hcl::SourceRange range;
};

struct Output {
  std::string name;
  std::string description = {};
  hcl::Expression value = {};
  bool sensitive = false;
  bool ephemeral = false;
  std::vector<hcl::Reference> depends_on = {};
  std::vector<CheckRule> preconditions = {};
  hcl::SourceRange range = {};
};

// A provider's configuration as a module calls it: `aws`, `aws.west`.
struct ProviderName {
  std::string name;
  std::string alias = {};
  hcl::SourceRange range = {};

  std::string ToString() const { return alias.empty() ? name : name + "." + alias; }
  bool operator==(const ProviderName& other) const { return name == other.name && alias == other.alias; }
};

// `provider "aws" { alias = … }`.
struct ProviderBlock {
  ProviderName name;
  std::string version = {};  // deprecated: constraints of this block
  hcl::Body body = {};       // without the meta-arguments
  hcl::SourceRange range = {};
};

// An entry of `required_providers`.
struct ProviderRequirement {
  std::string name;                        // what the module calls it
  std::string source = {};                 // as written; empty: hashicorp/NAME
  std::string version = {};                // constraints; empty: any
  std::vector<ProviderName> aliases = {};  // configurations that the caller must pass
  hcl::SourceRange range = {};
  hcl::SourceRange source_range = {};
  hcl::SourceRange version_range = {};
};

struct Lifecycle {
  std::optional<bool> create_before_destroy = {};
  bool prevent_destroy = false;
  bool ignore_all_changes = false;
  std::vector<hcl::ValuePath> ignore_changes = {};
  std::vector<hcl::Expression> replace_triggered_by = {};
  std::vector<CheckRule> preconditions = {};
  std::vector<CheckRule> postconditions = {};
};

struct Provisioner {
  std::string type;
  hcl::Body body = {};
  std::optional<hcl::Body> connection = {};
  bool at_destroy = false;
  bool continue_on_failure = false;
  hcl::SourceRange range = {};
};

// A resource, data source or ephemeral resource.
struct Resource {
  state::ResourceName name;
  hcl::Expression count = {};     // none, or
  hcl::Expression for_each = {};  // none
  std::optional<ProviderName> provider = {};
  std::vector<hcl::Reference> depends_on = {};
  Lifecycle lifecycle = {};
  std::vector<Provisioner> provisioners = {};
  std::optional<hcl::Body> connection = {};
  hcl::Body body = {};  // without the meta-arguments
  hcl::SourceRange range = {};
  hcl::SourceRange type_range = {};

  // What it is called without `provider`: the type up to its first underscore.
  ProviderName ImpliedProvider() const;
  ProviderName EffectiveProvider() const { return provider ? *provider : ImpliedProvider(); }
};

struct ModuleCall {
  std::string name;
  std::string source = {};   // empty if it is none
  std::string version = {};  // constraints, which are correct
  hcl::Expression count = {};
  hcl::Expression for_each = {};
  std::vector<std::pair<ProviderName, ProviderName>> providers = {};  // in the child; here
  bool passes_providers = false;                                      // has `providers`, maybe an empty one
  std::vector<hcl::Reference> depends_on = {};
  hcl::Body body = {};  // without the meta-arguments: the child's variables
  hcl::SourceRange range = {};
  hcl::SourceRange source_range = {};
};

// Both ends are modules, or both are resources or instances of them, seen from this module.
struct Moved {
  state::Target from;
  state::Target to;
  hcl::SourceRange range;
};

// Of objects that exist already, one for each element of `for_each`.
struct Import {
  hcl::Expression to;  // an instance's address, whose keys may read `each`
  hcl::Expression id;
  hcl::Expression for_each = {};                       // none, or
  state::ConfigResource target = {};                   // what `to` is an instance of
  std::optional<state::InstanceAddress> address = {};  // `to`, where no key reads `each`
  std::optional<ProviderName> provider = {};           // of a resource that is not in the configuration
  hcl::SourceRange provider_range = {};
  hcl::SourceRange range = {};
};

struct Removed {
  state::ModulePath module = {};                     // seen from this module
  std::optional<state::ResourceName> resource = {};  // none: all of the module
  bool destroy = true;
  std::vector<Provisioner> provisioners = {};  // all at destroy
  hcl::SourceRange range = {};
};

struct Check {
  std::string name;
  std::optional<Resource> data = {};
  std::vector<CheckRule> assertions = {};
  hcl::SourceRange range = {};
};

struct Backend {
  std::string type;
  hcl::Body body = {};
  hcl::SourceRange range = {};
};

struct VersionRequirement {
  std::string constraints;
  hcl::SourceRange range;
};

// A module as its folder has it, override files merged. Immutable once loaded.
struct Module {
  std::string folder;
  std::vector<hcl::Body> files = {};  // keeps what the handles borrow

  std::map<std::string, Variable, std::less<>> variables = {};
  std::map<std::string, Local, std::less<>> locals = {};
  std::map<std::string, Output, std::less<>> outputs = {};
  std::map<std::string, ModuleCall, std::less<>> calls = {};
  std::map<state::ResourceName, Resource> resources = {};  // data and ephemeral ones, too
  std::map<std::string, Check, std::less<>> checks = {};
  std::map<std::string, ProviderBlock, std::less<>> providers = {};  // by ProviderName::ToString
  std::map<std::string, ProviderRequirement, std::less<>> required_providers = {};
  std::map<std::string, hcl::Body, std::less<>> provider_metas = {};
  std::vector<VersionRequirement> required_versions = {};
  std::optional<Backend> backend = {};
  std::optional<hcl::SourceRange> cloud = {};  // where a `cloud` block is
  std::vector<Moved> moved = {};
  std::vector<Import> imports = {};
  std::vector<Removed> removed = {};
};

}  // namespace cairn::config
