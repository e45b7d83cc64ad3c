#pragma once

// For format.cc alone: the tokens of a file after what formatting rewrites (format.h), before they are laid
// out.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/syntax.h"

namespace cairn::hcl {

struct FormatToken {
  std::string_view text;
  uint32_t blanks = 0;  // before it: as they were, a tab being one
  TokenKind kind = TokenKind::kEnd;
};

struct RewrittenTokens {
  std::vector<FormatToken> tokens;  // the last one is kEnd
  std::deque<std::string> texts;    // of tokens that do not point into the source
};

// Valid as long as `file`.
RewrittenTokens RewriteForFormat(const SyntaxTree& file);

// The bytes of the first piece of `text`, the inside of a string: the peer's scanner cuts it before and after
// each $ and %, and $${ is a piece of its own. REQUIRES: `text` is not empty.
size_t StringPieceLength(std::string_view text);

}  // namespace cairn::hcl
