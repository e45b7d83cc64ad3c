#include "view/node_parser.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "hcl/unicode.h"

namespace cairn::view {

std::optional<Node> NodeParser::Parse() {
  Node node;
  if (!ParseValue(node, 0)) return std::nullopt;
  SkipBlanks();
  if (at_ < text_.size()) return std::nullopt;
  return node;
}

bool NodeParser::ParseValue(Node& out, size_t depth) {
  SkipBlanks();
  if (at_ == text_.size() || depth > kNodeDepthMax) return false;
  switch (text_[at_]) {
    case '{':
      return ParseObject(out, depth + 1);
    case '[':
      return ParseArray(out, depth + 1);
    case '"':
      out.kind = Node::Kind::kString;
      return ParseString(out.text);
    case 't':
      out.kind = Node::Kind::kBool;
      out.truth = true;
      return ParseWord("true");
    case 'f':
      out.kind = Node::Kind::kBool;
      return ParseWord("false");
    case 'n':
      return ParseWord("null");
    default:
      out.kind = Node::Kind::kNumber;
      return ParseNumber(out.text);
  }
}

bool NodeParser::ParseArray(Node& out, size_t depth) {
  out.kind = Node::Kind::kArray;
  ++at_;
  SkipBlanks();
  if (Take(']')) return true;
  do {
    if (!ParseValue(out.items.emplace_back(), depth)) return false;
    SkipBlanks();
  } while (Take(','));
  return Take(']');
}

bool NodeParser::ParseObject(Node& out, size_t depth) {
  out.kind = Node::Kind::kObject;
  std::vector<std::pair<std::string, Node>> members;
  ++at_;
  SkipBlanks();
  if (Take('}')) return true;
  do {
    SkipBlanks();
    auto& [name, value] = members.emplace_back();
    if (!ParseString(name)) return false;
    SkipBlanks();
    if (!Take(':') || !ParseValue(value, depth)) return false;
    SkipBlanks();
  } while (Take(','));
  if (!Take('}')) return false;
  std::ranges::stable_sort(members, {},
                           [](const auto& member) -> const std::string& { return member.first; });
  for (size_t i = 0; i < members.size(); ++i) {
    if (i + 1 < members.size() && members[i].first == members[i + 1].first) continue;
    out.names.push_back(std::move(members[i].first));
    out.items.push_back(std::move(members[i].second));
  }
  return true;
}

bool NodeParser::ParseString(std::string& out) {
  if (!Take('"')) return false;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) return false;
    if (c == '\\') {
      if (!ParseEscape(out)) return false;
      continue;
    }
    size_t length = 0;
    hcl::AppendCharacter(out, hcl::DecodeCharacter(text_.substr(at_), length));
    at_ += length;
  }
  return false;
}

bool NodeParser::ParseEscape(std::string& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (++at_ == text_.size()) return false;
  const char letter = text_[at_++];
  if (letter != 'u') {
    const size_t which = kLetters.find(letter);
    if (which == std::string_view::npos) return false;
    out += kMeanings[which];
    return true;
  }
  uint32_t unit = 0;
  if (!ParseHex(unit)) return false;
  if (unit >= 0xd800 && unit < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
    const size_t mark = at_;
    uint32_t low = 0;
    at_ += 2;
    if (!ParseHex(low)) return false;
    if (low >= 0xdc00 && low < 0xe000) {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    } else {
      at_ = mark;
    }
  }
  hcl::AppendCharacter(out, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : char32_t(unit));
  return true;
}

bool NodeParser::ParseHex(uint32_t& out) {
  if (text_.size() - at_ < 4) return false;
  for (int i = 0; i < 4; ++i) {
    const char c = text_[at_++];
    if (c >= '0' && c <= '9') {
      out = out * 16 + uint32_t(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      out = out * 16 + uint32_t((c | 0x20) - 'a' + 10);
    } else {
      return false;
    }
  }
  return true;
}

bool NodeParser::ParseNumber(std::string& out) {
  const size_t begin = at_;
  Take('-');
  if (!Take('0') && !Digits()) return false;
  if (Take('.') && !Digits()) return false;
  if (Take('e') || Take('E')) {
    if (!Take('+')) Take('-');
    if (!Digits()) return false;
  }
  out = text_.substr(begin, at_ - begin);
  return true;
}

bool NodeParser::ParseWord(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool NodeParser::Digits() {
  const size_t begin = at_;
  while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
  return at_ > begin;
}

void NodeParser::SkipBlanks() {
  while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
}

bool NodeParser::Take(char c) {
  if (at_ == text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

}  // namespace cairn::view
