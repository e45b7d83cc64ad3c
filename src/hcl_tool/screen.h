#pragma once

// What a command writes: results on standard output, diagnostics on standard error.

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "hcl/diagnostic.h"

namespace cairn::hcl_tool {

// Belongs to one thread.
class Screen {
 public:
  // Colours, and the width of the terminal, where standard error is one and NO_COLOR (https://no-color.org)
  // is not set.
  static Screen OfProcess();

  // What a diagnostic is in text.
  using Renderer = std::function<std::string(const hcl::Diagnostic&)>;
  Screen(std::FILE* out, std::FILE* err, Renderer render)
      : out_(out), err_(err), render_(std::move(render)) {}
  Screen(std::FILE* out, std::FILE* err, const hcl::RenderStyle& style);

  void Print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), out_); }
  void Flush();
  // What was printed before comes first.
  void Report(const hcl::Diagnostics& diagnostics);
  void ReportError(std::string summary, std::string detail = {});

  // `code`, or 1 and an error if something printed could not be written. At the end.
  int Finish(int code);

 private:
  std::FILE* out_;
  std::FILE* err_;
  Renderer render_;
  int out_error_ = 0;  // the first errno of standard output
};

}  // namespace cairn::hcl_tool
