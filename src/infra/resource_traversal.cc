#include "infra/resource_traversal.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "config/provisioners.h"
#include "hcl/access.h"

namespace cairn::infra {
namespace {

// How many steps are the resource's name.
size_t NameSteps(std::string_view root) {
  return root == "data" || root == "resource" || root == "ephemeral" ? 2 : 1;
}

void ReportMissingKey(const config::Resource& resource, const hcl::Reference& reference,
                      hcl::Diagnostics& diagnostics) {
  const std::string name = resource.name.ToString();
  hcl::SourceRange place = reference.range();
  place.end = reference.steps[NameSteps(reference.root) - 1].range().end;
  diagnostics.AddError(
      "Missing resource instance key",
      Format("Because {} has \"{}\" set, its attributes must be accessed on specific instances.\n\nFor "
             "example, to "
             "correlate with indices of a referring resource, use:\n    {}[{}]",
             name, resource.count ? "count" : "for_each", name, resource.count ? "count.index" : "each.key"),
      place);
}

void CheckAttribute(const hcl::BlockSchema& schema, const hcl::TraversalStep& step,
                    hcl::Diagnostics& diagnostics) {
  if (!step.is_attribute || schema.FindAttribute(step.name) != nullptr ||
      schema.FindBlock(step.name) != nullptr) {
    return;
  }
  std::vector<std::string_view> names;
  for (const hcl::AttributeSchema& one : schema.attributes) names.push_back(one.name);
  for (const hcl::NestedBlock& one : schema.blocks) names.push_back(one.name);
  const std::string_view near = hcl::NearestName(step.name, names);
  diagnostics.AddError(
      "Unsupported attribute",
      Format("This object has no argument, nested block, or exported attribute named {:?}.{}",
             std::string(step.name), near.empty() ? "" : Format(" Did you mean {:?}?", std::string(near))),
      step.range());
}

// The steps into an attribute; of its value nothing is known but the type.
void CheckWithin(const hcl::BlockSchema& schema, std::span<const hcl::TraversalStep> steps,
                 hcl::Diagnostics& diagnostics) {
  if (!steps[0].is_attribute || schema.FindAttribute(steps[0].name) == nullptr) return;
  hcl::Value value = hcl::Value::Unknown(schema.type);
  for (const hcl::TraversalStep& step : steps) {
    auto next = step.is_attribute ? hcl::Attribute(value, step.name) : hcl::Index(value, step.key);
    if (!next) return diagnostics.AddError(next.error().summary, next.error().detail, step.range());
    value = *std::move(next);
  }
}

}  // namespace

void CheckTraversal(const config::Resource& resource, const hcl::BlockSchema* schema,
                    const hcl::Reference& reference, hcl::Diagnostics& diagnostics) {
  size_t step = NameSteps(reference.root);
  if (step >= reference.steps.size()) return;
  const bool repeats = resource.count || resource.for_each;
  if (reference.steps[step].is_attribute && repeats)
    return ReportMissingKey(resource, reference, diagnostics);
  if (!reference.steps[step].is_attribute && !repeats) {
    diagnostics.AddError(
        "Unexpected resource instance key",
        Format("Because {} does not have \"count\" or \"for_each\" set, references to it must not include an "
               "index "
               "key. Remove the bracketed index to refer to the single instance of this resource.",
               resource.name.ToString()),
        reference.steps[step].range());
    return;
  }
  if (!reference.steps[step].is_attribute) ++step;
  if (schema == nullptr || step >= reference.steps.size()) return;
  CheckAttribute(*schema, reference.steps[step], diagnostics);
  CheckWithin(*schema, std::span(reference.steps).subspan(step), diagnostics);
}

void CheckSelf(const config::Resource& resource, const hcl::BlockSchema& schema,
               hcl::Diagnostics& diagnostics) {
  std::vector<hcl::Reference> references;
  for (const config::Provisioner& provisioner : resource.provisioners) {
    for (hcl::Reference& one : config::ReferencesOf(provisioner)) references.push_back(std::move(one));
  }
  for (const config::CheckRule& rule : resource.lifecycle.postconditions) {
    rule.condition.AppendReferences(references);
    rule.error_message.AppendReferences(references);
  }
  for (const hcl::Reference& reference : references) {
    if (reference.root == "self" && !reference.steps.empty())
      CheckAttribute(schema, reference.steps[0], diagnostics);
  }
}

}  // namespace cairn::infra
