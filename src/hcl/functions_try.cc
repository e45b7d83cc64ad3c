// The functions that try their arguments: errors of these are what they are about.

#include "base/strings.h"
#include "hcl/functions_table.h"

namespace cairn::hcl {
namespace {

// The first argument that can be evaluated. While it is not wholly known it may still fail, and so be another
// one.
FunctionResult<Value> Try(std::span<const LazyArgument* const> arguments, Diagnostics& /*diagnostics*/) {
  if (arguments.empty()) return Refuse("at least one argument is required");
  std::string message = "no expression succeeded:\n";
  for (const LazyArgument* argument : arguments) {
    Diagnostics mistakes;
    Value value = argument->Evaluate(mistakes);
    if (!mistakes.has_errors()) return value.IsWhollyKnown() ? std::move(value) : Value::Dynamic();
    for (const Diagnostic& mistake : mistakes) {
      message += "- " + mistake.summary;
      if (mistake.subject) message += Format(" (at {})", PlaceText(*mistake.subject));
      message += Format("\n  {}\n", mistake.detail);
    }
  }
  return Refuse(message + "\nAt least one expression must produce a successful result");
}

FunctionResult<Value> Can(std::span<const LazyArgument* const> arguments, Diagnostics& /*diagnostics*/) {
  Diagnostics mistakes;
  const Value value = arguments[0]->Evaluate(mistakes);
  if (mistakes.has_errors()) return Value::Bool(false);
  return value.IsWhollyKnown() ? Value::Bool(true) : Value::Unknown(Type::Bool());
}

}  // namespace

void AddTryFunctions(FunctionList& list) {
  list.emplace_back("try", Function{.rest = Parameter{.name = "expressions"},
                                    .lazy = Try,
                                    .description = "The first argument that has a value without an error."});
  list.emplace_back("can", Function{.parameters = {{.name = "expression"}},
                                    .type = Always(Type::Bool()),
                                    .lazy = Can,
                                    .description = "Whether the argument has a value without an error."});
}

}  // namespace cairn::hcl
