// Functions of regular expressions: RE2, whose syntax is that of the peer's Go.

#include <re2/re2.h>

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "hcl/functions_table.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

// A compiled pattern, and where its groups match.
class Pattern {
 public:
  explicit Pattern(std::string_view text)
      : has_byte_class_(HasByteClass(text)), regex_(WithPythonGroups(text), Options()) {}

  bool ok() const { return regex_.ok() && !has_byte_class_; }
  // REQUIRES: !ok(). "missing closing ) in (", or with quotes "missing closing ): `(`".
  std::string Why(bool quotes = false) const;

  // The names of the groups, from 1 on; empty for those without.
  std::vector<std::string> GroupNames() const;

  // The first match at or after `from`: the groups' texts, number 0 the whole; data() is null for those
  // without part in it.
  bool Find(std::string_view text, size_t from, std::vector<re2::StringPiece>& groups) const {
    groups.resize(size_t(regex_.NumberOfCapturingGroups()) + 1);
    return regex_.Match(text, from, text.size(), RE2::UNANCHORED, groups.data(), int(groups.size()));
  }

 private:
  static RE2::Options Options() {
    RE2::Options options;
    options.set_log_errors(false);
    return options;
  }
  // `(?<name>` as `(?P<name>`, which is the only form that this RE2 knows.
  static std::string WithPythonGroups(std::string_view text);
  // Whether there is a `\C`, which only this RE2 knows: a byte, whatever character it is part of.
  static bool HasByteClass(std::string_view text);

  const bool has_byte_class_;
  RE2 regex_;
};

bool Pattern::HasByteClass(std::string_view text) {
  for (size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const std::string_view escape = text.substr(at, 2);
    if (escape == "\\C") return true;
    at = escape == "\\Q" ? text.find("\\E", at) : at + 2;
  }
  return false;
}

std::string Pattern::WithPythonGroups(std::string_view text) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] == 'Q') {  // literal up to \E
        const size_t end = std::min(text.find("\\E", i), text.size());
        out.append(text.substr(i + 1, end - i - 1));
        i = end - 1;
        continue;
      }
      out += text[++i];
    } else if (in_class) {
      in_class = text[i] != ']';
    } else if (text[i] == '[') {
      in_class = true;
      if (text.substr(i + 1).starts_with('^')) out += text[++i];
      if (text.substr(i + 1).starts_with(']')) out += text[++i];  // a literal one
    } else if (text.substr(i).starts_with("(?<")) {
      out += "?P";
      ++i;
    }
  }
  return out;
}

std::string Pattern::Why(bool quotes) const {
  const char* code = "invalid regular expression";
  switch (has_byte_class_ ? RE2::ErrorBadEscape : regex_.error_code()) {
    case RE2::ErrorBadEscape:
      code = "invalid escape sequence";
      break;
    case RE2::ErrorBadCharClass:
      code = "invalid character class";
      break;
    case RE2::ErrorBadCharRange:
      code = "invalid character class range";
      break;
    case RE2::ErrorMissingBracket:
      code = "missing closing ]";
      break;
    case RE2::ErrorMissingParen:
      code = "missing closing )";
      break;
    case RE2::ErrorUnexpectedParen:
      code = "unexpected )";
      break;
    case RE2::ErrorTrailingBackslash:
      code = "trailing backslash at end of expression";
      break;
    case RE2::ErrorRepeatArgument:
      code = "missing argument to repetition operator";
      break;
    case RE2::ErrorRepeatSize:
      code = "invalid repeat count";
      break;
    case RE2::ErrorRepeatOp:
      code = "invalid nested repetition operator";
      break;
    case RE2::ErrorBadPerlOp:
      code = "invalid or unsupported Perl syntax";
      break;
    case RE2::ErrorBadUTF8:
      code = "invalid UTF-8";
      break;
    case RE2::ErrorBadNamedCapture:
      code = "invalid named capture";
      break;
    case RE2::ErrorPatternTooLarge:
      code = "expression too large";
      break;
    default:
      break;
  }
  const std::string part = has_byte_class_ ? "\\C" : regex_.error_arg();
  return quotes ? Format("{}: `{}`", code, part) : Format("{} in {}", code, part);
}

std::vector<std::string> Pattern::GroupNames() const {
  std::vector<std::string> names(size_t(regex_.NumberOfCapturingGroups()));
  for (const auto& [number, name] : regex_.CapturingGroupNames()) names[size_t(number) - 1] = name;
  return names;
}

// A string without groups, a tuple with unnamed ones, an object with named ones.
FunctionResult<Type> MatchType(std::string_view text) {
  const Pattern pattern(text);
  if (!pattern.ok()) return Refuse("invalid regexp pattern: " + pattern.Why(), 0);
  const std::vector<std::string> names = pattern.GroupNames();
  if (names.empty()) return Type::String();
  std::vector<ObjectAttribute> attributes;
  for (const std::string& name : names) {
    if (!name.empty()) attributes.push_back({.name = name, .type = Type::String()});
  }
  if (attributes.empty()) return Type::Tuple(std::vector<Type>(names.size(), Type::String()));
  if (attributes.size() == names.size()) return Type::Object(std::move(attributes));
  return Refuse("invalid regexp pattern: cannot mix both named and unnamed capture groups", 0);
}

Value GroupValue(const re2::StringPiece& group) {
  if (group.data() == nullptr) return Value::Null(Type::String());
  return Value::String(std::string_view(group.data(), group.size()));
}

Value MatchValue(const Pattern& pattern, const std::vector<re2::StringPiece>& groups, const Type& type) {
  if (type == Type::String()) return GroupValue(groups[0]);
  if (type.kind() == TypeKind::kTuple) {
    std::vector<Value> values;
    for (size_t i = 1; i < groups.size(); ++i) values.push_back(GroupValue(groups[i]));
    return Value::Of(type, std::move(values));
  }
  const std::vector<std::string> names = pattern.GroupNames();
  std::vector<NamedValue> attributes;
  for (size_t i = 1; i < groups.size(); ++i) attributes.push_back({names[i - 1], GroupValue(groups[i])});
  return Value::Object(std::move(attributes));
}

size_t CharacterLength(std::string_view text, size_t at) {
  if (at >= text.size()) return 0;
  size_t length = 0;
  DecodeCharacter(text.substr(at), length);
  return length;
}

// The text to search; its data() is never null, which would say that a group has no part in a match.
std::string_view Searched(const Value& value) {
  const std::string_view text = value.AsString();
  return text.empty() ? "" : text;
}

FunctionResult<Type> RegexType(Arguments arguments) {
  if (!arguments[0].IsKnown()) return Type::Dynamic();
  return MatchType(arguments[0].AsString());
}

FunctionResult<Value> Regex(Arguments arguments, const Type& type) {
  const Pattern pattern(arguments[0].AsString());
  std::vector<re2::StringPiece> groups;
  if (!pattern.Find(Searched(arguments[1]), 0, groups)) {
    return Refuse("pattern did not match any part of the given string");
  }
  return MatchValue(pattern, groups, type);
}

FunctionResult<Type> RegexAllType(Arguments arguments) {
  if (!arguments[0].IsKnown()) return Type::List(Type::Dynamic());
  FunctionResult<Type> type = MatchType(arguments[0].AsString());
  if (!type) return type;
  return Type::List(std::move(*type));
}

// All matches that do not overlap; an empty one right after another does not count.
FunctionResult<Value> RegexAll(Arguments arguments, const Type& type) {
  const Pattern pattern(arguments[0].AsString());
  const std::string_view text = Searched(arguments[1]);
  std::vector<re2::StringPiece> groups;
  std::vector<Value> matches;
  std::optional<size_t> previous_end;
  for (size_t at = 0; at <= text.size() && pattern.Find(text, at, groups);) {
    const auto begin = size_t(groups[0].data() - text.data());
    const size_t end = begin + groups[0].size();
    const bool empty_after_match = end == at && begin == previous_end;
    at = end == at ? at + std::max<size_t>(CharacterLength(text, at), 1) : end;
    previous_end = end;
    if (empty_after_match) continue;
    if (matches.size() >= kResultValuesMax / groups.size()) return Refuse("there are too many matches");
    matches.push_back(MatchValue(pattern, groups, type.element()));
  }
  return Value::List(type.element(), std::move(matches));
}

bool IsWordCharacter(char32_t c) {
  return c == '_' || IsLetter(c) || IsDigit(c);
}

// The reference at the beginning of `text`, which follows a "$": `1`, `name` or `{name}`. Empty if there is
// none; else `length` is set to its bytes.
std::string_view ReferenceName(std::string_view text, size_t& length) {
  const bool braced = text.starts_with('{');
  size_t end = braced ? 1 : 0;
  while (end < text.size()) {
    size_t bytes = 0;
    if (!IsWordCharacter(DecodeCharacter(text.substr(end), bytes))) break;
    end += bytes;
  }
  if (!braced) {
    length = end;
    return text.substr(0, end);
  }
  if (end >= text.size() || text[end] != '}') return {};
  length = end + 1;
  return text.substr(1, end - 1);
}

// Appends `replacement` with the texts of the groups it refers to; `$$` is a dollar sign.
void AppendExpanded(std::string& out, std::string_view replacement,
                    const std::vector<re2::StringPiece>& groups, const std::vector<std::string>& names) {
  while (!replacement.empty() && out.size() <= kResultBytesMax) {
    const size_t dollar = std::min(replacement.find('$'), replacement.size());
    out.append(replacement.substr(0, dollar));
    replacement.remove_prefix(dollar);
    if (replacement.empty()) return;
    replacement.remove_prefix(1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    size_t length = 0;
    const std::string_view name = ReferenceName(replacement, length);
    if (name.empty()) {
      out += '$';
      continue;
    }
    replacement.remove_prefix(length);
    std::optional<size_t> group = ParseInt<size_t>(name);
    for (size_t i = 0; i < names.size() && !group; ++i) {
      if (names[i] == name && groups[i + 1].data() != nullptr) group = i + 1;
    }
    if (group && *group < groups.size() && groups[*group].data() != nullptr) {
      out.append(groups[*group].data(), groups[*group].size());
    }
  }
}

FunctionResult<std::string> ReplaceMatches(const Pattern& pattern, std::string_view text,
                                           std::string_view replacement) {
  const std::vector<std::string> names = pattern.GroupNames();
  std::vector<re2::StringPiece> groups;
  std::string out;
  size_t copied = 0;
  for (size_t at = 0; at <= text.size() && pattern.Find(text, at, groups);) {
    const auto begin = size_t(groups[0].data() - text.data());
    const size_t end = begin + groups[0].size();
    out.append(text.substr(copied, begin - copied));
    if (end > copied || begin == 0) AppendExpanded(out, replacement, groups, names);
    if (out.size() > kResultBytesMax) return TooLong();
    copied = end;
    at = std::max(end, at + std::max<size_t>(CharacterLength(text, at), 1));
  }
  return out.append(text.substr(copied));
}

FunctionResult<Value> Replace(Arguments arguments, const Type&) {
  const std::string_view text = arguments[0].AsString();
  const std::string_view wanted = arguments[1].AsString();
  const std::string_view replacement = arguments[2].AsString();
  FunctionResult<std::string> replaced;
  if (wanted.size() < 2 || !wanted.starts_with('/') || !wanted.ends_with('/')) {
    replaced = ReplaceAll(text, wanted, replacement);
  } else {
    const Pattern pattern(wanted.substr(1, wanted.size() - 2));
    if (!pattern.ok()) return Refuse("error parsing regexp: " + pattern.Why(/*quotes=*/true));
    replaced = ReplaceMatches(pattern, text, replacement);
  }
  if (!replaced) return std::unexpected(replaced.error());
  return Value::String(*replaced);
}

Function OfStrings(std::vector<std::string> names, std::string description) {
  Function function{.refine = NotNull, .description = std::move(description)};
  for (std::string& name : names)
    function.parameters.push_back({.name = std::move(name), .type = Type::String()});
  return function;
}

}  // namespace

void AddRegexFunctions(FunctionList& list) {
  Function regex =
      OfStrings({"pattern", "string"}, "The first match of a regular expression, or its groups.");
  regex.type = RegexType;
  regex.call = Regex;
  list.emplace_back("regex", std::move(regex));
  Function regex_all = OfStrings({"pattern", "string"}, "All matches of a regular expression.");
  regex_all.type = RegexAllType;
  regex_all.call = RegexAll;
  list.emplace_back("regexall", std::move(regex_all));
  Function replace =
      OfStrings({"str", "substr", "replace"},
                "The text with a part replaced; a part between slashes is a regular expression.");
  replace.type = Always(Type::String());
  replace.call = Replace;
  list.emplace_back("replace", std::move(replace));
}

}  // namespace cairn::hcl
