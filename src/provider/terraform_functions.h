#pragma once

// The functions of the provider that is built in: encode_tfvars, decode_tfvars, encode_expr.

#include "base/result.h"
#include "provider/provider.h"
#include "provider/schemas.h"

namespace cairn::provider::terraform_functions {

void AddTo(FixedSchemas& schemas);

// kNotFound if there is no such function. REQUIRES: as many arguments as it takes, none of them null.
Result<CallFunctionResponse> Call(const CallFunctionRequest& request);

}  // namespace cairn::provider::terraform_functions
