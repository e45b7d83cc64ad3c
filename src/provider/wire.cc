#include "provider/wire.h"

namespace cairn::provider {

namespace {

// The low three bits of a tag.
enum : uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

}  // namespace

bool WireReader::Malformed() {
  ok_ = false;
  at_ = bytes_.size();
  return false;
}

bool WireReader::ReadVarint(uint64_t& number) {
  number = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (at_ == bytes_.size()) return false;
    const auto byte = static_cast<uint8_t>(bytes_[at_++]);
    if (shift == 63 && byte > 1) return false;
    number |= uint64_t(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool WireReader::Skip(size_t size) {
  if (size > bytes_.size() - at_) return Malformed();
  at_ += size;
  return true;
}

bool WireReader::Next() {
  if (at_ == bytes_.size()) return false;
  uint64_t tag = 0;
  if (!ReadVarint(tag) || tag >> 3 == 0 || tag >> 32 != 0) return Malformed();
  field_ = static_cast<uint32_t>(tag >> 3);
  number_ = 0;
  value_ = {};
  switch (tag & 7) {
    case kVarint:
      return ReadVarint(number_) || Malformed();
    case kLengthDelimited: {
      uint64_t size = 0;
      if (!ReadVarint(size)) return Malformed();
      const size_t begin = at_;
      if (!Skip(size)) return false;
      value_ = bytes_.substr(begin, size);
      return true;
    }
    case kFixed64:
      return Skip(8);
    case kFixed32:
      return Skip(4);
    default:
      return Malformed();  // groups too, which proto3 does not have
  }
}

void WireWriter::Varint(uint64_t number) {
  for (; number >= 0x80; number >>= 7) out_ += static_cast<char>(number | 0x80);
  out_ += static_cast<char>(number);
}

void WireWriter::Number(uint32_t field, int64_t number) {
  if (number == 0) return;
  Varint(field << 3 | kVarint);
  Varint(static_cast<uint64_t>(number));
}

void WireWriter::Text(uint32_t field, std::string_view text) {
  if (!text.empty()) Bytes(field, text);
}

void WireWriter::Bytes(uint32_t field, std::string_view bytes) {
  Varint(field << 3 | kLengthDelimited);
  Varint(bytes.size());
  out_ += bytes;
}

}  // namespace cairn::provider
