#include "base/strings.h"
#include "hcl/parser_state.h"
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
    last_ = at_;
    if (tokens_[at_].kind != TokenKind::kEnd) ++at_;
  }
  return Finish(kind, mark, open);
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
        const Position at = RangeAt(open).start_position();
        Report("Unexpected end of template",
               Format("The {} directive at {}:{},{} is missing its corresponding {} directive.",
                      directive == "for" ? "for" : "if", source_->name(), at.line, at.column,
                      directive == "for" ? "endfor" : "endif"),
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
        Report(Format("Unexpected {} directive", ahead),
               "The control directives within this template are unbalanced.", at_);
      } else {
        Push(ParseDirective(close));
      }
    } else {
      Report("Unterminated template string", "No closing marker was found for the string.", at_);
    }
  }
}

// ${ expression }
uint32_t Parser::ParseInterpolation(TokenKind close) {
  const size_t mark = Mark();
  const uint32_t open = at_++;
  last_ = open;
  NewlineScope newlines(*this, false);
  Push(ParseExpression());
  if (!recovering_ && Peek() != TokenKind::kTemplateClose) {
    const TokenKind kind = tokens_[at_].kind;
    if (kind == TokenKind::kEnd) {
      ReportAt("Unclosed template interpolation sequence",
               "There is no closing brace for this interpolation sequence before the end of the file. This "
               "might be caused "
               "by incorrect nesting inside the given expression.",
               RangeAt(open));
    } else if (kind == TokenKind::kInvalid) {
      recovering_ = true;
    } else if (close == TokenKind::kQuoteClose &&
               (kind == TokenKind::kString || kind == TokenKind::kQuoteOpen)) {
      ReportAt("Unclosed template interpolation sequence",
               "There is no closing brace for this interpolation sequence before the end of the quoted "
               "template. This might "
               "be caused by incorrect nesting inside the given expression.",
               RangeAt(open));
    } else if (kind == TokenKind::kColon) {
      Report("Extra characters after interpolation expression",
             "Template interpolation doesn't expect a colon at this location. Did you intend this to be a "
             "literal sequence "
             "to be processed as part of another language? If so, you can escape it by starting with \"$${\" "
             "instead of "
             "just \"${\".",
             at_, open);
    } else {
      Report("Extra characters after interpolation expression",
             "Expected a closing brace to end the interpolation expression, but found extra "
             "characters.\n\nThis can happen "
             "when you include interpolation syntax for another language, such as shell scripting, but "
             "forget to escape the "
             "interpolation start token. If this is an embedded sequence for another language, escape it by "
             "starting with "
             "\"$${\" instead of just \"${\".",
             at_, open);
    }
  }
  if (recovering_) {
    SkipTo(TokenKind::kTemplateClose);
  } else {
    Next();
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
    if (TakeIf(TokenKind::kTemplateClose)) return true;
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
    const Position at = RangeAt(open).start_position();
    const std::string where = Format("{}:{},{}", source_->name(), at.line, at.column);
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
    if (ParseForNames("Invalid 'for' directive", "directive")) Push(ParseExpression());
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
      const Position at = RangeAt(open).start_position();
      ReportAt(Format("Unexpected {} directive", keyword),
               keyword == "else"
                   ? "An else clause is not expected for a for directive."
                   : Format("Expecting an endfor directive corresponding to the for directive at {}:{},{}.",
                            source_->name(), at.line, at.column),
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
      const bool complete =
          hex.size() == digits && hex.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
      if (!complete) {
        detail = Format("The \\{} escape sequence must be followed by {} hexadecimal digits.", selector,
                        selector == 'u' ? "four" : "eight");
      } else if (const auto code = std::stoul(std::string(hex), nullptr, 16);
                 code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        detail = Format("Cannot encode character U+{:04x} in UTF-8.", code);
        i += digits;
      } else {
        i += digits;
      }
    } else if (std::string_view("nrt\"\\").find(selector) == std::string_view::npos || selector == '\0') {
      detail = begin + 1 >= text.size()
                   ? "Backslash must be followed by an escape sequence selector character."
                   : Format("The symbol \"{}\" is not a valid escape sequence selector.",
                            text.substr(begin + 1, length));
    }
    if (detail.empty()) continue;
    const uint32_t base = tokens_[token].begin;
    diagnostics_.AddError("Invalid escape sequence", std::move(detail),
                          SourceRange{source_, base + uint32_t(begin), base + uint32_t(i)});
  }
}

}  // namespace cairn::hcl
