#include "view/change_comment.h"

#include <string>
#include <string_view>

#include "base/strings.h"

namespace cairn::view {
namespace {

using plan::Action;
using plan::ActionReason;

std::string DeleteReason(const plan::ResourceChange& change) {
  const state::InstanceAddress& address = change.address;
  switch (change.reason) {
    case ActionReason::kDeleteBecauseNoResourceConfig:
      return Format("\n  # (because {}.{} is not in configuration)", address.resource.type(),
                    address.resource.name());
    case ActionReason::kDeleteBecauseNoMoveTarget:
      return Format("\n  # (because {} was moved to {}, which is not in configuration)",
                    change.previous_address.ToString(), address.ToString());
    case ActionReason::kDeleteBecauseNoModule:
      return Format("\n  # (because {} is not in configuration)", address.module.ToString());
    case ActionReason::kDeleteBecauseWrongRepetition:
      switch (address.key.kind()) {
        case state::InstanceKey::Kind::kNone:
          return "\n  # (because resource uses count or for_each)";
        case state::InstanceKey::Kind::kInt:
          return "\n  # (because resource does not use count)";
        case state::InstanceKey::Kind::kString:
          return "\n  # (because resource does not use for_each)";
      }
      return {};
    case ActionReason::kDeleteBecauseCountIndex:
      return Format("\n  # (because index {} is out of range for count)", address.key.ToString());
    case ActionReason::kDeleteBecauseEachKey:
      return Format("\n  # (because key {} is not in for_each map)", address.key.ToString());
    default:
      return {};
  }
}

std::string_view ReadReason(ActionReason reason) {
  switch (reason) {
    case ActionReason::kReadBecauseConfigUnknown:
      return "\n  # (config refers to values not yet known)";
    case ActionReason::kReadBecauseDependencyPending:
      return "\n  # (depends on a resource or a module with changes pending)";
    case ActionReason::kReadBecauseCheckNested:
      return "\n  # (config will be reloaded to verify a check block)";
    default:
      return {};
  }
}

std::string_view ReplaceText(ActionReason reason) {
  switch (reason) {
    case ActionReason::kReplaceBecauseTainted:
      return "[reset] is tainted, so must be [bold][red]replaced[reset]";
    case ActionReason::kReplaceByRequest:
      return "[reset] will be [bold][red]replaced[reset], as requested";
    case ActionReason::kReplaceByTriggers:
      return "[reset] will be [bold][red]replaced[reset] due to changes in replace_triggered_by";
    default:
      return "[reset] must be [bold][red]replaced[reset]";
  }
}

// Of a change whose object stays as it is.
std::string NoOpText(const plan::ResourceChange& change, const std::string& name) {
  if (change.IsMoved()) {
    return Format("[bold]  # {}[reset] has moved to [bold]{}[reset]", change.previous_address.ToString(),
                  name);
  }
  std::string out = Format("[bold]  # {}[reset] will be imported", name);
  if (!change.change.generated_config.empty()) out += "\n  #[reset] (config will be generated)";
  return out;
}

std::string ActionText(const plan::ResourceChange& change, const std::string& name, bool drift) {
  const std::string head = "[bold]  # " + name;
  const std::string deposed =
      change.deposed.empty() ? "" : "\n  # (left over from a partially-failed replacement of this instance)";
  switch (change.change.action) {
    case Action::kCreate:
      return head + "[reset] will be created";
    case Action::kRead:
      return head + "[reset] will be read during apply" + std::string(ReadReason(change.reason));
    case Action::kUpdate:
      return head + (drift ? "[reset] has changed" : "[reset] will be updated in-place");
    case Action::kDelete:
      return head + (drift ? "[reset] has been deleted" : "[reset] will be [bold][red]destroyed[reset]") +
             DeleteReason(change) + deposed;
    case Action::kDeleteThenCreate:
    case Action::kCreateThenDelete:
      return head + std::string(ReplaceText(change.reason));
    case Action::kForget:
      // The peer indents these by one column less.
      return "[bold] # " + name +
             "[reset] will no longer be managed by Terraform, but [bold][red]will not be destroyed[reset]" +
             "\n # (destroy = false is set in the configuration)" + deposed;
    case Action::kNoOp:
      return NoOpText(change, name);
  }
  return {};
}

}  // namespace

std::string ChangeComment(const plan::ResourceChange& change, bool drift) {
  std::string name = change.address.ToString();
  if (!change.deposed.empty()) name += Format(" (deposed object {})", change.deposed);
  std::string out = ActionText(change, name, drift) + "\n";
  if (change.IsMoved() && change.change.action != Action::kNoOp) {
    out += Format("  # [reset](moved from {})\n", change.previous_address.ToString());
  }
  const auto& importing = change.change.importing;
  if (importing && change.change.action == Action::kNoOp) return out;
  if (importing && !importing->id.empty()) {
    out += Format("  # [reset](imported from \"{}\")\n", importing->id);
  } else if (importing) {
    out += "  # [reset](will be imported first)\n";
  }
  if (importing && plan::IsReplace(change.change.action)) {
    out += "  # [reset][yellow]Warning: this will destroy the imported resource[reset]\n";
  }
  return out;
}

}  // namespace cairn::view
