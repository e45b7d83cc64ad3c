// Whatever is accepted is written back byte for byte, and can be judged, reported and drawn.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "check/checker.h"
#include "check/history.h"
#include "check/plot.h"
#include "check/report.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto history = cairn::check::DecodeHistory(text, 1000);
  if (!history) return 0;
  if (cairn::check::EncodeHistory(*history) != text) std::abort();
  const cairn::check::Verdict verdict = cairn::check::Check(*history, {.gap_budget = 100});
  if (verdict.explained > verdict.missing) std::abort();
  cairn::check::TextReport(*history, verdict);
  cairn::check::JsonReport(*history, verdict);
  cairn::check::PlotSvg(*history, verdict);
  return 0;
}
