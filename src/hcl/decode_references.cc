// What a body refers to.

#include <algorithm>
#include <utility>

#include "hcl/decode.h"
#include "hcl/decode_layout.h"

namespace cairn::hcl {
namespace {

class Collector {
 public:
  std::vector<Reference> Take() { return std::move(references_); }

  void Visit(const Body& body, const BlockSchema& schema) {
    const Layout layout = LayOut(body, schema, /*attributes_as_blocks=*/true, /*expands=*/false);
    const Content content = Partial(body, layout.schema);
    for (const Argument& argument : content.attributes) Add(argument.expression(), iterators_.size());
    for (const Block& block : content.blocks) {
      if (block.type() != kDynamic) {
        VisitBlock(block.body(), block.type(), schema, layout);
      } else {
        VisitDynamic(block, schema, layout);
      }
    }
  }

 private:
  static Content Partial(const Body& body, const BodySchema& schema) {
    BodySchema lenient = schema;
    for (AttributeHeader& header : lenient.attributes) header.required = false;
    Diagnostics ignored;
    Body rest;
    return body.PartialContent(lenient, rest, ignored);
  }

  // Without the first `hidden` iterators.
  void Add(const Expression& expression, size_t hidden) {
    for (Reference& reference : expression.References()) {
      const auto end = iterators_.begin() + ptrdiff_t(hidden);
      if (std::find(iterators_.begin(), end, reference.root) == end) {
        references_.push_back(std::move(reference));
      }
    }
  }

  void VisitBlock(const Body& body, std::string_view type, const BlockSchema& schema, const Layout& layout) {
    for (const AttributeSchema* attribute : layout.as_blocks) {
      if (attribute->name == type) return Visit(body, ElementSchema(attribute->type));
    }
    if (const NestedBlock* nested = schema.FindBlock(type)) Visit(body, *nested->block);
  }

  void VisitDynamic(const Block& block, const BlockSchema& schema, const Layout& layout) {
    const std::string_view type = block.labels()[0];
    const Content content = Partial(
        block.body(), {.attributes = {{"for_each"}, {"iterator"}, {"labels"}}, .blocks = {{"content"}}});
    std::string_view iterator = type;
    if (const Expression name = content.Get("iterator")) {
      Diagnostics ignored;
      const std::optional<Reference> reference = name.AsReference(ignored);
      if (!reference) return;
      iterator = reference->root;
    }
    const size_t outside = iterators_.size();
    iterators_.push_back(iterator);
    Add(content.Get("for_each"), outside);
    Add(content.Get("labels"), iterators_.size());
    for (const Block& inner : content.blocks) VisitBlock(inner.body(), type, schema, layout);
    iterators_.pop_back();
  }

  std::vector<Reference> references_;
  std::vector<std::string_view> iterators_;
};

}  // namespace

std::vector<Reference> References(const Body& body, const BlockSchema& schema) {
  Collector collector;
  collector.Visit(body, schema);
  return collector.Take();
}

}  // namespace cairn::hcl
