#include "commands/environment.h"

namespace cairn::commands {

std::string Environment::Get(std::string_view name) const {
  for (const std::string& variable : variables) {
    if (variable.size() > name.size() && variable.starts_with(name) && variable[name.size()] == '=') {
      return variable.substr(name.size() + 1);
    }
  }
  return {};
}

std::string Environment::DataFolder() const {
  std::string data = Get("TF_DATA_DIR");
  return data.empty() ? ".terraform" : data;
}

}  // namespace cairn::commands
