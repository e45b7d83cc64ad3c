#include "check/check_settings.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "base/version.h"
#include "http/uri.h"

namespace cairn::check {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kExitMistake = 2;
constexpr Duration kDefaultDuration = seconds(10);
constexpr size_t kConnectionsMax = 10'000;
constexpr uint64_t kRateMax = 10'000'000;

constexpr std::string_view kDetails = R"(Examples:
  counter-check 127.0.0.1:8080                              one replica, for ten seconds
  counter-check 10.0.0.1:8080 10.0.0.2:8080 --duration 1m   each worker goes from one replica to the next
  counter-check https://app.example --rate 200 --no-errors  through an ingress, during a replacement
  counter-check 127.0.0.1:8080 --history run.txt            keep what happened ...
  counter-check --judge run.txt --svg run.svg               ... and judge it later

Exit codes: 0 the counter was right; 1 it was wrong; 2 a setting is wrong; 3 there was nothing to judge, or a
file could not be read or written.
)";

Result<std::string> ParsePath(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '#'; });
  if (plain && text.starts_with('/')) return std::string(text);
  return Fail(ErrorCode::kInvalid, Format("{} is not a path such as /get-number", Quote(text)));
}

Result<std::string> ParseHost(std::string_view text) {
  if (http::IsAuthority(text)) return std::string(text);
  return Fail(ErrorCode::kInvalid, Format("{} is not NAME or NAME:PORT", Quote(text)));
}

// A file that can be made or replaced, found out before the load and not after it.
Result<> CheckOutput(std::string_view flag, const std::string& path) {
  if (path.empty()) return {};
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return Fail(ErrorCode::kInvalid, Format("--{}: {} is not a regular file", flag, Quote(path)));
  }
  const auto parent = std::filesystem::path(path).parent_path();
  if (!parent.empty() && !std::filesystem::is_directory(parent, error)) {
    return Fail(ErrorCode::kInvalid,
                Format("--{}: {} is in a directory that does not exist", flag, Quote(path)));
  }
  return {};
}

Result<std::vector<Target>> ParseTargets(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return Fail(ErrorCode::kInvalid, "needs an ADDRESS, or --judge; counter-check --help explains");
  }
  std::vector<Target> targets;
  for (const std::string& argument : arguments) {
    auto target = ParseTarget(argument);
    if (!target) return std::unexpected(std::move(target.error()));
    targets.push_back(std::move(*target));
  }
  return targets;
}

}  // namespace

CheckSettingsParser::CheckSettingsParser()
    : table_({.name = "counter-check",
              .summary = "Puts load on a counter and proves that its numbers are unique and only increase.",
              .version = std::string(Version()),
              .arguments = "ADDRESS...",
              .arguments_max = History::kAddressesMax,
              .details = std::string(kDetails)}) {
  AddLoad();
  AddConnection();
  AddJudgement();
  AddOutput();
}

void CheckSettingsParser::AddLoad() {
  const std::string group = "Load";
  LoadOptions& load = settings_.load;
  load.duration = Duration::zero();
  table_.AddInt({.name = "connections",
                 .value = "N",
                 .default_text = "16",
                 .help = "Connections over all addresses. Each worker keeps one to every address and uses "
                         "them in turn, so N divided by the number of addresses is how many requests run at "
                         "a time.",
                 .group = group},
                load.connections, 1, kConnectionsMax);
  table_.AddDuration({.name = "duration",
                      .value = "TIME",
                      .help = "How long to make requests, such as 30s or 5m. Without it: 10s, or until "
                              "--requests are made.",
                      .group = group},
                     load.duration, milliseconds(1), hours(24));
  table_.AddInt({.name = "requests",
                 .value = "N",
                 .help = "How many requests to make, if --duration does not end before.",
                 .group = group},
                load.requests_max, 1, History::kOperationsMax);
  table_.AddInt({.name = "rate",
                 .value = "N",
                 .default_text = "0",
                 .help = "Requests per second over all addresses; 0 for as many as possible.",
                 .group = group},
                load.rate_per_second, 0, kRateMax);
  table_.AddDuration({.name = "timeout",
                      .value = "TIME",
                      .default_text = "5s",
                      .help = "When to give a request up, connecting included.",
                      .group = group},
                     load.timeout, milliseconds(1), hours(1));
  table_.AddInt({.name = "history-max",
                 .value = "N",
                 .default_text = Format("{}", History::kOperationsMax),
                 .help = "Requests that are remembered, 32 bytes each; the run ends when it is full.",
                 .group = group},
                load.history_max, 1, History::kOperationsMax);
}

void CheckSettingsParser::AddConnection() {
  const std::string group = "Connection";
  table_.Add({.name = "path",
              .value = "PATH",
              .default_text = "/get-number",
              .help = "What to ask for.",
              .group = group},
             settings_.load.path, ParsePath);
  table_.Add({.name = "host",
              .value = "NAME",
              .help = "The Host to ask for, as an ingress wants it; with https also the name that the "
                      "certificate must have.",
              .group = group},
             settings_.load.host, ParseHost);
  table_.AddString({.name = "ca-file",
                    .value = "FILE",
                    .help = "Certificates (PEM) to trust with https, instead of the system's.",
                    .group = group},
                   settings_.ca_file);
  table_.AddBool({.name = "insecure", .help = "Trust any certificate.", .group = group}, settings_.insecure);
}

void CheckSettingsParser::AddJudgement() {
  const std::string group = "Judgement";
  table_.AddInt({.name = "gap-budget",
                 .value = "N",
                 .default_text = "0",
                 .help = "How many numbers may be missing without a request that can have lost them.",
                 .group = group},
                settings_.check.gap_budget);
  const auto parse_limit = [](std::string_view text) -> Result<std::optional<ErrorLimit>> {
    return ParseErrorLimit(text);
  };
  table_.Add(
      {.name = "max-errors",
       .value = "N|P%",
       .help = "How many requests, or how many of a hundred, may end without a number. Without it errors "
               "are reported and not judged.",
       .group = group},
      settings_.errors_max, parse_limit);
  table_.AddBool({.name = "no-errors", .help = "The same as --max-errors 0.", .group = group}, no_errors_);
  table_.AddString({.name = "judge",
                    .value = "FILE",
                    .help = "Judge a history that --history saved. Makes no request.",
                    .group = group},
                   settings_.judge_file);
}

void CheckSettingsParser::AddOutput() {
  const std::string group = "Output";
  table_.AddString({.name = "json",
                    .value = "FILE",
                    .help = "Write the report as JSON; \"-\" for standard output, the text then goes to "
                            "standard error.",
                    .group = group},
                   settings_.json_file);
  table_.AddString(
      {.name = "svg", .value = "FILE", .help = "Draw the numbers against the time.", .group = group},
      settings_.svg_file);
  table_.AddString(
      {.name = "history", .value = "FILE", .help = "Save every request and its answer.", .group = group},
      settings_.history_file);
}

std::optional<int> CheckSettingsParser::Parse(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  if (const auto exit_code = table_.ParseOrExplain(argc, argv, arguments)) return exit_code;
  if (const auto finished = Finish(arguments); !finished) {
    std::fprintf(stderr, "counter-check: %s\n", finished.error().message.c_str());
    return kExitMistake;
  }
  return std::nullopt;
}

Result<> CheckSettingsParser::Finish(const std::vector<std::string>& arguments) {
  if (no_errors_) settings_.errors_max = ErrorLimit{};
  if (settings_.json_file != "-") {
    if (auto output = CheckOutput("json", settings_.json_file); !output) return output;
  }
  if (auto output = CheckOutput("svg", settings_.svg_file); !output) return output;
  if (auto output = CheckOutput("history", settings_.history_file); !output) return output;
  if (!settings_.judge_file.empty()) {
    if (arguments.empty()) return {};
    return Fail(ErrorCode::kInvalid, "--judge makes no requests: give it no ADDRESS");
  }
  LoadOptions& load = settings_.load;
  auto targets = ParseTargets(arguments);
  if (!targets) return std::unexpected(std::move(targets.error()));
  load.targets = std::move(*targets);
  if (load.duration == Duration::zero() && load.requests_max == 0) load.duration = kDefaultDuration;
  return {};
}

}  // namespace cairn::check
