#include "plan/plan.h"

#include <array>
#include <cstddef>

namespace cairn::plan {

std::string_view ToString(ActionReason reason) {
  constexpr std::array<std::string_view, 14> kNames = {
      "",
      "replace_because_tainted",
      "replace_because_cannot_update",
      "replace_by_request",
      "replace_by_triggers",
      "delete_because_no_resource_config",
      "delete_because_wrong_repetition",
      "delete_because_count_index",
      "delete_because_each_key",
      "delete_because_no_module",
      "delete_because_no_move_target",
      "read_because_config_unknown",
      "read_because_dependency_pending",
      "read_because_check_nested",
  };
  return kNames[size_t(reason)];
}

std::string_view ToString(Action action) {
  constexpr std::array<std::string_view, 8> kNames = {"no-op",  "create",  "read",    "update",
                                                      "delete", "replace", "replace", "forget"};
  return kNames[size_t(action)];
}

std::string_view ToString(CheckStatus status) {
  constexpr std::array<std::string_view, 4> kNames = {"unknown", "pass", "fail", "error"};
  return kNames[size_t(status)];
}

std::string_view ToString(CheckKind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"resource", "output_value", "check", "var"};
  return kNames[size_t(kind)];
}

}  // namespace cairn::plan
