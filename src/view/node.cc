#include "view/node.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "view/node_parser.h"

namespace cairn::view {
namespace {

bool IsSensitiveWithin(const hcl::BlockSchema& schema);

bool IsSensitiveWithin(const hcl::AttributeSchema& attribute) {
  if (attribute.sensitive) return true;
  return attribute.nested && std::ranges::any_of(attribute.nested->attributes,
                                                 [](const auto& inner) { return IsSensitiveWithin(inner); });
}

bool IsSensitiveWithin(const hcl::BlockSchema& schema) {
  return std::ranges::any_of(schema.attributes,
                             [](const auto& attribute) { return IsSensitiveWithin(attribute); }) ||
         std::ranges::any_of(schema.blocks,
                             [](const auto& nested) { return IsSensitiveWithin(*nested.block); });
}

// Applies `mark` to each object that is nested so.
template <typename Mark>
void MarkEach(Node& node, hcl::Nesting nesting, bool sensitive_within, Mark mark) {
  if (!sensitive_within) return;
  if (nesting == hcl::Nesting::kSingle || nesting == hcl::Nesting::kGroup) return mark(node);
  for (Node& item : node.items) mark(item);
  if (nesting == hcl::Nesting::kSet && !node.items.empty()) node.sensitive = true;
}

Node* FindMutable(Node& node, std::string_view name) {
  return const_cast<Node*>(node.Find(name));
}

void MarkAttributes(Node& node, const std::vector<hcl::AttributeSchema>& attributes) {
  for (const hcl::AttributeSchema& attribute : attributes) {
    Node* child = FindMutable(node, attribute.name);
    if (!child) continue;
    if (attribute.sensitive) {
      child->sensitive = true;
    } else if (attribute.nested) {
      MarkEach(*child, attribute.nested->nesting, IsSensitiveWithin(attribute),
               [&](Node& item) { MarkAttributes(item, attribute.nested->attributes); });
    }
  }
}

void MarkBlock(Node& node, const hcl::BlockSchema& schema) {
  MarkAttributes(node, schema.attributes);
  for (const hcl::NestedBlock& nested : schema.blocks) {
    Node* child = FindMutable(node, nested.name);
    if (!child) continue;
    MarkEach(*child, nested.nesting, IsSensitiveWithin(*nested.block),
             [&](Node& item) { MarkBlock(item, *nested.block); });
  }
}

bool SameObjects(const Node& a, const Node& b) {
  size_t i = 0;
  size_t j = 0;
  while (true) {
    while (i < a.items.size() && a.items[i].unknown) ++i;
    while (j < b.items.size() && b.items[j].unknown) ++j;
    if (i == a.items.size() || j == b.items.size()) return i == a.items.size() && j == b.items.size();
    if (a.names[i] != b.names[j] || !SameData(a.items[i], b.items[j])) return false;
    ++i;
    ++j;
  }
}

Node::Kind ShapeOf(const hcl::Type& type) {
  if (type.Is(hcl::TypeKind::kMap) || type.Is(hcl::TypeKind::kObject)) return Node::Kind::kObject;
  return type.IsPrimitive() || type.IsDynamic() ? Node::Kind::kNull : Node::Kind::kArray;
}

}  // namespace

const Node* Node::Find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(names, name);
  return at == names.end() || *at != name ? nullptr : &items[size_t(at - names.begin())];
}

Node ToNode(const hcl::Value& value) {
  Node node;
  node.sensitive = value.Has(hcl::Marks::kSensitive);
  node.unknown = !value.IsKnown();
  if (node.unknown) node.shape = ShapeOf(value.type());
  if (!value.HasContent()) return node;
  switch (value.kind()) {
    case hcl::TypeKind::kBool:
      node.kind = Node::Kind::kBool;
      node.truth = value.AsBool();
      return node;
    case hcl::TypeKind::kNumber:
      node.kind = Node::Kind::kNumber;
      node.text = value.AsNumber().ToString();
      return node;
    case hcl::TypeKind::kString:
      node.kind = Node::Kind::kString;
      node.text = value.AsString();
      return node;
    case hcl::TypeKind::kMap:
    case hcl::TypeKind::kObject:
      node.kind = Node::Kind::kObject;
      for (size_t i = 0; i < value.size(); ++i) node.names.emplace_back(value.name(i));
      break;
    default:
      node.kind = Node::Kind::kArray;
  }
  node.items.reserve(value.size());
  for (const hcl::Value& element : value.elements()) node.items.push_back(ToNode(element));
  return node;
}

Node ToNode(const hcl::Value& value, const hcl::BlockSchema& schema) {
  Node node = ToNode(value);
  MarkBlock(node, schema);
  return node;
}

std::optional<Node> ParseNode(std::string_view text) {
  return NodeParser(text).Parse();
}

bool SameData(const Node& a, const Node& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Node::Kind::kNull:
      return true;
    case Node::Kind::kBool:
      return a.truth == b.truth;
    case Node::Kind::kNumber:
    case Node::Kind::kString:
      return a.text == b.text;
    case Node::Kind::kArray:
      return std::ranges::equal(a.items, b.items, SameData);
    case Node::Kind::kObject:
      return SameObjects(a, b);
  }
  return false;
}

}  // namespace cairn::view
