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
  static constexpr uint32_t kBytesMax = uint32_t{64} << 20;  // what a tree can hold

  uint32_t bytes_max = kBytesMax;
  uint32_t depth_max = 1000;  // of nodes within each other: a + b + c is two, as is [[]]
  uint32_t errors_max = 100;  // further ones are not reported
};

struct ParseResult {
  std::shared_ptr<const SyntaxTree> tree;  // never null; has kError nodes where something is missing
  Diagnostics diagnostics;                 // in the order of the text
};

// A body: the content of a .tf or .tfvars file.
ParseResult ParseFile(std::shared_ptr<const Source> source, const ParseLimits& limits = {});

// One expression, with newlines around it.
ParseResult ParseExpression(std::shared_ptr<const Source> source, const ParseLimits& limits = {});

// The content of a template file: the root is a kTemplate.
ParseResult ParseTemplate(std::shared_ptr<const Source> source, const ParseLimits& limits = {});

}  // namespace cairn::hcl
