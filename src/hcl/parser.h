#pragma once

// From a text to its tree. Everything that is wrong is reported in one pass: after a mistake, reading goes on
// with the next line or after the closing bracket.

#include <cstdint>
#include <memory>

#include "hcl/diagnostic.h"
#include "hcl/source.h"
#include "hcl/syntax.h"

namespace cairn::hcl {

struct ParseLimits {
  uint32_t bytes_max = uint32_t{64} << 20;
  uint32_t depth_max = 500;  // of blocks, brackets, operators and templates within each other
};

struct ParseResult {
  std::shared_ptr<const SyntaxTree> tree;  // never null; has kError nodes where something is missing
  Diagnostics diagnostics;
};

// A body: the content of a .tf or .tfvars file.
ParseResult ParseFile(std::shared_ptr<const Source> source, const ParseLimits& limits = {});

// One expression, with newlines around it.
ParseResult ParseExpression(std::shared_ptr<const Source> source, const ParseLimits& limits = {});

// The content of a template file: the root is a kTemplate.
ParseResult ParseTemplate(std::shared_ptr<const Source> source, const ParseLimits& limits = {});

}  // namespace cairn::hcl
