#include "hcl/write.h"

#include <memory>

#include "hcl/format.h"
#include "hcl/parser.h"
#include "hcl/quote.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

void AppendElements(std::string& out, const Value& value) {
  out += '[';
  for (size_t i = 0; i < value.size(); ++i) {
    if (i > 0) out += ", ";
    AppendExpression(out, value.elements()[i]);
  }
  out += ']';
}

void AppendAttributes(std::string& out, const Value& value) {
  out += '{';
  for (size_t i = 0; i < value.size(); ++i) {
    out += (i == 0 ? "\n" : "") + WriteName(value.name(i)) + " = ";
    AppendExpression(out, value.elements()[i]);
    out += '\n';
  }
  out += '}';
}

}  // namespace

std::string WriteName(std::string_view name) {
  if (IsIdentifier(name)) return std::string(name);
  std::string quoted;
  AppendQuoted(quoted, name);
  return quoted;
}

void AppendExpression(std::string& out, const Value& value) {
  if (value.IsNull()) {
    out += "null";
    return;
  }
  switch (value.kind()) {
    case TypeKind::kBool:
      out += value.AsBool() ? "true" : "false";
      return;
    case TypeKind::kNumber:
      out += value.AsNumber().ToString();
      return;
    case TypeKind::kString:
      return AppendQuoted(out, value.AsString());
    case TypeKind::kMap:
    case TypeKind::kObject:
      return AppendAttributes(out, value);
    default:
      return AppendElements(out, value);
  }
}

std::string LaidOut(std::string text) {
  const ParseResult parsed = ParseFile(std::make_shared<Source>("", text));
  if (parsed.diagnostics.has_errors()) return text;
  Result<std::string> formatted = FormatFile(*parsed.tree);
  return formatted ? *std::move(formatted) : text;
}

std::string WriteExpression(const Value& value) {
  constexpr std::string_view kBefore = "x = ";
  std::string text(kBefore);
  AppendExpression(text, value);
  text = LaidOut(text + '\n').substr(kBefore.size());
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace cairn::hcl
