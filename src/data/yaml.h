#pragma once

// YAML to JSON values, as Kubernetes' own reader (sigs.k8s.io/yaml, over go-yaml v2) understands it, so that
// a file means here what it means to kubectl.
//
// Syntax is YAML 1.2's, as far as yaml-cpp implements it. The meaning of scalars that are neither quoted nor
// tagged:
//   null      nothing, ~, null                    bool      true, false, yes, no, on, off, y, n
//   integer   10, +10, 1_000, 0x1f, 0b11, and octal as 0644 or 0o644
//   number    1.5, .5, 1e3; one without a fraction that an int64 holds becomes an integer
//   string    everything else, dates included
// Words are also known Capitalised and in CAPITALS. A number too large is a string if it is no
// integer, else the nearest double; .inf and .nan are errors, since JSON has neither.
//
// The keys of mappings become strings ("true", "80"); null and collections are no keys, and two equal ones
// are an error.
// `<<` merges mappings: keys of the mapping itself win, then those of earlier merges. Known tags are !!str,
// !!int, !!float, !!bool, !!null, !!seq and !!map.

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/json.h"

namespace cairn::data {

struct YamlLimits {
  size_t depth_max = 64;  // collections within each other, also by aliases
  size_t bytes_max = size_t{16} << 20;
  // All values of all documents with each alias counted in full: 32 bytes a value, and the bytes of strings.
  size_t expanded_bytes_max = size_t{256} << 20;
};

// The documents in `text`, in order; those that are empty are null. kInvalid says where, lines and columns
// counted from 1: "line 2, column 7: duplicate key "a"". kOverloaded if a limit is exceeded.
Result<std::vector<Json>> ParseYaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace cairn::data
