#include "registry/http_fetcher.h"

#include <algorithm>

namespace cairn::registry {

std::string_view HttpAnswer::Field(std::string_view name) const {
  const auto found = std::ranges::find_if(fields, [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace cairn::registry
