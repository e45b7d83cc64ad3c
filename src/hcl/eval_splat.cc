// `a[*].b` and `a.*.b`.

#include <algorithm>
#include <utility>
#include <vector>

#include "hcl/evaluator.h"

namespace cairn::hcl {
namespace {

bool IsSequence(const Type& type) {
  return type.Is(TypeKind::kTuple) || type.Is(TypeKind::kList) || type.Is(TypeKind::kSet);
}

SourceRange SplatRange(Node splat) {
  SourceRange range = splat.child(0).range();
  range.end = StartRange(splat).end;
  return range;
}

// What has been made of a list's or set's elements: a list, unless one of them is of another type than the
// others, which happens where a second splat finds nulls.
Value ListOrTuple(std::vector<Value> elements) {
  Type type;
  for (const Value& element : elements) {
    const Type own = element.type();
    if (type.IsDynamic()) type = own;
    if (!(own == type) && !own.IsDynamic()) return Value::Tuple(std::move(elements));
  }
  return Value::List(type, std::move(elements));
}

}  // namespace

// The type of what is made of something of type `source`.
Type Evaluator::SplatType(Node each, const Type& source, const Context& context) {
  Context inner = context;
  const auto type_for = [&](const Type& type) {
    const Value element = Value::Unknown(type);
    inner.element = &element;
    return Evaluate(each, inner).type();
  };
  if (!source.Is(TypeKind::kTuple)) return Type::List(type_for(source.element()));
  std::vector<Type> types;
  for (const Type& element : source.elements()) types.push_back(type_for(element));
  return Type::Tuple(std::move(types));
}

Value Evaluator::Splat(Node node, const Context& context) {
  const Node each = node.child(1);
  auto [source, failed] = Try(node.child(0), context);
  if (failed) return Value::Dynamic();
  const Marks marks = source.marks();
  Type type = source.type();
  const bool wraps = !IsSequence(type);  // a single value counts as a sequence of one, null as one of none
  if (source.IsNull() && !wraps) {
    Report(context,
           {.summary = "Splat of null value",
            .detail = "Splat expressions (with the * symbol) cannot be applied to null sequences.",
            .subject = node.child(0).range(),
            .context = SplatRange(node)},
           node.child(0));
    return Value::Dynamic();
  }
  if (source.IsNull()) return Value::Tuple({}).WithMarks(marks);
  if (type.IsDynamic()) return Value::Dynamic().WithMarks(marks);

  const bool may_be_empty = wraps && !source.IsNeverNull();
  if (wraps) {
    source = Value::Tuple({std::move(source)}).WithMarks(marks);
    type = source.type();
  } else if (!source.IsKnown()) {
    const Type result = SplatType(each, type, context);
    Refinement known{.not_null = true};
    if (result.Is(TypeKind::kList)) {
      known.length_min = source.refinement().length_min;
      known.length_max = source.refinement().length_max;
    }
    return Value::Unknown(result, std::move(known)).WithMarks(marks);
  }

  Context inner = context;
  std::vector<Value> elements;
  elements.reserve(source.size());
  for (const Value& element : source.elements()) {
    if (!StartRound(node, context)) return Value::Dynamic().WithMarks(marks);
    inner.element = &element;
    Outcome made = Try(each, inner);
    failed = failed || made.failed;
    elements.push_back(std::move(made.value));
  }
  if (may_be_empty) return Value::Dynamic().WithMarks(marks);
  if (failed) {
    Diagnostics ignored;
    inner.diagnostics = &ignored;
    return Value::Unknown(SplatType(each, type, inner)).WithMarks(marks);
  }
  if (type.Is(TypeKind::kTuple)) return Value::Tuple(std::move(elements)).WithMarks(marks);
  if (!elements.empty()) return ListOrTuple(std::move(elements)).WithMarks(marks);
  return Value::List(SplatType(each, type, context).element(), {}).WithMarks(marks);
}

}  // namespace cairn::hcl
