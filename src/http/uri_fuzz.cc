// Paths and URLs: normalising twice is normalising once, and clean paths are left alone.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/uri.h"

namespace cairn::http {
namespace {

void Check(bool holds) {
  if (!holds) abort();
}

void CheckUris(std::string_view text) {
  if (const Result<NormalPath> normal = NormalizePath(text)) {
    const Result<NormalPath> again = NormalizePath(normal->path);
    Check(again && again->path == normal->path);
    Check(normal->has_escaped_slash || !again->has_escaped_slash);
    Check(normal->has_escaped_backslash || !again->has_escaped_backslash);
    Check(!ClimbsAboveRoot(text) && HasValidEscapes(text));
    if (IsClean(text)) Check(normal->path == text);
  }
  const std::string clean = CleanPath(text);
  Check(CleanPath(clean) == clean && clean.starts_with('/'));
  if (IsClean(text)) Check(clean == text);
  if (const Result<std::string> decoded = PercentDecode(text)) Check(decoded->size() <= text.size());
  if (const Result<Url> url = ParseUrl(text))
    Check(url->port != 0 && !url->host.empty() && url->path[0] == '/');
  if (IsAuthority(text)) Check(ParseHostPort(text, 1).has_value());
}

}  // namespace
}  // namespace cairn::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cairn::http::CheckUris({reinterpret_cast<const char*>(data), size});
  return 0;
}
