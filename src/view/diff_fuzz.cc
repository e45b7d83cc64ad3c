// Texts that look like JSON, or are of several lines, as plans compare them: two of them, with a zero
// between.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hcl/value.h"
#include "view/colour.h"
#include "view/diff.h"
#include "view/diff_render.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t cut = text.find('\0');
  const hcl::Value before = hcl::Value::String(text.substr(0, cut));
  const hcl::Value after =
      cut == std::string_view::npos ? hcl::Value() : hcl::Value::String(text.substr(cut + 1));
  const view::Diff diff = view::CompareAny(before, after, false);
  if (view::RenderDiff(diff, view::Colours(false)).empty()) __builtin_trap();
  return 0;
}
