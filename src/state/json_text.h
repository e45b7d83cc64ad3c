#pragma once

// JSON that is read where it lies and copied as it is: parts of a text are found, not built.
//
// Texts are checked once, whole; a JsonReader then goes through one without checking again.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::state {

// A part of a text that it keeps alive: one value. A value, cheap to copy.
struct JsonText {
  std::shared_ptr<const std::string> owner = {};
  std::string_view text = {};
  // As AppendLaidOut would write it at the depth where it belongs.
  bool laid_out = false;

  bool empty() const { return text.empty(); }
  // Owns a copy of `text`.
  static JsonText Of(std::string text);
};

inline constexpr size_t kJsonDepthMax = 10'000;  // arrays and objects within each other, as the peer's reader

struct JsonCheck {
  // Of what is wrong: one more than the offset of the byte that does not belong there, or the size of a text
  // that ends too early; absent if nothing is.
  std::optional<size_t> error_offset = {};
  bool laid_out = false;  // as AppendLaidOut lays it out at depth 0, with a newline at the end
};

// Whether `text` is one JSON value, in one pass.
JsonCheck CheckJson(std::string_view text);

// Appends `json`, which is correct, one member or element a line, by two blanks for each of the arrays and
// objects that are around it (`depth`) or within; <, >, & and U+2028 and U+2029 in strings become escapes;
// all else is kept byte for byte.
void AppendLaidOut(std::string& out, std::string_view json, size_t depth);

enum class JsonKind : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

// "array", as the peer's messages name it.
std::string_view ToString(JsonKind kind);

// Goes through a text that CheckJson found nothing wrong with, or one value of such a text.
//
//   if (reader.EnterObject()) while (auto name = reader.NextName()) { … reader.Skip() … }
class JsonReader {
 public:
  // `laid_out`: it is a whole text of which CheckJson said so; values are skipped faster.
  explicit JsonReader(std::string_view text, bool laid_out = false) : text_(text), laid_out_(laid_out) {}

  JsonKind Peek();  // of the next value

  // Take the next value, which is of that kind.
  std::string TakeString();
  bool TakeBool();
  // The text of the next value, whatever it is.
  std::string_view Take();
  // Into the next value, which is of that kind; the following calls concern what is within, up to the one
  // that finds nothing more.
  void EnterObject() { Enter(); }
  void EnterArray() { Enter(); }
  std::optional<std::string_view> NextName();  // valid until the next call
  bool NextElement();

 private:
  void Enter();
  void SkipBlanks();
  size_t EndOfNested(size_t begin) const;
  bool AtEnd();

  std::string_view text_;
  std::string name_;  // the last one that had escapes
  size_t at_ = 0;
  size_t depth_ = 0;
  bool laid_out_;
  bool first_ = false;  // nothing was taken yet of what was entered last
};

// The value of a JSON string, quotes included; what is not UTF-8, and half surrogates, become U+FFFD.
std::string UnquoteJson(std::string_view quoted);

}  // namespace cairn::state
