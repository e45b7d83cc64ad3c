#include "hcl/glob.h"

#include <algorithm>
#include <optional>
#include <span>

#include "base/strings.h"
#include "hcl/path.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

char32_t First(std::string_view text) {
  size_t length = 0;
  return DecodeCharacter(text, length);
}

// Takes the first character off.
char32_t Take(std::string_view& text) {
  size_t length = 0;
  const char32_t c = DecodeCharacter(text, length);
  text.remove_prefix(length);
  return c;
}

// Where `c` stands without a backslash before it, be that one escaped itself.
size_t FindUnescaped(std::string_view text, char c) {
  for (size_t at = text.find(c); at != text.npos; at = text.find(c, at + 1)) {
    if (at == 0 || text[at - 1] != '\\') return at;
  }
  return text.npos;
}

std::vector<std::string_view> SplitUnescaped(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = FindUnescaped(text, separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::unexpected<Error> Malformed() {
  return Fail(ErrorCode::kInvalid, "syntax error in pattern");
}

// The characters between brackets.
class Class {
 public:
  explicit Class(std::string_view text) : rest_(text) {}

  Result<bool> Has(char32_t c) {
    if (rest_.empty()) return Malformed();
    const bool negated = rest_.starts_with('^');
    if (negated) rest_.remove_prefix(1);
    bool found = false;
    while (!rest_.empty()) {
      const auto low = TakeBound();
      if (!low) return Malformed();
      auto high = low;
      if (rest_.starts_with('-')) {
        rest_.remove_prefix(1);
        high = TakeBound();
        if (!high) return Malformed();
      }
      found = found || (*low <= c && c <= *high);
    }
    return found != negated;
  }

 private:
  std::optional<char32_t> TakeBound() {
    if (rest_.empty() || rest_[0] == '-') return std::nullopt;
    if (rest_[0] == '\\') {
      rest_.remove_prefix(1);
      if (rest_.empty()) return std::nullopt;
    }
    return Take(rest_);
  }

  std::string_view rest_;
};

// Compares patterns with names, up to a number of steps.
class NameMatcher {
 public:
  explicit NameMatcher(size_t steps_max) : steps_max_(steps_max) {}

  Result<bool> Match(std::string_view pattern, std::string_view name) {
    while (!pattern.empty() && !name.empty()) {
      if (!Spend(1)) return TooMuch();
      const char32_t c = First(pattern);
      if (c == '*') return MatchStar(pattern.substr(1), name);
      if (c == '{') return MatchAlternatives(pattern.substr(1), name);
      Result<bool> matched = true;
      if (c == '[') {
        const size_t end = FindUnescaped(pattern.substr(1), ']');
        if (end == pattern.npos) return Malformed();
        matched = Class(pattern.substr(1, end)).Has(Take(name));
        pattern.remove_prefix(end + 2);
      } else if (c == '\\') {
        pattern.remove_prefix(1);
        if (pattern.empty() || First(pattern) == kReplacement) return Malformed();
        matched = Take(pattern) == Take(name);
      } else {
        matched = c == '?' || c == First(name);
        Take(pattern);
        Take(name);
      }
      if (!matched || !*matched) return matched;
    }
    return name.empty() && (pattern.empty() || pattern == "*" || pattern == "**");
  }

 private:
  // `pattern` is what follows the star. What is wrong with it does not matter then. As in the library, the
  // star takes as many bytes at a time as the first character has, so "*.txt" does not match "éa.txt".
  Result<bool> MatchStar(std::string_view pattern, std::string_view name) {
    if (pattern.empty()) return true;
    size_t step = 0;
    DecodeCharacter(name, step);
    for (; !name.empty(); name.remove_prefix(std::min(step, name.size()))) {
      const Result<bool> matched = Match(pattern, name);
      if (matched ? *matched : matched.error().code == ErrorCode::kOverloaded) return matched;
    }
    return false;
  }

  // `pattern` is what follows the brace. Alternatives are not nested.
  Result<bool> MatchAlternatives(std::string_view pattern, std::string_view name) {
    const size_t end = FindUnescaped(pattern, '}');
    if (end == pattern.npos) return Malformed();
    for (const std::string_view alternative : SplitUnescaped(pattern.substr(0, end), ',')) {
      if (!Spend(pattern.size())) return TooMuch();  // for the copy
      const Result<bool> matched = Match(std::string(alternative).append(pattern.substr(end + 1)), name);
      if (!matched || *matched) return matched;
    }
    return false;
  }

  bool Spend(size_t steps) {
    steps_ += steps;
    return steps_ <= steps_max_;
  }

  std::unexpected<Error> TooMuch() const {
    return Fail(ErrorCode::kOverloaded, Format("more than {} steps of matching", steps_max_));
  }

  size_t steps_max_;
  size_t steps_ = 0;
};

class Globber {
 public:
  Globber(const FileReader& files, const GlobLimits& limits)
      : files_(files), folders_max_(limits.folders_max), matcher_(limits.steps_max) {}

  std::vector<std::string> TakeFound() {
    std::ranges::sort(found_);
    const auto rest = std::ranges::unique(found_);
    found_.erase(rest.begin(), rest.end());
    return std::move(found_);
  }

  using Parts = std::span<const std::string_view>;

  Result<> Walk(std::string folder, Parts parts) {
    while (!parts.empty() && parts[0].find_first_of("*?[{\\") == std::string_view::npos) {
      folder = JoinPaths(folder, parts[0]);
      parts = parts.subspan(1);
    }
    if (parts.empty()) {
      if (KindOf(folder) != FileReader::Kind::kMissing) found_.push_back(std::move(folder));
      return {};
    }
    if (KindOf(folder) != FileReader::Kind::kFolder) return {};
    if (++folders_ > folders_max_) {
      return Fail(ErrorCode::kOverloaded, Format("more than {} folders", folders_max_));
    }
    const Result<std::vector<std::string>> names = files_.List(folder);
    if (!names) return {};
    if (parts[0] == "**") {
      if (const Result<> walked = WalkAllBelow(folder, *names, parts); !walked || parts.size() == 1)
        return walked;
      parts = parts.subspan(1);
    }
    return WalkMatching(folder, *names, parts);
  }

 private:
  FileReader::Kind KindOf(const std::string& path) const {
    return files_.Stat(path).value_or(FileReader::Kind::kMissing);
  }

  Result<> WalkAllBelow(const std::string& folder, const std::vector<std::string>& names, Parts parts) {
    for (const std::string& name : names) {
      const std::string path = JoinPaths(folder, name);
      const FileReader::Kind kind = KindOf(path);
      if (parts.size() == 1 && kind != FileReader::Kind::kMissing) found_.push_back(path);
      if (kind != FileReader::Kind::kFolder) continue;
      if (const Result<> walked = Walk(path, parts); !walked) return walked;
    }
    return {};
  }

  Result<> WalkMatching(const std::string& folder, const std::vector<std::string>& names, Parts parts) {
    for (const std::string& name : names) {
      const Result<bool> matched = matcher_.Match(parts[0], name);
      if (!matched) return std::unexpected(matched.error());
      if (!*matched) continue;
      if (parts.size() == 1) {
        found_.push_back(JoinPaths(folder, name));
      } else if (const Result<> walked = Walk(JoinPaths(folder, name), parts.subspan(1)); !walked) {
        return walked;
      }
    }
    return {};
  }

  const FileReader& files_;
  size_t folders_max_;
  size_t folders_ = 0;
  NameMatcher matcher_;
  std::vector<std::string> found_;
};

}  // namespace

Result<bool> MatchName(std::string_view pattern, std::string_view name, const GlobLimits& limits) {
  return NameMatcher(limits.steps_max).Match(pattern, name);
}

Result<std::vector<std::string>> Glob(const FileReader& files, std::string_view pattern,
                                      const GlobLimits& limits) {
  const std::vector<std::string_view> parts = SplitUnescaped(pattern, '/');
  const bool is_absolute = pattern.starts_with('/');
  Globber globber(files, limits);
  const Result<> walked =
      globber.Walk(is_absolute ? "/" : ".", Globber::Parts(parts).subspan(is_absolute ? 1 : 0));
  if (!walked) return std::unexpected(walked.error());
  return globber.TakeFound();
}

}  // namespace cairn::hcl
