#pragma once

// One command's work on the working folder: its configuration, its providers and its state, loaded as far as
// the command needs them.

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "commands/backends.h"
#include "commands/environment.h"
#include "commands/installed_providers.h"
#include "commands/saved_plan.h"
#include "commands/screen.h"
#include "commands/state_place.h"
#include "commands/variables.h"
#include "config/loader.h"
#include "hcl/file_reader.h"
#include "hcl/functions.h"
#include "infra/config_graph.h"
#include "infra/operation.h"
#include "infra/provider_pool.h"
#include "net/loop.h"
#include "state/backend.h"
#include "view/state_values.h"

namespace cairn::commands {

// The version that is claimed towards providers and `required_version`.
inline constexpr std::string_view kTerraformVersion = "1.11.4";

// Random bytes of the kernel.
void FillRandom(std::span<uint8_t> bytes);

struct SessionOptions {
  std::vector<VariableFlag> variables = {};
  std::string config_path = ".";    // the folder of the root module
  std::string state_path = {};      // empty: that of the workspace
  std::string state_out_path = {};  // empty: there as well
  std::string backup_path = {};     // empty: beside the state; "-": none
  bool dated_backup = false;        // beside the state, each under a name of its own; there is always one
  Duration lock_timeout = {};       // how long to try
  size_t parallelism = 10;
  bool lock = true;
  bool ignore_remote_version = false;  // means nothing: states of other versions are read or refused
  bool may_be_empty = false;           // a folder without files is a configuration, too
  bool may_lack_values = false;        // variables without a value are unknown
  bool input = true;                   // ask for variables without a value
  // Of which configuration, variables and time are; must outlive the session. Null: those of the folder.
  const infra::SavedPlan* saved = nullptr;
};

// Belongs to one thread, which runs its loop.
class Session {
 public:
  // `screen` must outlive it; what is wrong is reported there. Functions return false then.
  Session(const Environment& environment, Screen& screen, SessionOptions options);
  ~Session();

  // Warns that what is done is done by providers of development, if there are any.
  void WarnOfOverrides();
  bool LoadConfig();
  // Values of the root module's variables; asks for those that have none.
  bool LoadVariables();
  // Those of the configuration, if it is loaded, and of the state.
  registry::ProviderRequirements ProvidersInUse(hcl::Diagnostics& diagnostics);
  // All these: checks what is installed, starts the providers in use, and takes their schemas.
  bool StartProviders();
  bool BuildGraph(bool importing = false);
  // For what the configurations of its providers lack, if there is somebody to answer.
  void AskProviders();
  // What is wrong with the configuration, as far as that is known before anything is done.
  hcl::Diagnostics Validate();

  // Where states are kept, by the configuration, which need not be loaded.
  bool FindBackend();
  // And that of the workspace.
  bool OpenBackend();
  // Instead: that of another workspace of the backend that was found.
  bool OpenWorkspace(const std::string& name);
  // Locks the state and reads it, with what an interrupted run left in the journal.
  bool OpenState(std::string_view operation);
  // The same, of what has been opened already.
  bool LoadState(std::string_view operation);
  // Instead: works on a state that is nowhere kept.
  void UseState(state::State state) { state_ = std::move(state); }
  // Writes `next` as the following version, if it differs.
  bool WriteState(state::State next);
  // Writes `next` as the version that it says it is.
  bool WriteVersion(state::State next);
  // Writes what the journal held, before anything else happens.
  bool CloseState();

  const config::Config& config() const { return *config_; }
  // What -out keeps: the plan with all that applying it needs.
  infra::SavedPlan ToSave(const plan::Plan& plan, const state::State& refreshed) const;
  // Whether the state is still the one that `saved` was made of; if not, that is said.
  bool IsCurrent(const infra::SavedPlan& saved);
  const infra::SchemaSource& schemas() const { return schemas_; }
  std::chrono::system_clock::time_point plan_time() const { return plan_time_; }
  const state::State& state() const { return state_; }
  // Whether there is a state at all, be it an empty one.
  bool HasState() const { return last_ || !state_.empty(); }
  // Of the providers started; must not outlive this.
  view::SchemaSource ResourceSchemas() const;
  // Of the state that has been opened.
  const std::string& journal_path() const { return store_->journal_path(); }
  state::StateStore& store() { return *store_; }
  state::Backend& backend() { return *backend_; }
  const state::Workspace& workspace() const { return workspace_; }
  const std::string& backend_type() const { return backend_type_; }  // "local", "s3"
  const state::StateText& state_text() const { return state_text_; }
  // As it was read; nothing if there was none.
  const std::optional<state::State>& last_state() const { return last_; }
  net::Loop& loop() { return loop_; }
  infra::ProviderPool& providers() { return providers_; }
  const infra::ConfigGraph& graph() const { return graph_; }
  Screen& screen() { return screen_; }

  // From now on expressions may know what planning does not: the time, random numbers.
  void BeginApply();
  // Expressions call these, which must outlive the session's operations.
  void UseFunctions(const hcl::FunctionTable& functions) { surroundings_.functions = &functions; }
  infra::OperationInput InputFor(infra::Observer& observer);
  // Ends all providers.
  void CloseProviders();

 private:
  // Whether flags say in which file the state is.
  bool IsFile() const { return !options_.state_path.empty() || !options_.state_out_path.empty(); }
  Result<std::unique_ptr<state::Backend>> OpenFiles(const StatePlace& place);
  bool MayAsk() const;
  std::optional<std::string> Ask(const std::string& name, const std::string& description);
  bool LockState(std::string_view operation);
  bool DropJournal();
  net::Task<std::optional<state::LockError>> TryLock(const state::LockInfo& info);
  using FetchedSchemas = Result<std::shared_ptr<const provider::Schemas>>;
  net::Task<FetchedSchemas> FetchSchemas(const std::string& provider);
  net::Task<void> AddSchemas(std::string provider, hcl::Diagnostics& diagnostics);
  net::Task<void> AddAllSchemas(const registry::ProviderRequirements& providers,
                                hcl::Diagnostics& diagnostics);
  net::Task<Result<provider::CallFunctionResponse>> CallFunction(
      const std::string& provider, const provider::CallFunctionRequest& request);

  const Environment& environment_;
  Screen& screen_;
  const SessionOptions options_;
  SystemClock clock_;
  const std::chrono::system_clock::time_point plan_time_;
  RecordingFiles files_;
  net::Loop loop_{clock_};
  hcl::BuiltinFunctions functions_;
  hcl::BuiltinFunctions functions_of_apply_;
  infra::Surroundings surroundings_;
  std::unique_ptr<const config::Config> config_;
  infra::GivenVariables variables_;
  InstalledProviders installed_;
  infra::SchemaSource schemas_;
  infra::ProviderPool providers_;
  // Functions are called while loop_ runs, and waited for: their providers are others, on a loop of their
  // own.
  net::Loop function_loop_{clock_};
  infra::ProviderPool function_providers_;
  infra::ProviderFunctions provider_functions_;
  infra::ConfigGraph graph_;
  std::deque<config::ProviderBlock> answered_;  // of which graph_ knows
  Backends backends_;
  std::unique_ptr<state::Backend> backend_;
  std::string backend_type_;
  state::Workspace workspace_;
  std::unique_ptr<state::StateStore> store_;
  state::StateText state_text_;
  std::optional<state::State> last_;  // as it was read
  state::State state_;
};

}  // namespace cairn::commands
