// The lines of `-json` about what is happening: EventLine of ui_stream.h.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "view/ui_line.h"
#include "view/ui_stream.h"

namespace cairn::view {
namespace {

using plan::Action;

struct ActionWords {
  std::string_view name, start, progress, noun;
};

ActionWords WordsOf(Action action) {
  switch (action) {
    case Action::kCreate:
      return {"create", "Creating", "creating", "Creation"};
    case Action::kUpdate:
      return {"update", "Modifying", "modifying", "Modifications"};
    case Action::kDelete:
      return {"delete", "Destroying", "destroying", "Destruction"};
    case Action::kRead:
      return {"read", "Refreshing", "refreshing", "Refresh"};
    case Action::kDeleteThenCreate:
    case Action::kCreateThenDelete:
      return {"replace", "Replacing", "replacing", "Replacement"};
    case Action::kForget:
      return {"remove", "Removing", "removing", "Removal"};
    case Action::kNoOp:
      break;
  }
  return {"noop", "Applying", "applying", "Apply"};
}

struct EphemeralWords {
  std::string_view name, start, progress, noun;
};

EphemeralWords WordsOf(EphemeralAction action) {
  constexpr std::array<EphemeralWords, 3> kWords = {{
      {"open", "Opening", "opening", "Opening"},
      {"renew", "Renewing", "renewing", "Renewal"},
      {"close", "Closing", "closing", "Closing"},
  }};
  return kWords[size_t(action)];
}

std::string_view TypeOf(EventKind kind) {
  switch (kind) {
    case EventKind::kRefreshStart:
      return "refresh_start";
    case EventKind::kRefreshComplete:
      return "refresh_complete";
    case EventKind::kApplyStart:
      return "apply_start";
    case EventKind::kApplyProgress:
      return "apply_progress";
    case EventKind::kApplyComplete:
      return "apply_complete";
    case EventKind::kApplyErrored:
      return "apply_errored";
    case EventKind::kProvisionStart:
      return "provision_start";
    case EventKind::kProvisionProgress:
      return "provision_progress";
    case EventKind::kProvisionComplete:
      return "provision_complete";
    case EventKind::kProvisionErrored:
      return "provision_errored";
    case EventKind::kEphemeralStart:
      return "ephemeral_op_start";
    case EventKind::kEphemeralProgress:
      return "ephemeral_op_progress";
    case EventKind::kEphemeralComplete:
      return "ephemeral_op_complete";
    case EventKind::kEphemeralErrored:
      return "ephemeral_op_errored";
    case EventKind::kEphemeralDeferred:
    case EventKind::kImportPlan:
    case EventKind::kImportStart:
    case EventKind::kImportComplete:
    case EventKind::kSingleImportStart:
    case EventKind::kSingleImportPrepared:
      break;
  }
  return {};
}

// What is said of `name`, in words.
std::string MessageOf(const Event& event) {
  const std::string name = event.address.ToString();
  const bool has_id = !event.id_key.empty() && !event.id_value.empty();
  const std::string id = has_id ? Format(" [{}={}]", event.id_key, event.id_value) : "";
  const std::string elapsed = FormatElapsed(event.elapsed);
  const ActionWords action = WordsOf(event.action);
  const EphemeralWords ephemeral = WordsOf(event.ephemeral);
  switch (event.kind) {
    case EventKind::kRefreshStart:
      return Format("{}: Refreshing state...{}", name, id);
    case EventKind::kRefreshComplete:
      return Format("{}: Refresh complete{}", name, id);
    case EventKind::kApplyStart:
      return Format("{}: {}...{}", name, action.start, id);
    case EventKind::kApplyProgress:
      return Format("{}: Still {}... [{} elapsed]", name, action.progress, elapsed);
    case EventKind::kApplyComplete:
      return Format("{}: {} complete after {}{}", name, action.noun, elapsed, id);
    case EventKind::kApplyErrored:
      return Format("{}: {} errored after {}", name, action.noun, elapsed);
    case EventKind::kProvisionStart:
      return Format("{}: Provisioning with '{}'...", name, event.provisioner);
    case EventKind::kProvisionProgress:
      return Format("{}: ({}): {}", name, event.provisioner, event.output);
    case EventKind::kProvisionComplete:
      return Format("{}: ({}) Provisioning complete", name, event.provisioner);
    case EventKind::kProvisionErrored:
      return Format("{}: ({}) Provisioning errored", name, event.provisioner);
    case EventKind::kEphemeralStart:
      return Format("{}: {}...", name, ephemeral.start);
    case EventKind::kEphemeralProgress:
      return Format("{}: Still {}... [{} elapsed]", name, ephemeral.progress, elapsed);
    case EventKind::kEphemeralComplete:
      return Format("{}: {} complete after {}", name, ephemeral.noun, elapsed);
    case EventKind::kEphemeralErrored:
      return Format("{}: {} errored after {}", name, ephemeral.noun, elapsed);
    default:
      return {};
  }
}

bool HasElapsed(EventKind kind) {
  switch (kind) {
    case EventKind::kApplyProgress:
    case EventKind::kApplyComplete:
    case EventKind::kApplyErrored:
    case EventKind::kEphemeralProgress:
    case EventKind::kEphemeralComplete:
    case EventKind::kEphemeralErrored:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string EventLine(const Event& event, std::string_view time) {
  const std::string_view type = TypeOf(event.kind);
  if (type.empty()) return {};
  UiLine line("info", MessageOf(event), time);
  line.out().Key("hook");
  line.out().BeginObject();
  line.out().Key("resource");
  WriteAddress(line.out(), event.address);
  if (type.starts_with("apply_")) line.out().Member("action", WordsOf(event.action).name);
  if (type.starts_with("ephemeral_")) line.out().Member("action", WordsOf(event.ephemeral).name);
  if (type.starts_with("provision_")) line.out().Member("provisioner", event.provisioner);
  if (event.kind == EventKind::kProvisionProgress) line.out().Member("output", event.output);
  if (event.kind != EventKind::kApplyProgress) {
    line.out().OptionalMember("id_key", event.id_key);
    line.out().OptionalMember("id_value", event.id_value);
  }
  if (HasElapsed(event.kind)) line.out().Member("elapsed_seconds", int64_t(event.elapsed.count()));
  line.out().EndObject();
  return line.Take(type);
}

}  // namespace cairn::view
