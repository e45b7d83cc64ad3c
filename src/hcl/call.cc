// How a function is called: what is done about arguments that are unknown, null, of dynamic type or marked.

#include <algorithm>
#include <vector>

#include "hcl/convert.h"
#include "hcl/function.h"

namespace cairn::hcl {
namespace {

const Parameter& ParameterOf(const Function& function, size_t i) {
  return i < function.parameters.size() ? function.parameters[i] : *function.rest;
}

// What is known by either.
Refinement Both(Refinement a, const Refinement& b) {
  a.not_null = a.not_null || b.not_null;
  if (b.prefix.size() > a.prefix.size()) a.prefix = b.prefix;
  if (b.min && (!a.min || Compare(*b.min, *a.min) > 0)) {
    a.min = b.min;
    a.min_inclusive = b.min_inclusive;
  }
  if (b.max && (!a.max || Compare(*b.max, *a.max) < 0)) {
    a.max = b.max;
    a.max_inclusive = b.max_inclusive;
  }
  a.length_min = std::max(a.length_min, b.length_min);
  if (b.length_max && (!a.length_max || *b.length_max < *a.length_max)) a.length_max = b.length_max;
  return a;
}

Value Refined(const Function& function, std::span<const Value> arguments, Value result) {
  if (!function.refine || result.IsKnown() || result.type().IsDynamic()) return result;
  return Value::Unknown(result.type(), Both(result.refinement(), function.refine(arguments)))
      .WithMarks(result.marks());
}

}  // namespace

FunctionResult<Value> ConvertArgument(const Function& function, size_t i, const Value& argument) {
  const Type& type = ParameterOf(function, i).type;
  if (type.IsDynamic()) return argument;
  auto converted = Convert(argument, type);
  if (!converted) return Refuse(std::move(converted.error().message), i);
  return *std::move(converted);
}

FunctionResult<Value> CallConverted(const Function& function, std::span<Value> arguments) {
  Marks marks = Marks::kNone;
  bool is_dynamic = false;
  bool is_unknown = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Parameter& parameter = ParameterOf(function, i);
    Value& argument = arguments[i];
    if (!parameter.allow_marked) {
      const Marks within = argument.MarksWithin();
      if (within != Marks::kNone) argument = argument.WithoutMarksWithin();
      marks = marks | within;
    }
    // After one of dynamic type the others are not looked at: they may be wrong once it is known.
    if (!is_dynamic && argument.IsNull() && !parameter.allow_null) {
      return Refuse("argument must not be null", i);
    }
    is_dynamic = is_dynamic || (argument.type().IsDynamic() && !parameter.allow_dynamic);
    is_unknown = is_unknown || (!argument.IsKnown() && !parameter.allow_unknown);
  }
  if (is_dynamic) return Value::Dynamic().WithMarks(marks);

  FunctionResult<Type> type = function.finds_type && !is_unknown ? Type() : function.type(arguments);
  if (!type) return std::unexpected(std::move(type.error()));
  if (is_unknown) return Refined(function, arguments, Value::Unknown(*type)).WithMarks(marks);
  FunctionResult<Value> result = function.call(arguments, *type);
  if (!result) return result;
  return Refined(function, arguments, *std::move(result)).WithMarks(marks);
}

FunctionResult<Value> Call(const Function& function, std::span<const Value> arguments) {
  std::vector<Value> own;
  own.reserve(arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    FunctionResult<Value> converted = ConvertArgument(function, i, arguments[i]);
    if (!converted) return converted;
    own.push_back(*std::move(converted));
  }
  return CallConverted(function, own);
}

}  // namespace cairn::hcl
