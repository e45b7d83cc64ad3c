#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "hcl/format.h"
#include "hcl/format_rewrite.h"
#include "hcl/parser.h"

namespace cairn::hcl {
namespace {

ParseResult Parse(std::string text) {
  return ParseFile(std::make_shared<const Source>("fuzz", std::move(text)));
}

// Whether the tokens are those of `file`, but that the parts of a number may have become one: 1 .5
bool HasTokens(const SyntaxTree& file, const std::vector<FormatToken>& expected) {
  size_t next = 0;
  for (const Token& token : file.tokens()) {
    std::string joined;
    const size_t first = next;
    while (next < expected.size() && (next == first || joined.size() < token.size())) {
      if (next > first && token.kind != TokenKind::kNumber) return false;
      joined += expected[next++].text;
    }
    if (joined != file.TextOf(token)) return false;
  }
  return next == expected.size();
}

bool IsRewritten(const SyntaxTree& file) {
  return !HasTokens(file, RewriteForFormat(file).tokens);
}

}  // namespace
}  // namespace cairn::hcl

// Formatting keeps the tokens, but for those that it rewrites, and formats its own result to itself.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::hcl;
  const ParseResult parsed = Parse(std::string(reinterpret_cast<const char*>(data), size));
  if (parsed.diagnostics.has_errors()) return 0;
  const auto result = FormatFile(*parsed.tree, size_t{1} << 24);
  if (!result) return 0;
  const std::string& formatted = *result;
  const ParseResult again = Parse(formatted);
  const RewrittenTokens expected = RewriteForFormat(*parsed.tree);
  if (!HasTokens(*again.tree, expected.tokens)) std::abort();
  if (again.diagnostics.has_errors()) {
    // As the peer's results are: format.h says where.
    const bool explained = std::ranges::any_of(parsed.tree->tokens(), [](const Token& token) {
      return token.kind == TokenKind::kComment || token.kind == TokenKind::kDot ||
             token.kind == TokenKind::kBracketOpen;
    });
    if (!explained) std::abort();
    return 0;
  }
  if (!IsRewritten(*again.tree) && *FormatFile(*again.tree) != formatted) std::abort();
  return 0;
}
