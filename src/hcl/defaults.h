#pragma once

// The defaults of optional attributes: `object({a = optional(string, "x")})`.

#include <functional>
#include <map>
#include <string>

#include "hcl/type.h"
#include "hcl/value.h"

namespace cairn::hcl {

// A tree beside a type constraint; empty where nothing within has a default. A value.
struct Defaults {
  Type type;  // the constraint, optional attributes and all
  // Of an object's optional attributes, converted to their types.
  std::map<std::string, Value, std::less<>> values = {};
  // Of what is within: by the attribute's name, a tuple's place ("0"), or "" for all elements of a
  // collection.
  std::map<std::string, Defaults, std::less<>> children = {};

  bool empty() const { return values.empty() && children.empty(); }
};

// `value`, which is still to be converted to the constraint, with defaults for attributes that are missing or
// null; nothing that is null or unknown itself gets any. Collections whose elements come to differ for good
// become tuples and objects: the conversion will object.
Value ApplyDefaults(const Defaults& defaults, const Value& value);

}  // namespace cairn::hcl
