#pragma once

#include <optional>
#include <string_view>

#include "data/json.h"

namespace cairn::data {

// The value of a YAML scalar that is neither quoted nor tagged, by the rules in data/yaml.h: null, a bool, a
// number (also one that is not finite) or a string.
Json ResolveYamlScalar(std::string_view text);

// The value of a scalar with the tag !!KIND ("str", "int", "float", "bool", "null"); nothing if the text is
// no such value or the kind is unknown.
std::optional<Json> ResolveYamlScalarAs(std::string_view kind, std::string_view text);

}  // namespace cairn::data
