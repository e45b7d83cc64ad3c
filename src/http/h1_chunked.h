#pragma once

// The chunked transfer coding (RFC 9112, section 7.1): pure and incremental.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "http/h1_fields.h"
#include "http/message.h"

namespace cairn::http {

// Removes the chunked transfer coding. Feed() looks at bytes not yet consumed and returns at most one piece
// of body, a view into `bytes`; the caller drops `consumed` bytes and calls again until kDone. With kNeedMore
// and no data, more bytes must come first; an unfinished trailer section stays unconsumed until then. Trailer
// fields that frame, route or authenticate are dropped, chunk extensions too. More than body_bytes_max bytes
// of body are refused (413).
class ChunkedDecoder {
 public:
  struct Step {
    H1Progress progress = H1Progress::kNeedMore;
    size_t consumed = 0;
    std::string_view data;
  };

  explicit ChunkedDecoder(const MessageLimits& limits)
      : limits_(limits), trailer_reader_(FieldReader::Section::kTrailers, limits.fields_max) {}

  Step Feed(std::string_view bytes);
  void Reset();  // for the next body

  std::span<const Field> trailers() const {
    return trailer_reader_.fields();
  }  // after kDone, views into the last `bytes`
  const H1Error& error() const { return error_; }

 private:
  enum class Stage : uint8_t {
    kSize,       // the hexadecimal digits
    kExtension,  // from ';' to the carriage return
    kSizeEnd,    // the line feed
    kData,
    kDataCr,
    kDataLf,
    kTrailers,
    kDone,
    kRefused,
  };

  bool TakeLineByte(char c);
  bool TakeSizeByte(char c);
  bool EndSizeLine();
  Step ReadTrailers(std::string_view bytes, size_t consumed);
  bool Refuse(int status, std::string_view reason);

  MessageLimits limits_;
  H1Error error_;
  uint64_t chunk_bytes_left_ = 0;
  uint64_t body_bytes_ = 0;  // of all chunks announced so far
  size_t extension_bytes_ = 0;
  uint8_t size_digits_ = 0;
  Stage stage_ = Stage::kSize;
  FieldReader trailer_reader_;
};

}  // namespace cairn::http
