#include "commands/environment.h"

#include <algorithm>
#include <iterator>

namespace cairn::commands {

std::string Environment::Get(std::string_view name) const {
  for (const std::string& variable : variables) {
    if (variable.size() > name.size() && variable.starts_with(name) && variable[name.size()] == '=') {
      return variable.substr(name.size() + 1);
    }
  }
  return {};
}

bool Environment::ForbidsInput() const {
  constexpr std::string_view kNo[] = {"0", "f", "F", "false", "False", "FALSE"};
  return std::ranges::find(kNo, Get("TF_INPUT")) != std::end(kNo);
}

std::string Environment::DataFolder() const {
  std::string data = Get("TF_DATA_DIR");
  return data.empty() ? ".terraform" : data;
}

}  // namespace cairn::commands
