#include "hcl_tool/tool.h"

#include <string>
#include <utility>
#include <vector>

#include "base/commands.h"
#include "base/settings.h"
#include "base/version.h"
#include "hcl_tool/console_command.h"
#include "hcl_tool/eval_command.h"
#include "hcl_tool/fmt_command.h"
#include "hcl_tool/parse_command.h"
#include "hcl_tool/screen.h"

namespace cairn::hcl_tool {
namespace {

constexpr const char* kName = "cairn-hcl";
constexpr size_t kTargetsMax = 100'000;

Program Command(std::string command, std::string summary, std::string arguments, size_t arguments_max,
                std::string details) {
  return {.name = kName,
          .summary = std::move(summary),
          .version = {},
          .arguments = std::move(arguments),
          .arguments_max = arguments_max,
          .details = std::move(details),
          .command = std::move(command),
          .single_dash = true};
}

void AddVariables(Settings& settings, std::vector<VariableSource>& variables) {
  const auto add = [&variables](VariableSource::Kind kind) {
    return [&variables, kind](std::string_view text) -> Result<> {
      variables.push_back({kind, std::string(text)});
      return {};
    };
  };
  settings.AddRepeated(
      {.name = "var",
       .value = "NAME=TEXT",
       .help = "Set var.NAME to a text, or with NAME:=EXPRESSION to any value. May be repeated."},
      add(VariableSource::kAssignment));
  settings.AddRepeated(
      {.name = "var-file",
       .value = "FILE",
       .help =
           "Set the variables of a .tfvars or .tfvars.json file. May be repeated; the last value counts."},
      add(VariableSource::kFile));
}

// A command: its settings, what they set, and what it does.
struct Fmt {
  FmtOptions options = {};
  Settings settings{
      Command("fmt", "lay out files as terraform fmt does", "[FILE|FOLDER...|-]", kTargetsMax,
              R"(Flags may have one dash, as in -check. Without a target it is the folder here; "-" is
standard input. Exit codes: 0 fine, 2 an error (files with syntax errors stay as they
are), 3 with --check if a file is not laid out.

  cairn-hcl fmt -recursive
  cairn-hcl fmt -check -diff main.tf
)")};

  Fmt() {
    settings.AddBool({.name = "check", .help = "Change nothing; exit with 3 if something would."},
                     options.check);
    settings.AddBool({.name = "diff", .help = "Show what changes, as diff -u does."}, options.diff);
    settings.AddBool(
        {.name = "list", .default_text = "true", .help = "Print the names of the files that change."},
        options.list);
    settings.AddBool({.name = "recursive", .help = "Go into the folders of folders too."}, options.recursive);
    settings.AddBool({.name = "write", .default_text = "true", .help = "Write the files that change."},
                     options.write);
  }
};

struct Parse {
  ParseOptions options = {};
  Settings settings{
      Command("parse", "print the syntax tree as JSON", "[FILE|-]", 1,
              R"(Without a file it reads standard input. Exit codes: 0 fine, 1 a syntax error, 2 the
file cannot be read.

  cairn-hcl parse main.tf
  echo '1 + 2' | cairn-hcl parse --kind expression --json
)")};

  Parse() {
    settings.AddChoice({.name = "kind",
                        .value = "file|expression|template",
                        .default_text = "file",
                        .help = "What the text is."},
                       options.kind,
                       {{"file", TextKind::kFile},
                        {"expression", TextKind::kExpression},
                        {"template", TextKind::kTemplate}});
    settings.AddBool({.name = "json", .help = "One object with the tree and the diagnostics."}, options.json);
  }
};

struct Eval {
  EvalOptions options = {};
  Settings settings{
      Command("eval", "print what an expression is", "EXPRESSION|-", 1,
              R"("-" is standard input. An expression that begins with a minus and a letter comes
behind "--". Exit codes: 0 fine, 1 the expression is wrong, 2 the variables are.

  cairn-hcl eval 'cidrsubnet("10.0.0.0/8", 8, 2)'
  cairn-hcl eval -var name=web -var 'ports:=[80, 443]' -json '[for p in var.ports : "${var.name}:${p}"]'
)")};

  Eval() {
    AddVariables(settings, options.variables);
    settings.AddBool({.name = "json", .help = "Print JSON, sensitive values too; diagnostics as well."},
                     options.json);
  }
};

struct Console {
  ConsoleOptions options = {};
  Settings settings{
      Command("console", "answer expressions line by line", "", 0,
              R"(From a pipe each line is answered, errors go to standard error, and the exit code is 1
if there was one. On a terminal there are editing, history and `help`.

  echo 'max(1, 2)' | cairn-hcl console
)")};

  Console() { AddVariables(settings, options.variables); }

  int Run(Screen& screen) {
    const auto terminal = MakeTerminalReader();
    options.interactive = terminal != nullptr;
    const auto pipe = MakePipeReader();
    return RunConsole(options, terminal ? *terminal : *pipe, screen);
  }
};

}  // namespace

int RunTool(int argc, const char* const* argv) {
  Screen screen = Screen::OfProcess();
  Commands commands({.name = kName,
                     .summary = "the language of Terraform's files, on its own",
                     .version = std::string(Version())});
  Fmt fmt;
  commands.Add(fmt.settings, [&](const auto& targets) { return RunFmt(fmt.options, targets, screen); });
  Parse parse;
  commands.Add(parse.settings, [&](const auto& files) {
    return RunParse(parse.options, files.empty() ? "-" : files[0], screen);
  });
  Eval eval;
  commands.Add(eval.settings, [&](const auto& expressions) {
    if (!expressions.empty()) return RunEval(eval.options, expressions[0], screen);
    screen.ReportError("An expression is missing", "cairn-hcl eval EXPRESSION, or - for standard input.");
    return 2;
  });
  Console console;
  commands.Add(console.settings, [&](const auto&) { return console.Run(screen); });
  return commands.Run(argc, argv);
}

}  // namespace cairn::hcl_tool
