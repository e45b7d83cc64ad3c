#pragma once

// What the configuration says of objects that have another address now: its `moved` blocks, and what follows
// from a resource that got `count` or lost it.

#include <string>
#include <vector>

#include "config/loader.h"
#include "graph/graph.h"
#include "hcl/source.h"
#include "state/address.h"
#include "state/state.h"

namespace cairn::infra {

enum class MoveKind : uint8_t {
  kCall,      // a module with all its instances
  kModule,    // one instance of a module
  kResource,  // a resource with all its instances
  kInstance,  // one instance of a resource
};

constexpr bool IsModuleMove(MoveKind kind) {
  return kind == MoveKind::kCall || kind == MoveKind::kModule;
}

// An end of a move: objects in every instance of the module that says so.
struct MoveEndpoint {
  MoveKind kind = MoveKind::kInstance;
  size_t any_steps = 0;               // the first steps of `module` whose keys may be any
  state::ModuleInstance module = {};  // ends with what is moved if that is a module
  state::ResourceName resource = {};  // of kResource and kInstance
  state::InstanceKey key = {};        // of kInstance

  // The same in one instance of the module that says so.
  MoveEndpoint In(const state::ModuleInstance& declaring) const;

  std::string ToString() const;         // "module.a[*].x.y": with a star for each key that may be any
  std::string ToAddressString() const;  // as an address, which it is if no step may be any

  size_t Hash() const;
  bool operator==(const MoveEndpoint&) const = default;
};

struct MoveStatement {
  MoveEndpoint from, to;  // of one kind, and with the same `any_steps`
  const config::Config* declaring = nullptr;
  hcl::SourceRange range = {};
};

// Those of all `moved` blocks, then those that `state` implies.
std::vector<MoveStatement> FindMoveStatements(const config::Config& root, const state::State& state);

// Which statements need which others to be followed before: those that lead to where they begin, and of moves
// of a module and of what is in it the one that the other one's addresses presuppose.
graph::Graph OrderMoves(const std::vector<MoveStatement>& statements);

}  // namespace cairn::infra
