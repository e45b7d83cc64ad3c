#pragma once

// For config_graph.cc: what a reference means, as nodes of the graph.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/loader.h"
#include "graph/graph.h"
#include "hcl/diagnostic.h"
#include "hcl/references.h"
#include "state/address.h"

namespace cairn::infra {

// The nodes of what is declared in one module.
struct ModuleNodes {
  graph::NodeIndex end = 0;
  std::optional<graph::NodeIndex> call = {};  // none for the root
  std::map<std::string_view, graph::NodeIndex> variables = {};
  std::map<std::string_view, graph::NodeIndex> locals = {};
  std::map<std::string_view, graph::NodeIndex> outputs = {};
  std::map<std::string_view, graph::NodeIndex> checks = {};
  std::unordered_map<state::ResourceName, graph::NodeIndex, state::AddressHash> resources = {};
};
using NodeNames = std::unordered_map<const config::Config*, ModuleNodes>;

class ReferenceResolver {
 public:
  // Both must outlive this.
  ReferenceResolver(const NodeNames& names, hcl::Diagnostics& diagnostics)
      : names_(names), diagnostics_(diagnostics) {}

  // What an expression in `config` that has this reference needs; none for `each.key` and the like. What is
  // not declared is reported.
  std::vector<graph::NodeIndex> Resolve(const config::Config& config, const hcl::Reference& reference);

  // The same in `depends_on`, where a module means all that is in it.
  std::vector<graph::NodeIndex> ResolveWhole(const config::Config& config, const hcl::Reference& reference);

 private:
  using Nodes = std::vector<graph::NodeIndex>;
  Nodes ResolveNamed(const config::Config& config, const hcl::Reference& reference);
  Nodes ResolveModule(const config::Config& config, const hcl::Reference& reference);
  Nodes ResolveResource(const config::Config& config, const hcl::Reference& reference);
  void ReportResource(const config::Config& config, const hcl::Reference& reference,
                      const state::ResourceName& name);

  const NodeNames& names_;
  hcl::Diagnostics& diagnostics_;
};

}  // namespace cairn::infra
