// Blocks, and those that `dynamic` blocks make.

#include <string>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/decoder.h"

namespace cairn::hcl {

std::vector<Item> Decoder::Expand(const Content& content, const Layout& layout, const Frame& frame,
                                  std::deque<Iterator>& iterators) {
  std::vector<Item> items;
  items.reserve(content.blocks.size());
  for (const Block& block : content.blocks) {
    if (block.type() == kDynamic) {
      ExpandDynamic(block, layout, frame, iterators, items);
      continue;
    }
    items.push_back({.type = block.type(),
                     .labels = block.labels(),
                     .body = block.body(),
                     .frame = {.scope = frame.scope, .is_unknown = frame.is_unknown},
                     .written = &block});
  }
  return items;
}

void Decoder::ExpandDynamic(const Block& block, const Layout& layout, const Frame& frame,
                            std::deque<Iterator>& iterators, std::vector<Item>& items) {
  const std::string& type = block.labels()[0];
  const auto header = std::ranges::find(layout.schema.blocks, std::string_view(type), &BlockHeader::type);
  if (header == layout.schema.blocks.end() || type == kDynamic) {
    return Report("Unsupported block type", Format("Blocks of type {} are not expected here.", Quote(type)),
                  block.label_range(0));
  }
  const std::optional<Dynamic> dynamic = ReadDynamic(block, *header, frame);
  if (!dynamic) return;
  const Value& collection = dynamic->for_each;
  const auto add = [&](const Value& key, const Value& element, bool is_unknown) {
    const Iterator& round = iterators.emplace_back(*frame.scope, dynamic->iterator, key, element);
    Item item{.type = header->type,
              .labels = {},
              .body = dynamic->content,
              .frame = {.scope = &round.scope,
                        .marks = collection.marks(),
                        .is_unknown = is_unknown || frame.is_unknown},
              .written = &block};
    if (EvaluateLabels(*dynamic, round.scope, item.labels)) items.push_back(std::move(item));
  };
  if (!collection.IsKnown()) return add(Value::Dynamic(), Value::Dynamic(), true);
  for (size_t i = 0; i < collection.size(); ++i) {
    if (blocks_ >= limits_.blocks_max) {
      if (blocks_++ == limits_.blocks_max) {
        Report("Too many dynamic blocks",
               Format("The dynamic blocks of a body may make {} blocks in all.", limits_.blocks_max),
               block.definition_range());
      }
      return;
    }
    ++blocks_;
    const Value& element = collection.elements()[i];
    const bool has_names = collection.kind() == TypeKind::kMap || collection.kind() == TypeKind::kObject;
    if (has_names) {
      add(Value::String(collection.name(i)), element, false);
    } else {
      add(collection.kind() == TypeKind::kSet ? element : Value::Int(int64_t(i)), element, false);
    }
  }
}

std::optional<Dynamic> Decoder::ReadDynamic(const Block& block, const BlockHeader& header,
                                            const Frame& frame) {
  const size_t before = diagnostics_.size();
  const Content content = block.body().GetContent(DynamicSchema(header), diagnostics_);
  if (HasErrorsSince(before)) return std::nullopt;
  Dynamic dynamic;
  dynamic.iterator = header.type;
  if (const Expression name = content.Get("iterator")) {
    const std::optional<Reference> reference = name.AsReference(diagnostics_);
    if (!reference) return std::nullopt;
    if (!reference->steps.empty()) {
      Report("Invalid dynamic iterator name", "Dynamic iterator must be a single variable name.",
             reference->range());
      return std::nullopt;
    }
    dynamic.iterator = reference->root;
  }
  const Expression for_each = content.Get("for_each");
  dynamic.for_each = for_each.Evaluate(*frame.scope, diagnostics_, limits_.evaluation);
  if (HasErrorsSince(before) || !CheckForEach(dynamic.for_each, for_each, *frame.scope)) return std::nullopt;
  if (const Expression labels = content.Get("labels"); labels && !ReadLabels(labels, header, dynamic)) {
    return std::nullopt;
  }
  if (content.blocks.empty()) {
    Report("Missing dynamic content block",
           "A dynamic block must have a nested block of type \"content\" to "
           "describe the body of each "
           "generated block.",
           content.missing_item_range);
    return std::nullopt;
  }
  if (content.blocks.size() > 1) {
    Report("Extraneous dynamic content block",
           "Only one nested content block is allowed for each dynamic block.",
           content.blocks[1].definition_range());
    return std::nullopt;
  }
  dynamic.content = content.blocks[0].body();
  return dynamic;
}

bool Decoder::CheckForEach(const Value& value, const Expression& expression, const Scope& scope) {
  const TypeKind kind = value.kind();
  std::string detail;
  if (kind != TypeKind::kDynamic && !value.type().IsCollection() && kind != TypeKind::kTuple &&
      kind != TypeKind::kObject) {
    detail = Format(
        "Cannot use a {} value in for_each. An iterable collection "
        "is required.",
        value.type().FriendlyName());
  } else if (value.IsNull()) {
    detail = "Cannot use a null value in for_each.";
  } else {
    return true;
  }
  ReportAbout({.summary = "Invalid dynamic for_each value",
               .detail = std::move(detail),
               .subject = expression.range()},
              expression, scope);
  return false;
}

bool Decoder::ReadLabels(const Expression& labels, const BlockHeader& header, Dynamic& dynamic) {
  auto list = labels.AsList();
  if (!list) {
    Report("Invalid expression", "A static list expression is required.", labels.start_range());
    return false;
  }
  const size_t wanted = header.labels.size();
  if (list->size() != wanted) {
    const bool is_more = list->size() > wanted;
    Report(is_more ? "Extraneous dynamic block label" : "Insufficient dynamic block labels",
           Format("Blocks of type {} require {} label(s).", Quote(header.type), wanted),
           is_more ? (*list)[wanted].range() : labels.range());
    return false;
  }
  dynamic.labels = *std::move(list);
  return true;
}

bool Decoder::EvaluateLabels(const Dynamic& dynamic, const Scope& scope, std::vector<std::string>& labels) {
  for (const Expression& expression : dynamic.labels) {
    const size_t before = diagnostics_.size();
    const Value value = expression.Evaluate(scope, diagnostics_, limits_.evaluation);
    if (HasErrorsSince(before)) return false;
    const auto label = Convert(value, Type::String());
    std::string detail;
    if (!label) {
      detail = Format("Cannot use this value as a dynamic block label: {}.", label.error().Text());
    } else if (label->IsNull()) {
      detail = "Cannot use a null value as a dynamic block label.";
    } else if (!label->IsKnown()) {
      detail =
          "This value is not yet known. Dynamic block labels must be "
          "immediately-known values.";
    } else if (label->marks() != Marks::kNone) {
      detail =
          "This value has dynamic marks that make it unsuitable for use "
          "as a block label.";
    } else {
      labels.emplace_back(label->AsString());
      continue;
    }
    ReportAbout({.summary = "Invalid dynamic block label",
                 .detail = std::move(detail),
                 .subject = expression.range()},
                expression, scope);
    return false;
  }
  return true;
}

}  // namespace cairn::hcl
