// Bodies that others override.

#include <algorithm>
#include <utility>

#include "hcl/body.h"
#include "hcl/body_hidden.h"

namespace cairn::hcl {
namespace {

// What a block makes: a "dynamic" one, those of its label.
std::string_view MadeType(const Block& block) {
  return block.type() == "dynamic" && !block.labels().empty() ? std::string_view(block.labels()[0])
                                                              : block.type();
}

BodySchema WithoutRequirements(BodySchema schema) {
  for (AttributeHeader& header : schema.attributes) header.required = false;
  return schema;
}

std::vector<Argument> OverrideArguments(std::vector<Argument> base, const std::vector<Argument>& over) {
  for (const Argument& argument : over) {
    const auto same = std::ranges::find(base, argument.name(), &Argument::name);
    if (same != base.end()) {
      *same = argument;
    } else {
      base.push_back(argument);
    }
  }
  return base;
}

std::vector<Block> OverrideBlocks(std::vector<Block> base, const std::vector<Block>& over,
                                  const std::vector<std::string_view>& merged) {
  std::vector<Block> added;
  for (const Block& block : over) {
    const auto same = std::ranges::find(base, block.type(), &Block::type);
    if (same != base.end() && std::ranges::find(merged, block.type()) != merged.end()) {
      *same = same->WithBody(same->body().OverriddenBy(block.body()));
    } else {
      added.push_back(block);
    }
  }
  std::erase_if(base, [&](const Block& block) {
    return std::ranges::find(added, MadeType(block), MadeType) != added.end();
  });
  base.insert(base.end(), added.begin(), added.end());
  return base;
}

}  // namespace

struct Body::Override {
  Body base;
  Body over;
  std::vector<std::string_view> merged;
};

Body Body::OverriddenBy(Body over, std::vector<std::string_view> merged) const {
  Body body;
  body.override_ = std::make_shared<const Override>(*this, std::move(over), std::move(merged));
  return body;
}

Content Body::OverriddenContent(const BodySchema& schema, Body* rest, Diagnostics& diagnostics) const {
  const BodySchema lenient = WithoutRequirements(schema);
  Body base_rest, over_rest;
  const auto ask = [&](const Body& body, Body& its_rest) {
    return rest ? body.PartialContent(lenient, its_rest, diagnostics) : body.GetContent(lenient, diagnostics);
  };
  Content content = ask(override_->base, base_rest);
  const Content over = ask(override_->over, over_rest);
  content.attributes = OverrideArguments(std::move(content.attributes), over.attributes);
  content.blocks = OverrideBlocks(std::move(content.blocks), over.blocks, override_->merged);
  ReportMissingArguments(schema, content, diagnostics);
  if (rest) *rest = base_rest.OverriddenBy(std::move(over_rest), override_->merged);
  return content;
}

std::vector<Argument> Body::JustAttributes(Diagnostics& diagnostics) const {
  if (override_) {
    return OverrideArguments(override_->base.JustAttributes(diagnostics),
                             override_->over.JustAttributes(diagnostics));
  }
  return json_ ? JsonAttributes(diagnostics) : NativeAttributes(diagnostics);
}

SourceRange Body::missing_item_range() const {
  if (override_) return override_->base.missing_item_range();
  if (json_) return json_.kind() == JsonKind::kObject ? json_.close_range() : json_.start_range();
  return node_ ? BodyStart(node_) : SourceRange();
}

}  // namespace cairn::hcl
