#include <bit>
#include <cstdint>
#include <limits>

#include "base/strings.h"
#include "data/json.h"
#include "provider/msgpack_format.h"
#include "provider/value_msgpack.h"

namespace cairn::provider {

namespace msgpack {

namespace {

using hcl::Type;
using hcl::TypeKind;
using hcl::Value;

class Writer {
 public:
  // False if the value does not conform; problem() says how.
  bool Write(const Value& value, const Type& type);

  std::string Take() { return std::move(out_); }
  std::string problem() const { return place_.empty() ? problem_ : place_ + ": " + problem_; }

 private:
  void Byte(uint8_t byte) { out_ += static_cast<char>(byte); }
  // The last `bytes` bytes of `number`, the most significant first.
  void BigEndian(uint64_t number, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) Byte(uint8_t(number >> shift));
  }
  void Integer(int64_t number);
  void Double(double number) {
    Byte(kFloat64);
    BigEndian(std::bit_cast<uint64_t>(number), 8);
  }
  void Boolean(bool value) { Byte(value ? kTrue : kFalse); }
  void Number(const hcl::Number& number);
  void String(std::string_view text);
  void Binary(std::string_view bytes);
  // The head of what has a length; `fixed` for lengths up to `fixed_max`.
  void Length(size_t length, uint8_t fixed, size_t fixed_max, uint8_t format16, uint8_t format32);
  void ArrayLength(size_t length) { Length(length, kFixArray, 15, kArray16, kArray32); }
  void MapLength(size_t length) { Length(length, kFixMap, 15, kMap16, kMap32); }
  void Unknown(const Value& value);
  bool Dynamic(const Value& value);
  bool Collection(const Value& value, const Type& type);
  bool Object(const Value& value, const Type& type);
  bool Mismatch(const Value& value, const Type& type);
  bool At(size_t index);
  bool At(std::string_view name);

  std::string out_;
  std::string problem_;
  std::string place_;
};

void Writer::Integer(int64_t number) {
  if (number >= 0) {
    const auto unsigned_number = static_cast<uint64_t>(number);
    if (number < 0x80) return Byte(uint8_t(number));
    const int bytes = number <= 0xFF ? 1 : number <= 0xFFFF ? 2 : number <= 0xFFFF'FFFF ? 4 : 8;
    Byte(uint8_t(kUint8 + std::countr_zero(unsigned(bytes))));
    return BigEndian(unsigned_number, bytes);
  }
  if (number >= -32) return Byte(uint8_t(number));
  const int bytes = number >= std::numeric_limits<int8_t>::min()    ? 1
                    : number >= std::numeric_limits<int16_t>::min() ? 2
                    : number >= std::numeric_limits<int32_t>::min() ? 4
                                                                    : 8;
  Byte(uint8_t(kInt8 + std::countr_zero(unsigned(bytes))));
  BigEndian(static_cast<uint64_t>(number), bytes);
}

void Writer::Number(const hcl::Number& number) {
  if (number.Sign() == 0) return Integer(0);
  if (const std::optional<int64_t> whole = number.AsInt64()) return Integer(*whole);
  const double nearest = number.AsDouble();
  if (number.IsInfinite()) return Double(nearest);
  if (!number.IsWhole() && Compare(hcl::Number(nearest), number) == 0) return Double(nearest);
  String(number.ToString());
}

void Writer::Length(size_t length, uint8_t fixed, size_t fixed_max, uint8_t format16, uint8_t format32) {
  if (length <= fixed_max) return Byte(uint8_t(fixed | length));
  const bool short_form = length <= 0xFFFF;
  Byte(short_form ? format16 : format32);
  BigEndian(length, short_form ? 2 : 4);
}

void Writer::String(std::string_view text) {
  if (text.size() > 31 && text.size() <= 0xFF) {
    Byte(kString8);
    Byte(uint8_t(text.size()));
  } else {
    Length(text.size(), kFixString, 31, kString16, kString32);
  }
  out_ += text;
}

void Writer::Binary(std::string_view bytes) {
  const int width = bytes.size() <= 0xFF ? 1 : bytes.size() <= 0xFFFF ? 2 : 4;
  Byte(uint8_t(kBin8 + std::countr_zero(unsigned(width))));
  BigEndian(bytes.size(), width);
  out_ += bytes;
}

void Writer::Unknown(const Value& value) {
  const hcl::Refinement& known = value.refinement();
  Writer body;
  size_t entries = 0;
  const auto entry = [&](Known what) {
    ++entries;
    body.Integer(what);
  };
  const auto bound = [&](Known what, const std::optional<hcl::Number>& number, bool inclusive) {
    if (!number || number->IsInfinite()) return;
    entry(what);
    body.ArrayLength(2);
    body.Number(*number);
    body.Boolean(inclusive);
  };
  if (known.not_null) {
    entry(kNullness);
    body.Boolean(false);
  }
  bound(kMin, known.min, known.min_inclusive);
  bound(kMax, known.max, known.max_inclusive);
  if (!known.prefix.empty()) {
    const bool fits = known.prefix.size() <= kPrefixBytesMax;
    entry(kPrefix);
    body.String(fits ? known.prefix : hcl::SafePrefix(known.prefix.substr(0, kPrefixBytesMax - 1)));
  }
  if (known.length_min != 0) {
    entry(kLengthMin);
    body.Integer(known.length_min);
  }
  if (known.length_max) {
    entry(kLengthMax);
    body.Integer(*known.length_max);
  }
  if (entries == 0) {
    Byte(kFixExt1);
    Byte(msgpack::kUnknown);
    return Byte(0);
  }
  const std::string written = body.Take();
  const size_t length = written.size() + 1;
  if (std::has_single_bit(length) && length <= 16) {
    Byte(uint8_t(kFixExt1 + std::countr_zero(length)));
  } else {
    const int width = length <= 0xFF ? 1 : 2;
    Byte(width == 1 ? kExt8 : kExt16);
    BigEndian(length, width);
  }
  Byte(kRefinedUnknown);
  MapLength(entries);
  out_ += written;
}

bool Writer::Dynamic(const Value& value) {
  ArrayLength(2);
  Binary(data::SerializeJson(value.type().ToJson()));
  return Write(value, value.type());
}

bool Writer::Mismatch(const Value& value, const Type& type) {
  problem_ = Format("{} where {} is needed", value.type().FriendlyName(), type.FriendlyName());
  return false;
}

bool Writer::At(size_t index) {
  place_.insert(0, Format("[{}]", index));
  return false;
}

bool Writer::At(std::string_view name) {
  place_.insert(0, Format(".{}", name));
  return false;
}

bool Writer::Collection(const Value& value, const Type& type) {
  const auto elements = value.elements();
  if (type.Is(TypeKind::kMap)) {
    MapLength(elements.size());
  } else {
    ArrayLength(elements.size());
  }
  for (size_t i = 0; i < elements.size(); ++i) {
    if (type.Is(TypeKind::kMap)) String(value.name(i));
    const Type& element = type.Is(TypeKind::kTuple) ? type.elements()[i] : type.element();
    if (Write(elements[i], element)) continue;
    return type.Is(TypeKind::kMap) ? At(value.name(i)) : At(i);
  }
  return true;
}

bool Writer::Object(const Value& value, const Type& type) {
  const auto& attributes = type.attributes();
  const auto elements = value.elements();
  if (elements.size() != attributes.size()) return Mismatch(value, type);
  MapLength(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    if (value.name(i) != attributes[i].name) return Mismatch(value, type);
    String(attributes[i].name);
    if (!Write(elements[i], attributes[i].type)) return At(attributes[i].name);
  }
  return true;
}

bool Writer::Write(const Value& value, const Type& type) {
  if (type.IsDynamic() && value.kind() != TypeKind::kDynamic) return Dynamic(value);
  if (!value.IsKnown()) {
    Unknown(value);
    return true;
  }
  if (value.IsNull()) {
    Byte(kNil);
    return true;
  }
  if (value.kind() != type.kind()) return Mismatch(value, type);
  switch (value.kind()) {
    case TypeKind::kBool:
      Boolean(value.AsBool());
      return true;
    case TypeKind::kNumber:
      Number(value.AsNumber());
      return true;
    case TypeKind::kString:
      String(value.AsString());
      return true;
    case TypeKind::kTuple:
      if (value.size() != type.elements().size()) return Mismatch(value, type);
      return Collection(value, type);
    case TypeKind::kObject:
      return Object(value, type);
    default:
      return Collection(value, type);
  }
}

}  // namespace

}  // namespace msgpack

Result<std::string> ToMsgpack(const hcl::Value& value, const hcl::Type& type) {
  msgpack::Writer writer;
  if (!writer.Write(value, type)) return Fail(ErrorCode::kInvalid, writer.problem());
  return writer.Take();
}

}  // namespace cairn::provider
