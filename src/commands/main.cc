#include "commands/main.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "base/version.h"
#include "commands/run_commands.h"

extern char** environ;

namespace cairn::commands {
namespace {

constexpr std::string_view kUsage = R"(Usage: cairn [-chdir=FOLDER] COMMAND [options]

  init          install the providers that the configuration needs, from filesystem mirrors
  validate      check the configuration: what it refers to, and its providers' types
  plan          show what would be done
  apply         do it
  destroy       destroy all that there is
  show          the state, or that of a file
  output        the outputs of the root module
  state list    the objects in the state
  state show    one object of the state
  state pull    the state as it is written
  version       this program's version

`cairn COMMAND -help` lists the options of a command.
)";

Environment EnvironmentOfProcess() {
  Environment environment;
  for (char** one = environ; *one != nullptr; ++one) environment.variables.emplace_back(*one);
  std::error_code error;
  environment.folder = std::filesystem::current_path(error).string();
  return environment;
}

int Dispatch(const Environment& environment, Screen& screen, const std::string& command,
             std::vector<std::string> words) {
  if (command == "init") return RunInit(environment, screen, words);
  if (command == "validate") return RunValidate(environment, screen, words);
  if (command == "plan") return RunPlan(environment, screen, words);
  if (command == "apply") return RunApply(environment, screen, words, /*destroy=*/false);
  if (command == "destroy") return RunApply(environment, screen, words, /*destroy=*/true);
  if (command == "version" || command == "-version" || command == "--version") {
    screen.Print(Format("Cairn v{}\ncompatible with Terraform v{}\n", Version(), kTerraformVersion));
    return 0;
  }
  if (command == "show") return RunShow(environment, screen, words);
  if (command == "output") return RunOutput(environment, screen, words);
  if (command == "state" && !words.empty()) {
    const std::string part = words[0];
    words.erase(words.begin());
    if (part == "list") return RunStateList(environment, screen, words);
    if (part == "show") return RunStateShow(environment, screen, words);
    if (part == "pull") return RunStatePull(environment, screen, words);
    screen.PrintError(Format("There is no command {:?}.\n\n{}", "state " + part, kUsage));
    return 1;
  }
  if (command == "help" || command == "-help" || command == "--help" || command == "-h") {
    screen.Print(kUsage);
    return 0;
  }
  screen.PrintError(Format("There is no command {:?}.\n\n{}", command, kUsage));
  return 1;
}

}  // namespace

int Main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  Screen screen = Screen::OfProcess();
  constexpr std::string_view kChdir = "-chdir=";
  if (!words.empty() && words[0].starts_with(kChdir)) {
    const std::string folder = words[0].substr(kChdir.size());
    if (::chdir(folder.c_str()) != 0) {
      screen.PrintError(
          Format("Error handling -chdir option: {}\n", ErrnoError(errno, "chdir " + folder).message));
      return 1;
    }
    words.erase(words.begin());
  }
  if (words.empty()) {
    screen.Print(kUsage);
    return 127;
  }
  const std::string command = words[0];
  words.erase(words.begin());
  return Dispatch(EnvironmentOfProcess(), screen, command, std::move(words));
}

}  // namespace cairn::commands
