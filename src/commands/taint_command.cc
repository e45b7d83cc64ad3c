#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/operation_flags.h"
#include "commands/run_commands.h"
#include "commands/state_edit.h"
#include "state/address_parser.h"

namespace cairn::commands {
namespace {

constexpr std::string_view kMissing = "No such resource instance";

std::string WhyMissing(const state::State& state, const state::InstanceAddress& address) {
  const std::string name = address.ToString();
  if (state.empty()) {
    return "The state currently contains no resource instances whatsoever. This may occur if the "
           "configuration "
           "has never been applied or if it has recently been destroyed.";
  }
  if (state.Find(address) != nullptr) {
    return Format(
        "Resource instance {} is currently part-way through a create_before_destroy replacement action. Run "
        "\"terraform apply\" to complete its replacement before tainting it.",
        name);
  }
  return Format(
      "There is no resource instance in the state with the address {}. If the resource configuration has "
      "just "
      "been added, you must run \"terraform apply\" once to create the corresponding instance(s) before they "
      "can be tainted.",
      name);
}

int Mark(Session& session, const state::InstanceAddress& address, bool taint, bool allow_missing) {
  Screen& screen = session.screen();
  const std::string name = address.ToString();
  const state::ObjectRef object = session.state().FindCurrent(address);
  if (!object && allow_missing && session.state().Find(address) == nullptr) {
    SayWarning(
        screen, std::string(kMissing),
        Format("Resource instance {} was not found, but this is not an error because -allow-missing was set.",
               name));
    return 0;
  }
  if (!object) {
    SayError(screen, std::string(kMissing), WhyMissing(session.state(), address));
    return 1;
  }
  if (!taint && object->status != state::ObjectStatus::kTainted) {
    SayError(screen, "Resource instance is not tainted",
             Format("Resource instance {} is not currently tainted, and so it cannot be untainted.", name));
    return 1;
  }
  auto marked = std::make_shared<state::InstanceObject>(*object);
  marked->status = taint ? state::ObjectStatus::kTainted : state::ObjectStatus::kReady;
  state::State next = session.state();
  next.SetCurrent(address, std::move(marked), next.Find(address.resource_address())->provider);
  if (!session.WriteState(std::move(next))) return 1;
  screen.Print(Format("Resource instance {} has been {}.\n", name,
                      taint ? "marked as tainted" : "successfully untainted"));
  return 0;
}

int Run(const Environment& environment, Screen& screen, const std::vector<std::string>& words, bool taint) {
  int code = 0;
  bool allow_missing = false;
  SessionOptions options;
  std::vector<std::string> arguments;
  const std::string name = taint ? "taint" : "untaint";
  const auto add = [&](Flags& flags) {
    AddStateFlags(flags, options);
    flags.Add("state-out", options.state_out_path, "where to write the state (where it was read from)");
    flags.Add("allow-missing", allow_missing, "no error where there is no such instance");
  };
  if (!ParsePlain(screen, words, name + " ADDRESS", code, add, &arguments)) return code;
  if (arguments.size() != 1) {
    screen.PrintError(Format("The {} command expects exactly one argument.\n", name));
    return 1;
  }
  const auto address = state::ParseInstanceAddress(arguments[0]);
  if (!address) {
    SayError(screen, address.error().summary, address.error().detail);
    return 1;
  }
  if (taint && address->resource.mode() != state::ResourceMode::kManaged) {
    screen.PrintError(Format("Resource instance {} cannot be tainted\n", address->ToString()));
    return 1;
  }
  return EditState(environment, screen, std::move(options), name,
                   [&](Session& session) { return Mark(session, *address, taint, allow_missing); });
}

}  // namespace

int RunTaint(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  return Run(environment, screen, words, true);
}

int RunUntaint(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  return Run(environment, screen, words, false);
}

}  // namespace cairn::commands
