#pragma once

// For the files functions_*.cc alone: how the table of functions is put together.

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

// Argument `i` as a machine integer, or the refusal of that argument.
FunctionResult<int64_t> WholeArgument(std::span<const Value> arguments, size_t i);

// A parameter that takes a value of any type, also a marked one.
inline Parameter AnyMarked(std::string name) {
  return {.name = std::move(name), .allow_marked = true};
}

// Lists, tuples and, where `sets`, sets.
inline bool IsSequence(const Type& type, bool sets = false) {
  return type.kind() == TypeKind::kList || type.kind() == TypeKind::kTuple ||
         (sets && type.kind() == TypeKind::kSet);
}

// `elements` as a value of `type`, which is a list, set or tuple.
Value SequenceOf(const Type& type, std::vector<Value> elements);

// `text` with `to` for each `from`; an empty `from` stands before each character and at the end.
std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to);

// `text` in double quotes as error messages show it, or words instead of what is not to be shown.
std::string Shown(std::string_view text, Marks marks);

// The type of a function's result that does not depend on its arguments.
inline std::function<FunctionResult<Type>(std::span<const Value>)> Always(Type type) {
  return [type = std::move(type)](std::span<const Value>) -> FunctionResult<Type> { return type; };
}

// The result is never null.
inline Refinement NotNull(std::span<const Value>) {
  return {.not_null = true};
}

}  // namespace cairn::hcl
