#include "config/module_reader.h"

#include "base/strings.h"
#include "hcl/convert.h"
#include "hcl/unicode.h"
#include "registry/requirement.h"
#include "state/address_parser.h"

namespace cairn::config {
namespace {

const hcl::BodySchema& FileSchema() {
  static const hcl::BodySchema schema{.blocks = {
                                          {"terraform", {}},
                                          {"provider", {"name"}},
                                          {"variable", {"name"}},
                                          {"locals", {}},
                                          {"output", {"name"}},
                                          {"module", {"name"}},
                                          {"resource", {"type", "name"}},
                                          {"data", {"type", "name"}},
                                          {"ephemeral", {"type", "name"}},
                                          {"moved", {}},
                                          {"import", {}},
                                          {"removed", {}},
                                          {"check", {"name"}},
                                      }};
  return schema;
}

}  // namespace

std::string Place(const hcl::SourceRange& range) {
  const hcl::Position begin = range.start_position();
  const hcl::Position end = range.end_position();
  return begin.line == end.line
             ? Format("{}:{},{}-{}", range.source->name(), begin.line, begin.column, end.column)
             : Format("{}:{},{}-{},{}", range.source->name(), begin.line, begin.column, end.line, end.column);
}

std::vector<hcl::Block> ModuleReader::BlocksOf(const hcl::Body& file) {
  module_.files.push_back(file);
  return file.GetContent(FileSchema(), diagnostics_).blocks;
}

void ModuleReader::Read(const hcl::Block& block) {
  using state::ResourceMode;
  const std::string_view type = block.type();
  if (type == "resource") ReadResource(block, ResourceMode::kManaged);
  if (type == "data") ReadResource(block, ResourceMode::kData);
  if (type == "ephemeral") ReadResource(block, ResourceMode::kEphemeral);
  if (type == "variable") ReadVariable(block);
  if (type == "locals") ReadLocals(block);
  if (type == "output") ReadOutput(block);
  if (type == "module") ReadCall(block);
  if (type == "provider") ReadProvider(block);
  if (type == "terraform") ReadTerraform(block);
  if (type == "moved") ReadMoved(block);
  if (type == "import") ReadImport(block);
  if (type == "removed") ReadRemoved(block);
  if (type == "check") ReadCheck(block);
}

void ModuleReader::ReadTerraform(const hcl::Block& block) {
  static const hcl::BodySchema schema{
      .attributes = {{"required_version"}, {"experiments"}, {"language"}},
      .blocks = {
          {"backend", {"type"}}, {"cloud", {}}, {"required_providers", {}}, {"provider_meta", {"provider"}}}};
  const hcl::Content content = block.body().GetContent(schema, diagnostics_);
  if (const hcl::Argument version = content.Find("required_version")) {
    const std::string text = Text(version.expression());
    if (const auto constraints = registry::ParseModuleRequirement(text)) {
      module_.required_versions.push_back({text, version.range()});
    } else {
      diagnostics_.AddError(constraints.error().summary, constraints.error().detail,
                            version.expression().range());
    }
  }
  for (const hcl::Block& inner : content.blocks) {
    if (inner.type() == "required_providers") ReadRequiredProviders(inner);
    if (inner.type() == "cloud") module_.cloud = inner.definition_range();
    if (inner.type() == "provider_meta") module_.provider_metas.emplace(inner.labels()[0], inner.body());
    if (inner.type() != "backend") continue;
    if (module_.backend) {
      Duplicate("Duplicate 'backend' configuration block",
                Format("A module may have only one backend configuration. The backend was previously "
                       "configured at {}.",
                       Place(module_.backend->range)),
                inner.definition_range());
      continue;
    }
    module_.backend =
        Backend{.type = inner.labels()[0], .body = inner.body(), .range = inner.definition_range()};
  }
}

void ModuleReader::ReadRequiredProviders(const hcl::Block& block) {
  for (const hcl::Argument& argument : block.body().JustAttributes(diagnostics_)) ReadRequirement(argument);
}

void ModuleReader::ReadRequirement(const hcl::Argument& argument) {
  ProviderRequirement requirement{.name = std::string(argument.name()), .range = argument.range()};
  const auto pairs = argument.expression().AsPairs();
  if (!pairs) {  // the short form: constraints alone
    requirement.version = Text(argument.expression());
    requirement.version_range = argument.expression().range();
  } else {
    for (const auto& [key, value] : *pairs) {
      const std::string name = key.AsKeyword().empty() ? Text(key) : std::string(key.AsKeyword());
      if (name == "source") {
        requirement.source = Text(value);
        requirement.source_range = value.range();
      } else if (name == "version") {
        requirement.version = Text(value);
        requirement.version_range = value.range();
      } else if (name == "configuration_aliases") {
        for (const hcl::Expression& alias : value.AsList().value_or(std::vector<hcl::Expression>())) {
          if (auto provider = ProviderNameOf(alias)) requirement.aliases.push_back(std::move(*provider));
        }
      } else {
        diagnostics_.AddError(
            "Invalid required_providers object",
            "required_providers objects can only contain \"version\", \"source\" and "
            "\"configuration_aliases\" attributes. To configure a provider, use a \"provider\" block.",
            key.range());
      }
    }
  }
  const auto [existing, added] = module_.required_providers.emplace(requirement.name, requirement);
  if (!added) {
    Duplicate("Duplicate required provider",
              Format("The provider {:?} was already required at {}.", requirement.name,
                     Place(existing->second.range)),
              requirement.range);
  }
}

void ModuleReader::ReadProvider(const hcl::Block& block) {
  static const hcl::BodySchema schema{
      .attributes = {{"alias"}, {"version"}, {"count"}, {"depends_on"}, {"for_each"}, {"source"}},
      .blocks = {{"_", {}}, {"lifecycle", {}}, {"locals", {}}}};
  ProviderBlock provider{.name = {.name = block.labels()[0], .range = block.definition_range()},
                         .range = block.definition_range()};
  const hcl::Content content = block.body().PartialContent(schema, provider.body, diagnostics_);
  if (!CheckName(provider.name.name, "Invalid provider configuration name", block.label_range(0))) return;
  for (const hcl::Argument& argument : content.attributes) {
    if (argument.name() == "alias") {
      provider.name.alias = Text(argument.expression());
      if (!CheckName(provider.name.alias, "Invalid provider configuration alias",
                     argument.expression().range()))
        return;
    } else if (argument.name() == "version") {
      provider.version = Text(argument.expression());
      diagnostics_.AddWarning("Version constraints inside provider configuration blocks are deprecated",
                              "Terraform 0.13 and earlier allowed provider version constraints inside the "
                              "provider configuration block, but "
                              "that is now deprecated and will be removed in a future version of Terraform. "
                              "To silence this warning, move the "
                              "provider version constraint into the required_providers block.",
                              argument.expression().range());
    } else {
      diagnostics_.AddError(
          "Reserved argument name in provider block",
          Format("The provider argument name {:?} is reserved for use by Terraform in a future version.",
                 std::string(argument.name())),
          argument.name_range());
    }
  }
  for (const hcl::Block& reserved : content.blocks) {
    diagnostics_.AddError(
        "Reserved block type name in provider block",
        Format("The block type name {:?} is reserved for use by Terraform in a future version.",
               std::string(reserved.type())),
        reserved.type_range());
  }
  const std::string key = provider.name.ToString();
  const auto existing = module_.providers.find(key);
  if (existing == module_.providers.end()) {
    module_.providers.emplace(key, std::move(provider));
  } else if (provider.name.alias.empty()) {
    Duplicate(
        "Duplicate provider configuration",
        Format("A default (non-aliased) provider configuration for {:?} was already given at {}. If multiple "
               "configurations are required, set the \"alias\" argument for alternative configurations.",
               provider.name.name, Place(existing->second.range)),
        provider.range);
  } else {
    Duplicate("Duplicate provider configuration",
              Format("A provider configuration for {:?} with alias {:?} was already given at {}. Each "
                     "configuration for the "
                     "same provider must have a distinct alias.",
                     provider.name.name, provider.name.alias, Place(existing->second.range)),
              provider.range);
  }
}

void ModuleReader::ReadMoved(const hcl::Block& block) {
  static const hcl::BodySchema schema{.attributes = {{"from", true}, {"to", true}}};
  const hcl::Content content = block.body().GetContent(schema, diagnostics_);
  const auto from = TargetOf(content.Get("from"));
  const auto to = TargetOf(content.Get("to"));
  if (!from || !to) return;
  constexpr auto kModule = state::Target::Kind::kModule;
  if ((from->kind == kModule) != (to->kind == kModule)) {
    diagnostics_.AddError(
        "Invalid \"moved\" addresses",
        "The \"from\" and \"to\" addresses must either both refer to resources or both refer to modules.",
        block.definition_range());
    return;
  }
  module_.moved.push_back({*from, *to, block.definition_range()});
}

// A resource or a module with all instances: keys have no place in it.
bool ModuleReader::ReadRemovedFrom(hcl::Expression expression, Removed& removed) {
  const auto reference = expression ? expression.AsReference(diagnostics_) : std::nullopt;
  if (!reference) return false;
  std::vector<hcl::TraversalStep> steps{{.name = reference->root}};
  steps.insert(steps.end(), reference->steps.begin(), reference->steps.end());
  const auto range_of = [&](size_t i) { return i == 0 ? reference->root_range() : steps[i].range(); };
  const auto wrong = [&](std::string summary, std::string detail, size_t at) {
    diagnostics_.AddError(std::move(summary), std::move(detail), range_of(at));
    return false;
  };
  size_t at = 0;
  while (at < steps.size() && steps[at].is_attribute && steps[at].name == "module") {
    if (at + 1 == steps.size() || !steps[at + 1].is_attribute) {
      return wrong("Invalid address operator", "Prefix \"module.\" must be followed by a module name.", at);
    }
    removed.module = removed.module.Child(steps[at + 1].name);
    at += 2;
    if (at < steps.size() && !steps[at].is_attribute) {
      return wrong("Module instance keys not allowed",
                   "Module address must be a module (e.g. \"module.foo\"), not a module instance (e.g. "
                   "\"module.foo[1]\").",
                   at);
    }
  }
  if (at == steps.size()) return true;
  if (steps[at].name == "data") {
    diagnostics_.AddError(
        "Data source address not allowed",
        "Data sources are never destroyed, so they are not valid targets of removed blocks. "
        "To remove the data source from state, remove the data source block from "
        "configuration.",
        reference->range());
    return false;
  }
  if (steps[at].name == "resource" && steps.size() - at > 2) ++at;
  if (steps.size() - at < 2 || !steps[at + 1].is_attribute) {
    return wrong("Invalid address", "Resource specification must include a resource type and name.", at);
  }
  if (steps.size() - at > 2) {
    return wrong("Resource instance keys not allowed",
                 "Resource address must be a resource (e.g. \"test_instance.foo\"), not a resource instance "
                 "(e.g. \"test_instance.foo[1]\").",
                 at + 2);
  }
  removed.resource = state::ResourceName(state::ResourceMode::kManaged, steps[at].name, steps[at + 1].name);
  return true;
}

void ModuleReader::ReadRemoved(const hcl::Block& block) {
  static const hcl::BodySchema schema{
      .attributes = {{"from", true}},
      .blocks = {{"lifecycle", {}}, {"provisioner", {"type"}}, {"connection", {}}}};
  static const hcl::BodySchema lifecycle{.attributes = {{"destroy"}}};
  const hcl::Content content = block.body().GetContent(schema, diagnostics_);
  Removed removed{.range = block.definition_range()};
  if (!ReadRemovedFrom(content.Get("from"), removed)) return;
  for (const hcl::Block& inner : content.blocks) {
    if (inner.type() == "provisioner") {
      auto provisioner = ProvisionerOf(inner);
      if (!provisioner) continue;
      if (!provisioner->at_destroy) {
        diagnostics_.AddError(
            "Invalid provisioner block",
            "Only destroy-time provisioners are valid in \"removed\" blocks. To declare a destroy-time "
            "provisioner, use:\n    when = destroy",
            inner.definition_range());
      }
      removed.provisioners.push_back(std::move(*provisioner));
    } else if (inner.type() == "lifecycle") {
      const hcl::Content options = inner.body().GetContent(lifecycle, diagnostics_);
      if (options.Get("destroy")) removed.destroy = Flag(options.Get("destroy")).value_or(true);
    }
  }
  module_.removed.push_back(std::move(removed));
}

std::optional<hcl::Value> ModuleReader::Literal(hcl::Expression expression, const hcl::Type& type) {
  hcl::Diagnostics found;
  const hcl::Value value = expression.EvaluateLiteral(found);
  const bool failed = found.has_errors();
  diagnostics_.Append(std::move(found));
  if (failed) return std::nullopt;
  auto converted = hcl::Convert(value, type);
  if (!converted) {
    diagnostics_.AddError("Unsuitable value type", Format("Unsuitable value: {}", converted.error().Text()),
                          expression.start_range());
    return std::nullopt;
  }
  if (!converted->HasContent()) {
    diagnostics_.AddError("Unsuitable value type", "Unsuitable value: value must not be null",
                          expression.start_range());
    return std::nullopt;
  }
  return std::move(*converted);
}

std::string ModuleReader::Text(hcl::Expression expression) {
  const auto value = Literal(expression, hcl::Type::String());
  return value ? std::string(value->AsString()) : std::string();
}

std::optional<bool> ModuleReader::Flag(hcl::Expression expression) {
  const auto value = Literal(expression, hcl::Type::Bool());
  return value ? std::optional(value->AsBool()) : std::nullopt;
}

std::optional<ProviderName> ModuleReader::ProviderNameOf(hcl::Expression expression) {
  hcl::Diagnostics unused;
  const hcl::Node node = expression.AsNode();
  // A key of `providers` is a name alone.
  if (const std::string_view name = node ? hcl::AsKeyword(node) : std::string_view(); !name.empty())
    return ProviderName{.name = std::string(name), .range = expression.range()};
  const auto reference = node ? hcl::AsReference(node, unused) : std::nullopt;
  if (!reference || reference->steps.size() > 1 ||
      (reference->steps.size() == 1 && !reference->steps[0].is_attribute)) {
    diagnostics_.AddError(
        "Invalid provider configuration reference",
        "The provider argument requires a provider type name, optionally followed by a period and then "
        "a configuration alias.",
        expression.range());
    return std::nullopt;
  }
  ProviderName name{.name = std::string(reference->root), .range = expression.range()};
  if (!reference->steps.empty()) name.alias = reference->steps[0].name;
  return name;
}

std::vector<hcl::Reference> ModuleReader::DependsOn(hcl::Expression expression) {
  std::vector<hcl::Reference> references;
  const auto list = expression.AsList();
  if (!list) {
    diagnostics_.AddError("Invalid expression", "A static list expression is required.", expression.range());
    return references;
  }
  for (const hcl::Expression& element : *list) {
    if (auto reference = ReferenceOf(element)) references.push_back(std::move(*reference));
  }
  return references;
}

std::optional<hcl::Reference> ModuleReader::ReferenceOf(hcl::Expression expression) {
  const hcl::Node node = expression.node();
  if (!node || node.kind() != hcl::NodeKind::kString) return expression.AsReference(diagnostics_);
  const hcl::SourceRange range = expression.range();
  const auto source = std::make_shared<const hcl::Source>(
      range.source, hcl::StringValue(node),
      std::vector<hcl::Source::Piece>{{.begin = 0, .outer = range.begin + 1}});
  diagnostics_.AddWarning(
      "Quoted references are deprecated",
      "In this context, references are expected literally rather than in quotes. Terraform 0.11 and earlier "
      "required quotes, but quoted references are now deprecated and will be removed in a future version of "
      "Terraform. Remove the quotes surrounding this reference to silence this warning.",
      range);
  hcl::ParseResult parsed = hcl::ParseExpression(source);
  if (parsed.diagnostics.has_errors()) {
    diagnostics_.AddError("Invalid character", "Expected an attribute access or an index operator.",
                          hcl::OuterRange(parsed.diagnostics[0].subject.value_or(range)));
    return std::nullopt;
  }
  module_.files.emplace_back(parsed.tree);  // which the reference borrows
  return hcl::AsReference(parsed.tree->root(), diagnostics_);
}

std::optional<state::Target> ModuleReader::TargetOf(hcl::Expression expression) {
  if (!expression) return std::nullopt;
  const auto reference = expression.AsReference(diagnostics_);
  return reference ? state::ParseTarget(*reference, diagnostics_) : std::nullopt;
}

void ModuleReader::CheckRepetition(const hcl::Content& content) {
  if (!content.Get("count") || !content.Get("for_each")) return;
  diagnostics_.AddError(
      "Invalid combination of \"count\" and \"for_each\"",
      "The \"count\" and \"for_each\" meta-arguments are mutually-exclusive, only one should be used to be "
      "explicit about the number of resources to be created.",
      content.Find("for_each").name_range());
}

bool ModuleReader::CheckName(std::string_view name, std::string summary, const hcl::SourceRange& range) {
  if (hcl::IsIdentifier(name)) return true;
  diagnostics_.AddError(
      std::move(summary),
      "A name must start with a letter or underscore and may contain only letters, digits, underscores, "
      "and dashes.",
      range);
  return false;
}

void ModuleReader::Duplicate(std::string summary, std::string detail, const hcl::SourceRange& range) {
  diagnostics_.AddError(std::move(summary), std::move(detail), range);
}

}  // namespace cairn::config
