#include "graph/graph.h"

#include <algorithm>
#include <functional>

namespace cairn::graph {
namespace {

// Tarjan's algorithm with its stack as data.
class Components {
 public:
  explicit Components(const Graph& graph)
      : graph_(graph), index_(graph.size(), 0), low_(graph.size(), 0), open_(graph.size(), false) {}

  std::vector<std::vector<NodeIndex>> FindCycles() {
    for (NodeIndex node = 0; node < graph_.size(); ++node) {
      if (index_[node] == 0) Visit(node);
    }
    std::ranges::sort(cycles_);
    return std::move(cycles_);
  }

 private:
  struct Frame {
    NodeIndex node;
    size_t edge;
  };

  void Open(NodeIndex node) {
    index_[node] = low_[node] = ++count_;
    open_[node] = true;
    path_.push_back(node);
    frames_.push_back({node, 0});
  }

  void Visit(NodeIndex root) {
    Open(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const NodeIndex node = frame.node;
      if (frame.edge < graph_.needs(node).size()) {
        const NodeIndex next = graph_.needs(node)[frame.edge++];
        if (index_[next] == 0) {
          Open(next);
        } else if (open_[next]) {
          low_[node] = std::min(low_[node], index_[next]);
        }
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty()) low_[frames_.back().node] = std::min(low_[frames_.back().node], low_[node]);
      if (low_[node] == index_[node]) Close(node);
    }
  }

  void Close(NodeIndex root) {
    std::vector<NodeIndex> members;
    do {
      members.push_back(path_.back());
      open_[path_.back()] = false;
      path_.pop_back();
    } while (members.back() != root);
    const bool needs_itself = std::ranges::find(graph_.needs(root), root) != graph_.needs(root).end();
    if (members.size() == 1 && !needs_itself) return;
    std::ranges::sort(members);
    cycles_.push_back(std::move(members));
  }

  const Graph& graph_;
  uint32_t count_ = 0;
  std::vector<uint32_t> index_, low_;  // from 1, in order of discovery
  std::vector<bool> open_;
  std::vector<NodeIndex> path_;
  std::vector<Frame> frames_;
  std::vector<std::vector<NodeIndex>> cycles_;
};

}  // namespace

NodeIndex Graph::AddNode() {
  needs_.emplace_back();
  return NodeIndex(needs_.size() - 1);
}

void Graph::Normalize() {
  for (auto& needs : needs_) {
    std::ranges::sort(needs);
    const auto rest = std::ranges::unique(needs);
    needs.erase(rest.begin(), rest.end());
  }
}

Graph Graph::Reversed() const {
  Graph reversed(size());
  for (NodeIndex node = 0; node < size(); ++node) {
    for (const NodeIndex other : needs_[node]) reversed.Add(other, node);
  }
  return reversed;
}

std::vector<std::vector<NodeIndex>> Graph::Cycles() const {
  return Components(*this).FindCycles();
}

std::vector<bool> Graph::Reachable(std::span<const NodeIndex> roots) const {
  std::vector<bool> reached(size(), false);
  std::vector<NodeIndex> todo(roots.begin(), roots.end());
  while (!todo.empty()) {
    const NodeIndex node = todo.back();
    todo.pop_back();
    if (reached[node]) continue;
    reached[node] = true;
    todo.insert(todo.end(), needs_[node].begin(), needs_[node].end());
  }
  return reached;
}

Walk::Walk(const Graph& graph)
    : needed_by_(graph.Reversed()),
      waits_for_(graph.size(), 0),
      skipped_(graph.size(), false),
      left_(graph.size()) {
  for (NodeIndex node = 0; node < graph.size(); ++node) {
    waits_for_[node] = uint32_t(graph.needs(node).size());
    if (waits_for_[node] == 0) ready_.push_back(node);
  }
  std::ranges::make_heap(ready_, std::greater());
}

std::optional<NodeIndex> Walk::Next() {
  if (ready_.empty()) return std::nullopt;
  std::ranges::pop_heap(ready_, std::greater());
  const NodeIndex node = ready_.back();
  ready_.pop_back();
  return node;
}

void Walk::Finish(NodeIndex node, bool ok) {
  std::vector<NodeIndex> skipped;
  const auto release = [&](NodeIndex finished, bool fine) {
    --left_;
    for (const NodeIndex other : needed_by_.needs(finished)) {
      if (!fine) skipped_[other] = true;
      if (--waits_for_[other] > 0) continue;
      if (skipped_[other]) {
        skipped.push_back(other);
      } else {
        ready_.push_back(other);
        std::ranges::push_heap(ready_, std::greater());
      }
    }
  };
  release(node, ok);
  while (!skipped.empty()) {
    const NodeIndex next = skipped.back();
    skipped.pop_back();
    release(next, false);
  }
}

}  // namespace cairn::graph
