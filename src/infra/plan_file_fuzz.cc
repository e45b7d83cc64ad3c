// Saved plans: any text, behind a first line that fits, gives a plan or an error; one that was read is
// written so that it reads again, and is then written the same.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/strings.h"
#include "infra/plan_file.h"
#include "infra/plan_file_format.h"
#include "state/digest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn;
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)infra::ReadPlanFile(text);
  const auto read = infra::ReadPlanFile(
      Format("{}{} {}\n{}", infra::kPlanFileMagic, infra::kPlanFileVersion, state::Sha256Hex(text), text));
  if (!read) return 0;
  const std::string written = infra::WritePlanFile(*read);
  const auto again = infra::ReadPlanFile(written);
  if (!again || infra::WritePlanFile(*again) != written) std::abort();
  return 0;
}
