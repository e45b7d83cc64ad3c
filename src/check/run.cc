#include "check/run.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "check/driver.h"
#include "check/history.h"
#include "check/plot.h"
#include "check/progress.h"
#include "check/run_report.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/signals.h"
#include "net/task_group.h"
#include "net/tls.h"

namespace cairn::check {
namespace {

constexpr int kExitRight = 0;
constexpr int kExitWrong = 1;
constexpr int kExitNothing = 3;
constexpr Duration kProgressEvery = std::chrono::milliseconds(200);
constexpr size_t kColumnsDefault = 80;

bool Write(std::FILE* stream, const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fflush(stream) == 0;
}

void Complain(std::string_view what) {
  Write(stderr, Format("counter-check: {}\n", what));
}

size_t TerminalColumns(int fd) {
  winsize size{};
  const bool known = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kColumnsDefault;
}

// The first signal lets requests in flight end, the second does not wait for them.
net::Task<void> StopOnSignals(net::SignalSet& signals, LoadDriver& driver) {
  auto first = signals.Next();
  co_await first;
  driver.Stop();
  auto second = signals.Next();
  co_await second;
  driver.Abandon();
}

net::Task<void> ShowProgress(net::Loop& loop, const LoadDriver& driver) {
  ProgressLine line(TerminalColumns(STDERR_FILENO));
  const TimePoint started = loop.clock().Now();
  for (;;) {
    co_await loop.Sleep(kProgressEvery);
    Write(stderr, line.Update(driver.counts(), loop.clock().Now() - started));
  }
}

net::Task<StopReason> Drive(net::Loop& loop, net::SignalSet& signals, LoadDriver& driver) {
  const bool terminal = isatty(STDERR_FILENO) == 1;
  net::TaskGroup helpers(loop);
  helpers.Spawn(StopOnSignals(signals, driver));
  if (terminal) helpers.Spawn(ShowProgress(loop, driver));
  auto run = driver.Run();
  const StopReason reason = co_await run;
  helpers.CancelAll();
  if (terminal) Write(stderr, ProgressLine::Clear());
  co_return reason;
}

Result<LoadOptions> LoadOptionsOf(const CheckSettings& settings) {
  LoadOptions options = settings.load;
  if (!std::ranges::any_of(options.targets, &Target::tls)) return options;
  auto tls = net::TlsContext::ForClient(
      {.ca_file = settings.ca_file, .protocols = {"http/1.1"}, .verify = !settings.insecure});
  if (!tls) return std::unexpected(std::move(tls.error()));
  options.tls = std::move(*tls);
  return options;
}

Result<> WriteFiles(const CheckSettings& settings, const History& history, const RunVerdict& verdict,
                    const std::string& json) {
  if (!settings.history_file.empty()) {
    if (auto saved = SaveHistory(history, settings.history_file); !saved) return saved;
  }
  if (!settings.svg_file.empty()) {
    const std::string svg = PlotSvg(history, verdict.numbers);
    if (auto saved = WriteFileAtomically(settings.svg_file, svg); !saved) return saved;
  }
  if (json.empty() || settings.json_file == "-") return {};
  return WriteFileAtomically(settings.json_file, json);
}

int Report(const CheckSettings& settings, const History& history, const FailureList& failures) {
  const RunVerdict verdict = JudgeRun(history, settings.check, settings.errors_max);
  const bool json_out = settings.json_file == "-";
  std::string json;
  if (!settings.json_file.empty()) json = RunJson(history, verdict, failures.failures());
  bool written = Write(json_out ? stderr : stdout, RunText(history, verdict, failures.failures()));
  if (json_out) written = Write(stdout, json) && written;
  if (!written) Complain("the report could not be written");
  if (const auto saved = WriteFiles(settings, history, verdict, json); !saved) {
    Complain(saved.error().message);
    return kExitNothing;
  }
  if (!written || verdict.numbers.numbers == 0) return kExitNothing;
  return verdict.ok() ? kExitRight : kExitWrong;
}

int Judge(const CheckSettings& settings) {
  const auto history = LoadHistory(settings.judge_file);
  if (history) return Report(settings, *history, {});
  Complain(history.error().message);
  return kExitNothing;
}

int CannotStart(const Error& error) {
  Complain(error.message);
  return kExitNothing;
}

int MakeLoad(const CheckSettings& settings, const Clock& clock) {
  net::Loop loop(clock);
  auto signals = net::SignalSet::Open(loop, {SIGINT, SIGTERM});
  if (!signals) return CannotStart(signals.error());
  const auto resolver = net::OpenSystemResolver(loop);
  if (!resolver) return CannotStart(resolver.error());
  auto options = LoadOptionsOf(settings);
  if (!options) return CannotStart(options.error());
  LoadDriver driver(loop, **resolver, std::move(*options));
  const StopReason reason = loop.Run(Drive(loop, **signals, driver));
  signals->reset();  // from now on Ctrl-C ends the program
  if (reason == StopReason::kInterrupted) Complain("stopped by a signal");
  if (reason == StopReason::kHistoryFull) {
    Complain(Format("stopped: {} requests are remembered, see --history-max", settings.load.history_max));
  }
  return Report(settings, driver.history(), driver.failures());
}

}  // namespace

int RunCheck(const CheckSettings& settings, const Clock& clock) {
  return settings.judge_file.empty() ? MakeLoad(settings, clock) : Judge(settings);
}

}  // namespace cairn::check
