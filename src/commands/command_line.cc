#include "commands/command_line.h"

#include <utility>

#include "base/strings.h"
#include "view/diagnostic_view.h"

namespace cairn::commands {

bool ParsePlain(Screen& screen, const std::vector<std::string>& words, std::string_view usage, int& code,
                const std::function<void(Flags&)>& add, std::vector<std::string>* arguments) {
  bool no_color = false, help = false;
  Flags flags;
  flags.Add("no-color", no_color, "no colours");
  flags.Add("help", help, "this text");
  if (add) add(flags);
  auto others = flags.Parse(words);
  code = 0;
  if (!others) {
    screen.PrintError(Format("Error: {}\n", others.error().message));
    code = 1;
    return false;
  }
  if (no_color) screen.style().colour = false;
  if (arguments != nullptr) *arguments = *std::move(others);
  if (!help) return true;
  screen.Print(Format("Usage: cairn {} [options]\n\nOptions:\n\n{}", usage, flags.Help()));
  return false;
}

bool HasArguments(Screen& screen, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return false;
  screen.PrintError("Too many command line arguments. Did you mean to use -chdir?\n");
  return true;
}

void SayAlone(Screen& screen, const hcl::Diagnostics& diagnostics) {
  for (const hcl::Diagnostic& one : diagnostics) {
    const std::string text = view::RenderDiagnostic(one, screen.style()) + "\n";
    if (one.severity == hcl::Severity::kError) {
      screen.PrintError(text);
    } else {
      screen.Print(text);
    }
  }
}

void SayError(Screen& screen, std::string summary, std::string detail) {
  hcl::Diagnostics diagnostics;
  diagnostics.AddError(std::move(summary), std::move(detail));
  SayAlone(screen, diagnostics);
}

void SayWarning(Screen& screen, std::string summary, std::string detail) {
  hcl::Diagnostics diagnostics;
  diagnostics.AddWarning(std::move(summary), std::move(detail));
  SayAlone(screen, diagnostics);
}

int ReportUsage(Screen& screen, std::string_view command, std::string summary, std::string detail) {
  screen.ReportError(std::move(summary), std::move(detail));
  if (screen.json()) return 1;
  screen.PrintError(Format("\nFor more help on using this command, run:\n  cairn {} -help\n", command));
  return 1;
}

}  // namespace cairn::commands
