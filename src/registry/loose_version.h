#pragma once

// The looser versions of modules, of `required_version`, and of what a `version` argument must look like
// before anything else is asked of it. Any number of numbers, "v1.2", "1.2beta"; the rules are those of
// go-version 1.7.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::registry {

struct LooseVersion {
  std::vector<int64_t> segments = {};  // at least three: those left off are zeros
  size_t given = 0;                    // how many were written
  std::string prerelease = {};
  std::string metadata = {};
  std::string text = {};  // as it was written
};

// kInvalid: "malformed version: x".
Result<LooseVersion> ParseLooseVersion(std::string_view text);

// A pre-release precedes its release; metadata does not count; missing segments are zeros.
std::weak_ordering ComparePrecedence(const LooseVersion& a, const LooseVersion& b);

// "1.2.0-beta+meta": the segments in full.
std::string ToString(const LooseVersion& version);

struct LooseConstraint {
  enum class Operator { kEqual, kNotEqual, kGreater, kLess, kGreaterOrEqual, kLessOrEqual, kPessimistic };
  Operator op = Operator::kEqual;
  LooseVersion boundary = {};
  std::string text = {};  // as it was written, blanks included
};
using LooseConstraints = std::vector<LooseConstraint>;

// Separated by commas; at least one. kInvalid: "malformed constraint: x".
Result<LooseConstraints> ParseLooseConstraints(std::string_view text);

// All of them. A pre-release satisfies only "=", "!=", and constraints on a pre-release of the same numbers.
bool Satisfies(const LooseVersion& version, const LooseConstraints& constraints);

}  // namespace cairn::registry
