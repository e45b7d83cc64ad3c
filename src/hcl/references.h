#pragma once

// What an expression says before it is evaluated: which variables it reads, and the forms that stand for
// themselves where a language asks for more than values (`depends_on = [aws_instance.a]`, `type =
// list(string)`).

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/scope.h"
#include "hcl/source.h"
#include "hcl/syntax.h"
#include "hcl/value.h"

namespace cairn::hcl {

// A variable, and what follows it as far as that is known without evaluating: `aws_instance.a["x"].id`.
struct Reference {
  std::string_view root;
  std::vector<TraversalStep> steps = {};
  Node node = {};  // of all of it

  SourceRange root_range() const;
  SourceRange range() const { return node.range(); }
};

// All that `expression` (any node) reads, in the order of the text, without the names that its own `for`s
// give.
std::vector<Reference> References(Node expression);

// `expression` as a single reference; else nothing, and an error. `true`, `false` and `null` are names here.
std::optional<Reference> AsReference(Node expression, Diagnostics& diagnostics);

// `expression` if it is a single name, else empty.
std::string_view AsKeyword(Node expression);

struct StaticCall {
  std::string_view name;
  SourceRange name_range;
  std::vector<Node> arguments;
  SourceRange arguments_range;  // with the parentheses
};
// Nothing, and no error, if it is not a call, a tuple, an object.
std::optional<StaticCall> AsCall(Node expression);
std::optional<std::vector<Node>> AsList(Node expression);
std::optional<std::vector<std::pair<Node, Node>>> AsPairs(Node expression);

// The value of a kNumber, kKeyword or kString.
Value LiteralValue(Node literal);

// Whether `node` is a step of a traversal: `.name`, `.0`, or `[key]` with a literal as key. What it is a step
// of is its first child.
bool IsStep(Node node);
// REQUIRES: IsStep(node).
TraversalStep StepOf(Node node);

// What a diagnostic about an expression as a whole points at: the first term, a call up to the parenthesis,
// an opening bracket.
SourceRange StartRange(Node expression);
// Of a kIndex: the brackets and what is between.
SourceRange BracketRange(Node index);

}  // namespace cairn::hcl
