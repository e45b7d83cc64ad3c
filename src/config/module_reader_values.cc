#include "base/strings.h"
#include "config/module_reader.h"
#include "hcl/convert.h"
#include "registry/module_source.h"
#include "registry/requirement.h"

namespace cairn::config {
namespace {

constexpr std::string_view kReservedVariables[] = {"source",   "version",   "providers",  "count",
                                                   "for_each", "lifecycle", "depends_on", "locals"};

}  // namespace

CheckRule ModuleReader::ReadCheckRule(const hcl::Block& block, std::string_view words) {
  static const hcl::BodySchema schema{.attributes = {{"condition", true}, {"error_message", true}}};
  const hcl::Content content = block.body().GetContent(schema, diagnostics_);
  const hcl::Expression condition = content.Get("condition");
  if (condition && condition.References().empty()) {
    diagnostics_.AddError(
        Format("Invalid {} expression", words),
        "The condition expression must refer to at least one object from elsewhere in the configuration, or "
        "else its result would not be checking anything.",
        condition.range());
  }
  return {content.Get("condition"), content.Get("error_message"), block.definition_range()};
}

void ModuleReader::ReadVariable(const hcl::Block& block) {
  static const hcl::BodySchema schema{
      .attributes = {{"description"}, {"default"}, {"type"}, {"sensitive"}, {"ephemeral"}, {"nullable"}},
      .blocks = {{"validation", {}}}};
  Variable variable{.name = block.labels()[0], .range = block.definition_range()};
  const hcl::Content content = block.body().GetContent(schema, diagnostics_);
  if (!CheckName(variable.name, "Invalid variable name", block.label_range(0))) return;
  for (const std::string_view reserved : kReservedVariables) {
    if (variable.name != reserved) continue;
    diagnostics_.AddError(
        "Invalid variable name",
        Format("The variable name {:?} is reserved due to its special meaning inside module blocks.",
               variable.name),
        block.label_range(0));
  }
  if (content.Get("description")) variable.description = Text(content.Get("description"));
  if (const hcl::Expression type = content.Get("type")) {
    variable.typed = true;
    if (const hcl::Node node = type.AsNode())
      variable.constraint = hcl::ReadTypeConstraint(node, diagnostics_);
  }
  if (content.Get("sensitive")) variable.sensitive = Flag(content.Get("sensitive")).value_or(false);
  if (content.Get("ephemeral")) variable.ephemeral = Flag(content.Get("ephemeral")).value_or(false);
  if (content.Get("nullable")) variable.nullable = Flag(content.Get("nullable")).value_or(true);
  if (content.Get("default")) ReadVariableDefault(variable, content.Get("default"));
  for (const hcl::Block& rule : content.blocks) {
    variable.validations.push_back(ReadCheckRule(rule, "validation"));
    CheckValidation(variable, variable.validations.back());
  }

  const auto existing = module_.variables.find(variable.name);
  if (existing != module_.variables.end()) {
    return Duplicate("Duplicate variable declaration",
                     Format("A variable named {:?} was already declared at {}. Variable names must be unique "
                            "within a module.",
                            variable.name, Place(existing->second.range)),
                     variable.range);
  }
  module_.variables.emplace(variable.name, std::move(variable));
}

void ModuleReader::CheckValidation(const Variable& variable, const CheckRule& rule) {
  if (!rule.condition) return;
  for (const hcl::Reference& reference : rule.condition.References()) {
    const bool is_variable = reference.root == "var" && !reference.steps.empty();
    if (is_variable && reference.steps[0].is_attribute && reference.steps[0].name == variable.name) return;
  }
  diagnostics_.AddError("Invalid variable validation condition",
                        Format("The condition for variable {:?} must refer to var.{} in order to test "
                               "incoming values.",
                               variable.name, variable.name),
                        rule.condition.range());
}

void ModuleReader::ReadVariableDefault(Variable& variable, hcl::Expression expression) {
  hcl::Diagnostics found;
  hcl::Value value = expression.EvaluateLiteral(found);
  const bool failed = found.has_errors();
  diagnostics_.Append(std::move(found));
  if (failed) return;
  if (!variable.constraint.defaults.empty() && !value.IsNull()) {
    value = hcl::ApplyDefaults(variable.constraint.defaults, value);
  }
  auto converted = hcl::Convert(value, variable.constraint.type);
  if (!converted) {
    diagnostics_.AddError(
        "Invalid default value for variable",
        Format("This default value is not compatible with the variable's type constraint: {}.",
               converted.error().Text()),
        expression.range());
    return;
  }
  if (!variable.nullable && converted->IsNull()) {
    diagnostics_.AddError("Invalid default value for variable",
                          "A null default value is not valid when nullable=false.", expression.range());
    return;
  }
  variable.default_value = std::move(*converted);
}

void ModuleReader::ReadLocals(const hcl::Block& block) {
  for (const hcl::Argument& argument : block.body().JustAttributes(diagnostics_)) {
    Local local{std::string(argument.name()), argument.expression(), argument.range()};
    if (!CheckName(local.name, "Invalid local value name", argument.name_range())) continue;
    const auto existing = module_.locals.find(local.name);
    if (existing != module_.locals.end()) {
      Duplicate("Duplicate local value definition",
                Format("A local value named {:?} was already defined at {}. Local value names must be unique "
                       "within a module.",
                       local.name, Place(existing->second.range)),
                local.range);
      continue;
    }
    module_.locals.emplace(local.name, std::move(local));
  }
}

void ModuleReader::ReadOutput(const hcl::Block& block) {
  static const hcl::BodySchema schema{
      .attributes = {{"description"}, {"value", true}, {"depends_on"}, {"sensitive"}, {"ephemeral"}},
      .blocks = {{"precondition", {}}, {"postcondition", {}}}};
  Output output{.name = block.labels()[0], .range = block.definition_range()};
  const hcl::Content content = block.body().GetContent(schema, diagnostics_);
  if (!CheckName(output.name, "Invalid output name", block.label_range(0))) return;
  output.value = content.Get("value");
  if (content.Get("description")) output.description = Text(content.Get("description"));
  if (content.Get("sensitive")) output.sensitive = Flag(content.Get("sensitive")).value_or(false);
  if (content.Get("ephemeral")) output.ephemeral = Flag(content.Get("ephemeral")).value_or(false);
  if (content.Get("depends_on")) output.depends_on = DependsOn(content.Get("depends_on"));
  for (const hcl::Block& rule : content.blocks) {
    if (rule.type() == "precondition") {
      output.preconditions.push_back(ReadCheckRule(rule, "precondition"));
    } else {
      diagnostics_.AddError("Postconditions are not allowed",
                            "Output values can only have preconditions, not postconditions.",
                            rule.type_range());
    }
  }
  const auto existing = module_.outputs.find(output.name);
  if (existing != module_.outputs.end()) {
    return Duplicate(
        "Duplicate output definition",
        Format("An output named {:?} was already defined at {}. Output names must be unique within a module.",
               output.name, Place(existing->second.range)),
        output.range);
  }
  module_.outputs.emplace(output.name, std::move(output));
}

void ModuleReader::ReadCall(const hcl::Block& block) {
  static const hcl::BodySchema schema{
      .attributes = {{"source", true}, {"version"}, {"count"}, {"for_each"}, {"depends_on"}, {"providers"}},
      .blocks = {{"_", {}}, {"lifecycle", {}}, {"locals", {}}, {"provider", {"type"}}}};
  ModuleCall call{.name = block.labels()[0], .range = block.definition_range()};
  const hcl::Content content = block.body().PartialContent(schema, call.body, diagnostics_);
  if (!CheckName(call.name, "Invalid module instance name", block.label_range(0))) return;
  ReadCallSource(call, content.Get("source"), content.Get("version"));
  call.count = content.Get("count");
  call.for_each = content.Get("for_each");
  CheckRepetition(content);
  if (content.Get("depends_on")) call.depends_on = DependsOn(content.Get("depends_on"));
  if (content.Get("providers")) ReadCallProviders(call, content.Get("providers"));
  for (const hcl::Block& reserved : content.blocks) {
    diagnostics_.AddError(
        "Reserved block type name in module block",
        Format("The block type name {:?} is reserved for use by Terraform in a future version.",
               std::string(reserved.type())),
        reserved.type_range());
  }
  const auto existing = module_.calls.find(call.name);
  if (existing != module_.calls.end()) {
    return Duplicate("Duplicate module call",
                     Format("A module call named {:?} was already defined at {}. Module calls must have "
                            "unique names within a "
                            "module.",
                            call.name, Place(existing->second.range)),
                     call.range);
  }
  module_.calls.emplace(call.name, std::move(call));
}

void ModuleReader::ReadCallSource(ModuleCall& call, hcl::Expression source, hcl::Expression version) {
  const size_t before = diagnostics_.size();
  if (version) {
    const std::string text = Text(version);
    const auto constraints = registry::ParseModuleRequirement(text);
    if (constraints) {
      call.version = text;
    } else if (diagnostics_.size() == before) {
      diagnostics_.AddError(constraints.error().summary, constraints.error().detail, version.range());
    }
  }
  if (!source) return;
  call.source_range = source.range();
  const std::string text = Text(source);
  if (text.empty()) return;
  const auto parsed = registry::ParseModuleSource(text, bool(version));
  if (parsed) call.source = text;
  if (!parsed) diagnostics_.AddError(parsed.error().summary, parsed.error().detail, source.range());
}

void ModuleReader::ReadCallProviders(ModuleCall& call, hcl::Expression expression) {
  call.passes_providers = true;
  const auto pairs = expression.AsPairs();
  if (!pairs) {
    diagnostics_.AddError("Invalid providers argument", "A map of provider configurations is required.",
                          expression.range());
    return;
  }
  for (const auto& [key, value] : *pairs) {
    const auto in_child = ProviderNameOf(key);
    const auto here = ProviderNameOf(value);
    if (!in_child || !here) continue;
    for (const auto& [other, unused] : call.providers) {
      if (other == *in_child) {
        Duplicate("Duplicate provider address",
                  Format("A provider configuration was already passed to {} at {}. Each child provider "
                         "configuration can be "
                         "assigned only once.",
                         in_child->ToString(), Place(other.range)),
                  key.range());
      }
    }
    call.providers.emplace_back(*in_child, *here);
  }
}

void ModuleReader::ReadCheck(const hcl::Block& block) {
  static const hcl::BodySchema schema{.blocks = {{"data", {"type", "name"}}, {"assert", {}}}};
  Check check{.name = block.labels()[0], .range = block.definition_range()};
  const hcl::Content content = block.body().GetContent(schema, diagnostics_);
  if (!CheckName(check.name, "Invalid check block name", block.label_range(0))) return;
  for (const hcl::Block& inner : content.blocks) {
    if (inner.type() == "assert") {
      check.assertions.push_back(ReadCheckRule(inner, "assert"));
    } else if (check.data) {
      Duplicate(
          "Multiple data resource blocks",
          Format("This check block already has a data resource defined at {}.", Place(check.data->range)),
          inner.definition_range());
    } else {
      check.data = ResourceOf(inner, state::ResourceMode::kData);
    }
  }
  if (check.assertions.empty()) {
    diagnostics_.AddError("Zero assert blocks", "Check blocks must have at least one assert block.",
                          block.definition_range());
  }
  const auto existing = module_.checks.find(check.name);
  if (existing != module_.checks.end()) {
    return Duplicate(
        "Duplicate check block",
        Format(
            "A check block named {:?} was already defined at {}. Check block names must be unique within a "
            "module.",
            check.name, Place(existing->second.range)),
        check.range);
  }
  module_.checks.emplace(check.name, std::move(check));
}

}  // namespace cairn::config
