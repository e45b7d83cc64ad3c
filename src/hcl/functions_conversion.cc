// Functions that convert, and those that look at marks or change them.

#include <string>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/functions_table.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

// Takes everything as it is.
Parameter Anything(std::string name) {
  return {.name = std::move(name),
          .allow_null = true,
          .allow_unknown = true,
          .allow_dynamic = true,
          .allow_marked = true};
}

std::string CannotConvert(const Value& value, const Type& wanted) {
  const Marks marks = value.MarksWithin();
  const Type& given = value.type();
  if ((marks & Marks::kSensitive) != Marks::kNone) {
    return Format("cannot convert this sensitive {} to {}", given.FriendlyName(), wanted.ConstraintName());
  }
  if (given == Type::String() && wanted.IsPrimitive() && !value.IsNull()) {
    const std::string text = Quote(value.AsString());
    if (wanted == Type::Bool()) {
      return Format("cannot convert {} to bool; only the strings \"true\" or \"false\" are allowed", text);
    }
    return Format("cannot convert {} to number; given string must be a decimal representation of a number",
                  text);
  }
  return Format("cannot convert {} to {}", given.FriendlyName(), wanted.ConstraintName());
}

Function To(const Type& wanted) {
  Function function{.parameters = {Anything("v")},
                    .description = "The value as " + wanted.ConstraintName() + "."};
  function.parameters[0].allow_unknown = false;
  function.type = [wanted](Arguments arguments) -> FunctionResult<Type> {
    const Type& given = arguments[0].type();
    if (given == wanted || CanConvert(given, wanted)) return wanted;
    return Refuse(Format("cannot convert {} to {}", given.FriendlyName(), wanted.ConstraintName()), 0);
  };
  function.call = [wanted](Arguments arguments, const Type& type) -> FunctionResult<Value> {
    Result<Value> converted = Convert(arguments[0], type);
    if (!converted) return Refuse(CannotConvert(arguments[0], wanted), 0);
    return *converted;
  };
  return function;
}

FunctionResult<Type> SameType(Arguments arguments) {
  return arguments[0].type();
}

// `value` with null for all that is ephemeral within it.
Value WithoutEphemeral(const Value& value) {
  const Marks marks = value.marks() & ~Marks::kEphemeral;
  const Type& type = value.type();
  if (value.IsNull()) return Value::Null(type).WithMarks(marks);
  if (!value.IsKnown()) return Value::Unknown(type).WithMarks(marks);
  if (value.Has(Marks::kEphemeral)) return Value::Null(type).WithMarks(marks);
  if (type.IsPrimitive() || (value.MarksWithin() & Marks::kEphemeral) == Marks::kNone) return value;
  std::vector<Value> elements;
  std::vector<NamedValue> entries;
  const bool named = type.kind() == TypeKind::kMap || type.kind() == TypeKind::kObject;
  for (size_t i = 0; i < value.size(); ++i) {
    Value element = WithoutEphemeral(value.elements()[i]);
    if (named) {
      entries.push_back({std::string(value.name(i)), std::move(element)});
    } else {
      elements.push_back(std::move(element));
    }
  }
  if (type.kind() == TypeKind::kMap) return Value::Map(type.element(), std::move(entries)).WithMarks(marks);
  if (named) return Value::Object(std::move(entries)).WithMarks(marks);
  return SequenceOf(type, std::move(elements)).WithMarks(marks);
}

}  // namespace

void AddConversionFunctions(FunctionList& list) {
  list.emplace_back("tostring", To(Type::String()));
  list.emplace_back("tonumber", To(Type::Number()));
  list.emplace_back("tobool", To(Type::Bool()));
  list.emplace_back("tolist", To(Type::List(Type::Dynamic())));
  list.emplace_back("toset", To(Type::Set(Type::Dynamic())));
  list.emplace_back("tomap", To(Type::Map(Type::Dynamic())));
}

void AddMarkFunctions(FunctionList& list) {
  list.emplace_back("sensitive", Function{.parameters = {Anything("value")},
                                          .type = SameType,
                                          .call = [](Arguments a, const Type&) -> FunctionResult<Value> {
                                            return a[0].WithMarks(Marks::kSensitive);
                                          },
                                          .description = "The value, not to be shown."});
  list.emplace_back("nonsensitive",
                    Function{.parameters = {Anything("value")},
                             .type = SameType,
                             .call = [](Arguments a, const Type&) -> FunctionResult<Value> {
                               return a[0].WithoutMarks().WithMarks(a[0].marks() & ~Marks::kSensitive);
                             },
                             .description = "The value, which may be shown."});
  list.emplace_back("issensitive",
                    Function{.parameters = {Anything("value")},
                             .type = Always(Type::Bool()),
                             .call = [](Arguments a, const Type& type) -> FunctionResult<Value> {
                               if (a[0].Has(Marks::kSensitive)) return Value::Bool(true);
                               return a[0].IsKnown() ? Value::Bool(false) : Value::Unknown(type);
                             },
                             .description = "Whether the value is not to be shown."});
  list.emplace_back("ephemeralasnull",
                    Function{.parameters = {Anything("value")},
                             .type = SameType,
                             .call = [](Arguments a, const Type&) -> FunctionResult<Value> {
                               return WithoutEphemeral(a[0]);
                             },
                             .description = "The value with null for what is not to be stored."});
}

}  // namespace cairn::hcl
