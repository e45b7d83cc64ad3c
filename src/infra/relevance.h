#pragma once

// Which attributes of resources contribute to what a plan changes: drift elsewhere is not worth telling.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/loader.h"
#include "infra/schema_source.h"
#include "plan/plan.h"

namespace cairn::infra {

// Follows references, from the configuration of what changes through locals, outputs, variables and the
// attributes of other resources. Each is followed once.
class Relevance {
 public:
  // Both must outlive it.
  Relevance(const config::Config& root, const SchemaSource& schemas) : root_(root), schemas_(schemas) {}

  // What changes.
  void AddResource(const state::InstanceAddress& address);
  void AddOutput(const state::ModuleInstance& module, const std::string& name);

  // All that contributes, sorted.
  std::vector<plan::RelevantAttribute> Find();

 private:
  // A reference as a module has it; `repeats` is the resource whose `count` or `each` it may read.
  struct Place {
    state::ModuleInstance module = {};
    const config::Config* config = nullptr;
    const config::Resource* repeats = nullptr;
  };
  struct Pending {
    Place place;
    hcl::Reference reference;
  };

  void Add(const Place& place, std::vector<hcl::Reference> references);
  void Follow(const Pending& pending);
  void FollowVariable(const Place& place, std::string_view name);
  void FollowModule(const Place& place, const hcl::Reference& reference);
  void FollowResource(const Place& place, const hcl::Reference& reference);
  void AddBody(const Place& place, const config::Resource& resource, std::string_view part);

  const config::Config& root_;
  const SchemaSource& schemas_;
  std::vector<Pending> pending_;
  std::set<std::string> seen_;
  std::map<std::string, plan::RelevantAttribute> found_;
};

}  // namespace cairn::infra
