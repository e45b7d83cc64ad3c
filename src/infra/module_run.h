#pragma once

// The values of a configuration while it is validated, planned or applied: one ModuleRun for each instance of
// a module, and the scopes in which their expressions are evaluated.
//
// Whoever evaluates does so in the order of the graph (config_graph.h): what an expression reads is there
// already. Belongs to one thread.

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/loader.h"
#include "hcl/function.h"
#include "hcl/scope.h"
#include "hcl/value.h"
#include "infra/provider_functions.h"
#include "state/address.h"

namespace cairn::infra {

// How many instances there are, and what they are called.
enum class Expansion : uint8_t {
  kSingle,   // one, without a key
  kCount,    // keys 0, 1, …
  kForEach,  // keys that are texts
  kUnknown,  // not known (yet)
};

// What `count.index`, `each.key` and `each.value` are for one instance; null where they are not to be used.
struct Repetition {
  state::InstanceKey key = {};
  hcl::Value each_value = {};
  bool is_any = false;  // validating: the key stands for all there may be, and is not known
};

struct Instances {
  Expansion expansion = Expansion::kSingle;
  std::vector<Repetition> each = {};  // in the order of the keys
};

// The instances of one resource in one instance of its module.
class ResourceValues {
 public:
  ResourceValues() = default;
  // All values are unknown of `type`, until they are set.
  ResourceValues(Expansion expansion, const hcl::Type& type) : expansion_(expansion), type_(type) {}

  Expansion expansion() const { return expansion_; }
  void Set(const state::InstanceKey& key, hcl::Value value);
  // Null if there is no such instance (yet).
  const hcl::Value* Find(const state::InstanceKey& key) const;
  // What the resource's name stands for: the object, a tuple of them, or an object of them.
  const hcl::Value& Combined() const;

 private:
  Expansion expansion_ = Expansion::kUnknown;
  hcl::Type type_ = {};
  std::map<state::InstanceKey, hcl::Value> values_ = {};
  mutable std::optional<hcl::Value> combined_ = {};
};

struct ModuleRun;

// The instances of one module call.
struct CallRun {
  Expansion expansion = Expansion::kUnknown;
  std::map<state::InstanceKey, std::unique_ptr<ModuleRun>> instances = {};
};

// One instance of a module.
struct ModuleRun {
  const config::Config* config = nullptr;
  state::ModuleInstance address = {};
  ModuleRun* parent = nullptr;  // null for the root
  Repetition repetition = {};   // of the call that it is an instance of
  bool repeats = false;         // the call has `count` or `for_each`

  std::unordered_map<std::string_view, hcl::Value> variables = {};
  std::unordered_map<std::string_view, hcl::Value> locals = {};
  std::unordered_map<std::string_view, hcl::Value> outputs = {};
  std::unordered_map<state::ResourceName, ResourceValues, state::AddressHash> resources = {};
  std::unordered_map<std::string_view, CallRun> calls = {};

  // What `module.NAME` stands for in the parent: an object of the outputs.
  hcl::Value OutputsObject() const;
};

// The key that a step of a traversal is, if it is one.
std::optional<state::InstanceKey> KeyOf(const hcl::TraversalStep& step);

// The instance of a module at `address`, below `root`; null if there is none.
const ModuleRun* FindRun(const ModuleRun& root, const state::ModuleInstance& address);

// What all expressions may read besides values.
struct Surroundings {
  const hcl::FunctionTable* functions = nullptr;
  const ProviderFunctions* provider_functions = nullptr;  // null: there are none
  std::string workspace = "default";
  std::string root_folder = ".";    // path.root
  std::string working_folder = {};  // path.cwd
  bool applying = false;            // terraform.applying
};

// A module's expressions: of its locals and outputs, or of one instance of a resource or call in it. Borrows
// everything.
class RunScope final : public hcl::Scope {
 public:
  RunScope(const ModuleRun& run, const Surroundings& surroundings, const Repetition* repetition = nullptr,
           const hcl::Value* self = nullptr)
      : run_(run),
        surroundings_(surroundings),
        repetition_(repetition),
        self_(self),
        functions_(surroundings.functions, surroundings.provider_functions, *run.config->module) {}

  std::optional<hcl::Value> Find(std::string_view root, std::span<const hcl::TraversalStep> steps,
                                 const hcl::SourceRange& range, size_t& used,
                                 hcl::Diagnostics& diagnostics) const override;
  std::vector<std::string_view> Names() const override;
  const hcl::FunctionTable* functions() const override {
    return surroundings_.functions == nullptr ? nullptr : &functions_;
  }

 private:
  using Steps = std::span<const hcl::TraversalStep>;
  hcl::Value FindResource(state::ResourceMode mode, Steps steps, size_t skip, std::string_view type,
                          size_t& used) const;
  hcl::Value FindModule(Steps steps, size_t& used) const;
  std::optional<hcl::Value> FindRepetition(std::string_view root, Steps steps, const hcl::SourceRange& range,
                                           size_t& used, hcl::Diagnostics& diagnostics) const;
  hcl::Value FindPath(Steps steps, const hcl::SourceRange& range, size_t& used,
                      hcl::Diagnostics& diagnostics) const;

  const ModuleRun& run_;
  const Surroundings& surroundings_;
  const Repetition* repetition_;
  const hcl::Value* self_;
  const ModuleFunctions functions_;
};

inline constexpr int64_t kInstancesMax = 1'000'000;  // of one block

// The instances that `count` or `for_each` (none, or one of them) say; with errors kUnknown. `validating`:
// also where there is one of them, and not being known is no error.
Instances Expand(const hcl::Expression& count, const hcl::Expression& for_each, const hcl::Scope& scope,
                 hcl::Diagnostics& diagnostics, bool validating = false);

// What stands for all instances while nothing is known of them.
Repetition AnyOf(const hcl::Expression& count, const hcl::Expression& for_each);

}  // namespace cairn::infra
