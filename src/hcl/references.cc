#include "hcl/references.h"

#include <algorithm>

namespace cairn::hcl {
namespace {

bool IsLiteral(Node node) {
  return node.kind() == NodeKind::kNumber || node.kind() == NodeKind::kKeyword ||
         node.kind() == NodeKind::kString;
}

// The last token before `token` that is of `kind`.
uint32_t TokenBefore(Node node, uint32_t token, TokenKind kind) {
  const std::vector<Token>& tokens = node.tree().tokens();
  do {
    --token;
  } while (token > 0 && tokens[token].kind != kind);
  return token;
}

// The first token at or after `token` that is of `kind`.
uint32_t TokenFrom(Node node, uint32_t token, TokenKind kind) {
  const std::vector<Token>& tokens = node.tree().tokens();
  while (tokens[token].kind != kind) ++token;
  return token;
}

// The variable that `node` is, or leads to by steps; else nothing.
std::optional<Reference> ReferenceAt(Node node) {
  Node root = node;
  size_t count = 0;
  for (; IsStep(root); root = root.child(0)) ++count;
  const bool is_keyword = root.kind() == NodeKind::kKeyword && count == 0;
  if (root.kind() != NodeKind::kVariable && !is_keyword) return std::nullopt;

  Reference reference{.root = root.name(), .node = node};
  reference.steps.resize(count);
  for (Node step = node; count > 0; step = step.child(0)) reference.steps[--count] = StepOf(step);
  return reference;
}

class Collector {
 public:
  std::vector<Reference> Take() { return std::move(references_); }

  void Visit(Node node) {
    if (node.kind() == NodeKind::kForTuple || node.kind() == NodeKind::kForObject ||
        node.kind() == NodeKind::kForDirective) {
      return VisitFor(node);
    }
    Node base = node;
    while (IsStep(base)) base = base.child(0);
    if (base.kind() == NodeKind::kVariable) {
      Add(node, base.name());
    } else if (base != node) {
      Visit(base);
    } else {
      for (const Node child : node.children()) Visit(child);
    }
  }

 private:
  void Add(Node node, std::string_view root) {
    if (std::find(locals_.begin(), locals_.end(), root) != locals_.end()) return;
    references_.push_back(*ReferenceAt(node));
  }

  // The names count everywhere but in the collection.
  void VisitFor(Node node) {
    const size_t outside = locals_.size();
    std::vector<std::string_view> names;
    for (const Node child : node.children()) {
      if (child.kind() == NodeKind::kIdentifier) {
        names.push_back(child.name());
        continue;
      }
      Visit(child);
      if (locals_.size() == outside) locals_.insert(locals_.end(), names.begin(), names.end());
    }
    locals_.resize(outside);
  }

  std::vector<Reference> references_;
  std::vector<std::string_view> locals_;
};

}  // namespace

SourceRange TraversalStep::range() const {
  if (node.kind() == NodeKind::kIndex) return BracketRange(node);
  const uint32_t dot = TokenBefore(node, node.end_token(), TokenKind::kDot);
  return node.tree().RangeOf(dot, node.end_token());
}

SourceRange Reference::root_range() const {
  const uint32_t token = node.first_token();
  return node.tree().RangeOf(token, token + 1);
}

std::vector<Reference> References(Node expression) {
  Collector collector;
  collector.Visit(expression);
  return collector.Take();
}

std::optional<Reference> AsReference(Node expression, Diagnostics& diagnostics) {
  std::optional<Reference> reference = ReferenceAt(expression);
  if (!reference) {
    diagnostics.AddError("Invalid expression",
                         "A single static variable reference is required: only attribute access and indexing "
                         "with constant keys. No calculations, function calls, template expressions, etc are "
                         "allowed here.",
                         expression.range());
  }
  return reference;
}

std::string_view AsKeyword(Node expression) {
  const NodeKind kind = expression.kind();
  const bool is_name =
      kind == NodeKind::kVariable || kind == NodeKind::kKeyword || kind == NodeKind::kIdentifier;
  return is_name ? expression.name() : std::string_view();
}

std::optional<StaticCall> AsCall(Node expression) {
  if (expression.kind() != NodeKind::kCall) return std::nullopt;
  StaticCall call;
  call.name = expression.name();
  call.name_range = expression.name_range();
  for (const Node argument : expression.children()) call.arguments.push_back(argument);
  call.arguments_range = expression.range();
  call.arguments_range.begin = StartRange(expression).end - 1;
  return call;
}

std::optional<std::vector<Node>> AsList(Node expression) {
  if (expression.kind() != NodeKind::kTuple) return std::nullopt;
  std::vector<Node> elements;
  for (const Node element : expression.children()) elements.push_back(element);
  return elements;
}

std::optional<std::vector<std::pair<Node, Node>>> AsPairs(Node expression) {
  if (expression.kind() != NodeKind::kObject) return std::nullopt;
  std::vector<std::pair<Node, Node>> pairs;
  for (const Node item : expression.children()) pairs.emplace_back(item.child(0), item.child(1));
  return pairs;
}

Value LiteralValue(Node literal) {
  if (literal.kind() == NodeKind::kString) return Value::String(StringValue(literal));
  const std::string_view text = literal.text();
  if (literal.kind() == NodeKind::kKeyword) {
    return text == "null" ? Value::Null(Type::Dynamic()) : Value::Bool(text == "true");
  }
  const Result<Number> number = Number::Parse(text);
  return number ? Value::Number(*number) : Value::Dynamic();
}

bool IsStep(Node node) {
  const NodeKind kind = node.kind();
  return kind == NodeKind::kGetAttribute || kind == NodeKind::kLegacyIndex ||
         (kind == NodeKind::kIndex && IsLiteral(node.child(1)));
}

TraversalStep StepOf(Node node) {
  TraversalStep step{.is_attribute = node.kind() == NodeKind::kGetAttribute, .node = node};
  if (step.is_attribute) {
    step.name = node.name();
  } else if (node.kind() == NodeKind::kIndex) {
    step.key = LiteralValue(node.child(1));
  } else {
    const SyntaxTree& tree = node.tree();
    const Result<Number> number = Number::Parse(tree.TextOf(tree.tokens()[node.end_token() - 1]));
    step.key = number ? Value::Number(*number) : Value::Dynamic();
  }
  return step;
}

SourceRange BracketRange(Node index) {
  const uint32_t open = TokenFrom(index, index.child(0).end_token(), TokenKind::kBracketOpen);
  return index.tree().RangeOf(open, index.end_token());
}

namespace {

SourceRange MarkerRange(Node splat) {
  const SyntaxTree& tree = splat.tree();
  const bool in_brackets = splat.kind() == NodeKind::kSplat;
  const uint32_t begin =
      TokenFrom(splat, splat.child(0).end_token(), in_brackets ? TokenKind::kBracketOpen : TokenKind::kDot);
  const uint32_t last = TokenFrom(splat, begin, in_brackets ? TokenKind::kBracketClose : TokenKind::kStar);
  return tree.RangeOf(begin, last + 1);
}

// Of a template with parts.
SourceRange FirstPartRange(Node part) {
  switch (part.kind()) {
    case NodeKind::kInterpolation:
    case NodeKind::kIfDirective:
      return StartRange(part.child(0));
    default:
      return part.range();
  }
}

}  // namespace

SourceRange StartRange(Node expression) {
  const SyntaxTree& tree = expression.tree();
  const uint32_t first = expression.first_token();
  switch (expression.kind()) {
    case NodeKind::kParentheses:
    case NodeKind::kBinary:
    case NodeKind::kConditional:
      return StartRange(expression.child(0));
    case NodeKind::kUnary:
    case NodeKind::kTuple:
    case NodeKind::kObject:
    case NodeKind::kForTuple:
    case NodeKind::kForObject:
      return tree.RangeOf(first, first + 1);
    case NodeKind::kString: {
      SourceRange range = expression.range();
      if (range.text().size() == 2) return {range.source, range.end, range.end};  // "": behind it, oddly
      ++range.begin;
      --range.end;
      return range;
    }
    case NodeKind::kTemplate:
    case NodeKind::kHeredoc: {
      if (expression.child_count() == 0) return expression.range();
      const Node part = expression.child(0);
      const bool is_wrapper = expression.child_count() == 1 && part.kind() == NodeKind::kInterpolation;
      return is_wrapper ? expression.range() : FirstPartRange(part);
    }
    case NodeKind::kIndex: {
      if (IsStep(expression)) return expression.range();
      SourceRange range = BracketRange(expression);
      range.end = range.begin + 1;
      return range;
    }
    case NodeKind::kSplat:
    case NodeKind::kAttributeSplat:
      return MarkerRange(expression);
    case NodeKind::kCall:
      return tree.RangeOf(first, TokenFrom(expression, first, TokenKind::kParenOpen) + 1);
    default:
      return expression.range();
  }
}

}  // namespace cairn::hcl
