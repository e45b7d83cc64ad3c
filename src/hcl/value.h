#pragma once

// Values of the language, as cty has them: each has a type and is null, unknown (with refinements: what is
// known about it all the same), or known; and it may carry marks, which follow it through every operation.
//
// A Value is immutable and cheap to copy: booleans and small whole numbers are kept inside, everything else
// is shared. Thread-safe to copy and read.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hcl/number.h"
#include "hcl/type.h"

namespace cairn::hcl {

// A set of marks.
enum class Marks : uint8_t {
  kNone = 0,
  kSensitive = 1,   // not to be shown
  kEphemeral = 2,   // not to be stored
  kDeprecated = 4,  // comes from something that will be removed
};
constexpr Marks operator|(Marks a, Marks b) {
  return Marks(uint8_t(a) | uint8_t(b));
}
constexpr Marks operator&(Marks a, Marks b) {
  return Marks(uint8_t(a) & uint8_t(b));
}
constexpr Marks operator~(Marks a) {
  return Marks(~uint8_t(a));
}

class Value;
struct NamedValue;

// What is known about an unknown value. Bounds that say nothing are absent.
struct Refinement {
  bool not_null = false;
  std::string prefix = {};                   // of a string
  std::optional<Number> min = {}, max = {};  // of a number
  bool min_inclusive = true, max_inclusive = true;
  int64_t length_min = 0;  // of a collection
  std::optional<int64_t> length_max = {};

  bool operator==(const Refinement&) const = default;
};

class Value {
 public:
  Value() : Value(Null(Type::Dynamic())) {}

  static Value Null(Type type);
  // Refinements that decide the value (a length of 0, equal bounds) give that value.
  static Value Unknown(Type type, Refinement refinement = {});
  // Unknown, even of what type.
  static Value Dynamic() { return Unknown(Type::Dynamic()); }

  static Value Bool(bool value);
  static Value Number(hcl::Number value);
  static Value Int(int64_t value);
  // Any text in UTF-8; normalised to NFC. Bytes that are not UTF-8 become U+FFFD.
  static Value String(std::string_view text);

  // Elements have the element's type, or are of dynamic type where that is.
  static Value List(Type element, std::vector<Value> elements);
  // Equal elements become one; the marks of elements move to the set.
  static Value Set(Type element, std::vector<Value> elements);
  // Of several entries of a name the last counts. Names are normalised.
  static Value Map(Type element, std::vector<NamedValue> entries);
  static Value Tuple(std::vector<Value> elements);
  static Value Object(std::vector<NamedValue> attributes);

  const Type& type() const { return type_; }
  bool IsNull() const { return state_ == State::kNull; }
  bool IsKnown() const { return state_ != State::kUnknown; }  // null is known
  bool IsWhollyKnown() const;                                 // and so is all within
  const Refinement& refinement() const;                       // of an unknown value

  // Of a known value that is not null and of that kind.
  bool AsBool() const;
  hcl::Number AsNumber() const;
  std::string_view AsString() const;
  // Of a list, set (in canonical order), tuple; of a map or object: in the order of the names' bytes.
  std::span<const Value> elements() const;
  size_t size() const { return elements().size(); }
  // Of a map or object: the name of elements()[i].
  std::string_view name(size_t i) const;
  // Of a map or object; null if there is none of that name.
  const Value* Find(std::string_view name) const;
  // Of a set.
  bool Contains(const Value& element) const;

  // The marks of this value itself, not of what is within (a set has those of its elements).
  Marks marks() const { return marks_; }
  Marks MarksWithin() const;  // of itself and everything within
  bool Has(Marks any) const { return (marks_ & any) != Marks::kNone; }
  Value WithMarks(Marks more) const;
  Value WithoutMarks() const;        // of its own
  Value WithoutMarksWithin() const;  // nor of anything within

  // The same value, type, state and marks throughout; unknown values are equal if their refinements are. Not
  // the language's `==` (operations.h).
  friend bool operator==(const Value& a, const Value& b);

  // The canonical order of sets' elements, and of values in general: total over values of one type.
  static int CompareForSet(const Value& a, const Value& b);

 private:
  enum class State : uint8_t { kKnown, kNull, kUnknown };
  struct Rep;

  Type type_;
  State state_ = State::kNull;
  Marks marks_ = Marks::kNone;
  bool is_small_ = false;  // small_ holds a boolean or a number of 64 bits
  int64_t small_ = 0;
  std::shared_ptr<const Rep> rep_;
};

struct NamedValue {
  std::string name;
  Value value;
};

}  // namespace cairn::hcl
