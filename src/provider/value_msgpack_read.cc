#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/value_json.h"
#include "provider/msgpack_format.h"
#include "provider/value_msgpack.h"

namespace cairn::provider {

namespace msgpack {

namespace {

using hcl::Type;
using hcl::TypeKind;
using hcl::Value;

// Every function gives nothing after a failure, of which the first is kept.
class Reader {
 public:
  Reader(std::string_view bytes, const MsgpackLimits& limits) : bytes_(bytes), limits_(limits) {}

  std::optional<Value> Read(const Type& type);
  bool at_end() const { return at_ == bytes_.size(); }
  std::nullopt_t Failed(std::string problem, ErrorCode code = ErrorCode::kInvalid);
  Error TakeError();

 private:
  size_t left() const { return bytes_.size() - at_; }
  uint8_t Peek() const { return left() > 0 ? uint8_t(bytes_[at_]) : 0xC1; }  // never used
  std::optional<uint64_t> BigEndian(int width);
  std::optional<std::string_view> Bytes(size_t size);
  // The length in the head of an array or a map, whose elements have at least `bytes_each` bytes.
  std::optional<size_t> Length(uint8_t fixed, uint8_t format16, size_t bytes_each, std::string_view needed);
  std::optional<size_t> ArrayLength(std::string_view needed) {
    return Length(kFixArray, kArray16, 1, needed);
  }
  std::optional<size_t> MapLength(std::string_view needed) { return Length(kFixMap, kMap16, 2, needed); }
  std::optional<std::string_view> Text(std::string_view needed);
  std::optional<int64_t> Integer(std::string_view needed);
  std::optional<bool> Boolean(std::string_view needed);
  std::optional<hcl::Number> Number();
  std::optional<hcl::Number> NumberOf(uint8_t format);

  std::optional<Value> Known(const Type& type);
  std::optional<Value> Dynamic();
  std::optional<Value> Extension(const Type& type);
  std::optional<Value> Refined(std::string_view body, const Type& type);
  bool Refine(int64_t what, const Type& type, hcl::Refinement& known);
  std::optional<std::pair<hcl::Number, bool>> Bound();
  std::optional<Value> Sequence(const Type& type);
  std::optional<Value> Map(const Type& type);
  std::optional<Value> Tuple(const Type& type);
  std::optional<Value> Object(const Type& type);
  std::optional<Type> CommonType(const std::vector<Value>& elements, const Type& element);

  std::nullopt_t At(size_t index);
  std::nullopt_t At(std::string_view name, bool is_attribute);

  std::string_view bytes_;
  const MsgpackLimits& limits_;
  size_t at_ = 0;
  size_t depth_ = 0;
  size_t spelled_out_ = 0;
  std::optional<Error> error_;
  std::string place_;
};

std::nullopt_t Reader::Failed(std::string problem, ErrorCode code) {
  if (!error_) error_ = Error{code, std::move(problem)};
  return std::nullopt;
}

Error Reader::TakeError() {
  return place_.empty() ? *error_ : Error{error_->code, place_ + ": " + error_->message};
}

std::nullopt_t Reader::At(size_t index) {
  place_.insert(0, Format("[{}]", index));
  return std::nullopt;
}

std::nullopt_t Reader::At(std::string_view name, bool is_attribute) {
  std::string step = ".";
  if (is_attribute) {
    step += name;
  } else {
    step = "[";
    hcl::AppendJsonString(step, name);
    step += ']';
  }
  place_.insert(0, step);
  return std::nullopt;
}

std::optional<uint64_t> Reader::BigEndian(int width) {
  if (left() < size_t(width)) return Failed("the value is cut off");
  uint64_t number = 0;
  for (int i = 0; i < width; ++i) number = number << 8 | uint8_t(bytes_[at_++]);
  return number;
}

std::optional<std::string_view> Reader::Bytes(size_t size) {
  if (left() < size) return Failed("the value is cut off");
  at_ += size;
  return bytes_.substr(at_ - size, size);
}

std::optional<size_t> Reader::Length(uint8_t fixed, uint8_t format16, size_t bytes_each,
                                     std::string_view needed) {
  const uint8_t format = Peek();
  std::optional<uint64_t> length;
  if ((format & 0xF0) == fixed) {
    ++at_;
    length = format & 0x0F;
  } else if (format == format16 || format == format16 + 1) {
    ++at_;
    length = BigEndian(format == format16 ? 2 : 4);
  } else {
    return Failed(Format("{} is required", needed));
  }
  if (length && *length > left() / bytes_each) return Failed("the value is cut off");
  return length;
}

std::optional<std::string_view> Reader::Text(std::string_view needed) {
  const uint8_t format = Peek();
  std::optional<uint64_t> size;
  if ((format & 0xE0) == kFixString) {
    ++at_;
    size = format & 0x1F;
  } else if (format >= kString8 && format <= kString32) {
    ++at_;
    size = BigEndian(1 << (format - kString8));
  } else if (format >= kBin8 && format <= kBin32) {
    ++at_;
    size = BigEndian(1 << (format - kBin8));
  } else {
    return Failed(Format("{} is required", needed));
  }
  if (!size) return std::nullopt;
  return Bytes(*size);
}

std::optional<bool> Reader::Boolean(std::string_view needed) {
  const uint8_t format = Peek();
  if (format != kTrue && format != kFalse) return Failed(Format("{} is required", needed));
  ++at_;
  return format == kTrue;
}

std::optional<hcl::Number> Reader::NumberOf(uint8_t format) {
  if (format < kFixMap || format >= kFixNegative) return hcl::Number(int64_t(int8_t(format)));
  if (format >= kUint8 && format <= kUint64) {
    const auto number = BigEndian(1 << (format - kUint8));
    if (!number) return std::nullopt;
    if (*number <= uint64_t(INT64_MAX)) return hcl::Number(int64_t(*number));
    return *hcl::Number::ParseWhole(Format("{}", *number), 10);
  }
  if (format >= kInt8 && format <= kInt64) {
    const int width = 1 << (format - kInt8);
    const auto number = BigEndian(width);
    if (!number) return std::nullopt;
    const int unused_bits = 64 - 8 * width;
    return hcl::Number(int64_t(*number << unused_bits) >> unused_bits);
  }
  const auto number = BigEndian(format == kFloat32 ? 4 : 8);
  if (!number) return std::nullopt;
  const double value =
      format == kFloat32 ? double(std::bit_cast<float>(uint32_t(*number))) : std::bit_cast<double>(*number);
  if (std::isnan(value)) return Failed("a number is required, not NaN");
  return hcl::Number(value);
}

std::optional<hcl::Number> Reader::Number() {
  const uint8_t format = Peek();
  const bool is_number = format < kFixMap || format >= kFixNegative ||
                         (format >= kFloat32 && format <= kInt64);  // all between are numbers
  if (is_number && left() > 0) {
    ++at_;
    return NumberOf(format);
  }
  const auto text = Text("a number");
  if (!text) return std::nullopt;
  auto number = hcl::Number::Parse(*text);
  if (!number) return Failed("a number is required", number.error().code);
  return *number;
}

std::optional<int64_t> Reader::Integer(std::string_view needed) {
  const auto number = Number();
  if (!number) return std::nullopt;
  const auto whole = number->AsInt64();
  if (!whole) return Failed(Format("{} is required", needed));
  return whole;
}

std::optional<Value> Reader::Extension(const Type& type) {
  const uint8_t format = Peek();
  ++at_;
  std::optional<uint64_t> size;
  if (format >= kFixExt1) {
    size = 1 << (format - kFixExt1);
  } else {
    size = BigEndian(1 << (format - kExt8));
  }
  if (!size) return std::nullopt;
  const auto kind = BigEndian(1);
  if (!kind) return std::nullopt;
  if (*size > kRefinementBytesMax) return Failed("what is known about an unknown value is too long");
  const auto body = Bytes(*size);
  if (!body) return std::nullopt;
  if (*size <= 1) return Value::Unknown(type);
  if (*kind != kRefinedUnknown) return Failed(Format("MessagePack's extension {} is not known", *kind));
  if (type.IsDynamic()) return Value::Dynamic();
  return Refined(*body, type);
}

std::optional<Value> Reader::Refined(std::string_view body, const Type& type) {
  Reader reader(body, limits_);
  hcl::Refinement known;
  const auto entries = reader.MapLength("a map of what is known about an unknown value");
  bool is_null = false;
  for (size_t i = 0; entries && i < *entries && !reader.error_; ++i) {
    const auto what = reader.Integer("a number for what is known about an unknown value");
    if (!what || *what < kNullness || *what > kLengthMax) break;  // of a later protocol: less is known then
    if (*what == kNullness) {
      const auto null = reader.Boolean("whether an unknown value is null");
      if (!null) break;
      is_null = *null;
      known.not_null = !*null;
    } else if (!reader.Refine(*what, type, known)) {
      break;
    }
  }
  if (reader.error_) return Failed(reader.error_->message, reader.error_->code);
  if (is_null) return Value::Null(type);
  Value value = Value::Unknown(type, std::move(known));
  if (value.IsKnown() && type.IsCollection()) spelled_out_ += value.size();
  if (spelled_out_ > limits_.spelled_out_max) {
    return Failed("the value is too large", ErrorCode::kOverloaded);
  }
  return value;
}

std::optional<std::pair<hcl::Number, bool>> Reader::Bound() {
  const auto length = ArrayLength("a bound as a number and a boolean");
  if (!length) return std::nullopt;
  if (*length != 2) return Failed("a bound as a number and a boolean is required");
  auto number = Number();
  if (!number) return std::nullopt;
  const auto inclusive = Boolean("whether a bound is inclusive");
  if (!inclusive) return std::nullopt;
  return std::pair(std::move(*number), *inclusive);
}

bool Reader::Refine(int64_t what, const Type& type, hcl::Refinement& known) {
  const bool fits = what == kPrefix                ? type.Is(TypeKind::kString)
                    : what == kMin || what == kMax ? type.Is(TypeKind::kNumber)
                                                   : type.IsCollection();
  if (!fits) {
    Failed(Format("{} cannot be known about {}", what, type.FriendlyName()));
    return false;
  }
  if (what == kPrefix) {
    const auto prefix = Text("a prefix");
    if (prefix) known.prefix = *prefix;
    return prefix.has_value();
  }
  if (what == kMin || what == kMax) {
    auto bound = Bound();
    if (!bound) return false;
    (what == kMin ? known.min : known.max) = std::move(bound->first);
    (what == kMin ? known.min_inclusive : known.max_inclusive) = bound->second;
    return true;
  }
  const auto length = Integer("a length");
  if (!length) return false;
  if (*length < 0) {
    Failed("a length is not negative");
    return false;
  }
  if (what == kLengthMin) known.length_min = *length;
  if (what == kLengthMax) known.length_max = *length;
  return true;
}

std::optional<Value> Reader::Dynamic() {
  const auto length = ArrayLength("a type and a value");
  if (!length) return std::nullopt;
  if (*length != 2) return Failed("a type and a value are required");
  const auto text = Text("a type");
  if (!text) return std::nullopt;
  const auto json = data::ParseJson(*text);
  if (!json) return Failed(Format("a type is required: {}", json.error().message), json.error().code);
  const auto type = Type::FromJson(*json);
  if (!type) return Failed(Format("a type is required: {}", type.error().message));
  return Read(type->WithoutOptional());
}

// The type of the elements of a collection, where the wanted one is dynamic in part.
std::optional<Type> Reader::CommonType(const std::vector<Value>& elements, const Type& element) {
  if (!element.HasDynamic()) return element;
  std::optional<Type> common;
  for (const Value& value : elements) {
    if (value.kind() == TypeKind::kDynamic) continue;  // null or unknown: becomes one of the others' type
    if (!common) common = value.type();
    if (*common != value.type()) return Failed("all elements must have the same type");
  }
  return common ? *common : element;
}

std::optional<Value> Reader::Sequence(const Type& type) {
  const auto length = ArrayLength(type.Is(TypeKind::kSet) ? "a set" : "a list");
  if (!length) return std::nullopt;
  std::vector<Value> elements;
  elements.reserve(*length);
  for (size_t i = 0; i < *length; ++i) {
    auto element = Read(type.element());
    if (!element) return At(i);
    elements.push_back(std::move(*element));
  }
  if (!type.element().HasDynamic()) return Value::Of(type, std::move(elements));
  const auto common = CommonType(elements, type.element());
  if (!common) return std::nullopt;
  return type.Is(TypeKind::kSet) ? Value::Set(*common, std::move(elements))
                                 : Value::List(*common, std::move(elements));
}

std::optional<Value> Reader::Map(const Type& type) {
  const auto length = MapLength("a map");
  if (!length) return std::nullopt;
  std::vector<hcl::NamedValue> entries;
  std::vector<Value> elements;
  entries.reserve(*length);
  for (size_t i = 0; i < *length; ++i) {
    const auto key = Text("a text as key");
    if (!key) return std::nullopt;
    auto element = Read(type.element());
    if (!element) return At(*key, false);
    if (type.element().HasDynamic()) elements.push_back(*element);
    entries.push_back({std::string(*key), std::move(*element)});
  }
  const auto common = CommonType(elements, type.element());
  if (!common) return std::nullopt;
  return Value::Map(*common, std::move(entries));
}

std::optional<Value> Reader::Tuple(const Type& type) {
  const auto length = ArrayLength("a tuple");
  if (!length) return std::nullopt;
  if (*length != type.elements().size()) {
    return Failed(Format("a tuple of {} elements is required", type.elements().size()));
  }
  std::vector<Value> elements;
  elements.reserve(*length);
  for (size_t i = 0; i < *length; ++i) {
    auto element = Read(type.elements()[i]);
    if (!element) return At(i);
    elements.push_back(std::move(*element));
  }
  return type.HasDynamic() ? Value::Tuple(std::move(elements)) : Value::Of(type, std::move(elements));
}

std::optional<Value> Reader::Object(const Type& type) {
  const auto& attributes = type.attributes();
  const auto length = MapLength("an object");
  if (!length) return std::nullopt;
  if (*length != attributes.size()) {
    return Failed(Format("an object with {} attributes is required, not {}", attributes.size(), *length));
  }
  std::vector<Value> elements(attributes.size());
  std::vector<bool> seen(attributes.size());
  for (size_t i = 0; i < *length; ++i) {
    const auto key = Text("a text as name of an attribute");
    if (!key) return std::nullopt;
    const auto index = attributes[i].name == *key ? std::optional(i) : type.AttributeIndex(*key);
    if (!index) return Failed("unsupported attribute"), At(*key, true);
    if (seen[*index]) return Failed("the attribute is there twice"), At(*key, true);
    auto element = Read(attributes[*index].type);
    if (!element) return At(*key, true);
    seen[*index] = true;
    elements[*index] = std::move(*element);
  }
  if (!type.HasDynamic()) return Value::Of(type, std::move(elements));
  std::vector<hcl::NamedValue> named;
  named.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) named.push_back({attributes[i].name, std::move(elements[i])});
  return Value::Object(std::move(named));
}

std::optional<Value> Reader::Known(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kDynamic:
      return Dynamic();
    case TypeKind::kBool: {
      const auto value = Boolean("a bool");
      return value ? std::optional(Value::Bool(*value)) : std::nullopt;
    }
    case TypeKind::kNumber: {
      const auto value = Number();
      return value ? std::optional(Value::Number(*value)) : std::nullopt;
    }
    case TypeKind::kString: {
      const auto value = Text("a string");
      return value ? std::optional(Value::String(*value)) : std::nullopt;
    }
    case TypeKind::kMap:
      return Map(type);
    case TypeKind::kTuple:
      return Tuple(type);
    case TypeKind::kObject:
      return Object(type);
    default:
      return Sequence(type);
  }
}

std::optional<Value> Reader::Read(const Type& type) {
  const uint8_t format = Peek();
  if (format == kNil) {
    ++at_;
    return Value::Null(type);
  }
  if ((format >= kExt8 && format <= kExt32) || (format >= kFixExt1 && format <= kFixExt16)) {
    return Extension(type);
  }
  if (left() == 0) return Failed("the value is cut off");
  if (depth_ >= limits_.depth_max) return Failed("values are nested too deeply", ErrorCode::kOverloaded);
  ++depth_;
  auto value = Known(type);
  --depth_;
  return value;
}

}  // namespace

}  // namespace msgpack

Result<hcl::Value> FromMsgpack(std::string_view bytes, const hcl::Type& type, const MsgpackLimits& limits) {
  if (bytes.size() > limits.bytes_max) return Fail(ErrorCode::kOverloaded, "the value is too large");
  msgpack::Reader reader(bytes, limits);
  auto value = reader.Read(type);
  if (value && !reader.at_end()) value = reader.Failed("something follows the value");
  if (!value) return std::unexpected(reader.TakeError());
  return std::move(*value);
}

}  // namespace cairn::provider
