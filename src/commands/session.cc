#include "commands/session.h"

#include <sys/random.h>

#include <span>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "commands/modules.h"
#include "commands/provider_prompts.h"
#include "commands/provider_sources.h"
#include "config/checks.h"
#include "config/providers.h"
#include "config/provisioners.h"
#include "infra/validator.h"
#include "net/task_group.h"

namespace cairn::commands {
namespace {

// What would be left undone in silence otherwise.
void RefuseUnsupported(const config::Module& module, hcl::Diagnostics& diagnostics) {
  const auto refuse = [&](std::string_view what, const hcl::SourceRange& range) {
    diagnostics.AddError("Not supported yet", Format("{} cannot be used yet.", what), range);
  };
  for (const config::Removed& removed : module.removed) {
    for (const config::Provisioner& one : removed.provisioners) refuse("Provisioners", one.range);
  }
  for (const auto& [name, resource] : module.resources) {
    for (const config::Provisioner& one : resource.provisioners) {
      if (config::ProvisionerSchema(one.type) == nullptr) {
        diagnostics.AddError(
            "Missing required provisioner plugin",
            Format("This configuration requires provisioner plugin {:?}, which isn't available. If you're "
                   "intending to use an external provisioner plugin, you must install it manually into one "
                   "of the plugin search directories before running Terraform.",
                   one.type));
      } else if (one.type != "local-exec") {
        refuse(Format("Provisioners of the type {:?}", one.type), one.range);
      }
    }
  }
}

hcl::FunctionWorld WorldOf(std::chrono::system_clock::time_point plan_time, bool planning) {
  return {.files = std::make_shared<hcl::DiskReader>(),
          .now = [] { return std::chrono::system_clock::now(); },
          .plan_time = plan_time,
          .random = FillRandom,
          .planning = planning};
}

}  // namespace

void FillRandom(std::span<uint8_t> bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (got > 0) done += size_t(got);
  }
}

Session::Session(const Environment& environment, Screen& screen, SessionOptions options)
    : environment_(environment),
      screen_(screen),
      options_(std::move(options)),
      plan_time_(options_.saved ? ParseTime(options_.saved->plan.timestamp).value_or(clock_.WallNow())
                                : clock_.WallNow()),
      functions_(WorldOf(plan_time_, /*planning=*/true)),
      functions_of_apply_(WorldOf(plan_time_, /*planning=*/false)),
      installed_(environment, loop_, FillRandom),
      providers_([this](const std::string& provider) { return installed_.Start(loop_, provider); }),
      function_providers_(
          [this](const std::string& provider) { return installed_.Start(function_loop_, provider); }),
      provider_functions_(schemas_,
                          [this](const std::string& provider, const provider::CallFunctionRequest& request) {
                            return function_loop_.Run(CallFunction(provider, request));
                          }),
      backends_(environment, loop_, environment.DataFolder()) {
  surroundings_.functions = &functions_;
  surroundings_.provider_functions = &provider_functions_;
  surroundings_.working_folder = environment.folder;
  surroundings_.root_folder = options_.config_path;
}

Session::~Session() = default;

void Session::WarnOfOverrides() {
  hcl::Diagnostics diagnostics;
  commands::WarnOfOverrides(environment_.cli,
                            "The behavior may therefore not match any released version of the provider and "
                            "applying changes may cause the state to become incompatible with published "
                            "releases.",
                            diagnostics);
  screen_.Report(diagnostics);
}

bool Session::LoadConfig() {
  hcl::Diagnostics diagnostics;
  if (const infra::SavedPlan* saved = options_.saved) {
    config_ = config::LoadConfig(SavedFiles(*saved), ".", SavedModules(*saved), diagnostics);
  } else {
    config_ = config::LoadConfig(files_, options_.config_path,
                                 InstalledModules(environment_.DataFolder(), diagnostics), diagnostics);
  }
  const config::Module& root = *config_->module;
  if (!diagnostics.has_errors() && root.files.empty() && !options_.may_be_empty) {
    diagnostics.AddError(
        "No configuration files",
        "This needs a configuration to be present. Without one, everything there is would be destroyed. If "
        "that is what you want, use the destroy command. Otherwise, create a file with the .tf extension.");
  }
  if (root.cloud) diagnostics.AddError("Backend not supported", "HCP Terraform cannot be used.", *root.cloud);
  config::CheckRequiredVersions(*config_, kTerraformVersion, diagnostics);
  config_->Visit([&](const config::Config& config) { RefuseUnsupported(*config.module, diagnostics); });
  const bool ok = !diagnostics.has_errors();
  if (!ok || options_.saved == nullptr)
    screen_.Report(diagnostics);  // warnings were said when it was planned
  return ok;
}

bool Session::MayAsk() const {
  return options_.input && screen_.interactive() && !environment_.ForbidsInput();
}

std::optional<std::string> Session::Ask(const std::string& name, const std::string& description) {
  std::string question = name + "\n";
  for (const std::string_view line : Split(description, '\n')) {
    if (!description.empty()) question += Format("  {}\n", line);
  }
  std::optional<std::string> answer = screen_.Ask(question + "\n  Enter a value: ");
  if (answer) screen_.Print("\n");
  return answer;
}

bool Session::LoadVariables() {
  hcl::Diagnostics diagnostics;
  variables_ =
      options_.saved
          ? SavedVariables(*options_.saved, *config_->module, options_.variables, diagnostics)
          : GatherVariables(*config_->module, environment_.variables, options_.variables, diagnostics);
  const bool asks = MayAsk() && !diagnostics.has_errors();
  for (const auto& [name, variable] : config_->module->variables) {
    if (variables_.contains(name) || variable.default_value) continue;
    if (options_.may_lack_values) {
      variables_[name] = {.value = hcl::Value::Dynamic()};
      continue;
    }
    if (!asks) {
      infra::ReportNoValue(variable, diagnostics);
      continue;
    }
    const auto answer = Ask("var." + name, variable.description);
    if (!answer) break;
    variables_[name] = {
        .value = hcl::Value::String(*answer), .is_text = true, .origin = "an interactive prompt"};
  }
  const bool ok = !diagnostics.has_errors();
  screen_.Report(diagnostics);
  return ok;
}

registry::ProviderRequirements Session::ProvidersInUse(hcl::Diagnostics& diagnostics) {
  registry::ProviderRequirements providers;
  if (config_) providers = config::NeededProviders(*config_, diagnostics);
  for (const state::ProviderConfigAddress& address : infra::ProvidersOf(state_)) {
    if (const auto provider = registry::ParseProviderAddress(address.provider())) providers[*provider];
  }
  return providers;
}

net::Task<Session::FetchedSchemas> Session::FetchSchemas(const std::string& provider) {
  const Result<provider::Provider*> started = co_await providers_.Unconfigured(provider);
  if (!started) co_return std::unexpected(started.error());
  Result<provider::SchemasResponse> schemas = co_await (*started)->GetSchemas();
  if (!schemas) co_return std::unexpected(schemas.error());
  if (provider::HasErrors(schemas->diagnostics)) {
    co_return Fail(ErrorCode::kInternal,
                   schemas->diagnostics[0].summary + ": " + schemas->diagnostics[0].detail);
  }
  co_return schemas->schemas;
}

net::Task<Result<provider::CallFunctionResponse>> Session::CallFunction(
    const std::string& provider, const provider::CallFunctionRequest& request) {
  const Result<provider::Provider*> started = co_await function_providers_.Unconfigured(provider);
  if (!started) co_return std::unexpected(started.error());
  provider::CallFunctionRequest copy = request;
  co_return co_await (*started)->CallFunction(std::move(copy));
}

net::Task<void> Session::AddSchemas(std::string provider, hcl::Diagnostics& diagnostics) {
  FetchedSchemas schemas = co_await FetchSchemas(provider);
  if (schemas) {
    schemas_.Add(std::move(provider), std::move(*schemas));
    co_return;
  }
  diagnostics.AddError(
      "Failed to load plugin schemas",
      Format("Error while loading schemas for plugin components: Failed to obtain provider schema: Could "
             "not load the schema for provider {}: {}.",
             provider, schemas.error().message));
}

net::Task<void> Session::AddAllSchemas(const registry::ProviderRequirements& providers,
                                       hcl::Diagnostics& diagnostics) {
  net::TaskGroup group(loop_);
  for (const auto& [address, constraints] : providers) {
    group.Spawn(AddSchemas(registry::ToString(address), diagnostics));
  }
  co_await group.Empty();
}

bool Session::StartProviders() {
  hcl::Diagnostics diagnostics;
  const registry::ProviderRequirements providers = ProvidersInUse(diagnostics);
  if (!diagnostics.has_errors()) installed_.Check(providers, diagnostics);
  if (!diagnostics.has_errors()) loop_.Run(AddAllSchemas(providers, diagnostics));
  const bool ok = !diagnostics.has_errors();
  screen_.Report(diagnostics);
  return ok;
}

view::SchemaSource Session::ResourceSchemas() const {
  return [this](const std::string& provider,
                const state::ResourceName& resource) -> std::shared_ptr<const hcl::BlockSchema> {
    const auto schema = schemas_.FindResource(provider, resource);
    return schema ? (*schema)->block : nullptr;
  };
}

bool Session::BuildGraph(bool importing) {
  hcl::Diagnostics diagnostics;
  config::CheckCallArguments(*config_, diagnostics);
  if (!diagnostics.has_errors())
    graph_ = infra::BuildConfigGraph(*config_, schemas_, infra::ProvidersOf(state_), diagnostics, importing);
  const bool ok = !diagnostics.has_errors();
  screen_.Report(diagnostics);
  return ok;
}

void Session::AskProviders() {
  if (!MayAsk()) return;
  const auto ask = [this](const std::string& name, const std::string& description) {
    return Ask(name, description);
  };
  commands::AskProviders(graph_, schemas_, ask, answered_);
}

hcl::Diagnostics Session::Validate() {
  infra::Observer nobody;
  return loop_.Run(infra::Validate(InputFor(nobody)));
}

void Session::BeginApply() {
  surroundings_.functions = &functions_of_apply_;
  surroundings_.applying = true;
}

infra::OperationInput Session::InputFor(infra::Observer& observer) {
  return {.loop = loop_,
          .config = *config_,
          .graph = graph_,
          .schemas = schemas_,
          .providers = providers_,
          .surroundings = surroundings_,
          .variables = variables_,
          .observer = observer,
          .terraform_version = std::string(kTerraformVersion),
          .parallelism = options_.parallelism};
}

infra::SavedPlan Session::ToSave(const plan::Plan& plan, const state::State& refreshed) const {
  return {.plan = plan,
          .refreshed = refreshed,
          .files = files_.texts(),
          .modules = ModuleFolders(*config_),
          .locks = ReadFile(std::string(kLockFileName), config::kConfigFileBytesMax).value_or(""),
          .workspace = surroundings_.workspace};
}

bool Session::IsCurrent(const infra::SavedPlan& saved) {
  const state::State& made_of = saved.refreshed;
  if (saved.workspace != surroundings_.workspace) {
    screen_.ReportError("Saved plan is of another workspace",
                        Format("The given plan file was made in the workspace {:?}; this is {:?}.",
                               saved.workspace, surroundings_.workspace));
    return false;
  }
  if (!made_of.lineage.empty() && made_of.lineage != state_.lineage) {
    screen_.ReportError(
        "Saved plan does not match the given state",
        "The given plan file can not be applied because it was created from a different state "
        "lineage.");
    return false;
  }
  if (made_of.serial != state_.serial) {
    screen_.ReportError(
        "Saved plan is stale",
        "The given plan file can no longer be applied because the state was changed by another "
        "operation after the plan was created.");
    return false;
  }
  const Result<std::string> locks = ReadFile(std::string(kLockFileName), config::kConfigFileBytesMax);
  if (locks.value_or("") != saved.locks) {
    screen_.ReportError("Saved plan is for other providers",
                        Format("The given plan file can not be applied because {} has been changed after the "
                               "plan was created. Plan again.",
                               kLockFileName));
    return false;
  }
  return true;
}

void Session::CloseProviders() {
  loop_.Run(providers_.CloseAll());
  function_loop_.Run(function_providers_.CloseAll());
}

}  // namespace cairn::commands
