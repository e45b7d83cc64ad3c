// Paths and URLs: normalising twice is normalising once, and clean paths are left alone.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/uri.h"

using namespace cairn::http;

namespace {

void Check(bool holds) {
  if (!holds) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const cairn::Result<NormalPath> normal = NormalizePath(text)) {
    const cairn::Result<NormalPath> again = NormalizePath(normal->path);
    Check(again && again->path == normal->path);
    Check(normal->has_escaped_slash || !again->has_escaped_slash);
    Check(normal->has_escaped_backslash || !again->has_escaped_backslash);
    Check(!ClimbsAboveRoot(text) && HasValidEscapes(text));
    if (IsClean(text)) Check(normal->path == text);
  }
  const std::string clean = CleanPath(text);
  Check(CleanPath(clean) == clean && clean.starts_with('/'));
  if (IsClean(text)) Check(clean == text);
  if (const cairn::Result<std::string> decoded = PercentDecode(text)) Check(decoded->size() <= size);
  if (const cairn::Result<Url> url = ParseUrl(text))
    Check(url->port != 0 && !url->host.empty() && url->path[0] == '/');
  if (IsAuthority(text)) Check(ParseHostPort(text, 1).has_value());
  return 0;
}
