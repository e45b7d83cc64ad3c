#pragma once

// JSON as a syntax for bodies: a strict reader that keeps places, and native expressions within strings.
// (data/json.h has plain values. What bodies and expressions make of it: body.h.)

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/parser.h"
#include "hcl/source.h"
#include "hcl/syntax.h"

namespace cairn::hcl {

enum class JsonKind : uint8_t { kInvalid, kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

class JsonTree;

// A value in a tree, and its name if it is a member of an object. A handle of 16 bytes, valid as long as the
// tree.
class JsonValue {
 public:
  JsonValue() = default;
  JsonValue(const JsonTree* tree, uint32_t index) : tree_(tree), index_(index) {}

  explicit operator bool() const { return tree_ != nullptr; }
  bool operator==(const JsonValue&) const = default;
  const JsonTree& tree() const { return *tree_; }

  JsonKind kind() const;
  SourceRange range() const;
  SourceRange start_range() const;  // the opening brace or bracket; else all of it
  SourceRange close_range() const;  // the closing brace of an object
  std::string_view raw() const;     // as it is written

  // Of an array or object: the first one in it. Of what is in one: the next one. None if there is none.
  JsonValue first() const;
  JsonValue next() const;

  std::string_view text() const;  // of a kString, escapes replaced
  std::string_view name() const;  // of a member, escapes replaced
  SourceRange name_range() const;

 private:
  friend class JsonTree;
  const JsonTree* tree_ = nullptr;
  uint32_t index_ = 0;
};

// Immutable but for a memory of what was asked; thread-safe.
class JsonTree {
 public:
  struct Record {
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t name_begin = 0;  // of a member, with the quotes
    uint32_t name_end = 0;
    uint32_t first = 0;  // 0: none, as the root is in nothing
    uint32_t next = 0;
    JsonKind kind = JsonKind::kInvalid;
  };
  // Strings with escapes, by the place of their opening quote.
  struct Decoded {
    std::string text;
    std::vector<Source::Piece> pieces;
  };
  using DecodedTexts = std::unordered_map<uint32_t, Decoded>;

  JsonTree(std::shared_ptr<const Source> source, std::vector<Record> records, DecodedTexts decoded);
  JsonTree(const JsonTree&) = delete;
  JsonTree& operator=(const JsonTree&) = delete;
  ~JsonTree();

  const std::shared_ptr<const Source>& source() const { return source_; }
  JsonValue root() const { return {this, 0}; }

  // What a string (or a member's name) says as a template, or as an expression: parsed when first asked for,
  // and kept as long as the tree. Ranges within it are those of the file.
  const ParseResult& TemplateOf(JsonValue string, bool is_name) const;
  const ParseResult& ExpressionOf(JsonValue string) const;

 private:
  friend class JsonValue;

  const Record& RecordOf(JsonValue value) const { return records_[value.index_]; }
  std::string_view TextOf(uint32_t begin, uint32_t end) const;
  const ParseResult& Parsed(uint32_t begin, uint32_t end, bool is_template) const;

  std::shared_ptr<const Source> source_;
  std::vector<Record> records_;
  DecodedTexts decoded_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<uint32_t, bool>, ParseResult> parsed_;  // guarded by mutex_
};

struct JsonParseResult {
  std::shared_ptr<const JsonTree> tree;  // never null; has kInvalid values where something is wrong
  Diagnostics diagnostics;
};

// The one value in a text (RFC 8259), which should be an object or an array of objects. The first mistake
// ends it: what follows is not looked at. Depth is that of arrays and objects within each other.
JsonParseResult ParseJsonSyntax(std::shared_ptr<const Source> source, const ParseLimits& limits = {});

}  // namespace cairn::hcl
