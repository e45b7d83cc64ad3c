#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "hcl/convert.h"
#include "hcl/evaluator.h"
#include "infra/module_run.h"

namespace cairn::infra {
namespace {

using hcl::Value;

Instances UnknownInstances() {
  return {.expansion = Expansion::kUnknown};
}

void Refuse(const hcl::Expression& expression, std::string_view argument, std::string detail,
            hcl::Diagnostics& diagnostics, std::vector<std::string> values = {}) {
  diagnostics.Add({.summary = Format("Invalid {} argument", argument),
                   .detail = std::move(detail),
                   .subject = expression.range(),
                   .values = std::move(values)});
}

Instances ExpandCount(const hcl::Expression& expression, const hcl::Scope& scope,
                      hcl::Diagnostics& diagnostics, bool validating) {
  hcl::Diagnostics found;
  const Value given = expression.Evaluate(scope, found);
  const bool failed = found.has_errors();
  diagnostics.Append(std::move(found));
  if (failed) return UnknownInstances();
  if (given.Has(hcl::Marks::kEphemeral)) {
    Refuse(expression, "count",
           "The given \"count\" is derived from an ephemeral value, which means that Terraform cannot "
           "persist it between "
           "plan/apply rounds. Use only non-ephemeral values to specify the number of resource instances.",
           diagnostics);
    return UnknownInstances();
  }
  const Value value = given.WithoutMarks();
  if (!value.IsKnown() && validating) return UnknownInstances();
  if (!value.IsKnown()) {
    Refuse(expression, "count",
           "The \"count\" value depends on resource attributes that cannot be determined until apply, so "
           "Terraform cannot "
           "predict how many instances will be created. To work around this, use the -target argument to "
           "first apply only "
           "the resources that the count depends on.",
           diagnostics);
    return UnknownInstances();
  }
  if (value.IsNull()) {
    Refuse(expression, "count", "The given \"count\" argument value is null. An integer is required.",
           diagnostics);
    return UnknownInstances();
  }
  const auto number = hcl::Convert(value, hcl::Type::Number());
  if (!number) {
    diagnostics.Add({.summary = "Incorrect value type",
                     .detail = Format("Invalid expression value: {}.", number.error().message),
                     .subject = expression.range(),
                     .values = hcl::Explain(expression.node(), scope)});
    return UnknownInstances();
  }
  const auto count = number->AsNumber().AsInt64();
  if (!count) {
    Refuse(expression, "count",
           "The given \"count\" argument value is unsuitable: value must be a whole number, between "
           "-9223372036854775808 and "
           "9223372036854775807.",
           diagnostics);
    return UnknownInstances();
  }
  if (*count < 0) {
    Refuse(expression, "count",
           "The given \"count\" argument value is unsuitable: must be greater than or equal to zero.",
           diagnostics);
    return UnknownInstances();
  }
  if (*count > kInstancesMax) {
    Refuse(expression, "count",
           Format("The given \"count\" argument value is unsuitable: must not be greater than {}.",
                  kInstancesMax),
           diagnostics);
    return UnknownInstances();
  }
  Instances instances{.expansion = Expansion::kCount};
  instances.each.reserve(size_t(*count));
  for (int64_t i = 0; i < *count; ++i) instances.each.push_back({.key = state::InstanceKey::Int(i)});
  return instances;
}

// Whether it is not known now, and can be right once it is.
bool MayBeForEach(const Value& value) {
  const hcl::Type& type = value.type();
  if (value.Has(hcl::Marks::kSensitive)) return false;
  if (type.Is(hcl::TypeKind::kSet)) return !value.IsWhollyKnown();
  return !value.IsKnown() &&
         (type.IsDynamic() || type.Is(hcl::TypeKind::kMap) || type.Is(hcl::TypeKind::kObject));
}

// What is wrong with a for_each, if anything.
std::string ForEachMistake(const Value& value) {
  if (value.Has(hcl::Marks::kSensitive)) {
    return "Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments. "
           "If used, the "
           "sensitive value could be exposed as a resource instance key.";
  }
  if (value.Has(hcl::Marks::kEphemeral)) {
    return "The given \"for_each\" value is derived from an ephemeral value, which means that Terraform "
           "cannot persist it "
           "between plan/apply rounds. Use only non-ephemeral values to specify a resource's instance keys.";
  }
  const hcl::Type& type = value.type();
  const bool is_map = type.Is(hcl::TypeKind::kMap) || type.Is(hcl::TypeKind::kObject);
  const bool is_set = type.Is(hcl::TypeKind::kSet);
  if (value.IsNull()) {
    return "The given \"for_each\" argument value is unsuitable: the given \"for_each\" argument value is "
           "null. A "
           "map, or set of strings is allowed.";
  }
  if (!value.IsKnown() || (is_set && !value.IsWhollyKnown())) {
    if (!type.IsDynamic() && !is_map && !is_set) {
      return Format(
          "The given \"for_each\" argument value is unsuitable: the \"for_each\" argument must be a map, or "
          "set of "
          "strings, and you have provided a value of type {}.",
          type.FriendlyName());
    }
    return Format(
        "The \"for_each\" {} includes {} derived from resource attributes that cannot be determined until "
        "apply, and so "
        "Terraform cannot determine the full set of keys that will identify the instances of this "
        "resource.\n\nWhen working "
        "with unknown values in for_each, it's better to {}\n\nAlternatively, you could use the -target "
        "planning option to "
        "first apply only the resources that the for_each value depends on, and then apply a second time to "
        "fully converge.",
        is_set ? "set" : "map", is_set ? "values" : "keys",
        is_set ? "use a map value where the keys are defined statically in your configuration and where only "
                 "the values "
                 "contain apply-time results."
               : "define the map keys statically in your configuration and place apply-time results only in "
                 "the map "
                 "values.");
  }
  if (!is_map && !is_set) {
    return Format(
        "The given \"for_each\" argument value is unsuitable: the \"for_each\" argument must be a map, or "
        "set of "
        "strings, and you have provided a value of type {}.",
        type.FriendlyName());
  }
  if (!is_set || value.size() == 0) return {};
  if (!type.element().Is(hcl::TypeKind::kString)) {
    return Format(
        "The given \"for_each\" argument value is unsuitable: \"for_each\" supports maps and sets of "
        "strings, but "
        "you have provided a set containing type {}.",
        type.element().FriendlyName());
  }
  for (const Value& element : value.elements()) {
    if (element.IsNull()) {
      return "The given \"for_each\" argument value is unsuitable: \"for_each\" sets must not contain null "
             "values.";
    }
  }
  return {};
}

Instances ExpandForEach(const hcl::Expression& expression, const hcl::Scope& scope,
                        hcl::Diagnostics& diagnostics, bool validating) {
  hcl::Diagnostics found;
  const Value value = expression.Evaluate(scope, found);
  const bool failed = found.has_errors();
  diagnostics.Append(std::move(found));
  if (failed) return UnknownInstances();
  if (validating && MayBeForEach(value)) return UnknownInstances();
  if (std::string mistake = ForEachMistake(value); !mistake.empty()) {
    const hcl::Fault fault = value.Has(hcl::Marks::kSensitive) ? hcl::Fault::kSensitive
                             : value.IsWhollyKnown()           ? hcl::Fault::kOther
                                                               : hcl::Fault::kUnknown;
    Refuse(expression, "for_each", std::move(mistake), diagnostics,
           hcl::Explain(expression.node(), scope, fault));
    return UnknownInstances();
  }
  Instances instances{.expansion = Expansion::kForEach};
  instances.each.reserve(value.size());
  const bool is_set = value.kind() == hcl::TypeKind::kSet;
  for (size_t i = 0; i < value.size(); ++i) {
    const Value& element = value.elements()[i];
    instances.each.push_back({.key = state::InstanceKey::String(is_set ? element.AsString() : value.name(i)),
                              .each_value = element});
  }
  return instances;
}

}  // namespace

Instances Expand(const hcl::Expression& count, const hcl::Expression& for_each, const hcl::Scope& scope,
                 hcl::Diagnostics& diagnostics, bool validating) {
  if (!count && !for_each) return {.expansion = Expansion::kSingle, .each = {Repetition{}}};
  hcl::Diagnostics found;
  Instances instances = count ? ExpandCount(count, scope, found, validating)
                              : ExpandForEach(for_each, scope, found, validating);
  diagnostics.Append(std::move(found));
  return validating ? UnknownInstances() : instances;
}

Repetition AnyOf(const hcl::Expression& count, const hcl::Expression& for_each) {
  if (count) return {.key = state::InstanceKey::Int(0), .is_any = true};
  if (for_each)
    return {.key = state::InstanceKey::String(""), .each_value = Value::Dynamic(), .is_any = true};
  return {};
}

}  // namespace cairn::infra
