#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "hcl/functions_table.h"
#include "hcl/unicode.h"

namespace cairn::hcl {

std::unexpected<FunctionError> TooLong() {
  return Refuse(Format("the result is longer than {} bytes", kResultBytesMax));
}

FunctionResult<std::string> ReplaceAll(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  if (from.empty()) {  // before each character, and at the end
    while (!text.empty()) {
      if (out.size() + to.size() > kResultBytesMax) return TooLong();
      size_t length = 0;
      DecodeCharacter(text, length);
      out.append(to).append(text.substr(0, length));
      text.remove_prefix(length);
    }
    return out.append(to);
  }
  for (size_t at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
    if (out.size() + to.size() > kResultBytesMax) return TooLong();
    out.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
  }
  return out.append(text);
}

namespace {

using Arguments = std::span<const Value>;

// From two strings to a boolean.
template <typename Test>
Function TestOfText(std::string second, std::string description, Test test) {
  return Plain({OfString("str"), OfString(std::move(second))}, Type::Bool(), std::move(description),
               [test](Arguments arguments) {
                 return Value::Bool(test(arguments[0].AsString(), arguments[1].AsString()));
               });
}

std::string Reversed(std::string_view text) {
  std::string reversed(text.size(), '\0');
  size_t end = text.size();
  while (!text.empty()) {
    const size_t length = GraphemeLength(text);
    end -= length;
    text.copy(reversed.data() + end, length);
    text.remove_prefix(length);
  }
  return reversed;
}

// Each word with an upper-case first letter; what parts words is the rule of Go's strings.Title.
std::string Titled(std::string_view text) {
  std::string titled;
  bool at_start = true;
  while (!text.empty()) {
    size_t length = 0;
    const char32_t c = DecodeCharacter(text, length);
    AppendCharacter(titled, at_start ? ToTitle(c) : c);
    if (c < 0x80) {
      at_start = !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
    } else if (IsLetter(c) || IsDigit(c)) {
      at_start = false;
    } else {
      at_start = IsSpace(c);
    }
    text.remove_prefix(length);
  }
  return titled;
}

// `text` without the characters at its ends for which `test` holds.
template <typename Test>
std::string_view TrimmedWhere(std::string_view text, Test test) {
  size_t begin = text.size();
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    size_t length = 0;
    if (!test(DecodeCharacter(text.substr(at), length))) {
      begin = std::min(begin, at);
      end = at + length;
    }
    at += length;
  }
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

std::string_view TrimmedOf(std::string_view text, std::string_view set) {
  std::vector<char32_t> characters;
  while (!set.empty()) {
    size_t length = 0;
    characters.push_back(DecodeCharacter(set, length));
    set.remove_prefix(length);
  }
  std::ranges::sort(characters);
  return TrimmedWhere(text, [&](char32_t c) { return std::ranges::binary_search(characters, c); });
}

std::vector<Value> SplitAt(std::string_view text, std::string_view separator) {
  std::vector<Value> pieces;
  if (separator.empty()) {
    while (!text.empty()) {
      size_t length = 0;
      DecodeCharacter(text, length);
      pieces.push_back(Value::String(text.substr(0, length)));
      text.remove_prefix(length);
    }
    return pieces;
  }
  for (size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    pieces.push_back(Value::String(text.substr(0, at)));
    text.remove_prefix(at + separator.size());
  }
  pieces.push_back(Value::String(text));
  return pieces;
}

FunctionResult<Value> Join(Arguments arguments) {
  if (arguments.size() < 2) return Refuse("at least one list is required");
  const bool unknown = std::any_of(arguments.begin() + 1, arguments.end(),
                                   [](const Value& list) { return !list.IsWhollyKnown(); });
  if (unknown) return Value::Unknown(Type::String());
  std::string joined;
  bool first = true;
  for (size_t i = 1; i < arguments.size(); ++i) {
    for (size_t k = 0; k < arguments[i].size(); ++k) {
      const Value& element = arguments[i].elements()[k];
      if (element.IsNull()) {
        return Refuse(arguments.size() > 2
                          ? Format("element {} of list {} is null; cannot concatenate null values", k, i)
                          : Format("element {} is null; cannot concatenate null values", k),
                      i);
      }
      const std::string_view separator = first ? "" : arguments[0].AsString();
      first = false;
      if (joined.size() + separator.size() + element.AsString().size() > kResultBytesMax) return TooLong();
      joined.append(separator).append(element.AsString());
    }
  }
  return Value::String(joined);
}

// The peer's rule, with its oddity: a length of 0 after a negative offset takes all the rest.
FunctionResult<Value> Substring(Arguments arguments) {
  const std::string_view text = arguments[0].AsString();
  auto offset = WholeArgument(arguments, 1);
  if (!offset) return Refuse(offset.error().message);
  const auto length = WholeArgument(arguments, 2);
  if (!length) return Refuse(length.error().message);
  if (*offset < 0) {
    *offset += int64_t(CountGraphemes(text));
  } else if (*length == 0) {
    return Value::String("");
  }
  std::string_view rest = text;
  for (int64_t i = 0; i < *offset; ++i) {
    if (rest.empty()) return Value::String("");
    rest.remove_prefix(GraphemeLength(rest));
  }
  if (*length < 0) return Value::String(rest);
  size_t end = 0;
  for (int64_t i = 0; end < rest.size(); ++i) {
    if (*length > 0 && i == *length) break;
    end += GraphemeLength(rest.substr(end));
  }
  return Value::String(rest.substr(0, end));
}

FunctionResult<Value> Indent(Arguments arguments) {
  constexpr int64_t kSpacesMax = 1 << 20;
  const auto spaces = WholeArgument(arguments, 0);
  if (!spaces) return Refuse(spaces.error().message);
  if (*spaces < 0 || *spaces > kSpacesMax) {
    return Refuse(Format("the number of spaces must be between 0 and {}", kSpacesMax), 0);
  }
  const std::string line = "\n" + std::string(size_t(*spaces), ' ');
  const auto indented = ReplaceAll(arguments[1].AsString(), "\n", line);
  if (!indented) return std::unexpected(indented.error());
  return Value::String(*indented);
}

// Also of an unknown string of which enough is known.
FunctionResult<Value> StartsWith(Arguments arguments) {
  const std::string_view prefix = arguments[1].AsString();
  if (arguments[0].IsKnown()) return Value::Bool(arguments[0].AsString().starts_with(prefix));
  const std::string& known = arguments[0].refinement().prefix;
  if (known.starts_with(prefix)) return Value::Bool(true);
  if (known.size() >= prefix.size()) return Value::Bool(false);
  return Value::Unknown(Type::Bool());
}

FunctionResult<Value> Sort(Arguments arguments) {
  const Value& list = arguments[0];
  if (!list.IsKnown()) {
    const Refinement& known = list.refinement();
    return Value::Unknown(list.type(),
                          {.not_null = true, .length_min = known.length_min, .length_max = known.length_max});
  }
  if (!list.IsWhollyKnown()) {
    const auto size = int64_t(list.size());
    return Value::Unknown(list.type(), {.not_null = true, .length_min = size, .length_max = size});
  }
  std::vector<Value> sorted(list.elements().begin(), list.elements().end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i].IsNull())
      return Refuse(Format("given list element {} is null; a null string cannot be sorted", i));
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const Value& a, const Value& b) { return a.AsString() < b.AsString(); });
  return Value::List(Type::String(), std::move(sorted));
}

void AddTrimming(FunctionList& list) {
  list.emplace_back("trim", OfText({OfString("str"), OfString("cutset")},
                                   "The text without the characters of a set at its ends.",
                                   [](Arguments a) { return TrimmedOf(a[0].AsString(), a[1].AsString()); }));
  list.emplace_back("trimspace", OfText({OfString("str")}, "The text without white space at its ends.",
                                        [](Arguments a) { return TrimmedWhere(a[0].AsString(), IsSpace); }));
  list.emplace_back("trimprefix", OfText({OfString("str"), OfString("prefix")},
                                         "The text without a prefix, if it has that.", [](Arguments a) {
                                           std::string_view text = a[0].AsString();
                                           if (text.starts_with(a[1].AsString()))
                                             text.remove_prefix(a[1].AsString().size());
                                           return text;
                                         }));
  list.emplace_back("trimsuffix", OfText({OfString("str"), OfString("suffix")},
                                         "The text without a suffix, if it has that.", [](Arguments a) {
                                           std::string_view text = a[0].AsString();
                                           if (text.ends_with(a[1].AsString()))
                                             text.remove_suffix(a[1].AsString().size());
                                           return text;
                                         }));
  list.emplace_back("chomp",
                    OfText({OfString("str")}, "The text without newlines at its end.", [](Arguments a) {
                      std::string_view text = a[0].AsString();
                      while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
                      return text;
                    }));
}

}  // namespace

void AddStringFunctions(FunctionList& list) {
  const auto text = [](Arguments a) { return a[0].AsString(); };
  list.emplace_back("upper", OfText({OfString("str")}, "The text in upper case.",
                                    [text](Arguments a) { return ToUpper(text(a)); }));
  list.emplace_back("lower", OfText({OfString("str")}, "The text in lower case.",
                                    [text](Arguments a) { return ToLower(text(a)); }));
  list.emplace_back("title",
                    OfText({OfString("str")}, "The text with each word's first letter in upper case.",
                           [text](Arguments a) { return Titled(text(a)); }));
  list.emplace_back("strrev", OfText({OfString("str")}, "The text's characters in reverse order.",
                                     [text](Arguments a) { return Reversed(text(a)); }));
  list.emplace_back("substr", Plain({OfString("str"), OfNumber("offset"), OfNumber("length")}, Type::String(),
                                    "A part of the text, in characters.", Substring));
  list.emplace_back("indent",
                    Plain({OfNumber("spaces"), OfString("str")}, Type::String(),
                          "The text with spaces at the beginning of all lines but the first.", Indent));
  AddTrimming(list);

  Function join =
      Plain({OfString("separator")}, Type::String(), "The elements of lists, with a separator.", Join);
  join.rest = Parameter{.name = "lists", .type = Type::List(Type::String())};
  list.emplace_back("join", std::move(join));
  list.emplace_back("split", Plain({OfString("separator"), OfString("str")}, Type::List(Type::String()),
                                   "The pieces of the text between separators.", [](Arguments a) {
                                     return Value::List(Type::String(),
                                                        SplitAt(a[1].AsString(), a[0].AsString()));
                                   }));
  Function sort = Plain({{.name = "list", .type = Type::List(Type::String()), .allow_unknown = true}},
                        Type::List(Type::String()), "The strings in the order of their bytes.", Sort);
  list.emplace_back("sort", std::move(sort));

  Function starts_with = Plain({OfString("str"), OfString("prefix")}, Type::Bool(),
                               "Whether the text begins with a prefix.", StartsWith);
  starts_with.parameters[0].allow_unknown = true;
  list.emplace_back("startswith", std::move(starts_with));
  list.emplace_back("endswith",
                    TestOfText("suffix", "Whether the text ends with a suffix.",
                               [](std::string_view a, std::string_view b) { return a.ends_with(b); }));
  Function contains =
      TestOfText("substr", "Whether the text contains another.",
                 [](std::string_view a, std::string_view b) { return a.find(b) != std::string_view::npos; });
  contains.refine = {};  // as with the peer
  list.emplace_back("strcontains", std::move(contains));
}

}  // namespace cairn::hcl
