#pragma once

// For the files plan_file*.cc alone: the first line, "cairn-plan 1 SHA256-OF-THE-REST".

#include <string_view>

namespace cairn::infra {

inline constexpr std::string_view kPlanFileMagic = "cairn-plan ";
inline constexpr std::string_view kPlanFileVersion = "1";

}  // namespace cairn::infra
