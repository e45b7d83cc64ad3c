#include "commands/main.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "commands/command_table.h"
#include "commands/completion.h"
#include "commands/provider_sources.h"
#include "commands/shell_words.h"

extern char** environ;

namespace cairn::commands {
namespace {

std::string CurrentFolder() {
  std::error_code error;
  return std::filesystem::current_path(error).string();
}

Environment EnvironmentOfProcess() {
  Environment environment;
  for (char** one = environ; *one != nullptr; ++one) environment.variables.emplace_back(*one);
  environment.folder = CurrentFolder();
  return environment;
}

// Takes -chdir off `words` and obeys it. False if that failed, which has been said.
bool ChangeFolder(Screen& screen, std::vector<std::string>& words) {
  constexpr std::string_view kChdir = "-chdir";
  if (words.empty() || !words[0].starts_with(kChdir)) return true;
  if (!words[0].substr(kChdir.size()).starts_with('=') || words[0].size() == kChdir.size() + 1) {
    screen.PrintError(
        "Invalid -chdir option: must include an equals sign followed by a directory path, like "
        "-chdir=example\n");
    return false;
  }
  const std::string folder = words[0].substr(kChdir.size() + 1);
  words.erase(words.begin());
  if (::chdir(folder.c_str()) == 0) return true;
  screen.PrintError(
      Format("Error handling -chdir option: {}\n", ErrnoError(errno, "chdir " + folder).message));
  return false;
}

// Puts what the environment's variable `name` has before `words`. False if it cannot be read, which has been
// said.
bool AddWordsOf(const Environment& environment, Screen& screen, const std::string& name,
                std::vector<std::string>& words) {
  const auto more = SplitShellWords(environment.Get(name));
  if (!more) {
    screen.PrintError(Format("Error parsing extra CLI args from {}: {}\n", name, more.error().message));
    return false;
  }
  words.insert(words.begin(), more->begin(), more->end());
  return true;
}

int RunCommand(const Environment& environment, Screen& screen, const Command& command,
               std::vector<std::string> words) {
  std::string suffix(command.name);
  std::ranges::replace_if(suffix, [](char c) { return c == ' ' || c == '-'; }, '_');
  if (!AddWordsOf(environment, screen, "TF_CLI_ARGS", words) ||
      !AddWordsOf(environment, screen, "TF_CLI_ARGS_" + suffix, words)) {
    return 1;
  }
  return command.run(environment, screen, words);
}

bool AsksForHelp(const std::string& word) {
  return word == "-help" || word == "--help" || word == "-h";
}

int Dispatch(const Environment& environment, Screen& screen, std::vector<std::string> words) {
  if (words.empty()) {
    screen.Print(Usage());
    return 127;
  }
  std::string name = words[0];
  words.erase(words.begin());
  if (name == "help" && !words.empty()) {  // `help plan`: as `plan -help`
    name = words[0];
    words[0] = "-help";
  }
  if (name == "help" || AsksForHelp(name)) {
    screen.Print(Usage());
    return 0;
  }
  if (name == "-install-autocomplete" || name == "-uninstall-autocomplete") {
    return InstallCompletion(environment, screen, name == "-install-autocomplete");
  }
  if (name == "-version" || name == "--version" || name == "-v") name = "version";
  if (const Command* part = words.empty() ? nullptr : FindCommand(name + " " + words[0])) {
    words.erase(words.begin());
    return RunCommand(environment, screen, *part, std::move(words));
  }
  const Command* const command = FindCommand(name);
  if (command != nullptr && command->run != nullptr) {
    return RunCommand(environment, screen, *command, std::move(words));
  }
  if (command != nullptr) {
    screen.Print(GroupUsage(name));
    return !words.empty() && AsksForHelp(words[0]) ? 0 : 1;
  }
  if (const std::string_view instead = InsteadOf(name); !instead.empty()) {
    screen.PrintError(Format("Cairn has no command \"{}\". {}\n", name, instead));
    return 1;
  }
  const std::string_view nearest = NearestCommand(name);
  screen.PrintError(Format("There is no command \"{}\".{}\n\nAll commands are listed by:\n  cairn -help\n\n",
                           name, nearest.empty() ? "" : Format(" Did you mean \"{}\"?", nearest)));
  return 1;
}

// For a shell that wants to know how the line that is being typed may go on.
int PrintCompletions(const Environment& environment, Screen& screen, std::string line) {
  const auto cursor = ParseInt<size_t>(environment.Get("COMP_POINT"));
  if (cursor && *cursor < line.size()) line.resize(*cursor);
  for (const std::string& one : Complete(environment, line)) screen.Print(one + "\n");
  return 0;
}

}  // namespace

int Main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  Screen screen = Screen::OfProcess();
  Environment environment = EnvironmentOfProcess();
  if (const std::string line = environment.Get("COMP_LINE"); !line.empty()) {
    return PrintCompletions(environment, screen, line);
  }
  environment.cli = ReadCliConfig(environment, screen);
  if (!ChangeFolder(screen, words)) return 1;
  environment.folder = CurrentFolder();
  return Dispatch(environment, screen, std::move(words));
}

}  // namespace cairn::commands
