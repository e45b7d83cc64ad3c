#pragma once

// Bodies whose arguments are constants: no variables, no functions. For files of our own formats.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/syntax.h"
#include "hcl/value.h"

namespace cairn::registry {

struct ConstantBody {
  std::map<std::string, hcl::Node, std::less<>> attributes;  // the kAttribute nodes
  std::vector<hcl::Node> blocks;                             // in order
};

// The items of `body` (a kBody). What is not named in `arguments` or `block_types`, and what is set twice, is
// reported and left out.
ConstantBody ReadConstantBody(hcl::Node body, std::span<const std::string_view> arguments,
                              std::span<const std::string_view> block_types, hcl::Diagnostics& diagnostics);

// The expression of an attribute.
hcl::Node ExpressionOf(hcl::Node attribute);
// The body of a block, and its labels.
hcl::Node BodyOf(hcl::Node block);
std::vector<hcl::Node> LabelsOf(hcl::Node block);
std::string LabelText(hcl::Node label);

// The constant as a string; nothing, and an error, if it is none, null among them.
std::optional<std::string> StringConstant(hcl::Node expression, hcl::Diagnostics& diagnostics);

// The elements of [ … ]; nothing, and an error, if it is anything else.
std::optional<std::vector<hcl::Node>> StaticList(hcl::Node expression, hcl::Diagnostics& diagnostics);

}  // namespace cairn::registry
