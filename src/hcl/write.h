#pragma once

// From a value to the text of an expression that stands for it.

#include <string>
#include <string_view>

#include "hcl/value.h"

namespace cairn::hcl {

// Appends an expression of literals whose value is `value`, marks apart: lists, sets and tuples become
// tuples, maps and objects become objects, an argument a line. Not laid out; after `name = ` it can be part
// of a file that FormatFile lays out. REQUIRES: all of it is known.
void AppendExpression(std::string& out, const Value& value);

// The same, laid out as FormatFile does, without a newline at its end.
std::string WriteExpression(const Value& value);

// The text of a file, laid out as by FormatFile where that can read it.
std::string LaidOut(std::string text);

// What names an argument or an attribute of an object: itself if it is an identifier, else in quotes.
std::string WriteName(std::string_view name);

}  // namespace cairn::hcl
