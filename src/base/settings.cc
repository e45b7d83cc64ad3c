#include "base/settings.h"

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "base/units.h"

namespace cairn {
namespace {

constexpr std::string_view kHelpGroup = "Help";

// How many letters must be inserted, removed or replaced to make `b` of `a`.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::optional<bool> ParseBool(std::string_view text) {
  for (const std::string_view word : {"true", "yes", "on", "1"}) {
    if (EqualsIgnoreCase(text, word)) return true;
  }
  for (const std::string_view word : {"false", "no", "off", "0"}) {
    if (EqualsIgnoreCase(text, word)) return false;
  }
  return std::nullopt;
}

bool WriteTo(std::FILE* stream, const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fflush(stream) == 0;
}

}  // namespace

Settings::Settings(Program program) : program_(std::move(program)) {
  const std::string group(kHelpGroup);
  AddBool({.name = "help", .help = "Print this text and exit.", .group = group}, help_);
  built_in_ = 1;
  if (!program_.command.empty()) return;
  built_in_ = 3;
  AddBool({.name = "version", .help = "Print the version and exit.", .group = group}, version_);
  AddChoice({.name = "completion",
             .value = "bash|zsh|fish",
             .help = "Print a completion script, to be sourced by the shell, and exit.",
             .group = group},
            shell_, {{"bash", "bash"}, {"zsh", "zsh"}, {"fish", "fish"}});
}

void Settings::AddString(Flag flag, std::string& target) {
  AddSetter(std::move(flag), [&target](std::string_view text) -> Result<> {
    target = text;
    return {};
  });
}

void Settings::AddRepeated(Flag flag, Setter add) {
  AddSetter(std::move(flag), std::move(add));
  entries_.back().repeated = true;
}

void Settings::AddBool(Flag flag, bool& target) {
  AddSetter(
      std::move(flag),
      [&target](std::string_view text) -> Result<> {
        const std::optional<bool> value = ParseBool(text);
        if (!value) return Fail(ErrorCode::kInvalid, Quote(text) + " is neither true nor false");
        target = *value;
        return {};
      },
      {}, /*boolean=*/true);
}

void Settings::AddDuration(Flag flag, Duration& target, Duration min, Duration max) {
  Add(std::move(flag), target, [min, max](std::string_view text) -> Result<Duration> {
    const std::optional<Duration> value = ParseDuration(text);
    if (value && *value >= min && *value <= max) return *value;
    return Fail(ErrorCode::kInvalid, Format("{} is not a duration from {} to {}, such as 500ms, 2s or 1m30s",
                                            Quote(text), FormatDuration(min), FormatDuration(max)));
  });
}

void Settings::AddSize(Flag flag, uint64_t& target, uint64_t min, uint64_t max) {
  Add(std::move(flag), target, [min, max](std::string_view text) -> Result<uint64_t> {
    const std::optional<uint64_t> value = ParseSize(text);
    if (value && *value >= min && *value <= max) return *value;
    return Fail(ErrorCode::kInvalid, Format("{} is not a size from {} to {}, such as 4096, 64KiB or 1MiB",
                                            Quote(text), FormatSize(min), FormatSize(max)));
  });
}

void Settings::AddSetter(Flag flag, Setter set, std::vector<std::string> choices, bool boolean) {
  assert(Find(flag.name) == nullptr);
  entries_.push_back({std::move(flag), std::move(set), std::move(choices), boolean});
}

Settings::Entry* Settings::Find(std::string_view name) {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& e) { return e.flag.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

std::string Settings::FullName() const {
  return program_.command.empty() ? program_.name : program_.name + " " + program_.command;
}

Error Settings::Mistake(std::string_view what) const {
  std::string line = FullName() + ": ";
  AppendEscaped(line, what, /*quoting=*/false);
  return Error{ErrorCode::kInvalid, std::move(line)};
}

Error Settings::UnknownFlag(std::string_view word) const {
  const std::string_view name = word.substr(std::min(word.find_first_not_of('-'), word.size()));
  std::string nearest;
  size_t distance_min = std::max<size_t>(1, name.size() / 3) + 1;
  const auto consider = [&](const std::string& candidate) {
    const size_t distance = EditDistance(name, candidate);
    if (distance >= distance_min) return;
    distance_min = distance;
    nearest = candidate;
  };
  for (const Entry& entry : entries_) {
    consider(entry.flag.name);
    if (entry.boolean) consider("no-" + entry.flag.name);
  }
  const std::string hint =
      nearest.empty() ? Format("{} --help lists the flags", FullName()) : "did you mean --" + nearest + "?";
  return Mistake(Format("unknown flag {}; {}", word, hint));
}

bool Settings::LooksLikeFlag(std::string_view word) const {
  if (word.size() < 2 || word[0] != '-') return false;
  const char first = ToLower(word[1]);
  return !program_.single_dash || first == '-' || (first >= 'a' && first <= 'z');
}

// Reads the flag at words[next] and moves `next` behind it and its value.
Result<> Settings::ReadFlag(const std::vector<std::string_view>& words, size_t& next) {
  std::string_view word = words[next++];
  if (word == "-h") word = "--help";
  const size_t equals = std::min(word.find('='), word.size());
  const bool has_value = equals < word.size();
  const std::string_view flag = word.substr(0, equals);
  const bool two_dashes = flag.starts_with("--");
  if (!two_dashes && !program_.single_dash) return std::unexpected(UnknownFlag(flag));
  const std::string_view name = flag.substr(two_dashes ? 2 : 1);

  if (Entry* entry = Find(name); entry != nullptr) {
    if (has_value) {
      entry->given = word.substr(equals + 1);
    } else if (entry->boolean) {
      entry->given = "true";
    } else if (next < words.size() && !words[next].starts_with("--")) {
      entry->given = words[next++];
    } else {
      return std::unexpected(Mistake(Format("{}: needs a value: {}={}", flag, flag, entry->flag.value)));
    }
    if (entry->repeated) repeated_.emplace_back(entry, *std::exchange(entry->given, std::nullopt));
    return {};
  }
  Entry* negated = name.starts_with("no-") ? Find(name.substr(3)) : nullptr;
  if (negated == nullptr || !negated->boolean) return std::unexpected(UnknownFlag(flag));
  if (has_value) return std::unexpected(Mistake(Format("{}: takes no value", flag)));
  negated->given = "false";
  return {};
}

Result<> Settings::SetTargets(const GetEnv& get_env) const {
  for (const auto& [flag, set, choices, boolean, repeated, given] : entries_) {
    std::string source = "--" + flag.name;
    std::string_view text = flag.default_text;
    const char* variable = flag.env.empty() ? nullptr : get_env(flag.env.c_str());
    if (given) {
      text = *given;
    } else if (variable != nullptr && *variable != '\0') {
      source = "environment variable " + flag.env;
      text = variable;
    } else if (text.empty()) {
      continue;
    }
    if (const Result<> result = set(text); !result) {
      return std::unexpected(Mistake(source + ": " + result.error().message));
    }
  }
  for (const auto& [entry, text] : repeated_) {
    if (const Result<> result = entry->set(text); !result) {
      return std::unexpected(Mistake("--" + entry->flag.name + ": " + result.error().message));
    }
  }
  return {};
}

// What --help, --version or --completion print, if one of them is given and has a correct value.
std::string Settings::BuiltInOutput() {
  help_ = version_ = false;
  shell_.clear();
  for (size_t i = 0; i < built_in_; ++i) {
    const Entry& entry = entries_[i];
    if (entry.given && !entry.set(*entry.given)) return {};
  }
  if (help_) return Help();
  if (version_) return program_.name + " " + program_.version + "\n";
  return shell_.empty() ? std::string() : Completion(shell_);
}

Result<Invocation> Settings::Parse(int argc, const char* const* argv, const GetEnv& get_env) {
  const std::vector<std::string_view> words(argv + std::min(argc, 1), argv + argc);
  for (Entry& entry : entries_) entry.given.reset();
  repeated_.clear();
  Invocation invocation;
  std::optional<Error> mistake;  // the first one; printed unless --help and the like follow it
  bool flags = true;
  for (size_t next = 0; next < words.size();) {
    const std::string_view word = words[next];
    Result<> read;
    if (flags && word == "--") {
      flags = false;
      ++next;
    } else if (flags && LooksLikeFlag(word)) {
      read = ReadFlag(words, next);
    } else if (invocation.arguments.size() < program_.arguments_max) {
      invocation.arguments.emplace_back(word);
      ++next;
    } else {
      read = std::unexpected(Mistake(Format("unexpected argument {}", Quote(word))));
      ++next;
    }
    if (!read && !mistake) mistake = std::move(read.error());
  }
  invocation.output = BuiltInOutput();
  if (!invocation.output.empty()) return invocation;
  if (mistake) return std::unexpected(std::move(*mistake));
  if (const Result<> set = SetTargets(get_env); !set) return std::unexpected(set.error());
  return invocation;
}

std::optional<int> Settings::ParseOrExplain(int argc, const char* const* argv,
                                            std::vector<std::string>& arguments) {
  Result<Invocation> invocation = Parse(argc, argv, [](const char* name) { return std::getenv(name); });
  if (!invocation) {
    WriteTo(stderr, invocation.error().message + "\n");
    return 2;
  }
  if (!invocation->output.empty()) return WriteTo(stdout, invocation->output) ? 0 : 1;
  arguments = std::move(invocation->arguments);
  return std::nullopt;
}

}  // namespace cairn
