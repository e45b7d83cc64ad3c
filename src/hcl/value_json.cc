#include "hcl/value_json.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "data/json.h"
#include "hcl/convert.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

// The character that stands for `c` behind a backslash, 'u' for one that is written in hexadecimal, or 0.
constexpr char EscapeOf(char c) {
  switch (c) {
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '"':
    case '\\':
      return c;
    case '<':
    case '>':
    case '&':
      return 'u';
    default:
      return uint8_t(c) < 0x20 ? 'u' : '\0';
  }
}

class Writer {
 public:
  Result<void> Write(const Value& value, const Type& type);
  std::string Take() { return std::move(out_); }

 private:
  Result<void> WriteElements(const Value& value, const Type& type);
  Result<void> WriteDynamic(const Value& value);

  std::string out_;
};

Result<void> Writer::Write(const Value& value, const Type& type) {
  if (!value.IsKnown()) return Fail(ErrorCode::kInvalid, "value is not known");
  if (type.IsDynamic() && !value.type().IsDynamic()) return WriteDynamic(value);
  if (value.IsNull()) {
    out_ += "null";
    return {};
  }
  switch (value.kind()) {
    case TypeKind::kBool:
      out_ += value.AsBool() ? "true" : "false";
      return {};
    case TypeKind::kNumber: {
      const Number number = value.AsNumber();
      if (number.IsInfinite()) return Fail(ErrorCode::kInvalid, "cannot serialize infinity as JSON");
      out_ += number.ToString();
      return {};
    }
    case TypeKind::kString:
      AppendJsonString(out_, value.AsString());
      return {};
    default:
      return WriteElements(value, type);
  }
}

Result<void> Writer::WriteElements(const Value& value, const Type& type) {
  const bool has_names = type.Is(TypeKind::kMap) || type.Is(TypeKind::kObject);
  out_ += has_names ? '{' : '[';
  for (size_t i = 0; i < value.size(); ++i) {
    if (i > 0) out_ += ',';
    if (has_names) {
      AppendJsonString(out_, value.name(i));
      out_ += ':';
    }
    const Type& element = type.IsCollection()         ? type.element()
                          : type.Is(TypeKind::kTuple) ? type.elements()[i]
                                                      : type.attributes()[i].type;
    if (auto written = Write(value.elements()[i], element); !written) return written;
  }
  out_ += has_names ? '}' : ']';
  return {};
}

Result<void> Writer::WriteDynamic(const Value& value) {
  out_ += "{\"value\":";
  if (auto written = Write(value, value.type()); !written) return written;
  out_ += ",\"type\":" + data::SerializeJson(value.type().ToJson()) + "}";
  return {};
}

// Reads one text.
class Reader {
 public:
  Reader(std::string_view text, const JsonTextLimits& limits) : text_(text), limits_(limits) {}

  // The whole text; `type` may be null.
  Result<Value> ReadAll(const Type* type);

 private:
  enum class Container { kArray, kObject };

  // One value; of the type that it shows if `type` is null.
  Result<Value> Read(const Type* type);
  Result<Value> ReadScalar(const Type* type);
  Result<Value> ReadPlainScalar();
  Result<Value> ReadArray(const Type* type);
  Result<Value> ReadObject(const Type* type);
  // `element` may be null.
  Result<void> ReadMembers(const Type* element, std::vector<NamedValue>& members);
  Result<Value> ReadAttributes(const Type& type);
  Result<Value> ReadDynamic();
  Result<Value> ReadWord(std::string_view word, const Value& value);
  Result<std::string> ReadString();
  Result<std::string_view> ReadNumber();
  Result<void> ReadEscape(std::string& out);
  Result<uint32_t> ReadHex();
  Result<void> ReadDigits(const char* where);
  Result<std::string> ReadName(bool is_first);
  // After an element: true if another one follows, false at the end, which is passed.
  Result<bool> ReadNext(Container container, bool is_first);

  void SkipBlanks() {
    while (!AtEnd() && (Peek() == ' ' || Peek() == '\n' || Peek() == '\t' || Peek() == '\r')) ++at_;
  }
  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return text_[at_]; }
  bool Take(char c) {
    if (AtEnd() || Peek() != c) return false;
    ++at_;
    return true;
  }
  std::unexpected<Error> Unexpected(std::string_view where) const;
  std::unexpected<Error> UnexpectedToken(std::string_view where) const;

  std::string_view text_;
  JsonTextLimits limits_;
  size_t at_ = 0;
  size_t depth_ = 0;
};

std::unexpected<Error> Required(std::string_view kind) {
  return Fail(ErrorCode::kInvalid, Format("{} is required", kind));
}

// `error`, of something within.
std::unexpected<Error> At(std::string step, Error error) {
  const bool has_place = error.message.starts_with('.') || error.message.starts_with('[');
  return Fail(error.code, step + (has_place ? "" : ": ") + error.message);
}

// Of elements that are dynamic parts of a type; nothing if they differ.
template <typename Elements, typename TypeOf>
std::optional<Type> CommonType(const Elements& elements, TypeOf type_of) {
  Type common;
  for (const auto& element : elements) {
    const Type& type = std::invoke(type_of, element);
    if (common.IsDynamic()) common = type;
    if (!type.IsDynamic() && type != common) return std::nullopt;
  }
  return common;
}

// The same where a word, a number, a string or a mark of punctuation should begin.
std::unexpected<Error> Reader::UnexpectedToken(std::string_view where) const {
  if (AtEnd()) return Fail(ErrorCode::kInvalid, "EOF");
  return Unexpected(where);
}

// Complains of the next byte, or of the end.
std::unexpected<Error> Reader::Unexpected(std::string_view where) const {
  if (AtEnd()) return Fail(ErrorCode::kInvalid, "unexpected EOF");
  const auto byte = uint8_t(Peek());
  std::string character;
  if (byte < 0x20 || (byte >= 0x7F && byte < 0xA1)) {
    constexpr std::string_view kLetters = "abtnvfr";
    const bool has_letter = byte >= '\a' && byte <= '\r';
    character = has_letter ? std::string("\\") + kLetters[byte - '\a']
                           : (byte < 0x80 ? Format("\\x{:02x}", byte) : Format("\\u{:04x}", byte));
  } else if (byte == '\'' || byte == '\\') {
    character = std::string("\\") + char(byte);
  } else {
    AppendCharacter(character, byte);
  }
  return Fail(ErrorCode::kInvalid, Format("invalid character '{}'{}", character, where));
}

Result<Value> Reader::ReadAll(const Type* type) {
  if (text_.size() > limits_.bytes_max) return Fail(ErrorCode::kOverloaded, "the JSON text is too long");
  Result<Value> value = Read(type);
  if (!value) return value;
  SkipBlanks();
  if (!AtEnd()) return Fail(ErrorCode::kInvalid, "extraneous data after JSON object");
  return value;
}

Result<Value> Reader::Read(const Type* type) {
  SkipBlanks();
  if (AtEnd()) return UnexpectedToken("");
  if (Peek() == 'n') return ReadWord("null", Value::Null(type ? *type : Type::Dynamic()));
  if (type && type->IsDynamic()) return ReadDynamic();
  if (Peek() != '[' && Peek() != '{') return ReadScalar(type);
  if (depth_ == limits_.depth_max) return Fail(ErrorCode::kOverloaded, "the JSON text is nested too deeply");
  ++depth_;
  Result<Value> value = Peek() == '[' ? ReadArray(type) : ReadObject(type);
  --depth_;
  return value;
}

Result<Value> Reader::ReadScalar(const Type* type) {
  const size_t begin = at_;
  Result<Value> value = ReadPlainScalar();
  if (!value || !type || value->kind() == type->kind()) return value;
  if (type->Is(TypeKind::kString) && value->kind() == TypeKind::kNumber) {
    return Value::String(text_.substr(begin, at_ - begin));
  }
  const bool can_convert =
      type->IsPrimitive() && (type->Is(TypeKind::kString) || value->kind() == TypeKind::kString);
  if (!can_convert) return Required(type->FriendlyName());
  auto converted = Convert(*value, *type);
  if (!converted) return std::unexpected(std::move(converted.error()));
  return *std::move(converted);
}

Result<Value> Reader::ReadPlainScalar() {
  const char first = Peek();
  if (first == 't') return ReadWord("true", Value::Bool(true));
  if (first == 'f') return ReadWord("false", Value::Bool(false));
  if (first == '"') {
    const Result<std::string> text = ReadString();
    if (!text) return std::unexpected(text.error());
    return Value::String(*text);
  }
  if (first != '-' && (first < '0' || first > '9')) return Unexpected(" looking for beginning of value");
  const Result<std::string_view> digits = ReadNumber();
  if (!digits) return std::unexpected(digits.error());
  Result<Number> number = Number::Parse(*digits);
  if (!number) return Fail(ErrorCode::kInvalid, "a number is required");  // too large
  return Value::Number(*number);
}

Result<Value> Reader::ReadWord(std::string_view word, const Value& value) {
  for (const char c : word) {
    if (Take(c)) continue;
    return Unexpected(Format(" in literal {} (expecting '{}')", word, c));
  }
  return value;
}

Result<void> Reader::ReadDigits(const char* where) {
  if (AtEnd() || Peek() < '0' || Peek() > '9') return Unexpected(where);
  at_ = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
  return {};
}

Result<std::string_view> Reader::ReadNumber() {
  const size_t begin = at_;
  Take('-');
  if (!Take('0')) {
    if (auto digits = ReadDigits(" in numeric literal"); !digits) return std::unexpected(digits.error());
  }
  if (Take('.')) {
    if (auto digits = ReadDigits(" after decimal point in numeric literal"); !digits) {
      return std::unexpected(digits.error());
    }
  }
  if (Take('e') || Take('E')) {
    if (!Take('+')) Take('-');
    if (auto digits = ReadDigits(" in exponent of numeric literal"); !digits) {
      return std::unexpected(digits.error());
    }
  }
  return text_.substr(begin, at_ - begin);
}

Result<uint32_t> Reader::ReadHex() {
  uint32_t out = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const size_t digit = AtEnd() ? kDigits.npos : kDigits.find(cairn::ToLower(Peek()));
    if (digit == kDigits.npos) return Unexpected(" in \\u hexadecimal character escape");
    out = out << 4 | uint32_t(digit);
  }
  return out;
}

// What follows a backslash. Half of a pair of surrogates becomes U+FFFD.
Result<void> Reader::ReadEscape(std::string& out) {
  constexpr std::string_view kLetters = "bfnrt\"\\/";
  constexpr std::string_view kCharacters = "\b\f\n\r\t\"\\/";
  if (!Take('u')) {
    const size_t letter = AtEnd() ? kLetters.npos : kLetters.find(Peek());
    if (letter == kLetters.npos) return Unexpected(" in string escape code");
    out += kCharacters[letter];
    ++at_;
    return {};
  }
  Result<uint32_t> unit = ReadHex();
  if (!unit) return std::unexpected(std::move(unit.error()));
  char32_t character = *unit;
  if (character >= 0xD800 && character < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
    const size_t before = at_;
    at_ += 2;
    const Result<uint32_t> low = ReadHex();
    if (!low) return std::unexpected(low.error());
    if (*low >= 0xDC00 && *low < 0xE000) {
      character = 0x10000 + ((character - 0xD800) << 10 | (*low - 0xDC00));
    } else {
      at_ = before;
    }
  }
  AppendCharacter(out, character >= 0xD800 && character < 0xE000 ? 0xFFFD : character);
  return {};
}

Result<std::string> Reader::ReadString() {
  ++at_;
  std::string out;
  while (true) {
    const size_t begin = at_;
    while (!AtEnd() && Peek() != '"' && Peek() != '\\' && uint8_t(Peek()) >= 0x20) ++at_;
    out += text_.substr(begin, at_ - begin);
    if (Take('"')) return out;
    if (!Take('\\')) return Unexpected(" in string literal");
    if (auto escape = ReadEscape(out); !escape) return std::unexpected(std::move(escape.error()));
  }
}

Result<bool> Reader::ReadNext(Container container, bool is_first) {
  const bool is_array = container == Container::kArray;
  SkipBlanks();
  if (Take(is_array ? ']' : '}')) return false;
  if (is_first || Take(',')) return true;
  return UnexpectedToken(is_array ? " after array element" : " after object key:value pair");
}

// The name of a member, and the colon behind it.
Result<std::string> Reader::ReadName(bool is_first) {
  SkipBlanks();
  if (AtEnd() || Peek() != '"')
    return UnexpectedToken(is_first ? "" : " looking for beginning of object key string");
  Result<std::string> name = ReadString();
  if (!name) return name;
  SkipBlanks();
  if (!Take(':')) return UnexpectedToken(" after object key");
  return Normalize(*name);
}

Result<Value> Reader::ReadArray(const Type* type) {
  const bool is_tuple = type && type->Is(TypeKind::kTuple);
  const bool is_collection = type && (type->Is(TypeKind::kList) || type->Is(TypeKind::kSet));
  if (type && !is_tuple && !is_collection) return Required(type->FriendlyName());
  ++at_;
  std::vector<Value> elements;
  while (true) {
    const Result<bool> next = ReadNext(Container::kArray, elements.empty());
    if (!next) return std::unexpected(next.error());
    if (!*next) break;
    const Type* element = is_collection ? &type->element() : nullptr;
    if (is_tuple) {
      const size_t count = type->elements().size();
      if (elements.size() == count) {
        return Fail(ErrorCode::kInvalid, Format("too many tuple elements (need {})", count));
      }
      element = &type->elements()[elements.size()];
    }
    Result<Value> value = Read(element);
    if (!value) {
      if (!type) return value;
      return At(Format("[{}]", elements.size()), std::move(value.error()));
    }
    elements.push_back(*std::move(value));
  }
  if (is_tuple && elements.size() < type->elements().size()) {
    return Fail(ErrorCode::kInvalid, Format("not enough tuple elements (need {})", type->elements().size()));
  }
  if (!is_collection) return Value::Tuple(std::move(elements));
  if (!type->HasDynamic()) return Value::Of(*type, std::move(elements));
  const std::optional<Type> element = CommonType(elements, &Value::type);
  if (!element) return Fail(ErrorCode::kInvalid, "all elements must have the same type");
  return type->Is(TypeKind::kList) ? Value::List(*element, std::move(elements))
                                   : Value::Set(*element, std::move(elements));
}

Result<void> Reader::ReadMembers(const Type* element, std::vector<NamedValue>& members) {
  ++at_;
  while (true) {
    const Result<bool> next = ReadNext(Container::kObject, members.empty());
    if (!next) return std::unexpected(next.error());
    if (!*next) return {};
    Result<std::string> name = ReadName(members.empty());
    if (!name) return std::unexpected(std::move(name.error()));
    Result<Value> value = Read(element);
    if (!value && !element) return std::unexpected(std::move(value.error()));
    if (!value) return At("[" + Quote(*name) + "]", std::move(value.error()));
    members.push_back({*std::move(name), *std::move(value)});
  }
}

Result<Value> Reader::ReadObject(const Type* type) {
  if (type && type->Is(TypeKind::kObject)) return ReadAttributes(*type);
  if (type && !type->Is(TypeKind::kMap)) return Required(type->FriendlyName());
  std::vector<NamedValue> members;
  if (auto read = ReadMembers(type ? &type->element() : nullptr, members); !read) {
    return std::unexpected(std::move(read.error()));
  }
  if (!type) return Value::Object(std::move(members));
  if (!type->HasDynamic()) return Value::Map(type->element(), std::move(members));
  const std::optional<Type> element =
      CommonType(members, [](const NamedValue& m) -> const Type& { return m.value.type(); });
  if (!element) return Fail(ErrorCode::kInvalid, "all map elements must have the same type");
  return Value::Map(*element, std::move(members));
}

Result<Value> Reader::ReadAttributes(const Type& type) {
  ++at_;
  std::vector<Value> values;
  for (const ObjectAttribute& attribute : type.attributes()) values.push_back(Value::Null(attribute.type));
  for (bool is_first = true;; is_first = false) {
    const Result<bool> next = ReadNext(Container::kObject, is_first);
    if (!next) return std::unexpected(next.error());
    if (!*next) break;
    const Result<std::string> name = ReadName(is_first);
    if (!name) return std::unexpected(name.error());
    const std::optional<size_t> i = type.AttributeIndex(*name);
    if (!i) return Fail(ErrorCode::kInvalid, "unsupported attribute " + Quote(*name));
    Result<Value> value = Read(&type.attributes()[*i].type);
    if (!value) return At("." + *name, std::move(value.error()));
    values[*i] = *std::move(value);
  }
  if (!type.HasDynamic()) return Value::Of(type, std::move(values));
  std::vector<NamedValue> members;
  for (size_t i = 0; i < values.size(); ++i) {
    members.push_back({type.attributes()[i].name, std::move(values[i])});
  }
  return Value::Object(std::move(members));
}

// {"value":1,"type":"number"}, in either order.
Result<Value> Reader::ReadDynamic() {
  const size_t begin = at_;
  // Once as it is, for the type; then again as one of that type.
  std::vector<NamedValue> members;
  if (Peek() != '{') {
    Result<Value> other = Read(nullptr);
    if (!other) return other;
  } else if (auto read = ReadMembers(nullptr, members); !read) {
    return std::unexpected(std::move(read.error()));
  }
  const Value *shown = nullptr, *named = nullptr;
  bool is_pair = true;
  for (const NamedValue& member : members) {
    if (member.name == "value") shown = &member.value;
    if (member.name == "type") named = &member.value;
    is_pair = is_pair && (member.name == "value" || member.name == "type");
  }
  if (!is_pair || !shown || !named) {
    return Fail(ErrorCode::kInvalid, "an object of \"value\" and \"type\" is required");
  }
  if (shown->type().IsPrimitive() && named->kind() == TypeKind::kString &&
      named->AsString() == shown->type().FriendlyName()) {
    return *shown;  // a scalar, of the type that it shows
  }
  const Result<std::string> type_text = ToJsonText(*named);
  const auto type_json = data::ParseJson(*type_text);
  if (!type_json) return std::unexpected(type_json.error());
  const Result<Type> type = Type::FromJson(*type_json);
  if (!type) return std::unexpected(type.error());
  const Type pair = Type::Object({{"type", named->type()}, {"value", *type}});
  const size_t end = std::exchange(at_, begin);
  Result<Value> typed = ReadObject(&pair);
  at_ = end;
  if (!typed) return typed;
  return *typed->Find("value");
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  size_t copied = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char escape = EscapeOf(c);
    const bool is_separator = c == '\xE2' && (text.substr(i, 3) == "\u2028" || text.substr(i, 3) == "\u2029");
    if (escape == 0 && !is_separator) continue;
    out += text.substr(copied, i - copied);
    if (is_separator) {
      out += text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else if (escape == 'u') {
      out += Format("\\u{:04x}", uint32_t(uint8_t(c)));
    } else {
      out += '\\';
      out += escape;
    }
    copied = i + 1;
  }
  out += text.substr(copied);
  out += '"';
}

Result<std::string> ToJsonText(const Value& value) {
  return ToJsonText(value, value.type());
}

Result<std::string> ToJsonText(const Value& value, const Type& type) {
  Writer writer;
  if (auto written = writer.Write(value, type); !written) return std::unexpected(std::move(written.error()));
  return writer.Take();
}

Result<Value> FromJsonText(std::string_view text, const JsonTextLimits& limits) {
  return Reader(text, limits).ReadAll(nullptr);
}

Result<Value> FromJsonText(std::string_view text, const Type& type, const JsonTextLimits& limits) {
  const Type plain = type.WithoutOptional();
  return Reader(text, limits).ReadAll(&plain);
}

}  // namespace cairn::hcl
