#include "hcl/format_rewrite.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "hcl/references.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

// `text` as a string of the language, as the peer writes one.
std::string Quote(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    size_t length = 0;
    const char32_t character = DecodeCharacter(text, length);
    constexpr std::string_view kEscaped = "\n\r\t\"\\";
    const size_t escape = kEscaped.find(text[0]);
    if (escape != kEscaped.npos) {
      quoted += '\\';
      quoted += "nrt\"\\"[escape];
    } else if (!IsPrintable(character)) {
      quoted += character < 0x10000 ? Format("\\u{:04x}", uint32_t(character))
                                    : Format("\\U{:08x}", uint32_t(character));
    } else {
      quoted += text.substr(0, length);
      if ((character == '$' || character == '%') && text.substr(1).starts_with('{')) quoted += text[0];
    }
    text.remove_prefix(length);
  }
  quoted += '"';
  return quoted;
}

class Rewriter {
 public:
  explicit Rewriter(const SyntaxTree& tree) : tree_(tree) {
    result_.tokens.reserve(tree.tokens().size() + 8);
  }

  RewrittenTokens Run() {
    RewriteBody(tree_.root(), /*is_variable=*/false, /*depth=*/0);
    CopyUntil(uint32_t(tree_.tokens().size()));
    return std::move(result_);
  }

 private:
  void Copy(uint32_t index) {
    const Token& token = tree_.tokens()[index];
    while (!lost_.empty() && index >= lost_.front().second) lost_.pop_front();
    if (!lost_.empty() && index >= lost_.front().first) return;
    const uint32_t before = index > 0 ? tree_.tokens()[index - 1].end : 0;
    result_.tokens.push_back({tree_.TextOf(token), token.begin - before, token.kind});
  }

  void CopyUntil(uint32_t end) {
    for (; next_ < end; ++next_) Copy(next_);
  }

  void Add(TokenKind kind, std::string_view text) { result_.tokens.push_back({text, 0, kind}); }

  // `is_variable`: of a `variable` block on the top level.
  void RewriteBody(Node body, bool is_variable, int depth) {
    for (const Node item : body.children()) {
      if (item.kind() == NodeKind::kBlock) {
        RewriteBlock(item, depth);
      } else if (item.kind() == NodeKind::kAttribute) {
        const Node expression = item.child(0);
        CopyUntil(expression.first_token());
        if (HasKeywordKey(expression)) LoseKeywordKeys(expression);
        const bool done = is_variable && item.name() == "type" ? RewriteType(expression) : Unwrap(expression);
        if (done) next_ = expression.end_token();
      }
    }
  }

  void RewriteBlock(Node block, int depth) {
    CopyUntil(block.first_token() + 1);
    for (const Node child : block.children()) {
      if (child.kind() == NodeKind::kBody) {
        RewriteBody(child, depth == 0 && block.name() == "variable", depth + 1);
      } else {
        RewriteLabel(child);
        next_ = child.end_token();
      }
    }
  }

  void RewriteLabel(Node label) {
    if (label.kind() == NodeKind::kString) {
      const std::string_view text = label.text();
      const std::string_view inside = text.substr(1, text.size() - 2);
      if (!inside.empty() && StringPieceLength(inside) < inside.size()) return;  // lost
    }
    Add(TokenKind::kString, result_.texts.emplace_back(Quote(Normalize(StringValue(label)))));
  }

  // Whether there is `[true` or the like.
  bool HasKeywordKey(Node expression) const {
    const std::vector<Token>& tokens = tree_.tokens();
    bool after_bracket = false;
    for (uint32_t i = expression.first_token(); i < expression.end_token(); ++i) {
      if (after_bracket && tokens[i].kind == TokenKind::kIdentifier) {
        const std::string_view text = tree_.TextOf(tokens[i]);
        if (text == "true" || text == "false" || text == "null") return true;
      }
      const bool passed_over = tokens[i].kind == TokenKind::kComment || tokens[i].kind == TokenKind::kNewline;
      after_bracket = tokens[i].kind == TokenKind::kBracketOpen || (after_bracket && passed_over);
    }
    return false;
  }

  // The peer rebuilds each reference from its steps, and forgets keys that are neither text nor number.
  void LoseKeywordKeys(Node expression) {
    for (const Reference& reference : References(expression)) {
      for (const TraversalStep& step : reference.steps) {
        if (step.node.kind() != NodeKind::kIndex || step.node.child(1).kind() != NodeKind::kKeyword) continue;
        uint32_t open = step.node.child(0).end_token();
        while (tree_.tokens()[open].kind != TokenKind::kBracketOpen) ++open;
        lost_.emplace_back(open + 1, step.node.end_token() - 1);
      }
    }
  }

  // The types that were words in quotes, and collections without the type of their elements.
  bool RewriteType(Node type) {
    if (type.end_token() != type.first_token() + 1) return false;
    const std::string_view text = type.text();
    if (text == "\"string\"") {
      Add(TokenKind::kIdentifier, "string");
    } else if (text == "\"list\"" || text == "\"map\"") {
      AddCollection(text.substr(1, text.size() - 2), "string");
    } else if (text == "list" || text == "map" || text == "set") {
      AddCollection(text, "any");
    } else {
      return false;
    }
    return true;
  }

  void AddCollection(std::string_view kind, std::string_view element) {
    Add(TokenKind::kIdentifier, kind);
    Add(TokenKind::kParenOpen, "(");
    Add(TokenKind::kIdentifier, element);
    Add(TokenKind::kParenClose, ")");
  }

  // "${expression}" without its quotes. Whether it is one is seen by its tokens, as the peer sees it: a
  // heredoc inside may have no interpolation of its own.
  bool Unwrap(Node expression) {
    const std::vector<Token>& tokens = tree_.tokens();
    uint32_t first = expression.first_token();
    uint32_t end = expression.end_token();
    if (end - first < 5 || tokens[first].kind != TokenKind::kQuoteOpen ||
        tokens[first + 1].kind != TokenKind::kInterpolationOpen ||
        tokens[end - 2].kind != TokenKind::kTemplateClose || tokens[end - 1].kind != TokenKind::kQuoteClose) {
      return false;
    }
    first += 2;
    end -= 2;
    if (!IsOneInterpolation(first, end)) return false;
    while (first < end && tokens[first].kind == TokenKind::kNewline) ++first;
    while (first < end && tokens[end - 1].kind == TokenKind::kNewline) --end;
    const bool in_parentheses =
        tokens[first].kind == TokenKind::kParenOpen && tokens[end - 1].kind == TokenKind::kParenClose;
    const bool several_lines =
        std::any_of(tokens.begin() + first, tokens.begin() + end,
                    [](const Token& token) { return token.kind == TokenKind::kNewline; });
    const bool wrap = several_lines && !in_parentheses;
    if (wrap) Add(TokenKind::kParenOpen, "(");
    for (uint32_t i = first; i < end; ++i) Copy(i);
    if (wrap) Add(TokenKind::kParenClose, ")");
    return true;
  }

  // Whether no other sequence begins or ends among the tokens [first, end), outside of quotes.
  bool IsOneInterpolation(uint32_t first, uint32_t end) const {
    int quotes = 0;
    for (uint32_t i = first; i < end; ++i) {
      const TokenKind kind = tree_.tokens()[i].kind;
      if (kind == TokenKind::kQuoteOpen) {
        ++quotes;
      } else if (kind == TokenKind::kQuoteClose) {
        --quotes;
      } else if (quotes == 0 &&
                 (kind == TokenKind::kInterpolationOpen || kind == TokenKind::kTemplateClose)) {
        return false;
      }
    }
    return true;
  }

  const SyntaxTree& tree_;
  RewrittenTokens result_;
  uint32_t next_ = 0;                               // the token to be copied next
  std::deque<std::pair<uint32_t, uint32_t>> lost_;  // tokens [first, end) that are left out, in order
};

}  // namespace

RewrittenTokens RewriteForFormat(const SyntaxTree& file) {
  return Rewriter(file).Run();
}

size_t StringPieceLength(std::string_view text) {
  const auto is_sign = [](char c) { return c == '$' || c == '%'; };
  if (!is_sign(text[0])) {
    size_t size = 0;
    while (size < text.size() && !is_sign(text[size])) size += text[size] == '\\' ? 2 : 1;
    return std::min(size, text.size());
  }
  if (text.size() < 3 || text[1] != text[0] || text[2] != '{') return 1;
  return text.substr(3).starts_with('~') ? 4 : 3;
}

}  // namespace cairn::hcl
