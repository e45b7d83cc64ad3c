#pragma once

// What in a configuration depends on what: a node for each block that has a value or an effect, an edge for
// each reference. References are resolved here, once; what is not declared is reported.

#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "config/loader.h"
#include "config/providers.h"
#include "graph/graph.h"
#include "hcl/diagnostic.h"
#include "hcl/schema.h"
#include "infra/schema_source.h"
#include "state/state.h"

namespace cairn::infra {

enum class ObjectKind : uint8_t {
  kVariable,
  kLocal,
  kOutput,
  kCall,       // of a module: its instances; everything in the module comes after it
  kModuleEnd,  // all of a module
  kProvider,   // a provider's configuration
  kResource,   // also data and ephemeral ones
  kCheck,
};

// A node. Of the pointers the one of its kind is set.
struct Object {
  ObjectKind kind = ObjectKind::kModuleEnd;
  const config::Config* config = nullptr;  // the module it is in; for kCall the module that is called
  const config::Variable* variable = nullptr;
  const config::Local* local = nullptr;
  const config::Output* output = nullptr;
  const config::Resource* resource = nullptr;
  const config::Check* check = nullptr;
  config::ProviderConfig provider = {};                // kProvider
  std::optional<graph::NodeIndex> provider_node = {};  // of a kResource, unless its provider cannot be found
  std::vector<graph::NodeIndex> depends_on = {};       // what the argument of this name means
  bool is_absent =
      false;  // a kResource that is not in the configuration: something is to be imported into it

  std::string ToString() const;  // as messages about cycles name it: "module.a.local.b (expand)"
};

struct ConfigGraph {
  std::vector<Object> objects;  // by node
  graph::Graph graph{0};

  // None if there is no such object.
  std::optional<graph::NodeIndex> FindResource(const config::Config& config,
                                               const state::ResourceName& name) const;
  std::optional<graph::NodeIndex> FindProvider(const state::ProviderConfigAddress& address) const;

  std::unordered_map<state::ConfigResource, graph::NodeIndex, state::AddressHash> resources;  // none absent
  std::unordered_map<state::ProviderConfigAddress, graph::NodeIndex, state::AddressHash> providers;
  std::unordered_map<const config::Config*, graph::NodeIndex> calls;  // of all modules but the root
  // The blocks that import into a resource, which need not be in the configuration.
  std::unordered_map<state::ConfigResource, std::vector<const config::Import*>, state::AddressHash> imports;
  std::deque<config::Resource> absent;  // the empty resources of the nodes that are so
};

// A provider for people: "hashicorp/aws".
std::string ShownProvider(std::string_view provider);

// The provider configurations that objects of `state` belong to.
std::vector<state::ProviderConfigAddress> ProvidersOf(const state::State& state);

// The graph of `root`, which must outlive it. Besides the providers that its resources use it has `more`, as
// far as they are configured or need no configuration. With errors there are no edges for what is wrong, and
// there may be cycles. `importing`: no resource is evaluated, and what they read need not be declared.
ConfigGraph BuildConfigGraph(const config::Config& root, const SchemaSource& schemas,
                             const std::vector<state::ProviderConfigAddress>& more,
                             hcl::Diagnostics& diagnostics, bool importing = false);

}  // namespace cairn::infra
