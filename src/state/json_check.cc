#include <algorithm>

#include "state/json_text.h"

namespace cairn::state {
namespace {

// Whether a byte goes on a string without being looked at: not a quote, backslash, control character, nor one
// that is escaped where JSON is laid out.
struct PlainTable {
  bool plain[256] = {};
  constexpr PlainTable() {
    for (int c = 0x20; c < 256; ++c) plain[c] = true;
    for (const char c : {'"', '\\', '<', '>', '&'}) plain[uint8_t(c)] = false;
    plain[0xE2] = false;  // U+2028 and U+2029 begin so
  }
};
constexpr PlainTable kPlain;

class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  JsonCheck Check() {
    SkipBlanks("");
    while (!failed_) {
      if (!Value()) break;
      if (!AfterValue()) break;
    }
    JsonCheck check{.laid_out = laid_out_};
    if (failed_) check.error_offset = std::min(at_ + 1, text_.size());
    return check;
  }

 private:
  bool Fail() {
    failed_ = true;
    return false;
  }

  int Byte() const { return at_ < text_.size() ? uint8_t(text_[at_]) : -1; }

  // Moves over blanks; whether they are `expected` decides about the layout.
  void SkipBlanks(std::string_view expected) {
    const size_t begin = at_;
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
    if (text_.substr(begin, at_ - begin) != expected) laid_out_ = false;
  }

  // The same where a line should begin, within so many arrays and objects.
  void SkipLineStart(size_t depth) {
    const size_t indent = 2 * depth;
    if (Byte() == '\n' && text_.size() - at_ > indent + 1) {
      const std::string_view blanks = text_.substr(at_ + 1, indent);
      const char next = text_[at_ + 1 + indent];
      if (next != ' ' && next != '\n' && next != '\t' && next != '\r' &&
          std::ranges::all_of(blanks, [](char c) { return c == ' '; })) {
        at_ += 1 + indent;
        return;
      }
    }
    SkipBlanks("");
    laid_out_ = false;
  }

  // From the beginning of a value to its end, or into it: then the first value within is next.
  bool Value() {
    while (true) {
      const int c = Byte();
      if (c != '{' && c != '[') return Scalar();
      ++at_;
      stack_.push_back(char(c));
      if (stack_.size() > kJsonDepthMax) return --at_, Fail();
      const char close = c == '{' ? '}' : ']';
      if (Byte() != close) {
        SkipLineStart(stack_.size());
        if (Byte() == close) laid_out_ = false;
      }
      if (Byte() == close) {
        ++at_;
        stack_.pop_back();
        return true;
      }
      if (c == '{' && !Name()) return false;
    }
  }

  // After a value: to the next one within what is around it, or to the end of the text (then false).
  bool AfterValue() {
    while (true) {
      if (stack_.empty()) {
        if (text_.substr(at_) == "\n") {
          at_ = text_.size();
          return false;
        }
        SkipBlanks("\n");
        return at_ == text_.size() ? false : Fail();
      }
      const char close = stack_.back() == '{' ? '}' : ']';
      if (Byte() == ',') {
        ++at_;
        SkipLineStart(stack_.size());
        return stack_.back() == '{' ? Name() : true;
      }
      if (Byte() != close) {
        SkipLineStart(stack_.size() - 1);
        if (Byte() == ',') {
          laid_out_ = false;
          continue;
        }
      } else {
        laid_out_ = false;
      }
      if (Byte() != close) return Fail();
      ++at_;
      stack_.pop_back();
    }
  }

  bool Name() {
    if (Byte() != '"') return Fail();
    if (!String()) return false;
    if (Byte() != ':') SkipBlanks("");
    if (Byte() != ':') return Fail();
    ++at_;
    SkipBlanks(" ");
    return true;
  }

  bool Scalar() {
    switch (Byte()) {
      case '"':
        return String();
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      default:
        return Number();
    }
  }

  bool Word(std::string_view word) {
    for (const char c : word) {
      if (Byte() != c) return Fail();
      ++at_;
    }
    return true;
  }

  bool Digits() {
    const size_t begin = at_;
    while (Byte() >= '0' && Byte() <= '9') ++at_;
    return at_ > begin || Fail();
  }

  bool Number() {
    if (Byte() == '-') ++at_;
    if (Byte() == '0') {
      ++at_;
    } else if (!Digits()) {
      return false;
    }
    if (Byte() == '.') {
      ++at_;
      if (!Digits()) return false;
    }
    if (Byte() == 'e' || Byte() == 'E') {
      ++at_;
      if (Byte() == '+' || Byte() == '-') ++at_;
      if (!Digits()) return false;
    }
    return true;
  }

  bool String() {
    ++at_;
    while (true) {
      while (at_ < text_.size() && kPlain.plain[uint8_t(text_[at_])]) ++at_;
      switch (Byte()) {
        case '"':
          ++at_;
          return true;
        case '\\':
          if (!Escape()) return false;
          break;
        case '<':
        case '>':
        case '&':
          laid_out_ = false;
          ++at_;
          break;
        case 0xE2: {
          const std::string_view next = text_.substr(at_, 3);
          if (next == "\u2028" || next == "\u2029") laid_out_ = false;
          ++at_;
          break;
        }
        default:
          return Fail();
      }
    }
  }

  bool Escape() {
    ++at_;
    const int selector = Byte();
    if (selector == 'u') {
      for (int i = 0; i < 4; ++i) {
        ++at_;
        const int c = Byte();
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!hex) return Fail();
      }
    } else if (selector < 0 ||
               std::string_view("\"\\/bfnrt").find(char(selector)) == std::string_view::npos) {
      return Fail();
    }
    ++at_;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string stack_;  // the opening brackets around
  bool laid_out_ = true;
  bool failed_ = false;
};

}  // namespace

JsonCheck CheckJson(std::string_view text) {
  return Checker(text).Check();
}

}  // namespace cairn::state
