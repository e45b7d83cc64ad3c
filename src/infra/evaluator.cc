#include "infra/evaluator.h"

#include <utility>

#include "base/strings.h"
#include "hcl/convert.h"
#include "hcl/defaults.h"
#include "hcl/evaluator.h"
#include "hcl/parser.h"
#include "infra/check_rules.h"

namespace cairn::infra {
namespace {

using hcl::Value;

}  // namespace

Evaluator::Evaluator(const config::Config& root, const Surroundings& surroundings,
                     const GivenVariables& variables, bool validating)
    : surroundings_(surroundings), variables_(variables), validating_(validating), checks_(root) {
  root_.config = &root;
  runs_[&root].push_back(&root_);
}

const std::vector<ModuleRun*>& Evaluator::RunsOf(const config::Config& config) const {
  static const std::vector<ModuleRun*> none;
  const auto found = runs_.find(&config);
  return found == runs_.end() ? none : found->second;
}

bool Evaluator::Evaluate(const Object& object, hcl::Diagnostics& diagnostics) {
  hcl::Diagnostics found;
  if (object.kind == ObjectKind::kCall) {
    for (ModuleRun* parent : RunsOf(*object.config->parent)) ExpandCall(*parent, *object.config, found);
  }
  for (ModuleRun* run : RunsOf(*object.config)) {
    if (object.kind == ObjectKind::kVariable) EvaluateVariable(*run, *object.variable, found);
    if (object.kind == ObjectKind::kOutput) EvaluateOutput(*run, *object.output, found);
    if (object.kind == ObjectKind::kLocal) {
      run->locals.insert_or_assign(object.local->name,
                                   object.local->value.Evaluate(RunScope(*run, surroundings_), found));
    }
  }
  const bool ok = !found.has_errors();
  diagnostics.Append(std::move(found));
  return ok;
}

void Evaluator::EvaluateVariable(ModuleRun& run, const config::Variable& variable,
                                 hcl::Diagnostics& diagnostics) {
  hcl::SourceRange place = variable.range;
  Value value = run.parent == nullptr ? RootVariable(variable, diagnostics)
                                      : PassedVariable(run, variable, place, diagnostics);
  if (variable.sensitive) value = value.WithMarks(hcl::Marks::kSensitive);
  if (variable.ephemeral) value = value.WithMarks(hcl::Marks::kEphemeral);
  run.variables.insert_or_assign(variable.name, std::move(value));
  ValidateVariable(run, variable, place, diagnostics);
}

Value Evaluator::RootVariable(const config::Variable& variable, hcl::Diagnostics& diagnostics) {
  const hcl::Type type = variable.constraint.type.WithoutOptional();
  const auto given = variables_.find(variable.name);
  if (given != variables_.end()) {
    const Value value =
        given->second.is_text ? ReadVariableText(variable, given->second, diagnostics) : given->second.value;
    return FinishVariable(variable, value, variable.range,
                          {"var." + variable.name, given->second.is_text ? given->second.origin : ""},
                          diagnostics);
  }
  if (validating_) return Value::Unknown(type);
  if (variable.default_value) return *variable.default_value;
  ReportNoValue(variable, diagnostics);
  return Value::Unknown(type);
}

Value Evaluator::PassedVariable(ModuleRun& run, const config::Variable& variable, hcl::SourceRange& place,
                                hcl::Diagnostics& diagnostics) {
  const hcl::BodySchema schema{.attributes = {{variable.name}}};
  hcl::Diagnostics reported_elsewhere;
  hcl::Body rest;
  const config::ModuleCall& call = *run.config->call;
  const hcl::Content content = call.body.PartialContent(schema, rest, reported_elsewhere);
  const hcl::Expression expression = content.Get(variable.name);
  if (!expression) {
    if (variable.default_value) return *variable.default_value;
    return Value::Unknown(variable.constraint.type.WithoutOptional());  // CheckCallArguments reports it
  }
  place = expression.range();
  const RunScope scope(*run.parent, surroundings_, &run.repetition);
  hcl::Diagnostics found;
  const Value value = expression.Evaluate(scope, found);
  const bool failed = found.has_errors();
  diagnostics.Append(std::move(found));
  if (failed) return Value::Unknown(variable.constraint.type.WithoutOptional());
  if (!variable.ephemeral && (value.MarksWithin() & hcl::Marks::kEphemeral) != hcl::Marks::kNone) {
    diagnostics.AddError(
        "Ephemeral value not allowed",
        "This input variable is not declared as accepting a ephemeral values, so it cannot be set to a "
        "result derived from an ephemeral value.",
        place);
    return Value::Unknown(variable.constraint.type.WithoutOptional());
  }
  return FinishVariable(variable, value, place, {run.address.ToString() + ".var." + variable.name},
                        diagnostics);
}

Value Evaluator::FinishVariable(const config::Variable& variable, const Value& given,
                                const hcl::SourceRange& range, const VariableName& name,
                                hcl::Diagnostics& diagnostics) {
  const bool fill = !variable.constraint.defaults.empty() && !given.IsNull();
  const Value filled = fill ? hcl::ApplyDefaults(variable.constraint.defaults, given) : given;
  const auto converted = hcl::Convert(filled, variable.constraint.type);
  if (!converted) {
    diagnostics.AddError("Invalid value for input variable",
                         name.origin.empty()
                             ? Format("The given value is not suitable for {} declared at {}: {}.", name.name,
                                      PlaceOf(variable.range), converted.error().Text())
                             : Format("Unsuitable value for {} set using {}: {}.", name.name, name.origin,
                                      converted.error().Text()),
                         range);
    return Value::Unknown(variable.constraint.type.WithoutOptional());
  }
  if (!converted->IsNull() || variable.nullable) return *converted;
  if (variable.default_value) return *variable.default_value;
  diagnostics.AddError(
      "Required variable not set",
      Format("The given value is not suitable for {} defined at {}: required variable may not be set to "
             "null.",
             name.name, PlaceOf(variable.range)),
      range);
  return Value::Unknown(variable.constraint.type.WithoutOptional());
}

void Evaluator::ValidateVariable(const ModuleRun& run, const config::Variable& variable,
                                 const hcl::SourceRange& place, hcl::Diagnostics& diagnostics) {
  if (variable.validations.empty() || diagnostics.has_errors()) return;
  hcl::Diagnostics found;
  plan::CheckObject object{.module = run.address};
  object.status = CheckRules(variable.validations, RunScope(run, surroundings_), kInvalidVariable,
                             hcl::Severity::kError, found, object.failures);
  checks_.Record({.kind = plan::CheckKind::kVariable, .module = run.config->path, .name = variable.name},
                 object);
  for (hcl::Diagnostic one : found) {
    if (one.summary == kInvalidVariable) one.subject = place;  // the value is at fault, not the rule
    diagnostics.Add(std::move(one));
  }
}

void Evaluator::EvaluateOutput(ModuleRun& run, const config::Output& output, hcl::Diagnostics& diagnostics) {
  const RunScope scope(run, surroundings_);
  hcl::Diagnostics found;
  if (!output.preconditions.empty()) {
    plan::CheckObject object{.module = run.address};
    object.status = CheckRules(output.preconditions, scope, "Module output value precondition failed",
                               hcl::Severity::kError, found, object.failures);
    checks_.Record({.kind = plan::CheckKind::kOutput, .module = run.config->path, .name = output.name},
                   object);
  }
  Value value = output.value ? output.value.Evaluate(scope, found) : Value::Dynamic();
  const hcl::Marks within = value.MarksWithin();
  if (run.parent == nullptr && !output.sensitive && (within & hcl::Marks::kSensitive) != hcl::Marks::kNone) {
    found.AddError("Output refers to sensitive values",
                   "To reduce the risk of accidentally exporting sensitive data that was intended to "
                   "be only internal, Terraform "
                   "requires that any root module output containing sensitive data be explicitly "
                   "marked as sensitive, to confirm your "
                   "intent.\n\nIf you do intend to export this data, annotate the output value as "
                   "sensitive by adding the following "
                   "argument:\n    sensitive = true",
                   output.range);
  }
  if (run.parent == nullptr && output.ephemeral) {
    found.AddError("Ephemeral output not allowed",
                   "Ephemeral outputs are not allowed in context of a root module", output.range);
  }
  if (!output.ephemeral && (within & hcl::Marks::kEphemeral) != hcl::Marks::kNone) {
    found.AddError(
        "Ephemeral value not allowed",
        "This output value is not declared as returning an ephemeral value, so it cannot be set to a result "
        "derived from an ephemeral value.",
        output.value.range());
  }
  const bool failed = found.has_errors();
  diagnostics.Append(std::move(found));
  if (failed) return;  // it is not known
  if (output.sensitive) value = value.WithMarks(hcl::Marks::kSensitive);
  if (output.ephemeral) value = value.WithMarks(hcl::Marks::kEphemeral);
  run.outputs.insert_or_assign(output.name, std::move(value));
}

void Evaluator::ExpandCall(ModuleRun& parent, const config::Config& child, hcl::Diagnostics& diagnostics) {
  const config::ModuleCall& call = *child.call;
  const RunScope scope(parent, surroundings_);
  Instances instances = Expand(call.count, call.for_each, scope, diagnostics, validating_);
  CallRun& run = parent.calls[call.name];
  run.expansion = instances.expansion;
  if (instances.expansion == Expansion::kUnknown) {
    // Its expressions are still looked at, with all that repetition gives unknown.
    if (!validating_) return;
    instances.each.push_back(AnyOf(call.count, call.for_each));
  }
  for (Repetition& repetition : instances.each) {
    auto instance = std::make_unique<ModuleRun>();
    instance->config = &child;
    instance->address =
        parent.address.Child(call.name, repetition.is_any ? state::InstanceKey() : repetition.key);
    instance->parent = &parent;
    instance->repeats = instances.expansion != Expansion::kSingle;
    instance->repetition = std::move(repetition);
    runs_[&child].push_back(instance.get());
    const state::InstanceKey key = instance->repetition.key;
    run.instances.insert_or_assign(key, std::move(instance));
  }
}

void ReportNoValue(const config::Variable& variable, hcl::Diagnostics& diagnostics) {
  diagnostics.AddError(
      "No value for required variable",
      Format("The root module input variable {:?} is not set, and has no default value. Use a -var or "
             "-var-file command line argument to provide a value for this variable.",
             variable.name),
      variable.range);
}

Value ReadVariableText(const config::Variable& variable, const GivenVariable& given,
                       hcl::Diagnostics& diagnostics) {
  const hcl::Type& type = variable.constraint.type;
  if (!variable.typed || type.IsPrimitive()) return given.value;
  const auto source = std::make_shared<const hcl::Source>(Format("<value for var.{}>", variable.name),
                                                          std::string(given.value.AsString()));
  hcl::ParseResult parsed = hcl::ParseExpression(source);
  hcl::Diagnostics found = std::move(parsed.diagnostics);
  Value value = Value::Dynamic();
  if (!found.has_errors()) value = hcl::Expression(parsed.tree->root()).EvaluateLiteral(found);
  diagnostics.Append(std::move(found));
  return value;
}

}  // namespace cairn::infra
