#include <algorithm>

#include "base/strings.h"
#include "http/h1_parser.h"
#include "http/h1_scan.h"
#include "http/uri.h"

namespace cairn::http {

namespace {

constexpr size_t kMethodBytesMax = 32;
constexpr std::string_view kVersionLine = "HTTP/d.d\r\n";  // 'd' stands for a digit

}  // namespace

H1Progress H1RequestParser::Parse(std::string_view bytes) {
  const std::string_view limited = bytes.substr(0, limits_.head_bytes_max);
  const H1Progress progress = ParseLimited(limited);
  if (progress == H1Progress::kNeedMore && limited.size() == limits_.head_bytes_max) {
    return Refuse(431, "head too large");
  }
  return progress;
}

void H1RequestParser::Reset() {
  error_ = H1Error();
  // What Finish() does not set always.
  head_.scheme = {};
  head_.authority = {};
  head_.query = {};
  head_.path = {};
  head_.body = BodyKind::kNone;
  head_.content_length = 0;
  head_.expect_continue = false;
  head_.upgrade = {};
  consumed_ = 0;
  scanned_ = 0;
  stage_ = Stage::kStart;
  target_marked_ = false;
}

H1Progress H1RequestParser::ParseLimited(std::string_view bytes) {
  switch (stage_) {
    case Stage::kStart:
      return ReadStart(bytes);
    case Stage::kMethod:
      return ReadMethod(bytes);
    case Stage::kTarget:
      return ReadTarget(bytes);
    case Stage::kVersion:
      return ReadVersion(bytes);
    case Stage::kFields:
      break;
    case Stage::kRefused:
      return H1Progress::kError;
  }
  const H1Progress progress = fields_.Read(bytes);
  if (progress == H1Progress::kDone) return Finish(bytes);
  if (progress == H1Progress::kError) return Refuse(fields_.error().status, fields_.error().reason);
  return progress;
}

// One empty line before the request is legal (RFC 9112, section 2.2).
H1Progress H1RequestParser::ReadStart(std::string_view bytes) {
  if (bytes.empty()) return H1Progress::kNeedMore;
  if (bytes[0] == '\r') {
    if (bytes.size() < 2) return H1Progress::kNeedMore;
    if (bytes[1] != '\n') return Refuse(400, "carriage return without line feed");
    scanned_ = 2;
  }
  method_at_ = scanned_;
  stage_ = Stage::kMethod;
  return ReadMethod(bytes);
}

H1Progress H1RequestParser::ReadMethod(std::string_view bytes) {
  const char* const begin = bytes.data();
  const size_t size = std::min(bytes.size(), method_at_ + kMethodBytesMax + 1);
  bool underscore = false;
  const char* const p = ScanToken(begin + scanned_, begin + size, underscore);
  scanned_ = static_cast<size_t>(p - begin);
  if (scanned_ - method_at_ > kMethodBytesMax) return Refuse(501, "method too long");
  if (scanned_ == size) return H1Progress::kNeedMore;
  if (*p != ' ' || scanned_ == method_at_) return Refuse(400, "bad method");
  method_end_ = scanned_++;
  stage_ = Stage::kTarget;
  return ReadTarget(bytes);
}

H1Progress H1RequestParser::ReadTarget(std::string_view bytes) {
  const char* const begin = bytes.data();
  const size_t target_at = method_end_ + 1;
  const size_t size = std::min(bytes.size(), target_at + limits_.target_bytes_max + 1);
  const char* const p = ScanTarget(begin + scanned_, begin + size, target_marked_);
  scanned_ = static_cast<size_t>(p - begin);
  if (scanned_ - target_at > limits_.target_bytes_max) return Refuse(414, "target too long");
  if (scanned_ == size) return H1Progress::kNeedMore;
  if (*p != ' ' || scanned_ == target_at) return Refuse(400, "bad target");
  target_end_ = scanned_++;
  stage_ = Stage::kVersion;
  return ReadVersion(bytes);
}

H1Progress H1RequestParser::ReadVersion(std::string_view bytes) {
  const std::string_view version = bytes.substr(target_end_ + 1, kVersionLine.size());
  const bool is_usual = version == "HTTP/1.1\r\n";
  for (size_t i = 0; !is_usual && i < version.size(); ++i) {
    const bool matches =
        kVersionLine[i] == 'd' ? version[i] >= '0' && version[i] <= '9' : version[i] == kVersionLine[i];
    if (!matches) return Refuse(400, "bad version");
  }
  if (version.size() < kVersionLine.size()) return H1Progress::kNeedMore;
  if (version[5] != '1') return Refuse(505, "version other than 1.0 and 1.1");
  // A higher minor version is compatible (RFC 9110, section 2.5).
  head_.version = version[7] == '0' ? Version::kHttp10 : Version::kHttp11;
  fields_.Start(target_end_ + 1 + kVersionLine.size());
  stage_ = Stage::kFields;
  return ParseLimited(bytes);
}

H1Progress H1RequestParser::Finish(std::string_view bytes) {
  head_.method = bytes.substr(method_at_, method_end_ - method_at_);
  head_.target = bytes.substr(method_end_ + 1, target_end_ - method_end_ - 1);
  head_.fields = fields_.fields();
  consumed_ = fields_.end();
  if (!ResolveTarget() || !ResolveHost() || !ResolveBody()) return H1Progress::kError;
  const FieldFacts& facts = fields_.facts();
  head_.keep_alive =
      !facts.connection_close && (head_.version == Version::kHttp11 || facts.connection_keep_alive);
  if (head_.version == Version::kHttp11) {
    head_.expect_continue = facts.expect_continue && head_.body != BodyKind::kNone;
    head_.upgrade = UpgradeOf(facts, head_.fields);
  }
  return H1Progress::kDone;
}

// Which of the four forms (RFC 9112, section 3.2) the target has, and its parts.
bool H1RequestParser::ResolveTarget() {
  if (head_.method == "CONNECT") {
    const size_t colon = head_.target.rfind(':');
    const bool has_port = colon != std::string_view::npos && colon + 1 < head_.target.size() &&
                          head_.target.find(']', colon) == std::string_view::npos;
    if (!has_port || !IsAuthority(head_.target)) return Require("CONNECT without host:port");
    head_.authority = head_.target;
    return true;
  }
  head_.path = head_.target;
  if (head_.target[0] != '/') {
    if (head_.target == "*") return head_.method == "OPTIONS" || Require("'*' is for OPTIONS only");
    if (!ResolveAbsoluteForm()) return false;
  }
  if (!target_marked_) return true;
  if (const size_t question = head_.path.find('?'); question != std::string_view::npos) {
    head_.query = head_.path.substr(question + 1);
    head_.path = head_.path.substr(0, question);
  }
  if (head_.path.empty()) head_.path = "/";
  if (!HasValidEscapes(head_.target)) return Require("bad escape in the target");
  if (ClimbsAboveRoot(head_.path)) return Require("path above the root");
  return true;
}

// "http://host:port/path": leaves the path with its query in head_.path.
bool H1RequestParser::ResolveAbsoluteForm() {
  const size_t scheme_end = head_.target.find("://");
  if (scheme_end == std::string_view::npos) return Require("bad target");
  head_.scheme = head_.target.substr(0, scheme_end);
  if (!EqualsIgnoreCase(head_.scheme, "http") && !EqualsIgnoreCase(head_.scheme, "https")) {
    return Require("unknown scheme");
  }
  const std::string_view rest = head_.target.substr(scheme_end + 3);
  const size_t path_at = std::min(rest.find_first_of("/?"), rest.size());
  head_.authority = rest.substr(0, path_at);
  head_.path = path_at == rest.size() ? std::string_view("/") : rest.substr(path_at);
  return IsAuthority(head_.authority) || Require("bad host in the target");
}

// Host must be there, once and well-formed, even if the target names another host, which then wins.
bool H1RequestParser::ResolveHost() {
  const size_t host = fields_.facts().host;
  if (host == FieldFacts::kAbsent) {
    return head_.version == Version::kHttp10 || Require("no Host");
  }
  const std::string_view value = head_.fields[host].value;
  if (!IsAuthority(value)) return Require("bad Host");
  if (head_.authority.empty()) head_.authority = value;
  return true;
}

bool H1RequestParser::ResolveBody() {
  const FieldFacts& facts = fields_.facts();
  if (facts.chunked) {
    head_.body = BodyKind::kStreamed;
    return head_.version == Version::kHttp11 || Require("Transfer-Encoding in HTTP/1.0");
  }
  if (facts.content_length == 0) return true;
  head_.body = BodyKind::kLength;
  head_.content_length = facts.content_length;
  if (facts.content_length <= limits_.body_bytes_max) return true;
  Refuse(413, "body too large");
  return false;
}

H1Progress H1RequestParser::Refuse(int status, std::string_view reason) {
  error_ = H1Error{status, reason};
  stage_ = Stage::kRefused;
  return H1Progress::kError;
}

// 400 from a predicate.
bool H1RequestParser::Require(std::string_view reason) {
  Refuse(400, reason);
  return false;
}

}  // namespace cairn::http
