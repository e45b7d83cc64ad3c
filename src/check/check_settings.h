#pragma once

// The settings of `counter-check`, as values.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/settings.h"
#include "check/checker.h"
#include "check/driver.h"
#include "check/run_report.h"

namespace cairn::check {

struct CheckSettings {
  LoadOptions load;  // `tls` is made of the two below
  std::string ca_file;
  bool insecure = false;

  std::string judge_file;  // set: judge this history, make no load
  CheckOptions check;
  std::optional<ErrorLimit> errors_max;  // none: errors are reported and not judged

  std::string json_file;  // "-": standard output; empty, here and below: none
  std::string svg_file;
  std::string history_file;
};

// Reads the command line.
class CheckSettingsParser {
 public:
  CheckSettingsParser();

  // The exit code if the program is not to run: help was printed, or a mistake explained.
  std::optional<int> Parse(int argc, const char* const* argv);

  const CheckSettings& settings() const { return settings_; }

 private:
  void AddLoad();
  void AddConnection();
  void AddJudgement();
  void AddOutput();
  // What one flag alone cannot decide.
  Result<> Finish(const std::vector<std::string>& arguments);

  Settings table_;
  CheckSettings settings_;
  bool no_errors_ = false;
};

}  // namespace cairn::check
