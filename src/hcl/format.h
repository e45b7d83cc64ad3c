#pragma once

// The layout of a file: indentation, blanks between tokens, aligned equals signs and comments.
//
// The result is what `terraform fmt` 1.11 makes of the same text, byte for byte, also where that is odd: a
// list that closes beside its last item is dedented too early, say. Blank lines and the places of line breaks
// are kept. Beyond blanks three things are rewritten, all remains of older versions of the language:
//
//   name = "${expression}"        name = expression, in parentheses where it has several lines
//   type = "string", list         in a `variable` block: string, list(any); "list" is list(string)
//   resource aws_vpc "main" {     labels are quoted, and comments between them removed. A label in quotes
//                                 with a $ or % and something beside it is lost, as it is there.
//
// A text without a newline at its end gets none. A byte order mark is removed.
//
// Rarely the peer's result is no longer right, and so is this one: m[true] becomes m[], a comment between "${
// and a newline takes the next line along, a.0 .1 becomes a.0.1. A program parses a changed text before it
// writes it over the old one.

#include <cstddef>
#include <string>

#include "base/result.h"
#include "hcl/syntax.h"

namespace cairn::hcl {

// What a text may become. One long name among many short ones makes all their lines long.
inline constexpr size_t kFormattedBytesMax = size_t{256} << 20;

// The text of `file`, laid out; kOverloaded if that is more than `bytes_max`. Linear in the size of both.
// Formatting the result again changes nothing but one more layer of "${...}". REQUIRES: ParseFile made `file`
// and reported no error. Thread-safe.
Result<std::string> FormatFile(const SyntaxTree& file, size_t bytes_max = kFormattedBytesMax);

}  // namespace cairn::hcl
