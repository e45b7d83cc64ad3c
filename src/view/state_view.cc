#include "view/state_view.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/console_print.h"
#include "hcl/convert.h"
#include "hcl/value_json.h"
#include "plan/checks.h"
#include "state/json_text.h"
#include "view/check_json.h"
#include "view/diff.h"
#include "view/diff_render.h"
#include "view/json_writer.h"
#include "view/module_tree.h"
#include "view/node.h"

namespace cairn::view {
namespace {

void WriteObject(JsonWriter& out, const StateObject& object) {
  const Node node = ToNode(object.value, *object.schema);
  out.BeginObject();
  WriteInstance(out, object.address, object.provider);
  // Of deposed objects the peer does not say it.
  out.Member("schema_version", int64_t(object.deposed.empty() ? object.object->schema_version : 0));
  if (!node.items.empty()) {
    out.Key("values");
    out.Known(node);
  }
  out.Key("sensitive_values");
  out.Sensitive(node);
  if (!object.object->dependencies.empty()) {
    out.Key("depends_on");
    out.BeginArray();
    for (const state::ConfigResource& resource : object.object->dependencies) out.String(resource.ToString());
    out.EndArray();
  }
  if (object.object->status == state::ObjectStatus::kTainted) out.Member("tainted", true);
  out.OptionalMember("deposed_key", object.deposed);
  out.EndObject();
}

std::string TypeText(const hcl::Value& value) {
  return data::SerializeJson(value.type().ToJson());
}

std::string ValueText(const hcl::Value& value) {
  return hcl::ToJsonText(value).value_or("null");
}

// The modules from the root down, each with those within it behind it, by the texts of their addresses.
std::vector<std::string> ModuleOrder(const StateObject& object) {
  std::vector<std::string> steps;
  for (state::ModuleInstance module = object.address.module; !module.IsRoot(); module = module.Parent()) {
    steps.insert(steps.begin(), module.ToString());
  }
  return steps;
}

constexpr std::string_view kEmptyState = "The state file is empty. No resources are represented.\n";

}  // namespace

Result<std::string> WriteStateJson(const state::State& state, const SchemaSource& schemas) {
  JsonWriter out;
  out.BeginObject();
  out.Member("format_version", kStateFormatVersion);
  if (state.empty()) {
    out.EndObject();
    return out.Take();
  }
  const Result<std::vector<StateObject>> objects = StateObjects(state, schemas);
  if (!objects) return std::unexpected(objects.error());
  out.Member("terraform_version", state.terraform_version);
  out.Key("values");
  out.BeginObject();
  if (!state.outputs.empty()) {
    out.Key("outputs");
    out.BeginObject();
    for (const auto& [name, output] : state.outputs) {
      out.Key(name);
      out.BeginObject();
      out.Member("sensitive", output.sensitive);
      out.RawMember("value", ValueText(output.value));
      out.RawMember("type", TypeText(output.value));
      out.EndObject();
    }
    out.EndObject();
  }
  ModuleTree modules;
  for (const StateObject& object : *objects) {
    modules.Add(object.address.module, [&object](JsonWriter& writer) { WriteObject(writer, object); });
  }
  out.Key("root_module");
  modules.Write(out);
  out.EndObject();
  WriteChecks(out, plan::FromStateChecks(state.check_results));
  out.EndObject();
  return out.Take();
}

std::string RenderObject(const StateObject& object, const HumanStyle& style) {
  const bool data = object.address.resource.mode() == state::ResourceMode::kData;
  std::string note;
  if (!object.deposed.empty()) {
    note = Format(" (deposed object {})", object.deposed);
  } else if (object.object->status == state::ObjectStatus::kTainted) {
    note = " (tainted)";
  }
  const Diff diff = CompareBlocks(object.value, object.value, *object.schema);
  return Format("# {}:{}\n{} \"{}\" \"{}\" ", object.address.ToString(), note, data ? "data" : "resource",
                object.address.resource.type(), object.address.resource.name()) +
         RenderDiff(diff, Colours(style.colour), {.show_unchanged = true, .symbols = false}) + "\n";
}

Result<std::string> RenderState(const state::State& state, const SchemaSource& schemas,
                                const HumanStyle& style) {
  if (state.empty()) return std::string(kEmptyState);
  Result<std::vector<StateObject>> objects = StateObjects(state, schemas);
  if (!objects) return std::unexpected(objects.error());
  std::ranges::stable_sort(*objects, {}, ModuleOrder);
  std::string out;
  const state::ModuleInstance* module = nullptr;
  for (const StateObject& object : *objects) {
    if (!out.empty()) out += "\n";
    // Another one between modules.
    if (module && !(*module == object.address.module)) out += "\n";
    module = &object.address.module;
    out += RenderObject(object, style);
  }
  if (state.outputs.empty()) return out;
  out += "\n\nOutputs:\n\n";
  for (const auto& [name, output] : state.outputs) {
    const Diff diff = CompareTyped(output.value, output.value, output.value.type(), output.sensitive);
    out += name + " = " +
           RenderDiff(diff, Colours(style.colour), {.show_unchanged = true, .symbols = false}) + "\n";
  }
  return out;
}

std::string RenderOutputs(const Outputs& outputs) {
  std::string out;
  for (const auto& [name, output] : outputs) {
    out += name + " = " + (output.sensitive ? "<sensitive>" : hcl::PrintValue(output.value)) + "\n";
  }
  return out;
}

std::string RenderOutput(const state::OutputState& output) {
  return hcl::PrintValue(output.value) + "\n";
}

std::string WriteOutputsJson(const Outputs& outputs) {
  JsonWriter json;
  json.BeginObject();
  for (const auto& [name, output] : outputs) {
    json.Key(name);
    json.BeginObject();
    json.Member("sensitive", output.sensitive);
    json.RawMember("type", TypeText(output.value));
    json.RawMember("value", ValueText(output.value));
    json.EndObject();
  }
  json.EndObject();
  std::string out;
  state::AppendLaidOut(out, json.text(), 0);
  return out + "\n";
}

std::string WriteOutputJson(const state::OutputState& output) {
  return ValueText(output.value) + "\n";
}

Result<std::string> WriteOutputRaw(const std::string& name, const state::OutputState& output) {
  const auto text = hcl::Convert(output.value, hcl::Type::String());
  if (!text) {
    return Fail(ErrorCode::kInvalid,
                Format("The -raw option only supports strings, numbers, and boolean values, but output value "
                       "\"{}\" is {}.\n\nUse the -json option for machine-readable representations of output "
                       "values that have complex types.",
                       name, output.value.type().FriendlyName()));
  }
  if (text->IsNull()) {
    return Fail(ErrorCode::kInvalid, Format("The value for output value \"{}\" is null, so -raw mode cannot "
                                            "print it.",
                                            name));
  }
  return std::string(text->AsString());
}

}  // namespace cairn::view
