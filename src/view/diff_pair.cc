#include "view/diff_pair.h"

#include <algorithm>

namespace cairn::view {
namespace {

using plan::Action;

const std::vector<Node>& Items(const Node* node, Node::Kind kind) {
  static const std::vector<Node> kNone;
  return node && node->kind == kind ? node->items : kNone;
}

const Node* FindIn(const Node* node, std::string_view name) {
  return node && node->kind == Node::Kind::kObject ? node->Find(name) : nullptr;
}

}  // namespace

bool PathMatch::Matches() const {
  return all_ ||
         std::ranges::any_of(paths_, [](const auto& path) { return path.second == path.first->size(); });
}

template <typename Takes>
PathMatch PathMatch::Step(Takes takes) const {
  PathMatch child(all_, propagate_);
  for (const auto& [path, done] : paths_) {
    if (done == path->size()) {
      if (propagate_) child.paths_.emplace_back(path, done);
    } else if (takes((*path)[done])) {
      child.paths_.emplace_back(path, done + 1);
    }
  }
  return child;
}

PathMatch PathMatch::Child(std::string_view name) const {
  return Step([&](const hcl::PathStep& step) {
    if (step.is_attribute()) return step.attribute == name;
    return step.key.HasContent() && step.key.type().Is(hcl::TypeKind::kString) && step.key.AsString() == name;
  });
}

PathMatch PathMatch::Child(size_t index) const {
  return Step([&](const hcl::PathStep& step) {
    return !step.is_attribute() && step.key.HasContent() && step.key.type().Is(hcl::TypeKind::kNumber) &&
           step.key.AsNumber().AsInt64() == int64_t(index);
  });
}

void Pair::SetBefore(const Node* node) {
  before_explicit = node != nullptr && !node->unknown;
  before = node && node->kind != Node::Kind::kNull ? node : nullptr;
  before_sensitive = node && node->sensitive && !hidden;
}

void Pair::SetAfter(const Node* node) {
  after_explicit = node != nullptr && !node->unknown;
  after = node && node->kind != Node::Kind::kNull ? node : nullptr;
  after_sensitive = node && node->sensitive && !hidden;
  unknown = node && node->unknown;
}

Pair Pair::Of(const Node& before, const Node& after) {
  Pair pair;
  pair.SetBefore(&before);
  pair.SetAfter(&after);
  pair.before_explicit = pair.after_explicit = false;
  return pair;
}

Action Pair::ActionOf() const {
  const bool had = before || before_explicit;
  const bool has = after || after_explicit;
  if (!had && has) return Action::kCreate;
  if (had && !has) return Action::kDelete;
  const bool same = before && after ? SameData(*before, *after) : before == after;
  return same && after_explicit == before_explicit && after_sensitive == before_sensitive ? Action::kNoOp
                                                                                          : Action::kUpdate;
}

Action Pair::DefaultAction() const {
  if (!before && after) return Action::kCreate;
  return before && !after ? Action::kDelete : Action::kNoOp;
}

Pair Pair::AsNoOp() const {
  Pair pair = *this;
  pair.after = before;
  pair.after_explicit = before_explicit;
  pair.after_sensitive = before_sensitive;
  pair.unknown = pair.children_unknown = pair.exact = false;
  return pair;
}

Pair Pair::AsDelete() const {
  Pair pair = *this;
  pair.after = nullptr;
  pair.after_explicit = pair.after_sensitive = pair.unknown = pair.children_unknown = false;
  pair.exact = false;
  return pair;
}

Pair Pair::AsCreate() const {
  Pair pair = *this;
  pair.before = nullptr;
  pair.before_explicit = pair.before_sensitive = pair.exact = false;
  return pair;
}

Pair Pair::Child(size_t i, size_t j) const {
  const std::vector<Node>& from = Items(before, Node::Kind::kArray);
  const std::vector<Node>& to = Items(after, Node::Kind::kArray);
  Pair child;
  child.hidden = hidden;
  child.SetBefore(i < from.size() ? &from[i] : nullptr);
  child.SetAfter(j < to.size() ? &to[j] : nullptr);
  // An unknown element is there as null.
  child.before_explicit = i < from.size();
  child.after_explicit = j < to.size();
  child.replace = replace.Child(i < from.size() ? i : j);
  child.relevant = relevant.Child(i < from.size() ? i : j);
  return child;
}

Pair Pair::Child(std::string_view name) const {
  Pair child;
  child.hidden = hidden;
  child.SetBefore(FindIn(before, name));
  child.SetAfter(FindIn(after, name));
  child.unknown |= children_unknown;
  child.exact = exact;
  child.replace = replace.Child(name);
  child.relevant = relevant.Child(name);
  return child;
}

std::vector<std::string> Pair::Names(bool with_unknown) const {
  std::vector<std::string> names;
  for (const Node* side : {before, after}) {
    if (!side || side->kind != Node::Kind::kObject) continue;
    for (size_t i = 0; i < side->items.size(); ++i) {
      if (with_unknown || !side->items[i].unknown) names.push_back(side->names[i]);
    }
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

Action Combine(Action current, Action part) {
  if (part == Action::kNoOp || part == current) return current;
  return Action::kUpdate;
}

}  // namespace cairn::view
