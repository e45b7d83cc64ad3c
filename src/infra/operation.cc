#include "infra/operation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.h"
#include "hcl/decode.h"
#include "hcl/value_json.h"
#include "hcl/value_marks.h"
#include "infra/check_rules.h"
#include "infra/object_values.h"
#include "infra/proposed_state.h"

namespace cairn::infra {
namespace {

using graph::NodeIndex;
using hcl::Value;

// The place in `body` that `path` leads to, as far as it can be told: the argument it begins with.
std::optional<hcl::SourceRange> PlaceOf(const hcl::Body& body, const hcl::ValuePath& path) {
  if (path.empty() || !path[0].is_attribute()) return std::nullopt;
  const hcl::BodySchema schema{.attributes = {{path[0].attribute}}, .blocks = {{path[0].attribute, {}}}};
  hcl::Diagnostics unused;
  hcl::Body rest;
  const hcl::Content content = body.PartialContent(schema, rest, unused);
  if (content.Get(path[0].attribute)) return content.Get(path[0].attribute).range();
  if (!content.blocks.empty()) return content.blocks[0].definition_range();
  return std::nullopt;
}

// By what ToString says, each once.
void SortByText(std::vector<state::ConfigResource>& all) {
  std::map<std::string, state::ConfigResource> sorted;
  for (state::ConfigResource& one : all) {
    std::string text = one.ToString();
    sorted.try_emplace(std::move(text), std::move(one));
  }
  all.clear();
  for (auto& [text, one] : sorted) all.push_back(std::move(one));
}

}  // namespace

Operation::Operation(const OperationInput& input, bool validating)
    : input_(input),
      evaluator_(input.config, input.surroundings, input.variables, validating),
      permits_(input.loop, input.parallelism) {
  FindCreatesBeforeDestroy();
}

bool Operation::IsHalted() {
  if (input_.stops == nullptr || !*input_.stops) return false;
  if (!halted_) diagnostics_.AddError("execution halted", "");
  halted_ = true;
  return true;
}

void Operation::FindCreatesBeforeDestroy() {
  std::vector<NodeIndex> roots;
  for (NodeIndex node = 0; node < input_.graph.objects.size(); ++node) {
    const Object& object = input_.graph.objects[node];
    if (object.kind == ObjectKind::kResource &&
        object.resource->lifecycle.create_before_destroy.value_or(false)) {
      roots.push_back(node);
    }
  }
  creates_before_destroy_ = input_.graph.graph.Reachable(roots);
}

std::optional<Value> Operation::ProviderConfigOf(const Object& object) {
  const provider::Schemas* schemas = input_.schemas.Find(object.provider.address.provider());
  if (schemas == nullptr) return std::nullopt;
  const auto schema = schemas->Find(provider::SchemaKind::kProvider, "");
  if (!schema) return Value::Object({});
  const hcl::BlockSchema& block = *(*schema)->block;
  if (object.provider.block == nullptr) return UnwrittenConfig(object, block);
  const std::vector<ModuleRun*>& runs = evaluator_.RunsOf(*object.provider.config);
  if (runs.empty()) return EmptyObject(block);  // nothing will use it
  hcl::Diagnostics found;
  const Value config =
      hcl::Decode(object.provider.block->body, block, RunScope(*runs[0], input_.surroundings), found);
  const bool failed = found.has_errors();
  diagnostics_.Append(std::move(found));
  if (failed) return std::nullopt;
  return config.WithoutMarksWithin();
}

// Nobody has written one: it is empty, unless it may not be.
std::optional<Value> Operation::UnwrittenConfig(const Object& object, const hcl::BlockSchema& schema) {
  bool lacks = false;
  for (const hcl::AttributeSchema& attribute : schema.attributes) {
    if (!attribute.required) continue;
    lacks = true;
    diagnostics_.AddError("Missing required argument",
                          Format("The argument {:?} is required, but was not set.", attribute.name));
  }
  if (!lacks) return EmptyObject(schema);
  diagnostics_.AddError(
      "Invalid provider configuration",
      Format("Provider {:?} requires explicit configuration. Add a provider block to the root module and "
             "configure the provider's required arguments as described in the provider documentation.",
             object.provider.address.provider()));
  return std::nullopt;
}

bool Operation::ReportOfProvider(const Object& object, const Result<provider::Diagnostics>& answer) {
  if (!answer) {
    diagnostics_.AddError("Plugin did not respond", answer.error().message);
    return false;
  }
  for (const provider::Diagnostic& one : *answer) {
    hcl::Diagnostic diagnostic{.severity = one.severity, .summary = one.summary, .detail = one.detail};
    if (object.provider.block != nullptr) {
      diagnostic.subject = PlaceOf(object.provider.block->body, one.attribute);
      if (!diagnostic.subject) diagnostic.subject = object.provider.block->range;
    }
    diagnostics_.Add(std::move(diagnostic));
  }
  return !provider::HasErrors(*answer);
}

net::Task<bool> Operation::ConfigureProvider(const Object& object, bool must_be_known) {
  const state::ProviderConfigAddress& address = object.provider.address;
  const std::optional<Value> config = ProviderConfigOf(object);
  if (!config) co_return false;
  if (must_be_known && !config->IsWhollyKnown()) {
    diagnostics_.AddError(
        "Invalid provider configuration",
        Format("The configuration for {} depends on values that cannot be determined until apply.",
               address.ToString()),
        object.provider.block->range);
    co_return false;
  }
  const Result<ProviderPool::Assigned> assigned =
      co_await input_.providers.ForConfiguration(address, *config);
  if (!assigned) {
    diagnostics_.AddError("Failed to start provider", assigned.error().message,
                          object.provider.block ? std::optional(object.provider.block->range) : std::nullopt);
    co_return false;
  }
  if (assigned->configured) co_return true;
  const Result<provider::Diagnostics> validated =
      co_await assigned->provider->ValidateProviderConfig(*config);
  if (!ReportOfProvider(object, validated)) co_return false;
  provider::ConfigureRequest request{.terraform_version = input_.terraform_version, .config = *config};
  const Result<provider::Diagnostics> configured = co_await assigned->provider->Configure(std::move(request));
  if (!ReportOfProvider(object, configured)) co_return false;
  input_.providers.SetConfigured(address, *config);
  co_return true;
}

net::Task<bool> Operation::ValidateProvider(const Object& object) {
  if (object.provider.block == nullptr) co_return true;
  const std::optional<Value> config = ProviderConfigOf(object);
  if (!config) co_return false;
  const std::string name = object.provider.address.provider();
  const Result<provider::Provider*> provider = co_await input_.providers.Unconfigured(name);
  if (!provider) co_return false;  // which its schema's absence has said
  const Result<provider::Diagnostics> validated = co_await (*provider)->ValidateProviderConfig(*config);
  co_return ReportOfProvider(object, validated);
}

std::optional<std::vector<Instance>> Operation::InstancesOf(NodeIndex node, ModuleRun& run) {
  const Object& object = input_.graph.objects[node];
  const config::Resource& resource = *object.resource;
  if (!object.provider_node) return std::nullopt;
  const state::ProviderConfigAddress& provider = input_.graph.objects[*object.provider_node].provider.address;
  const auto schema = input_.schemas.FindResource(provider.provider(), resource.name);
  if (!schema) {
    diagnostics_.AddError("Schema not available", schema.error().message, resource.range);
    return std::nullopt;
  }
  const hcl::Type& type = (*schema)->block->type;
  hcl::Diagnostics found;
  const RunScope scope(run, input_.surroundings);
  Instances expanded = Expand(resource.count, resource.for_each, scope, found, evaluator_.validating());
  const bool failed = found.has_errors();
  if (evaluator_.validating() && expanded.expansion == Expansion::kUnknown) {
    expanded.each.push_back(AnyOf(resource.count, resource.for_each));
  }
  diagnostics_.Append(std::move(found));
  run.resources.insert_or_assign(resource.name, ResourceValues(expanded.expansion, type));
  if (failed) return std::nullopt;
  if (evaluator_.validating() && resource.name.mode() == state::ResourceMode::kEphemeral) {
    const Value unknown = Value::Unknown(type).WithMarks(hcl::Marks::kEphemeral);
    for (const Repetition& one : expanded.each) run.resources.at(resource.name).Set(one.key, unknown);
  }

  std::vector<Instance> instances;
  instances.reserve(expanded.each.size());
  for (Repetition& repetition : expanded.each) {
    const state::InstanceKey key = repetition.is_any ? state::InstanceKey() : repetition.key;
    const state::InstanceAddress address{run.address, resource.name, key};
    instances.push_back({.run = &run,
                         .resource = &resource,
                         .node = node,
                         .repetition = std::move(repetition),
                         .address = address,
                         .provider_address = provider,
                         .provider = input_.providers.Find(provider),
                         .schema = *schema});
  }
  return instances;
}

RunScope Operation::ScopeOf(const Instance& instance, const Value* self) const {
  return RunScope(*instance.run, input_.surroundings, &instance.repetition, self);
}

Value Operation::ConfigOf(const Instance& instance, hcl::Diagnostics& diagnostics) {
  return hcl::Decode(instance.resource->body, *instance.schema->block, ScopeOf(instance), diagnostics);
}

net::Task<Result<Value>> Operation::ReadData(const Instance& instance, const Value& config) {
  const Permits::Permit permit = co_await permits_.Take();
  provider::ValidateRequest validate{.type_name = instance.address.resource.type(), .config = config};
  const Result<provider::Diagnostics> validated =
      co_await instance.provider->ValidateDataSource(std::move(validate));
  const auto failed = [] { return Fail(ErrorCode::kInvalid, "could not be read"); };
  if (!validated) ReportFailure(instance.address, validated.error());
  if (!validated || !Report(instance, *validated)) co_return failed();
  input_.observer.ApplyStarted(instance.address, "", plan::Action::kRead, "");
  provider::ReadDataSourceRequest request{.type_name = instance.address.resource.type(), .config = config};
  Result<provider::ReadDataSourceResponse> read =
      co_await instance.provider->ReadDataSource(std::move(request));
  if (!read) ReportFailure(instance.address, read.error());
  const bool ok = read && Report(instance, read->diagnostics);
  input_.observer.ApplyDone(instance.address, "", plan::Action::kRead, ok ? IdOf(read->state) : std::string(),
                            ok);
  if (!ok) co_return failed();
  co_return std::move(read->state);
}

bool Operation::CheckConditions(const Instance& instance, const std::vector<config::CheckRule>& rules,
                                const Value* self, std::string_view summary, hcl::Severity severity) {
  if (rules.empty()) return true;
  plan::CheckObject object{.module = instance.address.module, .key = instance.address.key};
  object.status =
      CheckRules(rules, ScopeOf(instance, self), summary, severity, diagnostics_, object.failures);
  evaluator_.checks().Record({.kind = plan::CheckKind::kResource,
                              .module = instance.run->config->path,
                              .resource = instance.address.resource},
                             object);
  return object.status == plan::CheckStatus::kPass || object.status == plan::CheckStatus::kUnknown ||
         (object.status == plan::CheckStatus::kFail && severity == hcl::Severity::kWarning);
}

bool Operation::CheckPreconditions(const Instance& instance, hcl::Severity severity) {
  return CheckConditions(instance, instance.resource->lifecycle.preconditions, nullptr,
                         "Resource precondition failed", severity);
}

bool Operation::CheckPostconditions(const Instance& instance, const Value& self, hcl::Severity severity) {
  return CheckConditions(instance, instance.resource->lifecycle.postconditions, &self,
                         "Resource postcondition failed", severity);
}

void Operation::CheckBlock(const Object& block) {
  for (ModuleRun* run : evaluator_.RunsOf(*block.config)) {
    plan::CheckObject object{.module = run->address};
    object.status =
        CheckRules(block.check->assertions, RunScope(*run, input_.surroundings),
                   "Check block assertion failed", hcl::Severity::kWarning, diagnostics_, object.failures);
    evaluator_.checks().Record(
        {.kind = plan::CheckKind::kCheck, .module = block.config->path, .name = block.check->name}, object);
  }
}

const std::vector<state::ConfigResource>& Operation::DependenciesOf(NodeIndex node) {
  const auto [entry, added] = dependencies_.try_emplace(node);
  if (!added) return entry->second;
  // A walk over what is needed; other resources' results are used where they are there already.
  std::vector<state::ConfigResource> found;
  std::vector<NodeIndex> todo(input_.graph.graph.needs(node).begin(), input_.graph.graph.needs(node).end());
  std::unordered_map<NodeIndex, bool> seen;
  while (!todo.empty()) {
    const NodeIndex next = todo.back();
    todo.pop_back();
    if (!seen.emplace(next, true).second) continue;
    const Object& object = input_.graph.objects[next];
    if (object.kind == ObjectKind::kResource) {
      found.push_back({object.config->path, object.resource->name});
      const auto known = dependencies_.find(next);
      if (known != dependencies_.end() && next != node) {
        found.insert(found.end(), known->second.begin(), known->second.end());
        continue;
      }
    }
    const auto needs = input_.graph.graph.needs(next);
    todo.insert(todo.end(), needs.begin(), needs.end());
  }
  SortByText(found);
  return dependencies_.insert_or_assign(node, std::move(found)).first->second;
}

bool Operation::Report(const Instance& instance, const provider::Diagnostics& diagnostics) {
  for (const provider::Diagnostic& one : diagnostics) {
    std::optional<hcl::SourceRange> place = PlaceOf(instance.resource->body, one.attribute);
    diagnostics_.Add({.severity = one.severity,
                      .summary = one.summary,
                      .detail = one.detail,
                      .subject = place ? place : instance.resource->body.missing_item_range(),
                      .address = instance.address.ToString()});
  }
  return !provider::HasErrors(diagnostics);
}

bool Operation::Report(const state::InstanceAddress& address, const provider::Diagnostics& diagnostics) {
  for (const provider::Diagnostic& one : diagnostics) {
    diagnostics_.Add({.severity = one.severity,
                      .summary = one.summary,
                      .detail = one.detail,
                      .address = address.ToString()});
  }
  return !provider::HasErrors(diagnostics);
}

void Operation::ReportFailure(const state::InstanceAddress& address, const Error& error) {
  diagnostics_.AddError("Plugin did not respond", Format("{}: {}.", address.ToString(), error.message));
}

std::string IdOf(const Value& object) {
  if (!object.HasContent() || object.kind() != hcl::TypeKind::kObject) return {};
  const Value* id = object.Find("id");
  if (id == nullptr || !id->HasContent() || id->kind() != hcl::TypeKind::kString) return {};
  return std::string(id->AsString());
}

std::shared_ptr<state::InstanceObject> MakeObject(const provider::Schema& schema, const Value& value) {
  auto object = std::make_shared<state::InstanceObject>();
  object->schema_version = uint64_t(schema.version);
  auto text = hcl::ToJsonText(value.WithoutMarksWithin(), schema.block->type);
  if (text) object->attributes = state::JsonText::Of(std::move(*text));
  for (const hcl::MarkedPath& marked : hcl::MarkedPaths(value)) {
    if ((marked.marks & hcl::Marks::kSensitive) != hcl::Marks::kNone)
      object->sensitive.push_back(marked.path);
  }
  return object;
}

}  // namespace cairn::infra
