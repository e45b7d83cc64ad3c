#pragma once

// Why requests got no number: what people need to know about a run that went wrong.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::check {

struct Failure {
  size_t address = 0;  // index into History::addresses()
  std::string what;    // "503 Service Unavailable", "the server did not answer in time"
  uint64_t count = 0;

  bool operator==(const Failure&) const = default;
};

// Counts equal failures together. Keeps kKindsMax kinds; the further ones of an address count as "other".
class FailureList {
 public:
  static constexpr size_t kKindsMax = 64;

  void Add(size_t address, std::string_view what);

  // In the order of their first appearance.
  std::span<const Failure> failures() const { return failures_; }

 private:
  std::vector<Failure> failures_;
};

}  // namespace cairn::check
