// What decodes is UTF-8, and what encodes decodes to the same text.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text_escape.h"
#include "hcl/charset.h"
#include "hcl/charset_table.h"
#include "hcl/unicode.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn;
  using namespace cairn::hcl;
  if (size == 0) return 0;
  const CharsetEntry& entry = AllCharsets()[data[0] % AllCharsets().size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto charset = Charset::Find(entry.aliases.substr(0, entry.aliases.find(' ')));
  if (!charset || charset->name() != entry.name) std::abort();
  const auto text = charset->Decode(bytes);
  if (text && !IsUtf8(*text)) std::abort();
  if (!IsUtf8(bytes) || bytes.find('~') != bytes.npos || bytes.find('\x1b') != bytes.npos) return 0;
  const std::string normal = Normalize(bytes);
  const auto encoded = charset->Encode(normal);
  if (!encoded || normal.find("\uFFFD") != normal.npos) return 0;
  const auto decoded = charset->Decode(*encoded);
  if (!decoded || Normalize(*decoded) != normal) std::abort();
  return 0;
}
