#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/operation_flags.h"
#include "commands/run_commands.h"
#include "commands/state_edit.h"
#include "hcl/quote.h"
#include "state/address_parser.h"
#include "state/state_file.h"

namespace cairn::commands {
namespace {

using Kind = state::Target::Kind;

constexpr std::string_view kInvalidSource = "Invalid source address";
constexpr std::string_view kInvalidTarget = "Invalid target address";

// Moves objects from one state to another one, or the same one.
class Mover {
 public:
  Mover(const state::State& from, state::State& next_from, state::State& next_to)
      : from_(from), next_from_(next_from), next_to_(next_to) {}

  // False if something is wrong.
  bool Move(state::Target source, const state::Target& target);

  const std::vector<std::pair<std::string, std::string>>& moved() const { return moved_; }
  const hcl::Diagnostics& diagnostics() const { return diagnostics_; }
  bool module_exists() const { return module_exists_; }

 private:
  bool Fails(std::string_view summary, std::string detail) {
    diagnostics_.AddError(std::string(summary), std::move(detail));
    return false;
  }
  bool MoveModules(const state::ModuleInstance& source, const state::Target& target);
  bool MoveModule(const state::ModuleInstance& from, const state::ModuleInstance& to);
  bool MoveResource(const state::ResourceAddress& source, const state::Target& target);
  bool MoveInstance(const state::InstanceAddress& source, const state::Target& target);
  void CheckKinds(const state::ResourceAddress& source, const state::ResourceAddress& target);

  const state::State& from_;
  state::State& next_from_;
  state::State& next_to_;  // may be `next_from_`
  std::vector<std::pair<std::string, std::string>> moved_;
  hcl::Diagnostics diagnostics_;
  bool module_exists_ = false;
};

bool Mover::Move(state::Target source, const state::Target& target) {
  if (source.kind == Kind::kModule) return MoveModules(source.module, target);
  const state::ResourceAddress resource{source.module, source.resource};
  if (source.kind == Kind::kInstance)
    return MoveInstance({source.module, source.resource, source.key}, target);
  const state::ResourceState* const found = from_.Find(resource);
  if (found == nullptr) {
    return Fails(kInvalidSource,
                 Format("Cannot move {}: does not match anything in the current state.", source.ToString()));
  }
  if (found->instances.contains({})) return MoveInstance({source.module, source.resource, {}}, target);
  return MoveResource(resource, target);
}

bool Mover::MoveModules(const state::ModuleInstance& source, const state::Target& target) {
  std::set<state::ModuleInstance> sources;
  const auto& prefix = source.steps();
  for (const auto& [address, resource] : from_.resources) {
    const auto& steps = address.module.steps();
    if (steps.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), steps.begin())) {
      sources.insert(address.module);
    }
  }
  if (sources.empty()) {
    return Fails(kInvalidSource,
                 Format("Cannot move {}: does not match anything in the current state.", source.ToString()));
  }
  if (target.kind != Kind::kModule) {
    return Fails(kInvalidTarget, Format("Cannot move {} to {}: the target must also be a module.",
                                        source.ToString(), target.ToString()));
  }
  for (const state::ModuleInstance& from : sources) {
    std::vector<state::ModuleStep> steps = target.module.steps();
    steps.insert(steps.end(), from.steps().begin() + ptrdiff_t(prefix.size()), from.steps().end());
    if (!MoveModule(from, state::ModuleInstance(std::move(steps)))) return false;
  }
  return true;
}

bool Mover::MoveModule(const state::ModuleInstance& from, const state::ModuleInstance& to) {
  for (const auto& [address, resource] : next_to_.resources) {
    if (address.module == to) module_exists_ = true;
  }
  if (module_exists_) return false;
  for (const auto& [address, resource] : from_.resources) {
    if (address.module != from) continue;
    next_from_.resources.erase(address);
    next_to_.resources[{to, address.resource}] = resource;
  }
  moved_.emplace_back(from.ToString(), to.ToString());
  return true;
}

void Mover::CheckKinds(const state::ResourceAddress& source, const state::ResourceAddress& target) {
  const auto refuse = [&](std::string_view why) {
    diagnostics_.AddError("Invalid state move request",
                          Format("Cannot move {} to {}: {}.", source.ToString(), target.ToString(), why));
  };
  if (source.resource.mode() != target.resource.mode()) {
    refuse(source.resource.mode() == state::ResourceMode::kManaged
               ? "a managed resource can be moved only to another managed resource address"
               : "a data resource can be moved only to another data resource address");
  }
  if (source.resource.type() != target.resource.type()) refuse("resource types don't match");
}

bool Mover::MoveResource(const state::ResourceAddress& source, const state::Target& target) {
  if (target.kind != Kind::kResource) {
    return Fails(
        kInvalidTarget,
        Format("Cannot move {} to {}: the source is a whole resource (not a resource instance) so the "
               "target must also be a whole resource.",
               source.ToString(), target.ToString()));
  }
  const state::ResourceAddress to{target.module, target.resource};
  CheckKinds(source, to);
  if (next_to_.Find(to) != nullptr) {
    Fails(kInvalidTarget,
          Format("Cannot move to {}: there is already a resource at that address in the current state.",
                 to.ToString()));
  }
  if (diagnostics_.has_errors()) return false;
  next_from_.resources.erase(source);
  next_to_.resources[to] = *from_.Find(source);
  moved_.emplace_back(source.ToString(), to.ToString());
  return true;
}

bool Mover::MoveInstance(const state::InstanceAddress& source, const state::Target& target) {
  if (target.kind == Kind::kModule) {
    return Fails(kInvalidTarget, Format("Cannot move {} to {}: the target must also be a resource instance.",
                                        source.ToString(), target.ToString()));
  }
  const state::InstanceAddress to{target.module, target.resource, target.key};
  CheckKinds(source.resource_address(), to.resource_address());
  if (next_to_.Find(to) != nullptr) {
    Fails(kInvalidTarget,
          Format(
              "Cannot move to {}: there is already a resource instance at that address in the current state.",
              to.ToString()));
  }
  const state::InstanceState* const instance = from_.Find(source);
  if (instance == nullptr) {
    Fails(kInvalidSource, Format("The current state does not contain {}.", source.ToString()));
  }
  if (diagnostics_.has_errors()) return false;
  next_from_.Remove(source);
  const auto [resource, is_new] = next_to_.resources.try_emplace(to.resource_address());
  if (is_new) resource->second.provider = from_.Find(source.resource_address())->provider;
  resource->second.instances[to.key] = *instance;
  moved_.emplace_back(source.ToString(), to.ToString());
  return true;
}

struct MvFlags {
  SessionOptions from{.dated_backup = true};
  std::string out_path = {};  // empty: the same state
  std::string out_backup_path = {};
  bool dry_run = false;
  state::Target source = {}, target = {};
};

// `to` is null where objects stay in their state.
int Move(Session& from, Session* to, const MvFlags& flags) {
  Screen& screen = from.screen();
  if (!from.HasState()) return ReportNoState(screen);
  state::State next_from = from.state();
  state::State next_to = to != nullptr ? to->state() : state::State{};
  Mover mover(from.state(), next_from, to != nullptr ? next_to : next_from);
  const bool moves = mover.Move(flags.source, flags.target);
  for (const auto& [old_name, new_name] : mover.moved()) {
    screen.Print(Format("{} {} to {}\n", flags.dry_run ? "Would move" : "Move", hcl::GoQuoted(old_name),
                        hcl::GoQuoted(new_name)));
  }
  SayAlone(screen, mover.diagnostics());
  if (mover.module_exists()) {
    screen.PrintError(
        "Error moving state: destination module already exists\n\nPlease ensure your addresses and state "
        "paths "
        "are valid. No\nstate was persisted. Your existing states are untouched.\n");
  }
  if (!moves) return 1;
  if (flags.dry_run) return 0;
  // First where they go to: between the two they are in both rather than in none.
  if (to != nullptr && !to->WriteState(std::move(next_to))) return 1;
  if (!from.WriteState(std::move(next_from))) return 1;
  screen.Print(Format("Successfully moved {} object(s).\n", mover.moved().size()));
  return 0;
}

bool IsStateOf(Session& session, const std::string& path) {
  std::error_code error;
  const std::filesystem::path journal = state::HiddenBeside(path, "journal");
  return std::filesystem::weakly_canonical(journal, error) ==
         std::filesystem::weakly_canonical(session.journal_path(), error);
}

int MoveBetween(const Environment& environment, Screen& screen, Session& from, const MvFlags& flags) {
  if (flags.out_path.empty() || IsStateOf(from, flags.out_path)) {
    return Move(from, nullptr, flags);
  }
  SessionOptions options = flags.from;
  options.state_path = flags.out_path;
  options.backup_path = flags.out_backup_path;
  return EditState(environment, screen, std::move(options), "state-mv",
                   [&](Session& to) { return Move(from, &to, flags); });
}

// False where one is wrong, which has been said.
bool ParseTargets(Screen& screen, const std::vector<std::string>& texts, MvFlags& flags) {
  const auto source = state::ParseTarget(texts[0]);
  const auto target = state::ParseTarget(texts[1]);
  if (!source) SayError(screen, source.error().summary, source.error().detail);
  if (!target) SayError(screen, target.error().summary, target.error().detail);
  if (!source || !target) return false;
  flags.source = *source;
  flags.target = *target;
  return true;
}

}  // namespace

int RunStateMv(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  MvFlags flags;
  std::vector<std::string> texts;
  const auto add = [&](Flags& parser) {
    AddStateFlags(parser, flags.from);
    parser.Add("state-out", flags.out_path, "the state file that the objects move to (the same one)");
    parser.Add("backup-out", flags.out_backup_path, "where that one is kept as it was before");
    parser.Add("dry-run", flags.dry_run, "only say what would be moved");
  };
  if (!ParsePlain(screen, words, "state mv SOURCE DESTINATION", code, add, &texts)) return code;
  if (texts.size() != 2) {
    screen.PrintError("Exactly two arguments expected.\n");
    return 1;
  }
  if (!ParseTargets(screen, texts, flags)) return 1;
  return EditState(environment, screen, flags.from, "state-mv",
                   [&](Session& from) { return MoveBetween(environment, screen, from, flags); });
}

}  // namespace cairn::commands
