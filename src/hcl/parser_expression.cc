#include "base/strings.h"
#include "hcl/number.h"
#include "hcl/parser_state.h"

namespace cairn::hcl {

namespace {

constexpr int kLoosest = 1;
constexpr const char* kForSummary = "Invalid 'for' expression";
constexpr const char* kDotDetail = "An attribute name is required after a dot.";

// How tightly a binary operator binds; 0: it is none.
int LevelOf(TokenKind kind) {
  switch (kind) {
    case TokenKind::kOr:
      return 1;
    case TokenKind::kAnd:
      return 2;
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
      return 3;
    case TokenKind::kLess:
    case TokenKind::kLessEqual:
    case TokenKind::kGreater:
    case TokenKind::kGreaterEqual:
      return 4;
    case TokenKind::kPlus:
    case TokenKind::kMinus:
      return 5;
    case TokenKind::kStar:
    case TokenKind::kSlash:
    case TokenKind::kPercent:
      return 6;
    default:
      return 0;
  }
}

}  // namespace

uint32_t Parser::ParseWholeExpression() {
  NewlineScope newlines(*this, false);
  const uint32_t expression = ParseExpression();
  if (!recovering_ && diagnostics_.empty() && Peek() != TokenKind::kEnd &&
      tokens_[at_].kind != TokenKind::kInvalid) {
    Report("Extra characters after expression",
           "An expression was successfully parsed, but extra characters were found after it.", at_);
  }
  return expression;
}

// condition ? then : else
uint32_t Parser::ParseExpression() {
  const DepthScope depth(*this);
  const uint32_t first = PeekIndex();
  if (!depth.ok()) return Add(NodeKind::kError, first, first, 0);
  const uint32_t condition = ParseBinary(kLoosest);
  if (recovering_ || Peek() != TokenKind::kQuestion) return condition;
  Next();
  const size_t mark = Mark();
  Push(condition);
  Push(ParseExpression());
  if (recovering_) return Finish(NodeKind::kError, mark, first);
  if (Peek() != TokenKind::kColon) {
    Report("Missing false expression in conditional",
           "The conditional operator (...?...:...) requires a false expression, delimited by a colon.", at_,
           first);
    return Finish(NodeKind::kError, mark, first);
  }
  Next();
  Push(ParseExpression());
  return Finish(NodeKind::kConditional, mark, first);
}

// Operators of `level` and of tighter ones, from left to right.
uint32_t Parser::ParseBinary(int level) {
  const uint32_t first = PeekIndex();
  const uint32_t left = ParseTerm();
  return ContinueBinary(left, first, level);
}

// Precedence climbing: `left` is an operand that begins with `first`.
uint32_t Parser::ContinueBinary(uint32_t left, uint32_t first, int level) {
  for (;;) {
    if (recovering_) return left;
    const int operator_level = LevelOf(Peek());
    if (operator_level == 0 || operator_level < level) return left;
    Next();
    const size_t mark = Mark();
    Push(left);
    const uint32_t right_first = PeekIndex();
    uint32_t right = ParseTerm();
    if (LevelOf(Peek()) > operator_level) right = ContinueBinary(right, right_first, operator_level + 1);
    Push(right);
    left = Finish(NodeKind::kBinary, mark, first);
  }
}

uint32_t Parser::InvalidExpression() {
  const uint32_t token = PeekIndex();
  const bool is_cut_off = IsEmpty(token) && tokens_[token].kind != TokenKind::kInvalid;
  switch (is_cut_off ? TokenKind::kEnd : tokens_[token].kind) {
    case TokenKind::kInvalid:
      recovering_ = true;  // the scanner has reported it
      break;
    case TokenKind::kEnd:
      Report("Missing expression", "Expected the start of an expression, but found the end of the file.",
             token);
      break;
    default:
      Report("Invalid expression",
             "Expected the start of an expression, but found an invalid expression token.", token);
  }
  return Add(NodeKind::kError, token, token, 0);
}

// An operand with what is done to it: a.b[0].c
uint32_t Parser::ParseTerm() {
  const uint32_t first = PeekIndex();
  switch (tokens_[first].kind) {
    case TokenKind::kMinus:
    case TokenKind::kNot:
      return ParseUnary();
    case TokenKind::kNumber:
      CheckNumber(Next());
      return ParsePostfix(Leaf(NodeKind::kNumber, first), first);
    case TokenKind::kString:
      CheckEscapes(Next(), true);
      return ParsePostfix(Leaf(NodeKind::kString, first), first);
    case TokenKind::kIdentifier:
      return ParsePostfix(ParseNameOrCall(), first);
    case TokenKind::kQuoteOpen:
      return ParsePostfix(ParseTemplateTerm(TokenKind::kQuoteClose, NodeKind::kTemplate), first);
    case TokenKind::kHeredocOpen:
      return ParsePostfix(ParseTemplateTerm(TokenKind::kHeredocClose, NodeKind::kHeredoc), first);
    case TokenKind::kParenOpen:
      return ParsePostfix(ParseParentheses(), first);
    case TokenKind::kBracketOpen:
      return ParsePostfix(ParseTuple(), first);
    case TokenKind::kBraceOpen:
      return ParsePostfix(ParseObject(), first);
    default:
      return InvalidExpression();
  }
}

uint32_t Parser::ParseUnary() {
  const DepthScope depth(*this);
  const size_t mark = Mark();
  const uint32_t op = Next();
  if (!depth.ok()) return Leaf(NodeKind::kError, op);
  Push(ParseTerm());
  return Finish(NodeKind::kUnary, mark, op);
}

uint32_t Parser::ParseParentheses() {
  const uint32_t open = Next();
  const size_t mark = Mark();
  NewlineScope newlines(*this, false);
  Push(ParseExpression());
  if (!recovering_ && Peek() != TokenKind::kParenClose) {
    Report("Unbalanced parentheses", "Expected a closing parenthesis to terminate the expression.", at_,
           open);
  }
  TakeOrSkipTo(TokenKind::kParenClose);
  return Finish(NodeKind::kParentheses, mark, open);
}

void Parser::CheckNumber(uint32_t token) {
  const std::string_view text = TextAt(token);
  if (text.find_first_not_of("0123456789") == std::string_view::npos || Number::Parse(text)) return;
  AddError("Invalid number literal", "Failed to recognize the value of this number literal.", RangeAt(token));
}

uint32_t Parser::ParseNameOrCall() {
  const uint32_t name = Next();
  const TokenKind ahead = Peek();
  if (ahead == TokenKind::kParenOpen || ahead == TokenKind::kDoubleColon) return ParseCall(name);
  const std::string_view text = TextAt(name);
  const bool keyword = text == "true" || text == "false" || text == "null";
  return Leaf(keyword ? NodeKind::kKeyword : NodeKind::kVariable, name);
}

uint32_t Parser::ParseCall(uint32_t name) {
  const size_t mark = Mark();
  while (TakeIf(TokenKind::kDoubleColon)) {
    if (Peek() != TokenKind::kIdentifier) {
      Report("Missing function name",
             "Function scope resolution symbol :: must be followed by a function name in this scope.", at_,
             name);
      return Finish(NodeKind::kError, mark, name);
    }
    Next();
  }
  if (Peek() != TokenKind::kParenOpen) {
    Report("Missing open parenthesis",
           "Function selector must be followed by an open parenthesis to begin the function call.", at_,
           name);
    return Finish(NodeKind::kError, mark, name);
  }
  const uint32_t open = Next();
  NewlineScope newlines(*this, false);
  while (!recovering_ && Peek() != TokenKind::kParenClose) {
    if (CallEnds(name, open)) break;
    Push(ParseExpression());
    if (recovering_ || TakeIf(TokenKind::kComma)) continue;
    const TokenKind separator = Peek();
    if (separator == TokenKind::kEllipsis) {
      const uint32_t ellipsis = Next();
      if (Peek() == TokenKind::kParenClose) break;
      Report("Missing closing parenthesis",
             "An expanded function argument (with ...) must be immediately followed by closing parentheses.",
             ellipsis, name);
    } else if (separator == TokenKind::kInvalid) {
      recovering_ = true;
    } else if (separator != TokenKind::kParenClose && separator != TokenKind::kEnd) {
      Report("Missing argument separator",
             "A comma is required to separate each function argument from the next.", at_, name);
    }
  }
  TakeOrSkipTo(TokenKind::kParenClose);
  return Finish(NodeKind::kCall, mark, name);
}

uint32_t Parser::ParseTuple() {
  const uint32_t open = Next();
  const size_t mark = Mark();
  NewlineScope newlines(*this, false);
  if (PeekIsWord("for")) return ParseFor(open, TokenKind::kBracketClose);
  while (!recovering_ && Peek() != TokenKind::kBracketClose) {
    if (TupleEnds(open)) break;
    Push(ParseExpression());
    if (recovering_ || TakeIf(TokenKind::kComma)) continue;
    const TokenKind separator = Peek();
    if (separator == TokenKind::kInvalid) {
      recovering_ = true;
    } else if (separator != TokenKind::kBracketClose && separator != TokenKind::kEnd) {
      Report("Missing item separator", "Expected a comma to mark the beginning of the next item.", at_, open);
    }
  }
  TakeOrSkipTo(TokenKind::kBracketClose);
  return Finish(NodeKind::kTuple, mark, open);
}

uint32_t Parser::ParseObject() {
  const uint32_t open = Next();
  {
    NewlineScope newlines(*this, false);
    const uint32_t before = at_;
    if (PeekIsWord("for")) return ParseFor(open, TokenKind::kBraceClose);
    at_ = before;  // newlines count again
  }
  const size_t mark = Mark();
  NewlineScope newlines(*this, true);
  for (;;) {
    if (Peek() == TokenKind::kNewline) {
      ++at_;
    } else if (tokens_[at_].kind == TokenKind::kBraceClose || ObjectEnds(open) || !ParseObjectItem(open)) {
      break;
    }
  }
  TakeOrSkipTo(TokenKind::kBraceClose);
  return Finish(NodeKind::kObject, mark, open);
}

// Whether the text ends here, before the closing `bracket`; then that is reported.
bool Parser::EndsBefore(const char* summary, const char* what, const char* bracket, uint32_t first,
                        uint32_t last) {
  if (Peek() != TokenKind::kEnd) return false;
  ReportAt(summary,
           Format("There is no {} before the end of the file. This may be caused by incorrect {} nesting "
                  "elsewhere in "
                  "this file.",
                  what, bracket),
           RangeOf(first, last));
  return true;
}

bool Parser::CallEnds(uint32_t name, uint32_t open) {
  return EndsBefore("Unterminated function call", "closing parenthesis for this function call", "parenthesis",
                    name, open);
}

bool Parser::TupleEnds(uint32_t open) {
  return EndsBefore("Unterminated tuple constructor expression", "corresponding closing bracket", "bracket",
                    open, open);
}

bool Parser::ObjectEnds(uint32_t open) {
  return EndsBefore("Unterminated object constructor expression", "corresponding closing brace", "brace",
                    open, open);
}

// Behind the closing bracket, which comes next unless something was wrong.
void Parser::TakeOrSkipTo(TokenKind close) {
  if (recovering_) {
    SkipTo(close);
  } else {
    Next();
  }
}

// Key, separator, value, and the comma or newline behind it; false where the object ends, or nothing can
// follow.
bool Parser::ParseObjectItem(uint32_t open) {
  const size_t mark = Mark();
  const uint32_t first = PeekIndex();
  const uint32_t key = ParseExpression();
  if (KindOf(key) == NodeKind::kVariable || KindOf(key) == NodeKind::kKeyword) {
    records_[key].kind = uint32_t(NodeKind::kIdentifier);  // stands for its own name
  }
  Push(key);
  const auto give_up = [&] {
    Push(Finish(NodeKind::kObjectItem, mark, first));
    return false;
  };
  if (recovering_) return give_up();
  const TokenKind separator = Peek();
  if (separator != TokenKind::kAssign && separator != TokenKind::kColon) {
    if (separator == TokenKind::kInvalid) {
      recovering_ = true;
    } else if (separator == TokenKind::kNewline || separator == TokenKind::kComma) {
      Report("Missing attribute value", "Expected an attribute value, introduced by an equals sign (\"=\").",
             at_, open);
    } else if (!ObjectEnds(open)) {
      Report("Missing key/value separator",
             Format("Expected an equals sign (\"=\") to mark the beginning of the attribute value.{}",
                    separator == TokenKind::kIdentifier ? " If you intended to given an attribute name "
                                                          "containing periods or spaces, write the name "
                                                          "in quotes to create a string literal."
                                                        : ""),
             at_, open);
    }
    return give_up();
  }
  Next();
  Push(ParseExpression());
  if (recovering_) return give_up();
  Push(Finish(NodeKind::kObjectItem, mark, first));
  const TokenKind end = Peek();
  if (end == TokenKind::kBraceClose) return false;
  if (end == TokenKind::kComma || end == TokenKind::kNewline) {
    if (end == TokenKind::kComma) last_ = at_;
    ++at_;
    return true;
  }
  if (end == TokenKind::kInvalid) {
    recovering_ = true;
  } else if (!ObjectEnds(open)) {
    Report("Missing attribute separator",
           "Expected a newline or comma to mark the beginning of the next attribute.", at_, open);
  }
  return false;
}

// One or two names and `in`, after `for`; pushes the names.
bool Parser::ParseForNames(bool is_directive) {
  const char* summary = is_directive ? "Invalid 'for' directive" : kForSummary;
  const char* construct = is_directive ? "directive" : "expression";
  for (int i = 0; i < 2; ++i) {
    if (Peek() != TokenKind::kIdentifier) {
      Report(summary,
             Format("For {} requires {}.", construct,
                    i == 0 ? "variable name after 'for'" : "value variable name after comma"),
             at_);
      return false;
    }
    Push(Leaf(NodeKind::kIdentifier, Next()));
    if (Peek() != TokenKind::kComma) break;
    if (i == 0) Next();
  }
  if (!PeekIsWord("in")) {
    Report(summary,
           is_directive ? "For directive requires 'in' keyword after names."
                        : "For expression requires the 'in' keyword after its name declarations.",
           at_);
    return false;
  }
  Next();
  return true;
}

uint32_t Parser::ParseFor(uint32_t open, TokenKind close) {
  const size_t mark = Mark();
  const bool object = close == TokenKind::kBraceClose;
  NewlineScope newlines(*this, false);
  Next();  // for
  const auto give_up = [&] {
    SkipTo(close);
    return Finish(NodeKind::kError, mark, open);
  };
  if (!ParseForNames(false)) return give_up();
  Push(ParseExpression());
  if (recovering_) return give_up();
  if (!TakeIf(TokenKind::kColon)) {
    Report(kForSummary, "For expression requires a colon after the collection expression.", PeekIndex(),
           open);
    return give_up();
  }
  const uint32_t value_first = PeekIndex();
  Push(ParseExpression());
  const uint32_t value_last = last_;
  if (recovering_) return give_up();
  bool has_key = false;
  if (TakeIf(TokenKind::kArrow)) {
    has_key = true;
    Push(ParseExpression());
    if (recovering_) return give_up();
  }
  std::optional<uint32_t> ellipsis;
  if (Peek() == TokenKind::kEllipsis) ellipsis = Next();
  if (PeekIsWord("if")) {
    Next();
    Push(ParseExpression());
    if (recovering_) return give_up();
  }
  std::optional<SourceRange> mistake;
  const char* detail = nullptr;
  if (object && !has_key) {
    detail = "Key expression is required when building an object.";
    mistake = RangeOf(value_first, value_last);
  } else if (!object && has_key) {
    detail = "Key expression is not valid when building a tuple.";
    mistake = RangeOf(value_first, value_last);
  } else if (!object && ellipsis) {
    detail = "Grouping ellipsis (...) cannot be used when building a tuple.";
    mistake = RangeAt(*ellipsis);
  }
  const bool ends = Peek() == close;
  if (mistake) {
    AddError(kForSummary, detail, *mistake, RangeOf(open, ends ? at_ : last_));
  } else if (!ends) {
    Report(kForSummary, "Extra characters after the end of the 'for' expression.", at_, open);
  }
  if (!ends) return give_up();
  Next();
  const NodeKind kind = mistake ? NodeKind::kError : object ? NodeKind::kForObject : NodeKind::kForTuple;
  return Finish(kind, mark, open);
}

uint32_t Parser::ParsePostfix(uint32_t node, uint32_t first_token) {
  while (!recovering_) {
    const TokenKind kind = Peek();
    if (kind != TokenKind::kDot && kind != TokenKind::kBracketOpen) break;
    node = kind == TokenKind::kDot ? ParseDot(node, first_token) : ParseBracket(node, first_token);
  }
  return node;
}

uint32_t Parser::ParseDot(uint32_t object, uint32_t first_token) {
  const size_t mark = Mark();
  Next();
  Push(object);
  switch (Peek()) {
    case TokenKind::kIdentifier:
      Next();
      return Finish(NodeKind::kGetAttribute, mark, first_token);
    case TokenKind::kNumber:
      CheckLegacyIndex(Next(), "");
      return Finish(NodeKind::kLegacyIndex, mark, first_token);
    case TokenKind::kStar: {
      stack_.resize(mark);
      const uint32_t star = Next();
      return ParseAttributeSplat(object, first_token, star);
    }
    case TokenKind::kInvalid:
      recovering_ = true;
      break;
    default:
      Report("Invalid attribute name", kDotDetail, at_);
  }
  return Finish(NodeKind::kError, mark, first_token);
}

// a.0.1 reads as the number 0.1.
void Parser::CheckLegacyIndex(uint32_t token, const char* splat) {
  const std::string_view text = TextAt(token);
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) return CheckNumber(token);
  AddError(
      "Invalid legacy index syntax",
      Format("When using the legacy index syntax, chaining two indexes together is not permitted. Use the "
             "proper index syntax{} instead, like [{}][{}].",
             splat, text.substr(0, dot), text.substr(dot + 1)),
      RangeAt(token));
}

// `.*`, and the attributes and old indices behind it, which are of each element.
uint32_t Parser::ParseAttributeSplat(uint32_t object, uint32_t first_token, uint32_t star) {
  const size_t splat_mark = Mark();
  Push(object);
  uint32_t each = Add(NodeKind::kElement, star + 1, star + 1, 0);
  while (!recovering_ && Peek() == TokenKind::kDot) {
    const size_t mark = Mark();
    Next();
    Push(each);
    if (Peek() == TokenKind::kIdentifier) {
      Next();
      each = Finish(NodeKind::kGetAttribute, mark, star + 1);
    } else if (tokens_[at_].kind == TokenKind::kNumber) {
      CheckLegacyIndex(Next(), " with a full splat expression [*]");
      each = Finish(NodeKind::kLegacyIndex, mark, star + 1);
    } else {
      if (tokens_[at_].kind == TokenKind::kStar) {
        Report("Nested splat expression not allowed",
               "A splat expression (*) cannot be used inside another attribute-only splat expression.", at_);
      } else {
        Report("Invalid attribute name", kDotDetail, at_);
      }
      each = Finish(NodeKind::kError, mark, star + 1);
      break;
    }
  }
  Push(each);
  return Finish(NodeKind::kAttributeSplat, splat_mark, first_token);
}

uint32_t Parser::ParseBracket(uint32_t object, uint32_t first_token) {
  const size_t mark = Mark();
  const uint32_t open = Next();
  Push(object);
  NewlineScope newlines(*this, false);
  if (Peek() == TokenKind::kStar) {
    Next();
    if (Peek() != TokenKind::kBracketClose) {
      Report("Missing close bracket on splat index",
             "The star for a full splat operator must be immediately followed by a closing bracket (\"]\").",
             at_);
      SkipTo(TokenKind::kBracketClose);
    } else {
      Next();
    }
    newlines_ = newlines.before();
    const DepthScope depth(*this);
    const uint32_t element = Add(NodeKind::kElement, last_ + 1, last_ + 1, 0);
    Push(depth.ok() ? ParsePostfix(element, last_ + 1) : element);
    return Finish(NodeKind::kSplat, mark, first_token);
  }
  Push(ParseExpression());
  if (!recovering_ && Peek() != TokenKind::kBracketClose) {
    Report("Missing close bracket on index", "The index operator must end with a closing bracket (\"]\").",
           at_, open);
  }
  TakeOrSkipTo(TokenKind::kBracketClose);
  return Finish(NodeKind::kIndex, mark, first_token);
}

}  // namespace cairn::hcl
