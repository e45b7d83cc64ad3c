// Reads JSON (RFC 8259) with places. After a mistake within a value reading goes on behind it; after one in
// the structure, behind the array or object.

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/json_syntax.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr const char* kValueDetail =
    "A JSON value must start with a brace, a bracket, a number, a string, or a keyword.";

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Whether `text` is a number of JSON.
bool IsNumber(std::string_view text) {
  const auto digits = [&] {
    size_t count = 0;
    while (count < text.size() && IsDigit(text[count])) ++count;
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leading_zero = text.starts_with('0');
  const size_t whole = digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

std::optional<uint32_t> HexUnit(std::string_view text, size_t at) {
  uint32_t unit = 0;
  if (at + 4 > text.size()) return std::nullopt;
  const char* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + 4, unit, 16);
  if (error != std::errc() || end != begin + 4) return std::nullopt;
  return unit;
}

char SimpleEscape(char selector) {
  switch (selector) {
    case '"':
    case '\\':
    case '/':
      return selector;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

class Reader {
 public:
  Reader(std::shared_ptr<const Source> source, const ParseLimits& limits)
      : source_(std::move(source)), limits_(limits), text_(source_->text()) {}

  JsonParseResult Read() {
    Add();  // the root
    const size_t bytes_max = std::min(limits_.bytes_max, ParseLimits::kBytesMax);
    if (text_.size() > bytes_max) {
      diagnostics_.AddError("Source too large",
                            Format("This source has {} bytes, and {} are allowed.", text_.size(), bytes_max));
      return Take();
    }
    if (text_.starts_with(kByteOrderMark)) at_ = uint32_t(kByteOrderMark.size());
    Advance();
    ReadValue(0);
    const JsonKind kind = records_[0].kind;
    if (diagnostics_.empty() && token_.kind != Kind::kEnd) {
      Report("Extraneous data after value", "Extra characters appear after the JSON value.", token_);
    } else if (diagnostics_.empty() && kind != JsonKind::kObject && kind != JsonKind::kArray) {
      Report("Root value must be object",
             "The root value in a JSON-based configuration must be either a JSON object or a JSON array of "
             "objects.",
             {Kind::kEnd, records_[0].begin, records_[0].end});
    }
    return Take();
  }

 private:
  enum class Kind : char {
    kEnd = 0,
    kObjectOpen = '{',
    kObjectClose = '}',
    kArrayOpen = '[',
    kArrayClose = ']',
    kComma = ',',
    kColon = ':',
    kEquals = '=',
    kString = '"',
    kNumber = '0',
    kWord = 'a',
    kInvalid = '?',
  };
  struct Token {
    Kind kind = Kind::kEnd;
    uint32_t begin = 0;
    uint32_t end = 0;
  };

  JsonParseResult Take() {
    return {.tree = std::make_shared<JsonTree>(source_, std::move(records_), std::move(decoded_)),
            .diagnostics = std::move(diagnostics_)};
  }

  uint32_t Add() {
    records_.emplace_back();
    return uint32_t(records_.size() - 1);
  }

  void Report(std::string summary, std::string detail, const Token& token) {
    if (diagnostics_.size() >= limits_.errors_max) return;
    diagnostics_.AddError(std::move(summary), std::move(detail),
                          SourceRange{source_, token.begin, token.end});
  }

  // token_ becomes the next one; the one before is returned.
  Token Advance() {
    const Token before = token_;
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
    token_ = {.begin = at_};
    if (at_ < text_.size()) {
      token_.kind = ScanToken();
    }
    token_.end = at_;
    return before;
  }

  Kind ScanToken() {
    const char c = text_[at_];
    if (std::string_view("{}[],:=").find(c) != std::string_view::npos) {
      ++at_;
      return Kind(c);
    }
    if (c == '"') {
      ScanString();
      return Kind::kString;
    }
    if (IsDigit(c) || c == '-' || c == '+' || c == '.') {
      while (at_ < text_.size() &&
             (IsDigit(text_[at_]) || std::string_view("-+.eE").find(text_[at_]) != std::string_view::npos)) {
        ++at_;
      }
      return Kind::kNumber;
    }
    if (IsLetter(c)) {
      while (at_ < text_.size() && (IsLetter(text_[at_]) || text_[at_] == '_')) ++at_;
      return Kind::kWord;
    }
    size_t length = 0;
    DecodeCharacter(text_.substr(at_), length);
    at_ += uint32_t(length);
    return Kind::kInvalid;
  }

  // Up to the closing quote or the end of the line.
  void ScanString() {
    ++at_;
    for (bool escaped = false; at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r';) {
      const char c = text_[at_++];
      if (c == '"' && !escaped) return;
      escaped = c == '\\' && !escaped;
    }
  }

  void ReadValue(uint32_t index) {
    records_[index].begin = token_.begin;
    records_[index].end = token_.end;
    switch (token_.kind) {
      case Kind::kObjectOpen:
      case Kind::kArrayOpen:
        if (++depth_ > limits_.depth_max) {
          Report("Nesting too deep", Format("Arrays and objects may be nested {} deep.", limits_.depth_max),
                 token_);
          at_ = uint32_t(text_.size());
          Advance();
        } else if (token_.kind == Kind::kObjectOpen) {
          ReadObject(index);
        } else {
          ReadArray(index);
        }
        --depth_;
        return;
      case Kind::kNumber:
        return ReadNumber(index);
      case Kind::kString:
        if (CheckString(token_)) records_[index].kind = JsonKind::kString;
        Advance();
        return;
      case Kind::kWord:
        return ReadWord(index);
      case Kind::kObjectClose:
        return Report("Missing JSON value", kValueDetail, token_);
      case Kind::kArrayClose:
        return Report("Missing array element value", kValueDetail, token_);
      case Kind::kEnd:
        return ReportEnd("Missing value", "The JSON data ends prematurely.", token_);
      default:
        Report("Invalid start of value", kValueDetail, token_);
        Stop();
    }
  }

  // Nothing behind this is looked at.
  void Stop() {
    at_ = uint32_t(text_.size());
    Advance();
  }

  // That the text ends too early is said once.
  void ReportEnd(std::string summary, std::string detail, const Token& token) {
    if (!std::exchange(ended_, true) && diagnostics_.empty()) {
      Report(std::move(summary), std::move(detail), token);
    }
  }

  void ReadNumber(uint32_t index) {
    const Token token = Advance();
    if (IsNumber(text_.substr(token.begin, token.end - token.begin))) {
      records_[index].kind = JsonKind::kNumber;
    } else {
      Report("Invalid JSON number", "There is a syntax error in the given JSON number.", token);
    }
  }

  void ReadWord(uint32_t index) {
    const Token token = Advance();
    const std::string_view word = text_.substr(token.begin, token.end - token.begin);
    JsonKind& kind = records_[index].kind;
    if (word == "true") {
      kind = JsonKind::kTrue;
    } else if (word == "false") {
      kind = JsonKind::kFalse;
    } else if (word == "null") {
      kind = JsonKind::kNull;
    } else if (word == "undefined" || word == "NaN" || word == "Infinity") {
      Report("Invalid JSON keyword",
             Format("The JavaScript identifier {} cannot be used in JSON.", Quote(word)), token);
    } else {
      const std::string_view near = NearestName(word, {"true", "false", "null"});
      Report("Invalid JSON keyword",
             Format("{} is not a valid JSON keyword.{}", Quote(word),
                    near.empty() ? "" : Format(" Did you mean {}?", Quote(near))),
             token);
    }
  }

  // Keeps the text of a string with escapes.
  bool CheckString(const Token& token) {
    const std::string_view quoted = text_.substr(token.begin, token.end - token.begin);
    if (quoted.size() < 2 || !quoted.ends_with('"')) return ReportString(token, token.end);
    const std::string_view inside = quoted.substr(1, quoted.size() - 2);
    const auto control = std::ranges::find_if(inside, [](char c) { return uint8_t(c) < 0x20; });
    if (control != inside.end())
      return ReportString(token, token.begin + 1 + uint32_t(control - inside.begin()));
    if (inside.find('\\') == std::string_view::npos) return true;
    JsonTree::Decoded decoded;
    decoded.pieces.push_back({.begin = 0, .outer = token.begin + 1});
    for (size_t i = 0; i < inside.size();) {
      const size_t run = std::min(inside.find('\\', i), inside.size());
      decoded.text += inside.substr(i, run - i);
      i = run;
      if (i == inside.size()) break;
      const size_t length = Unescape(inside, i, decoded.text);
      if (length == 0) return ReportString(token, token.begin + 1 + uint32_t(i));
      i += length;
      decoded.pieces.push_back(
          {.begin = uint32_t(decoded.text.size()), .outer = token.begin + 1 + uint32_t(i)});
    }
    decoded_.insert_or_assign(token.begin, std::move(decoded));
    return true;
  }

  // Appends what the escape at `at` stands for, and returns its length; 0 if it is none.
  static size_t Unescape(std::string_view text, size_t at, std::string& out) {
    if (at + 1 >= text.size()) return 0;
    const char selector = text[at + 1];
    if (selector != 'u') {
      const char simple = SimpleEscape(selector);
      if (simple != 0) out += simple;
      return simple == 0 ? 0 : 2;
    }
    const std::optional<uint32_t> unit = HexUnit(text, at + 2);
    if (!unit) return 0;
    char32_t character = *unit;
    size_t length = 6;
    if (character >= 0xD800 && character < 0xE000) {
      const bool pair = character < 0xDC00 && text.substr(at + 6).starts_with("\\u");
      const std::optional<uint32_t> low = pair ? HexUnit(text, at + 8) : std::nullopt;
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        character = 0x10000 + ((character - 0xD800) << 10) + (*low - 0xDC00);
        length = 12;
      } else {
        character = 0xFFFD;  // half a pair stands for no character
      }
    }
    AppendCharacter(out, character);
    return length;
  }

  bool ReportString(const Token& token, uint32_t at) {
    if (diagnostics_.size() >= limits_.errors_max) return false;
    const uint32_t begin = std::min(at, uint32_t(text_.size()));
    const uint32_t end = std::min(begin + 1, uint32_t(text_.size()));
    diagnostics_.AddError("Invalid JSON string", "There is a syntax error in the given JSON string.",
                          SourceRange{source_, begin, end},
                          SourceRange{source_, token.begin, std::max(end, token.end)});
    return false;
  }

  // Appends to the list of what is in `container`; `last` is the one before, or 0.
  uint32_t AddTo(uint32_t container, uint32_t& last) {
    const uint32_t index = Add();
    (last == 0 ? records_[container].first : records_[last].next) = index;
    last = index;
    return index;
  }

  void ReadObject(uint32_t index) {
    records_[index].kind = JsonKind::kObject;
    const Token open = Advance();
    uint32_t last = 0;
    while (token_.kind != Kind::kObjectClose) {
      const Token name = token_;
      if (name.kind == Kind::kEnd) {
        ReportUnclosed(open, /*is_object=*/true);
        return Close(index);
      }
      if (name.kind != Kind::kString) {
        Report("Invalid object property name", "A JSON object property name must be a string", name);
        return Recover(index, Kind::kObjectOpen, Kind::kObjectClose);
      }
      const bool is_valid = CheckString(name);
      Advance();
      if (token_.kind != Kind::kColon) {
        ReportMissingColon(token_);
        return Recover(index, Kind::kObjectOpen, Kind::kObjectClose);
      }
      Advance();
      const uint32_t member = AddTo(index, last);
      records_[member].name_begin = name.begin;
      records_[member].name_end = name.end;
      ReadValue(member);
      if (!is_valid) records_[member].kind = JsonKind::kInvalid;
      if (token_.kind == Kind::kObjectClose) break;
      if (!EndItem(index, open, Kind::kObjectOpen, Kind::kObjectClose)) return;
    }
    Advance();
    Close(index);
  }

  void ReportMissingColon(const Token& token) {
    if (token.kind == Kind::kObjectClose || token.kind == Kind::kComma) {
      Report("Missing object value", "A JSON object attribute must have a value, introduced by a colon.",
             token);
    } else if (token.kind == Kind::kEquals) {
      Report("Missing property value colon",
             "JSON uses a colon as its name/value delimiter, not an equals sign.", token);
    } else {
      Report("Missing property value colon",
             "A colon must appear between an object property's name and its value.", token);
    }
  }

  void ReadArray(uint32_t index) {
    records_[index].kind = JsonKind::kArray;
    const Token open = Advance();
    uint32_t last = 0;
    while (token_.kind != Kind::kArrayClose) {
      ReadValue(AddTo(index, last));
      if (token_.kind == Kind::kArrayClose) break;
      if (!EndItem(index, open, Kind::kArrayOpen, Kind::kArrayClose)) return;
    }
    Advance();
    Close(index);
  }

  void ReportUnclosed(const Token& open, bool is_object) {
    ReportEnd("Unclosed object",
              is_object ? "No closing brace was found for this JSON object."
                        : "No closing bracket was found for this JSON array.",
              open);
  }

  // Behind an item that is not the last one: takes the comma; else reports, recovers, and is false.
  bool EndItem(uint32_t index, const Token& open, Kind opening, Kind closing) {
    const bool is_object = closing == Kind::kObjectClose;
    const Token token = token_;
    if (token.kind == Kind::kComma) {
      Advance();
      if (token_.kind != closing) return true;
      Report(is_object ? "Trailing comma in object" : "Trailing comma in array",
             is_object ? "JSON does not permit a trailing comma after the final property in an object."
                       : "JSON does not permit a trailing comma after the final value in an array.",
             token);
    } else if (token.kind == Kind::kEnd) {
      ReportUnclosed(open, is_object);
    } else if (token.kind == Kind::kArrayClose && is_object) {
      Report("Mismatched braces", "A JSON object must be closed with a brace, not a bracket.", token);
    } else if (token.kind == Kind::kObjectClose && !is_object) {
      Report("Mismatched brackets", "A JSON array must be closed with a bracket, not a brace.", token);
    } else if (token.kind == Kind::kColon && !is_object) {
      Report("Invalid array value", "A colon is not used to introduce values in a JSON array.", token);
    } else {
      Report("Missing attribute separator comma",
             is_object ? "A comma must appear between each property definition in an object."
                       : "A comma must appear between each value in an array.",
             token);
    }
    Recover(index, opening, closing);
    return false;
  }

  // Goes on behind the bracket that closes the array or object that `index` is.
  void Recover(uint32_t index, Kind opening, Kind closing) {
    for (size_t open = 1; token_.kind != Kind::kEnd; Advance()) {
      if (token_.kind == opening) ++open;
      if (token_.kind == closing && --open == 0) {
        Advance();
        break;
      }
    }
    Close(index);
  }

  // An array or object ends with the last character before the next token.
  void Close(uint32_t index) {
    JsonTree::Record& record = records_[index];
    record.end = token_.begin;
    while (record.end > record.begin + 1 &&
           std::string_view(" \t\r\n").find(text_[record.end - 1]) != std::string_view::npos) {
      --record.end;
    }
  }

  const std::shared_ptr<const Source> source_;
  const ParseLimits& limits_;
  const std::string_view text_;
  uint32_t at_ = 0;
  Token token_;
  uint32_t depth_ = 0;
  bool ended_ = false;
  std::vector<JsonTree::Record> records_;
  JsonTree::DecodedTexts decoded_;
  Diagnostics diagnostics_;
};

}  // namespace

JsonParseResult ParseJsonSyntax(std::shared_ptr<const Source> source, const ParseLimits& limits) {
  return Reader(std::move(source), limits).Read();
}

}  // namespace cairn::hcl
