#include "graph/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace cairn::graph {
namespace {

// What `a` reaches, the slow way: by powers of the relation.
std::vector<std::vector<bool>> Closure(const Graph& graph) {
  const size_t n = graph.size();
  std::vector<std::vector<bool>> reaches(n, std::vector<bool>(n, false));
  for (NodeIndex a = 0; a < n; ++a) {
    for (const NodeIndex b : graph.needs(a)) reaches[a][b] = true;
  }
  for (size_t k = 0; k < n; ++k) {
    for (size_t a = 0; a < n; ++a) {
      for (size_t b = 0; b < n; ++b) {
        if (reaches[a][k] && reaches[k][b]) reaches[a][b] = true;
      }
    }
  }
  return reaches;
}

Graph RandomGraph(std::mt19937& random, size_t nodes, size_t edges, bool acyclic) {
  Graph graph(nodes);
  for (size_t i = 0; i < edges; ++i) {
    NodeIndex a = NodeIndex(random() % nodes), b = NodeIndex(random() % nodes);
    if (acyclic && a == b) continue;
    if (acyclic && a < b) std::swap(a, b);
    graph.Add(a, b);
  }
  return graph;
}

TEST(Graph, FindsTheCyclesThatTheClosureHas) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    Graph graph = RandomGraph(random, 1 + random() % 12, random() % 20, false);
    const auto reaches = Closure(graph);
    std::vector<std::vector<NodeIndex>> expected;
    for (NodeIndex a = 0; a < graph.size(); ++a) {
      std::vector<NodeIndex> group;
      for (NodeIndex b = 0; b < graph.size(); ++b) {
        if (reaches[a][b] && reaches[b][a]) group.push_back(b);
      }
      if (!group.empty() && group.front() == a) expected.push_back(group);
    }
    EXPECT_EQ(graph.Cycles(), expected) << "round " << round;
  }
}

TEST(Graph, ReachesWhatTheClosureHas) {
  std::mt19937 random(2);
  for (int round = 0; round < 100; ++round) {
    const Graph graph = RandomGraph(random, 1 + random() % 12, random() % 20, false);
    const auto reaches = Closure(graph);
    const NodeIndex root = NodeIndex(random() % graph.size());
    const auto reached = graph.Reachable(std::vector{root});
    for (NodeIndex b = 0; b < graph.size(); ++b) EXPECT_EQ(reached[b], b == root || reaches[root][b]);
  }
}

TEST(Graph, CountsAnEdgeOnceWhenNormal) {
  Graph graph(3);
  graph.Add(0, 2);
  graph.Add(0, 1);
  graph.Add(0, 2);
  graph.Normalize();
  EXPECT_EQ(std::vector<NodeIndex>(graph.needs(0).begin(), graph.needs(0).end()),
            (std::vector<NodeIndex>{1, 2}));
}

TEST(Walk, GivesEachNodeAfterWhatItNeeds) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const Graph graph = RandomGraph(random, 1 + random() % 30, random() % 80, true);
    Walk walk(graph);
    std::vector<bool> finished(graph.size(), false);
    std::vector<NodeIndex> running;
    while (!walk.done()) {
      if (const auto node = walk.Next(); node && random() % 3 != 0) {
        for (const NodeIndex other : graph.needs(*node)) EXPECT_TRUE(finished[other]);
        running.push_back(*node);
      } else {
        if (node) running.push_back(*node);
        ASSERT_FALSE(running.empty());
        const size_t i = random() % running.size();
        finished[running[i]] = true;
        walk.Finish(running[i]);
        running.erase(running.begin() + ptrdiff_t(i));
      }
    }
    EXPECT_EQ(std::ranges::count(finished, true), ptrdiff_t(graph.size()));
  }
}

TEST(Walk, SkipsAllThatNeedsWhatFailed) {
  std::mt19937 random(4);
  for (int round = 0; round < 300; ++round) {
    const Graph graph = RandomGraph(random, 1 + random() % 20, random() % 40, true);
    const auto reaches = Closure(graph);
    Walk walk(graph);
    std::vector<bool> failed(graph.size(), false);
    while (const auto node = walk.Next()) {
      failed[*node] = random() % 5 == 0;
      walk.Finish(*node, !failed[*node]);
    }
    EXPECT_TRUE(walk.done());
    for (NodeIndex a = 0; a < graph.size(); ++a) {
      bool needs_failed = false;
      for (NodeIndex b = 0; b < graph.size(); ++b) needs_failed |= reaches[a][b] && failed[b];
      EXPECT_EQ(walk.skipped(a), needs_failed);
    }
  }
}

TEST(Walk, GoesDownALongChainWithoutStack) {
  constexpr NodeIndex kLength = 500'000;
  Graph graph(kLength);
  for (NodeIndex i = 1; i < kLength; ++i) graph.Add(i, i - 1);
  EXPECT_TRUE(graph.Cycles().empty());
  Walk walk(graph);
  walk.Finish(*walk.Next(), false);
  EXPECT_TRUE(walk.done());
  EXPECT_TRUE(walk.skipped(kLength - 1));
}

}  // namespace
}  // namespace cairn::graph
