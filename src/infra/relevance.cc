#include "infra/relevance.h"

#include <utility>

#include "base/strings.h"
#include "config/providers.h"
#include "hcl/decode.h"
#include "infra/module_run.h"

namespace cairn::infra {
namespace {

using hcl::Reference;
using hcl::TraversalStep;

std::string_view NameAt(const Reference& reference, size_t step) {
  const bool named = step < reference.steps.size() && reference.steps[step].is_attribute;
  return named ? reference.steps[step].name : std::string_view();
}

std::optional<state::InstanceKey> KeyAt(const Reference& reference, size_t step) {
  return step < reference.steps.size() ? KeyOf(reference.steps[step]) : std::nullopt;
}

std::string TextOf(const Reference& reference) {
  std::string text(reference.root);
  for (const TraversalStep& step : reference.steps) {
    const auto key = KeyOf(step);
    text += step.is_attribute ? Format(".{}", step.name) : key ? key->ToString() : "[]";
  }
  return text;
}

hcl::ValuePath PathOf(const Reference& reference, size_t first_step) {
  hcl::ValuePath path;
  for (size_t i = first_step; i < reference.steps.size(); ++i) {
    const TraversalStep& step = reference.steps[i];
    path.push_back(step.is_attribute ? hcl::PathStep::Attribute(step.name) : hcl::PathStep::Index(step.key));
  }
  return path;
}

// `schema` with no more than the attribute or block `name` in it; all of it where that is empty.
hcl::BlockSchema PartOf(const hcl::BlockSchema& schema, std::string_view name) {
  if (name.empty()) return schema;
  hcl::BlockSchema part;
  if (const hcl::AttributeSchema* attribute = schema.FindAttribute(name)) part.attributes = {*attribute};
  if (const hcl::NestedBlock* block = schema.FindBlock(name)) part.blocks = {*block};
  return part;
}

}  // namespace

void Relevance::AddResource(const state::InstanceAddress& address) {
  const config::Config* config = root_.Find(address.module.path());
  if (config == nullptr) return;
  const auto resource = config->module->resources.find(address.resource);
  if (resource == config->module->resources.end()) return;
  const Place place{.module = address.module, .config = config};
  if (!seen_.insert(address.resource_address().ToString()).second) return;
  AddBody(place, resource->second, "");
}

void Relevance::AddOutput(const state::ModuleInstance& module, const std::string& name) {
  const config::Config* config = root_.Find(module.path());
  if (config == nullptr) return;
  const auto output = config->module->outputs.find(name);
  if (output == config->module->outputs.end()) return;
  Add({.module = module, .config = config}, output->second.value.References());
}

std::vector<plan::RelevantAttribute> Relevance::Find() {
  while (!pending_.empty()) {
    const Pending next = std::move(pending_.back());
    pending_.pop_back();
    Follow(next);
  }
  std::vector<plan::RelevantAttribute> all;
  for (auto& [text, attribute] : found_) all.push_back(std::move(attribute));
  return all;
}

void Relevance::Add(const Place& place, std::vector<Reference> references) {
  for (Reference& reference : references) {
    const bool repeats = reference.root == "count" || reference.root == "each";
    std::string text =
        Format("{} {} {}", place.module.ToString(),
               repeats && place.repeats ? place.repeats->name.ToString() : "", TextOf(reference));
    if (!seen_.insert(std::move(text)).second) continue;
    pending_.push_back({place, std::move(reference)});
  }
}

void Relevance::AddBody(const Place& place, const config::Resource& resource, std::string_view part) {
  const auto provider = config::ProviderOf(*place.config->module, resource.EffectiveProvider().name);
  const auto schema = schemas_.FindResource(registry::ToString(provider), resource.name);
  if (!schema) return;
  Place inside = place;
  inside.repeats = &resource;
  Add(inside, hcl::References(resource.body, PartOf(*(*schema)->block, part)));
}

void Relevance::Follow(const Pending& pending) {
  const auto& [place, reference] = pending;
  const std::string_view root = reference.root;
  if (root == "var") return FollowVariable(place, NameAt(reference, 0));
  if (root == "module") return FollowModule(place, reference);
  if (root == "path" || root == "terraform" || root == "self") return;
  if (root == "count" || root == "each") {
    if (place.repeats == nullptr) return;
    Add(place, place.repeats->count.References());
    return Add(place, place.repeats->for_each.References());
  }
  if (root == "local") {
    const auto local = place.config->module->locals.find(NameAt(reference, 0));
    if (local != place.config->module->locals.end()) Add(place, local->second.value.References());
    return;
  }
  FollowResource(place, reference);
}

void Relevance::FollowVariable(const Place& place, std::string_view name) {
  if (place.config->parent == nullptr) return;
  const hcl::BodySchema schema{.attributes = {{name}}};
  hcl::Diagnostics reported_elsewhere;
  hcl::Body rest;
  const hcl::Content content = place.config->call->body.PartialContent(schema, rest, reported_elsewhere);
  if (!content.Get(name)) return;
  Add({.module = place.module.Parent(), .config = place.config->parent}, content.Get(name).References());
}

void Relevance::FollowModule(const Place& place, const Reference& reference) {
  const std::string_view call = NameAt(reference, 0);
  const auto child = place.config->children.find(call);
  if (child == place.config->children.end()) return;
  const auto key = KeyAt(reference, 1);
  const std::string_view wanted = NameAt(reference, key ? 2 : 1);
  const Place inside{.module = place.module.Child(call, key.value_or(state::InstanceKey())),
                     .config = child->second.get()};
  for (const auto& [name, output] : child->second->module->outputs) {
    if (wanted.empty() || wanted == name) Add(inside, output.value.References());
  }
}

void Relevance::FollowResource(const Place& place, const Reference& reference) {
  using state::ResourceMode;
  const std::string_view root = reference.root;
  const bool prefixed = root == "data" || root == "ephemeral" || root == "resource";
  const ResourceMode mode = root == "data"        ? ResourceMode::kData
                            : root == "ephemeral" ? ResourceMode::kEphemeral
                                                  : ResourceMode::kManaged;
  const std::string_view type = prefixed ? NameAt(reference, 0) : root;
  size_t step = prefixed ? 1 : 0;
  const state::ResourceName resource(mode, type, NameAt(reference, step++));
  const auto key = KeyAt(reference, step);
  if (key) ++step;
  const state::InstanceAddress address{place.module, resource, key.value_or(state::InstanceKey())};
  const hcl::ValuePath path = PathOf(reference, step);
  found_.try_emplace(address.ToString() + hcl::ToString(path), plan::RelevantAttribute{address, path});
  const auto& resources = place.config->module->resources;
  const auto declared = resources.find(resource);
  if (declared != resources.end()) AddBody(place, declared->second, NameAt(reference, step));
}

}  // namespace cairn::infra
