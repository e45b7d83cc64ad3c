#include "registry/loose_version.h"

#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace cairn::registry {
namespace {

using Operator = LooseConstraint::Operator;

constexpr size_t kTextBytesMax = 4096;

// A version: numbers, a pre-release whose dash may be missing if it begins with a letter, metadata. Groups: 1
// the numbers, 3 and 5 the pre-release, 7 the metadata.
constexpr char kVersionPattern[] =
    R"(v?([0-9]+(\.[0-9]+)*?))"
    R"((?:-([0-9]+[0-9A-Za-z\-~]*(\.[0-9A-Za-z\-~]+)*)|(?:-?([A-Za-z\-~]+[0-9A-Za-z\-~]*(\.[0-9A-Za-z\-~]+)*)))?)"
    R"((?:\+([0-9A-Za-z\-~]+(?:\.[0-9A-Za-z\-~]+)*))?)";

// Numbers where both are, as go-version compares one identifier of a pre-release.
int CompareIdentifiers(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const std::optional<int64_t> a_number = ParseInt<int64_t>(a);
  const std::optional<int64_t> b_number = ParseInt<int64_t>(b);
  if (a.empty()) return b_number ? -1 : 1;
  if (b.empty()) return a_number ? 1 : -1;
  if (a_number && b_number) return *a_number > *b_number ? 1 : -1;
  if (a_number) return -1;
  if (b_number) return 1;
  return a > b ? 1 : -1;
}

std::weak_ordering ComparePrereleases(std::string_view a, std::string_view b) {
  const std::vector<std::string_view> a_parts = Split(a, '.');
  const std::vector<std::string_view> b_parts = Split(b, '.');
  for (size_t i = 0; i < std::max(a_parts.size(), b_parts.size()); ++i) {
    const int order = CompareIdentifiers(i < a_parts.size() ? a_parts[i] : std::string_view(),
                                         i < b_parts.size() ? b_parts[i] : std::string_view());
    if (order != 0) return order <=> 0;
  }
  return std::weak_ordering::equivalent;
}

int64_t SegmentOf(const LooseVersion& version, size_t i) {
  return i < version.segments.size() ? version.segments[i] : 0;
}

Operator OperatorOf(std::string_view symbol) {
  if (symbol == "!=") return Operator::kNotEqual;
  if (symbol == ">") return Operator::kGreater;
  if (symbol == "<") return Operator::kLess;
  if (symbol == ">=") return Operator::kGreaterOrEqual;
  if (symbol == "<=") return Operator::kLessOrEqual;
  if (symbol == "~>") return Operator::kPessimistic;
  return Operator::kEqual;
}

// Whether the order may be asked at all: a pre-release compares with one of the same numbers only.
bool MayCompare(const LooseVersion& version, const LooseVersion& boundary) {
  if (version.prerelease.empty()) return true;
  return !boundary.prerelease.empty() && version.segments == boundary.segments;
}

bool IsPessimisticallyWithin(const LooseVersion& version, const LooseVersion& boundary) {
  if (!boundary.prerelease.empty() && version.prerelease.empty()) return false;
  if (ComparePrecedence(version, boundary) < 0) return false;
  if (boundary.segments.size() > version.segments.size()) return false;
  for (size_t i = 0; i + 1 < boundary.given; ++i) {
    if (version.segments[i] != boundary.segments[i]) return false;
  }
  const size_t last = boundary.segments.size() - 1;
  return boundary.segments[last] <= version.segments[last];
}

bool IsWithin(const LooseVersion& version, const LooseConstraint& constraint) {
  const LooseVersion& boundary = constraint.boundary;
  const std::weak_ordering order = ComparePrecedence(version, boundary);
  if (constraint.op == Operator::kEqual) return order == 0;
  if (constraint.op == Operator::kNotEqual) return order != 0;
  if (!MayCompare(version, boundary)) return false;
  switch (constraint.op) {
    case Operator::kGreater:
      return order > 0;
    case Operator::kLess:
      return order < 0;
    case Operator::kGreaterOrEqual:
      return order >= 0;
    case Operator::kLessOrEqual:
      return order <= 0;
    default:
      return IsPessimisticallyWithin(version, boundary);
  }
}

Result<LooseConstraint> ParseLooseConstraint(std::string_view text) {
  static const RE2 pattern(std::string(R"(\s*(<=|>=|!=|~>|<|>|=|)\s*()") + kVersionPattern + R"()\s*)");
  std::string symbol, version;
  if (!RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern, &symbol, &version)) {
    return Fail(ErrorCode::kInvalid, Format("malformed constraint: {}", text));
  }
  Result<LooseVersion> boundary = ParseLooseVersion(version);
  if (!boundary) return std::unexpected(boundary.error());
  return LooseConstraint{OperatorOf(symbol), *std::move(boundary), std::string(text)};
}

}  // namespace

Result<LooseVersion> ParseLooseVersion(std::string_view text) {
  static const RE2 pattern(kVersionPattern);
  std::string numbers, after_dash, after_letter;
  LooseVersion version;
  if (text.size() > kTextBytesMax ||
      !RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern, &numbers, nullptr, &after_dash,
                      nullptr, &after_letter, nullptr, &version.metadata)) {
    return Fail(ErrorCode::kInvalid, Format("malformed version: {}", text.substr(0, kTextBytesMax)));
  }
  for (const std::string_view number : Split(numbers, '.')) {
    const std::optional<int64_t> segment = ParseInt<int64_t>(number);
    if (!segment) {
      return Fail(ErrorCode::kInvalid, Format("error parsing version: {} is out of range", number));
    }
    version.segments.push_back(*segment);
  }
  version.given = version.segments.size();
  if (version.segments.size() < 3) version.segments.resize(3);
  version.prerelease = after_letter.empty() ? after_dash : after_letter;
  version.text = text;
  return version;
}

std::weak_ordering ComparePrecedence(const LooseVersion& a, const LooseVersion& b) {
  for (size_t i = 0; i < std::max(a.segments.size(), b.segments.size()); ++i) {
    if (const auto order = SegmentOf(a, i) <=> SegmentOf(b, i); order != 0) return order;
  }
  // go-version compares pre-releases only where as many segments were written.
  if (a.segments.size() != b.segments.size() || a.prerelease == b.prerelease) {
    return std::weak_ordering::equivalent;
  }
  if (a.prerelease.empty()) return std::weak_ordering::greater;
  if (b.prerelease.empty()) return std::weak_ordering::less;
  return ComparePrereleases(a.prerelease, b.prerelease);
}

std::string ToString(const LooseVersion& version) {
  std::string text;
  for (const int64_t segment : version.segments) text += (text.empty() ? "" : ".") + std::to_string(segment);
  if (!version.prerelease.empty()) text += "-" + version.prerelease;
  if (!version.metadata.empty()) text += "+" + version.metadata;
  return text;
}

Result<LooseConstraints> ParseLooseConstraints(std::string_view text) {
  if (text.size() > kTextBytesMax) {
    return Fail(ErrorCode::kInvalid, "malformed constraint: longer than 4096 bytes");
  }
  LooseConstraints constraints;
  for (const std::string_view single : Split(text, ',')) {
    Result<LooseConstraint> constraint = ParseLooseConstraint(single);
    if (!constraint) return std::unexpected(constraint.error());
    constraints.push_back(*std::move(constraint));
  }
  return constraints;
}

bool Satisfies(const LooseVersion& version, const LooseConstraints& constraints) {
  return std::ranges::all_of(
      constraints, [&](const LooseConstraint& constraint) { return IsWithin(version, constraint); });
}

}  // namespace cairn::registry
