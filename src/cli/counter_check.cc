// counter-check: load on a counter, and a verdict. docs/counter-check.md is its manual.

#include "base/clock.h"
#include "check/check_settings.h"
#include "check/run.h"

int main(int argc, char** argv) {
  cairn::check::CheckSettingsParser parser;
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  const cairn::SystemClock clock;
  return cairn::check::RunCheck(parser.settings(), clock);
}
