#pragma once

// What `import` blocks say: which objects exist already, and where they are to be from now on.

#include <optional>
#include <string>
#include <vector>

#include "config/loader.h"
#include "hcl/diagnostic.h"
#include "infra/module_run.h"
#include "state/address.h"

namespace cairn::infra {

struct ImportedObject {
  state::InstanceAddress address = {};
  std::string id = {};
};

// Reports that no resource could be written for `import`, which has none.
void CheckAbsentTarget(const config::Import& import, hcl::Diagnostics& diagnostics);

// Evaluates the expressions of import blocks. `run` is of the root module; all must outlive it.
class ImportEvaluator {
 public:
  // `validating`: nothing that is not known is an error, and nothing is said of it.
  ImportEvaluator(const ModuleRun& run, const Surroundings& surroundings, bool validating)
      : scope_(run, surroundings), validating_(validating) {}

  // The objects that `import` is about, each fit for `resource` (null: one without `count` and `for_each`).
  // Nothing, and errors, if something is wrong.
  std::optional<std::vector<ImportedObject>> Evaluate(const config::Import& import,
                                                      const config::Resource* resource,
                                                      hcl::Diagnostics& diagnostics) const;

 private:
  // `each` is null without for_each. Without errors nothing is added where something is not known.
  void EvaluateOne(const config::Import& import, const config::Resource* resource, const hcl::Value* each,
                   std::vector<ImportedObject>& objects, hcl::Diagnostics& diagnostics) const;
  std::optional<state::InstanceAddress> AddressOf(const config::Import& import, const hcl::Value* each,
                                                  hcl::Diagnostics& diagnostics) const;
  std::optional<std::string> IdOf(const config::Import& import, const hcl::Value* each,
                                  hcl::Diagnostics& diagnostics) const;
  std::optional<hcl::Value> ForEach(const config::Import& import, hcl::Diagnostics& diagnostics) const;

  RunScope scope_;
  bool validating_;
};

}  // namespace cairn::infra
