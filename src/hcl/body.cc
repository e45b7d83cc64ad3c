// What the syntaxes share, and bodies of the native one. body_json.cc has those of JSON.

#include "hcl/body.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/body_hidden.h"

namespace cairn::hcl {

SourceRange RangeBetween(SourceRange first, const SourceRange& last) {
  first.end = std::max(first.end, last.end);
  return first;
}

SourceRange BodyStart(Node body) {
  const uint32_t first = body.first_token();
  const bool in_block = body.kind() == NodeKind::kBody && first > 0 &&
                        body.tree().tokens()[first - 1].kind == TokenKind::kBraceOpen;
  SourceRange range = body.tree().RangeOf(in_block ? first - 1 : 0, in_block ? first - 1 : 0);
  if (!in_block) range.begin = range.end = 0;
  return range;
}

Body::Body(std::shared_ptr<const SyntaxTree> tree) : owner_(tree), node_(tree->root()) {}
Body::Body(std::shared_ptr<const JsonTree> tree) : owner_(tree), json_(tree->root()) {}

Body Body::WithNode(Node node) const {
  Body body;
  body.owner_ = owner_;
  body.node_ = node;
  return body;
}

Body Body::WithJson(JsonValue json) const {
  Body body;
  body.owner_ = owner_;
  body.json_ = json;
  return body;
}

bool Body::HidesAttribute(std::string_view name) const {
  return hidden_ && std::ranges::find(hidden_->attributes, name) != hidden_->attributes.end();
}

bool Body::HidesBlock(std::string_view type) const {
  return hidden_ && std::ranges::find(hidden_->blocks, type) != hidden_->blocks.end();
}

Content Body::GetContent(const BodySchema& schema, Diagnostics& diagnostics) const {
  if (override_) return OverriddenContent(schema, nullptr, diagnostics);
  if (json_) return JsonContent(schema, nullptr, diagnostics);
  return NativeContent(schema, nullptr, diagnostics);
}

Content Body::PartialContent(const BodySchema& schema, Body& rest, Diagnostics& diagnostics) const {
  if (override_) return OverriddenContent(schema, &rest, diagnostics);
  if (json_) return JsonContent(schema, &rest, diagnostics);
  return NativeContent(schema, &rest, diagnostics);
}

namespace {

template <typename T, typename Name>
const T* Find(const std::vector<T>& headers, Name T::* field, std::string_view name) {
  const auto found = std::ranges::find(headers, name, field);
  return found == headers.end() ? nullptr : &*found;
}

SourceRange OpenBraceRange(Node block) {
  Node last;
  for (const Node child : block.children()) last = child;
  const uint32_t first = last.first_token();
  const bool has_brace = block.tree().tokens()[first - 1].kind == TokenKind::kBraceOpen;
  return has_brace ? block.tree().RangeOf(first - 1, first) : block.name_range();
}

void ReportArgument(Node attribute, const BodySchema& schema, const Content& content,
                    Diagnostics& diagnostics) {
  const std::string_view name = attribute.name();
  std::vector<std::string_view> names;
  for (const AttributeHeader& header : schema.attributes) {
    if (!content.Find(header.name)) names.push_back(header.name);
  }
  std::string hint;
  if (const std::string_view near = NearestName(name, names); !near.empty()) {
    hint = Format(" Did you mean {}?", Quote(near));
  } else if (Find(schema.blocks, &BlockHeader::type, name)) {
    hint = Format(" Did you mean to define a block of type {}?", Quote(name));
  }
  diagnostics.AddError("Unsupported argument",
                       Format("An argument named {} is not expected here.{}", Quote(name), hint),
                       attribute.name_range());
}

void ReportBlock(Node block, const BodySchema& schema, Diagnostics& diagnostics) {
  const std::string_view type = block.name();
  std::vector<std::string_view> names;
  for (const BlockHeader& header : schema.blocks) names.push_back(header.type);
  std::string hint;
  if (const std::string_view near = NearestName(type, names); !near.empty()) {
    hint = Format(" Did you mean {}?", Quote(near));
  } else if (Find(schema.attributes, &AttributeHeader::name, type)) {
    hint = Format(" Did you mean to define argument {}? If so, use the equals sign to assign it a value.",
                  Quote(type));
  }
  diagnostics.AddError("Unsupported block type",
                       Format("Blocks of type {} are not expected here.{}", Quote(type), hint),
                       block.name_range());
}

// Whether a block has as many labels as it should.
bool CheckLabels(Node node, const Block& block, const BlockHeader& header, Diagnostics& diagnostics) {
  const size_t given = block.labels().size();
  const size_t wanted = header.labels.size();
  if (given == wanted) return true;
  const SourceRange brace = OpenBraceRange(node);
  const SourceRange context = RangeBetween(block.type_range(), brace);
  std::string names;
  for (const std::string_view label : header.labels)
    names += (names.empty() ? "" : ", ") + std::string(label);
  if (given < wanted) {
    diagnostics.AddError(Format("Missing {} for {}", header.labels[given], header.type),
                         Format("All {} blocks must have {} labels ({}).", header.type, wanted, names), brace,
                         context);
  } else if (wanted == 0) {
    diagnostics.AddError(Format("Extraneous label for {}", header.type),
                         Format("No labels are expected for {} blocks.", header.type), block.label_range(0),
                         context);
  } else {
    diagnostics.AddError(
        Format("Extraneous label for {}", header.type),
        Format("Only {} labels ({}) are expected for {} blocks.", wanted, names, header.type),
        block.label_range(wanted), context);
  }
  return false;
}

}  // namespace

void ReportMissingArguments(const BodySchema& schema, const Content& content, Diagnostics& diagnostics) {
  for (const AttributeHeader& header : schema.attributes) {
    if (!header.required || content.Find(header.name)) continue;
    diagnostics.AddError(
        "Missing required argument",
        Format("The argument {} is required, but no definition was found.", Quote(header.name)),
        content.missing_item_range);
  }
}

Content Body::NativeContent(const BodySchema& schema, Body* rest, Diagnostics& diagnostics) const {
  Content content;
  if (!node_) return content;
  content.missing_item_range = missing_item_range();
  std::vector<Node> unsupported;
  std::shared_ptr<Hidden> taken;
  if (rest) taken = hidden_ ? std::make_shared<Hidden>(*hidden_) : std::make_shared<Hidden>();
  for (const Node item : node_.children()) {
    const std::string_view name = item.kind() == NodeKind::kError ? std::string_view() : item.name();
    if (item.kind() == NodeKind::kAttribute && !HidesAttribute(name)) {
      if (!Find(schema.attributes, &AttributeHeader::name, name)) {
        unsupported.push_back(item);
      } else if (!content.Find(name)) {  // else the parser has said so
        content.attributes.push_back(Argument(item));
        if (rest) taken->attributes.emplace_back(name);
      }
    } else if (item.kind() == NodeKind::kBlock && !HidesBlock(name)) {
      const BlockHeader* header = Find(schema.blocks, &BlockHeader::type, name);
      if (!header) {
        unsupported.push_back(item);
        continue;
      }
      if (rest) taken->blocks.emplace_back(name);
      Block block;
      block.node_ = item;
      for (const Node child : item.children()) {
        if (child.kind() == NodeKind::kBody) {
          block.body_ = WithNode(child);
        } else {
          block.labels_.push_back(StringValue(child));
        }
      }
      if (CheckLabels(item, block, *header, diagnostics)) content.blocks.push_back(std::move(block));
    }
  }
  ReportMissingArguments(schema, content, diagnostics);
  if (rest) {
    *rest = *this;
    rest->hidden_ = std::move(taken);
    return content;
  }
  for (const Node item : unsupported) {
    if (item.kind() == NodeKind::kAttribute) {
      ReportArgument(item, schema, content, diagnostics);
    } else {
      ReportBlock(item, schema, diagnostics);
    }
  }
  return content;
}

std::vector<Argument> Body::NativeAttributes(Diagnostics& diagnostics) const {
  std::vector<Argument> found;
  if (!node_) return found;
  bool has_block = false;
  for (const Node item : node_.children()) {
    if (item.kind() == NodeKind::kBlock && !has_block) {
      has_block = true;
      diagnostics.AddError(Format("Unexpected {} block", Quote(item.name())), "Blocks are not allowed here.",
                           item.name_range());
    }
    if (item.kind() != NodeKind::kAttribute || HidesAttribute(item.name())) continue;
    const auto same = [&](const Argument& argument) { return argument.name() == item.name(); };
    if (std::ranges::none_of(found, same)) found.push_back(Argument(item));
  }
  return found;
}

SourceRange Argument::range() const {
  return node_ ? node_.range() : RangeBetween(json_.name_range(), json_.range());
}

SourceRange Block::label_range(size_t i) const {
  return node_ ? node_.child(i).range() : label_members_[i].name_range();
}

SourceRange Block::definition_range() const {
  if (!node_) return definition_.start_range();
  return labels_.empty() ? type_range() : RangeBetween(type_range(), label_range(labels_.size() - 1));
}

Block Block::WithBody(Body body) const {
  Block block = *this;
  block.body_ = std::move(body);
  return block;
}

Argument Content::Find(std::string_view name) const {
  for (const Argument& argument : attributes) {
    if (argument.name() == name) return argument;
  }
  return {};
}

Expression Content::Get(std::string_view name) const {
  const Argument argument = Find(name);
  return argument ? argument.expression() : Expression();
}

ParsedBody ParseBody(std::shared_ptr<const Source> source, const ParseLimits& limits) {
  if (source->name().ends_with(".json")) {
    JsonParseResult parsed = ParseJsonSyntax(std::move(source), limits);
    return {.body = Body(std::move(parsed.tree)), .diagnostics = std::move(parsed.diagnostics)};
  }
  ParseResult parsed = ParseFile(std::move(source), limits);
  return {.body = Body(std::move(parsed.tree)), .diagnostics = std::move(parsed.diagnostics)};
}

}  // namespace cairn::hcl
