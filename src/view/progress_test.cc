#include "view/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "data/json.h"
#include "state/address_parser.h"
#include "view/apply_summary.h"
#include "view/json_writer.h"
#include "view/node.h"
#include "view/testing/plan_corpus.h"
#include "view/testing/plan_reader.h"
#include "view/ui_stream.h"

namespace cairn::view {
namespace {

using testing::PlanCase;

std::string Text(const Node& node, std::string_view name) {
  const Node* found = node.Find(name);
  return found ? found->text : "";
}

plan::Action ReadAction(const std::string& text) {
  for (int i = 0; i <= int(plan::Action::kForget); ++i) {
    if (ToString(plan::Action(i)) == text) return plan::Action(i);
  }
  return plan::Action::kNoOp;
}

const std::map<std::string, EventKind> kKinds = {
    {"refresh_start", EventKind::kRefreshStart},
    {"refresh_complete", EventKind::kRefreshComplete},
    {"apply_start", EventKind::kApplyStart},
    {"apply_progress", EventKind::kApplyProgress},
    {"apply_complete", EventKind::kApplyComplete},
    {"apply_errored", EventKind::kApplyErrored},
    {"provision_start", EventKind::kProvisionStart},
    {"provision_progress", EventKind::kProvisionProgress},
    {"provision_complete", EventKind::kProvisionComplete},
    {"provision_errored", EventKind::kProvisionErrored},
};

Event ReadEvent(const Node& line) {
  const Node& hook = *line.Find("hook");
  Event event{.kind = kKinds.at(Text(line, "type"))};
  event.address = state::ParseInstanceAddress(Text(*hook.Find("resource"), "addr")).value();
  event.action = ReadAction(Text(hook, "action"));
  event.id_key = Text(hook, "id_key");
  event.id_value = Text(hook, "id_value");
  event.elapsed = std::chrono::seconds(ParseInt<int64_t>(Text(hook, "elapsed_seconds")).value_or(0));
  event.provisioner = Text(hook, "provisioner");
  event.output = Text(hook, "output");
  return event;
}

std::map<std::string, state::OutputState> ReadOutputs(const Node& node) {
  std::map<std::string, state::OutputState> out;
  for (size_t i = 0; i < node.items.size(); ++i) {
    JsonWriter type;
    type.Known(*node.items[i].Find("type"));
    const hcl::Type parsed = hcl::Type::FromJson(data::ParseJson(type.text()).value()).value();
    out[node.names[i]] = {.value = testing::ReadValue(node.items[i].Find("value"), parsed),
                          .sensitive = node.items[i].Find("sensitive")->truth};
  }
  return out;
}

ChangeCounts ReadCounts(const Node& node) {
  const auto count = [&](std::string_view name) { return ParseInt<size_t>(Text(node, name)).value(); };
  return {count("add"), count("change"), count("remove"), count("import")};
}

// Each line of the stream as it is written from what it says.
std::string Rewritten(const std::string& text) {
  const Node line = ParseNode(text).value();
  const std::string type = Text(line, "type");
  if (type == "version") return VersionLine("");
  if (type == "change_summary") {
    const Node& changes = *line.Find("changes");
    const std::string operation = Text(changes, "operation");
    return SummaryLine(ReadCounts(changes),
                       operation == "plan"    ? Operation::kPlan
                       : operation == "apply" ? Operation::kApply
                                              : Operation::kDestroy,
                       "");
  }
  if (type != "outputs") return EventLine(ReadEvent(line), "");
  // Those of a plan have actions, and are tested with plans.
  const Node& outputs = *line.Find("outputs");
  if (!outputs.items.empty() && outputs.items[0].Find("action")) return text;
  return OutputsLine(ReadOutputs(outputs), "");
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : Split(text, '\n')) {
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

// How long something took differs from run to run.
std::string WithoutTimes(const std::string& text) {
  return std::regex_replace(text, std::regex(R"((after |[\[ ])\d+s)"), "$1?s");
}

TEST(UiStream, SaysOfProgressWhatTerraformSays) {
  for (const PlanCase& test : testing::ReadCases("progress")) {
    for (const std::string& line : Lines(test["stream"])) EXPECT_EQ(Rewritten(line), line) << test.name;
  }
}

void ExpectLines(const PlanCase& test, const std::string& section, bool colour) {
  const Colours colours(colour);
  std::vector<std::string> expected;
  for (const std::string& line : Lines(test[section])) expected.push_back(WithoutTimes(line));
  std::vector<std::string> lines;
  std::map<std::string, Event> started;
  for (const std::string& text : Lines(test["stream"])) {
    const Node line = ParseNode(text).value();
    if (!kKinds.contains(Text(line, "type"))) continue;
    Event event = ReadEvent(line);
    // Lines of progress name the object for people alone.
    if (event.kind == EventKind::kApplyStart) started[event.address.ToString()] = event;
    if (event.kind == EventKind::kApplyProgress) {
      event.id_key = started[event.address.ToString()].id_key;
      event.id_value = started[event.address.ToString()].id_value;
    }
    const std::string human = HumanLine(event, colours);
    if (!human.empty()) lines.push_back(WithoutTimes(human));
  }
  // Imports have lines for people alone.
  if (test.name == "import") {
    for (const EventKind kind :
         {EventKind::kImportPlan, EventKind::kImportStart, EventKind::kImportComplete}) {
      Event event{.kind = kind, .id_value = "i-1"};
      event.address = state::ParseInstanceAddress("test_server.a").value();
      lines.push_back(HumanLine(event, colours));
    }
  }
  std::ranges::sort(expected);
  std::ranges::sort(lines);
  EXPECT_EQ(lines, expected) << test.name;
}

TEST(Progress, IsWhatTerraformPrints) {
  for (const PlanCase& test : testing::ReadCases("progress")) {
    ExpectLines(test, "lines", false);
    ExpectLines(test, "lines in colour", true);
  }
}

TEST(Progress, WritesDurationsAsGoDoes) {
  EXPECT_EQ(FormatElapsed(std::chrono::seconds(0)), "0s");
  EXPECT_EQ(FormatElapsed(std::chrono::seconds(60)), "1m0s");
  EXPECT_EQ(FormatElapsed(std::chrono::seconds(3725)), "1h2m5s");
}

TEST(ApplySummary, IsWhatTerraformPrints) {
  for (const PlanCase& test : testing::ReadCases("progress")) {
    if (test["end"].empty()) continue;  // it did not come to that
    ChangeCounts counts;
    Outputs outputs;
    for (const std::string& text : Lines(test["stream"])) {
      const Node line = ParseNode(text).value();
      const Node* changes = line.Find("changes");
      if (changes && Text(*changes, "operation") == "apply") counts = ReadCounts(*changes);
      const Node* found = line.Find("outputs");
      const bool planned = found && !found->items.empty() && found->items[0].Find("action");
      if (found && !planned) outputs = ReadOutputs(*found);
    }
    // What is sensitive has no value there, and needs none here.
    EXPECT_EQ(RenderApplySummary(counts, Operation::kApply, outputs), test["end"]) << test.name;
    EXPECT_EQ(RenderApplySummary(counts, Operation::kApply, outputs, {.colour = true}), test["end in colour"])
        << test.name;
  }
}

TEST(ApplySummary, SaysWhatADestroyDid) {
  EXPECT_EQ(RenderApplySummary({.remove = 3}, Operation::kDestroy, {}),
            "\nDestroy complete! Resources: 3 destroyed.\n");
}

}  // namespace
}  // namespace cairn::view
