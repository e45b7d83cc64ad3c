#pragma once

// The words of the native syntax, and cutting a text into them.
//
// Tokens lie in the order of the text and do not overlap. Between them are only blanks (space, tab, and the
// CR of a CR LF that does not belong to a token), so that a text and its tokens hold the same as the text
// alone.

#include <cstdint>
#include <string_view>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/source.h"

namespace cairn::hcl {

enum class TokenKind : uint8_t {
  kEnd,         // empty, at the end of the text
  kNewline,     // LF or CR LF
  kComment,     // with the newline that ends it, for # and //
  kIdentifier,  // also true, false, null, for, in, if: keywords are names that stand at certain places
  kNumber,
  kString,  // a whole "..." without interpolations and directives

  // A template in quotes or a heredoc: an opening token, parts, a closing token. A template file: parts
  // alone.
  kQuoteOpen,          // "
  kQuoteClose,         // "
  kHeredocOpen,        // <<NAME or <<-NAME and the newline
  kHeredocClose,       // the line NAME, with the blanks before it, without the newline
  kTemplateText,       // raw, with its escapes; in a heredoc up to the end of a line at most
  kInterpolationOpen,  // ${ or ${~
  kDirectiveOpen,      // %{ or %{~
  kTemplateClose,      // } or ~} of the two above

  kBraceOpen,
  kBraceClose,
  kBracketOpen,
  kBracketClose,
  kParenOpen,
  kParenClose,
  kAssign,  // =
  kArrow,   // =>
  kComma,
  kDot,
  kEllipsis,  // ...
  kColon,
  kDoubleColon,
  kQuestion,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kEqual,     // ==
  kNotEqual,  // !=
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,  // &&
  kOr,   // ||
  kNot,  // !

  kInvalid,  // a byte or character that begins no token; or a quote or heredoc that does not end
};

struct Token {
  uint32_t begin = 0;
  uint32_t end = 0;
  TokenKind kind = TokenKind::kEnd;

  uint32_t size() const { return end - begin; }
  bool operator==(const Token&) const = default;
};

enum class ScanMode {
  kNormal,    // a file or an expression
  kTemplate,  // the text of a template, without quotes around it
};

// All tokens of `source`, the last of which is kEnd. Never fails: what is wrong becomes kInvalid, and
// `diagnostics` says why, as long as they are less than `errors_max`. What is open at the end is closed by
// empty tokens, so that each opening token has its closing one. Linear in the size of the text.
std::vector<Token> Scan(const std::shared_ptr<const Source>& source, ScanMode mode, Diagnostics& diagnostics,
                        size_t errors_max = 100);

}  // namespace cairn::hcl
