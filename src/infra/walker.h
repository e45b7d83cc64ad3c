#pragma once

// Walks a graph while the work of its nodes waits for others, many at a time.

#include <functional>

#include "graph/graph.h"
#include "net/loop.h"
#include "net/task.h"
#include "net/task_group.h"

namespace cairn::infra {

// The work of a node: whether it succeeded. What needs a node that failed is skipped.
using NodeWork = std::function<net::Task<bool>(graph::NodeIndex)>;

// Runs `work` for each node after those it needs. Work that never suspends runs in the order of the nodes.
// False if something failed. `graph` and what `work` uses must outlive the task.
net::Task<bool> WalkGraph(net::Loop& loop, const graph::Graph& graph, const NodeWork& work);

// As many holders at a time as there are permits; who comes first waits least. Belongs to a loop.
class Permits {
 public:
  Permits(net::Loop& loop, size_t count) : waiting_(loop), left_(count) {}
  Permits(const Permits&) = delete;
  Permits& operator=(const Permits&) = delete;

  // Given back when destroyed.
  class Permit {
   public:
    explicit Permit(Permits* permits) : permits_(permits) {}
    Permit(Permit&& other) noexcept : permits_(std::exchange(other.permits_, nullptr)) {}
    Permit(const Permit&) = delete;
    ~Permit() {
      if (permits_ != nullptr) permits_->Return();
    }

   private:
    Permits* permits_;
  };

  net::Task<Permit> Take();

 private:
  void Return();

  net::WaitList waiting_;
  size_t left_;
};

}  // namespace cairn::infra
