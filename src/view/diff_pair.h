#pragma once

// The two sides of one part of a change, for diff.cc.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hcl/value_path.h"
#include "plan/plan.h"
#include "view/diff.h"
#include "view/node.h"

namespace cairn::view {

// How far some paths lead to the current part.
class PathMatch {
 public:
  // Nothing, or, if `all`, everything. `propagate`: what is below the end of a path matches, too.
  explicit PathMatch(bool all, bool propagate = false) : all_(all), propagate_(propagate) {}
  void Add(const hcl::ValuePath& path) { paths_.emplace_back(&path, 0); }

  bool Matches() const;  // a path ends here
  bool MatchesPartly() const { return all_ || !paths_.empty(); }
  PathMatch Child(std::string_view name) const;
  PathMatch Child(size_t index) const;

 private:
  template <typename Takes>
  PathMatch Step(Takes takes) const;

  bool all_;
  bool propagate_;
  std::vector<std::pair<const hcl::ValuePath*, size_t>> paths_;  // and how many of its steps are done
};

struct Pair {
  const Node* before = nullptr;  // null: there is none, or it is null
  const Node* after = nullptr;
  // It is there, if only as null.
  bool before_explicit = false, after_explicit = false;
  bool unknown = false;           // what will be
  bool children_unknown = false;  // and so are all attributes within
  bool before_sensitive = false, after_sensitive = false;
  bool hidden = false;  // it is within something sensitive: nothing within counts as such
  bool exact = false;   // an empty text is one; Terraform forgets that in lists, sets and what is sensitive
  PathMatch replace{false};
  PathMatch relevant{true};

  static Pair Of(const Node& before, const Node& after);

  bool IsNull() const { return !before && !after; }
  plan::Action ActionOf() const;
  // The action of something with parts before they are looked at.
  plan::Action DefaultAction() const;
  Pair AsNoOp() const;
  Pair AsDelete() const;
  Pair AsCreate() const;

  // Of an array: an index beyond the end means that there is none.
  Pair Child(size_t i, size_t j) const;
  // Of an object.
  Pair Child(std::string_view name) const;
  // Without changes, if nothing of it is relevant.
  Pair IfRelevant() const { return relevant.MatchesPartly() ? *this : AsNoOp(); }
  // The names of both sides, sorted; with those of unknown items or without.
  std::vector<std::string> Names(bool with_unknown) const;

 private:
  void SetBefore(const Node* node);
  void SetAfter(const Node* node);
};

// `current` of something whose part has the action `part`.
plan::Action Combine(plan::Action current, plan::Action part);

}  // namespace cairn::view
