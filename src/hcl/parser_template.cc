#include <algorithm>
#include <charconv>
#include <utility>

#include "base/strings.h"
#include "hcl/parser_state.h"
#include "hcl/quote.h"
#include "hcl/unicode.h"

namespace cairn::hcl {

uint32_t Parser::ParseWholeTemplate() {
  const size_t mark = Mark();
  ParseTemplateParts(TokenKind::kEnd, "", 0);
  return Finish(NodeKind::kTemplate, mark, 0, uint32_t(tokens_.size() - 1));
}

// "...", or a heredoc.
uint32_t Parser::ParseTemplateTerm(TokenKind close, NodeKind kind) {
  const DepthScope depth(*this);
  const size_t mark = Mark();
  const uint32_t open = Next();
  if (depth.ok()) ParseTemplateParts(close, "", open);
  if (recovering_) {
    SkipTo(close);
  } else {
    last_ = at_++;
  }
  if (IsEmpty(last_)) recovering_ = true;  // it does not end, which was reported
  return Finish(kind, mark, open);
}

// Of the directive that begins with `open`, up to its closing brace: "main.tf:1,2-14".
std::string Parser::PlaceOfDirective(uint32_t open) const {
  uint32_t close = open;
  for (size_t depth = 0;; ++close) {
    const TokenKind kind = tokens_[close].kind;
    if (kind == TokenKind::kInterpolationOpen || kind == TokenKind::kDirectiveOpen) ++depth;
    if (kind == TokenKind::kTemplateClose && --depth == 0) break;
  }
  return PlaceText(RangeOf(open, close));
}

// The keyword of a directive that begins here; empty if none does.
std::string_view Parser::DirectiveAhead() {
  if (tokens_[at_].kind != TokenKind::kDirectiveOpen) return {};
  uint32_t i = at_ + 1;
  while (tokens_[i].kind == TokenKind::kNewline || tokens_[i].kind == TokenKind::kComment) ++i;
  return tokens_[i].kind == TokenKind::kIdentifier ? TextAt(i) : std::string_view();
}

// Pushes the parts up to `close`, or to a directive that ends or goes on with `directive` ("if", "for",
// "else"; empty at the top), which began at token `open`. Neither is taken.
void Parser::ParseTemplateParts(TokenKind close, std::string_view directive, uint32_t open) {
  while (!recovering_) {
    const Token& token = tokens_[at_];
    if (token.kind == close) {
      if (!directive.empty()) {
        const std::string_view word = directive == "for" ? "for" : "if";
        Report("Unexpected end of template",
               Format("The {} directive at {} is missing its corresponding end{} directive.", word,
                      PlaceOfDirective(open), word),
               at_);
      }
      return;
    }
    if (token.kind == TokenKind::kTemplateText) {
      CheckEscapes(at_, close == TokenKind::kQuoteClose);
      Push(Leaf(NodeKind::kTemplateText, at_));
      last_ = at_++;
    } else if (token.kind == TokenKind::kInterpolationOpen) {
      Push(ParseInterpolation(close));
    } else if (token.kind == TokenKind::kDirectiveOpen) {
      const std::string_view ahead = DirectiveAhead();
      const bool ends = ahead == "endif" || ahead == "endfor" || ahead == "else";
      if (ends && !directive.empty()) return;
      if (ends) {
        ReportUnexpectedDirective(ahead);
      } else {
        Push(ParseDirective(close));
      }
    } else {
      recovering_ = true;  // the end of a template that does not end, which was reported
    }
  }
}

// What ends or goes on with a directive, where none began. Behind its closing brace.
void Parser::ReportUnexpectedDirective(std::string_view keyword) {
  const uint32_t open = at_++;
  SkipTo(TokenKind::kTemplateClose);
  const bool closed = std::exchange(recovering_, false);
  AddError(Format("Unexpected {} directive", keyword),
           "The control directives within this template are unbalanced.", RangeOf(open, last_));
  recovering_ = closed;
}

// ${ expression }
uint32_t Parser::ParseInterpolation(TokenKind close) {
  const size_t mark = Mark();
  const uint32_t open = at_++;
  last_ = open;
  NewlineScope newlines(*this, false);
  const bool is_unclosed = Peek() == TokenKind::kTemplateClose && IsEmpty(at_);
  Push(is_unclosed ? Add(NodeKind::kError, at_, at_, 0) : ParseExpression());
  if (recovering_) {
    SkipTo(TokenKind::kTemplateClose);
  } else if (Peek() == TokenKind::kTemplateClose && !IsEmpty(at_)) {
    Next();
  } else {
    const uint32_t extra = at_;
    recovering_ = tokens_[at_].kind == TokenKind::kInvalid;
    const bool was_reported = recovering_;
    SkipTo(TokenKind::kTemplateClose);
    if (recovering_ || IsEmpty(last_)) {
      AddError("Unclosed template interpolation sequence",
               Format("There is no closing brace for this interpolation sequence before the end of the {}. "
                      "This might be "
                      "caused by incorrect nesting inside the given expression.",
                      close == TokenKind::kQuoteClose ? "quoted template" : "file"),
               RangeAt(open));
    } else if (!was_reported) {
      AddError("Extra characters after interpolation expression",
               "Expected a closing brace to end the interpolation expression, but found extra "
               "characters.\n\nThis can "
               "happen when you include interpolation syntax for another language, such as shell scripting, "
               "but forget to "
               "escape the interpolation start token. If this is an embedded sequence for another language, "
               "escape it by "
               "starting with \"$${\" instead of just \"${\".",
               RangeAt(extra), RangeOf(open, extra));
    }
  }
  return Finish(NodeKind::kInterpolation, mark, open);
}

// A directive that begins something: %{ if ... } or %{ for ... }.
uint32_t Parser::ParseDirective(TokenKind close) {
  const DepthScope depth(*this);
  const uint32_t open = at_;
  if (depth.ok()) {
    const std::string_view keyword = DirectiveAhead();
    if (keyword == "if") return ParseIfDirective(close, open);
    if (keyword == "for") return ParseForDirective(close, open);
    last_ = at_++;
    NewlineScope newlines(*this, false);
    const uint32_t word = PeekIndex();
    if (keyword.empty()) {
      Report("Invalid template directive",
             "A template directive keyword (\"if\", \"for\", etc) is expected at the beginning of a %{ "
             "sequence.",
             word, open);
    } else {
      const std::string_view near = NearestName(keyword, {"if", "for", "else", "endif", "endfor"});
      Report("Invalid template control keyword",
             Format("\"{}\" is not a valid template control keyword.{}", keyword,
                    near.empty() ? std::string() : Format(" Did you mean \"{}\"?", near)),
             word, open);
    }
    SkipTo(TokenKind::kTemplateClose);
  }
  return Finish(NodeKind::kError, Mark(), open);
}

// The closing brace of a directive; false, and behind it where that can be found, if something else comes
// first.
bool Parser::CloseDirective(std::string_view keyword, uint32_t open) {
  if (!recovering_) {
    if (TakeIf(TokenKind::kTemplateClose) && !IsEmpty(last_)) return true;
    if (IsEmpty(at_) || IsEmpty(last_)) {
      ReportAt("Unclosed template control sequence", "No closing brace ends what begins here.",
               RangeAt(open));
      return false;
    }
    Report(Format("Extra characters in {} marker", keyword),
           "Expected a closing brace to end the sequence, but found extra characters.", at_, open);
  }
  SkipTo(TokenKind::kTemplateClose);
  return !recovering_;
}

// The parts of one branch, as a template.
uint32_t Parser::ParseBranch(TokenKind close, std::string_view directive, uint32_t open) {
  const size_t mark = Mark();
  const uint32_t first = at_;
  ParseTemplateParts(close, directive, open);
  return Finish(NodeKind::kTemplate, mark, first, std::max(at_, first));
}

uint32_t Parser::ParseIfDirective(TokenKind close, uint32_t open) {
  const size_t mark = Mark();
  {
    last_ = at_++;
    NewlineScope newlines(*this, false);
    Next();  // if
    Push(ParseExpression());
    CloseDirective("if", open);
  }
  Push(ParseBranch(close, "if", open));
  bool in_else = false;
  while (!recovering_) {
    const std::string keyword(DirectiveAhead());
    const uint32_t end = at_;
    last_ = at_++;
    NewlineScope newlines(*this, false);
    Next();
    CloseDirective(keyword, end);
    if (keyword == "endif") break;
    if (keyword == "else" && !in_else) {
      in_else = true;
      newlines_ = newlines.before();
      Push(ParseBranch(close, "else", open));
      continue;
    }
    const std::string where = PlaceOfDirective(open);
    ReportAt(Format("Unexpected {} directive", keyword),
             keyword == "else" ? Format("Already in the else clause for the if started at {}.", where)
                               : Format("Expecting an endif directive for the if started at {}.", where),
             RangeOf(end, last_));
  }
  return Finish(NodeKind::kIfDirective, mark, open);
}

uint32_t Parser::ParseForDirective(TokenKind close, uint32_t open) {
  const size_t mark = Mark();
  {
    last_ = at_++;
    NewlineScope newlines(*this, false);
    Next();  // for
    if (ParseForNames(true)) Push(ParseExpression());
    CloseDirective("for", open);
  }
  Push(ParseBranch(close, "for", open));
  if (!recovering_) {
    const std::string keyword(DirectiveAhead());
    const uint32_t end = at_;
    last_ = at_++;
    NewlineScope newlines(*this, false);
    Next();
    CloseDirective(keyword, end);
    if (keyword != "endfor") {
      ReportAt(Format("Unexpected {} directive", keyword),
               keyword == "else"
                   ? "An else clause is not expected for a for directive."
                   : Format("Expecting an endfor directive corresponding to the for directive at {}.",
                            PlaceOfDirective(open)),
               RangeOf(end, last_));
    }
  }
  return Finish(NodeKind::kForDirective, mark, open);
}

// Reports what is wrong with the backslashes of a quoted text.
void Parser::CheckEscapes(uint32_t token, bool quoted) {
  if (!quoted) return;
  const std::string_view text = TextAt(token);
  for (size_t i = text.find('\\'); i < text.size(); i = text.find('\\', i)) {
    const size_t begin = i++;
    const char selector = i < text.size() ? text[i] : '\0';
    size_t length = 1;
    if (i < text.size()) DecodeCharacter(text.substr(i), length);
    i = std::min(i + length, text.size());
    std::string detail;
    if (selector == 'u' || selector == 'U') {
      const size_t digits = selector == 'u' ? 4 : 8;
      const std::string_view hex = text.substr(i, digits);
      const size_t valid = std::min(hex.find_first_not_of("0123456789abcdefABCDEF"), hex.size());
      i += valid;
      uint32_t code = 0;
      std::from_chars(hex.data(), hex.data() + valid, code, 16);
      if (valid < digits) {
        detail = Format("The \\{} escape sequence must be followed by {} hexadecimal digits.", selector,
                        digits == 4 ? "four" : "eight");
      } else if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        detail = Format("Cannot encode character U+{:04x} in UTF-8.", code);
      }
    } else if (selector == '\0' || std::string_view("nrt\"\\").find(selector) == std::string_view::npos) {
      detail = Format("The symbol {} is not a valid escape sequence selector.",
                      GoQuoted(text.substr(begin + 1, i - begin - 1)));
    }
    if (detail.empty()) continue;
    const uint32_t base = tokens_[token].begin;
    AddError("Invalid escape sequence", std::move(detail),
             SourceRange{source_, base + uint32_t(begin), base + uint32_t(i)});
  }
}

}  // namespace cairn::hcl
