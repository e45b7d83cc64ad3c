// Templates: "...", heredocs, and template files.

#include <string>
#include <string_view>

#include "base/strings.h"
#include "hcl/convert.h"
#include "hcl/evaluator.h"

namespace cairn::hcl {
namespace {

constexpr size_t kPrefixBytesMax = 128;  // of an unknown text that is told

}  // namespace

// A single `${...}` is what is in it, of whatever type.
Value Evaluator::Template(Node node, const Context& context) {
  const auto parts = node.children();
  auto second = parts.begin();
  if (!parts.empty() && ++second == parts.end() && node.child(0).kind() == NodeKind::kInterpolation) {
    return Evaluate(node.child(0), context);
  }
  const TemplateTexts texts(node);
  Context inner = context;
  inner.texts = &texts;
  return TemplateParts(node, inner);
}

// All parts as one text.
Value Evaluator::TemplateParts(Node node, const Context& context) {
  std::string text;
  Marks marks = Marks::kNone;
  bool is_known = true;
  bool failed = false;
  const auto report = [&](Node part, std::string detail) {
    failed = true;
    const Node subject = part.kind() == NodeKind::kInterpolation ? part.child(0) : part;
    Report(context,
           {.summary = "Invalid template interpolation value",
            .detail = std::move(detail),
            .subject = subject.range(),
            .context = node.range()},
           subject);
  };
  for (const Node part : node.children()) {
    if (part.kind() == NodeKind::kTemplateText) {
      if (is_known) context.texts->Append(text, part);
      continue;
    }
    const auto [value, part_failed] = Try(part, context);
    failed = failed || part_failed;
    if (value.IsNull()) {
      report(part, "The expression result is null. Cannot include a null value in a string template.");
      continue;
    }
    marks = marks | value.marks();
    if (!value.IsKnown()) {
      is_known = false;
      continue;
    }
    if (value.kind() == TypeKind::kString) {
      if (is_known) Append(text, value.AsString());
      continue;
    }
    const auto converted = Convert(value, Type::String());
    if (!converted) {
      report(part,
             Format("Cannot include the given value in a string template: {}.", converted.error().message));
    } else if (is_known) {
      Append(text, converted->AsString());
    }
  }
  if (is_known) return Value::String(text).WithMarks(marks);
  Refinement known{.not_null = true};
  if (!failed) known.prefix = SafePrefix(std::string_view(text).substr(0, kPrefixBytesMax));
  return Value::Unknown(Type::String(), std::move(known)).WithMarks(marks);
}

void Evaluator::Append(std::string& text, std::string_view more) const {
  if (text.size() / kWeightBytes <= limits_.weight_max) text += more;
}

}  // namespace cairn::hcl
