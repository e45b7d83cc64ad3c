#include "commands/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "base/strings.h"
#include "view/diagnostic_view.h"
#include "view/ui_stream.h"

namespace cairn::commands {
namespace {

bool IsSet(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

Screen Screen::OfProcess() {
  view::HumanStyle style;
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  style.colour = ::isatty(STDOUT_FILENO) == 1 && !IsSet("NO_COLOR") && !dumb;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.width = size.ws_col;
  style.in_automation = IsSet("TF_IN_AUTOMATION");
  return Screen(style);
}

void Screen::Print(std::string_view text) {
  if (kept_text_) {
    *kept_text_ += text;
    return;
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void Screen::PrintError(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void Screen::BeginJson() {
  json_ = true;
  PrintLine(view::VersionLine(LineTime()));
}

void Screen::PrintLine(std::string_view line) {
  Print(std::string(line) + "\n");
}

std::string Screen::LineTime() const {
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[sizeof "2025-01-02T03:04:05"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  return Format("{}.{:06}Z", text, now.time_since_epoch().count() % 1'000'000);
}

void Screen::Report(const hcl::Diagnostics& diagnostics) {
  if (kept_) {
    kept_->Append(diagnostics);
    return;
  }
  if (json_) {
    for (const hcl::Diagnostic& one : view::Arrange(diagnostics)) {
      PrintLine(view::DiagnosticLine(one, LineTime()));
    }
    return;
  }
  if (compact_ && !diagnostics.empty() && !diagnostics.has_errors()) {
    Print(view::RenderCompactWarnings(view::Arrange(diagnostics), style_));
    return;
  }
  for (const hcl::Diagnostic& one : view::ConsolidateWarnings(view::Arrange(diagnostics))) {
    const std::string text = view::RenderDiagnostic(one, style_);
    if (one.severity == hcl::Severity::kError) {
      PrintError(text);
    } else {
      Print(text);
    }
  }
}

void Screen::ReportError(std::string summary, std::string detail) {
  hcl::Diagnostics diagnostics;
  diagnostics.AddError(std::move(summary), std::move(detail));
  Report(diagnostics);
}

std::optional<std::string> Screen::Ask(std::string_view question) {
  Print(question);
  std::string line;
  for (int c = 0; (c = std::fgetc(stdin)) != EOF && c != '\n';) line += char(c);
  if (line.empty() && std::feof(stdin) != 0) return std::nullopt;
  return line;
}

bool Screen::interactive() const {
  return ::isatty(STDIN_FILENO) == 1;
}

}  // namespace cairn::commands
