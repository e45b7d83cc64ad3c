#include "demo/demo_settings.h"

#include <cstdio>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/settings.h"
#include "base/strings.h"
#include "base/text_escape.h"
#include "base/version.h"

namespace cairn::demo {

namespace {

constexpr int kLoadMax = 10'000;
constexpr int kExitMistake = 2;

constexpr std::string_view kDetails = R"(On a terminal:
  1 to 9  kill that replica (SIGKILL); it is started again
  r       kills Redis, which comes back empty; the ledger keeps the numbers from repeating
  q       stops everything, as Ctrl-C does

Exit codes: 0 stopped, or --check found what it should; 1 something could not be started, or --check did not;
2 a setting is wrong.
)";

Result<std::optional<net::Address>> ParseListen(std::string_view text) {
  const auto address = net::Address::Parse(text);
  if (!address) return std::unexpected(address.error());
  if (text.starts_with("unix:")) {
    return Fail(ErrorCode::kInvalid, Format("{} is not IP:PORT", Quote(text)));
  }
  return *address;
}

Result<std::optional<int>> ParseLoad(std::string_view text) {
  const auto rate = ParseInt<int>(text);
  if (rate && *rate >= 0 && *rate <= kLoadMax) return rate;
  return Fail(ErrorCode::kInvalid, Format("{} is not a whole number from 0 to {}", Quote(text), kLoadMax));
}

}  // namespace

std::optional<int> ParseDemoSettings(int argc, const char* const* argv, DemoSettings& settings) {
  Settings table({.name = "counter-demo",
                  .summary = "Runs Redis and several replicas of the counter behind one address.",
                  .version = std::string(Version()),
                  .details = std::string(kDetails)});
  table.Add({.name = "listen",
             .value = "IP:PORT",
             .help = Format("Where numbers are served. Default: {}, or a free port if that is taken.",
                            kDefaultListen)},
            settings.listen, ParseListen);
  table.AddInt({.name = "replicas", .value = "N", .default_text = "3", .help = "Replicas of the counter."},
               settings.replicas, 1, kReplicasMax);
  table.Add({.name = "load",
             .value = "N",
             .help = Format("Requests that the demo sends itself, each second. Default: {} on a terminal, so "
                            "that there is something to see, else 0.",
                            kDefaultLoad)},
            settings.load, ParseLoad);
  table.AddBool({.name = "check",
                 .help = "Run the experiment instead: replicas that count in memory repeat numbers, replicas "
                         "with Redis do not, also while one is killed and one replaced. Prints a table."},
                settings.check);
  table.AddString({.name = "redis-server",
                   .value = "PATH",
                   .default_text = "redis-server",
                   .help = "The program; a name without a slash is looked up in PATH."},
                  settings.redis_server);
  table.AddString({.name = "counter", .value = "PATH", .help = "The program. Default: beside this one."},
                  settings.counter);
  table.AddBool({.name = "keep-directory", .help = "Leave the logs and the ledger behind."},
                settings.keep_directory);
  table.AddString({.name = "log-file",
                   .value = "PATH",
                   .help = "Where starts and ends of processes are written. Default: demo.log in the "
                           "directory of the other logs."},
                  settings.log_file);
  std::vector<std::string> arguments;
  if (const auto exit_code = table.ParseOrExplain(argc, argv, arguments)) return exit_code;
  if (!settings.check || settings.replicas > 1) return std::nullopt;
  std::fputs("counter-demo: --check needs --replicas 2 or more: one goes while the others serve\n", stderr);
  return kExitMistake;
}

}  // namespace cairn::demo
