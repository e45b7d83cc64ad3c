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

}  // namespace cairn::commands
