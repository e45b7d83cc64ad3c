#include "infra/imports.h"

#include <utility>

#include "base/strings.h"
#include "config/import_target.h"
#include "hcl/convert.h"
#include "hcl/evaluator.h"

namespace cairn::infra {
namespace {

using hcl::Value;

// Of keys in addresses: there is `each`, and nothing else.
class KeyScope final : public hcl::Scope {
 public:
  explicit KeyScope(const Value* each) : each_(each) {}

  std::optional<Value> Find(std::string_view root, std::span<const hcl::TraversalStep> /*steps*/,
                            const hcl::SourceRange& range, size_t& /*used*/,
                            hcl::Diagnostics& diagnostics) const override {
    if (root == "each" && each_ != nullptr) return *each_;
    diagnostics.AddError("Unknown variable",
                         Format("There is no variable named {:?}.Only \"each.key\" and \"each.value\" can be "
                                "used in import address index expressions.",
                                std::string(root)),
                         range);
    return Value::Dynamic();
  }
  std::vector<std::string_view> Names() const override { return {"each"}; }
  const hcl::FunctionTable* functions() const override { return nullptr; }

 private:
  const Value* each_;
};

void RefuseForEach(const hcl::Expression& expression, std::string detail, const hcl::Scope& scope,
                   hcl::Diagnostics& diagnostics, hcl::Fault fault = hcl::Fault::kOther) {
  diagnostics.Add({.summary = "Invalid for_each argument",
                   .detail = std::move(detail),
                   .subject = expression.range(),
                   .values = hcl::Explain(expression.node(), scope, fault)});
}

void RefuseId(const config::Import& import, std::string detail, hcl::Diagnostics& diagnostics) {
  diagnostics.AddError("Invalid import id argument", std::move(detail), import.id.range());
}

// What is wrong with the kind of a key, if anything.
std::string KeyMistake(const state::InstanceKey& key, const config::Resource* resource) {
  const bool counts = resource != nullptr && resource->count;
  const bool for_each = resource != nullptr && resource->for_each;
  switch (key.kind()) {
    case state::InstanceKey::Kind::kNone:
      if (counts) return "The target resource is using count.";
      return for_each ? "The target resource is using for_each." : "";
    case state::InstanceKey::Kind::kInt:
      return counts ? "" : "The target resource does not use count.";
    case state::InstanceKey::Kind::kString:
      return for_each ? "" : "The target resource does not use for_each.";
  }
  return "";
}

Value EachOf(Value key, Value value) {
  return Value::Object({{"key", std::move(key)}, {"value", std::move(value)}});
}

// `each` of each element.
std::vector<Value> Elements(const Value& collection) {
  std::vector<Value> each;
  const bool named = collection.kind() == hcl::TypeKind::kMap || collection.kind() == hcl::TypeKind::kObject;
  const bool is_set = collection.kind() == hcl::TypeKind::kSet;
  for (size_t i = 0; i < collection.size(); ++i) {
    const Value& element = collection.elements()[i];
    const Value key = named ? Value::String(collection.name(i)) : is_set ? element : Value::Int(int64_t(i));
    each.push_back(EachOf(key, element));
  }
  return each;
}

bool IsCollection(const hcl::Type& type) {
  return type.IsDynamic() || type.Is(hcl::TypeKind::kList) || type.Is(hcl::TypeKind::kSet) ||
         type.Is(hcl::TypeKind::kMap) || type.Is(hcl::TypeKind::kTuple) || type.Is(hcl::TypeKind::kObject);
}

}  // namespace

void CheckAbsentTarget(const config::Import& import, hcl::Diagnostics& diagnostics) {
  const auto wrong = [&](std::string detail) {
    diagnostics.AddError("Configuration for import target does not exist", std::move(detail),
                         import.to.range());
  };
  if (!import.target.module.IsRoot()) {
    wrong(
        Format("Resource {} not found. Only resources within the root module are eligible for config "
               "generation.",
               import.target.ToString()));
  } else if (import.address && (import.for_each || import.address->key)) {
    wrong(
        "The given import block is not compatible with config generation. The -generate-config-out option "
        "cannot be used with import blocks which use for_each, or resources which use for_each or count.");
  }
}

std::optional<std::vector<ImportedObject>> ImportEvaluator::Evaluate(const config::Import& import,
                                                                     const config::Resource* resource,
                                                                     hcl::Diagnostics& diagnostics) const {
  std::vector<ImportedObject> objects;
  hcl::Diagnostics found;
  if (import.for_each) {
    const auto collection = ForEach(import, found);
    if (collection) {
      for (const Value& each : Elements(*collection)) EvaluateOne(import, resource, &each, objects, found);
    }
  } else {
    EvaluateOne(import, resource, nullptr, objects, found);
  }
  const bool failed = found.has_errors();
  diagnostics.Append(std::move(found));
  return failed ? std::nullopt : std::optional(std::move(objects));
}

// Nothing where there is nothing to go through.
std::optional<Value> ImportEvaluator::ForEach(const config::Import& import,
                                              hcl::Diagnostics& diagnostics) const {
  const hcl::Expression& expression = import.for_each;
  hcl::Diagnostics found;
  const Value given = expression.Evaluate(scope_, found);
  const bool failed = found.has_errors();
  diagnostics.Append(std::move(found));
  if (failed || given.IsNull() || (validating_ && !given.IsWhollyKnown())) return std::nullopt;
  if (!given.IsWhollyKnown()) {
    RefuseForEach(
        expression,
        "The \"for_each\" expression includes values derived from other resource attributes that "
        "cannot be determined until apply, and so Terraform cannot determine the full set of values "
        "that might be used to import this resource.",
        scope_, diagnostics, hcl::Fault::kUnknown);
  } else if (given.Has(hcl::Marks::kEphemeral)) {
    RefuseForEach(
        expression,
        "The given \"for_each\" value is derived from an ephemeral value, which means that Terraform "
        "cannot persist it between plan/apply rounds. Use only non-ephemeral values to specify a "
        "resource's instance keys.",
        scope_, diagnostics);
  } else if (!IsCollection(given.type())) {
    RefuseForEach(expression, "The \"for_each\" expression must be a collection.", scope_, diagnostics);
  } else {
    return given.WithoutMarks();
  }
  return std::nullopt;
}

void ImportEvaluator::EvaluateOne(const config::Import& import, const config::Resource* resource,
                                  const Value* each, std::vector<ImportedObject>& objects,
                                  hcl::Diagnostics& diagnostics) const {
  const auto address = AddressOf(import, each, diagnostics);
  if (!address) return;
  if (const std::string mistake = KeyMistake(address->key, resource); !mistake.empty()) {
    diagnostics.AddError("Invalid import 'to' expression", mistake, import.to.range());
    return;
  }
  const auto id = IdOf(import, each, diagnostics);
  if (id) objects.push_back({*address, *id});
}

std::optional<state::InstanceAddress> ImportEvaluator::AddressOf(const config::Import& import,
                                                                 const Value* each,
                                                                 hcl::Diagnostics& diagnostics) const {
  if (import.address) return import.address;
  const KeyScope scope(each);
  return config::ReadImportTarget(
      import.to,
      [&](hcl::Expression key) {
        hcl::Diagnostics found;
        Value value = key.Evaluate(scope, found);
        if (found.has_errors()) value = Value::Dynamic();
        diagnostics.Append(std::move(found));
        return value;
      },
      diagnostics);
}

std::optional<std::string> ImportEvaluator::IdOf(const config::Import& import, const Value* each,
                                                 hcl::Diagnostics& diagnostics) const {
  const std::vector<hcl::ChildScope::Local> locals = each == nullptr
                                                         ? std::vector<hcl::ChildScope::Local>()
                                                         : std::vector{hcl::ChildScope::Local{"each", each}};
  const hcl::ChildScope scope(scope_, locals);
  hcl::Diagnostics found;
  const Value given = import.id.Evaluate(scope, found).WithoutMarks();
  const bool failed = found.has_errors();
  diagnostics.Append(std::move(found));
  if (failed) return std::nullopt;
  if (given.IsNull()) {
    RefuseId(import, "The import ID cannot be null.", diagnostics);
    return std::nullopt;
  }
  if (!given.IsKnown() && validating_) return std::nullopt;
  if (!given.IsKnown()) {
    RefuseId(
        import,
        "The import block \"id\" argument depends on resource attributes that cannot be determined until "
        "apply, so Terraform cannot plan to import this resource.",
        diagnostics);
    return std::nullopt;
  }
  const auto text = hcl::Convert(given, hcl::Type::String());
  if (!text) {
    diagnostics.Add({.summary = "Incorrect value type",
                     .detail = Format("Invalid expression value: {}.", text.error().message),
                     .subject = import.id.range(),
                     .values = hcl::Explain(import.id.node(), scope)});
    return std::nullopt;
  }
  if (text->AsString().empty()) {
    RefuseId(import, "The import ID value evaluates to an empty string, please provide a non-empty value.",
             diagnostics);
    return std::nullopt;
  }
  return std::string(text->AsString());
}

}  // namespace cairn::infra
