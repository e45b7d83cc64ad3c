#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/operation_flags.h"
#include "commands/run_commands.h"
#include "commands/state_edit.h"
#include "registry/provider_address.h"
#include "state/address_parser.h"
#include "state/state_format.h"
#include "state/state_version.h"
#include "view/colour.h"

namespace cairn::commands {
namespace {

int RemoveObjects(Session& session, const std::vector<state::Target>& targets, bool dry_run) {
  Screen& screen = session.screen();
  if (!session.HasState()) return ReportNoState(screen);
  std::vector<state::InstanceAddress> found;
  for (const state::Target& target : targets) {
    for (const auto& [address, resource] : session.state().resources) {
      for (const auto& [key, instance] : resource.instances) {
        state::InstanceAddress one{address.module, address.resource, key};
        if (target.Contains(one)) found.push_back(std::move(one));
      }
    }
  }
  std::string said;
  state::State next = session.state();
  for (const state::InstanceAddress& one : found) {
    said += Format("{} {}\n", dry_run ? "Would remove" : "Removed", one.ToString());
    next.Remove(one);
  }
  if (dry_run) {
    screen.Print(found.empty() ? "Would have removed nothing.\n" : said);
    return 0;
  }
  if (found.empty()) {
    SayError(
        screen, "Invalid target address",
        "No matching objects found. To view the available instances, use \"terraform state list\". Please "
        "modify the address to reference a specific instance.");
    return 1;
  }
  if (!session.WriteState(std::move(next))) return 1;
  screen.Print(said + Format("Successfully removed {} resource instance(s).\n", found.size()));
  return 0;
}

// Nothing where it is none, which has been said. `role` is "from" or "to".
std::optional<registry::ProviderAddress> ParseProvider(Screen& screen, std::string_view role,
                                                       const std::string& text) {
  auto address = registry::ParseProviderAddress(text);
  if (address) return *std::move(address);
  SayError(screen, Format("Invalid {:?} provider {:?}", std::string(role), text),
           Format("{}: {}", address.error().summary, address.error().detail));
  return std::nullopt;
}

bool ConfirmReplacement(Screen& screen) {
  const auto answer = screen.Ask(
      view::Colours(screen.style().colour)("\n[bold]Do you want to make these changes?[reset]\nOnly 'yes' "
                                           "will be accepted to continue.\n\nEnter a "
                                           "value: "));
  return answer && *answer == "yes";
}

int ReplaceProvider(Session& session, const registry::ProviderAddress& from,
                    const registry::ProviderAddress& to, bool approved) {
  Screen& screen = session.screen();
  if (!session.HasState()) return ReportNoState(screen);
  state::State next = session.state();
  std::string list;
  size_t count = 0;
  for (auto& [address, resource] : next.resources) {
    const state::ProviderConfigAddress& old = resource.provider;
    if (old.provider() != registry::ToString(from)) continue;
    resource.provider = state::ProviderConfigAddress(old.module(), registry::ToString(to), old.alias());
    list += Format("  {}\n", address.ToString());
    ++count;
  }
  if (count == 0) {
    screen.Print("No matching resources found.\n");
    return 0;
  }
  screen.Print(view::Colours(screen.style().colour)(
                   Format("Terraform will perform the following actions:\n\n  [yellow]~[reset] Updating "
                          "provider:\n    [red]-[reset] {}\n    [green]+[reset] {}\n\n"
                          "[bold]Changing[reset] {} resources:\n\n",
                          registry::ToString(from), registry::ToString(to), count)) +
               list);
  if (!approved && !ConfirmReplacement(screen)) {
    screen.Print("Cancelled replacing providers.\n");
    return 0;
  }
  if (!session.WriteState(std::move(next))) return 1;
  screen.Print(Format("\nSuccessfully replaced provider for {} resources.\n", count));
  return 0;
}

bool ConfirmUnlock(Screen& screen) {
  const auto answer = screen.Ask(
      "Do you really want to force-unlock?\n  Terraform will remove the lock on the remote state.\n  This "
      "will "
      "allow local Terraform commands to modify this state, even though it\n  may still be in use. Only "
      "'yes' "
      "will be accepted to confirm.\n\n  Enter a value: ");
  if (answer && *answer == "yes") return true;
  screen.Print("force-unlock cancelled.\n");
  return false;
}

// Of the file at `path`, or of standard input for "-". Nothing where it cannot be read, which has been said.
std::optional<state::State> ReadPushed(Screen& screen, const std::string& path) {
  const auto text = ReadFile(path == "-" ? "/dev/stdin" : path, state::kStateBytesMax);
  if (!text) {
    screen.PrintError(text.error().message + "\n");
    return std::nullopt;
  }
  if (text->empty()) {
    screen.PrintError(Format("Error reading source state {:?}: no state\n", path));
    return std::nullopt;
  }
  hcl::Diagnostics diagnostics;
  auto state = state::ReadState(*text, diagnostics);
  if (!state) {
    screen.PrintError(Format("Error reading source state {:?}\n", path));
    SayAlone(screen, diagnostics);
  }
  return state;
}

int Push(Session& session, state::State pushed, bool force) {
  const std::optional<state::State>& last = session.last_state();
  if (const Result<> fits = state::CheckPush(pushed, last); !fits && !force) {
    session.screen().PrintError(Format("Failed to write state: {}\n", fits.error().message));
    return 1;
  }
  if (last && !state::SameContent(pushed, *last)) ++pushed.serial;
  return session.WriteVersion(std::move(pushed)) ? 0 : 1;
}

}  // namespace

int RunStateRm(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool dry_run = false;
  SessionOptions options{.dated_backup = true};
  std::vector<std::string> texts;
  const auto add = [&](Flags& flags) {
    AddStateFlags(flags, options);
    flags.Add("dry-run", dry_run, "only say what would be removed");
  };
  if (!ParsePlain(screen, words, "state rm ADDRESS...", code, add, &texts)) return code;
  if (texts.empty()) {
    screen.PrintError("At least one address is required.\n");
    return 1;
  }
  std::vector<state::Target> targets;
  for (const std::string& text : texts) {
    const auto target = state::ParseTarget(text);
    if (!target) {
      SayError(screen, target.error().summary, target.error().detail);
      return 1;
    }
    targets.push_back(*target);
  }
  return EditState(environment, screen, std::move(options), "state-rm",
                   [&](Session& session) { return RemoveObjects(session, targets, dry_run); });
}

int RunStateReplaceProvider(const Environment& environment, Screen& screen,
                            const std::vector<std::string>& words) {
  int code = 0;
  bool approved = false;
  SessionOptions options{.dated_backup = true};
  std::vector<std::string> names;
  const auto add = [&](Flags& flags) {
    AddStateFlags(flags, options);
    flags.Add("auto-approve", approved, "do not ask");
  };
  if (!ParsePlain(screen, words, "state replace-provider FROM TO", code, add, &names)) return code;
  if (names.size() != 2) {
    screen.PrintError("Exactly two arguments expected.\n");
    return 1;
  }
  const auto from = ParseProvider(screen, "from", names[0]);
  const auto to = ParseProvider(screen, "to", names[1]);
  if (!from || !to) return 1;
  return EditState(environment, screen, std::move(options), "state-replace-provider",
                   [&](Session& session) { return ReplaceProvider(session, *from, *to, approved); });
}

int RunStatePush(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool force = false;
  SessionOptions options;
  std::vector<std::string> paths;
  const auto add = [&](Flags& flags) {
    AddLockFlags(flags, options);
    flags.Add("force", force, "also over a newer state, or an unrelated one");
  };
  if (!ParsePlain(screen, words, "state push FILE", code, add, &paths)) return code;
  if (paths.size() != 1) {
    screen.PrintError("Exactly one argument expected.\n");
    return 1;
  }
  auto pushed = ReadPushed(screen, paths[0]);
  if (!pushed) return 1;
  return EditState(environment, screen, std::move(options), "state-push",
                   [&](Session& session) { return Push(session, *std::move(pushed), force); });
}

int RunForceUnlock(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool force = false;
  std::vector<std::string> ids;
  const auto add = [&](Flags& flags) { flags.Add("force", force, "do not ask"); };
  if (!ParsePlain(screen, words, "force-unlock LOCK_ID", code, add, &ids)) return code;
  if (ids.size() != 1) {
    screen.PrintError("Expected a single argument: LOCK_ID\n");
    return 1;
  }
  Session session(environment, screen, {.lock = false, .input = false});
  if (!session.OpenBackend()) return 1;
  if (!force && session.backend_type() == "local") {
    screen.PrintError("Local state cannot be unlocked by another process\n");
    return 1;
  }
  if (!force && !ConfirmUnlock(screen)) return 1;
  const Result<> unlocked = session.loop().Run(session.store().ForceUnlock(ids[0]));
  if (!unlocked) {
    screen.PrintError(Format("Failed to unlock state: {}\n", unlocked.error().message));
    return 1;
  }
  screen.Print(view::Colours(screen.style().colour)(
      "[reset][bold][green]Terraform state has been successfully unlocked![reset][green]\n\nThe state has "
      "been "
      "unlocked, and Terraform commands should now be able to\nobtain a new lock on the remote state.\n"));
  return 0;
}

}  // namespace cairn::commands
