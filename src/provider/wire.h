#pragma once

// Protocol buffers on the wire (https://protobuf.dev/programming-guides/encoding/), as far as providers use
// them: varints, and what has a length. Messages are read field by field where they lie, without a copy:
//
//   WireReader reader(bytes);
//   while (reader.Next()) {
//     if (reader.field() == 1) name = reader.bytes();
//   }
//   if (!reader.ok()) ...
//
// A field whose type is another than asked for reads as 0 or empty, as a field of an unknown number is left
// out. Nothing is read twice, so the cost is that of the fields at hand, whatever is within them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::provider {

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

  // Goes to the next field: false at the end, and where the message is malformed.
  bool Next();
  bool ok() const { return ok_; }

  uint32_t field() const { return field_; }
  // Of the field: a number (varint), or what has a length: text, bytes, a message.
  int64_t number() const { return static_cast<int64_t>(number_); }
  bool boolean() const { return number_ != 0; }
  std::string_view bytes() const { return value_; }

 private:
  bool ReadVarint(uint64_t& number);
  bool Skip(size_t size);
  bool Malformed();

  std::string_view bytes_;
  size_t at_ = 0;
  uint32_t field_ = 0;
  uint64_t number_ = 0;
  std::string_view value_;
  bool ok_ = true;
};

// Appends fields to a message. What is zero or empty is left out, as proto3 has it; Bytes always writes.
class WireWriter {
 public:
  void Number(uint32_t field, int64_t number);
  void Boolean(uint32_t field, bool value) { Number(field, value); }
  void Text(uint32_t field, std::string_view text);
  void Bytes(uint32_t field, std::string_view bytes);
  std::string Take() { return std::move(out_); }

 private:
  void Varint(uint64_t number);

  std::string out_;
};

}  // namespace cairn::provider
