#include "hcl/console_print.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "hcl/quote.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

void AppendLine(std::string& out, size_t indent) {
  out += '\n';
  out.append(indent, ' ');
}

std::string_view TrimSpace(std::string_view text) {
  size_t length = 0;
  while (!text.empty() && IsSpace(DecodeCharacter(text, length))) text.remove_prefix(length);
  size_t end = 0;
  for (size_t at = 0; at < text.size(); at += length) {
    if (!IsSpace(DecodeCharacter(text.substr(at), length))) end = at + length;
  }
  return text.substr(0, end);
}

void AppendHeredoc(std::string& out, std::string_view text, size_t indent) {
  const std::vector<std::string_view> lines = Split(text, '\n');
  std::string delimiter = "EOT";
  while (std::ranges::any_of(lines, [&](std::string_view line) { return TrimSpace(line) == delimiter; })) {
    delimiter += '_';
  }
  out += indent > 0 ? "<<-" : "<<";
  out += delimiter;
  for (const std::string_view line : lines) {
    AppendLine(out, indent);
    out += line;
  }
  AppendLine(out, indent);
  out += delimiter;
}

void AppendString(std::string& out, std::string_view text, size_t indent) {
  if (text.contains('\n')) {
    AppendHeredoc(out, text, indent);
  } else {
    AppendGoQuoted(out, text);
  }
}

std::string NullText(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kDynamic:
      return "null";
    case TypeKind::kBool:
    case TypeKind::kNumber:
    case TypeKind::kString:
      return "to" + type.FriendlyName() + "(null)";
    case TypeKind::kList:
      return "tolist(null) /* of " + type.element().FriendlyName() + " */";
    case TypeKind::kSet:
      return "toset(null) /* of " + type.element().FriendlyName() + " */";
    case TypeKind::kMap:
      return "tomap(null) /* of " + type.element().FriendlyName() + " */";
    default:
      return "null /* " + type.FriendlyName() + " */";
  }
}

void AppendValue(std::string& out, const Value& value, size_t indent);

// As deep as the value is.
void AppendElements(std::string& out, const Value& value, size_t indent) {
  const bool has_names = value.kind() == TypeKind::kMap || value.kind() == TypeKind::kObject;
  out += has_names ? '{' : '[';
  for (size_t i = 0; i < value.size(); ++i) {
    AppendLine(out, indent + 2);
    if (has_names) {
      AppendString(out, value.name(i), indent + 2);
      out += " = ";
    }
    AppendValue(out, value.elements()[i], indent + 2);
    if (!has_names) out += ',';
  }
  if (value.size() > 0) AppendLine(out, indent);
  out += has_names ? '}' : ']';
}

void AppendValue(std::string& out, const Value& value, size_t indent) {
  if (!value.IsKnown()) {
    out += "(known after apply)";
  } else if (value.Has(Marks::kSensitive)) {
    out += "(sensitive value)";
  } else if (value.Has(Marks::kEphemeral)) {
    out += "(ephemeral value)";
  } else if (value.IsNull()) {
    out += NullText(value.type());
  } else if (value.kind() == TypeKind::kBool) {
    out += value.AsBool() ? "true" : "false";
  } else if (value.kind() == TypeKind::kNumber) {
    out += value.AsNumber().ToString();
  } else if (value.kind() == TypeKind::kString) {
    AppendString(out, value.AsString(), indent);
  } else if (!value.type().IsCollection()) {
    AppendElements(out, value, indent);
  } else {
    out += value.kind() == TypeKind::kList ? "tolist(" : value.kind() == TypeKind::kSet ? "toset(" : "tomap(";
    AppendElements(out, value, indent);
    out += ')';
  }
}

void AppendType(std::string& out, const Type& type, size_t indent) {
  constexpr size_t kStep = 4;
  if (type.IsDynamic() || type.IsPrimitive()) {
    out += type.FriendlyName();
    return;
  }
  if (type.IsCollection()) {
    out += type.Is(TypeKind::kList) ? "list(" : type.Is(TypeKind::kSet) ? "set(" : "map(";
    const Type& element = type.element();
    if (!element.Is(TypeKind::kTuple) && !element.Is(TypeKind::kObject)) {
      AppendType(out, element, indent);
    } else {
      AppendLine(out, indent + kStep);
      AppendType(out, element, indent + kStep);
      out += ',';
      AppendLine(out, indent);
    }
    out += ')';
    return;
  }
  const bool is_tuple = type.Is(TypeKind::kTuple);
  const size_t size = is_tuple ? type.elements().size() : type.attributes().size();
  out += is_tuple ? "tuple([" : "object({";
  for (size_t i = 0; i < size; ++i) {
    AppendLine(out, indent + kStep);
    if (!is_tuple) out += type.attributes()[i].name + ": ";
    AppendType(out, is_tuple ? type.elements()[i] : type.attributes()[i].type, indent + kStep);
    out += ',';
  }
  if (size > 0) AppendLine(out, indent);
  out += is_tuple ? "])" : "})";
}

}  // namespace

std::string PrintValue(const Value& value) {
  std::string out;
  AppendValue(out, value, 0);
  return out;
}

std::string PrintType(const Type& type) {
  std::string out;
  AppendType(out, type, 0);
  return out;
}

}  // namespace cairn::hcl
