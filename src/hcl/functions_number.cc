#include <algorithm>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "hcl/elementary.h"
#include "hcl/functions_table.h"

namespace cairn::hcl {

FunctionResult<int64_t> WholeArgument(std::span<const Value> arguments, size_t i) {
  const std::optional<int64_t> whole = arguments[i].AsNumber().AsInt64();
  if (whole) return *whole;
  return Refuse("value must be a whole number, between -9223372036854775808 and 9223372036854775807", i);
}

namespace {

// A function of numbers that gives a number.
template <typename Call>
Function Numeric(std::vector<Parameter> parameters, std::string description, Call call) {
  return {.parameters = std::move(parameters),
          .type = Always(Type::Number()),
          .call = [call](std::span<const Value> arguments, const Type&) -> FunctionResult<Value> {
            return call(arguments);
          },
          .refine = NotNull,
          .description = std::move(description)};
}

FunctionResult<Value> Finite(double result) {
  if (std::isnan(result)) return Refuse("the result is not a number");
  return Value::Number(Number(result));
}

// The double nearest to an argument; a finite number beyond its range is refused.
FunctionResult<double> DoubleArgument(std::span<const Value> arguments, size_t i) {
  const Number number = arguments[i].AsNumber();
  const double nearest = number.AsDouble();
  if (std::isinf(nearest) && !number.IsInfinite()) {
    constexpr double kMax = std::numeric_limits<double>::max();
    return Refuse(Format("value must be between {:f} and {:f} inclusive", -kMax, kMax));
  }
  return nearest;
}

template <typename Operation>
Function OfTwoDoubles(std::string first, std::string second, std::string description, Operation operation) {
  return Numeric({OfNumber(std::move(first)), OfNumber(std::move(second))}, std::move(description),
                 [operation](std::span<const Value> arguments) -> FunctionResult<Value> {
                   const auto x = DoubleArgument(arguments, 0);
                   if (!x) return std::unexpected(x.error());
                   const auto y = DoubleArgument(arguments, 1);
                   if (!y) return std::unexpected(y.error());
                   return Finite(operation(*x, *y));
                 });
}

// `min` and `max`: the argument that no other one is beyond.
Function Extreme(int sign, std::string description) {
  Function function = Numeric({}, std::move(description), [sign](std::span<const Value> arguments) {
    Value extreme = arguments[0];
    for (const Value& argument : arguments.subspan(1)) {
      if (Compare(argument.AsNumber(), extreme.AsNumber()) * sign > 0) extreme = argument;
    }
    return FunctionResult<Value>(extreme);
  });
  function.rest = OfNumber("numbers");
  function.rest->allow_dynamic = true;
  function.call = [choose = function.call](std::span<const Value> arguments,
                                           const Type& type) -> FunctionResult<Value> {
    if (arguments.empty()) return Refuse("must pass at least one number");
    return choose(arguments, type);
  };
  return function;
}

FunctionResult<Value> ParseInteger(std::span<const Value> arguments) {
  const Value text = arguments[0].WithoutMarks();
  const Marks marks = arguments[0].marks() | arguments[1].marks();
  const auto base = WholeArgument(arguments, 1);
  if (!base) return std::unexpected(base.error());
  if (*base < 2 || *base > 62) return Refuse("base must be a whole number between 2 and 62 inclusive", 1);
  const Result<Number> number = Number::ParseWhole(text.AsString(), int(*base));
  if (!number) {
    const bool hidden = (marks & Marks::kSensitive) != Marks::kNone;
    return Refuse(
        hidden ? std::string("cannot parse the given value, which is not shown, as an integer of that base")
               : Format("cannot parse \"{}\" as a base {} integer", text.AsString(), *base),
        0);
  }
  return Value::Number(*number).WithMarks(marks);
}

Function ParseIntegerFunction() {
  Function function = Numeric({{.name = "number"}, OfNumber("base")},
                              "Reads digits of a base from 2 to 62 as a whole number.", ParseInteger);
  for (Parameter& parameter : function.parameters) parameter.allow_marked = true;
  function.type = [](std::span<const Value> arguments) -> FunctionResult<Type> {
    if (arguments[0].type() == Type::String()) return Type::Number();
    return Refuse(Format("first argument must be a string, not {}", arguments[0].type().FriendlyName()), 0);
  };
  return function;
}

}  // namespace

void AddNumberFunctions(FunctionList& list) {
  list.emplace_back(
      "abs", Numeric({OfNumber("num")}, "The number without its sign.", [](auto arguments) {
        const Number number = arguments[0].AsNumber();
        return FunctionResult<Value>(Value::Number(number.Sign() > 0 ? number : Number() - number));
      }));
  list.emplace_back(
      "ceil", Numeric({OfNumber("num")}, "The smallest whole number that is not below.", [](auto arguments) {
        return FunctionResult<Value>(Value::Number(arguments[0].AsNumber().Ceil()));
      }));
  list.emplace_back(
      "floor", Numeric({OfNumber("num")}, "The largest whole number that is not above.", [](auto arguments) {
        return FunctionResult<Value>(Value::Number(arguments[0].AsNumber().Floor()));
      }));
  list.emplace_back("log", OfTwoDoubles("num", "base", "The logarithm to a base.",
                                        [](double number, double base) { return Log(number) / Log(base); }));
  list.emplace_back("pow", OfTwoDoubles("num", "power", "The number raised to a power.", Pow));
  list.emplace_back("max", Extreme(+1, "The largest of the numbers."));
  list.emplace_back("min", Extreme(-1, "The smallest of the numbers."));
  list.emplace_back("parseint", ParseIntegerFunction());
  list.emplace_back("signum", Numeric({OfNumber("num")}, "-1, 0 or 1: the sign of a whole number.",
                                      [](std::span<const Value> arguments) -> FunctionResult<Value> {
                                        const auto whole = WholeArgument(arguments, 0);
                                        if (!whole) return Refuse(whole.error().message);
                                        return Value::Int(*whole < 0 ? -1 : *whole > 0 ? 1 : 0);
                                      }));
}

}  // namespace cairn::hcl
