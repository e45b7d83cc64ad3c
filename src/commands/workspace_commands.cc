#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/operation_flags.h"
#include "commands/run_commands.h"
#include "state/state_format.h"
#include "state/workspaces.h"
#include "view/colour.h"

namespace cairn::commands {
namespace {

constexpr std::string_view kMissing =
    "Workspace \"{}\" doesn't exist.\n\nYou can create this workspace with the \"new\" subcommand \nor "
    "include the \"-or-create\" flag with the \"select\" subcommand.";

constexpr std::string_view kCreated =
    "[green][bold]Created and switched to workspace \"{}\"![reset][green]\n\nYou're now on a new, empty "
    "workspace. Workspaces isolate their state,\nso if you run \"terraform plan\" Terraform will not see any "
    "existing state\nfor this configuration.[reset]\n";

constexpr std::string_view kNoNewOne =
    "\nThe workspace is currently overridden using the TF_WORKSPACE environment\nvariable. You cannot create "
    "a new workspace when using this setting.\n\nTo create a new workspace, either unset this environment "
    "variable or update it\nto match the workspace name you are trying to create, and then run this "
    "command\nagain.\n\n";

constexpr std::string_view kNoOtherOne =
    "\nThe selected workspace is currently overridden using the TF_WORKSPACE\nenvironment variable.\n\nTo "
    "select a new workspace, either update this environment variable or unset\nit and then run this command "
    "again.\n\n";

void Say(Screen& screen, const std::string& markup) {
  screen.Print(view::Colours(screen.style().colour)(markup));
}

int Refuse(Screen& screen, std::string_view text) {
  screen.PrintError(std::string(text) + "\n");
  return 1;
}

// The one argument that is a workspace's name; nothing where it is none, which has been said.
std::optional<std::string> NameOf(Screen& screen, const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) {
    screen.PrintError("Expected a single argument: NAME.\n\n");
    return std::nullopt;
  }
  if (state::IsWorkspaceName(arguments[0])) return arguments[0];
  screen.PrintError(
      Format("\nThe workspace name {:?} is not allowed. The name must contain only URL safe\ncharacters, and "
             "no path separators.\n\n",
             arguments[0]));
  return std::nullopt;
}

// Nothing where they cannot be listed, which has been said.
std::optional<std::vector<std::string>> NamesOf(Session& session) {
  auto names = session.loop().Run(session.backend().Workspaces());
  if (names) return *std::move(names);
  session.screen().PrintError(names.error().message + "\n");
  return std::nullopt;
}

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// Makes the workspace, with the state `copied`, and switches to it.
int Create(Session& session, const std::string& data_folder, const std::string& name,
           std::optional<state::State> copied) {
  if (!session.OpenWorkspace(name)) return 1;
  // The folder of a workspace says by itself that it is there.
  if (copied || session.backend_type() != "local") {
    if (!session.LoadState("workspace-new")) return 1;
    const bool written = session.WriteState(copied ? *std::move(copied) : session.state());
    if (!session.CloseState() || !written) return 1;
  }
  const Result<> selected = state::SelectWorkspace(data_folder, name);
  if (!selected) return Refuse(session.screen(), selected.error().message);
  Say(session.screen(), Format(kCreated, name));
  return 0;
}

// Nothing where it cannot be read, which has been said.
std::optional<state::State> ReadStateFile(Screen& screen, const std::string& path) {
  auto text = ReadFile(path, state::kStateBytesMax);
  if (!text) {
    Refuse(screen, text.error().message);
    return std::nullopt;
  }
  hcl::Diagnostics diagnostics;
  auto state = state::ReadState(std::make_shared<const std::string>(*std::move(text)), diagnostics);
  screen.Report(diagnostics);
  if (state) state->lineage.clear();  // what becomes of it is another history
  return state;
}

// Whether nothing is lost with the state that has been loaded; if not, that is said.
bool MayDelete(Session& session, const std::string& name) {
  std::string objects;
  for (const auto& [address, resource] : session.state().resources) {
    if (address.resource.mode() != state::ResourceMode::kManaged) continue;
    for (const auto& [key, instance] : resource.instances)
      objects += "\n  - " + state::InstanceAddress{address.module, address.resource, key}.ToString();
  }
  if (objects.empty()) return true;
  SayError(session.screen(), "Workspace is not empty",
           Format("Workspace \"{}\" is currently tracking the following resource instances:{}\n\nDeleting "
                  "this workspace would cause Terraform to lose track of any associated remote objects, "
                  "which would then require you to delete them manually outside of Terraform. You should "
                  "destroy these objects with Terraform before deleting the workspace.\n\nIf you want to "
                  "delete this workspace anyway, and have Terraform forget about these managed objects, use "
                  "the -force option to disable this safety check.",
                  name, objects));
  return false;
}

int Delete(Session& session, const std::string& name, bool force) {
  Screen& screen = session.screen();
  if (!session.OpenWorkspace(name) || !session.LoadState("state-delete")) return 1;
  const bool may = force || MayDelete(session, name);
  const bool has_objects = !session.state().empty();
  if (!session.CloseState() || !may) return 1;
  const Result<> deleted = session.loop().Run(session.backend().Delete(name));
  if (!deleted) return Refuse(screen, deleted.error().message);
  Say(screen, Format("[reset][green]Deleted workspace \"{}\"![reset]\n", name));
  if (has_objects) {
    Say(screen, Format("[reset][yellow]WARNING: \"{}\" was non-empty.\nThe resources managed by the deleted "
                       "workspace may still exist,\nbut are no longer manageable by Terraform since the "
                       "state has\nbeen deleted.\n[reset]\n",
                       name));
  }
  return 0;
}

}  // namespace

int RunWorkspaceList(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  std::vector<std::string> arguments;
  if (!ParsePlain(screen, words, "workspace list", code, {}, &arguments)) return code;
  if (HasArguments(screen, arguments)) return 1;
  Session session(environment, screen, {.lock = false, .input = false});
  if (!session.FindBackend()) return 1;
  const auto names = NamesOf(session);
  if (!names) return 1;
  std::string text;
  for (const std::string& name : *names)
    text += (name == session.workspace().name ? "* " : "  ") + name + "\n";
  screen.Print(text + "\n");
  if (session.workspace().overridden) {
    screen.Print(
        "\n\nThe active workspace is being overridden using the TF_WORKSPACE environment\nvariable.\n\n");
  }
  return 0;
}

int RunWorkspaceShow(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  if (!ParsePlain(screen, words, "workspace show", code)) return code;
  const auto workspace = state::CurrentWorkspace(environment.DataFolder(), environment.Get("TF_WORKSPACE"));
  if (!workspace) return Refuse(screen, "Error selecting workspace: " + workspace.error().message);
  screen.Print(workspace->name + "\n");
  return 0;
}

int RunWorkspaceNew(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  std::string path;
  SessionOptions options{.input = false};
  std::vector<std::string> arguments;
  const auto add = [&](Flags& flags) {
    AddLockFlags(flags, options);
    flags.Add("state", path, "copy this state file into the new workspace");
  };
  if (!ParsePlain(screen, words, "workspace new NAME", code, add, &arguments)) return code;
  const auto name = NameOf(screen, arguments);
  if (!name) return 1;
  const std::string overriding = environment.Get("TF_WORKSPACE");
  if (!overriding.empty() && overriding != *name) {
    screen.PrintError(kNoNewOne);
    return 1;
  }
  Session session(environment, screen, std::move(options));
  if (!session.FindBackend()) return 1;
  const auto names = session.loop().Run(session.backend().Workspaces());
  if (!names) return Refuse(screen, "Failed to get configured named states: " + names.error().message);
  if (Has(*names, *name)) return Refuse(screen, Format("Workspace \"{}\" already exists", *name));
  std::optional<state::State> copied;
  if (!path.empty() && !(copied = ReadStateFile(screen, path))) return 1;
  return Create(session, environment.DataFolder(), *name, std::move(copied));
}

int RunWorkspaceSelect(const Environment& environment, Screen& screen,
                       const std::vector<std::string>& words) {
  int code = 0;
  bool or_create = false;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& flags) { flags.Add("or-create", or_create, "make it if it is missing"); };
  if (!ParsePlain(screen, words, "workspace select NAME", code, add, &arguments)) return code;
  if (!environment.Get("TF_WORKSPACE").empty()) {
    screen.PrintError(kNoOtherOne);
    return 1;
  }
  const auto name = NameOf(screen, arguments);
  if (!name) return 1;
  Session session(environment, screen, {.input = false});
  if (!session.FindBackend()) return 1;
  const auto names = NamesOf(session);
  if (!names) return 1;
  if (session.workspace().name == *name) return 0;
  const bool exists = Has(*names, *name);
  if (!exists && !or_create) return Refuse(screen, "\n" + Format(kMissing, *name));
  if (!exists) return Create(session, environment.DataFolder(), *name, std::nullopt);
  const Result<> selected = state::SelectWorkspace(environment.DataFolder(), *name);
  if (!selected) return Refuse(screen, selected.error().message);
  Say(screen, Format("[reset][green]Switched to workspace \"{}\".[reset]\n", *name));
  return 0;
}

int RunWorkspaceDelete(const Environment& environment, Screen& screen,
                       const std::vector<std::string>& words) {
  int code = 0;
  bool force = false;
  SessionOptions options{.input = false};
  std::vector<std::string> arguments;
  const auto add = [&](Flags& flags) {
    AddLockFlags(flags, options);
    flags.Add("force", force, "even if there are objects in its state, which are lost sight of");
  };
  if (!ParsePlain(screen, words, "workspace delete NAME", code, add, &arguments)) return code;
  if (arguments.size() != 1) return Refuse(screen, "Expected a single argument: NAME.\n");
  const std::string& name = arguments[0];
  Session session(environment, screen, std::move(options));
  if (!session.FindBackend()) return 1;
  const auto names = NamesOf(session);
  if (!names) return 1;
  if (!Has(*names, name)) return Refuse(screen, Format(kMissing, name));
  if (name == session.workspace().name) {
    return Refuse(screen,
                  Format("Workspace \"{}\" is your active workspace.\n\nYou cannot delete the currently "
                         "active workspace. Please switch\nto another workspace and try again.",
                         name));
  }
  if (name == state::kDefaultWorkspace) return Refuse(screen, "cannot delete default state");
  return Delete(session, name, force);
}

}  // namespace cairn::commands
