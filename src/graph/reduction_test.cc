#include "graph/reduction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cairn::graph {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Graph Make(size_t nodes, std::initializer_list<std::pair<NodeIndex, NodeIndex>> edges) {
  Graph graph(nodes);
  for (const auto& [node, other] : edges) graph.Add(node, other);
  graph.Normalize();
  return graph;
}

TEST(Reduced, DropsWhatFollows) {
  const Graph reduced = Reduced(Make(4, {{0, 1}, {1, 2}, {2, 3}, {0, 2}, {0, 3}, {1, 3}}));
  EXPECT_THAT(reduced.needs(0), ElementsAre(1));
  EXPECT_THAT(reduced.needs(1), ElementsAre(2));
  EXPECT_THAT(reduced.needs(2), ElementsAre(3));
}

TEST(Reduced, KeepsTheOnlyWays) {
  const Graph reduced = Reduced(Make(130, {{0, 1}, {0, 129}, {1, 128}, {129, 128}}));
  EXPECT_THAT(reduced.needs(0), ElementsAre(1, 129));
  EXPECT_THAT(reduced.needs(1), ElementsAre(128));
  EXPECT_THAT(reduced.needs(129), ElementsAre(128));
}

TEST(Contracted, GoesThroughWhatIsNotKept) {
  const auto keeps = [](NodeIndex node) { return node % 2 == 0; };
  const Graph contracted = Contracted(Make(6, {{0, 1}, {1, 3}, {3, 2}, {2, 5}, {5, 4}, {3, 0}}), keeps);
  EXPECT_THAT(contracted.needs(0), ElementsAre(0, 2));
  EXPECT_THAT(contracted.needs(2), ElementsAre(4));
  EXPECT_THAT(contracted.needs(4), IsEmpty());
  EXPECT_THAT(contracted.needs(1), IsEmpty());
}

}  // namespace
}  // namespace cairn::graph
