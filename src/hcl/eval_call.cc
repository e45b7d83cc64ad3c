#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/called_function.h"
#include "hcl/evaluator.h"

namespace cairn::hcl {
namespace {

const Parameter* ParameterOf(const Function& function, size_t i) {
  if (i < function.parameters.size()) return &function.parameters[i];
  return function.rest ? &*function.rest : nullptr;
}

// The name of what is called, without blanks around its `::`.
std::string FunctionName(Node call) {
  std::string name;
  const SyntaxTree& tree = call.tree();
  for (uint32_t i = call.first_token(); tree.tokens()[i].kind != TokenKind::kParenOpen; ++i) {
    if (tree.tokens()[i].kind != TokenKind::kComment && tree.tokens()[i].kind != TokenKind::kNewline) {
      name += tree.TextOf(tree.tokens()[i]);
    }
  }
  return name;
}

// The node of argument `i`: of those that `...` spreads the last one.
Node ArgumentOf(Node call, size_t i) {
  Node argument;
  for (const Node child : call.children()) {
    argument = child;
    if (i-- == 0) break;
  }
  return argument;
}

// Where it is: all of one that `...` spreads.
SourceRange ArgumentRange(Node call, size_t i) {
  const Node argument = ArgumentOf(call, i);
  return call.has_ellipsis() && i + 1 >= call.child_count() ? argument.range() : StartRange(argument);
}

// The type of its results, as far as that does not depend on the arguments.
Type ReturnType(const Function& function) {
  if (!function.type) return Type::Dynamic();
  std::vector<Value> unknown;
  for (const Parameter& parameter : function.parameters) unknown.push_back(Value::Unknown(parameter.type));
  const FunctionResult<Type> type = function.type(unknown);
  return type ? *type : Type::Dynamic();
}

std::shared_ptr<const CalledFunction> Describe(std::string_view name, const Function& function) {
  auto described = std::make_shared<CalledFunction>(std::string(name));
  for (const Parameter& parameter : function.parameters) {
    described->parameters.push_back({parameter.name, parameter.type});
  }
  if (function.rest) described->variadic = {function.rest->name, function.rest->type};
  described->return_type = ReturnType(function);
  return described;
}

Diagnostic Mistake(Node call, const Function& function, std::string_view summary, std::string detail,
                   SourceRange subject) {
  return {.summary = std::string(summary),
          .detail = std::move(detail),
          .subject = std::move(subject),
          .context = call.range(),
          .call = Describe(call.name(), function)};
}

class Argument final : public LazyArgument {
 public:
  Argument(Evaluator& evaluator, const Evaluator::Context& context, Node node, const Value* value)
      : evaluator_(evaluator), context_(context), node_(node), value_(value) {}

  Kind kind() const override {
    if (value_) return Kind::kOther;
    Node base = node_;
    while (IsStep(base)) base = base.child(0);
    if (base.kind() == NodeKind::kVariable) return Kind::kReference;
    const NodeKind kind = node_.kind();
    if (kind == NodeKind::kString) return Kind::kLiteral;
    if (kind != NodeKind::kTemplate && kind != NodeKind::kHeredoc) return Kind::kOther;
    if (node_.child_count() != 1) return Kind::kTemplate;
    const NodeKind part = node_.child(0).kind();
    if (part == NodeKind::kTemplateText) return Kind::kLiteral;
    return part == NodeKind::kInterpolation ? Kind::kInterpolation : Kind::kTemplate;
  }

  Value Evaluate(Diagnostics& diagnostics) const override {
    if (value_) return *value_;
    Evaluator::Context own = context_;
    own.diagnostics = &diagnostics;
    own.explains = false;
    return evaluator_.Evaluate(node_, own);
  }

 private:
  Evaluator& evaluator_;
  const Evaluator::Context& context_;
  const Node node_;
  const Value* const value_;  // of one that `...` spread
};

}  // namespace

Value Evaluator::Call(Node node, const Context& context) {
  const FunctionTable* table = context.scope->functions();
  if (!table) {
    Report(context,
           {.summary = "Function calls not allowed",
            .detail = "Functions may not be called here.",
            .subject = node.range()},
           node);
    return Value::Dynamic();
  }
  const Function* function = table->Find(node.name());
  if (!function) function = table->Find(FunctionName(node));
  if (!function) {
    ReportUnknownFunction(node, *table, context);
    return Value::Dynamic();
  }
  if (!function->deprecation.empty()) WarnDeprecated(node, *function, context);

  size_t count = node.child_count();
  std::vector<Value> spread;
  if (node.has_ellipsis()) {
    if (!Spread(node, *function, spread, context)) return Value::Dynamic();
    count += spread.size() - 1;
  }
  if (!CountFits(node, *function, count, context)) return Value::Dynamic();
  return function->lazy ? CallLazily(node, *function, spread, context)
                        : CallEagerly(node, *function, spread, context);
}

// The elements of the last argument, which has `...`. Whether there are any to call with.
bool Evaluator::Spread(Node node, const Function& function, std::vector<Value>& elements,
                       const Context& context) {
  const Node last = ArgumentOf(node, node.child_count());
  const auto [value, failed] = Try(last, context);
  if (failed) return false;
  const TypeKind kind = value.kind();
  const bool is_sequence = kind == TypeKind::kTuple || kind == TypeKind::kList || kind == TypeKind::kSet;
  if (!is_sequence && kind != TypeKind::kDynamic) {
    Report(context,
           Mistake(node, function, "Invalid expanding argument value",
                   "The expanding argument (indicated by ...) must be of a tuple, list, or set type.",
                   last.range()),
           last);
    return false;
  }
  if (value.IsNull()) {
    Report(context,
           Mistake(node, function, "Invalid expanding argument value",
                   "The expanding argument (indicated by ...) must not be null.", last.range()),
           last);
    return false;
  }
  if (!value.IsKnown()) return false;
  for (const Value& element : value.elements()) elements.push_back(element.WithMarks(value.marks()));
  return true;
}

bool Evaluator::CountFits(Node node, const Function& function, size_t count, const Context& context) {
  const size_t wanted = function.parameters.size();
  if (count < wanted) {
    const uint32_t close = node.end_token() - 1;
    Report(context,
           Mistake(node, function, "Not enough function arguments",
                   Format("Function {} expects{} {} argument(s). Missing value for {}.", Quote(node.name()),
                          function.rest ? " at least" : "", wanted, Quote(function.parameters[count].name)),
                   node.tree().RangeOf(close, close + 1)),
           node);
    return false;
  }
  if (count > wanted && !function.rest) {
    Report(context,
           Mistake(node, function, "Too many function arguments",
                   Format("Function {} expects only {} argument(s).", Quote(node.name()), wanted),
                   ArgumentRange(node, wanted)),
           node);
    return false;
  }
  return true;
}

Value Evaluator::CallEagerly(Node node, const Function& function, std::span<const Value> spread,
                             const Context& context) {
  boost::container::small_vector<Value, 4> arguments;
  const bool has_spread = node.has_ellipsis();
  const size_t written = node.child_count() - (has_spread ? 1 : 0);
  const size_t count = written + spread.size();
  bool failed = false;
  auto child = node.children().begin();
  for (size_t i = 0; i < count; ++i) {
    Outcome argument = i < written ? Try(*child, context) : Outcome{spread[i - written]};
    if (i < written) ++child;
    FunctionResult<Value> converted = ConvertArgument(function, i, argument.value);
    if (!converted) ReportCall(node, function, count, converted.error(), context);
    failed = failed || argument.failed || !converted;
    if (converted) arguments.push_back(*std::move(converted));
  }
  if (failed) return Value::Dynamic();
  FunctionResult<Value> result = CallConverted(function, arguments);
  if (result) return *std::move(result);
  ReportCall(node, function, count, result.error(), context);
  return Value::Dynamic();
}

Value Evaluator::CallLazily(Node node, const Function& function, std::span<const Value> spread,
                            const Context& context) {
  std::vector<Argument> arguments;
  const size_t written = node.child_count() - (node.has_ellipsis() ? 1 : 0);
  arguments.reserve(written + spread.size());
  for (const Node child : node.children()) {
    if (arguments.size() < written) arguments.emplace_back(*this, context, child, nullptr);
  }
  for (const Value& value : spread) {
    arguments.emplace_back(*this, context, ArgumentOf(node, written), &value);
  }
  std::vector<const LazyArgument*> pointers;
  pointers.reserve(arguments.size());
  for (const Argument& argument : arguments) pointers.push_back(&argument);

  FunctionResult<Value> result = function.lazy(pointers, *context.diagnostics);
  if (result) return *std::move(result);
  ReportCall(node, function, arguments.size(), result.error(), context);
  return Value::Dynamic();
}

// `count` arguments were given.
void Evaluator::ReportCall(Node node, const Function& function, size_t count, const FunctionError& error,
                           const Context& context) {
  const Parameter* parameter = error.argument ? ParameterOf(function, *error.argument) : nullptr;
  if (!parameter) {
    Report(context,
           Mistake(node, function, "Error in function call",
                   Format("Call to function {} failed: {}.", Quote(node.name()), error.message),
                   StartRange(node)),
           node);
    return;
  }
  const bool is_given = *error.argument < count;
  const Node argument = is_given ? ArgumentOf(node, *error.argument) : node;
  Report(context,
         Mistake(node, function, "Invalid function argument",
                 Format("Invalid value for {} parameter: {}.", Quote(parameter->name), error.message),
                 is_given ? ArgumentRange(node, *error.argument) : node.range()),
         argument);
}

void Evaluator::ReportUnknownFunction(Node node, const FunctionTable& table, const Context& context) {
  const std::string written = FunctionName(node);
  const std::string_view name = written;
  Diagnostic diagnostic{.summary = "Call to unknown function", .subject = node.name_range()};
  diagnostic.context = node.range();
  const size_t colons = name.find("::");
  if (colons == std::string_view::npos) {
    const std::string_view near = NearestName(name, table.Names());
    diagnostic.detail = Format("There is no function named {}.{}", Quote(name),
                               near.empty() ? "" : Format(" Did you mean {}?", Quote(near)));
  } else {
    diagnostic.summary = "Unknown provider function";
    const std::string_view space = name.substr(0, colons);
    const std::string_view rest = name.substr(colons + 2);
    const size_t more = rest.find("::");
    if (space == "provider" && more == std::string_view::npos) {
      diagnostic.detail = "The function call must include the provider name after the \"provider::\" prefix.";
    } else if (space != "provider" || more == std::string_view::npos) {
      diagnostic.detail = Format(
          "The function namespace {} is not valid. Provider function calls must use the \"provider::\" "
          "namespace prefix.",
          Quote(space));
    } else if (table.HasProvider(rest.substr(0, more))) {
      diagnostic.detail = Format("The function {} is not available from the provider {}.",
                                 Quote(rest.substr(more + 2)), Quote(rest.substr(0, more)));
    } else {
      diagnostic.detail = Format(
          "There is no function named {}. Ensure that provider name {} is declared in this module's "
          "required_providers block, and that this provider offers a function named {}.",
          Quote(name), Quote(rest.substr(0, more)), Quote(rest.substr(more + 2)));
    }
  }
  Report(context, std::move(diagnostic), node);
}

// Once for each call, however often it is evaluated.
void Evaluator::WarnDeprecated(Node node, const Function& function, const Context& context) {
  if (std::find(warned_.begin(), warned_.end(), node) != warned_.end()) return;
  warned_.push_back(node);
  context.diagnostics->AddWarning(
      "Deprecated function",
      Format("The function {} has been removed from the language of newer versions. Write {} instead.",
             Quote(node.name()), function.deprecation),
      node.name_range(), node.range());
}

}  // namespace cairn::hcl
