#pragma once

// A value as a plan shows it: what JSON can say, with what is unknown or sensitive beside it. Lists, sets and
// tuples become arrays, maps and objects objects.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/schema.h"
#include "hcl/value.h"

namespace cairn::view {

struct Node {
  enum class Kind : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  bool truth = false;
  bool unknown = false;      // and then of kind kNull
  Kind shape = Kind::kNull;  // of something unknown: array or object, if it will be one
  bool sensitive = false;
  std::string text = {};                // of a string; a number's digits
  std::vector<Node> items;              // of an array or object
  std::vector<std::string> names = {};  // of an object: of each item, sorted by their bytes

  const Node* Find(std::string_view name) const;  // null if there is none
};

Node ToNode(const hcl::Value& value);

// The value of a body: what its schema calls sensitive is so, too. Sets that hold such a thing are sensitive
// as a whole.
Node ToNode(const hcl::Value& value, const hcl::BlockSchema& schema);

// The JSON value that `text` is, its numbers as they are written; nothing if it is none, or more than
// kNodeDepthMax deep (node_parser.h).
std::optional<Node> ParseNode(std::string_view text);

// As JSON: whatever is sensitive; unknown attributes are missing, and unknown elements null.
bool SameData(const Node& a, const Node& b);

}  // namespace cairn::view
