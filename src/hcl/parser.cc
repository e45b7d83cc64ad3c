#include "hcl/parser.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/parser_state.h"

namespace cairn::hcl {

namespace {

bool Opens(TokenKind kind) {
  switch (kind) {
    case TokenKind::kBraceOpen:
    case TokenKind::kBracketOpen:
    case TokenKind::kParenOpen:
    case TokenKind::kQuoteOpen:
    case TokenKind::kHeredocOpen:
    case TokenKind::kInterpolationOpen:
    case TokenKind::kDirectiveOpen:
      return true;
    default:
      return false;
  }
}

bool Closes(TokenKind kind) {
  switch (kind) {
    case TokenKind::kBraceClose:
    case TokenKind::kBracketClose:
    case TokenKind::kParenClose:
    case TokenKind::kQuoteClose:
    case TokenKind::kHeredocClose:
    case TokenKind::kTemplateClose:
      return true;
    default:
      return false;
  }
}

TokenKind CloserOf(TokenKind open) {
  switch (open) {
    case TokenKind::kBraceOpen:
      return TokenKind::kBraceClose;
    case TokenKind::kBracketOpen:
      return TokenKind::kBracketClose;
    case TokenKind::kParenOpen:
      return TokenKind::kParenClose;
    case TokenKind::kQuoteOpen:
      return TokenKind::kQuoteClose;
    case TokenKind::kHeredocOpen:
      return TokenKind::kHeredocClose;
    default:
      return TokenKind::kTemplateClose;
  }
}

constexpr const char* kItemDetail = "An argument or block definition is required here.";
constexpr const char* kItemAfterNameDetail =
    "An argument or block definition is required here. To set an argument, use the equals sign \"=\" to "
    "introduce the "
    "argument value.";
constexpr const char* kLineDetail = "An argument definition must end with a newline.";
constexpr const char* kUnclosedDetail =
    "There is no closing brace for this block before the end of the file. This may be caused by incorrect "
    "brace nesting "
    "elsewhere in this file.";

}  // namespace

Parser::Parser(std::shared_ptr<const Source> source, ScanMode mode, const ParseLimits& limits)
    : source_(std::move(source)), limits_(limits) {
  const size_t bytes_max = std::min(limits_.bytes_max, ParseLimits::kBytesMax);
  if (source_->text().size() > bytes_max) {
    diagnostics_.AddError("Source too large", Format("This source has {} bytes, and {} are allowed.",
                                                     source_->text().size(), bytes_max));
    tokens_.push_back({});
    return;
  }
  tokens_ = Scan(source_, mode, diagnostics_, limits_.errors_max);
  limits_.depth_max = std::min<uint32_t>(limits_.depth_max, std::numeric_limits<uint16_t>::max() - 1);
  records_.reserve(tokens_.size() / 9 * 5 + 16);
  heights_.reserve(records_.capacity());
}

namespace {

// Where more than a quarter of the memory is not used; else the copy would cost more than it saves.
template <typename T>
void Trim(std::vector<T>& items) {
  if (items.size() < items.capacity() / 4 * 3) items.shrink_to_fit();
}

}  // namespace

ParseResult Parser::TakeResult(uint32_t root) {
  Trim(tokens_);
  Trim(records_);
  std::vector<Diagnostic> ordered(diagnostics_.begin(), diagnostics_.end());
  const auto place = [](const Diagnostic& d) { return d.subject ? d.subject->begin : 0; };
  std::ranges::stable_sort(ordered, {}, place);
  ParseResult result;
  for (Diagnostic& diagnostic : ordered) result.diagnostics.Add(std::move(diagnostic));
  result.tree =
      std::make_shared<SyntaxTree>(std::move(source_), std::move(tokens_), std::move(records_), root);
  return result;
}

TokenKind Parser::PeekPastBlank() {
  for (;; ++at_) {
    const Token& token = tokens_[at_];
    if (token.kind == TokenKind::kNewline) {
      if (newlines_) return TokenKind::kNewline;
    } else if (token.kind == TokenKind::kComment) {
      // The newline at the end of a # or // comment counts like any other.
      if (newlines_ && source_->text()[token.end - 1] == '\n') return TokenKind::kNewline;
    } else {
      return token.kind;
    }
  }
}

bool Parser::TakeIf(TokenKind kind) {
  if (Peek() != kind) return false;
  Next();
  return true;
}

bool Parser::PeekIsWord(std::string_view word) {
  return Peek() == TokenKind::kIdentifier && TextAt(at_) == word;
}

void Parser::Report(std::string summary, std::string detail, uint32_t token,
                    std::optional<uint32_t> context_from) {
  std::optional<SourceRange> context;
  if (context_from) context = RangeOf(*context_from, token);
  SourceRange subject = RangeAt(token);
  if (tokens_[token].kind == TokenKind::kString)
    subject.end = subject.begin + 1;  // as for one with sequences
  ReportAt(std::move(summary), std::move(detail), std::move(subject), std::move(context));
}

void Parser::ReportAt(std::string summary, std::string detail, SourceRange subject,
                      std::optional<SourceRange> context) {
  if (std::exchange(recovering_, true)) return;
  AddError(std::move(summary), std::move(detail), std::move(subject), std::move(context));
}

void Parser::AddError(std::string summary, std::string detail, SourceRange subject,
                      std::optional<SourceRange> context) {
  if (too_deep_ || diagnostics_.size() >= limits_.errors_max) return;
  diagnostics_.AddError(std::move(summary), std::move(detail), std::move(subject), std::move(context));
}

void Parser::ReportDepth() {
  AddError("Nesting too deep",
           Format("Blocks, brackets, operators and templates are within each other more than {} times.",
                  limits_.depth_max),
           RangeAt(std::min(at_, uint32_t(tokens_.size() - 1))));
  too_deep_ = recovering_ = true;
  at_ = uint32_t(tokens_.size() - 1);  // nothing after this can be trusted
}

void Parser::SkipTo(TokenKind close) {
  std::vector<TokenKind> awaited;  // the closing brackets of what was opened on the way
  recovering_ = true;
  while (tokens_[at_].kind != TokenKind::kEnd) {
    const TokenKind kind = tokens_[at_].kind;
    if (Opens(kind)) {
      awaited.push_back(CloserOf(kind));
    } else if (kind == TokenKind::kNewline && awaited.empty() && close != TokenKind::kBraceClose) {
      if (LooksLikeBodyItem(at_ + 1)) return;  // the closing bracket is what was forgotten
    } else if (Closes(kind)) {
      while (!awaited.empty() && awaited.back() != kind) awaited.pop_back();
      if (!awaited.empty()) {
        awaited.pop_back();
      } else if (kind != close) {
        return;  // of something outside
      } else {
        last_ = at_++;
        recovering_ = false;
        return;
      }
    }
    last_ = at_++;
  }
}

// `name =`, or the head of a block.
bool Parser::LooksLikeBodyItem(uint32_t token) const {
  if (tokens_[token].kind != TokenKind::kIdentifier) return false;
  if (tokens_[++token].kind == TokenKind::kAssign) return true;
  while (tokens_[token].kind == TokenKind::kString || tokens_[token].kind == TokenKind::kIdentifier) ++token;
  return tokens_[token].kind == TokenKind::kBraceOpen;
}

void Parser::SkipToBodyItem(bool within_block) {
  recovering_ = false;
  for (;;) {
    SkipLine(within_block);
    TokenKind kind;
    while ((kind = Peek()) == TokenKind::kNewline) ++at_;
    if (kind == TokenKind::kEnd || LooksLikeBodyItem(at_)) return;
    if (kind == TokenKind::kBraceClose && within_block) return;
  }
}

// Behind the end of the line, or before the '}' of the body.
void Parser::SkipLine(bool within_block) {
  std::vector<TokenKind> awaited;
  for (;;) {
    const TokenKind kind = Peek();
    if (kind == TokenKind::kEnd) return;
    if (kind == TokenKind::kNewline && awaited.empty()) {
      ++at_;
      return;
    }
    if (Opens(kind)) {
      awaited.push_back(CloserOf(kind));
    } else if (Closes(kind)) {
      if (awaited.empty() && kind == TokenKind::kBraceClose && within_block) return;
      while (!awaited.empty() && awaited.back() != kind) awaited.pop_back();
      if (!awaited.empty()) awaited.pop_back();
    }
    last_ = at_++;
  }
}

uint32_t Parser::Add(NodeKind kind, uint32_t first_token, uint32_t end_token, uint32_t first_child) {
  records_.push_back({.first_token = first_token,
                      .end_token = end_token,
                      .first_child = first_child,
                      .next_sibling = 0,
                      .kind = uint32_t(kind)});
  heights_.push_back(1);
  return uint32_t(records_.size() - 1);
}

uint32_t Parser::Finish(NodeKind kind, size_t mark, uint32_t first_token, uint32_t end_token) {
  uint32_t height = 0;
  for (size_t i = mark; i < stack_.size(); ++i) {
    height = std::max<uint32_t>(height, heights_[stack_[i]]);
    if (i > mark) records_[stack_[i - 1]].next_sibling = stack_[i] & 0x3FFFFFF;
  }
  const uint32_t first_child = mark < stack_.size() ? stack_[mark] : 0;
  stack_.resize(mark);
  if (height >= limits_.depth_max) {
    ReportDepth();
    return Add(NodeKind::kError, first_token, end_token, 0);
  }
  const uint32_t node = Add(kind, first_token, end_token, first_child);
  heights_[node] = uint16_t(height + 1);
  return node;
}

uint32_t Parser::ParseFileBody() {
  const uint32_t body = ParseBody(false, 0);
  records_[body].first_token = 0;
  records_[body].end_token = uint32_t(tokens_.size() - 1);
  return body;
}

// Items up to the closing brace, which is not taken, or the end.
uint32_t Parser::ParseBody(bool within_block, uint32_t open_token) {
  NewlineScope newlines(*this, true);
  const size_t mark = Mark();
  const uint32_t first = within_block ? open_token + 1 : 0;
  for (;;) {
    const TokenKind kind = Peek();
    if (kind == TokenKind::kNewline || (IsEmpty(at_) && kind != TokenKind::kEnd)) {
      ++at_;
    } else if (kind == TokenKind::kEnd || (kind == TokenKind::kBraceClose && within_block)) {
      break;
    } else {
      Push(ParseBodyItem(within_block));
      if (recovering_) SkipToBodyItem(within_block);
    }
  }
  CheckDuplicates(mark);
  return Finish(NodeKind::kBody, mark, first, std::max(at_, first));
}

uint32_t Parser::ParseBodyItem(bool within_block) {
  const uint32_t token = PeekIndex();
  const TokenKind kind = tokens_[token].kind;
  if (kind != TokenKind::kIdentifier) {
    if (kind == TokenKind::kString || kind == TokenKind::kQuoteOpen) {
      Report("Invalid argument name", "Argument names must not be quoted.", token);
    } else if (kind == TokenKind::kInvalid) {
      recovering_ = true;  // the scanner has reported it
    } else {
      Report("Argument or block definition required", kItemDetail, token);
    }
    return Add(NodeKind::kError, token, token, 0);
  }
  Next();
  switch (Peek()) {
    case TokenKind::kAssign:
      return ParseAttribute(token, within_block, false);
    case TokenKind::kString:
    case TokenKind::kQuoteOpen:
    case TokenKind::kBraceOpen:
    case TokenKind::kIdentifier:
      return ParseBlock(token);
    case TokenKind::kInvalid:
      recovering_ = true;
      break;
    default:
      Report("Argument or block definition required", kItemAfterNameDetail, token);
  }
  return Leaf(NodeKind::kError, token);
}

uint32_t Parser::ParseAttribute(uint32_t name, bool within_block, bool single_line) {
  Next();  // =
  const size_t mark = Mark();
  Push(ParseExpression());
  const uint32_t attribute = Finish(NodeKind::kAttribute, mark, name);
  if (single_line || recovering_) return attribute;
  const TokenKind end = Peek();
  if (end == TokenKind::kNewline) {
    ++at_;
  } else if (end == TokenKind::kComma) {
    Report("Unexpected comma after argument",
           Format("Argument definitions must be separated by newlines, not commas. {}", kLineDetail), at_,
           name);
  } else if (end == TokenKind::kBraceClose && within_block) {
    Report("Missing newline after argument", kLineDetail, at_, name);
  } else if (end == TokenKind::kInvalid) {
    recovering_ = true;
  } else if (!IsEmpty(at_)) {
    Report("Missing newline after argument", kLineDetail, at_, name);
  }
  return attribute;
}

// The first interpolation or directive of the string that `open` opens.
uint32_t Parser::SequenceIn(uint32_t open) const {
  while (tokens_[open].kind != TokenKind::kInterpolationOpen &&
         tokens_[open].kind != TokenKind::kDirectiveOpen) {
    ++open;
  }
  return open;
}

void Parser::ReportSequence(uint32_t open) {
  const std::string_view sign = TextAt(open).substr(0, 1);
  ReportAt(
      "Invalid string literal",
      Format("Template sequences are not allowed in this string. To include a literal \"{0}\", double it (as "
             "\"{0}{0}\") to escape it.",
             sign),
      RangeAt(open));
}

// Labels of a block up to its opening brace; false where that does not come.
bool Parser::ParseLabels(uint32_t type) {
  for (;;) {
    const TokenKind kind = Peek();
    switch (kind) {
      case TokenKind::kBraceOpen:
        return true;
      case TokenKind::kIdentifier:
        Push(Leaf(NodeKind::kIdentifier, Next()));
        break;
      case TokenKind::kString:
        CheckEscapes(at_, true);
        Push(Leaf(NodeKind::kString, Next()));
        break;
      case TokenKind::kQuoteOpen:
        ReportSequence(SequenceIn(at_));
        return false;
      case TokenKind::kAssign:
        Report("Invalid block definition",
               "The equals sign \"=\" indicates an argument definition, and must not be used when defining a "
               "block.",
               at_, type);
        return false;
      case TokenKind::kNewline:
        Report("Invalid block definition",
               "A block definition must have block content delimited by \"{\" and \"}\", starting on the "
               "same line as the block header.",
               at_, type);
        return false;
      case TokenKind::kInvalid:
        recovering_ = true;
        return false;
      default:
        Report("Invalid block definition",
               "Either a quoted string block label or an opening brace (\"{\") is expected here.", at_, type);
        return false;
    }
  }
}

uint32_t Parser::ParseBlock(uint32_t type) {
  const DepthScope depth(*this);
  const size_t mark = Mark();
  if (!depth.ok() || !ParseLabels(type)) {
    Push(Add(NodeKind::kBody, at_, at_, 0));
    return Finish(NodeKind::kBlock, mark, type);
  }
  const uint32_t open = Next();
  const TokenKind ahead = Peek();
  const bool several_lines =
      ahead == TokenKind::kNewline || ahead == TokenKind::kEnd || ahead == TokenKind::kBraceClose;
  Push(several_lines ? ParseBody(true, open) : ParseSingleLineBody(open));
  if (!recovering_ && !TakeIf(TokenKind::kBraceClose)) {
    ReportAt("Unclosed configuration block", kUnclosedDetail, RangeAt(open), RangeOf(type, open));
  }
  const uint32_t block = Finish(NodeKind::kBlock, mark, type);
  if (recovering_) return block;
  const TokenKind end = Peek();
  if (end == TokenKind::kNewline) {
    ++at_;
  } else if (!IsEmpty(at_)) {
    Report("Missing newline after block definition", "A block definition must end with a newline.", at_,
           type);
  }
  return block;
}

// `{ name = expression }`: one argument, and nothing else.
uint32_t Parser::ParseSingleLineBody(uint32_t open) {
  const size_t mark = Mark();
  const uint32_t name = PeekIndex();
  if (tokens_[name].kind != TokenKind::kIdentifier) {
    Report("Argument or block definition required", kItemDetail, name);
  } else {
    Next();
    const TokenKind kind = Peek();
    if (kind == TokenKind::kAssign) {
      Push(ParseAttribute(name, true, true));
    } else if (kind == TokenKind::kString || kind == TokenKind::kQuoteOpen || kind == TokenKind::kBraceOpen ||
               kind == TokenKind::kIdentifier) {
      ReportAt("Argument definition required",
               Format("A single-line block definition can contain only a single argument. If you meant to "
                      "define argument "
                      "{}, use an equals sign to assign it a value. To define a nested block, place it on a "
                      "line of its "
                      "own within its parent block.",
                      Quote(TextAt(name))),
               RangeOf(name, at_));
    } else {
      Report("Argument or block definition required", kItemAfterNameDetail, name);
    }
  }
  const uint32_t body = Finish(NodeKind::kBody, mark, open + 1);
  if (!recovering_ && Peek() != TokenKind::kBraceClose) {
    if (tokens_[at_].kind == TokenKind::kEnd) return body;  // ParseBlock reports it
    const TokenKind ahead = Peek();
    Report("Invalid single-argument block definition",
           ahead == TokenKind::kComma ? "Single-line block syntax can include only one argument definition. "
                                        "To define multiple arguments, use the "
                                        "multi-line block syntax with one argument definition per line."
           : ahead == TokenKind::kNewline ? "An argument definition on the same line as its containing block "
                                            "creates a single-line block definition, "
                                            "which must also be closed on the same line. Place the block's "
                                            "closing brace immediately after the "
                                            "argument definition."
                                          : "A single-line block definition must end with a closing brace "
                                            "immediately after its single argument "
                                            "definition.",
           at_);
  }
  if (recovering_) {
    SkipTo(TokenKind::kBraceClose);
    if (!recovering_) --at_;  // ParseBlock takes it
  }
  return body;
}

// Each argument may be set once. The children are those since `mark`.
void Parser::CheckDuplicates(size_t mark) {
  std::vector<std::pair<std::string_view, uint32_t>> names;  // and their tokens
  for (size_t i = mark; i < stack_.size(); ++i) {
    if (KindOf(stack_[i]) != NodeKind::kAttribute) continue;
    const uint32_t name = records_[stack_[i]].first_token;
    names.emplace_back(TextAt(name), name);
  }
  if (names.size() < 2) return;
  std::sort(names.begin(), names.end());
  std::vector<std::pair<uint32_t, uint32_t>> repeated;  // the later one's token, the first one's
  for (size_t i = 1, first = 0; i < names.size(); ++i) {
    if (names[i].first == names[first].first) {
      repeated.emplace_back(names[i].second, names[first].second);
    } else {
      first = i;
    }
  }
  std::sort(repeated.begin(), repeated.end());
  for (const auto& [later, first] : repeated) {
    AddError("Attribute redefined",
             Format("The argument {} was already set at {}. Each argument may be set only once.",
                    Quote(TextAt(first)), PlaceText(RangeAt(first))),
             RangeAt(later));
  }
}

ParseResult ParseFile(std::shared_ptr<const Source> source, const ParseLimits& limits) {
  Parser parser(std::move(source), ScanMode::kNormal, limits);
  const uint32_t root = parser.ParseFileBody();
  return parser.TakeResult(root);
}

ParseResult ParseExpression(std::shared_ptr<const Source> source, const ParseLimits& limits) {
  Parser parser(std::move(source), ScanMode::kNormal, limits);
  const uint32_t root = parser.ParseWholeExpression();
  return parser.TakeResult(root);
}

ParseResult ParseTemplate(std::shared_ptr<const Source> source, const ParseLimits& limits) {
  Parser parser(std::move(source), ScanMode::kTemplate, limits);
  const uint32_t root = parser.ParseWholeTemplate();
  return parser.TakeResult(root);
}

}  // namespace cairn::hcl
