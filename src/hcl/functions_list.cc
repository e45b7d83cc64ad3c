// Functions that look into collections: how many, which, whether all.

#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "hcl/convert.h"
#include "hcl/functions_table.h"
#include "hcl/operations.h"
#include "hcl/unicode.h"
#include "hcl/value_order.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

Parameter Any(std::string name) {
  return {.name = std::move(name)};
}

FunctionResult<Type> LengthType(Arguments arguments) {
  const Type& type = arguments[0].type();
  if (type.IsPrimitive() && !(type == Type::String())) {
    return Refuse("argument must be a string, a collection type, or a structural type");
  }
  return Type::Number();
}

FunctionResult<Value> LengthOf(Arguments arguments, const Type&) {
  const Value& value = arguments[0];
  if (!(value.type() == Type::String())) return Length(value);
  if (value.IsKnown()) return Value::Int(int64_t(CountGraphemes(value.AsString()))).WithMarks(value.marks());
  const auto least = int64_t(CountGraphemes(value.refinement().prefix));
  return Value::Unknown(Type::Number(), {.not_null = true, .min = Number(least)}).WithMarks(value.marks());
}

// `alltrue` as soon as one is false, null or unknown; `anytrue` as soon as one is true.
FunctionResult<Value> AllTrue(Arguments arguments, const Type&) {
  for (const Value& element : arguments[0].elements()) {
    if (!element.IsKnown()) return Value::Unknown(Type::Bool());
    if (element.IsNull() || !element.AsBool()) return Value::Bool(false);
  }
  return Value::Bool(true);
}

FunctionResult<Value> AnyTrue(Arguments arguments, const Type&) {
  bool unknown = false;
  for (const Value& element : arguments[0].elements()) {
    unknown = unknown || !element.IsKnown();
    if (element.IsKnown() && !element.IsNull() && element.AsBool()) return Value::Bool(true);
  }
  return unknown ? Value::Unknown(Type::Bool()) : Value::Bool(false);
}

FunctionResult<Value> Contains(Arguments arguments, const Type&) {
  const Value& list = arguments[0];
  if (!IsSequence(list.type(), true)) return Refuse("argument must be list, tuple, or set");
  bool unknown = false;
  for (const Value& element : list.elements()) {
    const Value equal = Equal(arguments[1], element);
    unknown = unknown || !equal.IsKnown();
    if (equal.IsKnown() && equal.AsBool()) return Value::Bool(true);
  }
  return unknown ? Value::Unknown(Type::Bool()) : Value::Bool(false);
}

FunctionResult<Value> Index(Arguments arguments, const Type&) {
  const Value& list = arguments[0];
  if (!IsSequence(list.type())) return Refuse("argument must be a list or tuple");
  if (list.size() == 0) return Refuse("cannot search an empty list");
  for (size_t i = 0; i < list.size(); ++i) {
    const Value equal = Equal(list.elements()[i], arguments[1]);
    if (!equal.IsKnown()) return Value::Unknown(Type::Number());
    if (equal.AsBool()) return Value::Int(int64_t(i));
  }
  return Refuse("item not found");
}

FunctionResult<Type> CoalesceType(Arguments arguments) {
  std::vector<Type> types;
  for (const Value& argument : arguments) types.push_back(argument.type());
  const auto common = Unify(types);
  if (!common) return Refuse("all arguments must have the same type");
  return *common;
}

FunctionResult<Value> Coalesce(Arguments arguments, const Type& type) {
  for (const Value& argument : arguments) {
    const Result<Value> value = Convert(argument, type);
    if (!value) return Refuse(value.error().message);
    if (!value->IsKnown()) return Value::Unknown(type);
    if (value->IsNull()) continue;
    if (type == Type::String() && value->AsString().empty()) continue;
    return *value;
  }
  return Refuse("no non-null, non-empty-string arguments");
}

FunctionResult<Type> OneType(Arguments arguments) {
  const Type& type = arguments[0].type();
  if (IsSequence(type, true) && type.kind() != TypeKind::kTuple) return type.element();
  if (type.kind() == TypeKind::kTuple && type.elements().empty()) return Type::Dynamic();
  if (type.kind() == TypeKind::kTuple && type.elements().size() == 1) return type.elements()[0];
  return Refuse("must be a list, set, or tuple value with either zero or one elements", 0);
}

FunctionResult<Value> One(Arguments arguments, const Type& type) {
  const Value length = Length(arguments[0]);
  if (!length.IsKnown()) return Value::Unknown(type);
  if (arguments[0].size() == 0) return Value::Null(type);
  if (arguments[0].size() == 1) return arguments[0].elements()[0];
  return Refuse("must be a list, set, or tuple value with either zero or one elements", 0);
}

FunctionResult<Value> Sum(Arguments arguments, const Type&) {
  const Value& list = arguments[0];
  const TypeKind kind = list.type().kind();
  if (list.type().IsPrimitive()) return Refuse("cannot sum noniterable", 0);
  if (list.size() == 0) return Refuse("cannot sum an empty list", 0);
  if (kind == TypeKind::kMap || kind == TypeKind::kObject) {
    return Refuse("argument must be list, set, or tuple. Received " + list.type().FriendlyName(), 0);
  }
  if (!list.IsWhollyKnown()) return Value::Unknown(Type::Number());
  Value sum;
  for (const Value& element : list.elements()) {
    const Result<Value> number = Convert(element, Type::Number());
    if (!number || number->IsNull())
      return Refuse("argument must be list, set, or tuple of number values", 0);
    const Result<Value> next = sum.IsNull() ? *number : Add(sum, *number);
    if (!next) return Refuse("can't compute sum of opposing infinities");
    sum = *next;
  }
  return sum;
}

// Elements of `values` whose element of `keys` at the same place is in `searchset`.
constexpr size_t kComparisonsMax = size_t{1} << 22;  // of `matchkeys`, each key with each value

FunctionResult<Value> MatchKeys(Arguments arguments, const Type& type) {
  const Value& values = arguments[0];
  if (values.size() != arguments[1].size()) return Refuse("length of keys and values should be equal");
  const auto common = Unify(std::vector{arguments[1].type(), arguments[2].type()});
  const Result<Value> keys = Convert(arguments[1], *common);
  const Result<Value> wanted = Convert(arguments[2], *common);
  if (!keys || !wanted) return Refuse("keys and searchset must be of the same type");
  std::vector<Value> matching;
  if (wanted->size() == 0) return Value::List(type.element(), {});
  if (!values.IsWhollyKnown() || !keys->IsWhollyKnown()) return Value::Unknown(type);
  if (wanted->IsWhollyKnown()) {
    std::vector<Value> sorted(wanted->elements().begin(), wanted->elements().end());
    SortForSet(sorted);
    for (size_t i = 0; i < keys->size(); ++i) {
      if (SetContains(sorted, keys->elements()[i])) matching.push_back(values.elements()[i]);
    }
    return Value::List(type.element(), std::move(matching));
  }
  if (keys->size() > kComparisonsMax / wanted->size())
    return Refuse("too many keys to search for values not yet known");
  for (size_t i = 0; i < keys->size(); ++i) {
    for (const Value& candidate : wanted->elements()) {
      const Value equal = Equal(keys->elements()[i], candidate);
      if (!equal.IsKnown()) return Value::List(type.element(), {});  // as the peer answers
      if (!equal.AsBool()) continue;
      matching.push_back(values.elements()[i]);
      break;
    }
  }
  return Value::List(type.element(), std::move(matching));
}

FunctionResult<Type> MatchKeysType(Arguments arguments) {
  if (Unify(std::vector{arguments[1].type(), arguments[2].type()})) return arguments[0].type();
  return Refuse("keys and searchset must be of the same type");
}

Function OfBooleans(std::string description, FunctionResult<Value> (*call)(Arguments, const Type&)) {
  return {.parameters = {{.name = "list", .type = Type::List(Type::Bool())}},
          .type = Always(Type::Bool()),
          .call = call,
          .refine = NotNull,
          .description = std::move(description)};
}

void AddSearches(FunctionList& list) {
  Function contains{.parameters = {Any("list"), Any("value")},
                    .type = Always(Type::Bool()),
                    .call = Contains,
                    .refine = NotNull,
                    .description = "Whether a list, tuple or set has an element."};
  list.emplace_back("contains", std::move(contains));
  list.emplace_back("index", Function{.parameters = {Any("list"), Any("value")},
                                      .type = Always(Type::Number()),
                                      .call = Index,
                                      .refine = NotNull,
                                      .description = "The index of the first element that is equal."});
  const Type any_list = Type::List(Type::Dynamic());
  list.emplace_back("matchkeys",
                    Function{.parameters = {{.name = "values", .type = any_list},
                                            {.name = "keys", .type = any_list},
                                            {.name = "searchset", .type = any_list}},
                             .type = MatchKeysType,
                             .call = MatchKeys,
                             .refine = NotNull,
                             .description = "The values whose keys are among those searched for."});
}

}  // namespace

void AddListFunctions(FunctionList& list) {
  list.emplace_back("length", Function{.parameters = {{.name = "value",
                                                       .allow_unknown = true,
                                                       .allow_dynamic = true,
                                                       .allow_marked = true}},
                                       .type = LengthType,
                                       .call = LengthOf,
                                       .refine = NotNull,
                                       .description = "The number of elements, attributes or characters."});
  list.emplace_back("alltrue", OfBooleans("Whether all elements are true.", AllTrue));
  list.emplace_back("anytrue", OfBooleans("Whether any element is true.", AnyTrue));
  AddSearches(list);
  list.emplace_back(
      "coalesce",
      Function{
          .rest = Parameter{.name = "vals", .allow_null = true, .allow_unknown = true, .allow_dynamic = true},
          .type = CoalesceType,
          .call = Coalesce,
          .refine = NotNull,
          .description = "The first argument that is neither null nor an empty string."});
  list.emplace_back("one", Function{.parameters = {Any("list")},
                                    .type = OneType,
                                    .call = One,
                                    .description = "The only element, or null if there is none."});
  list.emplace_back("sum", Function{.parameters = {Any("list")},
                                    .type = Always(Type::Number()),
                                    .call = Sum,
                                    .refine = NotNull,
                                    .description = "The sum of the numbers."});
}

}  // namespace cairn::hcl
