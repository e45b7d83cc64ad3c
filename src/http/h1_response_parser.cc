#include "http/h1_parser.h"
#include "http/h1_scan.h"

namespace cairn::http {

namespace {

constexpr std::string_view kStatusStart = "HTTP/1.d ddd";  // 'd' stands for a digit

// Statuses whose messages end with the head, whatever they say (RFC 9112, section 6.3).
bool IsBodiless(int status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

H1Progress H1ResponseParser::Parse(std::string_view bytes) {
  const std::string_view limited = bytes.substr(0, limits_.head_bytes_max);
  const H1Progress progress = ParseLimited(limited);
  if (progress == H1Progress::kNeedMore && limited.size() == limits_.head_bytes_max) {
    return Refuse("head too large");
  }
  return progress;
}

void H1ResponseParser::Reset(std::string_view request_method) {
  error_ = H1Error();
  // What Finish() does not set always.
  head_.reason = {};
  head_.body = BodyKind::kNone;
  head_.content_length = 0;
  head_.upgrade = {};
  consumed_ = 0;
  scanned_ = 0;
  stage_ = Stage::kVersion;
  request_was_head_ = request_method == "HEAD";
  request_was_connect_ = request_method == "CONNECT";
}

H1Progress H1ResponseParser::ParseLimited(std::string_view bytes) {
  if (stage_ == Stage::kRefused) return H1Progress::kError;
  if (stage_ == Stage::kVersion) return ReadVersion(bytes);
  if (stage_ == Stage::kReason) return ReadReason(bytes);
  const H1Progress progress = fields_.Read(bytes);
  if (progress == H1Progress::kDone) return Finish(bytes);
  if (progress == H1Progress::kError) return Refuse(fields_.error().reason);
  return progress;
}

// The version and the status: exactly three digits, from 100 up.
H1Progress H1ResponseParser::ReadVersion(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, kStatusStart.size());
  for (size_t i = 0; i < start.size(); ++i) {
    const bool matches =
        kStatusStart[i] == 'd' ? start[i] >= '0' && start[i] <= '9' : start[i] == kStatusStart[i];
    if (!matches || (i == 9 && start[i] == '0')) return Refuse("bad status line");
  }
  if (start.size() < kStatusStart.size()) return H1Progress::kNeedMore;
  head_.version = start[7] == '0' ? Version::kHttp10 : Version::kHttp11;
  head_.status = (start[9] - '0') * 100 + (start[10] - '0') * 10 + (start[11] - '0');
  scanned_ = kStatusStart.size();
  stage_ = Stage::kReason;
  return ReadReason(bytes);
}

// A blank and a reason, which may be empty; the blank may be missing then.
H1Progress H1ResponseParser::ReadReason(std::string_view bytes) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* const p = ScanValue(begin + scanned_, end);
  scanned_ = static_cast<size_t>(p - begin);
  if (scanned_ > kStatusStart.size() && bytes[kStatusStart.size()] != ' ') return Refuse("bad status line");
  if (p == end) return H1Progress::kNeedMore;
  if (*p != '\r') return Refuse("bad status line");
  if (p + 1 == end) return H1Progress::kNeedMore;
  if (p[1] != '\n') return Refuse("carriage return without line feed");
  reason_end_ = scanned_;
  fields_.Start(scanned_ + 2);
  stage_ = Stage::kFields;
  return ParseLimited(bytes);
}

H1Progress H1ResponseParser::Finish(std::string_view bytes) {
  head_.fields = fields_.fields();
  if (reason_end_ > kStatusStart.size()) {
    head_.reason = bytes.substr(kStatusStart.size() + 1, reason_end_ - kStatusStart.size() - 1);
  }
  consumed_ = fields_.end();
  if (!ResolveBody()) return H1Progress::kError;
  const FieldFacts& facts = fields_.facts();
  head_.keep_alive = !facts.connection_close && head_.body != BodyKind::kToClose &&
                     (head_.version == Version::kHttp11 || facts.connection_keep_alive);
  if (head_.version == Version::kHttp11) head_.upgrade = UpgradeOf(facts, head_.fields);
  return H1Progress::kDone;
}

// How the body ends (RFC 9112, section 6.3). The default is none.
bool H1ResponseParser::ResolveBody() {
  const FieldFacts& facts = fields_.facts();
  if (facts.chunked && head_.version == Version::kHttp10) {
    Refuse("Transfer-Encoding in HTTP/1.0");
    return false;
  }
  const bool is_framed = facts.chunked || facts.content_length != 0;
  if (is_framed && (head_.status < 200 || head_.status == 204)) {
    Refuse("body in a response that has none");
    return false;
  }
  const bool opens_tunnel = request_was_connect_ && head_.status >= 200 && head_.status < 300;
  if (request_was_head_ || opens_tunnel || IsBodiless(head_.status)) return true;
  if (facts.chunked) {
    head_.body = BodyKind::kStreamed;
  } else if (!facts.has_content_length) {
    head_.body = BodyKind::kToClose;
  } else if (facts.content_length > limits_.body_bytes_max) {
    Refuse("body too large");
    return false;
  } else if (facts.content_length > 0) {
    head_.body = BodyKind::kLength;
    head_.content_length = facts.content_length;
  }
  return true;
}

H1Progress H1ResponseParser::Refuse(std::string_view reason) {
  error_ = H1Error{502, reason};
  stage_ = Stage::kRefused;
  return H1Progress::kError;
}

}  // namespace cairn::http
