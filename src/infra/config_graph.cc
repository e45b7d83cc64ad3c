#include "infra/config_graph.h"

#include <algorithm>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/strings.h"
#include "config/provisioners.h"
#include "hcl/decode.h"
#include "infra/reference_resolver.h"
#include "infra/resource_traversal.h"

namespace cairn::infra {
namespace {

using config::Config;
using graph::NodeIndex;

// Where the instance is named that a reference leads into.
hcl::SourceRange InstancePlace(const hcl::Reference& reference) {
  const std::vector<hcl::TraversalStep>& steps = reference.steps;
  hcl::SourceRange place = reference.range();
  const bool has_key = steps.size() > 1 && !steps[1].is_attribute;
  if (!steps.empty()) place.end = steps[has_key ? 1 : 0].range().end;
  return place;
}

class Builder {
 public:
  Builder(const SchemaSource& schemas, hcl::Diagnostics& diagnostics, bool importing)
      : schemas_(schemas), diagnostics_(diagnostics), importing_(importing), resolver_(names_, diagnostics) {}

  ConfigGraph Build(const Config& root, const std::vector<state::ProviderConfigAddress>& more) {
    root_ = &root;
    root.Visit([&](const Config& config) { AddNodes(config); });
    AddImports(root);
    root.Visit([&](const Config& config) { AddEdges(config); });
    for (NodeIndex node = 0; node < result_.objects.size(); ++node) {
      const Object& object = result_.objects[node];
      if (object.is_absent) AddResourceEdges(*object.config, names_.at(object.config), node);
    }
    for (const state::ProviderConfigAddress& address : more) AddProvider(root, address);
    AddProviderEdges();
    result_.graph.Normalize();
    ReportCycles();
    return std::move(result_);
  }

 private:
  NodeIndex AddNode(Object object) {
    result_.objects.push_back(std::move(object));
    return result_.graph.AddNode();
  }

  void AddNodes(const Config& config) {
    const config::Module& module = *config.module;
    ModuleNodes& nodes = names_[&config];
    nodes.end = AddNode({.kind = ObjectKind::kModuleEnd, .config = &config});
    if (config.parent != nullptr) {
      nodes.call = AddNode({.kind = ObjectKind::kCall, .config = &config});
      result_.calls.emplace(&config, *nodes.call);
    }
    for (const auto& [name, variable] : module.variables) {
      nodes.variables[name] =
          AddNode({.kind = ObjectKind::kVariable, .config = &config, .variable = &variable});
    }
    for (const auto& [name, local] : module.locals) {
      nodes.locals[name] = AddNode({.kind = ObjectKind::kLocal, .config = &config, .local = &local});
    }
    for (const auto& [name, output] : module.outputs) {
      nodes.outputs[name] = AddNode({.kind = ObjectKind::kOutput, .config = &config, .output = &output});
    }
    for (const auto& [name, resource] : module.resources) AddResource(config, resource, nodes);
    for (const auto& [name, check] : module.checks) {
      if (check.data) AddResource(config, *check.data, nodes);
      nodes.checks[name] = AddNode({.kind = ObjectKind::kCheck, .config = &config, .check = &check});
    }
  }

  void AddResource(const Config& config, const config::Resource& resource, ModuleNodes& nodes) {
    const NodeIndex node = AddNode({.kind = ObjectKind::kResource, .config = &config, .resource = &resource});
    nodes.resources[resource.name] = node;
    result_.resources.emplace(state::ConfigResource{config.path, resource.name}, node);
  }

  void AddImports(const Config& root) {
    for (const config::Import& import : root.module->imports) {
      result_.imports[import.target].push_back(&import);
      const Config* config = root.Find(import.target.module);
      if (config == nullptr) {
        diagnostics_.AddError("Configuration for import target does not exist",
                              Format("The configuration for the given import target {} does not exist. All "
                                     "target instances must have an associated configuration to be imported.",
                                     import.target.ToString()),
                              import.to.range());
      } else if (root.FindResource(import.target) == nullptr) {
        AddAbsent(*config, import);
      }
    }
  }

  void AddAbsent(const Config& config, const config::Import& import) {
    result_.absent.push_back(
        {.name = import.target.resource, .provider = import.provider, .range = import.range});
    AddNode({.kind = ObjectKind::kResource,
             .config = &config,
             .resource = &result_.absent.back(),
             .is_absent = true});
  }

  void AddEdges(const Config& config) {
    const ModuleNodes& nodes = names_.at(&config);
    if (config.parent != nullptr) AddCallEdges(config, nodes);
    for (const auto& [name, child] : config.children)
      result_.graph.Add(nodes.end, names_.at(child.get()).end);
    for (const auto& [name, node] : nodes.variables) AddVariableEdges(config, nodes, node);
    for (const auto& [name, node] : nodes.locals) {
      Contain(nodes, node);
      Need(node, config, result_.objects[node].local->value.References());
    }
    for (const auto& [name, node] : nodes.outputs) {
      const config::Output& output = *result_.objects[node].output;
      Contain(nodes, node);
      Need(node, config, output.value.References());
      NeedAll(node, config, output.depends_on);
      NeedRules(node, config, output.preconditions);
    }
    for (const auto& [name, node] : nodes.resources) AddResourceEdges(config, nodes, node);
    for (const auto& [name, node] : nodes.checks) {
      const config::Check& check = *result_.objects[node].check;
      Contain(nodes, node);
      NeedRules(node, config, check.assertions);
      if (check.data) result_.graph.Add(node, nodes.resources.at(check.data->name));
    }
  }

  // What is in a module comes after its call, and before its end.
  void Contain(const ModuleNodes& nodes, NodeIndex node) {
    if (nodes.call) result_.graph.Add(node, *nodes.call);
    result_.graph.Add(nodes.end, node);
  }

  void AddCallEdges(const Config& config, const ModuleNodes& nodes) {
    const Config& parent = *config.parent;
    const ModuleNodes& outside = names_.at(&parent);
    if (outside.call) result_.graph.Add(*nodes.call, *outside.call);
    Need(*nodes.call, parent, config.call->count.References());
    Need(*nodes.call, parent, config.call->for_each.References());
    NeedAll(*nodes.call, parent, config.call->depends_on);
    result_.graph.Add(nodes.end, *nodes.call);
  }

  void AddVariableEdges(const Config& config, const ModuleNodes& nodes, NodeIndex node) {
    const config::Variable& variable = *result_.objects[node].variable;
    Contain(nodes, node);
    NeedRules(node, config, variable.validations);
    if (config.parent == nullptr) return;
    const hcl::BodySchema schema{.attributes = {{variable.name}}};
    hcl::Diagnostics reported_elsewhere;
    hcl::Body rest;
    const hcl::Content content = config.call->body.PartialContent(schema, rest, reported_elsewhere);
    if (content.Get(variable.name)) Need(node, *config.parent, content.Get(variable.name).References());
  }

  void AddResourceEdges(const Config& config, const ModuleNodes& nodes, NodeIndex node) {
    const config::Resource& resource = *result_.objects[node].resource;
    Contain(nodes, node);
    Need(node, config, resource.count.References());
    Need(node, config, resource.for_each.References());
    const auto provider =
        config::ResolveProvider(config, resource.EffectiveProvider(), resource.range, diagnostics_);
    const hcl::BlockSchema* block = nullptr;
    if (provider) {
      const NodeIndex provider_node = ProviderNode(*provider);
      result_.objects[node].provider_node = provider_node;
      result_.graph.Add(node, provider_node);
      const auto schema = schemas_.FindResource(provider->address.provider(), resource.name);
      const bool is_absent = result_.objects[node].is_absent;
      if (schema) {
        block = (*schema)->block.get();
      } else if (schemas_.Find(provider->address.provider()) != nullptr && !is_absent) {
        ReportNoType(resource, *provider);
      }
    }
    hcl::Diagnostics before;
    if (importing_) before = std::exchange(diagnostics_, {});
    AddReads(config, node, block);
    if (importing_) diagnostics_ = std::move(before);
  }

  // What a resource reads when it is planned.
  void AddReads(const Config& config, NodeIndex node, const hcl::BlockSchema* schema) {
    const config::Resource& resource = *result_.objects[node].resource;
    NeedAll(node, config, resource.depends_on);
    NeedRules(node, config, resource.lifecycle.preconditions);
    NeedRules(node, config, resource.lifecycle.postconditions);
    for (const hcl::Expression& trigger : resource.lifecycle.replace_triggered_by) {
      Need(node, config, trigger.References());
    }
    for (const config::Provisioner& provisioner : resource.provisioners) {
      if (!provisioner.at_destroy) Need(node, config, config::ReferencesOf(provisioner));
    }
    if (resource.connection)
      Need(node, config, hcl::References(*resource.connection, config::ConnectionSchema()));

    AddImportEdges(config, node);
    if (schema == nullptr) return;
    Need(node, config, hcl::References(resource.body, *schema));
    CheckSelf(resource, *schema, diagnostics_);
  }

  // What is imported is read by the expressions of the root module.
  void AddImportEdges(const Config& config, NodeIndex node) {
    const auto found = result_.imports.find({config.path, result_.objects[node].resource->name});
    if (found == result_.imports.end()) return;
    for (const config::Import* import : found->second) {
      Need(node, *root_, import->for_each.References());
      for (const hcl::Reference& reference : import->id.References()) {
        for (const NodeIndex other : resolver_.Resolve(*root_, reference)) {
          if (other == node) {
            diagnostics_.AddError("Invalid import id argument",
                                  "The import ID cannot reference the resource being imported.",
                                  InstancePlace(reference));
          } else {
            result_.graph.Add(node, other);
            Check(other, reference);
          }
        }
      }
    }
  }

  void ReportNoType(const config::Resource& resource, const config::ProviderConfig& provider) {
    const state::ResourceMode mode = resource.name.mode();
    const std::string_view words = mode == state::ResourceMode::kData        ? "data source"
                                   : mode == state::ResourceMode::kEphemeral ? "ephemeral resource"
                                                                             : "resource type";
    diagnostics_.AddError(Format("Invalid {}", words),
                          Format("The provider {} does not support {} {:?}.",
                                 ShownProvider(provider.address.provider()), words, resource.name.type()),
                          resource.type_range);
  }

  // Of objects that the configuration has no more. One that is not configured needs no node: what there is to
  // say about that concerns the objects.
  void AddProvider(const Config& root, const state::ProviderConfigAddress& address) {
    const Config* config = root.Find(address.module());
    if (config == nullptr) return;
    for (const auto& [name, block] : config->module->providers) {
      const std::string provider = registry::ToString(config::ProviderOf(*config->module, block.name.name));
      if (provider == address.provider() && block.name.alias == address.alias()) {
        ProviderNode({address, config, &block});
        return;
      }
    }
    const bool implied = address.module().IsRoot() && address.alias().empty();
    if (implied) ProviderNode({address, config, nullptr});
  }

  NodeIndex ProviderNode(const config::ProviderConfig& provider) {
    const auto existing = result_.providers.find(provider.address);
    if (existing != result_.providers.end()) return existing->second;
    const NodeIndex node =
        AddNode({.kind = ObjectKind::kProvider, .config = provider.config, .provider = provider});
    result_.providers.emplace(provider.address, node);
    return node;
  }

  void AddProviderEdges() {
    for (const auto& [address, node] : result_.providers) {
      const config::ProviderConfig& provider = result_.objects[node].provider;
      const ModuleNodes& nodes = names_.at(provider.config);
      if (nodes.call) result_.graph.Add(node, *nodes.call);
      const provider::Schemas* schemas = schemas_.Find(address.provider());
      if (provider.block == nullptr || schemas == nullptr) continue;
      const auto schema = schemas->Find(provider::SchemaKind::kProvider, "");
      if (schema) Need(node, *provider.config, hcl::References(provider.block->body, *(*schema)->block));
    }
  }

  void Need(NodeIndex node, const Config& config, std::span<const hcl::Reference> references) {
    for (const hcl::Reference& reference : references) {
      for (const NodeIndex other : resolver_.Resolve(config, reference)) {
        AddNeed(node, other, reference);
        Check(other, reference);
      }
    }
  }

  // The steps of a reference after the name of a resource.
  void Check(NodeIndex node, const hcl::Reference& reference) {
    const Object& object = result_.objects[node];
    if (object.kind != ObjectKind::kResource) return;
    const auto provider =
        config::ProviderOf(*object.config->module, object.resource->EffectiveProvider().name);
    const auto schema = schemas_.FindResource(registry::ToString(provider), object.resource->name);
    CheckTraversal(*object.resource, schema ? (*schema)->block.get() : nullptr, reference, diagnostics_);
  }

  void AddNeed(NodeIndex node, NodeIndex other, const hcl::Reference& reference) {
    const Object& object = result_.objects[node];
    if (node != other) return result_.graph.Add(node, other);
    if (object.kind != ObjectKind::kResource) return;  // a variable's conditions read it
    diagnostics_.AddError(
        "Self-referential block",
        Format("Configuration for {} may not refer to itself.", object.resource->name.ToString()),
        reference.range());
  }

  // `depends_on`: modules as a whole.
  void NeedAll(NodeIndex node, const Config& config, std::span<const hcl::Reference> references) {
    for (const hcl::Reference& reference : references) {
      for (const NodeIndex other : resolver_.ResolveWhole(config, reference)) {
        AddNeed(node, other, reference);
        result_.objects[node].depends_on.push_back(other);
      }
    }
  }

  void NeedRules(NodeIndex node, const Config& config, std::span<const config::CheckRule> rules) {
    for (const config::CheckRule& rule : rules) {
      for (const hcl::Expression& expression : {rule.condition, rule.error_message}) {
        for (const hcl::Reference& reference : expression.References()) {
          for (const NodeIndex other : resolver_.Resolve(config, reference)) {
            if (other != node) result_.graph.Add(node, other);
          }
        }
      }
    }
  }

  void ReportCycles() {
    if (diagnostics_.has_errors()) return;
    for (const auto& cycle : result_.graph.Cycles()) {
      std::string names;
      for (const NodeIndex node : cycle)
        names += (names.empty() ? "" : ", ") + result_.objects[node].ToString();
      diagnostics_.AddError("Cycle: " + names, "");
    }
  }

  const SchemaSource& schemas_;
  hcl::Diagnostics& diagnostics_;
  const bool importing_;
  const Config* root_ = nullptr;
  ConfigGraph result_;
  NodeNames names_;
  ReferenceResolver resolver_;
};

}  // namespace

std::string ShownProvider(std::string_view provider) {
  const auto address = registry::ParseProviderAddress(provider);
  return address ? registry::ForDisplay(*address) : std::string(provider);
}

std::string Object::ToString() const {
  const std::string prefix = config == nullptr || config->path.IsRoot() ? "" : config->path.ToString() + ".";
  switch (kind) {
    case ObjectKind::kVariable:
      return prefix + "var." + variable->name + (prefix.empty() ? "" : " (expand)");
    case ObjectKind::kLocal:
      return prefix + "local." + local->name + " (expand)";
    case ObjectKind::kOutput:
      return prefix + "output." + output->name + " (expand)";
    case ObjectKind::kCall:
      return config->path.ToString() + " (expand)";
    case ObjectKind::kModuleEnd:
      return (prefix.empty() ? "root" : config->path.ToString()) + " (close)";
    case ObjectKind::kProvider:
      return provider.address.ToString();
    case ObjectKind::kResource:
      return prefix + resource->name.ToString();
    case ObjectKind::kCheck:
      return prefix + "check." + check->name + " (expand)";
  }
  return prefix;
}

std::optional<NodeIndex> ConfigGraph::FindResource(const Config& config,
                                                   const state::ResourceName& name) const {
  const auto found = resources.find(state::ConfigResource{config.path, name});
  return found == resources.end() ? std::nullopt : std::optional(found->second);
}

std::optional<NodeIndex> ConfigGraph::FindProvider(const state::ProviderConfigAddress& address) const {
  const auto found = providers.find(address);
  return found == providers.end() ? std::nullopt : std::optional(found->second);
}

std::vector<state::ProviderConfigAddress> ProvidersOf(const state::State& state) {
  std::vector<state::ProviderConfigAddress> addresses;
  std::unordered_set<state::ProviderConfigAddress, state::AddressHash> seen;
  for (const auto& [address, resource] : state.resources) {
    if (seen.insert(resource.provider).second) addresses.push_back(resource.provider);
  }
  return addresses;
}

ConfigGraph BuildConfigGraph(const Config& root, const SchemaSource& schemas,
                             const std::vector<state::ProviderConfigAddress>& more,
                             hcl::Diagnostics& diagnostics, bool importing) {
  return Builder(schemas, diagnostics, importing).Build(root, more);
}

}  // namespace cairn::infra
