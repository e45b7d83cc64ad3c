// Journals: any bytes are replayed or refused; a journal of which a part was replayed has that part whole.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/strings.h"
#include "state/digest.h"
#include "state/journal.h"
#include "state/state_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  {
    state::State state;
    (void)state::ReplayJournal(text, "", state);
  }
  // The same as records behind a correct beginning, each line with its checksum.
  std::string journal;
  const auto add = [&](std::string_view json) {
    journal += Format("{} {}\n", state::Sha256Hex(json).substr(0, 16), json);
  };
  add(Format(R"({{"format":"cairn-state-journal-1","serial":0,"lineage":"","sha256":"{}"}})",
             state::Sha256Hex("")));
  for (const std::string_view line : Split(text, '\n')) add(line);
  state::State state;
  const auto replay = state::ReplayJournal(journal, "", state);
  if (replay && replay->dropped_bytes > journal.size()) std::abort();
  (void)state::WriteState(state);
  return 0;
}
