#include "commands/command_table.h"

#include <algorithm>

#include "base/strings.h"
#include "commands/run_commands.h"
#include "hcl/diagnostic.h"

namespace cairn::commands {
namespace {

constexpr Command kCommands[] = {
    {"init", "Prepare the working folder: its backend, modules and providers", RunInit, true},
    {"validate", "Check the configuration", RunValidate, true},
    {"plan", "Show what would be done", RunPlan, true},
    {"apply", "Create or change infrastructure", RunApply, true},
    {"destroy", "Destroy all that there is", RunDestroy, true},
    {"console", "Answer expressions", RunConsole},
    {"fmt", "Lay out the files of the configuration", RunFmt},
    {"force-unlock", "Take away a lock of the state", RunForceUnlock},
    {"get", "Install or update modules", RunGet},
    {"graph", "Draw what depends on what", RunGraph},
    {"import", "Take an object that exists already into the state", RunImport},
    {"metadata", "What programs want to know of this one"},
    {"metadata functions", "The functions of the language, as JSON", RunMetadataFunctions},
    {"modules", "List the modules of the configuration", RunModules},
    {"output", "Show the outputs of the root module", RunOutput},
    {"providers", "Show which providers the configuration needs", RunProviders},
    {"providers lock", "Write hashes for other platforms into the lock file", RunProvidersLock},
    {"providers mirror", "Copy the providers needed into a folder", RunProvidersMirror},
    {"providers schema", "What they offer, as JSON", RunProvidersSchema},
    {"refresh", "Take over what has changed outside into the state", RunRefresh},
    {"show", "Show the state, or that of a file", RunShow},
    {"state", "Look into the state, and change it"},
    {"state list", "List the objects in the state", RunStateList},
    {"state mv", "Give objects other addresses, or another state", RunStateMv},
    {"state pull", "Print the state as it is written", RunStatePull},
    {"state push", "Replace the state by that of a file", RunStatePush},
    {"state replace-provider", "Say that resources belong to another provider", RunStateReplaceProvider},
    {"state rm", "Forget objects without destroying them", RunStateRm},
    {"state show", "Show one object of the state", RunStateShow},
    {"taint", "Have an object replaced by the next apply", RunTaint},
    {"untaint", "Take that back", RunUntaint},
    {"workspace", "States of one configuration beside each other"},
    {"workspace delete", "Delete a workspace with its state", RunWorkspaceDelete},
    {"workspace list", "List the workspaces", RunWorkspaceList},
    {"workspace new", "Make a workspace, and switch to it", RunWorkspaceNew},
    {"workspace select", "Switch to another workspace", RunWorkspaceSelect},
    {"workspace show", "Print the name of the workspace", RunWorkspaceShow},
    {"version", "Show this program's version", RunVersion},
};

struct MissingCommand {
  std::string_view name;
  std::string_view instead;
};

constexpr MissingCommand kMissing[] = {
    {"cloud", "HCP Terraform cannot be used: keep the state by a \"backend\" block, such as s3 or http."},
    {"env", "It is called \"workspace\"."},
    {"login",
     "Cairn asks no host for credentials: write them as a \"credentials\" block into the CLI configuration "
     "(~/.terraformrc), or set TF_TOKEN_example_com."},
    {"logout",
     "Cairn stores no credentials: take those of a host out of the CLI configuration (~/.terraformrc) or of "
     "~/.terraform.d/credentials.tfrc.json."},
    {"push", "For the state there is \"state push\"."},
    {"test", "Files of tests (.tftest.hcl) are run by \"terraform test\"."},
};

std::string Line(std::string_view name, std::string_view summary) {
  return Format("  {:<14}{}\n", name, summary);
}

bool IsPart(const Command& command) {
  return command.name.contains(' ');
}

}  // namespace

std::span<const Command> Commands() {
  return kCommands;
}

const Command* FindCommand(std::string_view name) {
  const auto* const found = std::ranges::find(kCommands, name, &Command::name);
  return found == std::end(kCommands) ? nullptr : found;
}

std::string_view NearestCommand(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) {
    if (!IsPart(command)) names.push_back(command.name);
  }
  return hcl::NearestName(name, names);
}

std::string_view InsteadOf(std::string_view name) {
  const auto* const found = std::ranges::find(kMissing, name, &MissingCommand::name);
  return found == std::end(kMissing) ? std::string_view() : found->instead;
}

std::string Usage() {
  std::string main, others;
  for (const Command& command : kCommands) {
    if (!IsPart(command)) (command.is_main ? main : others) += Line(command.name, command.summary);
  }
  return Format(
      "Usage: cairn [global options] COMMAND [options]\n\nMain commands, in the order of their use:\n{}\nAll "
      "other commands:\n{}\nGlobal options, before the command:\n{}{}{}\n`cairn COMMAND -help` lists the "
      "options of a command.\n",
      main, others, Line("-chdir=FOLDER", "Do it in that folder"),
      Line("-help", "This text, or that of a command"), Line("-version", "The same as the command"));
}

std::string GroupUsage(std::string_view group) {
  std::string parts;
  for (const Command& command : kCommands) {
    if (command.name.size() > group.size() && command.name.starts_with(group) &&
        command.name[group.size()] == ' ') {
      parts += Line(command.name.substr(group.size() + 1), command.summary);
    }
  }
  if (parts.empty()) return {};
  return Format("Usage: cairn [global options] {} COMMAND [options]\n\nCommands:\n{}", group, parts);
}

}  // namespace cairn::commands
