#include "hcl/eval.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/access.h"
#include "hcl/convert.h"
#include "hcl/evaluator.h"

namespace cairn::hcl {
namespace {

bool IsAccess(Node node) {
  const NodeKind kind = node.kind();
  return kind == NodeKind::kGetAttribute || kind == NodeKind::kIndex || kind == NodeKind::kLegacyIndex;
}

// Whether `node` is a variable with steps: as an object's key it could be meant either way.
bool IsTraversal(Node node) {
  if (!IsStep(node)) return false;
  while (IsStep(node)) node = node.child(0);
  return node.kind() == NodeKind::kVariable;
}

}  // namespace

Value Evaluate(Node expression, const Scope& scope, Diagnostics& diagnostics,
               const EvaluationLimits& limits) {
  return Evaluator(limits).Evaluate(expression, {.scope = &scope, .diagnostics = &diagnostics});
}

Value Evaluator::Evaluate(Node node, const Context& context) {
  if (depth_ >= limits_.depth_max) {
    ReportBound(context, "Expression nested too deeply",
                Format("Expressions may be nested {} deep.", limits_.depth_max), node);
    return Value::Dynamic();
  }
  ++depth_;
  Value value = EvaluateKind(node, context);
  --depth_;
  return value;
}

Evaluator::Outcome Evaluator::Try(Node node, const Context& context) {
  const size_t before = context.diagnostics->size();
  Outcome outcome{Evaluate(node, context)};
  for (size_t i = before; i < context.diagnostics->size(); ++i) {
    outcome.failed = outcome.failed || (*context.diagnostics)[i].severity == Severity::kError;
  }
  return outcome;
}

Value Evaluator::EvaluateKind(Node node, const Context& context) {
  switch (node.kind()) {
    case NodeKind::kNumber:
    case NodeKind::kKeyword:
    case NodeKind::kString:
      return LiteralValue(node);
    case NodeKind::kTemplate:
    case NodeKind::kHeredoc:
      return Charge(Template(node, context), node, context);
    case NodeKind::kVariable:
    case NodeKind::kGetAttribute:
    case NodeKind::kLegacyIndex:
    case NodeKind::kIndex:
      return Traverse(node, context);
    case NodeKind::kElement:
      return context.element ? *context.element : Value::Dynamic();
    case NodeKind::kSplat:
    case NodeKind::kAttributeSplat:
      return Charge(Splat(node, context), node, context);
    case NodeKind::kCall:
      return Charge(Call(node, context), node, context);
    case NodeKind::kTuple:
      return Charge(Tuple(node, context), node, context);
    case NodeKind::kObject:
      return Charge(Object(node, context), node, context);
    case NodeKind::kForTuple:
      return Charge(ForTuple(node, context), node, context);
    case NodeKind::kForObject:
      return Charge(ForObject(node, context), node, context);
    case NodeKind::kParentheses:
    case NodeKind::kInterpolation:
      return Evaluate(node.child(0), context);
    case NodeKind::kUnary:
      return Unary(node, context);
    case NodeKind::kBinary:
      return BinaryChain(node, context);
    case NodeKind::kConditional:
    case NodeKind::kIfDirective:
      return Conditional(node, context);
    case NodeKind::kForDirective:
      return ForDirective(node, context);
    default:
      return Value::Dynamic();
  }
}

// A variable or any other value, and all the accesses that follow it.
Value Evaluator::Traverse(Node node, const Context& context) {
  boost::container::small_vector<Node, 6> accesses;  // the last one first
  Node base = node;
  for (; IsAccess(base); base = base.child(0)) accesses.push_back(base);

  boost::container::small_vector<TraversalStep, 4> steps;  // the first accesses, as long as they are steps
  size_t used = 0;
  Value value;
  if (base.kind() == NodeKind::kVariable) {
    for (size_t i = accesses.size(); i-- > 0 && IsStep(accesses[i]);) steps.push_back(StepOf(accesses[i]));
    value = Variable(base, steps, used, context);
  } else {
    value = Evaluate(base, context);
  }

  for (size_t done = used; done < accesses.size(); ++done) {
    const size_t i = accesses.size() - 1 - done;
    const Node access = accesses[i];
    const bool is_step = IsStep(access);
    std::expected<Value, AccessError> result;
    if (!is_step) {
      result = Index(value, Evaluate(access.child(1), context));
    } else {
      const TraversalStep step = done < steps.size() ? steps[done] : StepOf(access);
      result = step.is_attribute ? Attribute(value, step.name) : Index(value, step.key);
    }
    if (result) {
      value = *std::move(result);
      continue;
    }
    size_t last = i;  // of the steps in a row
    while (is_step && last > 0 && IsStep(accesses[last - 1])) --last;
    Report(context,
           {.summary = result.error().summary,
            .detail = result.error().detail,
            .subject = is_step ? StepOf(access).range() : BracketRange(access)},
           accesses[last]);
    value = Value::Dynamic();
  }
  return value;
}

Value Evaluator::Variable(Node root, std::span<const TraversalStep> steps, size_t& used,
                          const Context& context) {
  const size_t before = context.diagnostics->size();
  const SourceRange range = root.range();
  const std::string_view name = root.name();
  std::optional<Value> value = context.scope->Find(name, steps, range, used, *context.diagnostics);
  if (value) return *std::move(value);
  used = steps.size();
  if (context.diagnostics->size() > before) return Value::Dynamic();
  const std::vector<std::string_view> names = context.scope->Names();
  if (names.empty()) {
    Report(
        context,
        {.summary = "Variables not allowed", .detail = "Variables may not be used here.", .subject = range},
        {});
    return Value::Dynamic();
  }
  const std::string_view near = NearestName(name, names);
  Report(context,
         {.summary = "Unknown variable",
          .detail = Format("There is no variable named {}.{}", Quote(name),
                           near.empty() ? "" : Format(" Did you mean {}?", Quote(near))),
          .subject = range},
         {});
  return Value::Dynamic();
}

Value Evaluator::Tuple(Node node, const Context& context) {
  std::vector<Value> elements;
  elements.reserve(node.child_count());
  for (const Node element : node.children()) elements.push_back(Evaluate(element, context));
  return Value::Tuple(std::move(elements));
}

Value Evaluator::ObjectKey(Node key, const Context& context) {
  if (const std::string_view keyword = AsKeyword(key); !keyword.empty()) return Value::String(keyword);
  if (!IsTraversal(key)) return Evaluate(key, context);
  context.diagnostics->AddError(
      "Ambiguous attribute key",
      "If this expression is intended to be a reference, wrap it in parentheses. If it's instead intended as "
      "a "
      "literal name containing periods, wrap it in quotes to create a string literal.",
      key.range());
  return Value::Dynamic();
}

// If a key is not known, nothing is: even whether two keys are the same.
Value Evaluator::Object(Node node, const Context& context) {
  std::vector<NamedValue> attributes;
  attributes.reserve(node.child_count());
  Marks marks = Marks::kNone;
  bool is_known = true;
  for (const Node item : node.children()) {
    const Node key_node = item.child(0);
    const Node value_node = item.child(1);
    const Value key = ObjectKey(key_node, context);
    Value value = Evaluate(value_node, context);
    if (key.IsNull()) {  // the peer points at the value
      Report(context,
             {.summary = "Null value as key",
              .detail = "Can't use a null value as a key.",
              .subject = value_node.range()},
             key_node);
      is_known = false;
      continue;
    }
    marks = marks | key.marks();
    const auto name = Convert(key, Type::String());
    if (!name) {
      Report(context,
             {.summary = "Incorrect key type",
              .detail = Format("Can't use this value as a key: {}.", name.error().message),
              .subject = key_node.range()},
             key_node);
    }
    if (!name || !name->IsKnown()) {
      is_known = false;
      continue;
    }
    attributes.push_back({std::string(name->AsString()), std::move(value)});
  }
  if (!is_known) return Value::Dynamic();
  return Value::Object(std::move(attributes)).WithMarks(marks);
}

bool Evaluator::StartRound(Node loop, const Context& context) {
  if (context.diagnostics->size() >= limits_.errors_max) return false;
  if (rounds_ < limits_.rounds_max) {
    ++rounds_;
    return true;
  }
  ReportBound(context, "Too many iterations",
              Format("An expression may go through at most {} elements in all.", limits_.rounds_max), loop);
  return false;
}

Value Evaluator::Charge(Value value, Node node, const Context& context) {
  if (!value.HasContent() || value.kind() < TypeKind::kString) return value;
  const bool is_text = value.kind() == TypeKind::kString;
  bytes_ += is_text ? value.AsString().size() : value.size() * sizeof(Value);
  constexpr std::string_view kTooLarge = "Values too large";
  if (bytes_ > limits_.bytes_max) {
    ReportBound(context, kTooLarge,
                Format("An expression may make values of at most {} bytes in all.", limits_.bytes_max), node);
    return Value::Dynamic();
  }
  if (value.weight() > limits_.weight_max) {
    ReportBound(
        context, kTooLarge,
        Format("A value may have at most {} parts, each counted as often as it occurs ({} bytes of text "
               "count as one).",
               limits_.weight_max, kWeightBytes),
        node);
    return Value::Dynamic();
  }
  return value;
}

void Evaluator::ReportBound(const Context& context, std::string_view summary, std::string detail, Node node) {
  for (const Diagnostic& diagnostic : *context.diagnostics) {
    if (diagnostic.summary == summary) return;
  }
  Report(context, {.summary = std::string(summary), .detail = std::move(detail), .subject = node.range()},
         {});
}

void Evaluator::Report(const Context& context, Diagnostic diagnostic, Node about) {
  if (context.explains && about) {
    for (std::string& line : Explain(about, *context.scope)) diagnostic.values.push_back(std::move(line));
  }
  context.diagnostics->Add(std::move(diagnostic));
}

}  // namespace cairn::hcl
