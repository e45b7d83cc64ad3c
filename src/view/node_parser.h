#pragma once

// JSON text to Nodes, for node.cc. The usual JSON parsers drop what plans must show: how a number is written.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "view/node.h"

namespace cairn::view {

inline constexpr size_t kNodeDepthMax = 1000;

// RFC 8259, of several members of a name the last one counts.
class NodeParser {
 public:
  explicit NodeParser(std::string_view text) : text_(text) {}

  std::optional<Node> Parse();

 private:
  bool ParseValue(Node& out, size_t depth);
  bool ParseArray(Node& out, size_t depth);
  bool ParseObject(Node& out, size_t depth);
  bool ParseString(std::string& out);
  bool ParseEscape(std::string& out);
  bool ParseHex(uint32_t& out);
  bool ParseNumber(std::string& out);
  bool ParseWord(std::string_view word);
  bool Digits();
  void SkipBlanks();
  bool Take(char c);

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace cairn::view
