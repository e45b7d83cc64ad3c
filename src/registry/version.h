#pragma once

// Versions of providers, and what is asked of them: "~> 5.0, != 5.3.1".
//
// Versions are those of semver.org 2.0, where minor and patch may be left off ("5" is 5.0.0). Constraints
// have the operators of Terraform; a space may follow each. Module versions and `required_version` have
// looser rules (loose_version.h).

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::registry {

// Longer texts are refused.
inline constexpr size_t kVersionBytesMax = 4096;

struct Version {
  uint64_t major = 0;
  uint64_t minor = 0;
  uint64_t patch = 0;
  std::string prerelease = {};  // "beta.2"; empty for a release
  std::string metadata = {};    // "build5", of no weight in the order

  bool operator==(const Version&) const = default;  // metadata counts
};

std::string ToString(const Version& version);

// What precedes what. A pre-release precedes its release; metadata does not count.
std::weak_ordering ComparePrecedence(const Version& a, const Version& b);

// The order in which versions are listed: precedence, then metadata by bytes.
bool ListedBefore(const Version& a, const Version& b);

// kInvalid, with the peer's words: "can't use wildcard for minor number; an exact version is required".
Result<Version> ParseVersion(std::string_view text);

struct VersionConstraint {
  enum class Operator {
    kGreater,
    kGreaterOrEqual,
    kEqual,
    kPatchPessimistic,  // ~> 1.2.3: at least that, below 1.3.0
    kMinorPessimistic,  // ~> 1.2: at least that, below 2.0.0
    kLessOrEqual,
    kLess,
    kNotEqual,
  };
  Operator op = Operator::kEqual;
  Version boundary = {};

  bool operator==(const VersionConstraint&) const = default;
};

// All of them must hold. None allows every release.
using VersionConstraints = std::vector<VersionConstraint>;

// kInvalid, with the peer's words: `invalid specification "1.2.3.4": too many numbered portions; …`.
Result<VersionConstraints> ParseVersionConstraints(std::string_view text);

// The canonical text, as the lock file has it: sorted by boundary, without duplicates, versions in full.
std::string ToString(const VersionConstraints& constraints);

// Whether `version` may be chosen. A pre-release may be only where a constraint names exactly it
// ("= 1.0.0-beta").
bool Satisfies(const Version& version, const VersionConstraints& constraints);

}  // namespace cairn::registry
