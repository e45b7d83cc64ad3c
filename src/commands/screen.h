#pragma once

// Where a command writes to and whom it asks.

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "hcl/diagnostic.h"
#include "view/human_plan.h"

namespace cairn::commands {

// Belongs to one thread.
class Screen {
 public:
  // Colours where standard output is a terminal, NO_COLOR (https://no-color.org) is not set and TERM is not
  // "dumb".
  static Screen OfProcess();
  explicit Screen(const view::HumanStyle& style) : style_(style) {}

  view::HumanStyle& style() { return style_; }

  // From now on all that is said is lines of JSON, the first of which says of which version.
  void BeginJson();
  bool json() const { return json_; }
  // From now on of warnings only the summaries are said, unless there are errors beside them.
  void CompactWarnings() { compact_ = true; }
  void PrintLine(std::string_view line);  // of JSON
  std::string LineTime() const;           // now, as such lines have it

  // Written at once.
  void Print(std::string_view text);
  void PrintError(std::string_view text);
  // Warnings to standard output, errors to standard error, as view::Arrange has them; all as lines of JSON
  // where those are asked for.
  void Report(const hcl::Diagnostics& diagnostics);
  void ReportError(std::string summary, std::string detail);
  // From now on what is reported is kept here instead.
  hcl::Diagnostics& KeepReports() { return kept_.emplace(); }
  // From now on what is printed is kept here instead.
  std::string& KeepText() { return kept_text_.emplace(); }

  // Asks; nothing if standard input ends.
  std::optional<std::string> Ask(std::string_view question);
  bool interactive() const;

 private:
  view::HumanStyle style_;
  bool json_ = false;
  bool compact_ = false;
  std::optional<hcl::Diagnostics> kept_;
  std::optional<std::string> kept_text_;
};

}  // namespace cairn::commands
