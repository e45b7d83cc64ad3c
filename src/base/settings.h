#pragma once

// The settings of a program: one table of flags, from which come parsing, --help, --version and --completion.
//
//   std::string listen;
//   Settings settings({.name = "counter", .summary = "...", .version = kVersion});
//   settings.AddString({.name = "listen", .value = "HOST:PORT", .env = "COUNTER_LISTEN", .default_text =
//   ":8080",
//                       .help = "Address to serve."}, listen);
//   std::vector<std::string> arguments;
//   if (const auto exit_code = settings.ParseOrExplain(argc, argv, arguments)) return *exit_code;
//
// A setting has the value of its flag, else of its environment variable, else its default. A variable set to
// the empty string counts as unset. Only the source that wins is looked at: a flag overrides a mistaken
// variable.
//
// Flags are `--name value`, `--name=value`, and for booleans `--name` and `--no-name`. A value that begins
// with "--" needs the form with '='. The last one of several counts. `--` ends the flags. Every other word is
// an argument. Programs in the tradition of Go's take one dash for two.

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/strings.h"
#include "base/text_escape.h"

namespace cairn {

struct Program {
  std::string name;
  std::string summary;         // one line, in --help after the name
  std::string version;         // printed by --version
  std::string arguments = {};  // how --help shows them: "ADDRESS..."; empty if there are none
  size_t arguments_max = 0;    // more are a mistake
  std::string details = {};    // the end of --help, as it is: examples, exit codes
  std::string command = {};    // of a program that has several (commands.h): `name command` is what is run
  bool single_dash = false;    // -flag is the same as --flag
};

struct Flag {
  std::string name;               // without dashes: "listen"
  std::string value = {};         // how --help shows the value: "HOST:PORT"
  std::string env = {};           // the environment variable; empty if there is none
  std::string default_text = {};  // parsed like a value; empty leaves the variable as the caller set it
  std::string help;               // sentences; wrapped
  std::string group = {};         // the heading in --help; groups come in order of their first flag
};

// What Parse found to do.
struct Invocation {
  std::string output;                  // not empty for --help and the like: print this and exit with 0
  std::vector<std::string> arguments;  // the words that are no flags
};

class Settings {
 public:
  using GetEnv = std::function<const char*(const char*)>;
  // Takes a value over, or says what is wrong with it: `"80a" is not HOST:PORT`.
  using Setter = std::function<Result<>(std::string_view)>;

  explicit Settings(Program program);
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  // All of these refer to `target` until Parse returns. Flags of one name, or that Settings adds itself
  // (help, version, completion), are a bug.

  // Any type: `parse` is a function from std::string_view to Result<T>.
  template <typename T, typename Parser>
    requires std::is_invocable_r_v<Result<T>, Parser, std::string_view>
  void Add(Flag flag, T& target, Parser parse) {
    AddSetter(std::move(flag), [&target, parse = std::move(parse)](std::string_view text) -> Result<> {
      Result<T> value = parse(text);
      if (!value) return std::unexpected(std::move(value.error()));
      target = std::move(*value);
      return {};
    });
  }

  void AddString(Flag flag, std::string& target);

  // A flag that may be given several times: `add` gets each value. All such flags are taken in the order of
  // the command line, after the others.
  void AddRepeated(Flag flag, Setter add);

  // "true", "yes", "on", "1" and their opposites, in any letter case.
  void AddBool(Flag flag, bool& target);

  template <std::integral T>
  void AddInt(Flag flag, T& target, std::type_identity_t<T> min = std::numeric_limits<T>::min(),
              std::type_identity_t<T> max = std::numeric_limits<T>::max()) {
    AddSetter(std::move(flag), [&target, min, max](std::string_view text) -> Result<> {
      const std::optional<T> value = ParseInt<T>(text);
      if (!value || *value < min || *value > max) {
        return Fail(ErrorCode::kInvalid,
                    Format("{} is not a whole number from {} to {}", Quote(text), min, max));
      }
      target = *value;
      return {};
    });
  }

  // See base/units.h for what is accepted.
  void AddDuration(Flag flag, Duration& target, Duration min, Duration max);
  void AddSize(Flag flag, uint64_t& target, uint64_t min, uint64_t max);

  // One of the names, each of which stands for a value.
  template <typename T>
  void AddChoice(Flag flag, T& target, std::vector<std::pair<std::string, T>> choices) {
    std::vector<std::string> names;
    for (const auto& choice : choices) names.push_back(choice.first);
    AddSetter(
        std::move(flag),
        [&target, choices = std::move(choices)](std::string_view text) -> Result<> {
          std::string accepted;
          for (const auto& [name, value] : choices) {
            if (name == text) {
              target = value;
              return {};
            }
            accepted += (accepted.empty() ? "" : ", ") + name;
          }
          return Fail(ErrorCode::kInvalid, Format("{} is not one of {}", Quote(text), accepted));
        },
        std::move(names));
  }

  // Sets every target, or says in one line which setting from where is wrong, why, and what is accepted:
  // `counter: --listen: "80a" is not HOST:PORT`. After an error some targets may have been set.
  Result<Invocation> Parse(int argc, const char* const* argv, const GetEnv& get_env);

  // Parse with the process's environment. Prints what is to be printed, on standard output or error, and
  // returns the exit code, 0 or 2 (1 if standard output cannot be written); nothing if the program shall run.
  std::optional<int> ParseOrExplain(int argc, const char* const* argv, std::vector<std::string>& arguments);

  const Program& program() const { return program_; }

  // A script for `shell` (bash, zsh, fish). Of a command of a program it defines the function
  // _PROGRAM_COMMAND for the first two, which Commands calls, and has all that fish needs.
  std::string Completion(std::string_view shell) const;

 private:
  struct Entry {
    Flag flag;
    Setter set;
    std::vector<std::string> choices;
    bool boolean = false;
    bool repeated = false;
    std::optional<std::string> given = std::nullopt;  // the value on the command line
  };

  void AddSetter(Flag flag, Setter set, std::vector<std::string> choices = {}, bool boolean = false);
  Entry* Find(std::string_view name);
  bool LooksLikeFlag(std::string_view word) const;
  Result<> ReadFlag(const std::vector<std::string_view>& words, size_t& next);
  Result<> SetTargets(const GetEnv& get_env) const;
  Error Mistake(std::string_view what) const;
  Error UnknownFlag(std::string_view word) const;
  std::string FullName() const;
  std::string BuiltInOutput();

  // In settings_text.cc.
  std::string Help() const;

  Program program_;
  bool help_ = false;
  bool version_ = false;
  std::string shell_;           // of --completion
  std::vector<Entry> entries_;  // the first ones are --help and, unless of a command, --version, --completion
  size_t built_in_ = 0;         // how many these are
  std::vector<std::pair<const Entry*, std::string>> repeated_;  // values of flags that may be repeated
};

}  // namespace cairn
