#include "view/check_json.h"

#include <algorithm>
#include <string>
#include <utility>

#include "plan/checks.h"

namespace cairn::view {
namespace {

void WriteObject(JsonWriter& out, const plan::CheckObject& object, const std::string& display) {
  out.BeginObject();
  out.Key("address");
  out.BeginObject();
  if (object.key) {
    out.Key("instance_key");
    out.Known(ToNode(object.key.ToValue()));
  }
  out.OptionalMember("module", object.module.ToString());
  out.Member("to_display", display);
  out.EndObject();
  out.Member("status", plan::ToString(object.status));
  if (!object.failures.empty()) {
    std::vector<std::string> messages = object.failures;
    std::ranges::sort(messages);
    out.Key("problems");
    out.BeginArray();
    for (const std::string& message : messages) {
      out.BeginObject();
      out.Member("message", message);
      out.EndObject();
    }
    out.EndArray();
  }
  out.EndObject();
}

void WriteCheck(JsonWriter& out, const plan::CheckResult& check, const std::string& display) {
  out.BeginObject();
  out.Key("address");
  out.BeginObject();
  out.Member("kind", plan::ToString(check.kind));
  const bool resource = check.kind == plan::CheckKind::kResource;
  if (resource) {
    out.Member("mode", check.resource.mode() == state::ResourceMode::kData ? "data" : "managed");
  }
  out.OptionalMember("module", check.module.ToString());
  out.Member("name", resource ? check.resource.name() : check.name);
  out.Member("to_display", display);
  if (resource) out.Member("type", check.resource.type());
  out.EndObject();
  out.Member("status", plan::ToString(check.status));
  std::vector<std::pair<std::string, const plan::CheckObject*>> objects;
  for (const plan::CheckObject& object : check.objects) {
    objects.emplace_back(plan::AddressOf(check, object), &object);
  }
  std::ranges::sort(objects);
  if (!objects.empty()) {
    out.Key("instances");
    out.BeginArray();
    for (const auto& [text, object] : objects) WriteObject(out, *object, text);
    out.EndArray();
  }
  out.EndObject();
}

}  // namespace

void WriteChecks(JsonWriter& out, const std::vector<plan::CheckResult>& checks) {
  if (checks.empty()) return;
  std::vector<std::pair<std::string, const plan::CheckResult*>> sorted;
  for (const plan::CheckResult& check : checks) {
    sorted.emplace_back(plan::AddressOf(check), &check);
  }
  std::ranges::sort(sorted);
  out.Key("checks");
  out.BeginArray();
  for (const auto& [text, check] : sorted) WriteCheck(out, *check, text);
  out.EndArray();
}

}  // namespace cairn::view
