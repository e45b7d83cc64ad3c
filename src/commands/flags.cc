#include "commands/flags.h"

#include <utility>

#include "base/strings.h"
#include "base/units.h"

namespace cairn::commands {
namespace {

std::unexpected<Error> Misread(const std::string& name, std::string_view value) {
  return Fail(ErrorCode::kInvalid,
              Format("invalid value {:?} for flag -{}: parse error", std::string(value), name));
}

}  // namespace

void Flags::Add(std::string name, bool& target, std::string help) {
  flags_[std::move(name)] = {.flag = &target, .help = std::move(help)};
}
void Flags::Add(std::string name, std::string& target, std::string help) {
  flags_[std::move(name)] = {.text = &target, .help = std::move(help)};
}
void Flags::Add(std::string name, size_t& target, std::string help) {
  flags_[std::move(name)] = {.number = &target, .help = std::move(help)};
}
void Flags::Add(std::string name, Duration& target, std::string help) {
  flags_[std::move(name)] = {.duration = &target, .help = std::move(help)};
}
void Flags::Add(std::string name, std::vector<std::string>& target, std::string help) {
  flags_[std::move(name)] = {.list = &target, .help = std::move(help)};
}

Result<> Flags::Set(const std::string& name, Flag& flag, std::string_view value) {
  if (flag.text != nullptr) *flag.text = value;
  if (flag.list != nullptr) flag.list->emplace_back(value);
  if (flag.flag != nullptr) {
    const bool yes =
        value == "true" || value == "1" || value == "t" || value == "T" || value == "TRUE" || value == "True";
    const bool no = value == "false" || value == "0" || value == "f" || value == "F" || value == "FALSE" ||
                    value == "False";
    if (!yes && !no) {
      return Fail(ErrorCode::kInvalid,
                  Format("invalid boolean value {:?} for -{}: parse error", std::string(value), name));
    }
    *flag.flag = yes;
  }
  if (flag.number != nullptr) {
    const auto number = ParseInt<size_t>(value);
    if (!number) return Misread(name, value);
    *flag.number = *number;
  }
  if (flag.duration != nullptr) {
    const auto duration = ParseDuration(value);
    if (!duration) return Misread(name, value);
    *flag.duration = *duration;
  }
  return {};
}

Result<std::vector<std::string>> Flags::Parse(const std::vector<std::string>& words) {
  std::vector<std::string> others;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (word == "--") {
      others.insert(others.end(), words.begin() + ptrdiff_t(i) + 1, words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      others.emplace_back(word);
      continue;
    }
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    const size_t equals = word.find('=');
    const std::string name(word.substr(0, equals));
    const auto found = flags_.find(name);
    if (found == flags_.end()) {
      return Fail(ErrorCode::kInvalid, Format("flag provided but not defined: -{}", name));
    }
    std::string_view value = "true";
    if (equals != std::string_view::npos) {
      value = word.substr(equals + 1);
    } else if (found->second.flag == nullptr) {
      if (++i == words.size()) return Fail(ErrorCode::kInvalid, Format("flag needs an argument: -{}", name));
      value = words[i];
    }
    const Result<> set = Set(name, found->second, value);
    if (!set) return std::unexpected(set.error());
  }
  return others;
}

std::string Flags::Help() const {
  std::string text;
  for (const auto& [name, flag] : flags_) {
    const std::string shown = "-" + name +
                              (flag.flag != nullptr     ? ""
                               : flag.number != nullptr ? "=N"
                                                        : "=VALUE");
    text += Format("  {:<23} {}\n", shown, flag.help);
  }
  return text;
}

}  // namespace cairn::commands
