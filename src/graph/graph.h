#pragma once

// Directed graphs of what depends on what: order, cycles, and walking them while the work of each node takes
// its time.
//
//   Graph graph(3);
//   graph.Add(0, 1);  // 0 needs 1
//   Walk walk(graph);
//   while (const auto node = walk.Next()) { ...; walk.Finish(*node, ok); }
//
// Everything is linear in nodes and edges, and iterative: depth costs no stack.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace cairn::graph {

using NodeIndex = uint32_t;

// Nodes are numbers from 0, which the owner gives a meaning. A value.
class Graph {
 public:
  explicit Graph(size_t nodes = 0) : needs_(nodes) {}

  size_t size() const { return needs_.size(); }
  NodeIndex AddNode();

  // `node` needs `other`: REQUIRES both are nodes. Several edges between two nodes count once; one to itself
  // is a cycle.
  void Add(NodeIndex node, NodeIndex other) { needs_[node].push_back(other); }

  // What `node` needs, in order and once each after Normalize().
  std::span<const NodeIndex> needs(NodeIndex node) const { return needs_[node]; }
  // Sorts the edges of each node, and leaves one of several equal ones.
  void Normalize();

  // The same nodes with every edge turned round.
  Graph Reversed() const;

  // Groups of nodes that need each other, and nodes that need themselves; each sorted, by their first node.
  std::vector<std::vector<NodeIndex>> Cycles() const;

  // All that `roots` need, directly or not, and themselves: true for each of these nodes.
  std::vector<bool> Reachable(std::span<const NodeIndex> roots) const;

 private:
  std::vector<std::vector<NodeIndex>> needs_;
};

// Visits the nodes of a graph without cycles, each once what it needs has been finished. Nodes that are ready
// at the same time come in their order.
class Walk {
 public:
  // `graph` must outlive this.
  explicit Walk(const Graph& graph);

  // A node that is ready and has not been given yet; nothing where all that are left wait for ones not
  // finished.
  std::optional<NodeIndex> Next();

  // `node` was given by Next and is done. If it failed, what needs it, directly or not, is skipped: never
  // given.
  void Finish(NodeIndex node, bool ok = true);

  // All nodes were finished or skipped.
  bool done() const { return left_ == 0; }
  bool skipped(NodeIndex node) const { return skipped_[node]; }

 private:
  Graph needed_by_;
  std::vector<uint32_t> waits_for_;  // how many unfinished nodes
  std::vector<bool> skipped_;
  std::vector<NodeIndex> ready_;  // a heap: the smallest first
  size_t left_;
};

}  // namespace cairn::graph
