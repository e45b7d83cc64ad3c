#include "base/commands.h"

#include <algorithm>
#include <cstdio>

#include "base/strings.h"
#include "base/text_escape.h"

namespace cairn {
namespace {

int Print(std::FILE* stream, const std::string& text, int code) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fflush(stream) == 0;
  return written ? code : 1;
}

}  // namespace

const Commands::Command* Commands::Find(std::string_view name) const {
  const auto found = std::ranges::find_if(commands_, [&](const Command& c) { return c.name() == name; });
  return found == commands_.end() ? nullptr : &*found;
}

int Commands::Run(int argc, const char* const* argv) const {
  if (argc < 2) return Print(stderr, Help(), 2);
  const std::string_view word = argv[1];
  const std::string_view value = argc > 2 ? argv[2] : "";
  const Command* command = Find(word);
  if (command == nullptr) return Explain(word, value);
  std::vector<std::string> arguments;
  if (const auto code = command->settings->ParseOrExplain(argc - 1, argv + 1, arguments)) return *code;
  return command->body(arguments);
}

// What is asked of the program itself.
int Commands::Explain(std::string_view word, std::string_view value) const {
  std::string_view name = word.substr(std::min(word.find_first_not_of('-'), word.size()));
  if (name == "help" || word == "-h") {
    const Command* command = Find(value);
    if (command == nullptr) return Print(stdout, Help(), 0);
    const char* const ask[] = {program_.name.c_str(), "--help"};
    std::vector<std::string> arguments;
    return command->settings->ParseOrExplain(2, ask, arguments).value_or(0);
  }
  if (name == "version") return Print(stdout, program_.name + " " + program_.version + "\n", 0);
  if (word.starts_with('-') && name.starts_with("completion")) {
    name.remove_prefix(std::string_view("completion").size());
    if (name.starts_with('=')) value = name.substr(1);
    if (const std::string script = Completion(value); !script.empty()) return Print(stdout, script, 0);
    return Print(stderr,
                 Format("{}: --completion: {} is not one of bash, zsh, fish\n", program_.name, Quote(value)),
                 2);
  }
  std::string line = program_.name + (word.starts_with('-') ? ": unknown flag " : ": unknown command ");
  AppendEscaped(line, word, /*quoting=*/false);
  return Print(stderr, line + Format("; {} --help lists the commands\n", program_.name), 2);
}

std::string Commands::Help() const {
  std::string out =
      Format("{0}: {1}\n\nUsage: {0} COMMAND [FLAG...] [ARGUMENT...]\n\n", program_.name, program_.summary);
  size_t columns = 0;
  for (const Command& command : commands_) columns = std::max(columns, command.name().size());
  for (const Command& command : commands_) {
    out += Format("  {:<{}}  {}\n", command.name(), columns, command.summary());
  }
  out += Format("\n{0} COMMAND --help says more. {0} --version prints the version,\n", program_.name);
  out += Format("{} --completion bash|zsh|fish a script to be sourced by the shell.\n", program_.name);
  if (!program_.details.empty()) out += "\n" + program_.details;
  if (!out.ends_with('\n')) out += '\n';
  return out;
}

std::string Commands::Completion(std::string_view shell) const {
  if (shell != "bash" && shell != "zsh" && shell != "fish") return {};
  std::string function = "_" + program_.name;
  std::ranges::replace(function, '-', '_');
  std::string out;
  std::string names;
  std::string cases;
  for (const Command& command : commands_) {
    out += command.settings->Completion(shell);
    names += (names.empty() ? "" : " ") + command.name();
    cases += Format("    {0}) {1}_{0} ;;\n", command.name(), function);
  }
  if (shell == "fish") {
    for (const Command& command : commands_) {
      out += Format("complete -c {} -n __fish_use_subcommand -f -a {} -d '{}'\n", program_.name,
                    command.name(), command.summary());
    }
    return out;
  }
  if (shell == "zsh") {
    return out + Format(
                     "{0}() {{\n"
                     "  if (( CURRENT == 2 )); then\n"
                     "    compadd {1} --help --version --completion\n"
                     "    return\n"
                     "  fi\n"
                     "  shift words\n"
                     "  (( CURRENT-- ))\n"
                     "  case $words[1] in\n{2}  esac\n"
                     "}}\n"
                     "compdef {0} {3}\n",
                     function, names, cases, program_.name);
  }
  return out + Format(
                   "{0}() {{\n"
                   "  if ((COMP_CWORD == 1)); then\n"
                   "    COMPREPLY=($(compgen -W '{1} --help --version --completion' -- "
                   "\"${{COMP_WORDS[1]}}\"))\n"
                   "    return\n"
                   "  fi\n"
                   "  COMPREPLY=()\n"
                   "  case ${{COMP_WORDS[1]}} in\n{2}  esac\n"
                   "}}\n"
                   "complete -o default -F {0} {3}\n",
                   function, names, cases, program_.name);
}

}  // namespace cairn
