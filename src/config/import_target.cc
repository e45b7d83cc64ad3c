#include "config/import_target.h"

#include <algorithm>
#include <utility>

#include "hcl/references.h"
#include "state/address_parser.h"

namespace cairn::config {
namespace {

using hcl::Value;

bool IsKey(const Value& key) {
  return key.HasContent() && (key.kind() == hcl::TypeKind::kString || key.kind() == hcl::TypeKind::kNumber);
}

hcl::TraversalStep IndexStep(hcl::Node node, const KeyEvaluator& key_of) {
  const Value key = key_of(hcl::Expression(node.child(1)));
  return {.is_attribute = false, .key = key.IsKnown() ? key.WithoutMarks() : key, .node = node};
}

// Nothing, and an error, if it is no variable with steps.
std::optional<hcl::Reference> ReferenceOf(hcl::Expression to, const KeyEvaluator& key_of,
                                          hcl::Diagnostics& diagnostics) {
  const hcl::Node node = to.AsNode();
  std::vector<hcl::TraversalStep> steps;
  hcl::Node root = node;
  while (root && (hcl::IsStep(root) || root.kind() == hcl::NodeKind::kIndex)) {
    steps.push_back(hcl::IsStep(root) ? hcl::StepOf(root) : IndexStep(root, key_of));
    root = root.child(0);
  }
  if (steps.empty() || root.kind() != hcl::NodeKind::kVariable) return to.AsReference(diagnostics);
  std::ranges::reverse(steps);
  return hcl::Reference{.root = root.name(), .steps = std::move(steps), .node = node};
}

}  // namespace

std::optional<state::InstanceAddress> ReadImportTarget(hcl::Expression to, const KeyEvaluator& key_of,
                                                       hcl::Diagnostics& diagnostics) {
  const auto reference = ReferenceOf(to, key_of, diagnostics);
  if (!reference) return std::nullopt;
  for (const hcl::TraversalStep& step : reference->steps) {
    if (step.is_attribute || IsKey(step.key)) continue;
    if (!step.key.IsKnown()) return std::nullopt;
    diagnostics.AddError("Invalid address",
                         "Invalid resource instance key: either a string or an integer is required.",
                         hcl::IsStep(step.node) ? step.range() : step.node.child(1).range());
    return std::nullopt;
  }
  return state::ParseInstanceAddress(*reference, diagnostics);
}

}  // namespace cairn::config
