// What Settings prints: --help and --completion.

#include <algorithm>

#include "base/settings.h"

namespace cairn {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kHeadColumnsMax = 30;

// Columns on a terminal, near enough: one a code point.
size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Appends the words of `text`, the first one at column `column`, the lines after it indented by `indent`.
void AppendWrapped(std::string& out, std::string_view text, size_t column, size_t indent) {
  for (const std::string_view word : Split(text, ' ')) {
    if (word.empty()) continue;
    if (column > indent) {
      if (column + 1 + Width(word) > kColumns) {
        out += '\n';
        out.append(indent, ' ');
        column = indent;
      } else {
        out += ' ';
        ++column;
      }
    }
    out += word;
    column += Width(word);
  }
  out += '\n';
}

// "  --listen HOST:PORT"
std::string HeadOf(const Flag& flag, bool boolean) {
  if (flag.name == "help") return "  -h, --help";
  if (boolean) return (flag.name == "version" ? "  --" : "  --[no-]") + flag.name;
  return "  --" + flag.name + " " + flag.value;
}

// "[env COUNTER_LISTEN; default :8080]"
std::string SourcesOf(const Flag& flag) {
  std::string text;
  if (!flag.env.empty()) text += "env " + flag.env;
  if (!flag.default_text.empty()) text += (text.empty() ? "default " : "; default ") + flag.default_text;
  return text.empty() ? text : "[" + text + "]";
}

std::string FirstSentence(const std::string& help) {
  return help.substr(0, std::min(help.find(". "), help.find_last_not_of('.') + 1));
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// `text` with a backslash before each of `special`.
std::string Backslashed(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// One word of a POSIX shell.
std::string ShellWord(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace

std::string Settings::Help() const {
  std::string out = Format("{0}: {1}\n\nUsage: {0} [FLAG...]", FullName(), program_.summary);
  if (!program_.arguments.empty()) out += " " + program_.arguments;
  out += '\n';

  size_t head_columns = 0;
  std::vector<std::string> groups;
  for (const Entry& entry : entries_) {
    const size_t width = Width(HeadOf(entry.flag, entry.boolean));
    if (width <= kHeadColumnsMax) head_columns = std::max(head_columns, width);
    if (std::ranges::find(groups, entry.flag.group) == groups.end()) groups.push_back(entry.flag.group);
  }
  std::rotate(groups.begin(), groups.begin() + 1, groups.end());  // the first one is Help; it comes last
  const size_t indent = head_columns + 2;
  for (const std::string& group : groups) {
    out += "\n" + (group.empty() ? "Flags" : group) + ":\n";
    for (const Entry& entry : entries_) {
      if (entry.flag.group != group) continue;
      const std::string head = HeadOf(entry.flag, entry.boolean);
      out += head;
      if (Width(head) > head_columns) {
        out += '\n';
        out.append(indent, ' ');
      } else {
        out.append(indent - Width(head), ' ');
      }
      AppendWrapped(out, entry.flag.help, indent, indent);
      if (const std::string sources = SourcesOf(entry.flag); !sources.empty()) {
        out.append(indent, ' ');
        AppendWrapped(out, sources, indent, indent);
      }
    }
  }
  if (!program_.details.empty()) out += "\n" + program_.details;
  if (!out.ends_with('\n')) out += '\n';
  return out;
}

std::string Settings::Completion(std::string_view shell) const {
  std::string function = "_" + FullName();
  std::ranges::replace(function, '-', '_');
  std::ranges::replace(function, ' ', '_');
  const bool is_command = !program_.command.empty();
  if (shell == "fish") {
    std::string out;
    for (const Entry& entry : entries_) {
      const Flag& flag = entry.flag;
      out += Format("complete -c {}{} -l {} -d '{}'", program_.name,
                    is_command ? Format(" -n '__fish_seen_subcommand_from {}'", program_.command) : "",
                    flag.name, Backslashed(FirstSentence(flag.help), "'\\"));
      if (!entry.choices.empty()) {
        out += Format(" -x -a '{}'", Join(entry.choices));
      } else if (!entry.boolean) {
        out += " -r";
      }
      out += '\n';
    }
    return out;
  }
  if (shell == "zsh") {
    std::string out = Format("{}() {{\n  _arguments", function);
    for (const Entry& entry : entries_) {
      const Flag& flag = entry.flag;
      std::string spec = Format("--{}{}[{}]", flag.name, entry.boolean ? "" : "=",
                                Backslashed(FirstSentence(flag.help), "[]:\\"));
      if (!entry.choices.empty()) {
        spec += Format(":{}:({})", Backslashed(flag.value, ":\\"), Join(entry.choices));
      } else if (!entry.boolean) {
        spec += Format(":{}:_files", Backslashed(flag.value, ":\\"));
      }
      out += " \\\n    " + ShellWord(spec);
    }
    out += " \\\n    '*:argument:_files'\n}\n";
    return is_command ? out : out + Format("compdef {} {}\n", function, program_.name);
  }
  // bash splits words at '=', too. No reply means names of files, by `-o default`.
  std::string flags;
  std::string cases;
  for (const Entry& entry : entries_) {
    flags += (flags.empty() ? "--" : " --") + entry.flag.name;
    if (entry.boolean) continue;
    cases += Format("    --{}) COMPREPLY=({}); return ;;\n", entry.flag.name,
                    entry.choices.empty() ? std::string()
                                          : Format("$(compgen -W '{}' -- \"$word\")", Join(entry.choices)));
  }
  const std::string script = Format(
      "{0}() {{\n"
      "  local word=\"${{COMP_WORDS[COMP_CWORD]}}\" before=\"${{COMP_WORDS[COMP_CWORD - 1]}}\"\n"
      "  if [[ $word == = ]]; then\n"
      "    word=\n"
      "  elif [[ $before == = ]]; then\n"
      "    before=\"${{COMP_WORDS[COMP_CWORD - 2]}}\"\n"
      "  fi\n"
      "  COMPREPLY=()\n"
      "  case $before in\n{1}  esac\n"
      "  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W '{2}' -- \"$word\")); fi\n"
      "}}\n",
      function, cases, flags);
  return is_command ? script : script + Format("complete -o default -F {} {}\n", function, program_.name);
}

}  // namespace cairn
