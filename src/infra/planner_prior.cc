#include <utility>

#include "base/strings.h"
#include "hcl/value_marks.h"
#include "infra/object_values.h"
#include "infra/planner_state.h"

namespace cairn::infra {
namespace {

using hcl::Value;
using plan::Action;

std::vector<hcl::MarkedPath> SensitivePaths(const state::InstanceObject& object) {
  std::vector<hcl::MarkedPath> marked;
  for (const hcl::ValuePath& path : object.sensitive) marked.push_back({path, hcl::Marks::kSensitive});
  return marked;
}

}  // namespace

// As it was remembered, of the present schema.
net::Task<void> Planner::Decode(const state::InstanceAddress& address, provider::Provider& provider,
                                const provider::Schema& schema, Prior& prior) {
  const state::InstanceObject& object = *prior.object;
  const state::ResourceName& before = moves_.PreviousOf(address).resource;
  Value decoded;
  if (before.type() != address.resource.type() && NodeOf(address.module, address.resource)) {
    provider::MoveStateRequest request{
        .source_provider_address = state_.Find(address.resource_address())->provider.provider(),
        .source_type_name = before.type(),
        .source_schema_version = int64_t(object.schema_version),
        .source_json = std::string(object.attributes.text),
        .source_private = object.private_bytes,
        .type_name = address.resource.type()};
    Result<provider::MoveStateResponse> moved = co_await provider.MoveResourceState(std::move(request));
    prior.ok = moved && operation_.Report(address, moved->diagnostics);
    if (!moved) operation_.ReportFailure(address, moved.error());
    if (!prior.ok) co_return;
    decoded = moved->state;
    prior.private_bytes = moved->private_data;
    prior.renewed = true;
  } else {
    provider::UpgradeStateRequest request{.type_name = address.resource.type(),
                                          .version = int64_t(object.schema_version),
                                          .json = std::string(object.attributes.text)};
    Result<provider::UpgradeStateResponse> upgraded =
        co_await provider.UpgradeResourceState(std::move(request));
    prior.ok = upgraded && operation_.Report(address, upgraded->diagnostics);
    if (!upgraded) operation_.ReportFailure(address, upgraded.error());
    if (!prior.ok) co_return;
    decoded = upgraded->state;
    prior.renewed = int64_t(object.schema_version) != schema.version;
  }
  const Value plain = WithEmptyBlocks(*schema.block, decoded);
  prior.value = WithAllMarks(*schema.block, plain, SensitivePaths(object));
  // What is remembered may be older than what the schema calls sensitive.
  if (hcl::MarkedPaths(prior.value).size() > object.sensitive.size()) prior.renewed = true;
}

// As it is now.
net::Task<void> Planner::Refresh(const state::InstanceAddress& address, provider::Provider& provider,
                                 const provider::Schema& schema,
                                 const state::ProviderConfigAddress& provider_address, Prior& prior) {
  const Value remembered = prior.value.WithoutMarksWithin();
  const Permits::Permit permit = co_await operation_.permits().Take();
  operation_.input().observer.RefreshStarted(address, IdOf(remembered));
  provider::ReadResourceRequest request{
      .type_name = address.resource.type(), .state = remembered, .private_data = prior.private_bytes};
  Result<provider::ReadResourceResponse> read = co_await provider.ReadResource(std::move(request));
  prior.ok = read && operation_.Report(address, read->diagnostics);
  if (!read) operation_.ReportFailure(address, read.error());
  if (!prior.ok) co_return;
  const Value plain = WithEmptyBlocks(*schema.block, read->state);
  operation_.input().observer.RefreshDone(address, IdOf(plain));
  const Value now =
      plain.IsNull() ? plain : WithAllMarks(*schema.block, plain, SensitivePaths(*prior.object));
  const bool differs = !(plain == remembered);
  const bool moved = options_.mode == plan::Mode::kRefreshOnly && moves_.previous.contains(address);
  const bool is_told = options_.mode != plan::Mode::kDestroy;  // to what goes it makes no difference
  if (is_told && (differs || moved)) {
    plan::ResourceChange drift{.address = address,
                               .previous_address = moves_.PreviousOf(address),
                               .provider = provider_address,
                               .schema = schema.block,
                               .schema_version = uint64_t(schema.version)};
    drift.change = {.action = now.IsNull() ? Action::kDelete
                              : differs    ? Action::kUpdate
                                           : Action::kNoOp,
                    .before = prior.value,
                    .after = now};
    plan_.drift.push_back(std::move(drift));
  }
  prior.renewed = prior.renewed || differs || read->private_data != prior.private_bytes;
  prior.value = now.IsNull() ? Value() : now;
  prior.private_bytes = read->private_data;
}

net::Task<Planner::Prior> Planner::ReadPrior(const state::InstanceAddress& address,
                                             const std::string& deposed, const state::ObjectRef& object,
                                             provider::Provider& provider, const provider::Schema& schema,
                                             const state::ProviderConfigAddress& provider_address) {
  Prior prior;
  if (!object) co_return prior;
  prior.object = object;
  prior.tainted = object->status == state::ObjectStatus::kTainted;
  prior.private_bytes = object->private_bytes;
  if (int64_t(object->schema_version) > schema.version) {
    operation_.diagnostics().AddError("Resource instance managed by newer provider version",
                                      Format("The current state of {} was created by a newer provider "
                                             "version than is currently selected. Upgrade the {} "
                                             "provider to work with this state.",
                                             address.ToString(), ShownProvider(provider_address.provider())));
    prior.ok = false;
    co_return prior;
  }
  co_await Decode(address, provider, schema, prior);
  if (prior.ok && IsRefreshed(address)) co_await Refresh(address, provider, schema, provider_address, prior);
  if (!prior.ok || !prior.renewed) co_return prior;
  const auto remember = [&](state::ObjectRef now) {
    if (deposed.empty()) return refreshed_.SetCurrent(address, std::move(now), provider_address);
    refreshed_.SetDeposed(address, deposed, std::move(now), provider_address);
  };
  if (prior.value.IsNull()) {
    remember(nullptr);
    co_return prior;
  }
  auto renewed = MakeObject(schema, prior.value);
  renewed->status = object->status;
  renewed->private_bytes = prior.private_bytes;
  renewed->dependencies = object->dependencies;
  renewed->create_before_destroy = object->create_before_destroy;
  prior.object = renewed;
  remember(std::move(renewed));
  co_return prior;
}

}  // namespace cairn::infra
