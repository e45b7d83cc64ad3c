#pragma once

// Smaller graphs that say the same.

#include <functional>

#include "graph/graph.h"

namespace cairn::graph {

// Without the edges that follow from others. REQUIRES: no cycles. Takes a bit for each two nodes.
Graph Reduced(const Graph& graph);

// The same nodes, of which only those that `keeps` wants have edges, to the others of them that they need by
// way of nodes that are not kept.
Graph Contracted(const Graph& graph, const std::function<bool(NodeIndex)>& keeps);

}  // namespace cairn::graph
