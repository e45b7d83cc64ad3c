#pragma once

// Schemas as providers send them: the messages Schema and Function of tfplugin5.proto and tfplugin6.proto.
// Both protocols have the same fields, but that those of an attribute from 10 on differ.

#include <string_view>

#include "base/result.h"
#include "provider/schemas.h"

namespace cairn::provider {

enum class Protocol : int { k5 = 5, k6 = 6 };

struct SchemaLimits {
  size_t depth_max = 50;  // blocks and attributes within each other
};

// kInternal if the bytes are no such message or describe what makes no sense; the message says which part.
Result<Schema> DecodeSchema(std::string_view message, Protocol protocol, const SchemaLimits& limits = {});
Result<FunctionSignature> DecodeFunction(std::string_view message);

}  // namespace cairn::provider
