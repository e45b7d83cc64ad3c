#include "http/h2_fields.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "http/h1_fields.h"
#include "http/h1_scan.h"
#include "http/uri.h"

namespace cairn::http {

namespace {

constexpr size_t kMethodBytesMax = 32;

// What belongs to the connection and is not passed on from a handler or a caller.
constexpr std::array<std::string_view, 10> kConnectionFields = {
    "connection",       "content-length",    "date",   "expect", "host", "http2-settings", "keep-alive",
    "proxy-connection", "transfer-encoding", "upgrade"};

bool BelongsToConnection(std::string_view name) {
  return std::ranges::find(kConnectionFields, name) != kConnectionFields.end();
}

// Whether an HTTP/1 request line could carry `path` and would be let through.
bool IsPath(std::string_view path, std::string_view method) {
  if (path == "*") return method == "OPTIONS";
  bool marked = false;
  const char* const end = path.data() + path.size();
  if (path.empty() || path[0] != '/' || ScanTarget(path.data(), end, marked) != end) return false;
  return !marked || (HasValidEscapes(path) && !ClimbsAboveRoot(path.substr(0, path.find('?'))));
}

bool IsHttpScheme(std::string_view scheme) {
  return scheme == "http" || scheme == "https";
}

// The announced length; nghttp2 has seen to it that there is one Content-Length of digits only.
std::optional<uint64_t> ContentLength(std::span<const Field> fields) {
  const Field* field = FindField(fields, "content-length");
  return field ? ParseInt<uint64_t>(field->value) : std::nullopt;
}

BodyKind KindOfBody(bool end_stream, std::optional<uint64_t> content_length) {
  if (end_stream || content_length == 0) return BodyKind::kNone;
  return content_length ? BodyKind::kLength : BodyKind::kStreamed;
}

}  // namespace

bool H2FieldSection::IsDropped(std::string_view name) const {
  if (name[0] == ':' || kind_ == Kind::kResponse) return false;
  return name.find('_') != std::string_view::npos || (kind_ == Kind::kTrailers && IsForbiddenTrailer(name));
}

void H2FieldSection::Add(std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size() + kFieldOverheadBytes;
  if (name[0] != ':') ++count_;
  exceeded_ = exceeded_ || bytes_ > bytes_max_ || count_ > fields_max_;
  if (exceeded_ || IsDropped(name)) return;
  if (name == "cookie") {
    if (!has_cookie_) entries_.push_back({0, 0});  // marks the cookie's place
    if (has_cookie_) cookies_ += "; ";
    cookies_ += value;
    has_cookie_ = true;
    return;
  }
  entries_.push_back({static_cast<uint32_t>(name.size()), static_cast<uint32_t>(value.size())});
  text_.append(name).append(value);
}

void H2FieldSection::Finish() {
  fields_.reserve(entries_.size());
  std::string_view rest = text_;
  for (const Entry& entry : entries_) {
    if (entry.name_bytes == 0) {
      fields_.push_back({"cookie", cookies_});
      continue;
    }
    const Field field{rest.substr(0, entry.name_bytes), rest.substr(entry.name_bytes, entry.value_bytes)};
    rest.remove_prefix(entry.name_bytes + entry.value_bytes);
    (field.name[0] == ':' ? pseudo_ : fields_).push_back(field);
  }
}

std::string_view H2FieldSection::pseudo(std::string_view name) const {
  const auto found = std::ranges::find(pseudo_, name, &Field::name);
  return found == pseudo_.end() ? std::string_view() : found->value;
}

std::expected<RequestHead, H2Refusal> ReadRequestHead(const H2FieldSection& section, bool end_stream,
                                                      const MessageLimits& limits) {
  const auto refuse = [](int status) { return std::unexpected(H2Refusal{status}); };
  constexpr int kMalformed = 0;
  if (section.exceeded()) return refuse(431);
  RequestHead head;
  head.version = Version::kHttp2;
  head.method = section.pseudo(":method");
  head.scheme = section.pseudo(":scheme");
  head.target = section.pseudo(":path");
  head.authority = section.pseudo(":authority");
  head.fields = section.fields();

  if (const Field* host = head.Find("host")) {
    if (head.authority.empty()) head.authority = host->value;
    if (!EqualsIgnoreCase(head.authority, host->value)) return refuse(kMalformed);
  }
  if (!IsAuthority(head.authority)) return refuse(kMalformed);
  if (head.method == "CONNECT") return refuse(405);
  if (head.method.size() > kMethodBytesMax) return refuse(501);
  if (head.target.size() > limits.target_bytes_max) return refuse(414);
  if (!IsPath(head.target, head.method) || !IsHttpScheme(head.scheme)) return refuse(kMalformed);

  head.path = head.target.substr(0, head.target.find('?'));
  if (head.path.size() < head.target.size()) head.query = head.target.substr(head.path.size() + 1);
  const std::optional<uint64_t> content_length = ContentLength(head.fields);
  head.body = KindOfBody(end_stream, content_length);
  if (head.body == BodyKind::kLength) head.content_length = *content_length;
  if (head.content_length > limits.body_bytes_max) return refuse(413);
  if (const Field* expect = head.Find("expect")) {
    if (!EqualsIgnoreCase(expect->value, "100-continue")) return refuse(417);
    head.expect_continue = head.body != BodyKind::kNone;
  }
  return head;
}

std::optional<ResponseHead> ReadResponseHead(const H2FieldSection& section, bool end_stream) {
  const std::optional<uint16_t> status = ParseInt<uint16_t>(section.pseudo(":status"));
  if (!status || *status < 100 || *status > 999) return std::nullopt;
  ResponseHead head;
  head.status = *status;
  head.fields = section.fields();
  head.version = Version::kHttp2;
  const std::optional<uint64_t> content_length = ContentLength(head.fields);
  head.body = KindOfBody(end_stream, content_length);
  if (head.body == BodyKind::kLength) head.content_length = *content_length;
  return head;
}

H2FieldList::H2FieldList(std::initializer_list<Field> first, std::span<const Field> fields,
                         std::initializer_list<Field> last) {
  fields_.reserve(first.size() + fields.size() + last.size());
  size_t name_bytes = 0;
  for (const Field& field : fields) name_bytes += field.name.size();
  names_.reserve(name_bytes);  // views of it stay valid
  for (const Field& field : first) {
    if (!field.value.empty()) Add(field.name, field.value);
  }
  for (const Field& field : fields) {
    const std::string_view name = LowerCase(field.name);
    const auto* const name_data = reinterpret_cast<const uint8_t*>(name.data());
    const auto* const value_data = reinterpret_cast<const uint8_t*>(field.value.data());
    if (name.empty() || name[0] == ':' || !nghttp2_check_header_name(name_data, name.size()) ||
        !nghttp2_check_header_value_rfc9113(value_data, field.value.size()) || BelongsToConnection(name) ||
        (name == "te" && field.value != "trailers")) {
      continue;
    }
    Add(name, field.value);
  }
  for (const Field& field : last) {
    if (!field.value.empty()) Add(field.name, field.value);
  }
}

std::string_view H2FieldList::LowerCase(std::string_view name) {
  if (std::ranges::none_of(name, [](char c) { return c != ToLower(c); })) return name;
  const size_t at = names_.size();
  for (const char c : name) names_.push_back(ToLower(c));
  return std::string_view(names_).substr(at);
}

void H2FieldList::Add(std::string_view name, std::string_view value) {
  // nghttp2 takes pointers to non-const and only reads.
  auto* const name_data = reinterpret_cast<uint8_t*>(const_cast<char*>(name.data()));
  auto* const value_data = reinterpret_cast<uint8_t*>(const_cast<char*>(value.data()));
  // Credentials stay out of the compression's shared state (RFC 7541, section 7.1.3).
  const bool secret = name == "authorization" || name == "proxy-authorization";
  fields_.push_back({name_data, value_data, name.size(), value.size(),
                     static_cast<uint8_t>(secret ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE)});
  bytes_ += name.size() + value.size() + H2FieldSection::kFieldOverheadBytes;
}

}  // namespace cairn::http
