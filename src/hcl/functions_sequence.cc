// Functions that choose from lists, tuples and sets, or make them of others.

#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/functions_table.h"
#include "hcl/operations.h"

namespace cairn::hcl {

Value SequenceOf(const Type& type, std::vector<Value> elements) {
  switch (type.kind()) {
    case TypeKind::kList:
      return Value::List(type.element(), std::move(elements));
    case TypeKind::kSet:
      return Value::Set(type.element(), std::move(elements));
    default:
      return Value::Tuple(std::move(elements));
  }
}

std::string Shown(std::string_view text, Marks marks) {
  const bool sensitive = (marks & Marks::kSensitive) != Marks::kNone;
  const bool ephemeral = (marks & Marks::kEphemeral) != Marks::kNone;
  if (sensitive && ephemeral) return "(ephemeral sensitive value)";
  if (ephemeral) return "(ephemeral value)";
  return sensitive ? "(sensitive value)" : Quote(text);
}

namespace {

using Arguments = std::span<const Value>;
using Types = std::vector<Type>;

std::vector<Value> Elements(const Value& value) {
  return {value.elements().begin(), value.elements().end()};
}

Type ListOfAny() {
  return Type::List(Type::Dynamic());
}

// The element of a tuple or list, counted round and round from either end.
FunctionResult<size_t> RoundIndex(Arguments arguments, size_t size) {
  const auto index = WholeArgument(arguments, 1);
  if (!index) return Refuse("invalid index: " + index.error().message);
  if (size == 0) return Refuse("cannot use element function with an empty list");
  const int64_t remainder = *index % int64_t(size);
  return size_t(remainder < 0 ? remainder + int64_t(size) : remainder);
}

FunctionResult<Type> ElementType(Arguments arguments) {
  const Type& type = arguments[0].type();
  if (type.kind() == TypeKind::kList) return type.element();
  if (type.kind() != TypeKind::kTuple) return Refuse("cannot read elements from " + type.FriendlyName());
  if (!arguments[1].IsKnown()) return Type::Dynamic();
  // The peer has none either, though it has of lists.
  if (arguments[1].AsNumber().Sign() < 0) return Refuse("a tuple has no elements of negative indices", 1);
  const auto index = RoundIndex(arguments, type.elements().size());
  if (!index) return std::unexpected(index.error());
  return type.elements()[*index];
}

FunctionResult<Value> Element(Arguments arguments, const Type&) {
  const auto index = RoundIndex(arguments, arguments[0].size());
  if (!index) return std::unexpected(index.error());
  return arguments[0].elements()[*index].WithMarks(arguments[0].marks());
}

struct SliceBounds {
  size_t begin = 0;
  size_t end = 0;
  bool known = false;
};

FunctionResult<SliceBounds> BoundsOfSlice(Arguments arguments) {
  const Value& list = arguments[0];
  const bool is_tuple = list.type().kind() == TypeKind::kTuple;
  std::optional<int64_t> length;
  if (is_tuple) {
    length = int64_t(list.type().elements().size());
  } else if (list.IsKnown()) {
    length = int64_t(list.size());
  }
  int64_t bounds[2] = {};
  for (size_t i = 1; i <= 2; ++i) {
    const char* which = i == 1 ? "start" : "end";
    if (!arguments[i].IsKnown()) continue;
    const auto bound = WholeArgument(arguments, i);
    if (!bound) return Refuse(Format("invalid {} index: {}", which, bound.error().message), i);
    if (*bound < 0) return Refuse(Format("{} index must not be less than zero", which), i);
    if (length && *bound > *length) {
      return Refuse(Format("{} index must not be greater than the length of the list", which), i);
    }
    bounds[i - 1] = *bound;
  }
  const bool known = arguments[1].IsKnown() && arguments[2].IsKnown();
  if (known && bounds[0] > bounds[1]) return Refuse("start index must not be greater than end index", 1);
  return SliceBounds{size_t(bounds[0]), size_t(bounds[1]), known};
}

FunctionResult<Type> SliceType(Arguments arguments) {
  const Type& type = arguments[0].type();
  if (type.kind() == TypeKind::kSet) {
    return Refuse(
        "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the "
        "ordering "
        "of the result is not important",
        0);
  }
  if (!IsSequence(type)) return Refuse("must be a list or tuple value", 0);
  const auto bounds = BoundsOfSlice(arguments);
  if (!bounds) return std::unexpected(bounds.error());
  if (type.kind() == TypeKind::kList) return type;
  if (!bounds->known) return Type::Dynamic();
  return Type::Tuple(
      Types(type.elements().begin() + long(bounds->begin), type.elements().begin() + long(bounds->end)));
}

FunctionResult<Value> Slice(Arguments arguments, const Type& type) {
  const auto bounds = BoundsOfSlice(arguments);
  if (!bounds) return std::unexpected(bounds.error());
  const auto elements = arguments[0].elements().subspan(bounds->begin, bounds->end - bounds->begin);
  return SequenceOf(type, {elements.begin(), elements.end()}).WithMarks(arguments[0].marks());
}

FunctionResult<Type> ReverseType(Arguments arguments) {
  const Type& type = arguments[0].type();
  if (type.kind() == TypeKind::kTuple)
    return Type::Tuple(Types(type.elements().rbegin(), type.elements().rend()));
  if (IsSequence(type, true)) return Type::List(type.element());
  return Refuse("can only reverse list or tuple values, not " + type.FriendlyName(), 0);
}

FunctionResult<Value> Reverse(Arguments arguments, const Type& type) {
  std::vector<Value> reversed = Elements(arguments[0]);
  std::reverse(reversed.begin(), reversed.end());
  return SequenceOf(type, std::move(reversed)).WithMarks(arguments[0].marks());
}

FunctionResult<Type> ConcatType(Arguments arguments) {
  if (arguments.empty()) return Refuse("at least one argument is required");
  Types lists;
  for (const Value& argument : arguments) {
    if (argument.type().kind() == TypeKind::kList) lists.push_back(argument.type());
  }
  if (lists.size() == arguments.size()) {
    if (auto common = Unify(lists)) return *common;
  }
  Types elements;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Type& type = arguments[i].type();
    if (type.kind() == TypeKind::kTuple) {
      elements.insert(elements.end(), type.elements().begin(), type.elements().end());
    } else if (type.kind() != TypeKind::kList) {
      return Refuse("all arguments must be lists or tuples; got " + type.FriendlyName(), i);
    } else if (!arguments[i].IsKnown()) {
      return Type::Dynamic();
    } else {
      elements.insert(elements.end(), arguments[i].size(), type.element());
    }
  }
  return Type::Tuple(std::move(elements));
}

FunctionResult<Value> Concat(Arguments arguments, const Type& type) {
  std::vector<Value> all;
  Marks marks = Marks::kNone;
  for (size_t i = 0; i < arguments.size(); ++i) {
    Value part = arguments[i];
    if (type.kind() == TypeKind::kList) {
      Result<Value> converted = Convert(part, type);
      if (!converted) return Refuse(converted.error().message, i);
      part = std::move(*converted);
    }
    marks = marks | part.marks();
    all.insert(all.end(), part.elements().begin(), part.elements().end());
  }
  return SequenceOf(type, std::move(all)).WithMarks(marks);
}

// Lists, sets and tuples within each other laid end to end. `known` turns false where a length is not.
void FlattenInto(const Value& value, std::vector<Value>& out, Marks& marks, bool& known) {
  marks = marks | value.marks();
  for (const Value& element : value.elements()) {
    if (!element.IsKnown() && element.type().IsDynamic()) known = false;
    if (element.IsNull() || !IsSequence(element.type(), true)) {
      out.push_back(element);
    } else if (!element.IsKnown()) {
      known = false;
      marks = marks | element.marks();
    } else {
      FlattenInto(element, out, marks, known);
    }
  }
}

FunctionResult<Type> FlattenType(Arguments arguments) {
  if (!arguments[0].IsWhollyKnown()) return Type::Dynamic();
  if (!IsSequence(arguments[0].type(), true)) return Refuse("can only flatten lists, sets and tuples");
  std::vector<Value> elements;
  Marks marks = Marks::kNone;
  bool known = true;
  FlattenInto(arguments[0], elements, marks, known);
  if (!known) return Type::Dynamic();
  Types types;
  for (const Value& element : elements) types.push_back(element.type());
  return Type::Tuple(std::move(types));
}

FunctionResult<Value> Flatten(Arguments arguments, const Type& type) {
  std::vector<Value> elements;
  Marks marks = Marks::kNone;
  bool known = true;
  FlattenInto(arguments[0], elements, marks, known);
  return (known ? Value::Tuple(std::move(elements)) : Value::Unknown(type)).WithMarks(marks);
}

FunctionResult<Value> Chunk(Arguments arguments, const Type& type) {
  const auto size = WholeArgument(arguments, 1);
  if (!size) return Refuse("invalid size: " + size.error().message);
  if (*size < 0) return Refuse("the size argument must be positive");
  const Marks marks = arguments[0].marks() | arguments[1].marks();
  std::vector<Value> chunks;
  const auto elements = arguments[0].elements();
  const size_t step = *size == 0 ? elements.size() : size_t(*size);
  for (size_t begin = 0; begin < elements.size(); begin += std::min(step, elements.size() - begin)) {
    const auto chunk = elements.subspan(begin, std::min(step, elements.size() - begin));
    chunks.push_back(Value::List(type.element().element(), {chunk.begin(), chunk.end()}));
  }
  return Value::List(type.element(), std::move(chunks)).WithMarks(marks);
}

FunctionResult<Value> Distinct(Arguments arguments, const Type& type) {
  if (!arguments[0].IsWhollyKnown()) return Value::Unknown(type);
  std::vector<Value> sorted = Elements(arguments[0]);  // so that a long list costs n log n
  std::sort(sorted.begin(), sorted.end(),
            [](const Value& a, const Value& b) { return Value::CompareForSet(a, b) < 0; });
  std::vector<bool> seen(sorted.size());
  std::vector<Value> distinct;
  for (const Value& element : arguments[0].elements()) {
    auto at = std::lower_bound(sorted.begin(), sorted.end(), element,
                               [](const Value& a, const Value& b) { return Value::CompareForSet(a, b) < 0; });
    while (!(*at == element)) ++at;  // neighbours that the order does not tell apart
    const auto first = size_t(at - sorted.begin());
    if (seen[first]) continue;
    seen[first] = true;
    distinct.push_back(element);
  }
  return Value::List(type.element(), std::move(distinct));
}

FunctionResult<Value> Compact(Arguments arguments, const Type& type) {
  if (!arguments[0].IsWhollyKnown()) return Value::Unknown(type);
  std::vector<Value> kept;
  for (const Value& element : arguments[0].elements()) {
    if (!element.IsNull() && !element.AsString().empty()) kept.push_back(element);
  }
  return Value::List(Type::String(), std::move(kept));
}

FunctionResult<Type> CoalesceListType(Arguments arguments) {
  if (arguments.empty()) return Refuse("at least one argument is required");
  bool same = true;
  for (const Value& argument : arguments) {
    if (!argument.IsKnown()) return Type::Dynamic();
    if (!IsSequence(argument.type())) return Refuse("coalescelist arguments must be lists or tuples");
    same = same && argument.type() == arguments[0].type();
  }
  return same ? arguments[0].type() : Type::Dynamic();
}

FunctionResult<Value> CoalesceList(Arguments arguments, const Type& type) {
  for (const Value& argument : arguments) {
    if (!argument.IsKnown()) return Value::Unknown(type);
    if (!argument.IsNull() && argument.size() > 0) return argument;
  }
  return Refuse("no non-null arguments");
}

FunctionResult<Value> Range(Arguments arguments, const Type&) {
  constexpr size_t kLengthMax = 1024;
  if (arguments.empty() || arguments.size() > 3) return Refuse("must have one, two, or three arguments");
  Number number = arguments.size() == 1 ? Number(int64_t{0}) : arguments[0].AsNumber();
  const Number end = arguments[arguments.size() == 1 ? 0 : 1].AsNumber();
  const Number step =
      arguments.size() == 3 ? arguments[2].AsNumber() : Number(int64_t{end < number ? -1 : 1});
  if (step.Sign() < 0 && number < end) return Refuse("end must be less than start when step is negative", 1);
  if (step.Sign() >= 0 && end < number)
    return Refuse("end must be greater than start when step is positive", 1);
  std::vector<Value> numbers;
  while (step.Sign() < 0 ? end < number : number < end) {
    if (numbers.size() >= kLengthMax) {
      return Refuse(
          "more than 1024 values were generated; either decrease the difference between start and end or use "
          "a "
          "smaller step");
    }
    numbers.push_back(Value::Number(number));
    number = number + step;
  }
  return Value::List(Type::Number(), std::move(numbers));
}

}  // namespace

void AddSequenceFunctions(FunctionList& list) {
  list.emplace_back("element",
                    Function{.parameters = {AnyMarked("list"), {.name = "index", .type = Type::Number()}},
                             .type = ElementType,
                             .call = Element,
                             .description = "An element, counted round and round."});
  list.emplace_back("slice", Function{.parameters = {AnyMarked("list"),
                                                     {.name = "start_index", .type = Type::Number()},
                                                     {.name = "end_index", .type = Type::Number()}},
                                      .type = SliceType,
                                      .call = Slice,
                                      .refine = NotNull,
                                      .description = "The elements from one index to before another."});
  list.emplace_back("reverse", Function{.parameters = {AnyMarked("list")},
                                        .type = ReverseType,
                                        .call = Reverse,
                                        .refine = NotNull,
                                        .description = "The elements in reverse order."});
  list.emplace_back("concat", Function{.rest = AnyMarked("seqs"),
                                       .type = ConcatType,
                                       .call = Concat,
                                       .refine = NotNull,
                                       .description = "Lists and tuples, one after the other."});
  list.emplace_back("flatten", Function{.parameters = {AnyMarked("list")},
                                        .type = FlattenType,
                                        .call = Flatten,
                                        .refine = NotNull,
                                        .description = "Lists within lists as one."});
  list.emplace_back(
      "chunklist",
      Function{.parameters = {{.name = "list", .type = ListOfAny(), .allow_marked = true},
                              {.name = "size", .type = Type::Number(), .allow_marked = true}},
               .type = [](Arguments a) -> FunctionResult<Type> { return Type::List(a[0].type()); },
               .call = Chunk,
               .refine = NotNull,
               .description = "A list cut into lists of a size."});
  list.emplace_back("distinct",
                    Function{.parameters = {{.name = "list", .type = ListOfAny()}},
                             .type = [](Arguments a) -> FunctionResult<Type> { return a[0].type(); },
                             .call = Distinct,
                             .refine = NotNull,
                             .description = "The list without elements that came before."});
  list.emplace_back("compact", Function{.parameters = {{.name = "list", .type = Type::List(Type::String())}},
                                        .type = Always(Type::List(Type::String())),
                                        .call = Compact,
                                        .refine = NotNull,
                                        .description = "The list without empty strings and nulls."});
  list.emplace_back(
      "coalescelist",
      Function{
          .rest = Parameter{.name = "vals", .allow_null = true, .allow_unknown = true, .allow_dynamic = true},
          .type = CoalesceListType,
          .call = CoalesceList,
          .refine = NotNull,
          .description = "The first list that has elements."});
  list.emplace_back("range", Function{.rest = Parameter{.name = "params", .type = Type::Number()},
                                      .type = Always(Type::List(Type::Number())),
                                      .call = Range,
                                      .refine = NotNull,
                                      .description = "Numbers from a start to before an end, by a step."});
}

}  // namespace cairn::hcl
