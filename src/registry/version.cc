#include "registry/version.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "hcl/quote.h"

namespace cairn::registry {
namespace {

using Operator = VersionConstraint::Operator;

constexpr std::array<std::string_view, 3> kNumberNames = {"major", "minor", "patch"};

// A version with an operator before it, cut into pieces.
struct Pieces {
  std::string_view op;
  std::string_view separator;  // blanks, and "v"
  std::array<std::string_view, 3> numbers;
  size_t number_count = 0;  // also of those beyond three
  std::string_view prerelease;
  std::string_view metadata;
  std::string_view consumed;
  std::string_view rest;
};

bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsAlpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
std::string_view TrimSpace(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}
bool IsWildcard(std::string_view number) {
  return number == "*" || number == "x" || number == "X";
}

// Takes what `belongs` from the front of `text`.
template <typename Predicate>
std::string_view TakeWhile(std::string_view& text, Predicate belongs) {
  size_t length = 0;
  while (length < text.size() && belongs(text[length])) ++length;
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

std::string_view TakeNumber(std::string_view& text) {
  if (!text.empty() && IsWildcard(text.substr(0, 1))) {
    const std::string_view wildcard = text.substr(0, 1);
    text.remove_prefix(1);
    return wildcard;
  }
  return TakeWhile(text, IsDigit);
}

Pieces Cut(const std::string_view text) {
  Pieces pieces;
  std::string_view rest = text;
  pieces.op = TakeWhile(
      rest, [](char c) { return !IsDigit(c) && !IsSpace(c) && !IsAlpha(c) && c != '.' && c != '*'; });
  pieces.separator = TakeWhile(rest, [](char c) { return IsSpace(c) || c == 'v'; });
  for (;;) {
    std::string_view after = rest;
    if (pieces.number_count > 0) {
      if (!after.starts_with('.')) break;
      after.remove_prefix(1);
    }
    const std::string_view number = TakeNumber(after);
    if (number.empty()) break;
    if (pieces.number_count < 3) pieces.numbers[pieces.number_count] = number;
    ++pieces.number_count;
    rest = after;
  }
  const auto take_extra = [&](char mark) {
    if (pieces.number_count == 0 || !rest.starts_with(mark)) return std::string_view();
    std::string_view after = rest.substr(1);
    const std::string_view extra =
        TakeWhile(after, [](char c) { return IsDigit(c) || IsAlpha(c) || c == '.' || c == '-'; });
    rest = after;  // "1.0.0-" is 1.0.0
    return extra;
  };
  pieces.prerelease = take_extra('-');
  pieces.metadata = take_extra('+');
  pieces.rest = rest;
  pieces.consumed = text.substr(0, text.size() - rest.size());
  return pieces;
}

// The version of the pieces, with zeros for numbers that are not there.
Result<Version> VersionOf(const Pieces& pieces, std::string_view wildcard_advice) {
  if (pieces.number_count > 3) {
    return Fail(ErrorCode::kInvalid,
                "too many numbered portions; only three are allowed (major, minor, patch)");
  }
  std::array<uint64_t, 3> numbers{};
  for (size_t i = 0; i < pieces.number_count; ++i) {
    if (IsWildcard(pieces.numbers[i])) {
      return Fail(ErrorCode::kInvalid,
                  Format("can't use wildcard for {} number; {}", kNumberNames[i], wildcard_advice));
    }
    const std::optional<uint64_t> number = ParseInt<uint64_t>(pieces.numbers[i]);
    if (!number) return Fail(ErrorCode::kInvalid, Format("the {} number is too large", kNumberNames[i]));
    numbers[i] = *number;
  }
  return Version{numbers[0], numbers[1], numbers[2], std::string(pieces.prerelease),
                 std::string(pieces.metadata)};
}

// By the rules of semver.org for one identifier.
std::weak_ordering CompareIdentifiers(std::string_view a, std::string_view b) {
  const bool a_is_number = std::ranges::all_of(a, IsDigit);
  const bool b_is_number = std::ranges::all_of(b, IsDigit);
  if (a_is_number != b_is_number) {
    return a_is_number ? std::weak_ordering::less : std::weak_ordering::greater;
  }
  if (a_is_number && a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

// Identifier by identifier; of two that agree as far as the shorter one goes, that one precedes. Where the
// numbers of identifiers differ, only those before the shorter one's last count (as the peer has it).
std::weak_ordering ComparePrereleases(std::string_view a, std::string_view b) {
  for (;;) {
    const size_t a_dot = a.find('.');
    const size_t b_dot = b.find('.');
    const bool a_is_last = a_dot == std::string_view::npos;
    const bool b_is_last = b_dot == std::string_view::npos;
    if (a_is_last != b_is_last) return a_is_last ? std::weak_ordering::less : std::weak_ordering::greater;
    const std::weak_ordering order = CompareIdentifiers(a.substr(0, a_dot), b.substr(0, b_dot));
    if (a_is_last || order != 0) return order;
    a.remove_prefix(a_dot + 1);
    b.remove_prefix(b_dot + 1);
  }
}

auto Numbers(const Version& version) {
  return std::tuple(version.major, version.minor, version.patch);
}

// What an exact version may not have around it.
Result<> CheckExact(const Pieces& pieces, std::string_view text) {
  const auto invalid = [](std::string message) { return Fail(ErrorCode::kInvalid, std::move(message)); };
  constexpr std::array<std::string_view, 9> kOperators = {">", ">=", "<", "<=", "!", "!=", "~>", "^", "~"};
  if (std::ranges::find(kOperators, pieces.op) != kOperators.end()) {
    return invalid(
        Format("can't use constraint operator {}; an exact version is required", hcl::GoQuoted(pieces.op)));
  }
  if (!pieces.op.empty()) {
    return invalid(Format("invalid sequence {} at start of specification", hcl::GoQuoted(pieces.op)));
  }
  if (pieces.separator.find('v') != std::string_view::npos) {
    return invalid("a \"v\" prefix should not be used");
  }
  if (!pieces.separator.empty()) return invalid("extraneous spaces at start of specification");
  if (pieces.rest.empty()) return {};
  const std::string_view rest = TrimSpace(pieces.rest);
  if (rest.empty()) return invalid("extraneous spaces at end of specification");
  if (rest.starts_with(',') || rest.starts_with('|')) {
    return invalid("can't specify multiple versions; a single exact version is required");
  }
  if (rest.starts_with('-'))
    return invalid("can't specify version range; a single exact version is required");
  if (TrimSpace(text).starts_with(rest)) {
    return invalid("invalid specification; required format is three positive integers separated by periods");
  }
  return invalid("invalid characters " + hcl::GoQuoted(rest));
}

std::optional<Operator> OperatorOf(const Pieces& pieces) {
  if (pieces.op.empty() || pieces.op == "=") return Operator::kEqual;
  if (pieces.op == "!=") return Operator::kNotEqual;
  if (pieces.op == ">") return Operator::kGreater;
  if (pieces.op == ">=") return Operator::kGreaterOrEqual;
  if (pieces.op == "<") return Operator::kLess;
  if (pieces.op == "<=") return Operator::kLessOrEqual;
  if (pieces.op != "~>") return std::nullopt;
  return pieces.number_count == 3 ? Operator::kPatchPessimistic : Operator::kMinorPessimistic;
}

std::string UnknownOperator(std::string_view op) {
  std::string message = "invalid constraint operator " + hcl::GoQuoted(op);
  if (op == "=<") message += "; did you mean \"<=\"?";
  if (op == "=>") message += "; did you mean \">=\"?";
  return message;
}

Result<VersionConstraint> ConstraintOf(const Pieces& pieces) {
  const auto invalid = [](std::string message) { return Fail(ErrorCode::kInvalid, std::move(message)); };
  const std::optional<Operator> op = OperatorOf(pieces);
  if (!op) return invalid(UnknownOperator(pieces.op));
  if (!pieces.separator.empty() && pieces.op.empty()) {
    return invalid("extraneous spaces at start of specification");
  }
  if (!pieces.separator.empty() && pieces.separator != " ") {
    return invalid("only one space is expected after the operator " + hcl::GoQuoted(pieces.op));
  }
  Result<Version> version = VersionOf(pieces, "omit segments that should be unconstrained");
  if (!version) return std::unexpected(version.error());
  return VersionConstraint{*op, *std::move(version)};
}

std::string_view SymbolOf(Operator op) {
  switch (op) {
    case Operator::kGreater:
      return "> ";
    case Operator::kGreaterOrEqual:
      return ">= ";
    case Operator::kEqual:
      return "";
    case Operator::kPatchPessimistic:
    case Operator::kMinorPessimistic:
      return "~> ";
    case Operator::kLessOrEqual:
      return "<= ";
    case Operator::kLess:
      return "< ";
    case Operator::kNotEqual:
      return "!= ";
  }
  return "";
}

// Whether `version` is in the set that `constraint` stands for, without the rule about pre-releases.
bool IsWithin(const Version& version, const VersionConstraint& constraint) {
  const std::weak_ordering order = ComparePrecedence(version, constraint.boundary);
  const Version& boundary = constraint.boundary;
  switch (constraint.op) {
    case Operator::kGreater:
      return order > 0;
    case Operator::kGreaterOrEqual:
      return order >= 0;
    case Operator::kEqual:
      return version == boundary;
    case Operator::kPatchPessimistic:
      return order >= 0 && ComparePrecedence(version, {boundary.major, boundary.minor + 1, 0}) < 0;
    case Operator::kMinorPessimistic:
      return order >= 0 && ComparePrecedence(version, {boundary.major + 1, 0, 0}) < 0;
    case Operator::kLessOrEqual:
      return order <= 0;
    case Operator::kLess:
      return order < 0;
    case Operator::kNotEqual:
      return version != boundary;
  }
  return false;
}

}  // namespace

std::string ToString(const Version& version) {
  std::string text = Format("{}.{}.{}", version.major, version.minor, version.patch);
  if (!version.prerelease.empty()) text += "-" + version.prerelease;
  if (!version.metadata.empty()) text += "+" + version.metadata;
  return text;
}

std::weak_ordering ComparePrecedence(const Version& a, const Version& b) {
  if (const auto order = Numbers(a) <=> Numbers(b); order != 0) return order;
  if (a.prerelease == b.prerelease) return std::weak_ordering::equivalent;
  if (a.prerelease.empty()) return std::weak_ordering::greater;
  if (b.prerelease.empty()) return std::weak_ordering::less;
  return ComparePrereleases(a.prerelease, b.prerelease);
}

bool ListedBefore(const Version& a, const Version& b) {
  const std::weak_ordering order = ComparePrecedence(a, b);
  return order != 0 ? order < 0 : a.metadata < b.metadata;
}

Result<Version> ParseVersion(std::string_view text) {
  if (text.size() > kVersionBytesMax) return Fail(ErrorCode::kInvalid, "the version is too long");
  if (TrimSpace(text).empty()) return Fail(ErrorCode::kInvalid, "empty specification");
  const Pieces pieces = Cut(text);
  if (const Result<> exact = CheckExact(pieces, text); !exact) return std::unexpected(exact.error());
  return VersionOf(pieces, "an exact version is required");
}

Result<VersionConstraints> ParseVersionConstraints(std::string_view text) {
  if (text.size() > kVersionBytesMax)
    return Fail(ErrorCode::kInvalid, "the version constraints are too long");
  VersionConstraints constraints;
  std::string_view rest = TrimSpace(text);
  while (!rest.empty()) {
    const Pieces pieces = Cut(rest);
    if (pieces.separator.find('v') != std::string_view::npos) {
      return Fail(ErrorCode::kInvalid, "a \"v\" prefix should not be used");
    }
    Result<VersionConstraint> constraint = ConstraintOf(pieces);
    if (!constraint) {
      return Fail(ErrorCode::kInvalid, Format("invalid specification {}: {}", hcl::GoQuoted(pieces.consumed),
                                              constraint.error().message));
    }
    rest = TrimSpace(pieces.rest);
    if (!rest.empty()) {
      if (!rest.starts_with(',')) {
        return Fail(ErrorCode::kInvalid, "missing comma after " + hcl::GoQuoted(pieces.consumed));
      }
      rest = TrimSpace(rest.substr(1));
    }
    constraints.push_back(*std::move(constraint));
  }
  return constraints;
}

std::string ToString(const VersionConstraints& constraints) {
  VersionConstraints sorted = constraints;
  std::ranges::sort(sorted, [](const VersionConstraint& a, const VersionConstraint& b) {
    if (ListedBefore(a.boundary, b.boundary)) return true;
    return !ListedBefore(b.boundary, a.boundary) && a.op < b.op;
  });
  const auto duplicates = std::ranges::unique(sorted);
  sorted.erase(duplicates.begin(), duplicates.end());
  std::string text;
  for (const VersionConstraint& constraint : sorted) {
    if (!text.empty()) text += ", ";
    text += SymbolOf(constraint.op);
    const std::string version = ToString(constraint.boundary);
    if (constraint.op == Operator::kMinorPessimistic) {
      const std::string numbers = Format("{}.{}", constraint.boundary.major, constraint.boundary.minor);
      text += numbers + version.substr(std::min(version.size(), version.find_first_of("-+")));
    } else {
      text += version;
    }
  }
  return text;
}

bool Satisfies(const Version& version, const VersionConstraints& constraints) {
  const bool within = std::ranges::all_of(
      constraints, [&](const VersionConstraint& constraint) { return IsWithin(version, constraint); });
  if (!within || version.prerelease.empty()) return within;
  return std::ranges::any_of(
      constraints, [](const VersionConstraint& constraint) { return constraint.op == Operator::kEqual; });
}

}  // namespace cairn::registry
