#include "http/h1_serialize.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/strings.h"
#include "http/h1_fields.h"
#include "http/h1_scan.h"
#include "http/uri.h"

namespace cairn::http {

namespace {

bool IsAnyOf(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::any_of(names, [name](std::string_view one) { return EqualsIgnoreCase(one, name); });
}

bool IsConnectionField(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "connection", "content-length", "date", "keep-alive", "proxy-connection", "transfer-encoding"};
  switch (ToLower(name[0])) {
    case 'c':
    case 'd':
    case 'k':
    case 'p':
    case 't':
      return IsAnyOf(kNames, name);
    default:
      return false;
  }
}

// As IsConnectionField, of a request.
bool IsRequestConnectionField(std::string_view name) {
  static constexpr std::array<std::string_view, 3> kNames = {"expect", "host", "upgrade"};
  switch (ToLower(name[0])) {
    case 'e':
    case 'h':
    case 'u':
      return IsAnyOf(kNames, name);
    default:
      return IsConnectionField(name);
  }
}

bool IsToken(std::string_view text) {
  const char* const end = text.data() + text.size();
  bool underscore = false;
  return !text.empty() && ScanToken(text.data(), end, underscore) == end;
}

bool IsSafeValue(std::string_view text) {
  const char* const end = text.data() + text.size();
  return ScanValue(text.data(), end) == end;
}

// Writes into room that is known to suffice.
class Writer {
 public:
  explicit Writer(std::span<char> room) : begin_(room.data()), at_(room.data()) {}

  Writer& operator<<(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
    return *this;
  }
  Writer& operator<<(uint64_t number) {
    at_ = std::to_chars(at_, at_ + 20, number).ptr;
    return *this;
  }
  size_t size() const { return static_cast<size_t>(at_ - begin_); }

 private:
  char* begin_;
  char* at_;
};

constexpr size_t kFieldOverheadBytes = 4;       // ": " and CRLF
constexpr size_t kStartLineOverheadBytes = 64;  // versions, status, blanks, line ends
constexpr size_t kFramingBytesMax = 192;        // Content-Length, Transfer-Encoding, Expect, names of others

size_t BytesOf(std::span<const Field> fields) {
  size_t bytes = 0;
  for (const Field& field : fields) bytes += field.name.size() + field.value.size() + kFieldOverheadBytes;
  return bytes;
}

// `is_left_out(name)` is asked about tokens only.
template <typename Predicate>
void WriteFields(Writer& writer, std::span<const Field> fields, Predicate is_left_out) {
  for (const Field& field : fields) {
    if (!IsToken(field.name) || !IsSafeValue(field.value) || is_left_out(field.name)) continue;
    writer << field.name << ": " << field.value << "\r\n";
  }
}

void WriteFraming(Writer& writer, const H1Framing& framing) {
  if (framing.content_length) writer << "Content-Length: " << *framing.content_length << "\r\n";
  if (framing.chunked) writer << "Transfer-Encoding: chunked\r\n";
  if (!framing.connection.empty()) writer << "Connection: " << framing.connection << "\r\n";
}

}  // namespace

void AppendResponseHead(Buffer& out, const ResponseHead& head, const H1Framing& framing,
                        std::string_view date_line) {
  const std::string_view reason = ReasonPhrase(head.status);
  Writer writer(out.Room(kStartLineOverheadBytes + reason.size() + date_line.size() + BytesOf(head.fields) +
                         kFramingBytesMax + framing.connection.size()));
  writer << "HTTP/1.1 " << static_cast<uint64_t>(head.status) << " " << reason << "\r\n";
  WriteFields(writer, head.fields, IsConnectionField);
  writer << date_line;
  WriteFraming(writer, framing);
  writer << "\r\n";
  out.Commit(writer.size());
}

void AppendRequestHead(Buffer& out, std::string_view method, std::string_view target,
                       std::string_view authority, std::span<const Field> fields,
                       const H1RequestFraming& framing) {
  Writer writer(out.Room(kStartLineOverheadBytes + method.size() + target.size() + authority.size() +
                         BytesOf(fields) + kFramingBytesMax + framing.connection.size() +
                         framing.upgrade.size()));
  writer << method << " " << target << " HTTP/1.1\r\nHost: " << authority << "\r\n";
  WriteFields(writer, fields, IsRequestConnectionField);
  WriteFraming(writer, framing);
  if (!framing.upgrade.empty()) writer << "Upgrade: " << framing.upgrade << "\r\n";
  if (framing.expect_continue) writer << "Expect: 100-continue\r\n";
  writer << "\r\n";
  out.Commit(writer.size());
}

bool IsRequestLine(std::string_view method, std::string_view target, std::string_view authority) {
  const char* const end = target.data() + target.size();
  bool marked = false;
  return IsToken(method) && !target.empty() && ScanTarget(target.data(), end, marked) == end &&
         IsAuthority(authority);
}

void AppendLastChunk(Buffer& out, std::span<const Field> trailers) {
  Writer writer(out.Room(8 + BytesOf(trailers)));
  writer << "0\r\n";
  WriteFields(writer, trailers, IsForbiddenTrailer);
  writer << "\r\n";
  out.Commit(writer.size());
}

std::string_view ChunkSizeLine(size_t bytes, std::span<char, 20> space) {
  char* end = std::to_chars(space.data(), space.data() + 16, bytes, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return {space.data(), static_cast<size_t>(end - space.data())};
}

}  // namespace cairn::http
