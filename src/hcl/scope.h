#pragma once

// Where expressions find their variables and functions.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/function.h"
#include "hcl/syntax.h"
#include "hcl/value.h"

namespace cairn::hcl {

// One step of a traversal: `.name`, or `[key]` with a key known without evaluating anything.
struct TraversalStep {
  bool is_attribute = true;
  std::string_view name = {};  // of an attribute, as it is written
  Value key = {};              // of an index: a string or a number
  Node node = {};              // the kGetAttribute, kLegacyIndex or kIndex that it is

  SourceRange range() const;  // from the dot or the bracket to the end
};

// Read by one evaluation at a time; an implementation says what it may be shared by.
class Scope {
 public:
  virtual ~Scope() = default;

  // The value that `root` and the first steps of what follows stand for. Sets `used`, which is 0, to the
  // number of steps that are answered for: 0 if the value is that of `root` alone. So an engine can answer
  // `aws_instance.a.id` without building an object of everything that exists. Nothing if there is no variable
  // of that name; an engine may have said why. `range` is that of `root`.
  virtual std::optional<Value> Find(std::string_view root, std::span<const TraversalStep> steps,
                                    const SourceRange& range, size_t& used,
                                    Diagnostics& diagnostics) const = 0;

  // For "did you mean". Without any, variables are not allowed.
  virtual std::vector<std::string_view> Names() const = 0;

  // Null where no functions may be called.
  virtual const FunctionTable* functions() const = 0;
};

// Names and their values. Thread-safe to read.
class MapScope final : public Scope {
 public:
  // `functions` may be null, and must outlive this.
  explicit MapScope(const FunctionTable* functions = nullptr) : functions_(functions) {}

  // Gives `name` a value, or another one.
  void Set(std::string name, Value value) { values_.insert_or_assign(std::move(name), std::move(value)); }

  std::optional<Value> Find(std::string_view root, std::span<const TraversalStep> steps,
                            const SourceRange& range, size_t& used, Diagnostics& diagnostics) const override;
  std::vector<std::string_view> Names() const override;  // sorted
  const FunctionTable* functions() const override { return functions_; }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, Value, Hash, std::equal_to<>> values_;
  const FunctionTable* functions_;
};

// A few more names around which is another scope, some of whose names they may hide: of a `for`, of a block's
// iterator. Copies nothing: everything given must outlive it, and the values may change meanwhile.
class ChildScope final : public Scope {
 public:
  struct Local {
    std::string_view name;
    const Value* value;
  };
  ChildScope(const Scope& outer, std::span<const Local> locals) : outer_(outer), locals_(locals) {}

  std::optional<Value> Find(std::string_view root, std::span<const TraversalStep> steps,
                            const SourceRange& range, size_t& used, Diagnostics& diagnostics) const override;
  std::vector<std::string_view> Names() const override;  // its own first
  const FunctionTable* functions() const override { return outer_.functions(); }

 private:
  const Scope& outer_;
  std::span<const Local> locals_;
};

}  // namespace cairn::hcl
