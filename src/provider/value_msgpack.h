#pragma once

// Values as MessagePack, as providers read and write them (cty's msgpack package; "object-wire-format.md" in
// OpenTofu's docs). Where the reader's type is dynamic, a value is an array of its type in JSON and itself.
//
// A number is an integer if it is one of 64 bits, else a double if it is exactly one, else decimal text. An
// unknown value is extension 0 of one byte, or extension 12 with a map of what is known about it: 1 whether
// it is null, 2 the prefix, 3 and 4 the bounds as [number, inclusive], 5 and 6 the bounds of the length.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hcl/type.h"
#include "hcl/value.h"

namespace cairn::provider {

// `value` for a reader who knows `type`, which the value's own type conforms to. Marks are left out. kInvalid
// if it does not conform; the message says where.
Result<std::string> ToMsgpack(const hcl::Value& value, const hcl::Type& type);

struct MsgpackLimits {
  size_t bytes_max = size_t{64} << 20;
  size_t depth_max = 500;              // values within each other
  size_t spelled_out_max = 1'000'000;  // unknown elements, in all, of lists of which only the length is known
};

// The one value of `type` in `bytes`. kInvalid if it is not one, with the place within the value:
// ".rule[0].port: a number is required"; kOverloaded beyond a limit.
Result<hcl::Value> FromMsgpack(std::string_view bytes, const hcl::Type& type,
                               const MsgpackLimits& limits = {});

}  // namespace cairn::provider
