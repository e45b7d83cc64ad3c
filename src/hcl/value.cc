#include "hcl/value.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "base/text_escape.h"
#include "hcl/unicode.h"
#include "hcl/value_order.h"

namespace cairn::hcl {
namespace {

// Lists of known length whose elements are unknown are spelled out up to this length.
constexpr int64_t kUnknownElementsMax = 1024;

constinit const std::array kPrimitives = {Type(TypeKind::kDynamic), Type(TypeKind::kBool),
                                          Type(TypeKind::kNumber), Type(TypeKind::kString)};
const Refinement kNothingKnown{};
const Refinement kNotNull{.not_null = true};

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; });
}

// Of entries of one name the last stays.
void SortByName(std::vector<NamedValue>& entries) {
  for (NamedValue& entry : entries) {
    if (!IsAscii(entry.name)) entry.name = Normalize(entry.name);
  }
  const auto not_before = [](const NamedValue& a, const NamedValue& b) { return a.name >= b.name; };
  if (std::ranges::adjacent_find(entries, not_before) == entries.end()) return;
  std::ranges::stable_sort(entries, {}, &NamedValue::name);
  const auto same = [](const NamedValue& a, const NamedValue& b) { return a.name == b.name; };
  entries.erase(entries.begin(), std::unique(entries.rbegin(), entries.rend(), same).base());
}

bool IsEmpty(const Refinement& refinement) {
  return refinement == kNothingKnown;
}

// Without what says nothing about values of `type`.
Refinement Relevant(TypeKind kind, Refinement refinement) {
  const bool is_string = kind == TypeKind::kString;
  const bool is_number = kind == TypeKind::kNumber;
  const bool is_collection = kind >= TypeKind::kList && kind <= TypeKind::kMap;
  if (kind == TypeKind::kDynamic) return {};
  if (!is_string) refinement.prefix.clear();
  if (!is_number) refinement.min = refinement.max = std::nullopt;
  if (!refinement.min) refinement.min_inclusive = true;
  if (!refinement.max) refinement.max_inclusive = true;
  if (!is_collection) {
    refinement.length_min = 0;
    refinement.length_max = std::nullopt;
  }
  return refinement;
}

}  // namespace

// Its bytes are behind it.
struct Value::Text : Shared {
  size_t size = 0;

  static const Text* Create(std::string_view text) {
    auto* out = new (Tail{text.size()}) Text;
    out->size = text.size();
    std::memcpy(static_cast<void*>(out + 1), text.data(), text.size());
    return out;
  }
  std::string_view view() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};

struct Value::Typed : Shared {
  explicit Typed(const Type& of) : type(of) {}
  Type type;
};

struct Value::Sequence : Typed {
  Sequence(const Type& of, std::vector<Value> all, std::vector<std::string> keys)
      : Typed(of),
        elements(std::move(all)),
        names(std::move(keys)),
        weight(elements.empty() ? of.weight() : 1) {
    for (const Value& element : elements) {
      marks |= element.MarksWithin();
      is_wholly_known &= element.IsWhollyKnown();
      weight = AddWeight(weight, element.weight());
    }
    for (const std::string& name : names) weight = AddWeight(weight, name.size() / kWeightBytes);
    if (!of.Is(TypeKind::kObject)) return;
    for (const ObjectAttribute& attribute : of.attributes()) {
      weight = AddWeight(weight, attribute.name.size() / kWeightBytes);
    }
  }

  std::vector<Value> elements;
  std::vector<std::string> names;  // of a map
  Marks marks = Marks::kNone;      // within
  bool is_wholly_known = true;
  uint64_t weight;
};

struct Value::Uncertain : Typed {
  Uncertain(const Type& of, Refinement known) : Typed(of), refinement(std::move(known)) {}
  Refinement refinement;
};

template <typename T>
const T& Value::As() const {
  return static_cast<const T&>(*rep_);
}

std::string SafePrefix(std::string_view text) {
  size_t whole = text.size();  // without a character that is cut off
  while (whole > 0 && text.size() - whole < 3 && (uint8_t(text[whole - 1]) & 0xC0) == 0x80) --whole;
  if (whole > 0 && uint8_t(text[whole - 1]) >= 0xC0) --whole;
  if (Utf8Length(text.substr(whole)) + whole == text.size()) whole = text.size();
  std::string prefix = Normalize(text.substr(0, whole));
  if (prefix.empty()) return prefix;
  constexpr std::string_view kNeverPartOfALetter = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";
  if (kNeverPartOfALetter.find(prefix.back()) != std::string_view::npos) return prefix;
  size_t last = 0;
  for (size_t at = 0; at < prefix.size(); at += GraphemeLength(std::string_view(prefix).substr(at)))
    last = at;
  prefix.resize(last);
  return prefix;
}

Value Value::Null(const Type& type) {
  if (type.kind() <= TypeKind::kString) return Value(type.kind(), State::kNull);
  return Value(type.kind(), State::kNull, new Typed(type));
}

Value Value::Unknown(const Type& type) {
  if (type.kind() <= TypeKind::kString) return Value(type.kind(), State::kUnknown);
  return Value(type.kind(), State::kUnknown, new Typed(type));
}

Value Value::UnknownNotNull(const Type& type) {
  Value out = Unknown(type);
  if (!type.IsDynamic()) out.about_ = About::kNotNull;
  return out;
}

Value Value::Unknown(const Type& type, Refinement refinement) {
  refinement = Relevant(type.kind(), std::move(refinement));
  if (IsEmpty(refinement)) return Unknown(type);
  if (refinement.not_null) {
    if (refinement == kNotNull) return UnknownNotNull(type);
    const bool has_one_value = refinement.min && refinement.max && refinement.min_inclusive &&
                               refinement.max_inclusive && *refinement.min == *refinement.max;
    if (has_one_value) return Number(*refinement.min);
    if (type.IsCollection() && refinement.length_max == refinement.length_min) {
      const int64_t length = refinement.length_min;
      const int64_t length_max = type.Is(TypeKind::kList)  ? kUnknownElementsMax
                                 : type.Is(TypeKind::kSet) ? 1
                                                           : 0;
      if (length >= 0 && length <= length_max) {
        return FromSequence(type, std::vector<Value>(size_t(length), Unknown(type.element())), {});
      }
    }
  }
  Value out(type.kind(), State::kUnknown, new Uncertain(type, std::move(refinement)));
  out.about_ = About::kRefined;
  return out;
}

Value Value::Bool(bool value) {
  Value out(TypeKind::kBool, State::kKnown);
  out.small_ = value;
  return out;
}

Value Value::Int(int64_t value) {
  Value out(TypeKind::kNumber, State::kKnown);
  out.small_ = value;
  out.precision_ = 64;
  return out;
}

Value Value::Number(const hcl::Number& value) {
  Value out(TypeKind::kNumber, State::kKnown);
  out.rep_ = Ref<Shared>::Cast(value.big_);
  out.small_ = value.small_;
  out.precision_ = value.precision_;
  return out;
}

Value Value::String(std::string_view text) {
  Value out(TypeKind::kString, State::kKnown);
  if (text.empty()) return out;
  out.rep_ = Ref<Shared>(Text::Create(IsAscii(text) ? text : std::string_view(Normalize(text))));
  return out;
}

Value Value::FromSequence(const Type& type, std::vector<Value> elements, std::vector<std::string> names) {
  return Value(type.kind(), State::kKnown, new Sequence(type, std::move(elements), std::move(names)));
}

// A null or unknown value of dynamic type as one of `type`; others are of it already.
Value Value::OfType(const Type& type) const {
  if (kind_ != TypeKind::kDynamic || type.IsDynamic()) {
    assert(this->type() == type);
    return *this;
  }
  return (IsNull() ? Null(type) : Unknown(type)).WithMarks(marks_);
}

Value Value::List(const Type& element, std::vector<Value> elements) {
  for (Value& value : elements) value = value.OfType(element);
  return FromSequence(Type::List(element), std::move(elements), {});
}

Value Value::Set(const Type& element, std::vector<Value> elements) {
  Marks marks = Marks::kNone;
  for (Value& value : elements) {
    marks |= value.MarksWithin();
    value = value.WithoutMarksWithin().OfType(element);
  }
  SortForSet(elements);
  return FromSequence(Type::Set(element), std::move(elements), {}).WithMarks(marks);
}

Value Value::Map(const Type& element, std::vector<NamedValue> entries) {
  SortByName(entries);
  std::vector<Value> elements;
  std::vector<std::string> names;
  elements.reserve(entries.size());
  names.reserve(entries.size());
  for (NamedValue& entry : entries) {
    elements.push_back(entry.value.OfType(element));
    names.push_back(std::move(entry.name));
  }
  return FromSequence(Type::Map(element), std::move(elements), std::move(names));
}

Value Value::Tuple(std::vector<Value> elements) {
  std::vector<Type> types;
  types.reserve(elements.size());
  for (const Value& element : elements) types.push_back(element.type());
  return FromSequence(Type::Tuple(std::move(types)), std::move(elements), {});
}

Value Value::Object(std::vector<NamedValue> attributes) {
  SortByName(attributes);
  std::vector<Value> elements;
  std::vector<ObjectAttribute> types;
  elements.reserve(attributes.size());
  types.reserve(attributes.size());
  for (NamedValue& attribute : attributes) {
    types.push_back({std::move(attribute.name), attribute.value.type()});
    elements.push_back(std::move(attribute.value));
  }
  return FromSequence(Type::Object(std::move(types)), std::move(elements), {});
}

Value Value::Of(const Type& type, std::vector<Value> elements) {
  if (type.Is(TypeKind::kSet)) return Set(type.element(), std::move(elements));
  for (size_t i = 0; i < elements.size(); ++i) {
    const Type& element = type.IsCollection()         ? type.element()
                          : type.Is(TypeKind::kTuple) ? type.elements()[i]
                                                      : type.attributes()[i].type;
    if (elements[i].kind_ != element.kind()) elements[i] = elements[i].OfType(element);
  }
  return FromSequence(type, std::move(elements), {});
}

const Type& Value::type() const {
  return kind_ <= TypeKind::kString ? kPrimitives[size_t(kind_)] : As<Typed>().type;
}

bool Value::IsWhollyKnown() const {
  if (state_ != State::kKnown) return IsNull();
  return kind_ < TypeKind::kList || As<Sequence>().is_wholly_known;
}

const Refinement& Value::refinement() const {
  assert(!IsKnown());
  if (about_ == About::kRefined) return As<Uncertain>().refinement;
  return about_ == About::kNotNull ? kNotNull : kNothingKnown;
}

Value Value::RefinedNotNull() const {
  if (IsKnown() || kind_ == TypeKind::kDynamic || refinement().not_null) return *this;
  Refinement refined = refinement();
  refined.not_null = true;
  return Unknown(type(), std::move(refined)).WithMarks(marks_);
}

bool Value::AsBool() const {
  assert(HasContent() && kind_ == TypeKind::kBool);
  return small_ != 0;
}

hcl::Number Value::AsNumber() const {
  assert(HasContent() && kind_ == TypeKind::kNumber);
  hcl::Number out(small_, precision_);
  out.big_ = Ref<hcl::Number::Big>::Cast(rep_);
  return out;
}

std::string_view Value::AsString() const {
  assert(HasContent() && kind_ == TypeKind::kString);
  return rep_ ? As<Text>().view() : std::string_view();
}

std::span<const Value> Value::elements() const {
  assert(HasContent() && kind_ >= TypeKind::kList);
  return As<Sequence>().elements;
}

std::string_view Value::name(size_t i) const {
  assert(HasContent() && (kind_ == TypeKind::kMap || kind_ == TypeKind::kObject));
  const auto& sequence = As<Sequence>();
  return kind_ == TypeKind::kMap ? sequence.names[i] : sequence.type.attributes()[i].name;
}

const Value* Value::Find(std::string_view name) const {
  const auto& sequence = As<Sequence>();
  if (kind_ == TypeKind::kObject) {
    const std::optional<size_t> i = sequence.type.AttributeIndex(name);
    return i ? &sequence.elements[*i] : nullptr;
  }
  assert(HasContent() && kind_ == TypeKind::kMap);
  const auto found = std::ranges::lower_bound(sequence.names, name);
  if (found == sequence.names.end() || *found != name) return nullptr;
  return &sequence.elements[size_t(found - sequence.names.begin())];
}

uint64_t Value::weight() const {
  if (state_ != State::kKnown) return type().weight();
  if (kind_ >= TypeKind::kList) return As<Sequence>().weight;
  if (!rep_) return 1;
  return 1 + (kind_ == TypeKind::kString ? AsString().size() : AsNumber().TextSizeMax()) / kWeightBytes;
}

bool Value::Contains(const Value& element) const {
  assert(HasContent() && kind_ == TypeKind::kSet);
  return element.IsWhollyKnown() && element.type() == type().element() &&
         SetContains(elements(), element.WithoutMarksWithin());
}

Marks Value::MarksWithin() const {
  if (state_ != State::kKnown || kind_ < TypeKind::kList) return marks_;
  return marks_ | As<Sequence>().marks;
}

Value Value::WithMarks(Marks more) const {
  Value out = *this;
  out.marks_ |= more;
  return out;
}

Value Value::WithoutMarks() const {
  Value out = *this;
  out.marks_ = Marks::kNone;
  return out;
}

Value Value::WithoutMarksWithin() const {
  if (state_ != State::kKnown || kind_ < TypeKind::kList || As<Sequence>().marks == Marks::kNone) {
    return WithoutMarks();
  }
  const auto& sequence = As<Sequence>();
  std::vector<Value> plain;
  plain.reserve(sequence.elements.size());
  for (const Value& element : sequence.elements) plain.push_back(element.WithoutMarksWithin());
  return FromSequence(sequence.type, std::move(plain), sequence.names);
}

bool operator==(const Value& a, const Value& b) {
  using State = Value::State;
  if (a.kind_ != b.kind_ || a.state_ != b.state_ || a.marks_ != b.marks_) return false;
  if (a.kind_ > TypeKind::kString && !(a.rep_.get() == b.rep_.get() || a.type() == b.type())) return false;
  if (a.state_ == State::kUnknown) return a.refinement() == b.refinement();
  if (a.state_ == State::kNull) return true;
  switch (a.kind_) {
    case TypeKind::kDynamic:
      return true;
    case TypeKind::kBool:
      return a.small_ == b.small_;
    case TypeKind::kNumber:
      return a.AsNumber() == b.AsNumber();
    case TypeKind::kString:
      return a.AsString() == b.AsString();
    default: {
      const auto& left = a.As<Value::Sequence>();
      const auto& right = b.As<Value::Sequence>();
      return &left == &right || (left.names == right.names && left.elements == right.elements);
    }
  }
}

}  // namespace cairn::hcl
