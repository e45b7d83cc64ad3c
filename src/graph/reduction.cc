#include "graph/reduction.h"

#include <algorithm>

namespace cairn::graph {
namespace {

constexpr size_t kBits = 64;

// For each node which others it needs, directly or not: a bit each.
class Needs {
 public:
  explicit Needs(const Graph& graph)
      : words_((graph.size() + kBits - 1) / kBits), bits_(graph.size(), std::vector<uint64_t>(words_)) {
    Walk walk(graph);
    while (const auto node = walk.Next()) {
      for (const NodeIndex other : graph.needs(*node)) {
        bits_[*node][other / kBits] |= uint64_t{1} << other % kBits;
        for (size_t i = 0; i < words_; ++i) bits_[*node][i] |= bits_[other][i];
      }
      walk.Finish(*node);
    }
  }

  bool Has(NodeIndex node, NodeIndex other) const {
    return (bits_[node][other / kBits] >> other % kBits & 1) != 0;
  }

 private:
  size_t words_;
  std::vector<std::vector<uint64_t>> bits_;
};

}  // namespace

Graph Reduced(const Graph& graph) {
  const Needs needs(graph);
  Graph reduced(graph.size());
  for (NodeIndex node = 0; node < graph.size(); ++node) {
    const auto direct = graph.needs(node);
    for (const NodeIndex other : direct) {
      const auto implies = [&](NodeIndex between) { return needs.Has(between, other); };
      if (std::ranges::none_of(direct, implies)) reduced.Add(node, other);
    }
  }
  reduced.Normalize();
  return reduced;
}

Graph Contracted(const Graph& graph, const std::function<bool(NodeIndex)>& keeps) {
  Graph contracted(graph.size());
  for (NodeIndex node = 0; node < graph.size(); ++node) {
    if (!keeps(node)) continue;
    std::vector<bool> seen(graph.size());
    std::vector<NodeIndex> open = {node};
    while (!open.empty()) {
      const NodeIndex at = open.back();
      open.pop_back();
      for (const NodeIndex other : graph.needs(at)) {
        if (seen[other]) continue;
        seen[other] = true;
        if (keeps(other)) {
          contracted.Add(node, other);
        } else {
          open.push_back(other);
        }
      }
    }
  }
  contracted.Normalize();
  return contracted;
}

}  // namespace cairn::graph
