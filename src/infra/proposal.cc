#include "infra/proposal.h"

#include <utility>

#include "base/strings.h"
#include "infra/consistency.h"
#include "infra/object_values.h"
#include "infra/proposed_state.h"

namespace cairn::infra {

using hcl::Value;

Value NoObject(const Instance& instance) {
  return Value::Null(instance.schema->block->type);
}

net::Task<Proposal> Propose(Operation& operation, const Instance& instance, const Value& prior,
                            const Value& wanted, const std::string& private_bytes) {
  Proposal proposal;
  const hcl::BlockSchema& schema = *instance.schema->block;
  const config::Lifecycle& lifecycle = instance.resource->lifecycle;
  const Value config = prior.IsNull() ? wanted : WithIgnoredChanges(lifecycle, prior, wanted);
  provider::PlanRequest request{.type_name = instance.address.resource.type(),
                                .prior_state = prior,
                                .proposed_state = ProposedState(schema, prior, config),
                                .config = config,
                                .prior_private = private_bytes};
  Result<provider::PlanResponse> planned = co_await instance.provider->PlanResourceChange(std::move(request));
  if (!planned) {
    operation.ReportFailure(instance.address, planned.error());
    co_return proposal;
  }
  if (!operation.Report(instance, planned->diagnostics)) co_return proposal;
  proposal.value = planned->planned_state;
  proposal.private_bytes = planned->planned_private;
  proposal.requires_replace = std::move(planned->requires_replace);
  proposal.legacy = planned->legacy_type_system;
  proposal.ok = true;
  if (proposal.legacy) {
    if (!prior.IsNull()) proposal.value = WithIgnoredChanges(lifecycle, prior, proposal.value);
    co_return proposal;
  }
  for (const Inconsistency& one : CheckPlan(schema, prior, config, proposal.value)) {
    proposal.ok = false;
    operation.diagnostics().AddError(
        "Provider produced invalid plan",
        Format("Provider {:?} planned an invalid value for {}{}.\n\nThis is a bug in the provider, which "
               "should be reported "
               "in the provider's own issue tracker.",
               instance.provider_address.provider(), instance.address.ToString(), one.ToString()));
  }
  co_return proposal;
}

}  // namespace cairn::infra
