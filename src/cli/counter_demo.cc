// counter-demo: the counter, its replicas and Redis on this machine. docs/counter-demo.md is its manual.

#include "base/clock.h"
#include "demo/demo.h"
#include "demo/demo_settings.h"

int main(int argc, char** argv) {
  cairn::demo::DemoSettings settings;
  if (const auto exit_code = cairn::demo::ParseDemoSettings(argc, argv, settings)) return *exit_code;
  const cairn::SystemClock clock;
  return cairn::demo::RunDemo(settings, clock);
}
