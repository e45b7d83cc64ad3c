#pragma once

// For the files eval*.cc alone: one evaluation, whose parts they are.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/eval.h"
#include "hcl/function.h"
#include "hcl/references.h"
#include "hcl/scope.h"
#include "hcl/syntax.h"
#include "hcl/template.h"
#include "hcl/value.h"

namespace cairn::hcl {

class Evaluator {
 public:
  // Where a node is evaluated. Borrows everything.
  struct Context {
    const Scope* scope;
    Diagnostics* diagnostics;
    const Value* element = nullptr;        // of the innermost splat
    const TemplateTexts* texts = nullptr;  // of the innermost template
    bool explains = true;                  // diagnostics say values; not where they are thrown away
  };
  struct Outcome {
    Value value;
    bool failed = false;  // there were errors
  };

  explicit Evaluator(const EvaluationLimits& limits) : limits_(limits) {}

  Value Evaluate(Node node, const Context& context);
  Outcome Try(Node node, const Context& context);

 private:
  // eval.cc
  Value EvaluateKind(Node node, const Context& context);
  Value Traverse(Node node, const Context& context);
  Value Variable(Node root, std::span<const TraversalStep> steps, size_t& used, const Context& context);
  Value Tuple(Node node, const Context& context);
  Value Object(Node node, const Context& context);
  Value ObjectKey(Node key, const Context& context);
  // Counts a round of a loop; reports, and is false, once there were too many.
  bool StartRound(Node loop, const Context& context);
  // `value`, which `node` has made, counted among what may be made.
  Value Charge(Value value, Node node, const Context& context);
  // Reports that a bound was reached, unless that is said already.
  void ReportBound(const Context& context, std::string_view summary, std::string detail, Node node);
  // Adds the values of the variables that `about` reads, if there is such a node.
  void Report(const Context& context, Diagnostic diagnostic, Node about);

  // eval_operator.cc
  Value Unary(Node node, const Context& context);
  Value BinaryChain(Node node, const Context& context);
  Outcome Binary(Node node, Outcome left, Outcome right, const Context& context);
  bool ToOperand(Node node, Node operand, std::string_view which, const Type& type, Value& value,
                 const Context& context);

  // eval_conditional.cc
  struct Arm;
  Value Conditional(Node node, const Context& context);  // a kConditional or kIfDirective
  Arm EvaluateArm(Node node, size_t child, std::string_view name, const Context& context);
  std::optional<Value> Condition(Node node, const Context& context);
  Value Choose(Node node, Arm& arm, const Type& type, const Context& context);

  // eval_call.cc
  Value Call(Node node, const Context& context);
  Value CallEagerly(Node node, const Function& function, std::span<const Value> spread,
                    const Context& context);
  Value CallLazily(Node node, const Function& function, std::span<const Value> spread,
                   const Context& context);
  bool Spread(Node node, const Function& function, std::vector<Value>& elements, const Context& context);
  bool CountFits(Node node, const Function& function, size_t count, const Context& context);
  void ReportUnknownFunction(Node node, const FunctionTable& table, const Context& context);
  void ReportCall(Node node, const Function& function, size_t count, const FunctionError& error,
                  const Context& context);
  void WarnDeprecated(Node node, const Function& function, const Context& context);

  // eval_for.cc
  Value ForTuple(Node node, const Context& context);
  Value ForObject(Node node, const Context& context);
  Value ForDirective(Node node, const Context& context);
  struct Loop;
  template <typename Body>
  void Repeat(Loop& loop, const Context& context, Body body);
  bool StartLoop(Loop& loop, const Context& context);
  bool CheckCondition(Loop& loop, const Context& context);
  bool Includes(Loop& loop, const Context& context);

  // eval_splat.cc
  Value Splat(Node node, const Context& context);
  Type SplatType(Node each, const Type& source, const Context& context);

  // eval_template.cc
  Value Template(Node node, const Context& context);
  Value TemplateParts(Node node, const Context& context);
  // Adds `more` to a text, unless that is too large already, which Charge will say.
  void Append(std::string& text, std::string_view more) const;

  const EvaluationLimits limits_;
  uint64_t rounds_ = 0;
  uint64_t bytes_ = 0;
  uint32_t depth_ = 0;
  std::vector<Node> warned_;  // calls
};

// What is wrong with values that are at fault: then unknown and sensitive ones are said to be so.
enum class Fault : uint8_t { kOther, kUnknown, kSensitive };

// The lines of Diagnostic::values about the variables that `about` reads, as far as they may be shown. Null
// for JSON: nothing.
std::vector<std::string> Explain(Node about, const Scope& scope, Fault fault = Fault::kOther);

}  // namespace cairn::hcl
