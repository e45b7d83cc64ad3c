#pragma once

// For the files functions_*.cc alone: how the table of functions is put together.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hcl/function.h"
#include "hcl/functions.h"

namespace cairn::hcl {

using FunctionList = std::vector<std::pair<std::string_view, Function>>;

void AddNumberFunctions(FunctionList& list);
void AddStringFunctions(FunctionList& list);
void AddRegexFunctions(FunctionList& list);
void AddFormatFunctions(FunctionList& list);
void AddSequenceFunctions(FunctionList& list);
void AddListFunctions(FunctionList& list);
void AddMapFunctions(FunctionList& list);
void AddSetFunctions(FunctionList& list);
void AddConversionFunctions(FunctionList& list);
void AddMarkFunctions(FunctionList& list);
void AddTryFunctions(FunctionList& list);
void AddEncodingFunctions(FunctionList& list);
void AddCharsetFunctions(FunctionList& list);
void AddYamlFunctions(FunctionList& list);
void AddHashFunctions(FunctionList& list);
void AddSecretFunctions(FunctionList& list, const FunctionWorld& world);
void AddCidrFunctions(FunctionList& list);
void AddTimeFunctions(FunctionList& list, const FunctionWorld& world);
void AddPathFunctions(FunctionList& list);
void AddFileFunctions(FunctionList& list, std::shared_ptr<const FileReader> files);
void AddConsoleFunctions(FunctionList& list);
// Templates call functions of `table`, which must outlive the list. Without `files` none that needs them.
void AddTemplateFunctions(FunctionList& list, std::shared_ptr<const FileReader> files,
                          const FunctionTable& table);

// The file at `path`, as the functions that take the name of a file find it: "~" is the home folder. A
// refusal is one of argument 0.
FunctionResult<std::string> ReadFileArgument(const FileReader& files, const Value& path);
// The same of a text, which must be UTF-8.
FunctionResult<std::string> ReadTextArgument(const FileReader& files, const Value& path);

// The type of a function's result that does not depend on its arguments.
inline std::function<FunctionResult<Type>(std::span<const Value>)> Always(Type type) {
  return [type = std::move(type)](std::span<const Value>) -> FunctionResult<Type> { return type; };
}

// The result is never null.
inline Refinement NotNull(std::span<const Value>) {
  return {.not_null = true};
}

// The call of a function whose result cannot be known yet.
inline FunctionResult<Value> UnknownResult(std::span<const Value>, const Type& type) {
  return Value::Unknown(type);
}

// Argument `i` as a machine integer, or the refusal of that argument.
FunctionResult<int64_t> WholeArgument(std::span<const Value> arguments, size_t i);

// A parameter that takes a value of any type, also a marked one.
inline Parameter AnyMarked(std::string name) {
  return {.name = std::move(name), .allow_marked = true};
}

inline Parameter OfString(std::string name) {
  return {.name = std::move(name), .type = Type::String()};
}
inline Parameter OfNumber(std::string name) {
  return {.name = std::move(name), .type = Type::Number()};
}
inline Parameter MarkedString(std::string name) {
  return {.name = std::move(name), .type = Type::String(), .allow_marked = true};
}

// A function whose result is never null and always of `type`.
template <typename Call>
Function Plain(std::vector<Parameter> parameters, Type type, std::string description, Call call) {
  return {.parameters = std::move(parameters),
          .type = Always(std::move(type)),
          .call = [call](std::span<const Value> arguments, const Type&) -> FunctionResult<Value> {
            return call(arguments);
          },
          .refine = NotNull,
          .description = std::move(description)};
}

// Of strings that gives a string.
template <typename Map>
Function OfText(std::vector<Parameter> parameters, std::string description, Map map) {
  return Plain(std::move(parameters), Type::String(), std::move(description),
               [map](std::span<const Value> arguments) { return Value::String(map(arguments)); });
}

// Lists, tuples and, where `sets`, sets.
inline bool IsSequence(const Type& type, bool sets = false) {
  return type.kind() == TypeKind::kList || type.kind() == TypeKind::kTuple ||
         (sets && type.kind() == TypeKind::kSet);
}

// `elements` as a value of `type`, which is a list, set or tuple.
Value SequenceOf(const Type& type, std::vector<Value> elements);

// Functions that can make much of little refuse to make more than this: bytes of text, and values.
inline constexpr size_t kResultBytesMax = size_t{128} << 20;
inline constexpr size_t kResultValuesMax = size_t{4} << 20;

// The refusal where a result has more bytes.
std::unexpected<FunctionError> TooLong();

// `text` with `to` for each `from`; an empty `from` stands before each character and at the end.
FunctionResult<std::string> ReplaceAll(std::string_view text, std::string_view from, std::string_view to);

// `text` in double quotes as error messages show it, or words instead of what is not to be shown.
std::string Shown(std::string_view text, Marks marks);

}  // namespace cairn::hcl
