#include <boost/json.hpp>
#include <utility>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/base64.h"
#include "hcl/value_marks.h"
#include "infra/plan_file.h"
#include "infra/plan_file_format.h"
#include "provider/value_msgpack.h"
#include "state/digest.h"
#include "state/state_format.h"

namespace cairn::infra {
namespace {

using boost::json::array;
using boost::json::object;
using data::Json;

std::string Packed(const hcl::Value& value) {
  // A value conforms to the type that is any.
  return hcl::EncodeBase64(provider::ToMsgpack(value, hcl::Type::Dynamic()).value());
}

Json ToJson(const hcl::ValuePath& path) {
  array steps;
  for (const hcl::PathStep& step : path) {
    if (step.is_attribute()) {
      steps.emplace_back(step.attribute);
    } else {
      steps.emplace_back(array{Packed(step.key)});
    }
  }
  return steps;
}

Json ToJson(const hcl::Value& value) {
  const std::vector<hcl::MarkedPath> marks = hcl::MarkedPaths(value);
  object json{{"value", Packed(value.WithoutMarksWithin())}};
  if (marks.empty()) return json;
  array marked;
  for (const hcl::MarkedPath& one : marks) {
    marked.emplace_back(array{ToJson(one.path), unsigned(one.marks)});
  }
  json["marks"] = std::move(marked);
  return json;
}

Json ToJson(const plan::Change& change) {
  object json{{"action", unsigned(change.action)},
              {"before", ToJson(change.before)},
              {"after", ToJson(change.after)}};
  if (change.importing) json["importing"] = change.importing->id;
  if (!change.generated_config.empty()) json["generated_config"] = change.generated_config;
  return json;
}

Json ToJson(const plan::ResourceChange& one) {
  object json{{"address", one.address.ToString()},
              {"provider", one.provider.ToString()},
              {"schema_version", one.schema_version},
              {"change", ToJson(one.change)}};
  if (one.IsMoved()) json["previous_address"] = one.previous_address.ToString();
  if (!one.deposed.empty()) json["deposed"] = one.deposed;
  if (one.reason != plan::ActionReason::kNone) json["reason"] = unsigned(one.reason);
  if (one.create_before_destroy) json["create_before_destroy"] = true;
  if (!one.planned_private.empty()) json["private"] = hcl::EncodeBase64(one.planned_private);
  array replace, dependencies;
  for (const hcl::ValuePath& path : one.required_replace) replace.push_back(ToJson(path));
  for (const state::ConfigResource& needed : one.dependencies) dependencies.emplace_back(needed.ToString());
  if (!replace.empty()) json["required_replace"] = std::move(replace);
  if (!dependencies.empty()) json["dependencies"] = std::move(dependencies);
  return json;
}

Json ToJson(const plan::OutputChange& one) {
  return object{{"name", one.name}, {"sensitive", one.sensitive}, {"change", ToJson(one.change)}};
}

Json ToJson(const plan::Variable& one) {
  return object{{"name", one.name}, {"sensitive", one.sensitive}, {"value", ToJson(one.value)}};
}

Json ToJson(const plan::RelevantAttribute& one) {
  return object{{"resource", one.resource.ToString()}, {"path", ToJson(one.path)}};
}

Json ToJson(const plan::CheckObject& one) {
  array failures(one.failures.begin(), one.failures.end());
  object json{
      {"module", one.module.ToString()}, {"status", unsigned(one.status)}, {"failures", std::move(failures)}};
  if (one.key) json["key"] = Packed(one.key.ToValue());
  return json;
}

Json ToJson(const plan::CheckResult& one);

template <typename List>
array ToJsonList(const List& list) {
  array json;
  for (const auto& one : list) json.push_back(ToJson(one));
  return json;
}

Json ToJson(const plan::CheckResult& one) {
  object json{{"kind", unsigned(one.kind)},
              {"module", one.module.ToString()},
              {"status", unsigned(one.status)},
              {"objects", ToJsonList(one.objects)}};
  if (one.kind == plan::CheckKind::kResource) {
    json["resource"] = one.resource.ToString();
  } else {
    json["name"] = one.name;
  }
  return json;
}

object ToJson(const plan::Plan& plan) {
  array targets, replace;
  for (const state::Target& one : plan.targets) targets.emplace_back(one.ToString());
  for (const state::InstanceAddress& one : plan.force_replace) replace.emplace_back(one.ToString());
  array variables;
  for (const plan::Variable& one : plan.variables) {
    if (!one.ephemeral) variables.push_back(ToJson(one));
  }
  return {{"mode", unsigned(plan.mode)},
          {"applyable", plan.applyable},
          {"complete", plan.complete},
          {"errored", plan.errored},
          {"timestamp", plan.timestamp},
          {"variables", std::move(variables)},
          {"resources", ToJsonList(plan.resources)},
          {"drift", ToJsonList(plan.drift)},
          {"outputs", ToJsonList(plan.outputs)},
          {"relevant_attributes", ToJsonList(plan.relevant_attributes)},
          {"checks", ToJsonList(plan.checks)},
          {"targets", std::move(targets)},
          {"force_replace", std::move(replace)}};
}

object ToJson(const std::map<std::string, std::string>& texts) {
  object json;
  for (const auto& [name, text] : texts) json[name] = hcl::EncodeBase64(text);
  return json;
}

}  // namespace

bool IsPlanFile(std::string_view text) {
  return text.starts_with(kPlanFileMagic);
}

std::string WritePlanFile(const SavedPlan& saved) {
  const object json{{"plan", ToJson(saved.plan)},
                    {"state", state::WriteState(saved.refreshed)},
                    {"files", ToJson(saved.files)},
                    {"modules", ToJson(saved.modules)},
                    {"locks", hcl::EncodeBase64(saved.locks)},
                    {"workspace", saved.workspace}};
  const std::string text = data::SerializeJson(json);
  return Format("{}{} {}\n{}", kPlanFileMagic, kPlanFileVersion, state::Sha256Hex(text), text);
}

}  // namespace cairn::infra
