#pragma once

// What happens while a plan is made or applied, as lines: for people, or as JSON.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "hcl/value.h"
#include "plan/plan.h"
#include "view/colour.h"

namespace cairn::view {

enum class EventKind : uint8_t {
  kRefreshStart,
  kRefreshComplete,
  kApplyStart,  // of `action`; data are read so, too, when a plan is made
  kApplyProgress,
  kApplyComplete,
  kApplyErrored,
  kProvisionStart,
  kProvisionProgress,  // a line of output
  kProvisionComplete,
  kProvisionErrored,
  kImportPlan,   // an `import` block's object is about to be read
  kImportStart,  // it is imported while the plan is applied
  kImportComplete,
  kSingleImportStart,     // of the command `import`
  kSingleImportPrepared,  // the provider found it
  kEphemeralStart,        // of `ephemeral`
  kEphemeralProgress,
  kEphemeralComplete,
  kEphemeralErrored,
  kEphemeralDeferred,  // it cannot be opened yet
};

enum class EphemeralAction : uint8_t { kOpen, kRenew, kClose };

struct Event {
  EventKind kind = EventKind::kRefreshStart;
  state::InstanceAddress address = {};
  std::string deposed = {};
  plan::Action action = plan::Action::kNoOp;  // create, read, update or delete
  EphemeralAction ephemeral = EphemeralAction::kOpen;
  std::string id_key = {}, id_value = {};  // as of FindId; of an import the latter is what it is called
  std::chrono::seconds elapsed = {};
  std::string provisioner = {};
  std::string output = {};  // of kProvisionProgress, without a newline
};

// How often a kApplyProgress comes.
inline constexpr std::chrono::seconds kProgressPeriod{10};

// What tells an object from others: its attribute `id`, or none; with `or_name` then `name`, or the tag
// `Name`. Nothing that is sensitive, unknown or empty.
struct ObjectId {
  std::string key = {}, value = {};
};
ObjectId FindId(const hcl::Value& object, bool or_name);

// Without a newline; empty for events that people are not told.
std::string HumanLine(const Event& event, const Colours& colours);

// "1m30s", as Go writes durations.
std::string FormatElapsed(std::chrono::seconds elapsed);

}  // namespace cairn::view
