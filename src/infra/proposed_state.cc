#include "infra/proposed_state.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace cairn::infra {
namespace {

using hcl::AttributeSchema;
using hcl::BlockSchema;
using hcl::NestedAttributes;
using hcl::Nesting;
using hcl::Type;
using hcl::Value;

Value ProposedAttribute(const AttributeSchema& attribute, const Value& prior, const Value& config);
bool MayBePrior(const AttributeSchema& attribute, const Value& prior, const Value& config);
bool MayBePrior(const BlockSchema& block, const Value& prior, const Value& config);

// What is nested, of attributes and of blocks alike: how one object is proposed, and which of the prior ones
// may be what became of a configured one.
struct Element {
  std::function<Value(const Value& prior, const Value& config)> propose;
  std::function<bool(const Value& prior, const Value& config)> may_be_prior;
};

const Value& MemberOf(const Value& object, std::string_view name) {
  static const Value none;
  if (!object.HasContent()) return none;
  const Value* found = object.Find(name);
  return found != nullptr ? *found : none;
}

Value ProposedSequence(const Element& element, const Value& prior, const Value& config) {
  std::vector<Value> elements;
  elements.reserve(config.size());
  for (size_t i = 0; i < config.size(); ++i) {
    const bool has_prior = prior.HasContent() && !prior.type().Is(hcl::TypeKind::kSet) && i < prior.size();
    elements.push_back(element.propose(has_prior ? prior.elements()[i] : Value(), config.elements()[i]));
  }
  if (config.kind() == hcl::TypeKind::kTuple) return Value::Tuple(std::move(elements));
  return Value::List(config.type().element(), std::move(elements));
}

Value ProposedNamed(const Element& element, const Value& prior, const Value& config) {
  std::vector<hcl::NamedValue> entries;
  entries.reserve(config.size());
  for (size_t i = 0; i < config.size(); ++i) {
    entries.push_back({std::string(config.name(i)),
                       element.propose(MemberOf(prior, config.name(i)), config.elements()[i])});
  }
  if (config.kind() == hcl::TypeKind::kObject) return Value::Object(std::move(entries));
  return Value::Map(config.type().element(), std::move(entries));
}

// The first prior element that nobody else has and that agrees in all that is configured.
Value ProposedSet(const Element& element, const Value& prior, const Value& config) {
  const std::span<const Value> priors = prior.HasContent() ? prior.elements() : std::span<const Value>();
  std::vector<bool> used(priors.size(), false);
  std::vector<Value> elements;
  elements.reserve(config.size());
  for (const Value& configured : config.elements()) {
    Value match;
    for (size_t i = 0; i < priors.size(); ++i) {
      if (used[i] || !element.may_be_prior(priors[i], configured)) continue;
      used[i] = true;
      match = priors[i];
      break;
    }
    elements.push_back(element.propose(match, configured));
  }
  return Value::Set(config.type().element(), std::move(elements));
}

Value ProposedNested(Nesting nesting, const Element& element, const Value& prior, const Value& config) {
  if (!config.IsKnown()) return config;  // blocks whose number is not known yet
  switch (nesting) {
    case Nesting::kSingle:
    case Nesting::kGroup:
      return config.IsNull() ? config : element.propose(prior, config);
    case Nesting::kList:
      return config.IsNull() ? config : ProposedSequence(element, prior, config);
    case Nesting::kMap:
      return config.IsNull() ? config : ProposedNamed(element, prior, config);
    case Nesting::kSet:
      return config.IsNull() ? config : ProposedSet(element, prior, config);
  }
  return config;
}

Value ProposedAttributes(std::span<const AttributeSchema> attributes, const Value& prior,
                         const Value& config) {
  if (!config.HasContent()) return config;
  std::vector<hcl::NamedValue> members;
  members.reserve(attributes.size());
  for (const AttributeSchema& attribute : attributes) {
    members.push_back({attribute.name, ProposedAttribute(attribute, MemberOf(prior, attribute.name),
                                                         MemberOf(config, attribute.name))});
  }
  return Value::Object(std::move(members));
}

bool AttributesMayBePrior(std::span<const AttributeSchema> attributes, const Value& prior,
                          const Value& config) {
  for (const AttributeSchema& attribute : attributes) {
    if (!MayBePrior(attribute, MemberOf(prior, attribute.name), MemberOf(config, attribute.name)))
      return false;
  }
  return true;
}

Element ElementOf(const NestedAttributes& nested) {
  return {.propose =
              [&nested](const Value& prior, const Value& config) {
                return ProposedAttributes(nested.attributes, prior, config);
              },
          .may_be_prior =
              [&nested](const Value& prior, const Value& config) {
                return prior.HasContent() && config.HasContent()
                           ? AttributesMayBePrior(nested.attributes, prior, config)
                           : prior == config;
              }};
}

Element ElementOf(const BlockSchema& block) {
  return {.propose = [&block](const Value& prior,
                              const Value& config) { return ProposedState(block, prior, config); },
          .may_be_prior = [&block](const Value& prior,
                                   const Value& config) { return MayBePrior(block, prior, config); }};
}

// Whether some attribute within has a value that only the configuration can have given it.
bool HoldsConfigured(std::span<const AttributeSchema> attributes, const Value& value);

bool HoldsConfigured(const AttributeSchema& attribute, const Value& value) {
  if (value.IsNull()) return false;
  if (!attribute.computed) return true;
  if (!attribute.nested || !value.HasContent()) return false;
  const Nesting nesting = attribute.nested->nesting;
  if (nesting == Nesting::kSingle || nesting == Nesting::kGroup) {
    return HoldsConfigured(attribute.nested->attributes, value);
  }
  for (const Value& element : value.elements()) {
    if (HoldsConfigured(attribute.nested->attributes, element)) return true;
  }
  return false;
}

bool HoldsConfigured(std::span<const AttributeSchema> attributes, const Value& value) {
  if (!value.HasContent()) return false;
  for (const AttributeSchema& attribute : attributes) {
    if (HoldsConfigured(attribute, MemberOf(value, attribute.name))) return true;
  }
  return false;
}

Value ProposedAttribute(const AttributeSchema& attribute, const Value& prior, const Value& config) {
  if (attribute.write_only) return Value::Null(attribute.type.WithoutOptional());
  if (attribute.computed && config.IsNull() && config.marks() == hcl::Marks::kNone) {
    const bool was_configured = attribute.nested && attribute.optional && HoldsConfigured(attribute, prior);
    if (was_configured) return Value::Null(attribute.type);
    return prior.IsNull() ? Value::Null(attribute.type) : prior;
  }
  if (!attribute.nested) return config;
  return ProposedNested(attribute.nested->nesting, ElementOf(*attribute.nested), prior, config);
}

bool NestedMayBePrior(Nesting nesting, const Element& element, const Value& prior, const Value& config) {
  if (!config.IsKnown()) return true;
  if (prior.IsNull() || config.IsNull() || !prior.IsKnown()) return prior.IsNull() == config.IsNull();
  if (nesting == Nesting::kSingle || nesting == Nesting::kGroup) return element.may_be_prior(prior, config);
  if (prior.size() != config.size()) return false;
  if (nesting != Nesting::kSet) {
    for (size_t i = 0; i < config.size(); ++i) {
      const bool named = nesting == Nesting::kMap;
      if (named && prior.name(i) != config.name(i)) return false;
      if (!element.may_be_prior(prior.elements()[i], config.elements()[i])) return false;
    }
    return true;
  }
  std::vector<bool> used(prior.size(), false);
  for (const Value& configured : config.elements()) {
    size_t i = 0;
    while (i < used.size() && (used[i] || !element.may_be_prior(prior.elements()[i], configured))) ++i;
    if (i == used.size()) return false;
    used[i] = true;
  }
  return true;
}

bool MayBePrior(const AttributeSchema& attribute, const Value& prior, const Value& config) {
  if (attribute.computed && config.IsNull()) return true;
  if (!attribute.nested)
    return !config.IsWhollyKnown() || prior == config || (prior.IsNull() && config.IsNull());
  return NestedMayBePrior(attribute.nested->nesting, ElementOf(*attribute.nested), prior, config);
}

bool MayBePrior(const BlockSchema& block, const Value& prior, const Value& config) {
  if (!prior.HasContent() || !config.HasContent()) return prior.IsNull() == config.IsNull();
  if (!AttributesMayBePrior(block.attributes, prior, config)) return false;
  for (const hcl::NestedBlock& nested : block.blocks) {
    if (!NestedMayBePrior(nested.nesting, ElementOf(*nested.block), MemberOf(prior, nested.name),
                          MemberOf(config, nested.name))) {
      return false;
    }
  }
  return true;
}

Value UnknownAttribute(const AttributeSchema& attribute, const Value& config) {
  if (attribute.computed && config.IsNull()) return Value::Unknown(attribute.type.WithoutOptional());
  if (!attribute.nested) return config;
  const Element element{
      .propose =
          [&attribute](const Value&, const Value& object) {
            if (!object.HasContent()) return object;
            std::vector<hcl::NamedValue> members;
            for (const AttributeSchema& inner : attribute.nested->attributes) {
              members.push_back({inner.name, UnknownAttribute(inner, MemberOf(object, inner.name))});
            }
            return Value::Object(std::move(members));
          },
      .may_be_prior = [](const Value&, const Value&) { return false; }};
  return ProposedNested(attribute.nested->nesting, element, Value(), config);
}

}  // namespace

Value EmptyObject(const BlockSchema& schema) {
  std::vector<hcl::NamedValue> members;
  members.reserve(schema.attributes.size() + schema.blocks.size());
  for (const AttributeSchema& attribute : schema.attributes) {
    members.push_back({attribute.name, Value::Null(attribute.type.WithoutOptional())});
  }
  for (const hcl::NestedBlock& block : schema.blocks) {
    Value empty;
    switch (block.nesting) {
      case Nesting::kSingle:
        empty = Value::Null(block.block->type);
        break;
      case Nesting::kGroup:
        empty = EmptyObject(*block.block);
        break;
      case Nesting::kList:
        empty = block.block->type.HasDynamic() ? Value::Tuple({}) : Value::List(block.block->type, {});
        break;
      case Nesting::kSet:
        empty = Value::Set(block.block->type, {});
        break;
      case Nesting::kMap:
        empty = block.block->type.HasDynamic() ? Value::Object({}) : Value::Map(block.block->type, {});
        break;
    }
    members.push_back({block.name, std::move(empty)});
  }
  return Value::Object(std::move(members));
}

Value ProposedState(const BlockSchema& schema, const Value& prior, const Value& config) {
  if (!config.HasContent()) return config.IsNull() ? prior : config;
  std::vector<hcl::NamedValue> members;
  members.reserve(schema.attributes.size() + schema.blocks.size());
  for (const AttributeSchema& attribute : schema.attributes) {
    members.push_back({attribute.name, ProposedAttribute(attribute, MemberOf(prior, attribute.name),
                                                         MemberOf(config, attribute.name))});
  }
  for (const hcl::NestedBlock& block : schema.blocks) {
    members.push_back(
        {block.name, ProposedNested(block.nesting, ElementOf(*block.block), MemberOf(prior, block.name),
                                    MemberOf(config, block.name))});
  }
  return Value::Object(std::move(members));
}

Value PlannedWithUnknowns(const BlockSchema& schema, const Value& config) {
  if (!config.HasContent()) return config;
  std::vector<hcl::NamedValue> members;
  members.reserve(schema.attributes.size() + schema.blocks.size());
  for (const AttributeSchema& attribute : schema.attributes) {
    members.push_back({attribute.name, UnknownAttribute(attribute, MemberOf(config, attribute.name))});
  }
  for (const hcl::NestedBlock& block : schema.blocks) {
    const Element element{
        .propose = [&block](const Value&,
                            const Value& object) { return PlannedWithUnknowns(*block.block, object); },
        .may_be_prior = [](const Value&, const Value&) { return false; }};
    members.push_back(
        {block.name, ProposedNested(block.nesting, element, Value(), MemberOf(config, block.name))});
  }
  return Value::Object(std::move(members));
}

}  // namespace cairn::infra
