#include "registry/cli_syntax.h"

#include <optional>
#include <utility>

#include "data/json.h"

namespace cairn::registry {
namespace {

using Items = std::vector<CliItem>;

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool IsNamePart(char c) {
  return IsNameStart(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::expected<Items, CliSyntaxError> File() {
    Items items;
    if (!ReadItems(items, 0) || (SkipBlanks(), at_ < text_.size() && !Fail("an unexpected character"))) {
      return std::unexpected(error_);
    }
    return items;
  }

 private:
  bool Fail(std::string message) {
    error_ = {std::move(message), static_cast<uint32_t>(at_)};
    return false;
  }
  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void SkipLine() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void SkipBlanks() {
    while (at_ < text_.size()) {
      const char c = Peek();
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        ++at_;
      } else if (c == '#' || (c == '/' && Peek(1) == '/')) {
        SkipLine();
      } else if (c == '/' && Peek(1) == '*') {
        const size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  // Items up to "}" or the end.
  bool ReadItems(Items& items, size_t depth) {
    if (depth > kCliDepthMax) return Fail("nested too deeply");
    for (;;) {
      SkipBlanks();
      if (at_ == text_.size() || Peek() == '}') return true;
      CliItem item{.keys = {}, .offset = static_cast<uint32_t>(at_)};
      if (!ReadKeys(item)) return false;
      item.assigned = Peek() == '=';
      if (item.assigned) ++at_;
      SkipBlanks();
      if (!ReadValue(item.value, depth + 1)) return false;
      items.push_back(std::move(item));
      SkipBlanks();
      if (Peek() == ',') ++at_;
    }
  }

  bool ReadKeys(CliItem& item) {
    for (;; SkipBlanks()) {
      const char c = Peek();
      if (!item.keys.empty() && (c == '=' || c == '{')) return true;
      std::string key;
      if (c == '"') {
        if (!ReadString(key)) return false;
      } else if (IsNameStart(c)) {
        key = ReadName();
      } else {
        return Fail(item.keys.empty() ? "a name is expected" : "\"=\" or \"{\" is expected");
      }
      item.keys.push_back(std::move(key));
    }
  }

  std::string ReadName() {
    const size_t begin = at_;
    while (at_ < text_.size() && IsNamePart(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  bool ReadEscape(std::string& out) {
    const char c = Peek(1);
    constexpr std::string_view kNames = "nrt\"\\";
    constexpr std::string_view kMeanings = "\n\r\t\"\\";
    const size_t which = kNames.find(c);
    if (c == '\0' || which == std::string_view::npos) return Fail("an illegal escape");
    out += kMeanings[which];
    at_ += 2;
    return true;
  }

  bool ReadString(std::string& out) {
    for (++at_; at_ < text_.size() && Peek() != '\n';) {
      const char c = Peek();
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c != '\\') {
        out += c;
        ++at_;
      } else if (!ReadEscape(out)) {
        return false;
      }
    }
    return Fail("the string is not closed");
  }

  // <<NAME or <<-NAME, lines, a line with the name alone.
  bool ReadHeredoc(std::string& out) {
    at_ += 2;
    if (Peek() == '-') ++at_;
    const std::string name = ReadName();
    if (name.empty() || Peek() != '\n') return Fail("a heredoc needs a name");
    for (++at_; at_ < text_.size(); ++at_) {
      const size_t begin = at_;
      SkipLine();
      std::string_view line = text_.substr(begin, at_ - begin);
      const size_t first = std::min(line.find_first_not_of(" \t"), line.size());
      if (line.substr(first) == name) return true;
      out += std::string(line) + "\n";
    }
    return Fail("the heredoc is not closed");
  }

  bool ReadList(CliValue& value, size_t depth) {
    value.kind = CliValue::Kind::kList;
    ++at_;
    for (;;) {
      SkipBlanks();
      if (Peek() == ']') {
        ++at_;
        return true;
      }
      if (!ReadValue(value.elements.emplace_back(), depth + 1)) return false;
      SkipBlanks();
      if (Peek() == ',') {
        ++at_;
      } else if (Peek() != ']') {
        return Fail("\",\" or \"]\" is expected");
      }
    }
  }

  bool ReadObject(CliValue& value, size_t depth) {
    value.kind = CliValue::Kind::kObject;
    ++at_;
    if (!ReadItems(value.items, depth)) return false;
    if (Peek() != '}') return Fail("\"}\" is expected");
    ++at_;
    return true;
  }

  bool ReadWord(CliValue& value) {
    const size_t begin = at_;
    while (at_ < text_.size() && (IsNamePart(text_[at_]) || text_[at_] == '+')) ++at_;
    value.text = text_.substr(begin, at_ - begin);
    if (value.text == "true" || value.text == "false") {
      value.kind = CliValue::Kind::kBool;
    } else if (!value.text.empty() &&
               value.text.find_first_not_of("0123456789+-.eExX") == std::string::npos) {
      value.kind = CliValue::Kind::kNumber;
    } else {
      at_ = begin;
      return Fail("a value is expected");
    }
    return true;
  }

  bool ReadValue(CliValue& value, size_t depth) {
    if (depth > kCliDepthMax) return Fail("nested too deeply");
    value.offset = static_cast<uint32_t>(at_);
    switch (Peek()) {
      case '"':
        value.kind = CliValue::Kind::kString;
        return ReadString(value.text);
      case '[':
        return ReadList(value, depth);
      case '{':
        return ReadObject(value, depth);
      case '<':
        if (Peek(1) != '<') return Fail("a value is expected");
        value.kind = CliValue::Kind::kString;
        return ReadHeredoc(value.text);
      default:
        return ReadWord(value);
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  CliSyntaxError error_;
};

CliValue ValueOf(const data::Json& json);

// A list of objects stands for several blocks.
Items ItemsOf(const data::Json& json) {
  Items items;
  for (const auto& [key, member] : json.as_object()) {
    if (member.is_array() && !member.as_array().empty() && member.as_array()[0].is_object()) {
      for (const data::Json& element : member.as_array()) {
        items.push_back({.keys = {std::string(key)}, .value = ValueOf(element)});
      }
    } else {
      items.push_back({.keys = {std::string(key)}, .value = ValueOf(member)});
    }
  }
  return items;
}

CliValue ValueOf(const data::Json& json) {
  using Kind = CliValue::Kind;
  CliValue value;
  if (json.is_object()) {
    value.kind = Kind::kObject;
    value.items = ItemsOf(json);
  } else if (json.is_array()) {
    value.kind = Kind::kList;
    for (const data::Json& element : json.as_array()) value.elements.push_back(ValueOf(element));
  } else if (json.is_string()) {
    value.kind = Kind::kString;
    value.text = std::string(json.as_string());
  } else if (!json.is_null()) {
    value.kind = json.is_bool() ? Kind::kBool : Kind::kNumber;
    value.text = data::SerializeJson(json);
  }
  return value;
}

}  // namespace

std::expected<Items, CliSyntaxError> ParseCliSyntax(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '{') return Parser(text).File();
  const Result<data::Json> json = data::ParseJson(text, {.depth_max = kCliDepthMax});
  if (!json) return std::unexpected(CliSyntaxError{json.error().message, 0});
  return ItemsOf(*json);
}

}  // namespace cairn::registry
