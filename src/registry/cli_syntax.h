#pragma once

// The syntax of the CLI configuration file: HCL as it was in its first version (names may be quoted, items
// need no lines of their own, objects may stand for blocks), or JSON.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::registry {

inline constexpr size_t kCliDepthMax = 32;

struct CliItem;

struct CliValue {
  enum class Kind { kString, kNumber, kBool, kNull, kList, kObject };
  Kind kind = Kind::kNull;
  std::string text = {};                // of a string, a number or a boolean
  std::vector<CliValue> elements = {};  // of a list
  std::vector<CliItem> items;           // of an object, in order
  uint32_t offset = 0;                  // where it begins in the text
};

// name = value, or name "label" { … }.
struct CliItem {
  std::vector<std::string> keys;  // at least one
  bool assigned = false;          // by "=" (never in JSON)
  CliValue value = {};
  uint32_t offset = 0;
};

struct CliSyntaxError {
  std::string message;
  uint32_t offset = 0;
};

// The items of a file. JSON where its first character other than white space is "{".
std::expected<std::vector<CliItem>, CliSyntaxError> ParseCliSyntax(std::string_view text);

}  // namespace cairn::registry
