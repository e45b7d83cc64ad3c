#include "commands/completion.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "commands/command_table.h"
#include "commands/session.h"

namespace cairn::commands {
namespace {

constexpr size_t kShellFileBytesMax = size_t{16} << 20;

std::vector<std::string> WordsOf(std::string_view line) {
  std::vector<std::string> words = {""};
  for (const char c : line) {
    if (c != ' ') {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

// The words that may follow the command `name`; of all commands where that is empty.
std::vector<std::string> CommandsBehind(const std::string& name) {
  const std::string prefix = name.empty() ? "" : name + " ";
  std::vector<std::string> found;
  for (const Command& command : Commands()) {
    if (!command.name.starts_with(prefix)) continue;
    const std::string_view rest = command.name.substr(prefix.size());
    if (!rest.empty() && !rest.contains(' ')) found.emplace_back(rest);
  }
  return found;
}

std::vector<std::string> WorkspaceNames(const Environment& environment) {
  Screen silent{view::HumanStyle()};
  silent.KeepReports();
  Session session(environment, silent, {.lock = false, .input = false});
  if (!session.FindBackend()) return {};
  return session.loop().Run(session.backend().Workspaces()).value_or(std::vector<std::string>());
}

// Those that its help tells of: "-json", and "-out=" where a value follows.
std::vector<std::string> FlagsOf(const Environment& environment, const Command& command) {
  Screen silent{view::HumanStyle()};
  const std::string& help = silent.KeepText();
  if (command.run == nullptr || command.run(environment, silent, {"-help"}) != 0) return {"-help"};
  std::vector<std::string> flags;
  for (const std::string_view line : Split(help, '\n')) {
    if (!line.starts_with("  -")) continue;
    const std::string_view flag = line.substr(2, line.find(' ', 2) - 2);
    flags.emplace_back(flag.substr(0, flag.find('=') + (flag.contains('=') ? 1 : 0)));
  }
  return flags;
}

// A file of a shell, and what has to stand in it.
struct ShellFile {
  std::string path;
  std::string text;
  bool is_ours = false;  // wholly
};

std::vector<ShellFile> ShellFiles(const Environment& environment) {
  std::error_code error;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", error).string();
  const std::string home = environment.Get("HOME");
  const std::string complete = Format("complete -C {} cairn\n", program);
  const auto exists = [&](const std::string& path) { return std::filesystem::exists(path, error); };
  std::vector<ShellFile> files;
  for (const char* name : {"/.bashrc", "/.bash_profile", "/.bash_login", "/.profile"}) {
    if (!exists(home + name)) continue;
    files.push_back({.path = home + name, .text = complete});
    break;
  }
  if (exists(home + "/.zshrc")) {
    files.push_back({.path = home + "/.zshrc",
                     .text = Format("autoload -U +X bashcompinit && bashcompinit\ncomplete -o nospace -C {} "
                                    "cairn\n",
                                    program)});
  }
  if (exists(home + "/.config/fish")) {
    files.push_back(
        {.path = home + "/.config/fish/completions/cairn.fish",
         .text = Format("complete -f -c cairn -a '(env COMP_LINE=(commandline -cp) {})'\n", program),
         .is_ours = true});
  }
  return files;
}

Result<> Write(const std::string& path, std::string_view text) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
  if (error) return FailErrno(error.value(), path);
  std::filesystem::create_directories(real.parent_path(), error);
  struct stat status{};
  const bool is_there = ::stat(real.c_str(), &status) == 0;
  return WriteFileAtomically(real.string(), text, is_there ? status.st_mode & 07777 : 0644);
}

Result<> Install(const ShellFile& file) {
  const auto text = ReadFile(file.path, kShellFileBytesMax);
  if (!text && text.error().code != ErrorCode::kNotFound) return std::unexpected(text.error());
  const std::string before = text.value_or("");
  if (before.contains(file.text)) {
    return Fail(ErrorCode::kConflict, Format("already installed in {}", file.path));
  }
  return Write(file.path, before + (before.empty() || before.ends_with('\n') ? "" : "\n") + file.text);
}

Result<> Uninstall(const ShellFile& file) {
  auto text = ReadFile(file.path, kShellFileBytesMax);
  const size_t at = text ? text->find(file.text) : std::string::npos;
  if (at == std::string::npos) return Fail(ErrorCode::kNotFound, Format("not installed in {}", file.path));
  if (!file.is_ours) return Write(file.path, text->erase(at, file.text.size()));
  std::error_code error;
  std::filesystem::remove(file.path, error);
  return error ? FailErrno(error.value(), file.path) : Result<>();
}

}  // namespace

std::vector<std::string> Complete(const Environment& environment, std::string_view line) {
  std::vector<std::string> words = WordsOf(line);
  const std::string begun = words.back();
  words.pop_back();
  std::string name;  // of the command, as far as it is there
  size_t others = 0;
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i].starts_with('-')) continue;
    const std::string longer = name.empty() ? words[i] : name + " " + words[i];
    if (others == 0 && FindCommand(longer) != nullptr) {
      name = longer;
    } else {
      ++others;
    }
  }
  std::vector<std::string> all;
  if (begun.starts_with('-')) {
    all = name.empty() ? std::vector<std::string>{"-help", "-install-autocomplete", "-uninstall-autocomplete",
                                                  "-version"}
                       : FlagsOf(environment, *FindCommand(name));
  } else if (others == 0) {
    all = CommandsBehind(name);
    if (name == "workspace select" || name == "workspace delete") all = WorkspaceNames(environment);
  }
  std::erase_if(all, [&](const std::string& one) { return !one.starts_with(begun); });
  return all;
}

int InstallCompletion(const Environment& environment, Screen& screen, bool install) {
  const std::vector<ShellFile> files = ShellFiles(environment);
  if (files.empty()) {
    screen.PrintError("Error executing CLI: there is no file of bash, zsh or fish in the home folder\n");
    return 1;
  }
  int code = 0;
  for (const ShellFile& file : files) {
    const Result<> done = install ? Install(file) : Uninstall(file);
    if (done) continue;
    screen.PrintError(Format("Error executing CLI: {}\n", done.error().message));
    code = 1;
  }
  return code;
}

}  // namespace cairn::commands
