#pragma once

// A plan as a file, with all that applying it needs beside the providers: docs/formats/plan.md.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "infra/schema_source.h"
#include "plan/plan.h"
#include "state/state.h"

namespace cairn::infra {

inline constexpr size_t kPlanFileBytesMax = size_t{1} << 30;

struct SavedPlan {
  plan::Plan plan = {};  // as it was read: its changes have no schemas (AddSchemas)
  // As planning found it; serial and lineage are those of the state that it began with.
  state::State refreshed = {};
  std::map<std::string, std::string> files = {};    // the configuration: texts by path
  std::map<std::string, std::string> modules = {};  // folders by "module.a.module.b"
  std::string locks = {};                           // the text of the lock file
  std::string workspace = "default";
};

// Whether a file with this text begins as one.
bool IsPlanFile(std::string_view text);

std::string WritePlanFile(const SavedPlan& saved);

// kInvalid says what is wrong: it is no plan, damaged, or of another version.
Result<SavedPlan> ReadPlanFile(std::string_view text);

// Gives the changes of a plan that was read the schemas of their types. kConflict if values are not of them.
Result<> AddSchemas(const SchemaSource& schemas, plan::Plan& plan);

}  // namespace cairn::infra
