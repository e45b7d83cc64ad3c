#pragma once

// An address of the counter, as a user writes it.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::check {

struct Target {
  std::string name;  // as written; History::IsAddressName
  bool tls = false;
  std::string host;  // a name or a numeric address, without brackets
  uint16_t port = 80;
  std::string authority;  // for the Host field

  bool operator==(const Target&) const = default;
};

// "http://host[:port]", "https://host[:port]" or "host:port". kInvalid says what is wrong with `text`.
Result<Target> ParseTarget(std::string_view text);

}  // namespace cairn::check
