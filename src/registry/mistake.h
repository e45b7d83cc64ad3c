#pragma once

#include <string>

namespace cairn::registry {

// What is wrong with a text that a user wrote, in the words of a diagnostic. Who knows where the text stands
// makes the diagnostic.
struct Mistake {
  std::string summary;  // "Invalid provider type"
  std::string detail;   // sentences
};

}  // namespace cairn::registry
