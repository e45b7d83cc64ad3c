#pragma once

// Values as YAML text, as yamlencode and yamldecode have them. It is the peer's YAML (go-cty-yaml 1.1 over a
// port of libyaml): YAML 1.1 in its syntax, and in the words for booleans ("yes", "on", "y"), but with the
// numbers of 1.2 (0x1f, 0o17; 017 is 17). (data/yaml.h reads YAML as Kubernetes does.)

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hcl/value.h"

namespace cairn::hcl {

// In block style, strings in double quotes or literal, names in the order of their bytes; ends with a
// newline. Marks are not looked at. kInvalid for what is unknown.
Result<std::string> ToYamlText(const Value& value);

struct YamlTextLimits {
  size_t depth_max = 500;  // collections within each other, also by aliases
  size_t bytes_max = size_t{64} << 20;
  uint64_t weight_max = uint64_t{4} << 20;  // of the value, with each alias counted in full
};

// The one document in `text`. Sequences become tuples, mappings objects; of several entries of a name the
// last one counts. Keys become strings. "<<" merges a mapping. A date becomes a string in RFC 3339. kInvalid
// in the peer's words, where lines may count from 0: "on line 2, column 1: mapping key cannot be null";
// kOverloaded beyond a limit.
Result<Value> FromYamlText(std::string_view text, const YamlTextLimits& limits = {});

// The value of a scalar with that tag, or none if it is empty. Quoted ones are strings.
Result<Value> ResolveYamlText(std::string_view tag, std::string_view text, bool is_quoted);

}  // namespace cairn::hcl
