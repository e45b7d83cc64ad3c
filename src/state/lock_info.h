#pragma once

// Who holds the lock of a state, as Terraform writes it down beside the state and shows it.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::state {

struct LockInfo {
  std::string id;         // a UUID
  std::string operation;  // "OperationTypeApply"
  std::string info = {};
  std::string who;      // user@host
  std::string version;  // of the tool
  std::string created;  // RFC 3339 in UTC, to the nanosecond
  std::string path = {};

  // One line of JSON.
  std::string ToJson() const;
  static Result<LockInfo> FromJson(std::string_view json);

  // For people: a line for each of the members.
  std::string ToString() const;

  bool operator==(const LockInfo&) const = default;
};

// The lock of this user on this machine, from now on, with a new id.
LockInfo MakeLockInfo(std::string_view operation, std::string_view version, std::string path,
                      std::chrono::system_clock::time_point now);

// A random UUID: for locks, and for lineages.
std::string NewUuid();

// Why there is no lock. kConflict if somebody has it, of whom `holder` is known.
struct LockError {
  Error error;
  std::optional<LockInfo> holder = {};

  // What Terraform prints: "Error message: …" and the holder, then advice.
  std::string ToString() const;
};

}  // namespace cairn::state
