#include "registry/constant_body.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "hcl/convert.h"
#include "hcl/eval.h"
#include "hcl/scope.h"

namespace cairn::registry {
namespace {

using hcl::Node;
using hcl::NodeKind;

bool Contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string Suggestion(std::string_view given, std::span<const std::string_view> names) {
  const std::string_view nearest = hcl::NearestName(given, {names.begin(), names.end()});
  return nearest.empty() ? "" : Format(" Did you mean \"{}\"?", nearest);
}

void AddAttribute(Node item, ConstantBody& read, std::span<const std::string_view> arguments,
                  hcl::Diagnostics& diagnostics) {
  if (!Contains(arguments, item.name())) {
    diagnostics.AddError("Unsupported argument",
                         Format("An argument named \"{}\" is not expected here.{}", item.name(),
                                Suggestion(item.name(), arguments)),
                         item.name_range());
    return;
  }
  read.attributes.emplace(item.name(), item);
}

void AddBlock(Node item, ConstantBody& read, std::span<const std::string_view> arguments,
              std::span<const std::string_view> block_types, hcl::Diagnostics& diagnostics) {
  if (Contains(block_types, item.name())) {
    read.blocks.push_back(item);
    return;
  }
  std::string hint = Suggestion(item.name(), block_types);
  if (Contains(arguments, item.name())) {
    hint = Format(" Did you mean to define argument \"{}\"? If so, use the equals sign to assign it a value.",
                  item.name());
  }
  diagnostics.AddError("Unsupported block type",
                       Format("Blocks of type \"{}\" are not expected here.{}", item.name(), hint),
                       item.name_range());
}

}  // namespace

ConstantBody ReadConstantBody(Node body, std::span<const std::string_view> arguments,
                              std::span<const std::string_view> block_types, hcl::Diagnostics& diagnostics) {
  ConstantBody read;
  for (const Node item : body.children()) {
    if (item.kind() == NodeKind::kAttribute) AddAttribute(item, read, arguments, diagnostics);
    if (item.kind() == NodeKind::kBlock) AddBlock(item, read, arguments, block_types, diagnostics);
  }
  return read;
}

Node ExpressionOf(Node attribute) {
  return attribute.child(0);
}

Node BodyOf(Node block) {
  return block.child(block.child_count() - 1);
}

std::vector<Node> LabelsOf(Node block) {
  std::vector<Node> labels;
  for (const Node child : block.children()) {
    if (child.kind() != NodeKind::kBody) labels.push_back(child);
  }
  return labels;
}

std::string LabelText(Node label) {
  return label.kind() == NodeKind::kString ? hcl::StringValue(label) : std::string(label.text());
}

std::optional<std::string> StringConstant(Node expression, hcl::Diagnostics& diagnostics) {
  const hcl::Value value = hcl::Evaluate(expression, hcl::MapScope(), diagnostics).WithoutMarks();
  const auto unsuitable = [&](std::string_view why) {
    diagnostics.AddError("Unsuitable value type", Format("Unsuitable value: {}", why), expression.range());
    return std::nullopt;
  };
  if (!value.IsKnown()) return unsuitable("value must be known");
  const auto text = hcl::Convert(value, hcl::Type::String());
  if (!text) return unsuitable(hcl::MismatchMessage(value.type(), hcl::Type::String()));
  if (text->IsNull()) return unsuitable("null value is not allowed");
  return std::string(text->AsString());
}

std::optional<std::vector<Node>> StaticList(Node expression, hcl::Diagnostics& diagnostics) {
  while (expression.kind() == NodeKind::kParentheses) expression = expression.child(0);
  if (expression.kind() != NodeKind::kTuple) {
    diagnostics.AddError("Invalid expression", "A static list expression is required.", expression.range());
    return std::nullopt;
  }
  std::vector<Node> elements;
  for (const Node element : expression.children()) elements.push_back(element);
  return elements;
}

}  // namespace cairn::registry
