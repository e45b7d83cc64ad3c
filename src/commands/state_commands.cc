#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/run_commands.h"
#include "commands/state_edit.h"
#include "data/json.h"
#include "state/address_parser.h"
#include "state/state_format.h"
#include "view/state_view.h"

namespace cairn::commands {
namespace {

// Behind a line that says which address.
constexpr std::string_view kOneInstance =
    "\n\nThis command requires that the address references one specific instance.\nTo view the available "
    "instances, use \"terraform state list\". Please modify \nthe address to reference a specific "
    "instance.\n";

// Whether `state` has something that `target` means.
bool Knows(const state::State& state, const state::Target& target) {
  for (const auto& [address, resource] : state.resources) {
    if (target.kind != state::Target::Kind::kInstance && target.Contains(address)) return true;
    for (const auto& [key, instance] : resource.instances) {
      if (target.Contains(state::InstanceAddress{address.module, address.resource, key})) return true;
    }
  }
  return false;
}

void ReportUnknown(Screen& screen, const state::Target& target) {
  const std::string address = target.ToString();
  using Kind = state::Target::Kind;
  if (target.kind == Kind::kModule) {
    screen.ReportError(
        "Unknown module",
        Format("The current state contains no module at {}. If you've just added this module to the "
               "configuration, you must run \"terraform apply\" first to create the module's entry in the "
               "state.",
               address));
  } else if (target.kind == Kind::kResource) {
    screen.ReportError(
        "Unknown resource",
        Format("The current state contains no resource {}. If you've just added this resource to the "
               "configuration, you must run \"terraform apply\" first to create the resource's entry in the "
               "state.",
               address));
  } else {
    screen.ReportError(
        "Unknown resource instance",
        Format("The current state contains no resource instance {}. If you've just added its resource to the "
               "configuration or have changed the count or for_each arguments, you must run \"terraform "
               "apply\" first to update the resource's entry in the state.",
               address));
  }
  screen.PrintError("\n");
}

// Nothing where one of them is wrong, which has been said.
std::optional<std::vector<state::Target>> TargetsOf(Screen& screen, const state::State& state,
                                                    const std::vector<std::string>& texts) {
  std::vector<state::Target> targets;
  for (const std::string& text : texts) {
    const auto target = state::ParseTarget(text);
    if (!target) {
      screen.ReportError(target.error().summary, target.error().detail);
      screen.PrintError("\n");
      return std::nullopt;
    }
    if (!Knows(state, *target)) {
      ReportUnknown(screen, *target);
      return std::nullopt;
    }
    targets.push_back(*target);
  }
  return targets;
}

bool HasId(const state::InstanceObject& object, const std::string& id) {
  const auto attributes = data::ParseJson(object.attributes.text);
  if (!attributes || !attributes->is_object()) return false;
  const auto* found = attributes->as_object().if_contains("id");
  return found != nullptr && found->is_string() && std::string_view(found->as_string()) == id;
}

}  // namespace

int RunStateList(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  std::string path, id;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& flags) {
    flags.Add("state", path, "the state file (terraform.tfstate)");
    flags.Add("id", id, "only objects with this id");
  };
  if (!ParsePlain(screen, words, "state list [ADDRESS...]", code, add, &arguments)) return code;
  Session session(environment, screen, {.state_path = path, .lock = false, .input = false});
  if (!session.OpenState("")) return 1;
  if (!session.HasState()) return ReportNoState(screen);
  const auto targets = TargetsOf(screen, session.state(), arguments);
  if (!targets) return 1;
  for (const auto& [address, resource] : session.state().resources) {
    for (const auto& [key, instance] : resource.instances) {
      const state::InstanceAddress one{address.module, address.resource, key};
      const auto means = [&](const state::Target& target) { return target.Contains(one); };
      if (!instance.current || (!targets->empty() && std::ranges::none_of(*targets, means))) continue;
      if (id.empty() || HasId(*instance.current, id)) screen.Print(one.ToString() + "\n");
    }
  }
  return 0;
}

int RunStateShow(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  std::string path;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& flags) { flags.Add("state", path, "the state file (terraform.tfstate)"); };
  if (!ParsePlain(screen, words, "state show ADDRESS", code, add, &arguments)) return code;
  if (arguments.size() != 1) {
    screen.PrintError("Exactly one argument expected.\n");
    return 1;
  }
  const auto address = state::ParseInstanceAddress(arguments[0]);
  if (!address) {
    screen.PrintError(Format("Error parsing instance address: {}{}", arguments[0], kOneInstance));
    return 1;
  }
  Session session(environment, screen, {.state_path = path, .lock = false, .input = false});
  if (!session.OpenState("")) return 1;
  if (!session.HasState()) return ReportNoState(screen);
  if (!session.state().FindCurrent(*address)) {
    screen.PrintError(Format("No instance found for the given address!{}", kOneInstance));
    return 1;
  }
  if (!session.StartProviders()) return 1;
  const auto objects = view::StateObjects(session.state(), session.ResourceSchemas());
  session.CloseProviders();
  if (!objects) {
    screen.ReportError("Failed to show the object", objects.error().message);
    return 1;
  }
  for (const view::StateObject& object : *objects) {
    if (object.address == *address && object.deposed.empty())
      screen.Print(view::RenderObject(object, screen.style()));
  }
  return 0;
}

int RunStatePull(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  if (!ParsePlain(screen, words, "state pull", code)) return code;
  Session session(environment, screen, {.lock = false, .input = false});
  if (!session.OpenState("")) return 1;
  if (!session.HasState()) return 0;
  state::State state = session.state();
  state.terraform_version = kTerraformVersion;
  screen.Print(state::WriteState(state) + "\n");
  return 0;
}

}  // namespace cairn::commands
