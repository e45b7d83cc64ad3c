#include "state/testing/recorded.h"

#include <cstdlib>

#include "base/files.h"
#include "hcl/unicode.h"

namespace cairn::state {

std::string ReadRecorded(std::string_view name) {
  const char* root = std::getenv("CAIRN_SOURCE_DIR");
  if (root == nullptr) return "";
  const auto text = ReadFile(std::string(root) + "/tests/state/" + std::string(name), size_t{1} << 28);
  return text.value_or("");
}

std::string RawText(std::string_view shown) {
  std::string out;
  while (!shown.empty()) {
    size_t length = 0;
    const char32_t character = hcl::DecodeCharacter(shown, length);
    if (character >= 0x2400 && character <= 0x2420) {
      out += char(character - 0x2400);
    } else if (character == 0x2421) {
      out += '\x7f';
    } else {
      out += shown.substr(0, length);
    }
    shown.remove_prefix(length);
  }
  return out;
}

}  // namespace cairn::state
