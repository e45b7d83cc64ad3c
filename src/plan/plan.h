#pragma once

// A plan: what will happen to each object, and why. The engine makes it, the views show it, and applying it
// follows it. Plain data; copies are cheap where values are large, as those are shared.
//
// Values within are of the type that the resource's schema has. They carry the marks that the configuration
// gave them; what the schema itself calls sensitive is so with or without a mark.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/schema.h"
#include "hcl/value.h"
#include "hcl/value_path.h"
#include "state/address.h"

namespace cairn::plan {

enum class Action : uint8_t {
  kNoOp,
  kCreate,
  kRead,  // of a data source, which is left to be read while the plan is applied
  kUpdate,
  kDelete,
  kDeleteThenCreate,
  kCreateThenDelete,
  kForget,  // it is no longer looked after, and stays what it is
};

constexpr bool IsReplace(Action action) {
  return action == Action::kDeleteThenCreate || action == Action::kCreateThenDelete;
}

// What made the engine choose the action, where that is worth saying.
enum class ActionReason : uint8_t {
  kNone,
  kReplaceBecauseTainted,
  kReplaceBecauseCannotUpdate,  // the provider says that something cannot be changed in place
  kReplaceByRequest,            // -replace
  kReplaceByTriggers,           // replace_triggered_by
  kDeleteBecauseNoResourceConfig,
  kDeleteBecauseWrongRepetition,  // it has another kind of key than the configuration now gives
  kDeleteBecauseCountIndex,
  kDeleteBecauseEachKey,
  kDeleteBecauseNoModule,
  kDeleteBecauseNoMoveTarget,
  kReadBecauseConfigUnknown,
  kReadBecauseDependencyPending,
  kReadBecauseCheckNested,
};

// As `show -json` has it: "replace_because_tainted"; empty for kNone.
std::string_view ToString(ActionReason reason);

// "no-op", "create", "read", "update", "delete", "forget"; a replacement is "replace".
std::string_view ToString(Action action);

struct Importing {
  std::string id;  // empty where it is not known yet
};

struct Change {
  Action action = Action::kNoOp;
  // Null where there is no object; `after` may be unknown within, or as a whole. After a kForget it is null.
  hcl::Value before = {};
  hcl::Value after = {};
  std::optional<Importing> importing = {};
  std::string generated_config = {};  // for an object that is imported without a configuration
};

struct ResourceChange {
  state::InstanceAddress address = {};
  // Where the object was after the last run, if it has moved; equal to `address` otherwise.
  state::InstanceAddress previous_address = {};
  std::string deposed = {};  // the key of the deposed object that this is about; empty for the current one
  state::ProviderConfigAddress provider = {};
  std::shared_ptr<const hcl::BlockSchema> schema = {};  // never null in a plan that is complete
  uint64_t schema_version = 0;
  Change change = {};
  ActionReason reason = ActionReason::kNone;
  std::vector<hcl::ValuePath> required_replace = {};  // what cannot be changed in place
  std::string planned_private = {};                   // opaque bytes of the provider's
  // Instances are applied after those of these resources, and destroyed before them.
  std::vector<state::ConfigResource> dependencies = {};
  bool create_before_destroy = false;

  bool IsMoved() const { return !(previous_address == address); }
};

// Of the root module's outputs.
struct OutputChange {
  std::string name;
  Change change = {};  // no marks; `sensitive` says it all
  bool sensitive = false;
};

enum class CheckStatus : uint8_t { kUnknown, kPass, kFail, kError };
enum class CheckKind : uint8_t { kResource, kOutput, kCheck, kVariable };

std::string_view ToString(CheckStatus status);  // "pass"
std::string_view ToString(CheckKind kind);      // "output_value"

// What became of the conditions of one object: of an instance of a resource, an output, a variable or a
// check.
struct CheckObject {
  state::ModuleInstance module = {};
  state::InstanceKey key = {};  // of a resource
  CheckStatus status = CheckStatus::kUnknown;
  std::vector<std::string> failures = {};  // the messages
};

// And of all objects of one block.
struct CheckResult {
  CheckKind kind = CheckKind::kResource;
  state::ModulePath module = {};
  state::ResourceName resource = {};  // of kResource
  std::string name = {};              // of the others
  CheckStatus status = CheckStatus::kUnknown;
  std::vector<CheckObject> objects = {};
};

// A part of an object that the plan depends on; drift elsewhere is not worth telling.
struct RelevantAttribute {
  state::InstanceAddress resource = {};
  hcl::ValuePath path = {};
};

// A variable of the root module.
struct Variable {
  std::string name;
  hcl::Value value = {};
  bool sensitive = false;
  bool ephemeral = false;
};

enum class Mode : uint8_t { kNormal, kDestroy, kRefreshOnly };

struct Plan {
  Mode mode = Mode::kNormal;
  bool applyable = false;      // applying it does something
  bool complete = false;       // applying it leaves nothing to do
  bool errored = false;        // planning stopped early
  std::string timestamp = {};  // RFC 3339, in UTC: what plantimestamp() says

  std::vector<Variable> variables = {};        // sorted by name
  std::vector<ResourceChange> resources = {};  // sorted by address, then by deposed key
  // What was found changed since the last run: from the state that was, to what refreshing found.
  std::vector<ResourceChange> drift = {};
  std::vector<OutputChange> outputs = {};  // sorted by name; without change, too
  std::vector<RelevantAttribute> relevant_attributes = {};
  std::vector<CheckResult> checks = {};

  std::vector<state::Target> targets = {};                 // of -target; empty: everything
  std::vector<state::InstanceAddress> force_replace = {};  // of -replace
};

}  // namespace cairn::plan
