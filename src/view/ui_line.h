#pragma once

// One line of `-json`, being written: for ui_stream.cc, ui_event.cc and diagnostics.

#include <string>
#include <string_view>

#include "state/address.h"
#include "view/json_writer.h"

namespace cairn::view {

class UiLine {
 public:
  // `level`: "info", "warn" or "error".
  UiLine(std::string_view level, std::string_view message, std::string_view time);

  JsonWriter& out() { return out_; }  // for members between the head and the type
  std::string Take(std::string_view type) {
    out_.Member("type", type);
    return Take();
  }
  std::string Take() {
    out_.EndObject();
    return out_.Take();
  }

 private:
  JsonWriter out_{false};
};

// {"addr": …}: what lines say of an instance.
void WriteAddress(JsonWriter& out, const state::InstanceAddress& address);

}  // namespace cairn::view
