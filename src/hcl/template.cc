#include "hcl/template.h"

#include <algorithm>
#include <limits>

#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

constexpr size_t kBlank = std::numeric_limits<size_t>::max();

// The bytes of white space that `text` begins with.
size_t LeadingSpace(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    size_t length = 0;
    if (!IsSpace(DecodeCharacter(text.substr(at), length))) break;
    at += length;
  }
  return at;
}

std::string_view WithoutTrailingSpace(std::string_view text) {
  while (!text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && (uint8_t(text[begin]) & 0xC0) == 0x80) --begin;
    size_t length = 0;
    if (!IsSpace(DecodeCharacter(text.substr(begin), length)) || begin + length != text.size()) break;
    text = text.substr(0, begin);
  }
  return text;
}

// The characters of white space that a line begins with; kBlank for a line of nothing else.
size_t IndentOf(std::string_view line) {
  const size_t bytes = LeadingSpace(line);
  if (bytes == line.size() && line.ends_with('\n')) return kBlank;
  return CountGraphemes(line.substr(0, bytes));
}

}  // namespace

TemplateTexts::TemplateTexts(Node root) : tree_(&root.tree()) {
  const std::vector<Token>& tokens = tree_->tokens();
  const Token& open = tokens[root.first_token()];
  is_quoted_ = open.kind == TokenKind::kQuoteOpen;
  if (open.kind != TokenKind::kHeredocOpen || !tree_->TextOf(open).starts_with("<<-")) return;

  size_t least = kBlank;
  uint32_t depth =
      0;  // of templates and sequences within; texts of directives count, those of `${...}` do not
  for (uint32_t i = root.first_token() + 1; i + 1 < root.end_token(); ++i) {
    const TokenKind kind = tokens[i].kind;
    const bool opens = kind == TokenKind::kInterpolationOpen || kind == TokenKind::kDirectiveOpen;
    if (depth == 0 && (opens || kind == TokenKind::kTemplateText) && BeginsLine(i)) {
      least = std::min(least, opens ? 0 : IndentOf(Stripped(i)));
    }
    if (opens) ++depth;
    if (kind == TokenKind::kTemplateClose) --depth;
  }
  indent_ = least == kBlank ? 0 : least;
}

// Text `token` after the first two steps.
std::string TemplateTexts::Stripped(uint32_t token) const {
  const std::vector<Token>& tokens = tree_->tokens();
  const std::string_view raw = tree_->TextOf(tokens[token]);
  std::string value = is_quoted_ ? UnescapeQuoted(raw) : UnescapeHeredoc(raw);
  if (token > 0 && tokens[token - 1].kind == TokenKind::kTemplateClose && tokens[token - 1].size() == 2) {
    value.erase(0, LeadingSpace(value));
  }
  const Token& next = tokens[token + 1];
  if ((next.kind == TokenKind::kInterpolationOpen || next.kind == TokenKind::kDirectiveOpen) &&
      next.size() == 3) {
    value.resize(WithoutTrailingSpace(value).size());
  }
  return value;
}

// Whether what `token` of a heredoc stands for comes first on its line.
bool TemplateTexts::BeginsLine(uint32_t token) const {
  const Token& before = tree_->tokens()[token - 1];
  if (before.kind == TokenKind::kHeredocOpen) return true;
  return before.kind == TokenKind::kTemplateText && Stripped(token - 1).ends_with('\n');
}

void TemplateTexts::Append(std::string& out, Node text) const {
  const uint32_t token = text.first_token();
  std::string value = Stripped(token);
  size_t skipped = 0;
  if (indent_ > 0 && BeginsLine(token) && IndentOf(value) != kBlank) {
    for (size_t i = 0; i < indent_; ++i) skipped += GraphemeLength(std::string_view(value).substr(skipped));
  }
  out.append(value, skipped);
}

}  // namespace cairn::hcl
