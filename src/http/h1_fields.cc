#include "http/h1_fields.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "http/h1_scan.h"

namespace cairn::http {

namespace {

// `lower` is in lower case and has the size of `name`.
bool IsName(std::string_view name, std::string_view lower) {
  for (size_t i = 0; i < lower.size(); ++i) {
    if (ToLower(name[i]) != lower[i]) return false;
  }
  return true;
}

std::string_view TrimBlanks(const char* begin, const char* end) {
  while (begin != end && (*begin == ' ' || *begin == '\t')) ++begin;
  while (begin != end && (end[-1] == ' ' || end[-1] == '\t')) --end;
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

void FieldReader::Start(size_t at) {
  used_ = 0;
  facts_ = FieldFacts();
  count_ = 0;
  base_ = nullptr;
  line_ = at;
  colon_ = 0;
  scanned_ = at;
  error_ = H1Error();
  underscore_ = false;
  has_transfer_encoding_ = false;
}

H1Progress FieldReader::Read(std::string_view bytes) {
  Rebase(bytes.data());
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* line = begin + line_;
  const char* colon = colon_ == 0 ? nullptr : begin + colon_;
  const char* p = begin + scanned_;
  for (;;) {
    if (colon == nullptr) {
      p = ScanToken(p, end, underscore_);
      if (p == end) return Pause(p, line, nullptr);
      if (*p != ':') {
        if (p == line && *p == '\r') return EndSection(line, end);
        return Refuse(400, p == line && (*p == ' ' || *p == '\t') ? "line folding" : "bad field name");
      }
      if (p == line) return Refuse(400, "empty field name");
      colon = p++;
    }
    p = ScanValue(p, end);
    if (p == end) return Pause(p, line, colon);
    if (*p != '\r') return Refuse(400, *p == '\n' ? "line feed without carriage return" : "bad field value");
    if (p + 1 == end) return Pause(p, line, colon);
    if (p[1] != '\n') return Refuse(400, "carriage return without line feed");
    if (!Add({line, static_cast<size_t>(colon - line)}, TrimBlanks(colon + 1, p))) return H1Progress::kError;
    p += 2;
    line = p;
    colon = nullptr;
    underscore_ = false;
  }
}

H1Progress FieldReader::Refuse(int status, std::string_view reason) {
  error_ = H1Error{status, reason};
  return H1Progress::kError;
}

H1Progress FieldReader::Pause(const char* at, const char* line, const char* colon) {
  scanned_ = static_cast<size_t>(at - base_);
  line_ = static_cast<size_t>(line - base_);
  colon_ = colon == nullptr ? 0 : static_cast<size_t>(colon - base_);
  return H1Progress::kNeedMore;
}

// `line` begins with a carriage return.
H1Progress FieldReader::EndSection(const char* line, const char* end) {
  if (line + 1 == end) return Pause(line, line, nullptr);
  if (line[1] != '\n') return Refuse(400, "carriage return without line feed");
  scanned_ = static_cast<size_t>(line + 2 - base_);
  return H1Progress::kDone;
}

// The buffer may have moved since the last call: so do the views into it.
void FieldReader::Rebase(const char* begin) {
  if (base_ != nullptr && base_ != begin) {
    for (Field& field : std::span(fields_.data(), used_)) {
      field.name = {begin + (field.name.data() - base_), field.name.size()};
      field.value = {begin + (field.value.data() - base_), field.value.size()};
    }
  }
  base_ = begin;
}

void FieldReader::Keep(std::string_view name, std::string_view value) {
  if (used_ == fields_.size()) fields_.resize(std::max<size_t>(16, 2 * used_));
  fields_[used_++] = Field{name, value};
}

bool FieldReader::Add(std::string_view name, std::string_view value) {
  if (++count_ > fields_max_) {
    Refuse(431, "too many fields");
    return false;
  }
  if (underscore_ && section_ != Section::kResponse) return true;
  if (section_ == Section::kTrailers) {
    if (!IsForbiddenTrailer(name)) Keep(name, value);
    return true;
  }
  Keep(name, value);
  return Note(name, value);
}

// Takes what the field just added says about the message; false if that is refused.
bool FieldReader::Note(std::string_view name, std::string_view value) {
  const char first = ToLower(name[0]);
  switch (name.size()) {
    case 4:
      return first != 'h' || !IsName(name, "host") || NoteHost();
    case 6:
      return first != 'e' || !IsName(name, "expect") || NoteExpect(value);
    case 7:
      return first != 'u' || !IsName(name, "upgrade") || NoteUpgrade();
    case 10:
      return first != 'c' || !IsName(name, "connection") || NoteConnection(value);
    case 14:
      return first != 'c' || !IsName(name, "content-length") || NoteContentLength(value);
    case 17:
      return first != 't' || !IsName(name, "transfer-encoding") || NoteTransferEncoding(value);
    default:
      return true;
  }
}

bool FieldReader::NoteHost() {
  if (section_ == Section::kResponse) return true;
  if (facts_.host != FieldFacts::kAbsent) {
    Refuse(400, "more than one Host");
    return false;
  }
  facts_.host = used_ - 1;
  return true;
}

bool FieldReader::NoteUpgrade() {
  facts_.upgrade = used_ - 1;
  ++facts_.upgrade_count;
  return true;
}

bool FieldReader::NoteExpect(std::string_view value) {
  if (section_ == Section::kResponse) return true;
  facts_.expect_continue = EqualsIgnoreCase(value, "100-continue");
  if (!facts_.expect_continue) Refuse(417, "unknown expectation");
  return facts_.expect_continue;
}

bool FieldReader::NoteConnection(std::string_view value) {
  ForEachListElement(value, [this](std::string_view option) {
    facts_.connection_close |= EqualsIgnoreCase(option, "close");
    facts_.connection_keep_alive |= EqualsIgnoreCase(option, "keep-alive");
    facts_.connection_upgrade |= EqualsIgnoreCase(option, "upgrade");
  });
  return true;
}

bool FieldReader::NoteContentLength(std::string_view value) {
  const std::optional<uint64_t> length = ParseInt<uint64_t>(value);
  if (facts_.has_content_length) {
    Refuse(400, "more than one Content-Length");
  } else if (has_transfer_encoding_) {
    Refuse(400, "Content-Length and Transfer-Encoding");
  } else if (!length) {
    Refuse(400, "bad Content-Length");
  } else {
    facts_.has_content_length = true;
    facts_.content_length = *length;
    return true;
  }
  return false;
}

bool FieldReader::NoteTransferEncoding(std::string_view value) {
  if (has_transfer_encoding_) {
    Refuse(400, "more than one Transfer-Encoding");
    return false;
  }
  if (facts_.has_content_length) {
    Refuse(400, "Content-Length and Transfer-Encoding");
    return false;
  }
  has_transfer_encoding_ = true;
  facts_.chunked = EqualsIgnoreCase(value, "chunked");
  if (facts_.chunked) return true;

  // Other codings before one final "chunked" could be read, but not by us; everything else is a mistake.
  bool well_formed = true;
  size_t chunked_count = 0;
  std::string_view last;
  for (const std::string_view piece : Split(value, ',')) {
    last = Trim(piece);
    bool underscore = false;
    const char* const end = last.data() + last.size();
    well_formed &= !last.empty() && ScanToken(last.data(), end, underscore) == end;
    if (EqualsIgnoreCase(last, "chunked")) ++chunked_count;
  }
  if (well_formed && chunked_count == 1 && EqualsIgnoreCase(last, "chunked")) {
    Refuse(501, "transfer coding other than chunked");
  } else {
    Refuse(400, "bad Transfer-Encoding");
  }
  return false;
}

std::string_view UpgradeOf(const FieldFacts& facts, std::span<const Field> fields) {
  if (facts.upgrade_count != 1 || !facts.connection_upgrade) return {};
  const std::string_view value = fields[facts.upgrade].value;
  bool offers_h2c = false;
  ForEachListElement(value,
                     [&](std::string_view protocol) { offers_h2c |= EqualsIgnoreCase(protocol, "h2c"); });
  return offers_h2c ? std::string_view() : value;
}

bool IsForbiddenTrailer(std::string_view name) {
  static constexpr std::array<std::string_view, 41> kNames = {"transfer-encoding",
                                                              "content-length",
                                                              "host",
                                                              "connection",
                                                              "keep-alive",
                                                              "te",
                                                              "trailer",
                                                              "upgrade",
                                                              "http2-settings",
                                                              "expect",
                                                              "range",
                                                              "max-forwards",
                                                              "cache-control",
                                                              "pragma",
                                                              "authorization",
                                                              "www-authenticate",
                                                              "authentication-info",
                                                              "cookie",
                                                              "set-cookie",
                                                              "content-encoding",
                                                              "content-type",
                                                              "content-range",
                                                              "content-location",
                                                              "age",
                                                              "date",
                                                              "expires",
                                                              "last-modified",
                                                              "location",
                                                              "retry-after",
                                                              "vary",
                                                              "warning",
                                                              "forwarded",
                                                              "via",
                                                              "origin",
                                                              "x-real-ip",
                                                              "x-request-id",
                                                              "x-scheme",
                                                              "accept-encoding",
                                                              "strict-transport-security",
                                                              "alt-svc",
                                                              "proxy"};
  static constexpr std::array<std::string_view, 5> kPrefixes = {"x-forwarded-", "x-original-", "if-",
                                                                "proxy-", "sec-"};
  return std::ranges::any_of(kNames,
                             [name](std::string_view other) { return EqualsIgnoreCase(name, other); }) ||
         std::ranges::any_of(kPrefixes, [name](std::string_view prefix) {
           return EqualsIgnoreCase(name.substr(0, prefix.size()), prefix);
         });
}

}  // namespace cairn::http
