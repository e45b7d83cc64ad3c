#include "http/h1_chunked.h"

#include <algorithm>

#include "http/h1_scan.h"

namespace cairn::http {

namespace {

constexpr int kSizeDigitsMax = 16;  // 64 bits

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::Feed(std::string_view bytes) {
  size_t at = 0;
  for (;;) {
    if (stage_ == Stage::kDone) return {H1Progress::kDone, at, {}};
    if (stage_ == Stage::kRefused) return {H1Progress::kError, at, {}};
    if (stage_ == Stage::kTrailers) return ReadTrailers(bytes.substr(at), at);
    if (at == bytes.size()) return {H1Progress::kNeedMore, at, {}};
    if (stage_ == Stage::kData) {
      const auto size = static_cast<size_t>(std::min<uint64_t>(chunk_bytes_left_, bytes.size() - at));
      chunk_bytes_left_ -= size;
      if (chunk_bytes_left_ == 0) stage_ = Stage::kDataCr;
      return {H1Progress::kNeedMore, at + size, bytes.substr(at, size)};
    }
    if (TakeLineByte(bytes[at])) ++at;
  }
}

void ChunkedDecoder::Reset() {
  error_ = H1Error();
  chunk_bytes_left_ = 0;
  body_bytes_ = 0;
  extension_bytes_ = 0;
  size_digits_ = 0;
  stage_ = Stage::kSize;
  trailer_reader_.Start(0);
}

// One byte outside of data and trailers; false if it is refused.
bool ChunkedDecoder::TakeLineByte(char c) {
  switch (stage_) {
    case Stage::kSize:
      return TakeSizeByte(c);
    case Stage::kExtension:
      if (c == '\r') {
        stage_ = Stage::kSizeEnd;
        return true;
      }
      if (!HasClass(c, h1_internal::kValueChar)) return Refuse(400, "bad chunk extension");
      if (++extension_bytes_ > limits_.chunk_extension_bytes_max)
        return Refuse(400, "chunk extension too long");
      return true;
    case Stage::kSizeEnd:
      return c == '\n' ? EndSizeLine() : Refuse(400, "carriage return without line feed");
    case Stage::kDataCr:
      if (c != '\r') return Refuse(400, "no line end after a chunk");
      stage_ = Stage::kDataLf;
      return true;
    default:  // kDataLf
      if (c != '\n') return Refuse(400, "no line end after a chunk");
      stage_ = Stage::kSize;
      return true;
  }
}

bool ChunkedDecoder::TakeSizeByte(char c) {
  const int digit = HexDigit(c);
  if (digit >= 0) {
    if (++size_digits_ > kSizeDigitsMax) return Refuse(400, "chunk size too large");
    chunk_bytes_left_ = (chunk_bytes_left_ << 4) | static_cast<uint64_t>(digit);
    return true;
  }
  if (size_digits_ == 0 || (c != '\r' && c != ';')) return Refuse(400, "bad chunk size");
  extension_bytes_ = c == ';' ? 1 : 0;
  stage_ = c == ';' ? Stage::kExtension : Stage::kSizeEnd;
  return true;
}

bool ChunkedDecoder::EndSizeLine() {
  size_digits_ = 0;
  if (chunk_bytes_left_ > limits_.body_bytes_max - body_bytes_) return Refuse(413, "body too large");
  body_bytes_ += chunk_bytes_left_;
  stage_ = chunk_bytes_left_ == 0 ? Stage::kTrailers : Stage::kData;
  return true;
}

ChunkedDecoder::Step ChunkedDecoder::ReadTrailers(std::string_view bytes, size_t consumed) {
  const std::string_view section = bytes.substr(0, limits_.trailer_bytes_max);
  switch (trailer_reader_.Read(section)) {
    case H1Progress::kDone:
      stage_ = Stage::kDone;
      return {H1Progress::kDone, consumed + trailer_reader_.end(), {}};
    case H1Progress::kNeedMore:
      if (section.size() < limits_.trailer_bytes_max) return {H1Progress::kNeedMore, consumed, {}};
      Refuse(431, "trailers too large");
      break;
    case H1Progress::kError:
      Refuse(trailer_reader_.error().status, trailer_reader_.error().reason);
      break;
  }
  return {H1Progress::kError, consumed, {}};
}

bool ChunkedDecoder::Refuse(int status, std::string_view reason) {
  error_ = H1Error{status, reason};
  stage_ = Stage::kRefused;
  return false;
}

}  // namespace cairn::http
