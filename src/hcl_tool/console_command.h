#pragma once

// `console`: answers expressions one after the other.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hcl_tool/line_reader.h"
#include "hcl_tool/screen.h"
#include "hcl_tool/session.h"

namespace cairn::hcl_tool {

struct ConsoleOptions {
  std::vector<VariableSource> variables = {};
  bool interactive = false;  // somebody is there: mistakes are not the exit code
};

// Each expression is a line, or several while brackets, interpolations or heredocs are open. `exit` ends,
// `help` helps. Answers go to standard output, errors to standard error; after one it goes on. Returns the
// exit code: 1 if an expression was wrong (unless interactive), 2 if the variables are.
int RunConsole(const ConsoleOptions& options, LineReader& lines, Screen& screen);

// What the console prints for an expression; nothing if there are errors.
using Answerer =
    std::function<std::optional<std::string>(std::shared_ptr<const hcl::Source>, hcl::Diagnostics&)>;

// The same for expressions that `answer` evaluates.
int AnswerLines(const Answerer& answer, bool interactive, LineReader& lines, Screen& screen);

// Whether an expression that begins with `text` goes on on the next line.
bool GoesOn(std::string_view text);

}  // namespace cairn::hcl_tool
