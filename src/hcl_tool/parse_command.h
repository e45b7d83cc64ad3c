#pragma once

// `parse`: prints the syntax tree of a text.

#include <string>

#include "hcl_tool/screen.h"

namespace cairn::hcl_tool {

enum class TextKind { kFile, kExpression, kTemplate };

struct ParseOptions {
  TextKind kind = TextKind::kFile;
  bool json = false;  // diagnostics as JSON too, in one object with the tree
};

// `path` may be "-": standard input. Prints TreeJson on a line; with `json` DiagnosticsJson with the tree in
// it. Returns the exit code: 1 if the text has syntax errors (without `json` there is no tree then), 2 if it
// cannot be read.
int RunParse(const ParseOptions& options, const std::string& path, Screen& screen);

}  // namespace cairn::hcl_tool
