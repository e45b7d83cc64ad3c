#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::commands {

// The words of `text` as a shell splits them: at blanks, but for those in 'quotes', in "quotes" (where a
// backslash takes the meaning of a following quote or backslash) or behind a backslash. Nothing is expanded.
// kInvalid: a quote without its end, or a backslash at the end.
Result<std::vector<std::string>> SplitShellWords(std::string_view text);

}  // namespace cairn::commands
