#pragma once

// Values of the language, as cty has them: each has a type and is null, unknown (with refinements: what is
// known about it all the same), or known; and it may carry marks, which follow it through every operation.
//
// A Value is immutable and cheap to copy: booleans and small whole numbers are kept inside, everything else
// is shared. Thread-safe to copy and read.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hcl/number.h"
#include "hcl/shared.h"
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
constexpr Marks& operator|=(Marks& a, Marks b) {
  return a = a | b;
}

class Value;
struct NamedValue;

// What is known about an unknown value. Bounds that say nothing are absent.
struct Refinement {
  bool not_null = false;
  std::string prefix = {};                   // of a string: a StablePrefix (unicode.h)
  std::optional<Number> min = {}, max = {};  // of a number
  bool min_inclusive = true, max_inclusive = true;
  int64_t length_min = 0;  // of a collection
  std::optional<int64_t> length_max = {};

  bool operator==(const Refinement&) const = default;
};

// As much of `text` as stays its beginning whatever follows: a last letter may yet get an accent, so it is
// left off. For Refinement::prefix.
std::string SafePrefix(std::string_view text);

class Value {
 public:
  Value() = default;  // null, of dynamic type

  static Value Null(const Type& type);
  // Refinements that decide the value (a length of 0, equal bounds) give that value; those that do not
  // concern the type are dropped, all of them for a dynamic one.
  static Value Unknown(const Type& type);
  static Value Unknown(const Type& type, Refinement refinement);
  static Value UnknownNotNull(const Type& type);
  // Unknown, even of what type.
  static Value Dynamic() { return Unknown(Type::Dynamic()); }

  static Value Bool(bool value);
  static Value Number(const hcl::Number& value);
  static Value Int(int64_t value);
  // Any text in UTF-8; normalised to NFC. Bytes that are not UTF-8 become U+FFFD.
  static Value String(std::string_view text);

  // Elements have the element's type; where one is null or unknown and its type dynamic, it becomes one of
  // that type.
  static Value List(const Type& element, std::vector<Value> elements);
  // Equal elements become one; the marks of elements move to the set.
  static Value Set(const Type& element, std::vector<Value> elements);
  // Of several entries of a name the last counts. Names are normalised.
  static Value Map(const Type& element, std::vector<NamedValue> entries);
  static Value Tuple(std::vector<Value> elements);
  // As for maps.
  static Value Object(std::vector<NamedValue> attributes);
  // Of a list, set, tuple or object type without optional attributes: the elements in its order. Cheaper for
  // many values of one type.
  static Value Of(const Type& type, std::vector<Value> elements);

  const Type& type() const;
  TypeKind kind() const { return kind_; }
  bool IsNull() const { return state_ == State::kNull; }
  bool IsKnown() const { return state_ != State::kUnknown; }  // null is known
  bool IsWhollyKnown() const;                                 // and so is all within
  // Neither null nor unknown.
  bool HasContent() const { return state_ == State::kKnown; }
  const Refinement& refinement() const;  // of an unknown value
  // Known and not null, or unknown and certainly not null.
  bool IsNeverNull() const { return state_ == State::kKnown || (!IsNull() && refinement().not_null); }
  // An unknown value as before but not null; any other one as it is.
  Value RefinedNotNull() const;

  // Of a known value that is not null and of that kind. The text lives as long as the value or a copy of it.
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
  // How many values there are within, itself included, and one more for every kWeightBytes of a text or name:
  // each as often as it occurs, though it be shared. What is made of all of a value takes so much time and
  // room. No less than the type's. At most the greatest number.
  uint64_t weight() const;
  // Of a set: whether a known element equals it.
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

  // The canonical order of sets' elements, and of values of one type in general: unknown after known, null
  // last; strings by bytes, numbers by value, false before true, others by a text that stands for what is in
  // them. 0 for equal values, for two nulls, and for any two unknown ones.
  static int CompareForSet(const Value& a, const Value& b);

 private:
  enum class State : uint8_t { kKnown, kNull, kUnknown };
  enum class About : uint8_t { kNothing, kNotNull, kRefined };  // what is known about an unknown value
  struct Text;                                                  // behind a known string
  struct Typed;                                                 // behind what follows: its type
  struct Sequence;   // behind a known list, set, map, tuple or object
  struct Uncertain;  // behind an unknown value with refinements

  Value(TypeKind kind, State state) : kind_(kind), state_(state) {}
  Value(TypeKind kind, State state, const Shared* rep) : rep_(rep), kind_(kind), state_(state) {}
  static Value FromSequence(const Type& type, std::vector<Value> elements, std::vector<std::string> names);
  template <typename T>
  const T& As() const;
  Value OfType(const Type& type) const;

  Ref<Shared> rep_;         // null: nothing more than what is here
  int64_t small_ = 0;       // a boolean, or a number that Number has no Big for
  uint32_t precision_ = 0;  // of that number
  TypeKind kind_ = TypeKind::kDynamic;
  State state_ = State::kNull;
  Marks marks_ = Marks::kNone;
  About about_ = About::kNothing;
};

struct NamedValue {
  std::string name;
  Value value;
};

}  // namespace cairn::hcl
