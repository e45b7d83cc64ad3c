#include "view/plan_json.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/value_json.h"
#include "view/check_json.h"
#include "view/json_writer.h"
#include "view/module_tree.h"
#include "view/node.h"

namespace cairn::view {
namespace {

using plan::Action;

void WriteActions(JsonWriter& out, Action action) {
  out.Key("actions");
  out.BeginArray();
  if (action == Action::kDeleteThenCreate) out.String("delete");
  if (plan::IsReplace(action)) out.String("create");
  if (action == Action::kCreateThenDelete) out.String("delete");
  if (!plan::IsReplace(action)) out.String(plan::ToString(action));
  out.EndArray();
}

void WritePath(JsonWriter& out, const hcl::ValuePath& path) {
  out.BeginArray();
  for (const hcl::PathStep& step : path) {
    if (step.is_attribute()) {
      out.String(step.attribute);
    } else {
      out.Known(ToNode(step.key));
    }
  }
  out.EndArray();
}

void WriteResourceChange(JsonWriter& out, const plan::ResourceChange& resource) {
  const plan::Change& change = resource.change;
  const Node before = ToNode(change.before, *resource.schema);
  const Node after = ToNode(change.after, *resource.schema);
  WriteActions(out, change.action);
  out.Key("before");
  out.Known(before);
  if (!after.unknown) {
    out.Key("after");
    out.Known(after);
  }
  out.Key("after_unknown");
  if (change.after.IsWhollyKnown()) {
    out.Raw("{}");
  } else {
    out.Unknown(after);
  }
  out.Key("before_sensitive");
  out.Sensitive(before);
  out.Key("after_sensitive");
  out.Sensitive(after);
  if (!resource.required_replace.empty()) {
    out.Key("replace_paths");
    out.BeginArray();
    for (const hcl::ValuePath& path : resource.required_replace) WritePath(out, path);
    out.EndArray();
  }
  if (change.importing) {
    out.Key("importing");
    out.BeginObject();
    out.OptionalMember("id", change.importing->id);
    out.EndObject();
  }
  out.OptionalMember("generated_config", change.generated_config);
}

void WriteResources(JsonWriter& out, std::string_view name,
                    const std::vector<plan::ResourceChange>& resources, bool no_op) {
  // That data are no longer read is nobody's business.
  const auto is_shown = [no_op](const plan::ResourceChange& resource) {
    if (!no_op && resource.change.action == Action::kNoOp) return false;
    return resource.address.resource.mode() != state::ResourceMode::kData ||
           resource.change.action != Action::kDelete;
  };
  if (std::ranges::none_of(resources, is_shown)) return;
  out.Key(name);
  out.BeginArray();
  for (const plan::ResourceChange& resource : resources) {
    if (!is_shown(resource)) continue;
    const state::InstanceAddress& address = resource.address;
    out.BeginObject();
    out.Member("address", address.ToString());
    if (resource.IsMoved()) out.Member("previous_address", resource.previous_address.ToString());
    out.OptionalMember("module_address", address.module.ToString());
    out.Member("mode", address.resource.mode() == state::ResourceMode::kData ? "data" : "managed");
    out.Member("type", address.resource.type());
    out.Member("name", address.resource.name());
    if (address.key) {
      out.Key("index");
      out.Known(ToNode(address.key.ToValue()));
    }
    out.Member("provider_name", resource.provider.provider());
    out.OptionalMember("deposed", resource.deposed);
    out.Key("change");
    out.BeginObject();
    WriteResourceChange(out, resource);
    out.EndObject();
    out.OptionalMember("action_reason", plan::ToString(resource.reason));
    out.EndObject();
  }
  out.EndArray();
}

void WriteOutputChanges(JsonWriter& out, const std::vector<plan::OutputChange>& outputs) {
  if (outputs.empty()) return;
  out.Key("output_changes");
  out.BeginObject();
  for (const plan::OutputChange& output : outputs) {
    out.Key(output.name);
    out.BeginObject();
    WriteActions(out, output.change.action);
    out.Key("before");
    out.Known(ToNode(output.change.before));
    const Node after = ToNode(output.change.after);
    if (!after.unknown) {
      out.Key("after");
      out.Known(after);
    }
    out.Key("after_unknown");
    if (output.change.after.IsWhollyKnown()) {
      out.Bool(false);
    } else {
      out.Unknown(after);
    }
    out.Member("before_sensitive", output.sensitive);
    out.Member("after_sensitive", output.sensitive);
    out.EndObject();
  }
  out.EndObject();
}

void WritePlannedOutputs(JsonWriter& out, const std::vector<plan::OutputChange>& outputs) {
  const auto is_kept = [](const plan::OutputChange& output) {
    return output.change.action != Action::kDelete;
  };
  if (std::ranges::none_of(outputs, is_kept)) return;
  out.Key("outputs");
  out.BeginObject();
  for (const plan::OutputChange& output : outputs) {
    if (!is_kept(output)) continue;
    out.Key(output.name);
    out.BeginObject();
    out.Member("sensitive", output.sensitive);
    if (output.change.after.IsWhollyKnown()) {
      out.RawMember("type", data::SerializeJson(output.change.after.type().ToJson()));
      out.Key("value");
      out.Known(ToNode(output.change.after));
    }
    out.EndObject();
  }
  out.EndObject();
}

void WritePlannedValues(JsonWriter& out, const plan::Plan& plan) {
  out.Key("planned_values");
  out.BeginObject();
  WritePlannedOutputs(out, plan.outputs);
  std::vector<const plan::ResourceChange*> kept;
  for (const plan::ResourceChange& resource : plan.resources) {
    if (resource.deposed.empty() && resource.change.action != Action::kDelete) kept.push_back(&resource);
  }
  // By the text of their addresses: [10] comes before [2].
  std::ranges::sort(kept, {},
                    [](const plan::ResourceChange* resource) { return resource->address.ToString(); });
  ModuleTree modules;
  for (const plan::ResourceChange* resource : kept) {
    modules.Add(resource->address.module, [resource](JsonWriter& writer) {
      const Node after = ToNode(resource->change.after);
      writer.BeginObject();
      WriteInstance(writer, resource->address, resource->provider.provider());
      writer.Member("schema_version", int64_t(resource->schema_version));
      if (std::ranges::any_of(after.items, [](const Node& item) { return !item.unknown; })) {
        writer.Key("values");
        writer.Known(after);
      }
      writer.Key("sensitive_values");
      writer.Sensitive(after);
      writer.EndObject();
    });
  }
  out.Key("root_module");
  modules.Write(out);
  out.EndObject();
}

void WriteVariables(JsonWriter& out, const std::vector<plan::Variable>& variables) {
  if (std::ranges::all_of(variables, &plan::Variable::ephemeral)) return;
  out.Key("variables");
  out.BeginObject();
  for (const plan::Variable& variable : variables) {
    if (variable.ephemeral) continue;
    out.Key(variable.name);
    out.BeginObject();
    out.Key("value");
    out.Known(ToNode(variable.value));
    out.EndObject();
  }
  out.EndObject();
}

void WriteRelevantAttributes(JsonWriter& out, std::vector<plan::RelevantAttribute> attributes) {
  if (attributes.empty()) return;
  std::ranges::stable_sort(attributes, {},
                           [](const auto& attribute) { return attribute.resource.ToString(); });
  out.Key("relevant_attributes");
  out.BeginArray();
  for (const plan::RelevantAttribute& attribute : attributes) {
    out.BeginObject();
    out.Member("resource", attribute.resource.ToString());
    out.Key("attribute");
    WritePath(out, attribute.path);
    out.EndObject();
  }
  out.EndArray();
}

}  // namespace

std::string WritePlanJson(const plan::Plan& plan, const PlanJsonParts& parts) {
  JsonWriter out;
  out.BeginObject();
  out.Member("format_version", kPlanFormatVersion);
  out.Member("terraform_version", kTerraformVersion);
  WriteVariables(out, plan.variables);
  WritePlannedValues(out, plan);
  WriteResources(out, "resource_drift", plan.drift, plan.mode == plan::Mode::kRefreshOnly);
  WriteResources(out, "resource_changes", plan.resources, true);
  WriteOutputChanges(out, plan.outputs);
  if (!parts.prior_state.empty()) out.RawMember("prior_state", parts.prior_state);
  if (!parts.configuration.empty()) out.RawMember("configuration", parts.configuration);
  WriteRelevantAttributes(out, plan.relevant_attributes);
  WriteChecks(out, plan.checks);
  out.OptionalMember("timestamp", plan.timestamp);
  out.Member("applyable", plan.applyable);
  out.Member("complete", plan.complete);
  out.Member("errored", plan.errored);
  out.EndObject();
  return out.Take();
}

}  // namespace cairn::view
