#include "hcl/decode_layout.h"

#include <algorithm>

namespace cairn::hcl {
namespace {

bool MayBeBlocks(const Type& type) {
  return (type.Is(TypeKind::kList) || type.Is(TypeKind::kSet)) && type.element().Is(TypeKind::kObject);
}

bool HasArgument(const Body& body, std::string_view name) {
  Diagnostics ignored;
  Body rest;
  const Content content = body.PartialContent({.attributes = {{name}}}, rest, ignored);
  return bool(content.Find(name));
}

// Whether there are blocks of that type, or `dynamic` ones for them.
bool HasBlocks(const Body& body, std::string_view type) {
  Diagnostics ignored;
  Body rest;
  const Content content = body.PartialContent({.blocks = {{type}, {kDynamic, {"type"}}}}, rest, ignored);
  return std::ranges::any_of(content.blocks, [&](const Block& block) {
    return block.type() == type || (block.type() == kDynamic && block.labels()[0] == type);
  });
}

}  // namespace

Layout LayOut(const Body& body, const BlockSchema& schema, bool attributes_as_blocks, bool expands) {
  Layout layout;
  layout.schema.attributes.reserve(schema.attributes.size());
  layout.schema.blocks.reserve(schema.blocks.size() + 1);
  for (const AttributeSchema& attribute : schema.attributes) {
    const bool is_block = attributes_as_blocks && MayBeBlocks(attribute.type) && !attribute.nested &&
                          !HasArgument(body, attribute.name) && (expands || HasBlocks(body, attribute.name));
    if (is_block) {
      layout.as_blocks.push_back(&attribute);
      layout.schema.blocks.push_back({.type = attribute.name});
    } else {
      layout.schema.attributes.push_back({.name = attribute.name, .required = attribute.required});
    }
  }
  for (const NestedBlock& block : schema.blocks) {
    BlockHeader header{.type = block.name};
    if (block.nesting == Nesting::kMap) header.labels = {"key"};
    layout.schema.blocks.push_back(std::move(header));
  }
  layout.schema.blocks.push_back({.type = kDynamic, .labels = {"type"}});
  return layout;
}

BlockSchema ElementSchema(const Type& collection) {
  std::vector<AttributeSchema> attributes;
  for (const ObjectAttribute& attribute : collection.element().attributes()) {
    attributes.push_back({.name = attribute.name, .type = attribute.type, .optional = true});
  }
  return MakeBlockSchema(std::move(attributes));
}

BodySchema DynamicSchema(const BlockHeader& header) {
  BodySchema schema{.attributes = {{"for_each", true}, {"iterator"}}, .blocks = {{"content"}}};
  if (!header.labels.empty()) schema.attributes.push_back({"labels", true});
  return schema;
}

}  // namespace cairn::hcl
