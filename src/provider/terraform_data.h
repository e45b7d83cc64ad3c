#pragma once

// terraform_data: a resource that is nothing but its state. `output` is `input` once that is known, and an
// `id` is made at random; another `triggers_replace` makes another one.
//
// Functions from values to values, as Terraform 1.11 has them, to its words. Internal to the folder.

#include <functional>
#include <string>

#include "hcl/schema.h"
#include "provider/builtin.h"
#include "provider/provider.h"

namespace cairn::provider::terraform_data {

inline constexpr std::string_view kTypeName = "terraform_data";

std::shared_ptr<const hcl::BlockSchema> MakeSchema();

Diagnostics Validate(const hcl::Value& config);
UpgradeStateResponse Upgrade(const UpgradeStateRequest& request, const hcl::Type& type);
PlanResponse Plan(const PlanRequest& request);
ApplyResponse Apply(const ApplyRequest& request, const RandomBytes& random);
ImportResponse Import(const ImportRequest& request);
// Of a null_resource.
MoveStateResponse Move(const MoveStateRequest& request, const hcl::Type& type);

// 16 bytes as a UUID is written, all of them at random: it has no version.
std::string MakeId(const RandomBytes& random);

}  // namespace cairn::provider::terraform_data
