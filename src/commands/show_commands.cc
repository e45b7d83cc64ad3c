#include <utility>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/run_commands.h"
#include "commands/show_plan.h"
#include "view/state_view.h"

namespace cairn::commands {
namespace {

struct OutputFlags {
  bool json = false, raw = false;
  std::string state_path = {};
};

int ShowOutput(Screen& screen, const view::Outputs& outputs, const OutputFlags& flags,
               const std::string& name) {
  if (name.empty() && flags.json) {
    screen.Print(view::WriteOutputsJson(outputs));
    return 0;
  }
  if (outputs.empty() && !flags.json) {
    const view::NoOutputs none;
    hcl::Diagnostics diagnostics;
    diagnostics.AddWarning(std::string(none.summary), std::string(none.detail));
    screen.Report(diagnostics);
    return 0;
  }
  if (name.empty()) {
    screen.Print(view::RenderOutputs(outputs));
    return 0;
  }
  const auto found = outputs.find(name);
  if (found == outputs.end()) {
    screen.ReportError(
        Format("Output \"{}\" not found", name),
        "The output variable requested could not be found in the state file. If you recently added this to "
        "your configuration, be sure to run `terraform apply`, since the state won't be updated with new "
        "output variables until that command is run.");
    return 1;
  }
  if (!flags.raw) {
    screen.Print(flags.json ? view::WriteOutputJson(found->second) : view::RenderOutput(found->second));
    return 0;
  }
  const Result<std::string> raw = view::WriteOutputRaw(name, found->second);
  if (raw) {
    screen.Print(*raw);
    return 0;
  }
  screen.ReportError("Unsupported value for raw output", raw.error().message);
  return 1;
}

}  // namespace

int RunOutput(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  OutputFlags flags;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& parser) {
    parser.Add("json", flags.json, "as JSON");
    parser.Add("raw", flags.raw, "a text, number or boolean as it is");
    parser.Add("state", flags.state_path, "the state file (terraform.tfstate)");
  };
  if (!ParsePlain(screen, words, "output [NAME]", code, add, &arguments)) return code;
  if (arguments.size() > 1) {
    return ReportUsage(screen, "output", "Unexpected argument",
                       "The output command expects exactly one argument with the name of an output variable "
                       "or no arguments to show all outputs.");
  }
  if (flags.json && flags.raw) {
    return ReportUsage(screen, "output", "Invalid output format",
                       "The -raw and -json options are mutually-exclusive.");
  }
  if (flags.raw && arguments.empty()) {
    return ReportUsage(screen, "output", "Output name required",
                       "You must give the name of a single output value when using the -raw option.");
  }
  Session session(environment, screen, {.state_path = flags.state_path, .lock = false, .input = false});
  if (!session.OpenState("")) return 1;
  return ShowOutput(screen, session.state().outputs, flags, arguments.empty() ? "" : arguments[0]);
}

int RunShow(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool json = false;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& parser) { parser.Add("json", json, "as JSON"); };
  if (!ParsePlain(screen, words, "show [FILE]", code, add, &arguments)) return code;
  if (arguments.size() > 1) {
    return ReportUsage(screen, "show", "Too many command line arguments",
                       "Expected at most one positional argument.");
  }
  const std::string path = arguments.empty() ? "" : arguments[0];
  if (!path.empty() && IsPlan(path)) return ShowSavedPlan(environment, screen, path, json);
  Session session(environment, screen, {.state_path = path, .lock = false, .input = false});
  if (!session.OpenState("")) return 1;
  if (!session.HasState() && !path.empty()) {
    screen.ReportError("Failed to read the given file as a state file",
                       Format("There is no state in {}, or no such file.", path));
    return 1;
  }
  if (!session.HasState() && !json) {
    screen.Print("No state.\n");
    return 0;
  }
  if (!session.StartProviders()) return 1;
  const view::SchemaSource schemas = session.ResourceSchemas();
  const Result<std::string> text = json ? view::WriteStateJson(session.state(), schemas)
                                        : view::RenderState(session.state(), schemas, screen.style());
  session.CloseProviders();
  if (!text) {
    screen.ReportError("Failed to show the state", text.error().message);
    return 1;
  }
  screen.Print(json ? *text + "\n" : *text);
  return 0;
}

}  // namespace cairn::commands
