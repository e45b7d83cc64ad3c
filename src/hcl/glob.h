#pragma once

// Patterns of file names, as `fileset` has them. They are those of the Go library doublestar 1, oddities
// included. Parts between slashes match one name each:
//   *        any characters          ?        one character         \c  the character c
//   [a-c]    one of these            [^a-c]   one other than these  {a,b}  one of these texts
// but a part "**" matches any folders, also none, and as the last part all that is below.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hcl/functions.h"

namespace cairn::hcl {

struct GlobLimits {
  size_t folders_max = 100'000;   // to look into
  size_t steps_max = 10'000'000;  // of comparing names with patterns; bounds the depth of recursion, too
};

// Whether `pattern`, which has no slashes that part it, matches all of `name`. kInvalid for a pattern that is
// malformed, as far as the name makes it be read; kOverloaded after `limits.steps_max`.
Result<bool> MatchName(std::string_view pattern, std::string_view name, const GlobLimits& limits = {});

// The paths of files, folders and others that match, in order. What cannot be read has nothing within. A
// relative pattern gives relative paths. Errors as above, or a limit.
Result<std::vector<std::string>> Glob(const FileReader& files, std::string_view pattern,
                                      const GlobLimits& limits = {});

}  // namespace cairn::hcl
