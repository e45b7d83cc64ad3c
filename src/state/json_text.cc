#include "state/json_text.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text_escape.h"
#include "hcl/unicode.h"

namespace cairn::state {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

struct StructuralTable {
  bool is[256] = {};
  constexpr StructuralTable() {
    for (const char c : {'"', '{', '}', '[', ']'}) is[uint8_t(c)] = true;
  }
};
constexpr StructuralTable kStructural;

void AppendLine(std::string& out, size_t depth) {
  out += '\n';
  out.append(2 * depth, ' ');
}

// The offset behind the string that begins at `at`.
size_t EndOfString(std::string_view json, size_t at) {
  for (++at; json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

// `quoted` with what would be markup in a page escaped.
void AppendEscapedString(std::string& out, std::string_view quoted) {
  size_t done = 0;
  for (size_t i = 0; i < quoted.size(); ++i) {
    const char c = quoted[i];
    std::string_view escape;
    size_t length = 1;
    if (c == '<') escape = "\\u003c";
    if (c == '>') escape = "\\u003e";
    if (c == '&') escape = "\\u0026";
    if (c == '\xE2') {
      length = 3;
      if (quoted.substr(i, 3) == "\u2028") escape = "\\u2028";
      if (quoted.substr(i, 3) == "\u2029") escape = "\\u2029";
    }
    if (escape.empty()) continue;
    out += quoted.substr(done, i - done);
    out += escape;
    done = i + length;
    i = done - 1;
  }
  out += quoted.substr(done);
}

std::optional<uint32_t> HexUnit(std::string_view text, size_t at) {
  uint32_t unit = 0;
  for (const char c : text.substr(at, 4)) {
    unit = unit * 16 + uint32_t(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return text.size() - at >= 4 ? std::optional(unit) : std::nullopt;
}

// Appends what the escape \u at `at` (of its digits) stands for; the offset behind it.
size_t AppendUnicodeEscape(std::string& out, std::string_view text, size_t at) {
  uint32_t unit = HexUnit(text, at).value_or(0xFFFD);
  at += 4;
  if (unit >= 0xD800 && unit < 0xDC00 && text.substr(at, 2) == "\\u") {
    const uint32_t low = HexUnit(text, at + 2).value_or(0);
    if (low >= 0xDC00 && low < 0xE000) {
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      at += 6;
    }
  }
  if (unit >= 0xD800 && unit < 0xE000) unit = 0xFFFD;
  hcl::AppendCharacter(out, unit);
  return at;
}

void AppendUtf8(std::string& out, std::string_view text) {
  if (IsUtf8(text)) {
    out += text;
    return;
  }
  while (!text.empty()) {
    size_t length = 0;
    hcl::AppendCharacter(out, hcl::DecodeCharacter(text, length));
    text.remove_prefix(length);
  }
}

}  // namespace

JsonText JsonText::Of(std::string text) {
  JsonText out{.owner = std::make_shared<const std::string>(std::move(text))};
  out.text = *out.owner;
  return out;
}

void AppendLaidOut(std::string& out, std::string_view json, size_t depth) {
  bool opened = false;  // nothing stands in the innermost array or object yet
  for (size_t i = 0; i < json.size();) {
    const char c = json[i];
    if (IsBlank(c)) {
      ++i;
      continue;
    }
    const bool closes = c == '}' || c == ']';
    if (opened && !closes) AppendLine(out, ++depth);
    switch (c) {
      case '"': {
        const size_t end = EndOfString(json, i);
        AppendEscapedString(out, json.substr(i, end - i));
        i = end;
        break;
      }
      case ',':
        out += c;
        AppendLine(out, depth);
        ++i;
        break;
      case ':':
        out += ": ";
        ++i;
        break;
      case '}':
      case ']':
        if (!opened) AppendLine(out, --depth);
        [[fallthrough]];
      default:
        out += c;
        ++i;
    }
    opened = c == '{' || c == '[';
  }
}

std::string_view ToString(JsonKind kind) {
  static constexpr std::string_view kNames[] = {"null", "bool", "number", "string", "array", "object"};
  return kNames[size_t(kind)];
}

std::string UnquoteJson(std::string_view quoted) {
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  std::string out;
  out.reserve(text.size());
  size_t done = 0;
  while (true) {
    const size_t escape = text.find('\\', done);
    AppendUtf8(out, text.substr(done, escape - done));
    if (escape == text.npos) return out;
    const char selector = text[escape + 1];
    done = escape + 2;
    if (selector == 'u') {
      done = AppendUnicodeEscape(out, text, done);
    } else {
      constexpr std::string_view kSelectors = "bfnrt", kCharacters = "\b\f\n\r\t";
      const size_t which = kSelectors.find(selector);
      out += which == kSelectors.npos ? selector : kCharacters[which];
    }
  }
}

void JsonReader::SkipBlanks() {
  while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
}

JsonKind JsonReader::Peek() {
  SkipBlanks();
  switch (text_[at_]) {
    case 'n':
      return JsonKind::kNull;
    case 't':
    case 'f':
      return JsonKind::kBool;
    case '"':
      return JsonKind::kString;
    case '[':
      return JsonKind::kArray;
    case '{':
      return JsonKind::kObject;
    default:
      return JsonKind::kNumber;
  }
}

// The offset behind the array or object that begins at `begin`.
size_t JsonReader::EndOfNested(size_t begin) const {
  if (laid_out_) {
    const char close = text_[begin] == '{' ? '}' : ']';
    if (text_[begin + 1] == close) return begin + 2;
    std::string end = "\n" + std::string(2 * depth_, ' ') + close;
    return text_.find(end, begin) + end.size();
  }
  size_t depth = 0;
  size_t at = begin;
  do {
    while (!kStructural.is[uint8_t(text_[at])]) ++at;
    if (text_[at] == '"') {
      at = EndOfString(text_, at);
      continue;
    }
    depth += text_[at] == '{' || text_[at] == '[' ? 1 : size_t(-1);
    ++at;
  } while (depth > 0);
  return at;
}

std::string_view JsonReader::Take() {
  const JsonKind kind = Peek();
  const size_t begin = at_;
  if (kind == JsonKind::kString) {
    at_ = EndOfString(text_, begin);
  } else if (kind == JsonKind::kObject || kind == JsonKind::kArray) {
    at_ = EndOfNested(begin);
  } else {
    at_ = std::min(text_.find_first_of(",]} \n\r\t", begin), text_.size());
  }
  return text_.substr(begin, at_ - begin);
}

std::string JsonReader::TakeString() {
  assert(Peek() == JsonKind::kString);
  return UnquoteJson(Take());
}

bool JsonReader::TakeBool() {
  assert(Peek() == JsonKind::kBool);
  return Take() == "true";
}

void JsonReader::Enter() {
  SkipBlanks();
  ++at_;
  ++depth_;
  first_ = true;
}

bool JsonReader::AtEnd() {
  SkipBlanks();
  if (text_[at_] == '}' || text_[at_] == ']') {
    ++at_;
    --depth_;
    first_ = false;
    return true;
  }
  if (!std::exchange(first_, false)) ++at_;  // the comma
  return false;
}

std::optional<std::string_view> JsonReader::NextName() {
  if (AtEnd()) return std::nullopt;
  const std::string_view quoted = Take();
  SkipBlanks();
  ++at_;  // the colon
  const std::string_view raw = quoted.substr(1, quoted.size() - 2);
  if (!raw.contains('\\')) return raw;
  name_ = UnquoteJson(quoted);
  return name_;
}

bool JsonReader::NextElement() {
  return !AtEnd();
}

}  // namespace cairn::state
