// Any bytes as a file, an expression and a template: the tree holds all of the text, nodes lie within their
// parents, and whatever is wrong can be shown.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/parser.h"
#include "hcl/references.h"

namespace cairn::hcl {
namespace {

void Check(bool condition) {
  if (!condition) std::abort();
}

// Tokens are in order, and what is between them is blank; the last one ends the text.
void CheckTokens(const SyntaxTree& tree) {
  const std::string_view text = tree.source()->text();
  uint32_t at = 0;
  for (const Token& token : tree.tokens()) {
    Check(token.begin >= at && token.end >= token.begin && token.end <= text.size());
    for (const char c : text.substr(at, token.begin - at))
      Check(c == ' ' || c == '\t' || c == '\r' || at < 3);
    at = token.end;
  }
  Check(at == text.size());
}

void CheckNodes(const SyntaxTree& tree) {
  std::vector<Node> todo = {tree.root()};
  while (!todo.empty()) {
    const Node node = todo.back();
    todo.pop_back();
    Check(node.end_token() <= tree.tokens().size() && node.first_token() <= node.end_token());
    for (const Node child : node.children()) {
      Check(child.first_token() >= node.first_token() && child.end_token() <= node.end_token());
      todo.push_back(child);
    }
  }
}

void CheckParsed(const ParseResult& parsed) {
  CheckTokens(*parsed.tree);
  if (!parsed.diagnostics.has_errors())
    CheckNodes(*parsed.tree);  // what stands for a mistake may lie anywhere
  for (const Diagnostic& diagnostic : parsed.diagnostics) Check(!Render(diagnostic).empty());
  (void)References(parsed.tree->root());
}

}  // namespace
}  // namespace cairn::hcl

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::hcl;
  const auto source =
      std::make_shared<const Source>("fuzz.tf", std::string(reinterpret_cast<const char*>(data), size));
  CheckParsed(ParseFile(source));
  CheckParsed(ParseExpression(source));
  CheckParsed(ParseTemplate(source));
  return 0;
}
