#pragma once

// Where expressions find their variables and functions.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/function.h"
#include "hcl/value.h"

namespace cairn::hcl {

// One step of a traversal: `.name`, or `[key]` with a key known without evaluating anything.
struct TraversalStep {
  bool is_attribute = true;
  std::string_view name = {};  // of an attribute
  Value key = {};              // of an index: a string or a number
  SourceRange range = {};
};

// Read by one evaluation at a time; an implementation says what it may be shared by.
class Scope {
 public:
  virtual ~Scope() = default;

  // The value that `root` and the first steps of what follows stand for. Sets `used` to the number of steps
  // that are answered for: 0 if the value is that of `root` alone. So an engine can answer
  // `aws_instance.a.id` without building an object of everything that exists. Nothing if there is no variable
  // of that name; an engine may have said why.
  virtual std::optional<Value> Find(std::string_view root, std::span<const TraversalStep> steps,
                                    const SourceRange& range, size_t& used,
                                    Diagnostics& diagnostics) const = 0;

  // For "did you mean".
  virtual std::vector<std::string_view> Names() const = 0;

  // Null where no functions may be called.
  virtual const FunctionTable* functions() const = 0;
};

}  // namespace cairn::hcl
