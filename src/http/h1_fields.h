#pragma once

// The field section of HTTP/1.x: headers of both directions and trailers of the chunked coding (RFC 9112,
// section 5), and what its fields say about framing and the connection. Pure and incremental.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace cairn::http {

// Why a message was refused: the status to answer with before closing, and a short reason for logs.
struct H1Error {
  int status = 400;
  std::string_view reason;  // static text
};

enum class H1Progress : uint8_t { kNeedMore, kDone, kError };

// What the fields of one head say about the message and its connection.
struct FieldFacts {
  static constexpr size_t kAbsent = ~size_t{0};

  size_t host = kAbsent;     // index of the Host field
  size_t upgrade = kAbsent;  // index of the only Upgrade field
  size_t upgrade_count = 0;
  uint64_t content_length = 0;
  bool has_content_length = false;
  bool chunked = false;           // Transfer-Encoding is exactly "chunked"
  bool connection_close = false;  // options that Connection lists
  bool connection_keep_alive = false;
  bool connection_upgrade = false;
  bool expect_continue = false;
};

// Reads field lines up to and including the empty line.
class FieldReader {
 public:
  enum class Section : uint8_t {
    kRequest,  // names with '_' are dropped: gateways read them as '-' (case 19)
    kResponse,
    kTrailers,  // no facts; names with '_' and those of IsForbiddenTrailer() are dropped
  };

  FieldReader(Section section, size_t fields_max) : fields_max_(fields_max), section_(section) {}

  // Begins a section whose first line starts at bytes[at] of the following Read() calls.
  void Start(size_t at);

  // `bytes` are all bytes of the message so far, again with more after kNeedMore; they may have moved.
  H1Progress Read(std::string_view bytes);

  // After kDone: views into the last `bytes`, in order of arrival.
  std::span<const Field> fields() const { return {fields_.data(), used_}; }
  const FieldFacts& facts() const { return facts_; }
  size_t end() const { return scanned_; }  // offset behind the empty line
  const H1Error& error() const { return error_; }

 private:
  H1Progress Refuse(int status, std::string_view reason);
  H1Progress Pause(const char* at, const char* line, const char* colon);
  H1Progress EndSection(const char* line, const char* end);
  void Rebase(const char* begin);
  void Keep(std::string_view name, std::string_view value);
  bool Add(std::string_view name, std::string_view value);
  bool Note(std::string_view name, std::string_view value);
  bool NoteHost();
  bool NoteUpgrade();
  bool NoteExpect(std::string_view value);
  bool NoteConnection(std::string_view value);
  bool NoteContentLength(std::string_view value);
  bool NoteTransferEncoding(std::string_view value);

  std::vector<Field> fields_;  // the first used_ count; it only grows, so that it is allocated once
  size_t used_ = 0;
  FieldFacts facts_;
  size_t fields_max_;
  size_t count_ = 0;            // lines seen, dropped ones too
  const char* base_ = nullptr;  // where the bytes were that fields_ views into
  size_t line_ = 0;             // offset of the current line
  size_t colon_ = 0;            // offset of its colon, 0 while that is not seen
  size_t scanned_ = 0;          // offset of the first byte not looked at
  H1Error error_;
  Section section_;
  bool underscore_ = false;  // the current line's name has a '_'
  bool has_transfer_encoding_ = false;
};

// Calls `visit(element)` for each non-empty element of a comma-separated list (RFC 9110, section 5.6.1).
template <typename Visitor>
void ForEachListElement(std::string_view list, Visitor visit) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    std::string_view element = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    while (!element.empty() && (element.front() == ' ' || element.front() == '\t')) element.remove_prefix(1);
    while (!element.empty() && (element.back() == ' ' || element.back() == '\t')) element.remove_suffix(1);
    if (!element.empty()) visit(element);
  }
}

// The value of the Upgrade field if Connection names it and it does not offer "h2c"; else empty.
std::string_view UpgradeOf(const FieldFacts& facts, std::span<const Field> fields);

// Whether a field may not come in a trailer: it frames, routes, authenticates, controls or describes the
// content (RFC 9110, section 6.5.1). Proxies and both versions of the protocol drop such trailers.
bool IsForbiddenTrailer(std::string_view name);

}  // namespace cairn::http
