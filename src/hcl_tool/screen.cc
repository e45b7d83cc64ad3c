#include "hcl_tool/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/result.h"

namespace cairn::hcl_tool {

Screen::Screen(std::FILE* out, std::FILE* err, const hcl::RenderStyle& style)
    : Screen(out, err, [style](const hcl::Diagnostic& one) { return hcl::Render(one, style) + "\n"; }) {}

Screen Screen::OfProcess() {
  hcl::RenderStyle style;
  if (::isatty(STDERR_FILENO) == 1) {
    const char* no_color = std::getenv("NO_COLOR");
    style.colour = no_color == nullptr || *no_color == '\0';
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.width = size.ws_col;
  }
  return {stdout, stderr, style};
}

void Screen::Flush() {
  errno = 0;
  if ((std::fflush(out_) != 0 || std::ferror(out_) != 0) && out_error_ == 0) {
    out_error_ = errno != 0 ? errno : EIO;
  }
}

void Screen::Report(const hcl::Diagnostics& diagnostics) {
  Flush();
  std::string text;
  for (const hcl::Diagnostic& diagnostic : diagnostics) text += render_(diagnostic);
  std::fwrite(text.data(), 1, text.size(), err_);
  std::fflush(err_);
}

void Screen::ReportError(std::string summary, std::string detail) {
  hcl::Diagnostics diagnostics;
  diagnostics.AddError(std::move(summary), std::move(detail));
  Report(diagnostics);
}

int Screen::Finish(int code) {
  Flush();
  if (out_error_ == 0) return code;
  ReportError("Standard output cannot be written", ErrnoError(out_error_, "write").message + ".");
  return 1;
}

}  // namespace cairn::hcl_tool
