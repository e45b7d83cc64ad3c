#include "infra/walker.h"

#include <utility>

namespace cairn::infra {
namespace {

struct WalkState {
  WalkState(net::Loop& loop, const graph::Graph& graph) : walk(graph), finished(loop) {}

  graph::Walk walk;
  net::WaitList finished;
  bool ok = true;

  void Finish(graph::NodeIndex node, bool node_ok) {
    if (!node_ok) ok = false;
    walk.Finish(node, node_ok);
    finished.WakeAll();
  }
};

net::Task<void> RunNode(WalkState& state, const NodeWork& work, graph::NodeIndex node) {
  const bool ok = co_await work(node);
  state.Finish(node, ok);
}

}  // namespace

net::Task<bool> WalkGraph(net::Loop& loop, const graph::Graph& graph, const NodeWork& work) {
  WalkState state(loop, graph);
  net::TaskGroup group(loop);
  while (!state.walk.done()) {
    if (const auto node = state.walk.Next()) {
      group.Spawn(RunNode(state, work, *node));
    } else {
      co_await state.finished.Wait();
    }
  }
  co_return state.ok;
}

net::Task<Permits::Permit> Permits::Take() {
  while (left_ == 0) {
    const bool woken = co_await waiting_.Wait();
    (void)woken;
  }
  --left_;
  co_return Permit(this);
}

void Permits::Return() {
  ++left_;
  waiting_.WakeOne();
}

}  // namespace cairn::infra
