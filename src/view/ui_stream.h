#pragma once

// The lines of `-json`: each a JSON object, without a newline at the end (version 1.2 of the format).
//
// `time` is when it happened, in UTC: "2025-01-02T03:04:05.678901Z".

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"
#include "state/state.h"
#include "view/progress.h"

namespace cairn::view {

// How many objects are affected, as the summary at the end of a plan or of its application counts them.
struct ChangeCounts {
  size_t add = 0, change = 0, remove = 0, import = 0;
};
enum class Operation : uint8_t { kPlan, kApply, kDestroy };

ChangeCounts CountChanges(const plan::Plan& plan);
// "Plan: 1 to add, 0 to change, 0 to destroy.", "Apply complete! Resources: …", "Destroy complete! …".
std::string SummaryText(const ChangeCounts& counts, Operation operation);

std::string VersionLine(std::string_view time);
std::string LogLine(std::string_view message, std::string_view time);  // for what has no line of its own
std::string InitLine(std::string_view message, std::string_view code, std::string_view time);
std::string PlannedChangeLine(const plan::ResourceChange& change, std::string_view time);
std::string DriftLine(const plan::ResourceChange& change, std::string_view time);
std::string SummaryLine(const ChangeCounts& counts, Operation operation, std::string_view time);
std::string OutputsLine(const std::vector<plan::OutputChange>& outputs, std::string_view time);
std::string OutputsLine(const std::map<std::string, state::OutputState>& outputs, std::string_view time);
// Empty for what has no line.
std::string EventLine(const Event& event, std::string_view time);

// All that a plan says: drift, planned changes, the summary, outputs.
std::vector<std::string> PlanLines(const plan::Plan& plan, std::string_view time);

}  // namespace cairn::view
