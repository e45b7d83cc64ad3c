#include "view/diff.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "view/diff_pair.h"
#include "view/sequence_diff.h"

namespace cairn::view {
namespace {

using plan::Action;
using Kind = Diff::Kind;

Diff CompareType(const Pair& pair, const hcl::Type& type);
Diff CompareNested(const Pair& pair, const hcl::NestedAttributes& nested, hcl::Nesting nesting);
Diff CompareBlock(const Pair& pair, const hcl::BlockSchema& schema);
Diff CompareAsJson(const Pair& pair);

Diff MakeDiff(Kind kind, Action action, const Pair& pair) {
  Diff diff;
  diff.kind = kind;
  diff.action = action;
  diff.replace = pair.replace.Matches();
  return diff;
}

Diff MakePrimitive(const Pair& pair, Action action, bool is_string) {
  Diff diff;
  diff.action = action;
  diff.is_string = is_string;
  if (pair.before) diff.before = *pair.before;
  if (pair.after) diff.after = *pair.after;
  return diff;
}

// What to show of something sensitive: nothing of `compare`'s result but whether there is a change.
template <typename Compare>
std::optional<Diff> CheckSensitive(const Pair& pair, Kind kind, Compare compare) {
  if (!pair.before_sensitive && !pair.after_sensitive) return std::nullopt;
  Pair inner = pair;
  inner.hidden = true;
  inner.before_sensitive = inner.after_sensitive = inner.exact = false;
  Diff part = compare(inner);
  Action action = part.action;
  const bool nothing = pair.IsNull() && !pair.before_explicit && !pair.after_explicit;
  if (action == Action::kNoOp && pair.before_sensitive != pair.after_sensitive && !nothing) {
    action = Action::kUpdate;
  }
  Diff diff = MakeDiff(kind, action, pair);
  diff.before_sensitive = pair.before_sensitive;
  diff.after_sensitive = pair.after_sensitive;
  diff.parts.push_back(std::move(part));
  return diff;
}

// `compare` shows what there was before.
template <typename Compare>
std::optional<Diff> CheckUnknown(const Pair& pair, bool children_unknown, Compare compare) {
  if (!pair.unknown) return std::nullopt;
  Pair current = pair;
  current.after_explicit = true;
  Diff diff = MakeDiff(Kind::kUnknown, current.ActionOf(), pair);
  if (pair.before) {
    Pair before = pair.AsDelete();
    before.children_unknown = children_unknown;
    diff.parts.push_back(compare(before));
  }
  return diff;
}

void AddPart(Diff& diff, std::string name, Diff part) {
  diff.action = Combine(diff.action, part.action);
  diff.names.push_back(std::move(name));
  diff.parts.push_back(std::move(part));
}

void AddElement(Diff& diff, Diff part) {
  diff.action = Combine(diff.action, part.action);
  diff.parts.push_back(std::move(part));
}

const std::vector<Node>& ItemsOf(const Node* node) {
  static const std::vector<Node> kNone;
  return node && node->kind == Node::Kind::kArray ? node->items : kNone;
}

// -- what goes over the elements of collections

bool IsObject(const Node& node) {
  return node.kind == Node::Kind::kObject;
}

template <typename Pairs, typename Compare>
Diff CompareList(const Pair& pair, Pairs pairs, Compare compare) {
  Diff diff = MakeDiff(Kind::kList, pair.DefaultAction(), pair);
  CompareSequences(ItemsOf(pair.before), ItemsOf(pair.after), SameData, pairs, [&](size_t i, size_t j) {
    Pair child = pair.Child(i, j);
    child.relevant = PathMatch(true);
    AddElement(diff, compare(child));
  });
  return diff;
}

// Index by index.
template <typename Compare>
void EachElement(const Pair& pair, Compare compare) {
  const size_t count = std::max(ItemsOf(pair.before).size(), ItemsOf(pair.after).size());
  for (size_t i = 0; i < count; ++i) compare(pair.Child(i, i).IfRelevant());
}

// Elements of both sides first where they are before, then what is new.
template <typename Compare>
void EachOfSet(const Pair& pair, Compare compare) {
  const size_t before = ItemsOf(pair.before).size();
  const size_t after = ItemsOf(pair.after).size();
  std::vector<bool> taken(after);
  const auto show = [&](Pair child) {
    child.relevant = PathMatch(true);
    compare(child);
  };
  for (size_t i = 0; i < before; ++i) {
    size_t match = after;
    for (size_t j = 0; j < after && match == after; ++j) {
      if (taken[j]) continue;
      const Pair child = pair.Child(i, j);
      const bool same =
          child.before && child.after ? SameData(*child.before, *child.after) : child.before == child.after;
      if (same && child.before_sensitive == child.after_sensitive && !child.unknown) match = j;
    }
    if (match < after) taken[match] = true;
    show(pair.Child(i, match));
  }
  for (size_t j = 0; j < after; ++j) {
    if (!taken[j]) show(pair.Child(before, j));
  }
}

template <typename Compare>
Diff CompareMap(const Pair& pair, Kind kind, bool with_unknown, Compare compare) {
  Diff diff = MakeDiff(kind, pair.DefaultAction(), pair);
  for (std::string& name : pair.Names(with_unknown)) {
    Diff part = compare(pair.Child(name).IfRelevant());
    AddPart(diff, std::move(name), std::move(part));
  }
  return diff;
}

// `members` have a `name` each.
template <typename Members, typename Compare>
Diff CompareObject(const Pair& pair, Kind kind, const Members& members, Compare compare) {
  Diff diff = MakeDiff(kind, pair.DefaultAction(), pair);
  for (const auto& member : members) {
    Pair child = pair.Child(member.name).IfRelevant();
    child.before_explicit = child.after_explicit = false;
    Diff part = compare(child, member);
    if (part.action != Action::kNoOp || !child.IsNull()) AddPart(diff, member.name, std::move(part));
  }
  return diff;
}

// -- by type

Diff CompareTuple(const Pair& pair, const std::vector<hcl::Type>& types) {
  Diff diff = MakeDiff(Kind::kList, pair.DefaultAction(), pair);
  for (size_t i = 0; i < types.size(); ++i) {
    AddElement(diff, CompareType(pair.Child(i, i).IfRelevant(), types[i]));
  }
  return diff;
}

Diff CompareOutput(const Pair& pair) {
  const auto again = [](const Pair& inner) { return CompareOutput(inner); };
  if (auto diff = CheckSensitive(pair, Kind::kSensitive, again)) return *std::move(diff);
  if (auto diff = CheckUnknown(pair, false, again)) return *std::move(diff);
  return CompareAsJson(pair);
}

Diff CompareKnownType(const Pair& pair, const hcl::Type& type) {
  switch (type.kind()) {
    case hcl::TypeKind::kDynamic:
      return CompareOutput(pair);
    case hcl::TypeKind::kObject:
      return CompareObject(pair, Kind::kObject, type.attributes(), [](const Pair& child, const auto& member) {
        return CompareType(child, member.type);
      });
    case hcl::TypeKind::kMap:
      return CompareMap(pair, Kind::kMap, true,
                        [&](const Pair& child) { return CompareType(child, type.element()); });
    case hcl::TypeKind::kList: {
      const bool pairs = type.element().Is(hcl::TypeKind::kObject);
      return CompareList(
          pair, [&](const Node&, const Node&) { return pairs; },
          [&](const Pair& child) { return CompareType(child, type.element()); });
    }
    case hcl::TypeKind::kTuple:
      return CompareTuple(pair, type.elements());
    case hcl::TypeKind::kSet: {
      Diff diff = MakeDiff(Kind::kSet, pair.DefaultAction(), pair);
      EachOfSet(pair, [&](const Pair& child) { AddElement(diff, CompareType(child, type.element())); });
      return diff;
    }
    default: {
      Diff diff = MakePrimitive(pair, pair.ActionOf(), type.Is(hcl::TypeKind::kString));
      diff.replace = pair.replace.Matches();
      return diff;
    }
  }
}

// The old SDK of providers cannot tell an empty text from none.
void DropEmptyText(const Node*& node) {
  if (node && node->kind == Node::Kind::kString && node->text.empty()) node = nullptr;
}

Diff CompareType(const Pair& given, const hcl::Type& type) {
  Pair pair = given;
  if (!pair.exact) {
    DropEmptyText(pair.before);
    DropEmptyText(pair.after);
  }
  const auto again = [&](const Pair& inner) { return CompareType(inner, type); };
  if (auto diff = CheckSensitive(pair, Kind::kSensitive, again)) return *std::move(diff);
  if (auto diff = CheckUnknown(pair, false, again)) return *std::move(diff);
  return CompareKnownType(pair, type);
}

// -- by schema

Diff CompareAttribute(const Pair& pair, const hcl::AttributeSchema& attribute, Action parent) {
  if (attribute.write_only) return MakeDiff(Kind::kWriteOnly, parent, pair);
  if (attribute.nested) return CompareNested(pair, *attribute.nested, attribute.nested->nesting);
  return CompareType(pair, attribute.type);
}

Diff CompareNested(const Pair& pair, const hcl::NestedAttributes& nested, hcl::Nesting nesting) {
  const auto again = [&](const Pair& inner) { return CompareNested(inner, nested, nesting); };
  if (auto diff = CheckSensitive(pair, Kind::kSensitive, again)) return *std::move(diff);
  const bool single = nesting == hcl::Nesting::kSingle;
  if (auto diff = CheckUnknown(pair, single, again)) return *std::move(diff);
  const auto one = [&](const Pair& child) { return CompareNested(child, nested, hcl::Nesting::kSingle); };
  switch (nesting) {
    case hcl::Nesting::kMap:
      return CompareMap(pair, Kind::kNestedMap, false, one);
    case hcl::Nesting::kList: {
      Diff diff = MakeDiff(Kind::kNestedList, pair.DefaultAction(), pair);
      EachElement(pair, [&](const Pair& child) { AddElement(diff, one(child)); });
      return diff;
    }
    case hcl::Nesting::kSet: {
      Diff diff = MakeDiff(Kind::kNestedSet, pair.DefaultAction(), pair);
      EachOfSet(pair, [&](const Pair& child) { AddElement(diff, one(child)); });
      return diff;
    }
    default:
      return CompareObject(pair, Kind::kNestedObject, nested.attributes,
                           [&](const Pair& child, const hcl::AttributeSchema& attribute) {
                             return CompareAttribute(child, attribute, pair.DefaultAction());
                           });
  }
}

std::optional<Diff> CompareChildAttribute(Pair child, const hcl::AttributeSchema& attribute, Action parent) {
  child.before_explicit = child.after_explicit = false;
  Diff diff = CompareAttribute(child, attribute, parent);
  if (diff.action == Action::kNoOp && child.IsNull() && !attribute.write_only) return std::nullopt;
  return diff;
}

// The blocks of one type, and their action together.
Action CompareBlocksOf(const Pair& pair, const hcl::NestedBlock& nested, BlockDiffs& out) {
  const auto one = [&](const Pair& child) { return CompareBlock(child, *nested.block); };
  Action action = pair.DefaultAction();
  const auto add = [&](const Pair& child) {
    out.blocks.push_back(one(child));
    action = Combine(action, out.blocks.back().action);
  };
  switch (nested.nesting) {
    case hcl::Nesting::kList:
      EachElement(pair, add);
      return action;
    case hcl::Nesting::kSet:
      EachOfSet(pair, add);
      return action;
    case hcl::Nesting::kMap:
      out.labels = pair.Names(false);
      for (const std::string& label : out.labels) add(pair.Child(label).IfRelevant());
      return action;
    default:
      out.blocks.push_back(one(pair));
      return out.blocks.back().action;
  }
}

// Blocks of which it is not known how many there will be: one that stands for them, and those that there
// were.
void AddUnknownBlocks(const Pair& pair, const hcl::NestedBlock& nested, BlockDiffs& out) {
  CompareBlocksOf(pair.AsDelete(), nested, out);
  Diff unknown = MakeDiff(Kind::kUnknown, pair.before ? Action::kUpdate : Action::kCreate, pair);
  out.blocks.insert(out.blocks.begin(), std::move(unknown));
  if (nested.nesting == hcl::Nesting::kMap) out.labels.insert(out.labels.begin(), "");
}

void AddBlocks(Diff& diff, const Pair& parent, const hcl::NestedBlock& nested) {
  const Pair pair = parent.Child(nested.name).IfRelevant();
  BlockDiffs blocks;
  blocks.name = nested.name;
  blocks.nesting = nested.nesting;
  blocks.replace = pair.replace.Matches();
  blocks.before_sensitive = pair.before_sensitive;
  blocks.after_sensitive = pair.after_sensitive;
  if (pair.unknown && nested.nesting != hcl::Nesting::kSingle && nested.nesting != hcl::Nesting::kGroup) {
    AddUnknownBlocks(pair, nested, blocks);
    diff.action = Combine(diff.action, blocks.blocks.front().action);
  } else {
    const Action action = CompareBlocksOf(pair, nested, blocks);
    if (action == Action::kNoOp && pair.IsNull()) return;
    diff.action = Combine(diff.action, action);
  }
  diff.blocks.push_back(std::move(blocks));
}

Diff CompareBlock(const Pair& pair, const hcl::BlockSchema& schema) {
  const auto again = [&](const Pair& inner) { return CompareBlock(inner, schema); };
  if (auto diff = CheckSensitive(pair, Kind::kSensitiveBlock, again)) return *std::move(diff);
  if (auto diff = CheckUnknown(pair, true, again)) return *std::move(diff);
  Diff diff = MakeDiff(Kind::kBlock, pair.DefaultAction(), pair);
  for (const hcl::AttributeSchema& attribute : schema.attributes) {
    const Pair child = pair.Child(attribute.name).IfRelevant();
    auto part = CompareChildAttribute(child, attribute, pair.DefaultAction());
    if (part) AddPart(diff, attribute.name, *std::move(part));
  }
  for (const hcl::NestedBlock& nested : schema.blocks) AddBlocks(diff, pair, nested);
  return diff;
}

// -- as JSON

Diff UpdateJson(const Pair& pair, Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kObject: {
      Diff diff = CompareMap(pair, Kind::kObject, true, CompareAsJson);
      diff.replace = false;
      return diff;
    }
    case Node::Kind::kArray: {
      Diff diff = CompareList(
          pair, [](const Node& a, const Node& b) { return IsObject(a) && IsObject(b); }, CompareAsJson);
      diff.replace = false;
      return diff;
    }
    default: {
      const bool had = pair.before || pair.before_explicit;
      const bool has = pair.after || pair.after_explicit;
      const bool same =
          pair.before && pair.after ? SameData(*pair.before, *pair.after) : pair.before == pair.after;
      Action action = same ? Action::kNoOp : Action::kUpdate;
      if (had != has) action = has ? Action::kCreate : Action::kDelete;
      return MakePrimitive(pair, action, kind == Node::Kind::kString);
    }
  }
}

Diff CompareAsJson(const Pair& pair) {
  if (auto diff = CheckSensitive(pair, Kind::kSensitive, CompareAsJson)) {
    diff->replace = false;
    return *std::move(diff);
  }
  if (auto diff = CheckUnknown(pair, false, CompareAsJson)) {
    diff->replace = false;
    diff->action = pair.before ? Action::kUpdate : Action::kCreate;
    return *std::move(diff);
  }
  const Node::Kind before = pair.before ? pair.before->kind : Node::Kind::kNull;
  const Node::Kind after = pair.after ? pair.after->kind : Node::Kind::kNull;
  const bool created = !pair.before && !pair.before_explicit;
  const bool deleted = !pair.after && !pair.after_explicit;
  if (before == after || created || deleted) {
    return UpdateJson(pair, before == Node::Kind::kNull ? after : before);
  }
  Diff diff;
  diff.kind = Kind::kTypeChange;
  diff.action = Action::kUpdate;
  diff.parts.push_back(UpdateJson(pair.AsDelete(), before));
  diff.parts.push_back(UpdateJson(pair.AsCreate(), after));
  return diff;
}

// Whether there is something that the old SDK does not have.
bool IsNewSchema(const hcl::BlockSchema& schema) {
  const auto is_new = [](const hcl::AttributeSchema& attribute) {
    return attribute.nested || attribute.type.Is(hcl::TypeKind::kObject) ||
           attribute.type.Is(hcl::TypeKind::kTuple) || attribute.type.HasDynamic();
  };
  return std::ranges::any_of(schema.attributes, is_new) ||
         std::ranges::any_of(schema.blocks, [](const hcl::NestedBlock& nested) {
           return nested.nesting == hcl::Nesting::kGroup || nested.nesting == hcl::Nesting::kMap;
         });
}

}  // namespace

Diff CompareBlocks(const hcl::Value& before, const hcl::Value& after, const hcl::BlockSchema& schema,
                   const std::vector<hcl::ValuePath>& replace, const Relevance& relevance) {
  const Node from = ToNode(before, schema);
  const Node to = ToNode(after, schema);
  Pair pair = Pair::Of(from, to);
  pair.exact = IsNewSchema(schema);
  for (const hcl::ValuePath& path : replace) pair.replace.Add(path);
  if (!relevance.all) {
    pair.relevant = PathMatch(false, true);
    for (const hcl::ValuePath* path : relevance.paths) pair.relevant.Add(*path);
  }
  return CompareBlock(pair, schema);
}

Diff CompareTyped(const hcl::Value& before, const hcl::Value& after, const hcl::Type& type, bool sensitive) {
  Node from = ToNode(before);
  Node to = ToNode(after);
  from.sensitive = to.sensitive = sensitive;
  return CompareType(Pair::Of(from, to), type);
}

Diff CompareAny(const hcl::Value& before, const hcl::Value& after, bool sensitive) {
  Node from = ToNode(before);
  Node to = ToNode(after);
  from.sensitive = to.sensitive = sensitive;
  return CompareOutput(Pair::Of(from, to));
}

Diff CompareJson(const Node* before, const Node* after) {
  Pair pair;
  pair.before = before;
  pair.after = after;
  pair.before_explicit = before != nullptr;
  pair.after_explicit = after != nullptr;
  return CompareAsJson(pair);
}

}  // namespace cairn::view
