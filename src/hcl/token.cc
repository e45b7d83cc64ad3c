#include "hcl/token.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
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

// Whether an identifier goes on with a character of ASCII.
constexpr std::array<bool, 256> kGoOn = [] {
  std::array<bool, 256> table{};
  for (size_t c = 0; c < table.size(); ++c) table[c] = kClasses[c] == kLetter || kClasses[c] == kDigit;
  table['-'] = true;
  return table;
}();

CharacterClass ClassOf(char c) {
  return kClasses[uint8_t(c)];
}

// Characters that are a token wherever they stand outside of templates; kEnd for all others.
constexpr std::array<TokenKind, 256> kAlone = [] {
  std::array<TokenKind, 256> table{};
  table['\n'] = TokenKind::kNewline;
  table['['] = TokenKind::kBracketOpen;
  table[']'] = TokenKind::kBracketClose;
  table['('] = TokenKind::kParenOpen;
  table[')'] = TokenKind::kParenClose;
  table[','] = TokenKind::kComma;
  table['?'] = TokenKind::kQuestion;
  table['+'] = TokenKind::kPlus;
  table['-'] = TokenKind::kMinus;
  table['*'] = TokenKind::kStar;
  table['%'] = TokenKind::kPercent;
  return table;
}();

// What means nothing but itself in a string in quotes.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> table{};
  for (size_t c = 0; c < 0x80; ++c) table[c] = true;
  for (const char c : {'"', '\n', '\r', '\\', '$', '%'}) table[size_t(c)] = false;
  return table;
}();

// What the scanner is within, innermost last.
struct Frame {
  enum Kind { kInterpolation, kQuote, kHeredoc, kBareTemplate } kind;
  size_t begin = 0;              // of what opened it
  uint32_t open_braces = 0;      // of kInterpolation
  std::string_view marker = {};  // of kHeredoc
  bool at_line_start = true;     // of kHeredoc: no template sequence since the last newline
  size_t near_close = 0;  // of kHeredoc: the first line that begins with the marker and goes on; 0: none
};

class Scanner {
 public:
  Scanner(const std::shared_ptr<const Source>& source, Diagnostics& diagnostics, size_t errors_max)
      : source_(source), text_(source->text()), diagnostics_(diagnostics), errors_max_(errors_max) {
    tokens_.reserve(text_.size() / 3 + 8);  // of dense text; what is too much is not touched
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
    if (!frames_.empty()) EndUnfinished();
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

  void Report(const char* summary, std::string detail, size_t begin, size_t end) {
    if (diagnostics_.size() >= errors_max_) return;
    diagnostics_.AddError(summary, std::move(detail), SourceRange{source_, uint32_t(begin), uint32_t(end)});
  }

  void ScanNormal() {
    const char c = text_[at_];
    switch (ClassOf(c)) {
      case kBlank:
        do {
          ++at_;
        } while (at_ < text_.size() && ClassOf(text_[at_]) == kBlank);
        return;
      case kLetter:
        return ScanIdentifier();
      case kDigit:
        return ScanNumber();
      case kHigh:
        return ScanHigh();
      case kOther:
        if (kAlone[uint8_t(c)] != TokenKind::kEnd) return EmitNext(kAlone[uint8_t(c)], 1);
        return ScanPunctuation(c);
    }
  }

  void ScanIdentifier() {
    const size_t begin = at_;
    size_t end = at_;
    for (;;) {
      while (end < text_.size() && kGoOn[uint8_t(text_[end])]) ++end;
      if (end == text_.size() || ClassOf(text_[end]) != kHigh) break;
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
      Report("Invalid character",
             "\"Curly quotes\" are not valid here. These can sometimes be inadvertently introduced when "
             "sharing code "
             "via documents or discussion forums. It might help to replace the character with a \"straight "
             "quote\".",
             at_, at_ + length);
    } else {
      Report("Invalid character", "This character is not used within the language.", at_, at_ + length);
    }
    EmitNext(TokenKind::kInvalid, length);
  }

  void ReportEncoding(size_t at) {
    if (std::exchange(told_encoding_, true)) return;
    Report("Invalid character encoding",
           "All input files must be UTF-8 encoded. Ensure that UTF-8 encoding is selected in your editor.",
           at, at + 1);
  }

  // What is not kAlone.
  void ScanPunctuation(char c) {
    switch (c) {
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
        detail =
            "The \"`\" character is not valid. To create a multi-line string, use the \"heredoc\" syntax, "
            "like \"<<EOT\".";
        told = &told_backtick_;
        break;
      case '\'':
        detail = "Single quotes are not valid. Use double quotes (\") to enclose strings.";
        told = &told_apostrophe_;
        break;
      case ';':
        detail =
            "The \";\" character is not valid. Use newlines to separate arguments and blocks, and commas to "
            "separate "
            "items in collection values.";
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
    told_newline_ = false;
    const QuoteStop stop = SkipQuoted(end);
    if (stop == QuoteStop::kClosed) return Emit(TokenKind::kString, at_, end + 1);
    if (stop == QuoteStop::kSequence) {
      frames_.push_back({.kind = Frame::kQuote, .begin = at_});
      return EmitNext(TokenKind::kQuoteOpen, 1);
    }
    const size_t depth = frames_.size();
    if (depth >= 2 && InInterpolation() && frames_[depth - 2].kind == Frame::kQuote) {
      // "${name": more likely the brace was forgotten than a second string begun.
      frames_.resize(depth - 2);
      EmitNext(TokenKind::kTemplateClose, 0);
      return EmitNext(TokenKind::kQuoteClose, 1);
    }
    ReportUnfinishedQuote(at_, end);
    Emit(TokenKind::kInvalid, at_, end);
  }

  enum class QuoteStop { kClosed, kSequence, kUnfinished };

  // Moves `end` to the closing quote, a sequence, the end of the line or of the text.
  QuoteStop SkipQuoted(size_t& end) {
    for (; end < text_.size(); ++end) {
      const char c = text_[end];
      if (kPlain[uint8_t(c)]) continue;
      if (c == '"') return QuoteStop::kClosed;
      if (c == '\n' || c == '\r') {
        if (!StringGoesOn(end)) return QuoteStop::kUnfinished;
        if (!std::exchange(told_newline_, true)) ReportUnfinishedQuote(end, end);
      } else if (c == '\\') {
        if (end + 1 < text_.size() && text_[end + 1] > ' ') ++end;
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

  // Whether a string that is not closed before the newline at `newline` is meant to go on: a quote comes
  // before the next line that looks like an argument, a block or the end of one.
  bool StringGoesOn(size_t newline) {
    if (newline < string_goes_on_until_) return true;
    for (size_t begin = newline + 1; begin < text_.size(); begin = newline + 1) {
      newline = std::min(text_.find('\n', begin), text_.size());
      const std::string_view line = text_.substr(begin, newline - begin);
      if (LooksLikeItem(line)) return false;
      const size_t quote = line.find('"');
      if (quote == std::string_view::npos) continue;
      string_goes_on_until_ = begin + quote;
      return true;
    }
    return false;
  }

  static bool LooksLikeItem(std::string_view line) {
    line = line.substr(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (line.starts_with('}') || line.ends_with('{')) return true;
    size_t name = 0;
    while (name < line.size() && ClassOf(line[name]) != kOther && ClassOf(line[name]) != kBlank) ++name;
    const std::string_view rest = line.substr(std::min(line.find_first_not_of(" \t", name), line.size()));
    return name > 0 && rest.starts_with('=') && !rest.starts_with("==");
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
             "Quoted strings may not be split over multiple lines. To produce a multi-line string, either "
             "use the "
             "\\n escape to represent a newline character or use the \"heredoc\" multi-line template syntax.",
             end, end + (text_.substr(end).starts_with("\r\n") ? 2 : 1));
    } else {
      Report("Unterminated template string", "No closing marker was found for the string.", begin,
             std::min(begin + 1, text_.size()));
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
    frames_.push_back({.kind = Frame::kHeredoc, .begin = begin, .marker = marker});
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
    frames_.push_back({.kind = Frame::kInterpolation, .begin = at_});
    EmitNext(kind, size);
  }

  void ScanQuotedPart() {
    const size_t begin = at_;
    size_t end = at_;
    const QuoteStop stop = SkipQuoted(end);
    if (end > begin) Emit(TokenKind::kTemplateText, begin, end);
    if (stop == QuoteStop::kSequence) return;
    if (stop == QuoteStop::kUnfinished) ReportUnfinishedQuote(frames_.back().begin, end);
    frames_.pop_back();
    EmitNext(TokenKind::kQuoteClose, stop == QuoteStop::kClosed ? 1 : 0);
  }

  // Whether the line [begin, end) is the marker, with white space around it.
  bool ScanHeredocClose(Frame& frame, size_t begin, size_t end) {
    size_t line_end = end - 1;
    if (line_end > begin && text_[line_end - 1] == '\r') --line_end;
    const size_t at = text_.substr(0, line_end).find(frame.marker, begin);
    if (at == std::string_view::npos || !IsAllSpace(begin, at)) return false;
    if (!IsAllSpace(at + frame.marker.size(), line_end)) {
      if (frame.near_close == 0) frame.near_close = at;
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

  // At the end of the text: says that the innermost template does not end, and closes all that is open with
  // empty tokens, so that the parser finds pairs. It reports open brackets and interpolations itself.
  void EndUnfinished() {
    const Frame& innermost = frames_.back();
    if (innermost.kind == Frame::kQuote) {
      ReportUnfinishedQuote(innermost.begin, at_);
    } else if (innermost.kind == Frame::kHeredoc) {
      std::string detail = Format("No line holds the closing marker {} alone.", innermost.marker);
      if (innermost.near_close > 0) {
        detail += Format(" Line {} begins with it, but more follows there.",
                         source_->PositionAt(uint32_t(innermost.near_close)).line);
      }
      Report("Unterminated template string", std::move(detail), innermost.begin,
             size_t(innermost.marker.data() - text_.data()) + innermost.marker.size());
    }
    for (; !frames_.empty(); frames_.pop_back()) {
      const Frame::Kind kind = frames_.back().kind;
      if (kind == Frame::kBareTemplate) continue;
      EmitNext(kind == Frame::kQuote     ? TokenKind::kQuoteClose
               : kind == Frame::kHeredoc ? TokenKind::kHeredocClose
                                         : TokenKind::kTemplateClose,
               0);
    }
  }

  const std::shared_ptr<const Source>& source_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<Token> tokens_;
  std::vector<Frame> frames_;
  size_t at_ = 0;
  size_t errors_max_;
  size_t string_goes_on_until_ = 0;  // newlines before here are within strings
  bool told_newline_ = false;        // of this string
  bool told_encoding_ = false, told_backtick_ = false, told_apostrophe_ = false, told_semicolon_ = false;
};

}  // namespace

std::vector<Token> Scan(const std::shared_ptr<const Source>& source, ScanMode mode, Diagnostics& diagnostics,
                        size_t errors_max) {
  return Scanner(source, diagnostics, errors_max).Run(mode);
}

}  // namespace cairn::hcl
