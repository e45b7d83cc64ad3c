#include "view/ui_stream.h"

#include <array>
#include <chrono>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/value_json.h"
#include "view/check_json.h"
#include "view/json_writer.h"
#include "view/ui_line.h"

namespace cairn::view {
namespace {

using plan::Action;

// As the lines call it.
std::string_view ActionName(Action action) {
  constexpr std::array<std::string_view, 8> kNames = {"noop",   "create",  "read",    "update",
                                                      "delete", "replace", "replace", "remove"};
  return kNames[size_t(action)];
}

std::string_view ActionName(const plan::ResourceChange& change) {
  if (change.change.action == Action::kNoOp) {
    if (change.change.importing) return "import";
    if (change.IsMoved()) return "move";
  }
  return ActionName(change.change.action);
}

std::string_view ReasonName(plan::ActionReason reason) {
  switch (reason) {
    case plan::ActionReason::kReplaceBecauseTainted:
      return "tainted";
    case plan::ActionReason::kReplaceBecauseCannotUpdate:
      return "cannot_update";
    case plan::ActionReason::kReplaceByRequest:
      return "requested";
    case plan::ActionReason::kReplaceByTriggers:
      return "replace_triggered_by";
    default:
      return plan::ToString(reason);
  }
}

void WriteChange(JsonWriter& out, const plan::ResourceChange& change) {
  out.Key("change");
  out.BeginObject();
  out.Key("resource");
  WriteAddress(out, change.address);
  if (change.IsMoved()) {
    out.Key("previous_resource");
    WriteAddress(out, change.previous_address);
  }
  out.Member("action", ActionName(change));
  out.OptionalMember("reason", ReasonName(change.reason));
  if (const auto& importing = change.change.importing) {
    out.Key("importing");
    out.BeginObject();
    out.OptionalMember("id", importing->id);
    out.EndObject();
  }
  out.OptionalMember("generated_config", change.change.generated_config);
  out.EndObject();
}

// Whether a plan says anything of it.
bool IsTold(const plan::ResourceChange& change) {
  if (change.change.action == Action::kDelete) {
    return change.address.resource.mode() != state::ResourceMode::kData;
  }
  return change.change.action != Action::kNoOp || change.IsMoved() || change.change.importing.has_value();
}

}  // namespace

ChangeCounts CountChanges(const plan::Plan& plan) {
  ChangeCounts counts;
  for (const plan::ResourceChange& change : plan.resources) {
    if (!IsTold(change)) continue;
    const Action action = change.change.action;
    const bool replace = plan::IsReplace(action);
    counts.add += action == Action::kCreate || replace;
    counts.change += action == Action::kUpdate;
    counts.remove += action == Action::kDelete || replace;
    counts.import += change.change.importing.has_value();
  }
  return counts;
}

std::string SummaryText(const ChangeCounts& counts, Operation operation) {
  const auto [add, change, remove, import] = counts;
  if (operation == Operation::kDestroy) {
    return Format("Destroy complete! Resources: {} destroyed.", remove);
  }
  if (operation == Operation::kApply) {
    const std::string imported = import > 0 ? Format("{} imported, ", import) : "";
    return Format("Apply complete! Resources: {}{} added, {} changed, {} destroyed.", imported, add, change,
                  remove);
  }
  const std::string imported = import > 0 ? Format("{} to import, ", import) : "";
  return Format("Plan: {}{} to add, {} to change, {} to destroy.", imported, add, change, remove);
}

std::string VersionLine(std::string_view time) {
  UiLine line("info", "Terraform " + std::string(kTerraformVersion), time);
  line.out().Member("terraform", kTerraformVersion);
  line.out().Member("type", "version");
  line.out().Member("ui", "1.2");
  return line.Take();
}

std::string LogLine(std::string_view message, std::string_view time) {
  return UiLine("info", message, time).Take("log");
}

std::string InitLine(std::string_view message, std::string_view code, std::string_view time) {
  UiLine line("info", message, std::string(time.substr(0, time.find('.'))) + "Z");
  line.out().Member("message_code", code);
  return line.Take("init_output");
}

std::string PlannedChangeLine(const plan::ResourceChange& change, std::string_view time) {
  UiLine line("info", Format("{}: Plan to {}", change.address.ToString(), ActionName(change)), time);
  WriteChange(line.out(), change);
  return line.Take("planned_change");
}

std::string DriftLine(const plan::ResourceChange& change, std::string_view time) {
  UiLine line("info", Format("{}: Drift detected ({})", change.address.ToString(), ActionName(change)), time);
  WriteChange(line.out(), change);
  return line.Take("resource_drift");
}

std::string SummaryLine(const ChangeCounts& counts, Operation operation, std::string_view time) {
  constexpr std::array<std::string_view, 3> kNames = {"plan", "apply", "destroy"};
  UiLine line("info", SummaryText(counts, operation), time);
  line.out().Key("changes");
  line.out().BeginObject();
  line.out().Member("add", int64_t(counts.add));
  line.out().Member("change", int64_t(counts.change));
  line.out().Member("import", int64_t(counts.import));
  line.out().Member("remove", int64_t(counts.remove));
  line.out().Member("operation", kNames[size_t(operation)]);
  line.out().EndObject();
  return line.Take("change_summary");
}

std::string OutputsLine(const std::vector<plan::OutputChange>& outputs, std::string_view time) {
  UiLine line("info", Format("Outputs: {}", outputs.size()), time);
  line.out().Key("outputs");
  line.out().BeginObject();
  for (const plan::OutputChange& output : outputs) {
    line.out().Key(output.name);
    line.out().BeginObject();
    line.out().Member("sensitive", output.sensitive);
    line.out().Member("action", ActionName(output.change.action));
    line.out().EndObject();
  }
  line.out().EndObject();
  return line.Take("outputs");
}

std::string OutputsLine(const std::map<std::string, state::OutputState>& outputs, std::string_view time) {
  UiLine line("info", Format("Outputs: {}", outputs.size()), time);
  line.out().Key("outputs");
  line.out().BeginObject();
  for (const auto& [name, output] : outputs) {
    line.out().Key(name);
    line.out().BeginObject();
    line.out().Member("sensitive", output.sensitive);
    line.out().RawMember("type", data::SerializeJson(output.value.type().ToJson()));
    if (!output.sensitive) line.out().RawMember("value", hcl::ToJsonText(output.value).value_or("null"));
    line.out().EndObject();
  }
  line.out().EndObject();
  return line.Take("outputs");
}

std::vector<std::string> PlanLines(const plan::Plan& plan, std::string_view time) {
  std::vector<std::string> lines;
  for (const plan::ResourceChange& change : plan.drift) {
    const bool moved_only = change.change.action == Action::kNoOp;
    if (!moved_only || plan.mode == plan::Mode::kRefreshOnly) lines.push_back(DriftLine(change, time));
  }
  for (const plan::ResourceChange& change : plan.resources) {
    if (IsTold(change)) lines.push_back(PlannedChangeLine(change, time));
  }
  lines.push_back(SummaryLine(CountChanges(plan), Operation::kPlan, time));
  if (!plan.outputs.empty()) lines.push_back(OutputsLine(plan.outputs, time));
  return lines;
}

}  // namespace cairn::view
