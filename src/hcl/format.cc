#include "hcl/format.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "hcl/format_rewrite.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

constexpr uint32_t kIndent = 2;  // blanks a level
constexpr size_t kKinds = size_t(TokenKind::kInvalid) + 1;

bool EndsLine(const FormatToken& token) {
  if (token.kind == TokenKind::kNewline) return true;
  return token.kind == TokenKind::kComment && token.text.ends_with('\n');
}

// How many brackets a token opens, less those it closes.
constexpr int BracketChange(TokenKind kind) {
  switch (kind) {
    case TokenKind::kBraceOpen:
    case TokenKind::kBracketOpen:
    case TokenKind::kParenOpen:
    case TokenKind::kInterpolationOpen:
    case TokenKind::kDirectiveOpen:
      return 1;
    case TokenKind::kBraceClose:
    case TokenKind::kBracketClose:
    case TokenKind::kParenClose:
    case TokenKind::kTemplateClose:
      return -1;
    default:
      return 0;
  }
}

constexpr bool OpensSequence(TokenKind kind) {
  return kind == TokenKind::kInterpolationOpen || kind == TokenKind::kDirectiveOpen;
}

// Whether there is a blank between two tokens of a line, for all that this does not depend on what comes
// before them. Where several rules apply, the first one decides.
constexpr bool BlankBetween(TokenKind left, TokenKind right) {
  using enum TokenKind;
  if (right == kNewline) return false;
  if (left == kIdentifier && (right == kParenOpen || right == kDoubleColon)) return false;
  if (left == kDoubleColon && right == kIdentifier) return false;
  if (left == kDot || right == kDot || right == kComma || right == kEllipsis) return false;
  if (left == kComma) return true;
  const bool in_template = left == kTemplateText || left == kQuoteOpen || left == kHeredocOpen ||
                           right == kTemplateText || right == kQuoteClose || right == kHeredocClose;
  if (in_template) return false;
  if (right == kBracketOpen && (left == kIdentifier || left == kNumber || BracketChange(left) < 0))
    return false;
  if (left == kNot) return false;
  if (left == kBraceOpen || right == kBraceClose) return left != kBraceOpen || right != kBraceClose;
  if (OpensSequence(left) && right == kBraceOpen) return true;
  if (left == kBraceClose && right == kTemplateClose) return true;
  if (left == kTemplateClose && OpensSequence(right)) return false;
  return BracketChange(left) <= 0 && BracketChange(right) >= 0;
}

constexpr auto kBlankBetween = [] {
  std::array<std::array<bool, kKinds>, kKinds> table{};
  for (size_t left = 0; left < kKinds; ++left) {
    for (size_t right = 0; right < kKinds; ++right)
      table[left][right] = BlankBetween(TokenKind(left), TokenKind(right));
  }
  return table;
}();

// Whether a minus behind a token of this kind is a sign, as far as the kind tells.
constexpr bool ComesBeforeSign(TokenKind kind) {
  switch (kind) {
    case TokenKind::kParenOpen:
    case TokenKind::kBraceOpen:
    case TokenKind::kBracketOpen:
    case TokenKind::kAssign:
    case TokenKind::kColon:
    case TokenKind::kComma:
    case TokenKind::kQuestion:
    case TokenKind::kPlus:
    case TokenKind::kMinus:
    case TokenKind::kStar:
    case TokenKind::kSlash:
    case TokenKind::kPercent:
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kGreater:
    case TokenKind::kGreaterEqual:
    case TokenKind::kLess:
    case TokenKind::kLessEqual:
    case TokenKind::kAnd:
    case TokenKind::kOr:
    case TokenKind::kNot:
      return true;
    default:
      return false;
  }
}

uint32_t CountColumns(std::string_view text) {
  uint32_t columns = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] & 0x80) return uint32_t(CountGraphemes(text));
    columns += text[i] != '\n' || i == 0 || text[i - 1] != '\r';
  }
  return columns;
}

// Strings are three tokens to the peer, and each has columns of its own: an accent does not join a quote.
uint32_t ColumnsOf(const FormatToken& token) {
  if (token.kind != TokenKind::kString) return CountColumns(token.text);
  uint32_t columns = 2;
  std::string_view text = token.text.substr(1, token.text.size() - 2);
  while (!text.empty()) {
    const size_t size = StringPieceLength(text);
    columns += CountColumns(text.substr(0, size));
    text.remove_prefix(size);
  }
  return columns;
}

// A line in three cells, each a range of tokens: what comes first, an assignment from its equals sign on, and
// a comment at the end. A heredoc is part of the line on which it begins.
struct Line {
  uint32_t lead, assign, comment, end;
  uint32_t lead_columns = 0;  // known where there is an assignment or a comment
  uint32_t assign_columns = 0;

  bool has_assign() const { return assign < comment; }
  bool has_comment() const { return comment < end; }
};

class Layout {
 public:
  explicit Layout(std::vector<FormatToken>& tokens) : tokens_(tokens) {}

  void Run() {
    CutLines();
    for (Line& line : lines_) {
      Indent(line);
      SetBlanks(line.lead, line.assign);
      SetBlanks(line.assign, line.comment);
      if (line.has_assign() || line.has_comment()) line.lead_columns = Columns(line.lead, line.assign);
    }
    AlignAssignments();
    AlignComments();
  }

 private:
  void CutLines() {
    uint32_t first = 0;
    for (uint32_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].kind == TokenKind::kEnd) {
        if (i > first) AddLine(first, i);
      } else if (EndsLine(tokens_[i])) {
        AddLine(first, i + 1);
        first = i + 1;
      }
    }
  }

  void AddLine(uint32_t first, uint32_t end) {
    Line line{.lead = first, .assign = end, .comment = end, .end = end};
    if (end - first > 1 && tokens_[end - 1].kind == TokenKind::kComment) line.assign = line.comment = end - 1;
    for (uint32_t i = first + 1; i < line.comment; ++i) {
      if (tokens_[i].kind != TokenKind::kAssign) continue;
      // Only where the expression seems to be whole.
      if (CountBrackets(i, line.comment) == 0) line.assign = i;
      break;
    }
    lines_.push_back(line);
  }

  int CountBrackets(uint32_t first, uint32_t end) const {
    int open = 0;
    for (uint32_t i = first; i < end; ++i) open += BracketChange(tokens_[i].kind);
    return open;
  }

  // A line that opens brackets begins a level, however many they are; the level ends with the line that
  // closes the last of them.
  void Indent(const Line& line) {
    FormatToken& first = tokens_[line.lead];
    first.blanks = 0;
    if (first.kind == TokenKind::kNewline) return;
    int change = CountBrackets(line.assign, line.comment);
    for (uint32_t i = line.lead; i < line.assign && tokens_[i].kind != TokenKind::kHeredocOpen; ++i)
      change += BracketChange(tokens_[i].kind);
    for (int closed = -change; closed > 0 && !levels_.empty();) {
      const int taken = std::min(closed, levels_.back());
      closed -= taken;
      levels_.back() -= taken;
      if (levels_.back() == 0) levels_.pop_back();
    }
    first.blanks = kIndent * uint32_t(levels_.size());
    if (change > 0) levels_.push_back(change);
  }

  void SetBlanks(uint32_t first, uint32_t end) {
    for (uint32_t i = first; i + 1 < end; ++i) {
      const FormatToken& left = tokens_[i];
      FormatToken& right = tokens_[i + 1];
      bool blank = kBlankBetween[size_t(left.kind)][size_t(right.kind)];
      if (left.kind == TokenKind::kMinus) {
        blank = blank && i > first && !ComesBeforeSign(tokens_[i - 1].kind);
      } else if (left.kind == TokenKind::kIdentifier && BracketChange(right.kind) != 0 && !blank &&
                 right.kind != TokenKind::kParenOpen) {
        // `in` of a `for`, and no name that is indexed or ends what is in brackets.
        blank = i > first && tokens_[i - 1].kind == TokenKind::kIdentifier && left.text == "in";
      }
      right.blanks = blank;
    }
  }

  uint32_t Columns(uint32_t first, uint32_t end) const {
    uint32_t columns = 0;
    for (uint32_t i = first; i < end; ++i) columns += tokens_[i].blanks + ColumnsOf(tokens_[i]);
    return columns;
  }

  void AlignAssignments() {
    for (size_t first = 0; first < lines_.size(); ++first) {
      size_t end = first;
      uint32_t columns = 0;
      for (; end < lines_.size() && lines_[end].has_assign(); ++end)
        columns = std::max(columns, lines_[end].lead_columns);
      for (; first < end; ++first) {
        Line& line = lines_[first];
        tokens_[line.assign].blanks = columns - line.lead_columns + 1;
        if (line.has_comment()) line.assign_columns = Columns(line.assign, line.comment);
      }
    }
  }

  void AlignComments() {
    const auto columns_of = [](const Line& line) { return line.lead_columns + line.assign_columns; };
    for (size_t first = 0; first < lines_.size(); ++first) {
      size_t end = first;
      uint32_t columns = 0;
      for (; end < lines_.size() && lines_[end].has_comment(); ++end)
        columns = std::max(columns, columns_of(lines_[end]));
      for (; first < end; ++first)
        tokens_[lines_[first].comment].blanks = columns - columns_of(lines_[first]) + 1;
    }
  }

  std::vector<FormatToken>& tokens_;
  std::vector<Line> lines_;
  std::vector<int> levels_;  // of indentation, with the brackets that are still open of each
};

}  // namespace

Result<std::string> FormatFile(const SyntaxTree& file, size_t bytes_max) {
  RewrittenTokens rewritten = RewriteForFormat(file);
  Layout(rewritten.tokens).Run();
  size_t size = 0;
  for (const FormatToken& token : rewritten.tokens) size += token.blanks + token.text.size();
  if (size > bytes_max) {
    return Fail(ErrorCode::kOverloaded,
                Format("laid out, the text would have {} bytes, and {} are allowed", size, bytes_max));
  }
  std::string out;
  out.reserve(size);
  for (const FormatToken& token : rewritten.tokens) {
    out.append(token.blanks, ' ');
    out.append(token.text);
  }
  return out;
}

}  // namespace cairn::hcl
