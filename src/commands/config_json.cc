#include "commands/config_json.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "config/providers.h"
#include "hcl/value_json.h"
#include "registry/requirement.h"
#include "view/json_writer.h"

namespace cairn::commands {
namespace {

using config::Config;
using view::JsonWriter;

// The steps of a reference as they are written, without blanks.
std::string StepText(const hcl::TraversalStep& step) {
  if (step.is_attribute) return Format(".{}", step.name);
  return Format("[{}]", hcl::ToJsonText(step.key).value_or(""));
}

// How many steps belong to what is referred to itself: an object, an instance, an output.
size_t SubjectSteps(const hcl::Reference& reference) {
  const auto& steps = reference.steps;
  const auto is_key = [&](size_t i) { return i < steps.size() && !steps[i].is_attribute; };
  const std::string_view root = reference.root;
  if (root == "self") return 0;
  if (root == "var" || root == "local" || root == "each" || root == "count" || root == "path" ||
      root == "terraform") {
    return std::min<size_t>(1, steps.size());
  }
  if (root == "module") {
    size_t used = 1;
    if (is_key(used)) ++used;
    if (used < steps.size() && steps[used].is_attribute) ++used;
    return std::min(used, steps.size());
  }
  size_t used = root == "data" || root == "ephemeral" || root == "resource" ? 2 : 1;
  if (is_key(used)) ++used;
  return std::min(used, steps.size());
}

// What a reference reads, from all of it to the object as a whole.
void AppendReference(const hcl::Reference& reference, std::vector<std::string>& texts) {
  std::vector<std::string> parts{std::string(reference.root)};
  for (const hcl::TraversalStep& step : reference.steps) parts.push_back(parts.back() + StepText(step));
  const size_t subject = SubjectSteps(reference);
  for (size_t used = reference.steps.size(); used > subject; --used) texts.push_back(parts[used]);
  texts.push_back(parts[subject]);
  if (subject == 0) return;
  const bool keyed = !reference.steps[subject - 1].is_attribute;
  const bool is_output = reference.root == "module" && subject > 1 && !keyed;
  if (keyed || is_output) texts.push_back(parts[subject - 1]);
}

void WriteTexts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out.Key(name);
  out.BeginArray();
  for (const std::string& text : texts) out.String(text);
  out.EndArray();
}

void WriteExpression(JsonWriter& out, const hcl::Expression& expression) {
  out.BeginObject();
  const std::vector<hcl::Reference> references = expression.References();
  if (references.empty() || expression.is_json()) {
    hcl::Diagnostics unused;
    const hcl::Value value = expression.EvaluateLiteral(unused);
    const bool known = !unused.has_errors() && value.IsWhollyKnown();
    if (known) out.RawMember("constant_value", hcl::ToJsonText(value.WithoutMarksWithin()).value_or("null"));
  }
  std::vector<std::string> texts;
  for (const hcl::Reference& reference : references) AppendReference(reference, texts);
  WriteTexts(out, "references", texts);
  out.EndObject();
}

void WriteBody(JsonWriter& out, const hcl::Body& body, const hcl::BlockSchema& schema) {
  hcl::BodySchema wanted;
  for (const hcl::AttributeSchema& attribute : schema.attributes)
    wanted.attributes.push_back({attribute.name});
  for (const hcl::NestedBlock& block : schema.blocks) {
    hcl::BlockHeader header{.type = block.name};
    if (block.nesting == hcl::Nesting::kMap) header.labels = {"key"};
    wanted.blocks.push_back(std::move(header));
  }
  hcl::Diagnostics unused;
  hcl::Body rest;
  const hcl::Content content = body.PartialContent(wanted, rest, unused);
  std::map<std::string, const hcl::Argument*, std::less<>> attributes;
  std::map<std::string, std::vector<const hcl::Block*>, std::less<>> blocks;
  for (const hcl::Argument& one : content.attributes) attributes.emplace(one.name(), &one);
  for (const hcl::Block& one : content.blocks) blocks[std::string(one.type())].push_back(&one);
  std::set<std::string, std::less<>> names;
  for (const auto& [name, one] : attributes) names.insert(name);
  for (const auto& [name, list] : blocks) names.insert(name);
  out.BeginObject();
  for (const std::string& name : names) {
    out.Key(name);
    if (const auto attribute = attributes.find(name); attribute != attributes.end()) {
      WriteExpression(out, attribute->second->expression());
      continue;
    }
    const hcl::NestedBlock& nested = *schema.FindBlock(name);
    const auto& list = blocks.find(name)->second;
    if (nested.nesting == hcl::Nesting::kSingle || nested.nesting == hcl::Nesting::kGroup) {
      WriteBody(out, list.back()->body(), *nested.block);
    } else if (nested.nesting == hcl::Nesting::kMap) {
      out.BeginObject();
      for (const hcl::Block* one : list) {
        out.Key(one->labels()[0]);
        WriteBody(out, one->body(), *nested.block);
      }
      out.EndObject();
    } else {
      out.BeginArray();
      for (const hcl::Block* one : list) WriteBody(out, one->body(), *nested.block);
      out.EndArray();
    }
  }
  out.EndObject();
}

class ConfigWriter {
 public:
  explicit ConfigWriter(const infra::SchemaSource& schemas) : schemas_(schemas) {}

  std::string Write(const Config& root) {
    JsonWriter out;
    out.BeginObject();
    WriteProviders(out, root);
    out.Key("root_module");
    WriteModule(out, root);
    out.EndObject();
    return out.Take();
  }

 private:
  // What a module asks of a provider by itself.
  struct Use {
    std::string name;
    std::string constraints = {};
  };
  static std::map<registry::ProviderAddress, Use> UsesOf(const config::Module& module) {
    std::map<registry::ProviderAddress, Use> uses;
    for (const auto& [name, one] : module.required_providers) {
      uses[config::ProviderOf(module, name)] = {name, one.version};
    }
    for (const auto& [name, resource] : module.resources) {
      const std::string local = resource.EffectiveProvider().name;
      uses.try_emplace(config::ProviderOf(module, local), Use{local});
    }
    for (const config::Import& import : module.imports) {
      if (!import.target.module.IsRoot()) continue;
      const config::Resource target{.name = import.target.resource, .provider = import.provider};
      const std::string local = target.EffectiveProvider().name;
      uses.try_emplace(config::ProviderOf(module, local), Use{local});
    }
    return uses;
  }

  static std::string Key(const Config& config, const std::string& name) {
    return config.path.IsRoot() ? name : config.path.ToString() + ":" + name;
  }

  // The configuration that `name` means in `config`: where it is written, or where nobody above uses it.
  static std::string KeyOf(const Config& config, const config::ProviderName& name) {
    hcl::Diagnostics unused;
    const auto resolved = config::ResolveProvider(config, name, {}, unused);
    if (resolved && resolved->block != nullptr)
      return Key(*resolved->config, resolved->block->name.ToString());
    const registry::ProviderAddress wanted = config::ProviderOf(*config.module, name.name);
    const Config* at = &config;
    while (at->parent != nullptr) {
      const auto uses = UsesOf(*at->parent->module);
      const auto use = uses.find(wanted);
      if (use == uses.end() || use->second.name != name.name) break;
      at = at->parent;
    }
    return Key(*at, name.name);
  }

  void WriteProvider(JsonWriter& out, const Config& config, const registry::ProviderAddress& address,
                     const Use& use, const config::ProviderBlock* block) const {
    out.BeginObject();
    out.Member("name", block ? block->name.name : use.name);
    out.Member("full_name", registry::ToString(address));
    if (block) out.OptionalMember("alias", block->name.alias);
    out.OptionalMember("module_address", config.path.ToString());
    const std::string& constraints = use.constraints.empty() && block ? block->version : use.constraints;
    if (const auto parsed = registry::ParseProviderRequirement(constraints); parsed && !constraints.empty()) {
      out.Member("version_constraint", registry::ToString(*parsed));
    }
    const provider::Schemas* schemas = schemas_.Find(registry::ToString(address));
    const auto schema = schemas && block ? schemas->Find(provider::SchemaKind::kProvider, "")
                                         : Result<const provider::Schema*>(Fail(ErrorCode::kNotFound, ""));
    if (schema) {
      JsonWriter body;
      WriteBody(body, block->body, *(*schema)->block);
      const std::string text = body.Take();
      if (text != "{}") out.RawMember("expressions", text);
    }
    out.EndObject();
  }

  void WriteProviders(JsonWriter& out, const Config& root) {
    std::map<std::string, std::string> written;
    root.Visit([&](const Config& config) {
      const auto uses = UsesOf(*config.module);
      for (const auto& [name, block] : config.module->providers) {
        const auto address = config::ProviderOf(*config.module, block.name.name);
        const auto use = uses.find(address);
        JsonWriter one;
        WriteProvider(one, config, address, use == uses.end() ? Use{block.name.name} : use->second, &block);
        written[Key(config, name)] = one.Take();
      }
      for (const auto& [address, use] : uses) {
        const std::string key = Key(config, use.name);
        if (written.contains(key) || KeyOf(config, {.name = use.name}) != key) continue;
        JsonWriter one;
        WriteProvider(one, config, address, use, nullptr);
        written[key] = one.Take();
      }
    });
    if (written.empty()) return;
    out.Key("provider_config");
    out.BeginObject();
    for (const auto& [key, text] : written) out.RawMember(key, text);
    out.EndObject();
  }

  static std::vector<std::string> Names(const std::vector<hcl::Reference>& references) {
    std::vector<std::string> names;
    for (const hcl::Reference& reference : references) {
      std::string name(reference.root);
      for (const hcl::TraversalStep& step : reference.steps) name += StepText(step);
      names.push_back(std::move(name));
    }
    return names;
  }

  void WriteResource(JsonWriter& out, const Config& config, const config::Resource& resource) {
    hcl::Diagnostics unused;
    out.BeginObject();
    out.Member("address", resource.name.ToString());
    out.Member("mode", resource.name.mode() == state::ResourceMode::kData ? "data" : "managed");
    out.Member("type", resource.name.type());
    out.Member("name", resource.name.name());
    out.Member("provider_config_key", KeyOf(config, resource.EffectiveProvider()));
    WriteProvisioners(out, resource);
    const std::string provider =
        registry::ToString(config::ProviderOf(*config.module, resource.EffectiveProvider().name));
    if (const auto schema = schemas_.FindResource(provider, resource.name)) {
      JsonWriter body;
      WriteBody(body, resource.body, *(*schema)->block);
      const std::string text = body.Take();
      if (text != "{}") out.RawMember("expressions", text);
      out.Member("schema_version", int64_t((*schema)->version));
    }
    WriteRepetition(out, resource.count, resource.for_each);
    WriteTexts(out, "depends_on", Names(resource.depends_on));
    out.EndObject();
  }

  static void WriteProvisioners(JsonWriter& out, const config::Resource& resource) {
    if (resource.provisioners.empty()) return;
    out.Key("provisioners");
    out.BeginArray();
    for (const config::Provisioner& one : resource.provisioners) {
      out.BeginObject();
      out.Member("type", one.type);
      hcl::Diagnostics unused;
      out.Key("expressions");
      out.BeginObject();
      std::map<std::string, hcl::Expression> arguments;
      for (const hcl::Argument& argument : one.body.JustAttributes(unused)) {
        arguments.emplace(argument.name(), argument.expression());
      }
      for (const auto& [name, expression] : arguments) {
        out.Key(name);
        WriteExpression(out, expression);
      }
      out.EndObject();
      out.EndObject();
    }
    out.EndArray();
  }

  static void WriteRepetition(JsonWriter& out, const hcl::Expression& count,
                              const hcl::Expression& for_each) {
    const auto write = [&](std::string_view name, const hcl::Expression& expression) {
      if (!expression) return;
      JsonWriter one;
      WriteExpression(one, expression);
      const std::string text = one.Take();
      if (text != "{}") out.RawMember(name, text);
    };
    write("count_expression", count);
    write("for_each_expression", for_each);
  }

  void WriteOutputs(JsonWriter& out, const config::Module& module) {
    if (module.outputs.empty()) return;
    out.Key("outputs");
    out.BeginObject();
    for (const auto& [name, output] : module.outputs) {
      out.Key(name);
      out.BeginObject();
      if (output.sensitive) out.Member("sensitive", true);
      out.Key("expression");
      WriteExpression(out, output.value);
      WriteTexts(out, "depends_on", Names(output.depends_on));
      out.OptionalMember("description", output.description);
      out.EndObject();
    }
    out.EndObject();
  }

  void WriteCalls(JsonWriter& out, const Config& config) {
    if (config.children.empty()) return;
    out.Key("module_calls");
    out.BeginObject();
    for (const auto& [name, child] : config.children) {
      const config::ModuleCall& call = *child->call;
      out.Key(name);
      out.BeginObject();
      out.Member("source", call.source);
      hcl::BlockSchema arguments;
      for (const auto& [variable, declared] : child->module->variables) {
        arguments.attributes.push_back({.name = variable});
      }
      JsonWriter body;
      WriteBody(body, call.body, arguments);
      const std::string text = body.Take();
      if (text != "{}") out.RawMember("expressions", text);
      WriteRepetition(out, call.count, call.for_each);
      out.Key("module");
      WriteModule(out, *child);
      out.OptionalMember("version_constraint", call.version);
      WriteTexts(out, "depends_on", Names(call.depends_on));
      out.EndObject();
    }
    out.EndObject();
  }

  // Managed ones first; of ephemeral ones the peer says nothing.
  void WriteResources(JsonWriter& out, const Config& config) {
    const auto& resources = config.module->resources;
    const auto is_ephemeral = [](const auto& entry) {
      return entry.first.mode() == state::ResourceMode::kEphemeral;
    };
    if (std::ranges::all_of(resources, is_ephemeral)) return;
    out.Key("resources");
    out.BeginArray();
    for (const state::ResourceMode mode : {state::ResourceMode::kManaged, state::ResourceMode::kData}) {
      for (const auto& [name, resource] : resources) {
        if (name.mode() == mode) WriteResource(out, config, resource);
      }
    }
    out.EndArray();
  }

  void WriteModule(JsonWriter& out, const Config& config) {
    const config::Module& module = *config.module;
    out.BeginObject();
    WriteOutputs(out, module);
    WriteResources(out, config);
    WriteCalls(out, config);
    WriteVariables(out, module);
    out.EndObject();
  }

  static void WriteVariables(JsonWriter& out, const config::Module& module) {
    if (module.variables.empty()) return;
    out.Key("variables");
    out.BeginObject();
    for (const auto& [name, variable] : module.variables) {
      out.Key(name);
      out.BeginObject();
      if (variable.default_value) {
        out.RawMember("default",
                      hcl::ToJsonText(variable.default_value->WithoutMarksWithin()).value_or("null"));
      }
      out.OptionalMember("description", variable.description);
      if (variable.sensitive) out.Member("sensitive", true);
      out.EndObject();
    }
    out.EndObject();
  }

  const infra::SchemaSource& schemas_;
};

}  // namespace

std::string WriteConfigJson(const Config& root, const infra::SchemaSource& schemas) {
  return ConfigWriter(schemas).Write(root);
}

}  // namespace cairn::commands
