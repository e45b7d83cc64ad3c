#include "infra/reference_resolver.h"

#include "base/strings.h"

namespace cairn::infra {
namespace {

using config::Config;
using hcl::Reference;
using state::ResourceMode;

std::string ModuleWords(const Config& config) {
  return config.path.IsRoot() ? "the root module" : config.path.ToString();
}

std::string_view StepName(const Reference& reference, size_t i) {
  return i < reference.steps.size() && reference.steps[i].is_attribute ? reference.steps[i].name
                                                                       : std::string_view();
}

template <typename Map>
std::string Suggestion(std::string_view given, const Map& declared) {
  std::vector<std::string_view> names;
  for (const auto& [name, unused] : declared) names.push_back(name);
  const std::string_view near = hcl::NearestName(given, names);
  return near.empty() ? "" : Format(" Did you mean {:?}?", std::string(near));
}

}  // namespace

std::vector<graph::NodeIndex> ReferenceResolver::Resolve(const Config& config, const Reference& reference) {
  const std::string_view root = reference.root;
  if (root == "each" || root == "count" || root == "self" || root == "path" || root == "terraform") return {};
  if (root == "var" || root == "local") return ResolveNamed(config, reference);
  if (root == "module") return ResolveModule(config, reference);
  return ResolveResource(config, reference);
}

std::vector<graph::NodeIndex> ReferenceResolver::ResolveWhole(const Config& config,
                                                              const Reference& reference) {
  if (reference.root != "module") return Resolve(config, reference);
  const auto child = config.children.find(StepName(reference, 0));
  if (child == config.children.end()) return ResolveModule(config, reference);
  return {names_.at(child->second.get()).end};
}

std::vector<graph::NodeIndex> ReferenceResolver::ResolveNamed(const Config& config,
                                                              const Reference& reference) {
  const bool is_variable = reference.root == "var";
  const ModuleNodes& nodes = names_.at(&config);
  const auto& declared = is_variable ? nodes.variables : nodes.locals;
  const std::string_view name = StepName(reference, 0);
  if (name.empty()) {
    diagnostics_.AddError(
        "Invalid reference",
        Format("The {:?} object cannot be accessed directly. Instead, access one of its attributes.",
               std::string(reference.root)),
        reference.root_range());
    return {};
  }
  if (const auto found = declared.find(name); found != declared.end()) return {found->second};
  std::string hint = Suggestion(name, declared);
  if (is_variable) {
    if (hint.empty())
      hint = Format(" This variable can be declared with a variable {:?} {{}} block.", std::string(name));
    diagnostics_.AddError(
        "Reference to undeclared input variable",
        Format("An input variable with the name {:?} has not been declared.{}", std::string(name), hint),
        reference.range());
  } else {
    diagnostics_.AddError(
        "Reference to undeclared local value",
        Format("A local value with the name {:?} has not been declared.{}", std::string(name), hint),
        reference.range());
  }
  return {};
}

std::vector<graph::NodeIndex> ReferenceResolver::ResolveModule(const Config& config,
                                                               const Reference& reference) {
  const std::string_view name = StepName(reference, 0);
  if (name.empty()) {
    diagnostics_.AddError(
        "Invalid reference",
        "The \"module\" object cannot be accessed directly. Instead, access one of its attributes.",
        reference.root_range());
    return {};
  }
  if (!config.module->calls.contains(name)) {
    diagnostics_.AddError("Reference to undeclared module",
                          Format("No module call named {:?} is declared in {}.{}", std::string(name),
                                 ModuleWords(config), Suggestion(name, config.module->calls)),
                          reference.range());
    return {};
  }
  const auto child = config.children.find(name);
  if (child == config.children.end()) return {};  // could not be loaded, which has been said
  const ModuleNodes& nodes = names_.at(child->second.get());
  size_t step = 1;
  if (step < reference.steps.size() && !reference.steps[step].is_attribute) ++step;
  const std::string_view output = StepName(reference, step);
  if (output.empty()) return {nodes.end};
  if (const auto found = nodes.outputs.find(output); found != nodes.outputs.end())
    return {found->second, *nodes.call};
  diagnostics_.AddError("Unsupported attribute",
                        Format("This object does not have an attribute named {:?}.{}", std::string(output),
                               Suggestion(output, nodes.outputs)),
                        reference.steps[step].range());
  return {};
}

std::vector<graph::NodeIndex> ReferenceResolver::ResolveResource(const Config& config,
                                                                 const Reference& reference) {
  ResourceMode mode = ResourceMode::kManaged;
  size_t skip = 0;
  std::string_view type = reference.root;
  if (type == "data" || type == "ephemeral" || type == "resource") {
    if (type == "data") mode = ResourceMode::kData;
    if (type == "ephemeral") mode = ResourceMode::kEphemeral;
    skip = 1;
    type = StepName(reference, 0);
  }
  const std::string_view name = StepName(reference, skip);
  if (type.empty() || name.empty()) {
    const std::string words =
        mode == ResourceMode::kData
            ? "The \"data\" object must be followed by two attribute names: the data source "
              "type and the resource name."
        : mode == ResourceMode::kEphemeral
            ? "The \"ephemeral\" object must be followed by two attribute names: the ephemeral "
              "resource type and the resource name."
        : skip > 0 ? "The \"resource\" object must be followed by two attribute names: the resource type and "
                     "the resource name."
                   : "A reference to a resource type must be followed by at least one attribute access, "
                     "specifying the "
                     "resource name.";
    diagnostics_.AddError("Invalid reference", words, reference.range());
    return {};
  }
  const state::ResourceName resource(mode, type, name);
  const ModuleNodes& nodes = names_.at(&config);
  if (const auto found = nodes.resources.find(resource); found != nodes.resources.end())
    return {found->second};
  ReportResource(config, reference, resource);
  return {};
}

void ReferenceResolver::ReportResource(const Config& config, const Reference& reference,
                                       const state::ResourceName& name) {
  const ModuleNodes& nodes = names_.at(&config);
  const bool prefixed = name.mode() != ResourceMode::kManaged || reference.root == "resource";
  hcl::SourceRange place = reference.range();
  place.end = reference.steps[prefixed ? 1 : 0].range().end;
  std::string hint;
  const state::ResourceName twin(ResourceMode::kData, name.type(), name.name());
  if (nodes.resources.contains(twin))
    hint = Format("\n\nDid you mean the data resource {}?", twin.ToString());
  const std::string_view words = name.mode() == ResourceMode::kData        ? "data"
                                 : name.mode() == ResourceMode::kEphemeral ? "ephemeral"
                                                                           : "managed";
  diagnostics_.AddError("Reference to undeclared resource",
                        Format("A {} resource {:?} {:?} has not been declared in {}.{}", std::string(words),
                               name.type(), name.name(), ModuleWords(config), hint),
                        place);
}

}  // namespace cairn::infra
