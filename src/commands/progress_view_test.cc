#include "commands/progress_view.h"

#include <gtest/gtest.h>

#include <string>

#include "base/testing/manual_clock.h"
#include "state/address_parser.h"

namespace cairn::commands {
namespace {

using std::chrono::seconds;

TEST(ProgressView, SaysEveryTenSecondsWhatIsStillBeingDone) {
  ManualClock clock;
  net::Loop loop(clock);
  Screen screen{view::HumanStyle()};
  ProgressView progress(screen, loop);
  const auto wait = [&](seconds time) {
    clock.Advance(time);
    loop.RunUntilIdle();
  };
  const auto a = *state::ParseInstanceAddress("x_y.a");
  const auto b = *state::ParseInstanceAddress("x_y.b");
  ::testing::internal::CaptureStdout();
  progress.ApplyStarted(a, "", plan::Action::kCreate, "");
  loop.RunUntilIdle();
  wait(seconds(7));
  progress.ApplyStarted(b, "", plan::Action::kDelete, "i-1");
  wait(seconds(3));
  wait(seconds(7));
  progress.ApplyDone(b, "", plan::Action::kDelete, "", true);
  wait(seconds(3));
  progress.ApplyDone(a, "", plan::Action::kCreate, "", true);
  wait(seconds(30));
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            "x_y.a: Creating...\n"
            "x_y.b: Destroying... [id=i-1]\n"
            "x_y.a: Still creating... [10s elapsed]\n"
            "x_y.b: Still destroying... [id=i-1, 10s elapsed]\n"
            "x_y.b: Destruction complete after 10s\n"
            "x_y.a: Still creating... [20s elapsed]\n"
            "x_y.a: Creation complete after 20s\n");
}

}  // namespace
}  // namespace cairn::commands
