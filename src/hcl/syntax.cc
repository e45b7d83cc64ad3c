#include "hcl/syntax.h"

#include <charconv>
#include <optional>
#include <utility>

#include "hcl/unicode.h"

namespace cairn::hcl {

SyntaxTree::SyntaxTree(std::shared_ptr<const Source> source, std::vector<Token> tokens,
                       std::vector<Record> records, uint32_t root)
    : source_(std::move(source)), tokens_(std::move(tokens)), records_(std::move(records)), root_(root) {}

SourceRange SyntaxTree::RangeOf(uint32_t first_token, uint32_t end_token) const {
  const uint32_t begin = tokens_[first_token].begin;
  const uint32_t end = end_token > first_token ? tokens_[end_token - 1].end : begin;
  if (source_->outer()) return OuterRange({source_, begin, end});
  return {source_, begin, end};
}

NodeKind Node::kind() const {
  return NodeKind(tree_->records()[index_].kind);
}
uint32_t Node::first_token() const {
  return tree_->records()[index_].first_token;
}
uint32_t Node::end_token() const {
  return tree_->records()[index_].end_token;
}
SourceRange Node::range() const {
  return tree_->RangeOf(first_token(), end_token());
}

std::string_view Node::text() const {
  const SyntaxTree::Record& record = tree_->records()[index_];
  if (record.end_token <= record.first_token) return {};
  const uint32_t begin = tree_->tokens()[record.first_token].begin;
  return tree_->source()->text().substr(begin, tree_->tokens()[record.end_token - 1].end - begin);
}

Node::Children Node::children() const {
  return {tree_, tree_->records()[index_].first_child};
}

Node::Children::Iterator& Node::Children::Iterator::operator++() {
  index_ = tree_->records()[index_].next_sibling;
  return *this;
}

size_t Node::child_count() const {
  size_t count = 0;
  for (auto it = children().begin(); it != children().end(); ++it) ++count;
  return count;
}

Node Node::child(size_t i) const {
  auto it = children().begin();
  while (i-- > 0) ++it;
  return *it;
}

namespace {

// The first token at or after `at` that is neither comment nor newline.
uint32_t SkipBlank(const SyntaxTree& tree, uint32_t at) {
  while (tree.tokens()[at].kind == TokenKind::kComment || tree.tokens()[at].kind == TokenKind::kNewline) ++at;
  return at;
}

// The tokens of a node's name: one, but for calls with namespaces.
std::pair<uint32_t, uint32_t> NameTokens(const Node& node) {
  const SyntaxTree& tree = node.tree();
  uint32_t first = node.first_token();
  if (node.kind() == NodeKind::kGetAttribute) first = node.end_token() - 1;
  uint32_t end = first + 1;
  if (node.kind() == NodeKind::kCall) {
    uint32_t open = first;
    while (tree.tokens()[open].kind != TokenKind::kParenOpen) ++open;
    end = open;
    while (tree.tokens()[end - 1].kind != TokenKind::kIdentifier) --end;
  }
  return {first, end};
}

}  // namespace

TokenKind Node::op() const {
  const uint32_t token = kind() == NodeKind::kUnary ? first_token() : SkipBlank(*tree_, child(0).end_token());
  return tree_->tokens()[token].kind;
}

std::string_view Node::name() const {
  const auto [first, end] = NameTokens(*this);
  const uint32_t begin = tree_->tokens()[first].begin;
  return tree_->source()->text().substr(begin, tree_->tokens()[end - 1].end - begin);
}

SourceRange Node::name_range() const {
  const auto [first, end] = NameTokens(*this);
  return tree_->RangeOf(first, end);
}

bool Node::has_ellipsis() const {
  // Of a call the last token before the ')'; of a `for` the one after the value.
  if (kind() == NodeKind::kCall) {
    for (uint32_t i = end_token() - 1; i-- > first_token();) {
      const TokenKind token = tree_->tokens()[i].kind;
      if (token != TokenKind::kComment && token != TokenKind::kNewline) return token == TokenKind::kEllipsis;
    }
    return false;
  }
  for (const Node node : children()) {
    const uint32_t after = SkipBlank(*tree_, node.end_token());
    if (after < end_token() && tree_->tokens()[after].kind == TokenKind::kEllipsis) return true;
  }
  return false;
}

bool Node::strips_before() const {
  return tree_->tokens()[first_token()].size() == 3;
}

bool Node::strips_after() const {
  const Token& last = tree_->tokens()[end_token() - 1];
  return last.kind == TokenKind::kTemplateClose && last.size() == 2;
}

std::string StringValue(Node string) {
  std::string_view text = string.text();
  if (string.kind() != NodeKind::kString) return std::string(text);
  text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  return UnescapeQuoted(text);
}

namespace {

// The character of the 4 or 8 hexadecimal digits that `digits` begins with; nothing if they are none.
std::optional<char32_t> HexCharacter(std::string_view digits, size_t count) {
  if (digits.size() < count) return std::nullopt;
  uint32_t character = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + count, character, 16);
  if (error != std::errc() || end != digits.data() + count) return std::nullopt;
  if (character > 0x10FFFF || (character >= 0xD800 && character < 0xE000)) return std::nullopt;
  return character;
}

}  // namespace

std::string UnescapeQuoted(std::string_view text) {
  std::string value;
  value.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '$' || c == '%') && i + 2 < text.size() && text[i + 1] == c && text[i + 2] == '{') {
      value += c;
      value += '{';
      i += 2;
      continue;
    }
    if (c != '\\' || i + 1 >= text.size()) {
      value += c;
      continue;
    }
    const char selector = text[++i];
    switch (selector) {
      case 'n':
        value += '\n';
        break;
      case 'r':
        value += '\r';
        break;
      case 't':
        value += '\t';
        break;
      case 'u':
      case 'U': {
        const size_t digits = selector == 'u' ? 4 : 8;
        const auto character = HexCharacter(text.substr(i + 1), digits);
        if (character) {
          AppendCharacter(value, *character);
          i += digits;
        } else {
          value += selector;
        }
        break;
      }
      default:
        value += selector;  // a quote or backslash; everything else was reported by the parser
    }
  }
  return value;
}

std::string UnescapeHeredoc(std::string_view text) {
  std::string value;
  value.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    value += text[i];
    const bool escape = (text[i] == '$' || text[i] == '%') && i + 2 < text.size() && text[i + 1] == text[i] &&
                        text[i + 2] == '{';
    if (escape) ++i;
  }
  return value;
}

}  // namespace cairn::hcl
