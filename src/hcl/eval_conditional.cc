// Conditionals, as expressions and as `%{ if }` of templates.

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/evaluator.h"

namespace cairn::hcl {
namespace {

// Null as it is written: it can become anything.
bool IsPlainNull(const Value& value) {
  return value.IsNull() && value.kind() == TypeKind::kDynamic && value.marks() == Marks::kNone;
}

// The type of the result; nothing if there is none.
std::optional<Type> CommonType(const Value& a, const Value& b) {
  const Type a_type = a.type();
  const Type b_type = b.type();
  if (IsPlainNull(a)) return b_type;
  if (IsPlainNull(b) || a_type == b_type) return a_type;
  if (a_type.IsDynamic() || b_type.IsDynamic()) return Type::Dynamic();
  return Unify(std::array{a_type, b_type});
}

std::string Mismatch(const Type& a, const Type& b);

std::string ObjectMismatch(const Type& a, const Type& b) {
  for (const ObjectAttribute& attribute : a.attributes()) {
    const std::optional<size_t> other = b.AttributeIndex(attribute.name);
    if (!other) {
      return Format("The 'true' value includes object attribute {}, which is absent in the 'false' value",
                    Quote(attribute.name));
    }
    const Type& type = b.attributes()[*other].type;
    if (!(attribute.type == type)) {
      return Format("Type mismatch for object attribute {}: {}", Quote(attribute.name),
                    Mismatch(attribute.type, type));
    }
  }
  for (const ObjectAttribute& attribute : b.attributes()) {
    if (a.AttributeIndex(attribute.name)) continue;
    return Format("The 'false' value includes object attribute {}, which is absent in the 'true' value",
                  Quote(attribute.name));
  }
  return {};
}

std::string TupleMismatch(const Type& a, const Type& b) {
  if (a.elements().size() != b.elements().size()) {
    return Format("The 'true' tuple has length {}, but the 'false' tuple has length {}", a.elements().size(),
                  b.elements().size());
  }
  for (size_t i = 0; i < a.elements().size(); ++i) {
    if (a.elements()[i] == b.elements()[i]) continue;
    return Format("Type mismatch for tuple element {}: {}", i, Mismatch(a.elements()[i], b.elements()[i]));
  }
  return {};
}

// What is different in two types that have no common one.
std::string Mismatch(const Type& a, const Type& b) {
  if (a.kind() == b.kind()) {
    std::string difference;
    if (a.Is(TypeKind::kObject)) difference = ObjectMismatch(a, b);
    if (a.Is(TypeKind::kTuple)) difference = TupleMismatch(a, b);
    if (a.IsCollection() && a.element().kind() == b.element().kind() &&
        (a.element().Is(TypeKind::kObject) || a.element().Is(TypeKind::kTuple))) {
      const std::string_view noun = a.Is(TypeKind::kList) ? "list" : a.Is(TypeKind::kSet) ? "set" : "map";
      difference = Format("Mismatched {} element types: {}", noun, Mismatch(a.element(), b.element()));
    }
    if (!difference.empty()) return difference;
  }
  if (a.FriendlyName() == b.FriendlyName()) {
    return "At least one deeply-nested attribute or element is not compatible across both the 'true' and the "
           "'false' value";
  }
  return Format("The 'true' value is {}, but the 'false' value is {}", a.FriendlyName(), b.FriendlyName());
}

// What is known of a value: if it is known itself, everything.
Refinement KnownOf(const Value& value) {
  Refinement known;
  if (!value.IsKnown()) return value.refinement();
  if (value.IsNull()) return known;
  known.not_null = true;
  if (value.kind() == TypeKind::kNumber) known.min = known.max = value.AsNumber();
  if (value.type().IsCollection()) known.length_min = *(known.length_max = int64_t(value.size()));
  return known;
}

// What is known of a value that is one of two.
Refinement Either(const Value& a, const Value& b) {
  const Refinement x = KnownOf(a);
  const Refinement y = KnownOf(b);
  Refinement known{.not_null = x.not_null && y.not_null};
  if (x.min && y.min) {
    const int order = Compare(*x.min, *y.min);
    known.min = order < 0 ? x.min : y.min;
    known.min_inclusive = (order <= 0 && x.min_inclusive) || (order >= 0 && y.min_inclusive);
  }
  if (x.max && y.max) {
    const int order = Compare(*x.max, *y.max);
    known.max = order > 0 ? x.max : y.max;
    known.max_inclusive = (order >= 0 && x.max_inclusive) || (order <= 0 && y.max_inclusive);
  }
  known.length_min = std::min(x.length_min, y.length_min);
  if (x.length_max && y.length_max) known.length_max = std::max(*x.length_max, *y.length_max);
  return known;
}

Value EitherValue(const Value& a, const Value& b, const Type& type) {
  const bool same = a.type() == b.type() && (a.kind() == TypeKind::kNumber || a.type().IsCollection());
  if (a.IsNull() && b.IsNull()) return Value::Null(type);
  if (same) return Value::Unknown(type, Either(a, b));
  return a.IsNeverNull() && b.IsNeverNull() ? Value::UnknownNotNull(type) : Value::Unknown(type);
}

}  // namespace

struct Evaluator::Arm {
  std::string_view name;
  Node node;
  Value value;
  Diagnostics diagnostics;  // count if it is chosen
};

Evaluator::Arm Evaluator::EvaluateArm(Node node, size_t child, std::string_view name,
                                      const Context& context) {
  Arm arm{.name = name, .node = {}, .value = Value::String(""), .diagnostics = {}};
  if (child >= node.child_count()) return arm;
  arm.node = node.child(child);
  Context own = context;
  own.diagnostics = &arm.diagnostics;
  const bool is_directive = node.kind() == NodeKind::kIfDirective;
  arm.value = is_directive ? TemplateParts(arm.node, own) : Evaluate(arm.node, own);
  return arm;
}

// The condition as a boolean, which may be unknown and marked; nothing if it is none.
std::optional<Value> Evaluator::Condition(Node node, const Context& context) {
  const Node condition = node.child(0);
  Value value = Evaluate(condition, context);
  if (value.IsNull()) {
    Report(context,
           {.summary = "Null condition",
            .detail = "The condition value is null. Conditions must either be true or false.",
            .subject = condition.range(),
            .context = node.range()},
           condition);
    return std::nullopt;
  }
  if (!value.IsKnown()) return Value::Unknown(Type::Bool()).WithMarks(value.marks());
  auto converted = Convert(value, Type::Bool());
  if (converted) return *std::move(converted);
  Report(context,
         {.summary = "Incorrect condition type",
          .detail = "The condition expression must be of type bool.",
          .subject = condition.range(),
          .context = node.range()},
         condition);
  return std::nullopt;
}

Value Evaluator::Choose(Node node, Arm& arm, const Type& type, const Context& context) {
  context.diagnostics->Append(std::move(arm.diagnostics));
  if (type.IsDynamic() || arm.value.type() == type) return std::move(arm.value);
  auto converted = Convert(arm.value, type);
  if (converted) return *std::move(converted);
  Report(
      context,
      {.summary = "Inconsistent conditional result types",
       .detail = Format("The {} result value has the wrong type: {}.", arm.name, converted.error().message),
       .subject = arm.node.range(),
       .context = node.range()},
      arm.node);
  return Value::Unknown(type);
}

Value Evaluator::Conditional(Node node, const Context& context) {
  Arm if_true = EvaluateArm(node, 1, "true", context);
  Arm if_false = EvaluateArm(node, 2, "false", context);
  const std::optional<Type> type = CommonType(if_true.value, if_false.value);
  if (!type) {
    SourceRange subject = if_true.node.range();
    subject.end = if_false.node.range().end;
    Report(context,
           {.summary = "Inconsistent conditional result types",
            .detail = Format("The true and false result expressions must have consistent types. {}.",
                             Mismatch(if_true.value.type(), if_false.value.type())),
            .subject = subject,
            .context = node.range()},
           node);
    return Value::Dynamic();
  }
  const std::optional<Value> condition = Condition(node, context);
  if (!condition) return Value::Unknown(*type);
  // Those of the other result too: who knows the condition would learn whether it has them.
  const Marks marks = condition->marks() | if_true.value.marks() | if_false.value.marks();
  if (condition->IsKnown()) {
    Arm& chosen = condition->AsBool() ? if_true : if_false;
    return Choose(node, chosen, *type, context).WithMarks(marks);
  }
  return EitherValue(if_true.value.WithoutMarks(), if_false.value.WithoutMarks(), *type).WithMarks(marks);
}

}  // namespace cairn::hcl
