#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "data/json.h"
#include "provider/plugin.h"

namespace cairn::provider {

namespace {

std::string TextOf(const data::Json& object, std::string_view name) {
  const data::Json* const member = object.is_object() ? object.as_object().if_contains(name) : nullptr;
  return member && member->is_string() ? std::string(member->as_string()) : "";
}

Result<ReattachTarget> TargetOf(const data::Json& json) {
  if (!json.is_object()) return Fail(ErrorCode::kInvalid, "is no object");
  const auto& object = json.as_object();
  ReattachTarget target;
  if (const data::Json* version = object.if_contains("ProtocolVersion"); version && version->is_int64()) {
    // Zero is what plugins write that do not know the field.
    target.protocol = version->as_int64() == 0 ? 5 : int(version->as_int64());
  }
  if (target.protocol != 5 && target.protocol != 6) {
    return Fail(ErrorCode::kInvalid, "speaks a protocol that is neither 5 nor 6");
  }
  if (const std::string protocol = TextOf(json, "Protocol"); protocol != "grpc") {
    return Fail(ErrorCode::kInvalid, "does not speak gRPC");
  }
  if (const data::Json* address = object.if_contains("Addr")) {
    target.network = TextOf(*address, "Network");
    target.address = TextOf(*address, "String");
  }
  if ((target.network != "unix" && target.network != "tcp") || target.address.empty()) {
    return Fail(ErrorCode::kInvalid, "has no address");
  }
  return target;
}

}  // namespace

Result<std::map<std::string, ReattachTarget>> ParseReattach(std::string_view json) {
  std::map<std::string, ReattachTarget> targets;
  if (json.empty()) return targets;
  const auto parsed = data::ParseJson(json);
  if (!parsed) return std::unexpected(parsed.error().In("TF_REATTACH_PROVIDERS"));
  if (!parsed->is_object()) return Fail(ErrorCode::kInvalid, "TF_REATTACH_PROVIDERS is no object");
  for (const auto& member : parsed->as_object()) {
    const std::string name(member.key());
    const auto target = TargetOf(member.value());
    if (!target) {
      return Fail(ErrorCode::kInvalid, Format("TF_REATTACH_PROVIDERS: {} {}", name, target.error().message));
    }
    // "aws" is hashicorp/aws, and the host is the default one.
    const auto slashes = std::count(name.begin(), name.end(), '/');
    const std::string_view prefix = slashes == 0   ? "registry.terraform.io/hashicorp/"
                                    : slashes == 1 ? "registry.terraform.io/"
                                                   : "";
    targets.insert_or_assign(std::string(prefix) + name, *target);
  }
  return targets;
}

}  // namespace cairn::provider
