#include "hcl/token.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "base/text_escape.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

enum CharacterClass : uint8_t { kOther, kBlank, kLetter, kDigit, kHigh };

constexpr std::array<CharacterClass, 256> kClasses = [] {
  std::array<CharacterClass, 256> classes{};
  for (int c = 'a'; c <= 'z'; ++c) classes[size_t(c)] = kLetter;
  for (int c = 'A'; c <= 'Z'; ++c) classes[size_t(c)] = kLetter;
  for (int c = '0'; c <= '9'; ++c) classes[size_t(c)] = kDigit;
  for (int c = 0x80; c <= 0xFF; ++c) classes[size_t(c)] = kHigh;
  classes['_'] = kLetter;
  classes[' '] = classes['\t'] = kBlank;
  return classes;
}();

CharacterClass ClassOf(char c) {
  return kClasses[uint8_t(c)];
}

// What the scanner is within, innermost last.
struct Frame {
  enum Kind { kInterpolation, kQuote, kHeredoc, kBareTemplate } kind;
  uint32_t open_braces = 0;      // of kInterpolation
  std::string_view marker = {};  // of kHeredoc
  bool at_line_start = true;     // of kHeredoc: no template sequence since the last newline
};

class Scanner {
 public:
  Scanner(const std::shared_ptr<const Source>& source, Diagnostics& diagnostics)
      : source_(source), text_(source->text()), diagnostics_(diagnostics) {
    tokens_.reserve(text_.size() / 5 + 8);
  }

  std::vector<Token> Run(ScanMode mode) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (mode == ScanMode::kTemplate) frames_.push_back({.kind = Frame::kBareTemplate});
    while (at_ < text_.size()) {
      if (frames_.empty() || frames_.back().kind == Frame::kInterpolation) {
        ScanNormal();
      } else {
        ScanTemplate();
      }
    }
    while (!frames_.empty()) EndUnfinished();
    Emit(TokenKind::kEnd, at_, at_);
    return std::move(tokens_);
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool LooksAt(std::string_view word) const { return text_.substr(at_).starts_with(word); }

  void Emit(TokenKind kind, size_t begin, size_t end) {
    tokens_.push_back({uint32_t(begin), uint32_t(end), kind});
    at_ = end;
  }
  void EmitNext(TokenKind kind, size_t size) { Emit(kind, at_, at_ + size); }

  void Report(const char* summary, const char* detail, size_t begin, size_t end) {
    diagnostics_.AddError(summary, detail, SourceRange{source_, uint32_t(begin), uint32_t(end)});
  }

  void ScanNormal() {
    const char c = text_[at_];
    switch (ClassOf(c)) {
      case kBlank:
        ++at_;
        return;
      case kLetter:
        return ScanIdentifier();
      case kDigit:
        return ScanNumber();
      case kHigh:
        return ScanHigh();
      case kOther:
        return ScanPunctuation(c);
    }
  }

  void ScanIdentifier() {
    const size_t begin = at_;
    size_t end = at_;
    while (end < text_.size()) {
      const char c = text_[end];
      if (ClassOf(c) == kLetter || ClassOf(c) == kDigit || c == '-') {
        ++end;
        continue;
      }
      if (ClassOf(c) != kHigh) break;
      size_t length = 0;
      const char32_t character = DecodeCharacter(text_.substr(end), length);
      if (!(end == begin ? IsIdentifierStart(character) : IsIdentifierContinue(character))) break;
      end += length;
    }
    Emit(TokenKind::kIdentifier, begin, end);
  }

  // Digits, points and exponents as long as they may go on; 1.2.3 is one number, which the parser refuses.
  void ScanNumber() {
    size_t end = at_ + 1;  // after the last digit
    for (size_t i = end; i < text_.size();) {
      const char c = text_[i];
      if (ClassOf(c) == kDigit) {
        end = ++i;
      } else if (c == '.') {
        ++i;
      } else if (c == 'e' || c == 'E') {
        size_t digit = i + 1;
        if (digit < text_.size() && (text_[digit] == '+' || text_[digit] == '-')) ++digit;
        if (digit >= text_.size() || ClassOf(text_[digit]) != kDigit) break;
        end = i = digit + 1;
      } else {
        break;
      }
    }
    Emit(TokenKind::kNumber, at_, end);
  }

  void ScanHigh() {
    size_t length = 0;
    const char32_t character = DecodeCharacter(text_.substr(at_), length);
    if (IsIdentifierStart(character)) return ScanIdentifier();
    if (Utf8Length(text_.substr(at_)) == 0) {
      ReportEncoding(at_);
    } else if (character == U'“' || character == U'”') {
      Report(
          "Invalid character",
          "\"Curly quotes\" are not valid here. Text editors and web pages put them in the place of straight "
          "ones: write \" instead.",
          at_, at_ + length);
    } else {
      Report("Invalid character", "This character is not used within the language.", at_, at_ + length);
    }
    EmitNext(TokenKind::kInvalid, length);
  }

  void ReportEncoding(size_t at) {
    if (std::exchange(told_encoding_, true)) return;
    Report("Invalid character encoding",
           "All input files must be UTF-8 encoded; this byte is not part of a character.", at, at + 1);
  }

  void ScanPunctuation(char c) {
    switch (c) {
      case '\n':
        return EmitNext(TokenKind::kNewline, 1);
      case '\r':
        if (Peek(1) == '\n') return EmitNext(TokenKind::kNewline, 2);
        return ScanUnused(c);
      case '#':
        return ScanLineComment();
      case '"':
        return ScanQuote();
      case '{':
        if (!frames_.empty()) ++frames_.back().open_braces;
        return EmitNext(TokenKind::kBraceOpen, 1);
      case '}':
        return ScanBraceClose(1);
      case '[':
        return EmitNext(TokenKind::kBracketOpen, 1);
      case ']':
        return EmitNext(TokenKind::kBracketClose, 1);
      case '(':
        return EmitNext(TokenKind::kParenOpen, 1);
      case ')':
        return EmitNext(TokenKind::kParenClose, 1);
      case ',':
        return EmitNext(TokenKind::kComma, 1);
      case '?':
        return EmitNext(TokenKind::kQuestion, 1);
      case '+':
        return EmitNext(TokenKind::kPlus, 1);
      case '-':
        return EmitNext(TokenKind::kMinus, 1);
      case '*':
        return EmitNext(TokenKind::kStar, 1);
      case '%':
        return EmitNext(TokenKind::kPercent, 1);
      case '/':
        if (Peek(1) == '/') return ScanLineComment();
        return Peek(1) == '*' ? ScanBlockComment() : EmitNext(TokenKind::kSlash, 1);
      case '.':
        return LooksAt("...") ? EmitNext(TokenKind::kEllipsis, 3) : EmitNext(TokenKind::kDot, 1);
      case ':':
        return EmitPair(':', TokenKind::kDoubleColon, TokenKind::kColon);
      case '!':
        return EmitPair('=', TokenKind::kNotEqual, TokenKind::kNot);
      case '>':
        return EmitPair('=', TokenKind::kGreaterEqual, TokenKind::kGreater);
      case '=':
        if (Peek(1) == '>') return EmitNext(TokenKind::kArrow, 2);
        return EmitPair('=', TokenKind::kEqual, TokenKind::kAssign);
      case '<':
        if (Peek(1) == '<' && ScanHeredocOpen()) return;
        return EmitPair('=', TokenKind::kLessEqual, TokenKind::kLess);
      case '&':
        if (Peek(1) == '&') return EmitNext(TokenKind::kAnd, 2);
        return ScanUnused(c);
      case '|':
        if (Peek(1) == '|') return EmitNext(TokenKind::kOr, 2);
        return ScanUnused(c);
      case '~':
        if (Peek(1) == '}' && InInterpolation()) return ScanBraceClose(2);
        return ScanUnused(c);
      default:
        return ScanUnused(c);
    }
  }

  void EmitPair(char second, TokenKind both, TokenKind first) {
    const bool pair = Peek(1) == second;
    EmitNext(pair ? both : first, pair ? 2 : 1);
  }

  // A character that no word of the language has. Each is explained once, where it is first met.
  void ScanUnused(char c) {
    const char* summary = "Invalid character";
    const char* detail = "This character is not used within the language.";
    bool* told = nullptr;
    switch (c) {
      case '&':
      case '|':
      case '^':
      case '~':
        summary = "Unsupported operator";
        detail = c == '&'   ? "Bitwise operators are not supported. Did you mean boolean AND (\"&&\")?"
                 : c == '|' ? "Bitwise operators are not supported. Did you mean boolean OR (\"||\")?"
                 : c == '~' ? "Bitwise operators are not supported. Did you mean boolean NOT (\"!\")?"
                            : "Bitwise operators are not supported.";
        break;
      case '`':
        detail = "The \"`\" character is not valid. A string of several lines is a heredoc: <<EOT.";
        told = &told_backtick_;
        break;
      case '\'':
        detail = "Single quotes are not valid. Use double quotes (\") to enclose strings.";
        told = &told_apostrophe_;
        break;
      case ';':
        detail =
            "The \";\" character is not valid. Newlines part arguments and blocks, commas the elements of "
            "collections.";
        told = &told_semicolon_;
        break;
      default:
        break;
    }
    if (told == nullptr || !std::exchange(*told, true)) Report(summary, detail, at_, at_ + 1);
    EmitNext(TokenKind::kInvalid, 1);
  }

  void ScanLineComment() {
    const size_t newline = text_.find('\n', at_);
    Emit(TokenKind::kComment, at_, newline == std::string_view::npos ? text_.size() : newline + 1);
  }

  void ScanBlockComment() {
    const size_t end = text_.find("*/", at_ + 2);
    if (end != std::string_view::npos) return Emit(TokenKind::kComment, at_, end + 2);
    Report("Unterminated comment", "There is no \"*/\" that ends the comment which begins here.", at_,
           at_ + 2);
    Emit(TokenKind::kComment, at_, text_.size());
  }

  bool InInterpolation() const { return !frames_.empty() && frames_.back().open_braces == 0; }

  void ScanBraceClose(size_t size) {
    if (InInterpolation()) {
      frames_.pop_back();
      return EmitNext(TokenKind::kTemplateClose, size);
    }
    if (!frames_.empty()) --frames_.back().open_braces;
    EmitNext(TokenKind::kBraceClose, size);
  }

  // A string without sequences is one token; at the first sequence it becomes an opening quote, and a frame.
  void ScanQuote() {
    size_t end = at_ + 1;
    const QuoteStop stop = SkipQuoted(end);
    if (stop == QuoteStop::kClosed) return Emit(TokenKind::kString, at_, end + 1);
    if (stop == QuoteStop::kUnfinished) {
      ReportUnfinishedQuote(at_, end);
      return Emit(TokenKind::kString, at_, end);
    }
    frames_.push_back({.kind = Frame::kQuote});
    EmitNext(TokenKind::kQuoteOpen, 1);
  }

  enum class QuoteStop { kClosed, kSequence, kUnfinished };

  // Moves `end` to the closing quote, a sequence, the end of the line or of the text.
  QuoteStop SkipQuoted(size_t& end) {
    for (; end < text_.size(); ++end) {
      const char c = text_[end];
      if (c == '"') return QuoteStop::kClosed;
      if (c == '\n' || c == '\r') return QuoteStop::kUnfinished;
      if (c == '\\') {
        if (end + 1 < text_.size() && text_[end + 1] != '\n' && text_[end + 1] != '\r') ++end;
      } else if (c == '$' || c == '%') {
        if (IsEscapedSequence(end)) {
          end += 2;
        } else if (end + 1 < text_.size() && text_[end + 1] == '{') {
          return QuoteStop::kSequence;
        }
      } else if (c & 0x80) {
        CheckEncoding(end);
      }
    }
    return QuoteStop::kUnfinished;
  }

  // $${ or %%{
  bool IsEscapedSequence(size_t at) const {
    return at + 2 < text_.size() && text_[at + 1] == text_[at] && text_[at + 2] == '{';
  }

  void CheckEncoding(size_t& at) {
    const size_t length = Utf8Length(text_.substr(at));
    if (length == 0) return ReportEncoding(at);
    at += length - 1;
  }

  void ReportUnfinishedQuote(size_t begin, size_t end) {
    if (end < text_.size()) {
      Report("Invalid multi-line string",
             "Quoted strings may not be split over multiple lines. Close the string with a quote, write \\n "
             "for a "
             "newline within it, or use a heredoc (<<EOT) for text of several lines.",
             end, end + 1);
    } else {
      Report("Unterminated template string", "There is no closing quote for the string that begins here.",
             begin, std::min(begin + 1, text_.size()));
    }
  }

  // <<NAME or <<-NAME, and the end of the line right behind it.
  bool ScanHeredocOpen() {
    size_t name = at_ + 2;
    if (name < text_.size() && text_[name] == '-') ++name;
    const size_t begin = at_;
    const size_t tokens = tokens_.size();
    at_ = name;
    if (at_ >= text_.size() || (ClassOf(text_[at_]) != kLetter && ClassOf(text_[at_]) != kHigh))
      return at_ = begin, false;
    ScanIdentifier();
    const std::string_view marker = text_.substr(name, at_ - name);
    tokens_.resize(tokens);
    size_t end = at_;
    at_ = begin;
    if (end < text_.size() && text_[end] == '\r') ++end;
    if (marker.empty() || end >= text_.size() || text_[end] != '\n') return false;
    frames_.push_back({.kind = Frame::kHeredoc, .marker = marker});
    Emit(TokenKind::kHeredocOpen, begin, end + 1);
    return true;
  }

  // Text up to a sequence or to what ends the template; then that.
  void ScanTemplate() {
    Frame& frame = frames_.back();
    if ((Peek() == '$' || Peek() == '%') && Peek(1) == '{') return ScanSequenceOpen(frame);
    if (frame.kind == Frame::kQuote) return ScanQuotedPart();
    const size_t begin = at_;
    size_t end = at_;
    while (end < text_.size()) {
      const char c = text_[end];
      if (c == '\n') {
        ++end;
        break;
      }
      if (c == '$' || c == '%') {
        if (IsEscapedSequence(end)) {
          end += 3;
          continue;
        }
        if (end + 1 < text_.size() && text_[end + 1] == '{') break;
      } else if (c & 0x80) {
        CheckEncoding(end);
      }
      ++end;
    }
    if (frame.kind == Frame::kHeredoc && text_[end - 1] == '\n') {
      if (frame.at_line_start && ScanHeredocClose(frame, begin, end)) return;
      frame.at_line_start = true;
    } else {
      frame.at_line_start = false;
    }
    Emit(TokenKind::kTemplateText, begin, end);
  }

  void ScanSequenceOpen(Frame& frame) {
    frame.at_line_start = false;
    const auto kind = Peek() == '$' ? TokenKind::kInterpolationOpen : TokenKind::kDirectiveOpen;
    const size_t size = Peek(2) == '~' ? 3 : 2;
    frames_.push_back({.kind = Frame::kInterpolation});
    EmitNext(kind, size);
  }

  void ScanQuotedPart() {
    const size_t begin = at_;
    size_t end = at_;
    const QuoteStop stop = SkipQuoted(end);
    if (end > begin) Emit(TokenKind::kTemplateText, begin, end);
    if (stop == QuoteStop::kSequence) return;
    if (stop == QuoteStop::kUnfinished) ReportUnfinishedQuote(begin, end);
    frames_.pop_back();
    EmitNext(TokenKind::kQuoteClose, stop == QuoteStop::kClosed ? 1 : 0);
  }

  // Whether the line [begin, end) is the marker, with white space around it.
  bool ScanHeredocClose(const Frame& frame, size_t begin, size_t end) {
    size_t line_end = end - 1;
    if (line_end > begin && text_[line_end - 1] == '\r') --line_end;
    const size_t at = text_.substr(0, line_end).find(frame.marker, begin);
    if (at == std::string_view::npos || !IsAllSpace(begin, at) ||
        !IsAllSpace(at + frame.marker.size(), line_end)) {
      return false;
    }
    frames_.pop_back();
    Emit(TokenKind::kHeredocClose, begin, line_end);
    return true;
  }

  bool IsAllSpace(size_t begin, size_t end) const {
    for (size_t i = begin; i < end;) {
      size_t length = 0;
      if (!IsSpace(DecodeCharacter(text_.substr(i), length))) return false;
      i += length;
    }
    return true;
  }

  // At the end of the text: closes what is open, so that the parser finds pairs. It reports open brackets
  // itself.
  void EndUnfinished() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    if (frame.kind == Frame::kQuote) {
      ReportUnfinishedQuote(at_, at_);
      Emit(TokenKind::kQuoteClose, at_, at_);
    } else if (frame.kind == Frame::kHeredoc) {
      Report(
          "Unterminated template string",
          "There is no line with nothing but the closing marker of the heredoc before the end of the file.",
          at_, at_);
      Emit(TokenKind::kHeredocClose, at_, at_);
    }
  }

  const std::shared_ptr<const Source>& source_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<Token> tokens_;
  std::vector<Frame> frames_;
  size_t at_ = 0;
  bool told_encoding_ = false, told_backtick_ = false, told_apostrophe_ = false, told_semicolon_ = false;
};

}  // namespace

std::vector<Token> Scan(const std::shared_ptr<const Source>& source, ScanMode mode,
                        Diagnostics& diagnostics) {
  return Scanner(source, diagnostics).Run(mode);
}

}  // namespace cairn::hcl
