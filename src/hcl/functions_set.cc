// Functions of sets.

#include <algorithm>
#include <vector>

#include "hcl/convert.h"
#include "hcl/functions_table.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

FunctionResult<Type> CommonSetType(Arguments arguments) {
  std::vector<Type> types;
  for (const Value& argument : arguments) {
    const Type& element = argument.type().element();
    if (argument.IsKnown() && argument.size() == 0 && element.IsDynamic())
      continue;  // toset([]) goes with all
    types.push_back(element);
  }
  if (types.empty()) return Type::Set(Type::Dynamic());
  const auto common = Unify(types);
  if (!common) return Refuse("given sets must all have compatible element types");
  return Type::Set(*common);
}

using Combine = std::vector<Value> (*)(const Value& a, const Value& b);

std::vector<Value> Union(const Value& a, const Value& b) {
  std::vector<Value> all(a.elements().begin(), a.elements().end());
  all.insert(all.end(), b.elements().begin(), b.elements().end());
  return all;
}

std::vector<Value> Filter(const Value& a, const Value& b, bool in_both) {
  std::vector<Value> kept;
  for (const Value& element : a.elements()) {
    if (b.Contains(element) == in_both) kept.push_back(element);
  }
  return kept;
}

std::vector<Value> Intersection(const Value& a, const Value& b) {
  return Filter(a, b, true);
}
std::vector<Value> Difference(const Value& a, const Value& b) {
  return Filter(a, b, false);
}

Function OfSets(size_t fixed, std::string description, bool unknown_elements, Combine combine) {
  const Parameter any_set{.name = {}, .type = Type::Set(Type::Dynamic()), .allow_dynamic = true};
  Function function{.type = CommonSetType, .refine = NotNull, .description = std::move(description)};
  function.parameters.assign(fixed, any_set);
  function.parameters[0].name = fixed == 1 ? "first_set" : "a";
  if (fixed == 2) {
    function.parameters[1].name = "b";
  } else {
    function.rest = any_set;
    function.rest->name = "other_sets";
  }
  function.call = [=](Arguments arguments, const Type& type) -> FunctionResult<Value> {
    Value combined;
    for (size_t i = 0; i < arguments.size(); ++i) {
      Result<Value> set = Convert(arguments[i], type);
      if (!set) return Refuse(set.error().message, i);
      if (!unknown_elements && !set->IsWhollyKnown()) return Value::Unknown(type);
      combined = i == 0 ? std::move(*set) : Value::Set(type.element(), combine(combined, *set));
    }
    return combined;
  };
  return function;
}

FunctionResult<Type> ProductType(Arguments arguments) {
  if (arguments.size() < 2) return Refuse("at least two arguments are required");
  std::vector<Type> types;
  bool ordered = true;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Type& type = arguments[i].type();
    if (!IsSequence(type, true)) return Refuse("a set or a list is required", i);
    if (type.kind() != TypeKind::kTuple) {
      types.push_back(type.element());
      ordered = ordered && type.kind() == TypeKind::kList;
      continue;
    }
    const auto common = type.elements().empty() ? std::optional(Type::Dynamic()) : Unify(type.elements());
    if (!common) return Refuse("all elements must be of the same type", i);
    types.push_back(*common);
  }
  Type product = Type::Tuple(std::move(types));
  return ordered ? Type::List(std::move(product)) : Type::Set(std::move(product));
}

// Of a product with an argument of unknown length; the peer looks at no length above 1024 and no product
// above 2048.
Value UnknownProduct(Arguments arguments, const Type& type) {
  int64_t most = 1;
  for (const Value& argument : arguments) {
    std::optional<int64_t> length;
    if (argument.type().kind() == TypeKind::kTuple) {
      length = int64_t(argument.type().elements().size());
    } else if (argument.IsKnown()) {
      length = int64_t(argument.size());
    } else {
      length = argument.refinement().length_max;
    }
    if (!length || *length > 1024 || (most *= *length) > 2048) return Value::Unknown(type);
  }
  return Value::Unknown(type, {.not_null = true, .length_min = most == 0 ? 0 : 1, .length_max = most});
}

FunctionResult<Value> Product(Arguments arguments, const Type& type) {
  const size_t tuples_max = kResultValuesMax / (arguments.size() + 1);
  Marks marks = Marks::kNone;
  bool known = true;
  size_t total = 1;
  for (const Value& argument : arguments) {
    marks = marks | argument.marks();
    // The length of a set with unknown elements is unknown, since some may turn out to be equal.
    known = known && argument.IsKnown() &&
            (argument.type().kind() != TypeKind::kSet || argument.size() < 2 || argument.IsWhollyKnown());
    if (!known) continue;
    if (argument.size() > 0 && total > tuples_max / argument.size())
      return Refuse("the product is too large");
    total *= argument.size();
  }
  if (!known) return UnknownProduct(arguments, type).WithMarks(marks);
  const std::vector<Type>& types = type.element().elements();
  std::vector<std::vector<Value>> parts(arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    for (const Value& element : arguments[i].elements()) {
      Result<Value> part = Convert(element, types[i]);
      if (!part) return Refuse(part.error().message, i);
      parts[i].push_back(*std::move(part));
    }
  }
  std::vector<Value> tuples;
  for (size_t number = 0; number < total; ++number) {
    std::vector<Value> tuple(parts.size());
    size_t rest = number;
    for (size_t i = parts.size(); i-- > 0;) {
      tuple[i] = parts[i][rest % parts[i].size()];
      rest /= parts[i].size();
    }
    tuples.push_back(Value::Tuple(std::move(tuple)));
  }
  return SequenceOf(type, std::move(tuples)).WithMarks(marks);
}

}  // namespace

void AddSetFunctions(FunctionList& list) {
  list.emplace_back("setunion", OfSets(1, "The elements that are in any of the sets.", true, Union));
  list.emplace_back("setintersection",
                    OfSets(1, "The elements that are in all of the sets.", false, Intersection));
  list.emplace_back("setsubtract", OfSets(2, "The elements of the first set that are not in the second.",
                                          false, Difference));
  Parameter sets = AnyMarked("sets");
  sets.allow_unknown = true;
  list.emplace_back("setproduct", Function{.rest = sets,
                                           .type = ProductType,
                                           .call = Product,
                                           .refine = NotNull,
                                           .description = "All combinations of an element of each."});
}

}  // namespace cairn::hcl
