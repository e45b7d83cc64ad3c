#include "hcl/schema.h"

#include <algorithm>

namespace cairn::hcl {
namespace {

template <typename T>
void SortByName(std::vector<T>& items) {
  std::ranges::sort(items, {}, &T::name);
}

template <typename T>
const T* FindByName(const std::vector<T>& items, std::string_view name) {
  const auto found =
      std::ranges::lower_bound(items, name, {}, [](const T& item) -> std::string_view { return item.name; });
  return found != items.end() && found->name == name ? &*found : nullptr;
}

// Also sorts what is nested.
Type AttributeType(AttributeSchema& attribute) {
  if (!attribute.nested) return attribute.type;
  auto nested = std::make_shared<NestedAttributes>(*attribute.nested);
  SortByName(nested->attributes);
  std::vector<ObjectAttribute> types;
  types.reserve(nested->attributes.size());
  for (AttributeSchema& inner : nested->attributes) {
    inner.type = AttributeType(inner);
    types.push_back({.name = inner.name, .type = inner.type});
  }
  attribute.nested = nested;
  return NestedType(nested->nesting, Type::Object(std::move(types)));
}

// Whether an old provider could have such an attribute.
bool IsOld(const AttributeSchema& attribute) {
  const Type& type = attribute.type;
  if (attribute.nested || type.Is(TypeKind::kTuple) || type.Is(TypeKind::kObject)) return false;
  if (!type.IsCollection()) return true;
  const Type& element = type.element();
  if (type.Is(TypeKind::kMap) && element.Is(TypeKind::kObject)) return false;
  return !element.IsCollection() || element.element().IsPrimitive();
}

}  // namespace

const AttributeSchema* BlockSchema::FindAttribute(std::string_view name) const {
  return FindByName(attributes, name);
}

const NestedBlock* BlockSchema::FindBlock(std::string_view name) const {
  return FindByName(blocks, name);
}

BlockSchema MakeBlockSchema(std::vector<AttributeSchema> attributes, std::vector<NestedBlock> blocks) {
  SortByName(attributes);
  SortByName(blocks);
  std::vector<ObjectAttribute> types;
  types.reserve(attributes.size() + blocks.size());
  for (AttributeSchema& attribute : attributes) {
    attribute.type = AttributeType(attribute);
    types.push_back({.name = attribute.name, .type = attribute.type});
  }
  for (const NestedBlock& block : blocks) {
    types.push_back({.name = block.name, .type = NestedType(block.nesting, block.block->type)});
  }
  const bool attributes_as_blocks =
      std::ranges::all_of(attributes, IsOld) &&
      std::ranges::all_of(blocks, [](const NestedBlock& block) { return block.block->attributes_as_blocks; });
  return {.attributes = std::move(attributes),
          .blocks = std::move(blocks),
          .type = Type::Object(std::move(types)),
          .attributes_as_blocks = attributes_as_blocks};
}

Type NestedType(Nesting nesting, const Type& element) {
  switch (nesting) {
    case Nesting::kSingle:
    case Nesting::kGroup:
      return element;
    case Nesting::kList:
      // Where something within is of dynamic type, elements may differ in theirs; which ones there are is
      // only known with the value.
      return element.HasDynamic() ? Type::Dynamic() : Type::List(element);
    case Nesting::kSet:
      return Type::Set(element);
    case Nesting::kMap:
      return element.HasDynamic() ? Type::Dynamic() : Type::Map(element);
  }
  return element;
}

}  // namespace cairn::hcl
