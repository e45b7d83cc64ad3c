// Functions from values to texts in some notation, and back. (YAML is in functions_yaml.cc, character sets in
// functions_charset.cc.)

#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/base64.h"
#include "hcl/csv.h"
#include "hcl/functions_table.h"
#include "hcl/gzip.h"
#include "hcl/unicode.h"
#include "hcl/value_json.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

FunctionResult<Value> FromBase64(Arguments arguments) {
  const Marks marks = arguments[0].marks();
  const std::string_view text = arguments[0].AsString();
  const auto decoded = DecodeBase64(text);
  if (!decoded) return Refuse("failed to decode base64 data " + Shown(text, marks));
  if (!IsUtf8(*decoded)) return Refuse("the result of decoding the provided string is not valid UTF-8");
  return Value::String(*decoded).WithMarks(marks);
}

// As in the query part of a URL: a blank becomes "+".
std::string UrlEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      encoded += c;
    } else if (c == ' ') {
      encoded += '+';
    } else {
      encoded += Format("%{:02X}", unsigned(static_cast<unsigned char>(c)));
    }
  }
  return encoded;
}

// What the text of a value that is not wholly known begins with.
std::string_view JsonPrefix(const Value& value) {
  if (!value.IsNeverNull()) return "";
  const Type& type = value.type();
  if (type == Type::String()) return "\"";
  if (type.Is(TypeKind::kObject) || type.Is(TypeKind::kMap)) return "{";
  return IsSequence(type, true) ? "[" : "";
}

FunctionResult<Value> ToJson(Arguments arguments, const Type& type) {
  const Value& value = arguments[0];
  if (!value.IsWhollyKnown()) {
    return Value::Unknown(type, {.not_null = true, .prefix = std::string(JsonPrefix(value))});
  }
  const Result<std::string> text = ToJsonText(value);
  if (!text) return Refuse(text.error().message);
  return Value::String(*text);
}

// Of a text of which only the beginning may be known, as far as that says it.
FunctionResult<Type> JsonType(Arguments arguments) {
  const Value& text = arguments[0];
  if (text.IsKnown()) {
    const Result<Value> value = FromJsonText(text.AsString());
    if (!value) return Refuse(value.error().message);
    return value->type();
  }
  const std::string& prefix = text.refinement().prefix;
  const size_t begin = prefix.find_first_not_of(" \t\r\n");
  if (begin == prefix.npos) return Type::Dynamic();
  const char first = prefix[begin];
  if (first == '"') return Type::String();
  if (first == 't' || first == 'f') return Type::Bool();
  if (first == '-' || (first >= '0' && first <= '9')) return Type::Number();
  if (first == '{' || first == '[' || first == 'n') return Type::Dynamic();
  size_t length = 0;
  const char32_t character = DecodeCharacter(std::string_view(prefix).substr(begin), length);
  std::string shown;
  AppendCharacter(shown, character);
  return Refuse(Format("a JSON document cannot begin with the character '{}'", shown), 0);
}

FunctionResult<Value> FromJson(Arguments arguments, const Type&) {
  Result<Value> value = FromJsonText(arguments[0].AsString());
  if (!value) return Refuse(value.error().message);
  return *std::move(value);
}

using CsvRecord = std::optional<std::vector<std::string>>;

FunctionResult<CsvRecord> NextRecord(CsvReader& reader) {
  Result<CsvRecord> record = reader.Next();
  if (!record) return Refuse("CSV parse error on " + record.error().message);
  return *std::move(record);
}

FunctionResult<Type> CsvType(Arguments arguments) {
  if (!arguments[0].IsKnown()) return Type::Dynamic();
  CsvReader reader(arguments[0].AsString());
  const FunctionResult<CsvRecord> header = NextRecord(reader);
  if (!header) return std::unexpected(header.error());
  if (!*header) return Refuse("missing header line");
  std::vector<ObjectAttribute> attributes;
  for (const std::string& name : **header) {
    const bool is_new = std::none_of(attributes.begin(), attributes.end(),
                                     [&](const ObjectAttribute& other) { return other.name == name; });
    if (!is_new) return Refuse("duplicate column name " + Quote(name));
    attributes.push_back({name, Type::String()});
  }
  return Type::List(Type::Object(std::move(attributes)));
}

FunctionResult<Value> FromCsv(Arguments arguments, const Type& type) {
  CsvReader reader(arguments[0].AsString());
  const FunctionResult<CsvRecord> header = NextRecord(reader);
  if (!header || !*header) return Refuse("missing header line");
  const Type& row = type.element();
  std::vector<size_t> places;  // of each column among the attributes
  for (const std::string& name : **header) places.push_back(row.AttributeIndex(name).value_or(0));
  std::vector<Value> rows;
  for (;;) {
    const FunctionResult<CsvRecord> record = NextRecord(reader);
    if (!record) return std::unexpected(record.error());
    if (!*record) break;
    std::vector<Value> attributes(places.size());
    for (size_t i = 0; i < places.size(); ++i) attributes[places[i]] = Value::String((**record)[i]);
    rows.push_back(Value::Of(row, std::move(attributes)));
  }
  return Value::List(row, std::move(rows));
}

}  // namespace

void AddEncodingFunctions(FunctionList& list) {
  const auto text = [](Arguments a) { return a[0].AsString(); };
  list.emplace_back("base64encode", OfText({OfString("str")}, "The text's bytes in Base64.",
                                           [text](Arguments a) { return EncodeBase64(text(a)); }));
  list.emplace_back("base64decode", Plain({MarkedString("str")}, Type::String(),
                                          "The text that is written in Base64.", FromBase64));
  list.emplace_back("base64gzip", OfText({OfString("str")}, "The text, compressed, in Base64.",
                                         [text](Arguments a) { return EncodeBase64(Gzip(text(a))); }));
  list.emplace_back("urlencode", OfText({OfString("str")}, "The text as part of a URL's query.",
                                        [text](Arguments a) { return UrlEncoded(text(a)); }));
  list.emplace_back(
      "jsonencode",
      Function{
          .parameters = {{.name = "val", .allow_null = true, .allow_unknown = true, .allow_dynamic = true}},
          .type = Always(Type::String()),
          .call = ToJson,
          .refine = NotNull,
          .description = "The value as JSON."});
  list.emplace_back("jsondecode", Function{.parameters = {OfString("str")},
                                           .type = JsonType,
                                           .call = FromJson,
                                           .finds_type = true,
                                           .description = "The value of a text in JSON."});
  list.emplace_back("csvdecode", Function{.parameters = {OfString("str")},
                                          .type = CsvType,
                                          .call = FromCsv,
                                          .refine = NotNull,
                                          .description = "The rows of comma-separated values as objects."});
}

}  // namespace cairn::hcl
