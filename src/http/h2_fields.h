#pragma once

// Field sections of HTTP/2 (RFC 9113, sections 8.2 and 8.3): those a peer sent, checked beyond what nghttp2
// checks, and those to be sent. Internal to the folder.

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace cairn::http {

// One received field section, collected while it is decoded and bounded meanwhile: a few bytes of HPACK can
// stand for a lot. Every field counts with its 32 bytes of overhead, dropped ones and each piece of a cookie
// too.
class H2FieldSection {
 public:
  static constexpr size_t kFieldOverheadBytes = 32;

  enum class Kind : uint8_t {
    kRequest,  // names with '_' are dropped: gateways read them as '-'
    kResponse,
    kTrailers,  // names with '_' and those of IsForbiddenTrailer() are dropped
  };

  H2FieldSection(Kind kind, size_t bytes_max, size_t fields_max)
      : bytes_max_(bytes_max), fields_max_(fields_max), kind_(kind) {}

  // Takes a field that nghttp2 let pass. Once a bound is exceeded nothing is stored any more.
  void Add(std::string_view name, std::string_view value);
  bool exceeded() const { return exceeded_; }

  // At the section's end: makes the views below, which live as long as this. A cookie in pieces becomes one
  // (section 8.2.3).
  void Finish();
  const std::vector<Field>& fields() const { return fields_; }  // without pseudo-fields
  std::string_view pseudo(std::string_view name) const;         // ":path", for example; empty if absent

 private:
  struct Entry {
    uint32_t name_bytes;
    uint32_t value_bytes;
  };

  bool IsDropped(std::string_view name) const;

  size_t bytes_max_;
  size_t fields_max_;
  size_t bytes_ = 0;
  size_t count_ = 0;
  Kind kind_;
  bool exceeded_ = false;
  bool has_cookie_ = false;
  std::string text_;  // names and values one behind the other
  std::vector<Entry> entries_;
  std::string cookies_;
  std::vector<Field> pseudo_;
  std::vector<Field> fields_;
};

// Why a request is refused: with an error response or, if `status` is 0, as malformed by resetting its
// stream.
struct H2Refusal {
  int status = 0;
};

// The request that a finished section describes; views into it. `end_stream`: no body follows.
std::expected<RequestHead, H2Refusal> ReadRequestHead(const H2FieldSection& section, bool end_stream,
                                                      const MessageLimits& limits);

// The response that a finished section describes, or nothing if it is malformed.
std::optional<ResponseHead> ReadResponseHead(const H2FieldSection& section, bool end_stream);

// A field section to be sent, as nghttp2 takes it: `first`, then `fields`, then `last`. Of `first` and `last`
// entries without value are left out. Of `fields` are left out: those that frame, route or belong to the
// connection (as in HTTP/1, and Host), pseudo-fields and those that are malformed; names become lower case.
// Views the arguments, which must live as long.
class H2FieldList {
 public:
  H2FieldList(std::initializer_list<Field> first, std::span<const Field> fields,
              std::initializer_list<Field> last);
  H2FieldList(const H2FieldList&) = delete;
  H2FieldList& operator=(const H2FieldList&) = delete;

  const nghttp2_nv* data() const { return fields_.data(); }
  size_t size() const { return fields_.size(); }
  size_t bytes() const { return bytes_; }  // with the overhead of each field

 private:
  void Add(std::string_view name, std::string_view value);
  std::string_view LowerCase(std::string_view name);

  std::vector<nghttp2_nv> fields_;
  std::string names_;  // those that had to be changed
  size_t bytes_ = 0;
};

}  // namespace cairn::http
