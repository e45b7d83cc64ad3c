// counter: GET /get-number. docs/counter.md is its manual.

#include "base/clock.h"
#include "base/log.h"
#include "counter/counter_settings.h"
#include "counter/service.h"

int main(int argc, char** argv) {
  cairn::counter::CounterSettingsParser parser;
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  const auto& settings = parser.settings();
  const cairn::SystemClock clock;
  const cairn::Logger logger(clock, {.level_min = settings.log_level, .format = settings.log_format});
  return cairn::counter::RunService(settings, clock, logger);
}
