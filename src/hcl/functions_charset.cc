#include <string>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/base64.h"
#include "hcl/charset.h"
#include "hcl/functions_table.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

FunctionResult<Charset> CharsetArgument(const Value& name) {
  const std::optional<Charset> charset = Charset::Find(name.AsString());
  if (charset) return *charset;
  return Refuse(Format("{} is not a supported IANA encoding name or alias in this Terraform version",
                       Quote(name.AsString())),
                1);
}

FunctionResult<Value> EncodeText(Arguments arguments) {
  const FunctionResult<Charset> charset = CharsetArgument(arguments[1]);
  if (!charset) return std::unexpected(charset.error());
  const std::optional<std::string> bytes = charset->Encode(arguments[0].AsString());
  if (bytes) return Value::String(EncodeBase64(*bytes));
  return Refuse(
      Format("the given string contains characters that cannot be represented in {}", charset->name()), 0);
}

FunctionResult<Value> DecodeText(Arguments arguments) {
  const FunctionResult<Charset> charset = CharsetArgument(arguments[1]);
  if (!charset) return std::unexpected(charset.error());
  const auto bytes = DecodeBase64(arguments[0].AsString());
  if (!bytes) {  // the peer's grammar
    return Refuse(Format("the given value is has an invalid base64 symbol at offset {}", bytes.error()), 0);
  }
  const std::optional<std::string> text = charset->Decode(*bytes);
  if (text) return Value::String(*text);
  return Refuse(Format("the given string contains symbols that are not defined for {}", charset->name()), 0);
}

}  // namespace

void AddCharsetFunctions(FunctionList& list) {
  list.emplace_back("textencodebase64", Plain({OfString("string"), OfString("encoding")}, Type::String(),
                                              "The text in a character set, in Base64.", EncodeText));
  list.emplace_back("textdecodebase64",
                    Plain({OfString("source"), OfString("encoding")}, Type::String(),
                          "The text of bytes in a character set, given in Base64.", DecodeText));
}

}  // namespace cairn::hcl
