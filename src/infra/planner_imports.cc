#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "infra/generated_config.h"
#include "infra/imports.h"
#include "infra/object_values.h"
#include "infra/planner_state.h"

namespace cairn::infra {

namespace {

// What is wrong with what a provider answered, if anything: a summary and a detail.
std::pair<std::string, std::string> ImportMistake(const provider::ImportResponse& response,
                                                  const state::InstanceAddress& address,
                                                  const std::string& id) {
  const std::vector<provider::ImportedResource>& found = response.resources;
  const std::string attempt = Format("While attempting to import with ID {}, the provider", id);
  if (found.empty()) return {"Import returned no resources", attempt + "returned no instance states."};
  if (found.size() > 1) {
    return {"Multiple import states not supported",
            attempt + " returned multiple resource instance states. This is not currently supported."};
  }
  if (found[0].type_name != address.resource.type()) {
    return {"Import returned another resource",
            Format("{} returned an object of the type {:?}.", attempt, found[0].type_name)};
  }
  if (found[0].state.IsNull()) {
    return {"Import returned null resource", attempt + "returned an instance with no state."};
  }
  if (!found[0].state.IsWhollyKnown()) {
    return {"Import returned unknown values",
            attempt + " returned an object that is not wholly known. This is a bug in the provider."};
  }
  return {};
}

}  // namespace

// What is imported into a resource, whose instances are known.
bool Planner::FindImports(graph::NodeIndex node) {
  const OperationInput& input = operation_.input();
  const Object& object = input.graph.objects[node];
  const state::ConfigResource resource{object.config->path, object.resource->name};
  if (options_.import) return options_.import->address.config() != resource || AddImport(*options_.import);
  const auto blocks = input.graph.imports.find(resource);
  if (blocks == input.graph.imports.end() || options_.mode != plan::Mode::kNormal) return true;
  const ImportEvaluator evaluator(operation_.evaluator().root(), input.surroundings, /*validating=*/false);
  for (const config::Import* import : blocks->second) {
    const auto objects = evaluator.Evaluate(*import, object.resource, operation_.diagnostics());
    if (!objects || !std::ranges::all_of(*objects, [this](const auto& one) { return AddImport(one); }))
      return false;
  }
  return true;
}

bool Planner::AddImport(const ImportedObject& object) {
  if (!planned_.contains(object.address)) {
    operation_.diagnostics().AddError(
        "Configuration for import target does not exist",
        Format("The configuration for the given import {} does not exist. All target instances must have an "
               "associated configuration to be imported.",
               object.address.ToString()));
    return false;
  }
  imports_[object.address] = object.id;
  return true;
}

// All but what is to be imported is what the state says it is.
net::Task<bool> Planner::PlanImport(const Instance& instance) {
  const auto imported = imports_.find(instance.address);
  if (imported == imports_.end()) {
    KeepUntargeted(instance);
    co_return true;
  }
  const Prior prior = co_await ImportPrior(instance, imported->second);
  if (!prior.ok) co_return false;
  instance.run->resources.at(instance.resource->name).Set(instance.address.key, prior.value);
  co_return true;
}

// Whether a block is to be written for a resource that is not in the configuration. One whose object is
// there already goes with the others of which this is so.
bool Planner::IsToGenerate(const Object& object) const {
  const state::InstanceAddress address{{}, object.resource->name, {}};
  return options_.mode == plan::Mode::kNormal && !options_.import && !state_.FindCurrent(address);
}

bool Planner::MayGenerate(const Object& object) {
  const state::InstanceAddress address{{}, object.resource->name, {}};
  const OperationInput& input = operation_.input();
  const std::string& provider = input.graph.objects[*object.provider_node].provider.address.provider();
  if (options_.generated_path.empty()) {
    operation_.diagnostics().AddError(
        "Configuration for import target does not exist",
        Format(
            "The configuration for the given import target {} does not exist. If you wish to automatically "
            "generate config for this resource, use the -generate-config-out option within terraform plan. "
            "Otherwise, make sure the target resource exists within your configuration. For example:\n\n"
            "  terraform plan -generate-config-out=generated.tf",
            address.ToString()),
        input.graph.imports.at({object.config->path, object.resource->name})[0]->to.range());
  } else if (!input.schemas.FindResource(provider, object.resource->name)) {
    operation_.diagnostics().AddError(
        Format("provider does not support resource type for {:?}", address.ToString()), "");
  } else {
    return true;
  }
  return false;
}

net::Task<bool> Planner::PlanGenerated(const Instance& instance, const Prior& prior) {
  const std::optional<config::ProviderName>& provider = instance.resource->provider;
  const bool says_provider = provider && !(*provider == instance.resource->ImpliedProvider());
  std::string text = WriteResourceBlock(instance.address.resource, *instance.schema->block, prior.value,
                                        says_provider ? provider->ToString() : std::string());
  hcl::Diagnostics found;
  const auto module = config::ReadModule(options_.generated_path, text, found);
  const bool failed = found.has_errors();
  operation_.diagnostics().Append(std::move(found));
  generated_[instance.address] = {.address = instance.address, .text = std::move(text)};
  if (failed) co_return false;
  generated_modules_.push_back(module);
  Instance configured = instance;
  configured.resource = &module->resources.at(instance.address.resource);
  co_return co_await PlanConfigured(configured, prior);
}

net::Task<Planner::Prior> Planner::ImportPrior(const Instance& instance, const std::string& id) {
  Prior prior{.ok = false};
  const Permits::Permit permit = co_await operation_.permits().Take();
  Observer& observer = operation_.input().observer;
  if (options_.import) {
    observer.SingleImportStarted(instance.address, id);
  } else {
    observer.ImportStarted(instance.address, id);
  }
  provider::ImportRequest request{.type_name = instance.address.resource.type(), .id = id};
  Result<provider::ImportResponse> imported =
      co_await instance.provider->ImportResourceState(std::move(request));
  if (!imported) {
    operation_.ReportFailure(instance.address, imported.error());
    co_return prior;
  }
  for (const provider::Diagnostic& one : imported->diagnostics) {
    operation_.diagnostics().Add({.severity = one.severity, .summary = one.summary, .detail = one.detail});
  }
  if (provider::HasErrors(imported->diagnostics)) co_return prior;
  const auto [summary, detail] = ImportMistake(*imported, instance.address, id);
  if (!summary.empty()) {
    operation_.diagnostics().AddError(summary, detail);
    co_return prior;
  }
  if (options_.import) observer.SingleImportPrepared(instance.address);
  if (state_.FindCurrent(instance.address)) {
    operation_.diagnostics().AddError(
        "Resource already managed by Terraform",
        Format(
            "Terraform is already managing a remote object for {}. To import to this address you must first "
            "remove the existing object from the state.",
            instance.address.ToString()));
    co_return prior;
  }
  prior.value = imported->resources[0].state;
  prior.private_bytes = imported->resources[0].private_data;
  co_await ReadImported(instance, id, prior);
  co_return prior;
}

// What the provider told of it may be no more than its id.
net::Task<void> Planner::ReadImported(const Instance& instance, const std::string& id, Prior& prior) {
  const std::string shown_id = IdOf(prior.value);
  operation_.input().observer.RefreshStarted(instance.address, shown_id);
  provider::ReadResourceRequest request{.type_name = instance.address.resource.type(),
                                        .state = prior.value,
                                        .private_data = prior.private_bytes};
  Result<provider::ReadResourceResponse> read = co_await instance.provider->ReadResource(std::move(request));
  if (!read) operation_.ReportFailure(instance.address, read.error());
  if (!read || !operation_.Report(instance, read->diagnostics)) co_return;
  operation_.input().observer.RefreshDone(instance.address, shown_id);
  if (read->state.IsNull()) {
    operation_.diagnostics().AddError(
        "Cannot import non-existent remote object",
        Format("While attempting to import an existing object to {:?}, the provider detected that no object "
               "exists with the given id. Only pre-existing objects can be imported; check that the id is "
               "correct and that it is associated with the provider's configured region or endpoint, or use "
               "\"terraform apply\" to create a new remote object for this resource.",
               instance.address.ToString()));
    co_return;
  }
  prior.ok = true;
  const hcl::BlockSchema& schema = *instance.schema->block;
  prior.value = WithSchemaMarks(schema, WithEmptyBlocks(schema, read->state));
  prior.private_bytes = read->private_data;
  prior.importing = plan::Importing{id};
  auto object = MakeObject(*instance.schema, prior.value);
  object->private_bytes = prior.private_bytes;
  prior.object = object;
  refreshed_.SetCurrent(instance.address, std::move(object), instance.provider_address);
}

}  // namespace cairn::infra
