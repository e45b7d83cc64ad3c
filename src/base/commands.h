#pragma once

// A program of several commands, each with its own settings: `cairn-hcl fmt --check`.
//
//   Settings format({.name = "cairn-hcl", .command = "fmt", .summary = "..."});
//   Commands commands({.name = "cairn-hcl", .summary = "...", .version = version});
//   commands.Add(format, [&](const std::vector<std::string>& arguments) { return Format(arguments); });
//   return commands.Run(argc, argv);

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings.h"

namespace cairn {

class Commands {
 public:
  // Gets the words that are no flags; returns the exit code.
  using Body = std::function<int(const std::vector<std::string>& arguments)>;

  // Of `program` the arguments do not count.
  explicit Commands(Program program) : program_(std::move(program)) {}

  // `settings`, whose program has a command, must outlive this.
  void Add(Settings& settings, Body body) { commands_.push_back({&settings, std::move(body)}); }

  // Runs the command that argv[1] names, or prints what --help, --version and --completion ask for. The exit
  // code: the command's; 2, and one line that says why, if there is no such command.
  int Run(int argc, const char* const* argv) const;

  std::string Help() const;
  // A script that completes commands and their flags, for bash, zsh or fish; else empty.
  std::string Completion(std::string_view shell) const;

 private:
  struct Command {
    Settings* settings;
    Body body;

    const std::string& name() const { return settings->program().command; }
    const std::string& summary() const { return settings->program().summary; }
  };

  const Command* Find(std::string_view name) const;
  int Explain(std::string_view word, std::string_view value) const;

  Program program_;
  std::vector<Command> commands_;
};

}  // namespace cairn
