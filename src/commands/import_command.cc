#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/operation_flags.h"
#include "commands/operation_run.h"
#include "commands/run_commands.h"
#include "config/files.h"
#include "state/address_parser.h"
#include "view/colour.h"

namespace cairn::commands {
namespace {

bool HasConfig(Screen& screen, const Environment& environment, const std::string& folder) {
  auto names = config::DiskFiles().List(folder);
  if (names) {
    const config::ConfigFileNames files = config::ConfigFileNamesOf(std::move(*names));
    if (!files.primary.empty() || !files.overrides.empty()) return true;
  }
  SayError(screen, "No Terraform configuration files",
           Format("The directory {} does not contain any Terraform configuration files (.tf or .tf.json). To "
                  "specify a different configuration directory, use the -config=\"...\" command line option.",
                  folder == "." ? environment.folder : folder));
  return false;
}

bool IsConfigured(Session& session, const state::InstanceAddress& address) {
  Screen& screen = session.screen();
  const std::string module = address.module.ToString();
  if (session.config().Find(address.module.path()) == nullptr) {
    SayError(screen, "Import to non-existent module",
             Format("{} is not defined in the configuration. Please add configuration for this module before "
                    "importing into it.",
                    module));
    return false;
  }
  if (session.config().FindResource(address.config()) != nullptr) return true;
  screen.PrintError(view::Colours(screen.style().colour)(Format(
      "[reset][bold][red]Error:[reset][bold] resource address {:?} does not exist in the "
      "configuration.[reset]\n\nBefore importing this resource, please create its configuration in {}. For "
      "example:\n\nresource {:?} {:?} {{\n  # (resource arguments)\n}}\n\n",
      address.ToString(), module.empty() ? "the root module" : module, address.resource.type(),
      address.resource.name())));
  return false;
}

int Import(Session& session, const infra::ImportedObject& object) {
  Screen& screen = session.screen();
  const bool loaded = session.LoadConfig() && IsConfigured(session, object.address) &&
                      session.OpenState("OperationTypeImport") && session.LoadVariables() &&
                      session.StartProviders() && session.BuildGraph(/*importing=*/true);
  if (!loaded) return 1;
  infra::PlanOutcome outcome = MakePlan(session, {.import = object});
  session.CloseProviders();
  const bool failed = outcome.diagnostics.has_errors();
  SayAlone(screen, outcome.diagnostics);
  const config::Module& root = *session.config().module;
  state::State next = WithKnownOutputs(std::move(outcome.refreshed), outcome.plan, root);
  std::erase_if(next.outputs, [&](const auto& output) { return !root.outputs.contains(output.first); });
  const bool written = !failed && session.WriteState(std::move(next));
  if (written) {
    screen.Print(view::Colours(screen.style().colour)(
        "[reset][green]\nImport successful!\n\nThe resources that were imported are shown above. These "
        "resources are "
        "now in\nyour Terraform state and will henceforth be managed by Terraform.\n\n"));
  }
  return session.CloseState() && written ? 0 : 1;
}

// Nothing, and what is wrong has been said.
std::optional<state::InstanceAddress> ReadAddress(Screen& screen, const std::string& text) {
  auto address = state::ParseInstanceAddress(text);
  if (!address) {
    screen.Print(
        "For information on valid syntax, see:\nhttps://developer.hashicorp.com/terraform/cli/state/"
        "resource-addressing\n");
    const auto source = std::make_shared<hcl::Source>("<import-address>", text);
    hcl::Diagnostics diagnostics;
    diagnostics.AddError(address.error().summary, address.error().detail,
                         hcl::SourceRange{.source = source, .begin = 0, .end = uint32_t(text.size())});
    SayAlone(screen, diagnostics);
    return std::nullopt;
  }
  if (address->resource.mode() != state::ResourceMode::kManaged) {
    SayError(screen, "A managed resource address is required. Importing into a data resource is not allowed.",
             "");
    return std::nullopt;
  }
  return std::move(*address);
}

}  // namespace

int RunImport(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  SessionOptions options;
  std::vector<std::string> arguments, variables, variable_files;
  const auto add = [&](Flags& parser) {
    AddStateFlags(parser, options);
    parser.Add("state-out", options.state_out_path, "where to write the state (where it was read from)");
    parser.Add("config", options.config_path, "the folder of the configuration (.)");
    parser.Add("var", variables, "name=text: a value for a variable of the root module");
    parser.Add("var-file", variable_files, "a file with values for variables");
    parser.Add("input", options.input, "ask for variables that have no value (true)");
    parser.Add("parallelism", options.parallelism, "calls of providers at a time (10)");
  };
  if (!ParsePlain(screen, words, "import ADDRESS ID", code, add, &arguments)) return code;
  if (arguments.size() != 2) {
    screen.PrintError("The import command expects two arguments.\n");
    return 1;
  }
  const auto address = ReadAddress(screen, arguments[0]);
  if (!address || !HasConfig(screen, environment, options.config_path)) return 1;
  for (const std::string& file : variable_files)
    options.variables.push_back({.is_file = true, .value = file});
  for (const std::string& variable : variables) options.variables.push_back({.value = variable});
  Session session(environment, screen, std::move(options));
  return Import(session, {*address, arguments[1]});
}

}  // namespace cairn::commands
