#pragma once

// Functions of the language, as the evaluator calls them. A function says of each parameter what it takes;
// the call converts the arguments, and answers for unknown, null and marked ones that the function did not
// ask for.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hcl/diagnostic.h"
#include "hcl/type.h"
#include "hcl/value.h"

namespace cairn::hcl {

struct Parameter {
  std::string name;
  Type type = {};              // arguments are converted to it; dynamic takes any
  bool allow_null = false;     // else a null argument is an error
  bool allow_unknown = false;  // else the result is unknown, of the type that `type` gives
  bool allow_dynamic = false;  // takes values of dynamic type; else the result is dynamic
  bool allow_marked = false;   // gets marked arguments; else marks are taken off and put on the result
};

// What a function objects to: an argument (from 0) or the call as a whole.
struct FunctionError {
  std::string message;  // "argument must not be negative": a clause without a full stop
  std::optional<size_t> argument = {};
};
template <typename T>
using FunctionResult = std::expected<T, FunctionError>;

inline std::unexpected<FunctionError> Refuse(std::string message, std::optional<size_t> argument = {}) {
  return std::unexpected<FunctionError>(FunctionError{std::move(message), argument});
}

// An argument that nobody has evaluated yet. Lives as long as the call.
class LazyArgument {
 public:
  virtual ~LazyArgument() = default;

  enum class Kind : uint8_t {
    kReference,      // `a.b[0]`
    kLiteral,        // "text", or a heredoc of text
    kInterpolation,  // "${x}" and nothing else
    kTemplate,       // any other "..." or heredoc
    kOther,
  };
  virtual Kind kind() const = 0;

  // Its value, or Dynamic and what is wrong with it. May be asked again.
  virtual Value Evaluate(Diagnostics& diagnostics) const = 0;
};

// A value; immutable.
struct Function {
  std::vector<Parameter> parameters = {};
  std::optional<Parameter> rest = {};  // any number more

  // The result's type; some arguments may be unknown (their types are right), whatever their parameter
  // allows.
  std::function<FunctionResult<Type>(std::span<const Value>)> type = {};
  // The result, of the type that `type` gave, which is passed.
  std::function<FunctionResult<Value>(std::span<const Value>, const Type&)> call = {};
  // `call` finds the type by itself, and is given none: `type` is only asked where the result is unknown.
  bool finds_type = false;
  // What is known about a result that is unknown: of any, not of that of these arguments alone. Not asked
  // where the result's type is dynamic.
  std::function<Refinement(std::span<const Value>)> refine = {};

  // For functions that decide themselves which of their arguments to evaluate (`try`, `can`): called instead
  // of all of the above, of which `parameters` and `rest` still say how many arguments there are and their
  // names, and `type`, if there is one, what comes of any. Errors in `diagnostics` are the call's own.
  std::function<FunctionResult<Value>(std::span<const LazyArgument* const>, Diagnostics& diagnostics)> lazy =
      {};

  std::string deprecation = {};  // not empty: calls warn, and this says what to write instead
  std::string description = {};
};

// Calls `function`, which is not lazy, with as many arguments as it takes (REQUIRES: the count fits), by the
// rules above.
FunctionResult<Value> Call(const Function& function, std::span<const Value> arguments);

// The same in two steps: first each argument, then the call, which may change `arguments`.
FunctionResult<Value> ConvertArgument(const Function& function, size_t i, const Value& argument);
FunctionResult<Value> CallConverted(const Function& function, std::span<Value> arguments);

// The name -> function table that expressions are evaluated with. Read-only once made; thread-safe to read.
class FunctionTable {
 public:
  virtual ~FunctionTable() = default;
  // Null if there is none. Namespaced names are written "provider::aws::arn_parse".
  virtual const Function* Find(std::string_view name) const = 0;
  // For "did you mean".
  virtual std::vector<std::string_view> Names() const = 0;
  // Whether `provider::NAME::` is the namespace of some provider.
  virtual bool HasProvider(std::string_view /*name*/) const { return false; }
};

}  // namespace cairn::hcl
