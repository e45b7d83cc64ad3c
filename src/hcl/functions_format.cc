// `format` and `formatlist`: the verbs of Go's fmt, as far as the language has them.

#include <gmp.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/functions_table.h"
#include "hcl/unicode.h"
#include "hcl/value_json.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

// One `%...x` of a format string.
struct Verb {
  std::string_view text;  // as written
  size_t offset = 0;
  size_t argument = 0;  // from 1
  char mode = 0;
  bool zero = false, sharp = false, plus = false, minus = false, space = false;
  std::optional<size_t> width = {};
  std::optional<size_t> precision = {};
};

constexpr size_t kWidthMax = 1'000'000;  // also of precisions; Go refuses more

FunctionError Unsupported(const Verb& verb, std::string_view why) {
  return {Format("unsupported value for {} at {}: {}", Quote(verb.text), verb.offset, why)};
}

// `text` filled up to the verb's width, in characters.
std::string Padded(const Verb& verb, std::string text) {
  const size_t length = verb.width ? CountGraphemes(text) : 0;
  if (!verb.width || length >= *verb.width) return text;
  const std::string padding(*verb.width - length, verb.zero ? '0' : ' ');
  return verb.minus ? text + padding : padding + text;
}

// Sign, prefix and digits of a number filled up to the verb's width: with zeros before the digits, or with
// blanks.
std::string PaddedNumber(const Verb& verb, std::string head, std::string digits, bool zeros_allowed) {
  const size_t length = head.size() + digits.size();
  if (!verb.width || length >= *verb.width) return head + digits;
  const size_t missing = *verb.width - length;
  if (verb.minus) return head + digits + std::string(missing, ' ');
  if (verb.zero && zeros_allowed) return head + std::string(missing, '0') + digits;
  return std::string(missing, ' ') + head + digits;
}

std::string_view SignOf(const Verb& verb, bool negative) {
  if (negative) return "-";
  if (verb.plus) return "+";
  return verb.space ? " " : "";
}

// %b %d %o %x %X of a whole number, without its sign.
std::string DigitsOf(const std::string& decimal, char mode) {
  int base = 10;
  if (mode == 'b') base = 2;
  if (mode == 'o') base = 8;
  if (mode == 'x') base = 16;
  if (mode == 'X') base = -16;  // upper-case digits
  mpz_t number;
  mpz_init_set_str(number, decimal.c_str(), 10);
  std::string digits(mpz_sizeinbase(number, std::abs(base)) + 2, '\0');
  mpz_get_str(digits.data(), base, number);
  mpz_clear(number);
  digits.resize(digits.find('\0'));
  return digits;
}

FunctionResult<std::string> FormatInteger(const Verb& verb, const Number& number) {
  if (!number.IsWhole()) return std::unexpected(Unsupported(verb, "an integer is required"));
  std::string decimal = number.ToString();
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.erase(0, 1);
  std::string digits = DigitsOf(decimal, verb.mode);
  if (verb.precision) {
    if (*verb.precision == 0 && digits == "0") return Padded({.text = {}, .width = verb.width}, "");
    if (digits.size() < *verb.precision) digits.insert(0, *verb.precision - digits.size(), '0');
  }
  std::string head(SignOf(verb, negative));
  if (verb.sharp && verb.mode != 'd') head += verb.mode == 'o' ? "0" : std::string("0") + verb.mode;
  return PaddedNumber(verb, std::move(head), std::move(digits), !verb.precision);
}

// The digits of `%g`: the shortest or `precision` significant ones, without zeros at the end; in the form of
// %e where the exponent is below -4 or not below a limit.
std::string General(const Number& magnitude, std::optional<size_t> precision, bool upper) {
  std::string scientific = precision ? magnitude.ToScientific(std::max<size_t>(*precision, 1) - 1)
                                     : magnitude.ToScientific(std::nullopt);
  const size_t e = scientific.find('e');
  const int exponent = *ParseInt<int>(scientific.substr(scientific[e + 1] == '+' ? e + 2 : e + 1));
  std::string digits = scientific.substr(0, 1);
  if (e > 2) digits += scientific.substr(2, e - 2);
  while (digits.size() > 1 && digits.ends_with('0')) digits.pop_back();
  auto limit = int(precision ? std::max<size_t>(*precision, 1) : 6);
  if (precision && limit > int(digits.size()) && int(digits.size()) >= exponent + 1)
    limit = int(digits.size());
  if (exponent < -4 || exponent >= limit) {
    std::string text = digits.substr(0, 1);
    if (digits.size() > 1) text += "." + digits.substr(1);
    return text + scientific.substr(e).replace(0, 1, upper ? "E" : "e");
  }
  if (exponent < 0) return "0." + std::string(size_t(-exponent) - 1, '0') + digits;
  const auto whole = size_t(exponent) + 1;
  if (digits.size() <= whole) return digits + std::string(whole - digits.size(), '0');
  return digits.substr(0, whole) + "." + digits.substr(whole);
}

FunctionResult<std::string> FormatFloat(const Verb& verb, const Number& number) {
  const bool negative = number.Sign() < 0;
  const Number magnitude = negative ? number.Negated() : number;
  if (number.IsInfinite()) {
    return PaddedNumber(verb, std::string(negative ? "-" : verb.space ? " " : "+"), "Inf", false);
  }
  std::string digits;
  switch (verb.mode) {
    case 'f':
      digits = magnitude.ToFixed(verb.precision.value_or(6));
      break;
    case 'e':
      digits = magnitude.ToScientific(verb.precision.value_or(6));
      break;
    case 'E':
      digits = magnitude.ToScientific(verb.precision.value_or(6));
      digits[digits.find('e')] = 'E';
      break;
    default:
      digits = General(magnitude, verb.precision, verb.mode == 'G');
  }
  return PaddedNumber(verb, std::string(SignOf(verb, negative)), std::move(digits), true);
}

FunctionResult<std::string> FormatText(const Verb& verb, const Value& value) {
  const Result<Value> converted = Convert(value, Type::String());
  if (!converted) return std::unexpected(Unsupported(verb, converted.error().message));
  std::string_view text = converted->AsString();
  if (verb.precision.value_or(0) > 0) {  // a precision of 0 is none, as the peer has it
    size_t end = 0;
    for (size_t i = 0; i < *verb.precision && end < text.size(); ++i) end += GraphemeLength(text.substr(end));
    text = text.substr(0, end);
  }
  std::string quoted;
  if (verb.mode == 'q') AppendJsonString(quoted, text);
  return Padded(verb, verb.mode == 's' ? std::string(text) : std::move(quoted));
}

// %v: strings and numbers as they are, everything else as JSON.
FunctionResult<std::string> FormatAsIs(const Verb& verb, const Value& value) {
  if (!verb.sharp && !value.IsNull()) {
    if (value.type() == Type::String()) return Padded(verb, std::string(value.AsString()));
    if (value.type() == Type::Number()) {
      const Number number = value.AsNumber();
      if (number.IsInfinite()) return Padded(verb, number.Sign() < 0 ? "-Inf" : "+Inf");
      const std::string sign = number.Sign() < 0 ? "-" : "";
      return Padded(verb, sign + General(number.Sign() < 0 ? number.Negated() : number, {}, false));
    }
  }
  const Result<std::string> json = ToJsonText(value);
  if (!json) return std::unexpected(Unsupported(verb, json.error().message));
  return Padded(verb, *json);
}

FunctionResult<std::string> FormatOne(const Verb& verb, Arguments values) {
  if (verb.argument > values.size()) {
    return Refuse(Format("not enough arguments for {} at {}: need index {} but have {} total",
                         Quote(verb.text), verb.offset, verb.argument, values.size()));
  }
  const Value& value = values[verb.argument - 1];
  if (verb.mode == 'v') return FormatAsIs(verb, value);
  if (value.IsNull()) return std::unexpected(Unsupported(verb, "null value cannot be formatted"));
  switch (verb.mode) {
    case 't': {
      const Result<Value> boolean = Convert(value, Type::Bool());
      if (!boolean) return std::unexpected(Unsupported(verb, boolean.error().message));
      return std::string(boolean->AsBool() ? "true" : "false");
    }
    case 'b':
    case 'd':
    case 'o':
    case 'x':
    case 'X':
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G': {
      const Result<Value> number = Convert(value, Type::Number());
      if (!number) return std::unexpected(Unsupported(verb, number.error().message));
      const bool whole = std::string_view("bdoxX").find(verb.mode) != std::string_view::npos;
      return whole ? FormatInteger(verb, number->AsNumber()) : FormatFloat(verb, number->AsNumber());
    }
    case 's':
    case 'q':
      return FormatText(verb, value);
    default:
      break;
  }
  return Refuse(
      Format("unsupported format verb '{}' in {} at offset {}", verb.mode, Quote(verb.text), verb.offset));
}

// Reads verbs: flags, width, precision, argument number, letter.
class VerbReader {
 public:
  explicit VerbReader(std::string_view format) : format_(format) {}

  // The verb at `at`, where there is a '%'; `at` is moved behind it.
  FunctionResult<Verb> Read(size_t& at, size_t next_argument) {
    Verb verb{.text = {}, .offset = at, .argument = next_argument};
    at_ = at + 1;
    while (ReadFlag(verb)) ++at_;
    if (Peek() >= '1' && Peek() <= '9') verb.width = ReadNumber();
    if (Peek() == '.') {
      ++at_;
      verb.precision = ReadNumber();
    }
    if (Peek() == '[') {
      ++at_;
      if (Peek() < '1' || Peek() > '9') return Mistake();
      verb.argument = ReadNumber();
      if (Peek() != ']') return Mistake();
      ++at_;
    }
    const char mode = Peek();
    if ((mode < 'a' || mode > 'z') && (mode < 'A' || mode > 'Z')) return Mistake();
    verb.mode = mode;
    verb.text = format_.substr(at, ++at_ - at);
    if (std::max({verb.width.value_or(0), verb.precision.value_or(0), verb.argument}) > kWidthMax) {
      return Refuse(Format("a number in {} at offset {} is too large", Quote(verb.text), verb.offset));
    }
    verb.zero = verb.zero && !verb.minus;
    at = at_;
    return verb;
  }

 private:
  char Peek() const { return at_ < format_.size() ? format_[at_] : '\0'; }

  bool ReadFlag(Verb& verb) const {
    switch (Peek()) {
      case '0':
        return verb.zero = true;
      case '#':
        return verb.sharp = true;
      case '-':
        return verb.minus = true;
      case '+':
        return verb.plus = true;
      case ' ':
        return verb.space = true;
      default:
        return false;
    }
  }

  size_t ReadNumber() {
    size_t number = 0;
    for (; Peek() >= '0' && Peek() <= '9'; ++at_)
      number = std::min(number * 10 + size_t(Peek() - '0'), kWidthMax + 1);
    return number;
  }

  std::unexpected<FunctionError> Mistake() const {
    if (at_ >= format_.size()) return Refuse(Format("invalid format string starting at offset {}", at_));
    size_t length = 0;
    DecodeCharacter(format_.substr(at_), length);
    return Refuse(
        Format("unrecognized format character '{}' at offset {}", format_.substr(at_, length), at_));
  }

  std::string_view format_;
  size_t at_ = 0;
};

FunctionResult<std::string> FormatAll(std::string_view format, Arguments values) {
  std::string out;
  size_t next_argument = 1;
  size_t highest = 0;
  for (size_t at = 0; at < format.size();) {
    const size_t percent = std::min(format.find('%', at), format.size());
    out.append(format.substr(at, percent - at));
    at = percent;
    if (at == format.size()) break;
    if (format.substr(at).starts_with("%%")) {
      out += '%';
      at += 2;
      continue;
    }
    const FunctionResult<Verb> verb = VerbReader(format).Read(at, next_argument);
    if (!verb) return std::unexpected(verb.error());
    highest = std::max(highest, verb->argument);
    next_argument = verb->argument + 1;
    const FunctionResult<std::string> text = FormatOne(*verb, values);
    if (!text) return text;
    if (out.size() + text->size() > kResultBytesMax) return TooLong();
    out += *text;
  }
  if (highest < values.size()) {
    return Refuse(highest == 0 ? "too many arguments; no verbs in format string"
                               : Format("too many arguments; only {} used by format string", highest),
                  highest + 1);
  }
  return out;
}

bool AllKnown(Arguments values) {
  return std::all_of(values.begin(), values.end(), [](const Value& value) { return value.IsWhollyKnown(); });
}

FunctionResult<Value> FormatString(Arguments arguments, const Type& type) {
  const std::string_view format = arguments[0].AsString();
  if (!AllKnown(arguments.subspan(1))) {
    const size_t percent = format.find('%');
    if (percent == 0 || percent == std::string_view::npos) return Value::Unknown(type);
    return Value::Unknown(type, {.not_null = true, .prefix = SafePrefix(format.substr(0, percent))});
  }
  const auto text = FormatAll(format, arguments.subspan(1));
  if (!text) return std::unexpected(text.error());
  return Value::String(*text);
}

// The common length of the lists among `values`: nothing if there is none; unknown ones are an unknown
// result.
struct Lengths {
  std::optional<size_t> common = {};
  bool unknown = false;
};

FunctionResult<Lengths> LengthsOf(Arguments values) {
  Lengths lengths;
  size_t chooser = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const Value& value = values[i];
    if (!IsSequence(value.type(), true) || value.IsNull()) {
      lengths.unknown = lengths.unknown || (!value.IsKnown() && value.type().IsDynamic());
      continue;
    }
    const bool is_tuple = value.type().kind() == TypeKind::kTuple;
    const bool is_set = value.type().kind() == TypeKind::kSet;
    if (!value.IsKnown() || (is_set && !value.IsWhollyKnown())) lengths.unknown = true;
    if (!value.IsKnown() && !is_tuple) continue;
    const size_t length = is_tuple ? value.type().elements().size() : value.size();
    if (!lengths.common) {
      lengths.common = length;
      chooser = i;
    } else if (length != *lengths.common) {
      return Refuse(Format("argument {} has length {}, which is inconsistent with argument {} of length {}",
                           i + 1, length, chooser + 1, *lengths.common),
                    i + 1);
    }
  }
  return lengths;
}

FunctionResult<Value> FormatStrings(Arguments arguments, const Type& type) {
  const Arguments values = arguments.subspan(1);
  const auto lengths = LengthsOf(values);
  if (!lengths) return std::unexpected(lengths.error());
  if (lengths->unknown) return Value::Unknown(type);
  std::vector<Value> texts;
  size_t bytes = 0;
  for (size_t row = 0; row < lengths->common.value_or(1); ++row) {
    std::vector<Value> row_values;
    for (const Value& value : values) {
      const bool in_turn = IsSequence(value.type(), true) && !value.IsNull();
      row_values.push_back(in_turn ? value.elements()[row] : value);
    }
    if (!AllKnown(row_values)) {
      texts.push_back(Value::Unknown(Type::String(), {.not_null = true}));
      continue;
    }
    const auto text = FormatAll(arguments[0].AsString(), row_values);
    if (!text) {
      if (values.empty()) return std::unexpected(text.error());
      return Refuse(Format("error on format iteration {}: {}", row, text.error().message));
    }
    bytes += text->size();
    if (bytes > kResultBytesMax) return TooLong();
    texts.push_back(Value::String(*text));
  }
  return Value::List(Type::String(), std::move(texts));
}

Function OfFormat(Type type, FunctionResult<Value> (*call)(Arguments, const Type&), std::string description) {
  return {.parameters = {{.name = "format", .type = Type::String()}},
          .rest = Parameter{.name = "args", .allow_null = true, .allow_unknown = true},
          .type = Always(std::move(type)),
          .call = call,
          .refine = NotNull,
          .description = std::move(description)};
}

}  // namespace

void AddFormatFunctions(FunctionList& list) {
  list.emplace_back("format", OfFormat(Type::String(), FormatString, "A text made by printf's verbs."));
  list.emplace_back("formatlist", OfFormat(Type::List(Type::String()), FormatStrings,
                                           "Such a text for each element of lists."));
}

}  // namespace cairn::hcl
