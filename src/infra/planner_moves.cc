#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/strings.h"
#include "infra/planner_state.h"

namespace cairn::infra {

// Only some providers can tell what an object of another type is.
bool Planner::CheckTypesOfMoves() {
  bool ok = true;
  std::unordered_set<size_t> reported;
  for (const auto& [address, statement] : moves_.retyped) {
    const auto node = NodeOf(address.module, address.resource);
    if (!node) continue;
    const OperationInput& input = operation_.input();
    const auto provider_node = input.graph.objects[*node].provider_node;
    if (!provider_node) continue;
    const std::string& provider = input.graph.objects[*provider_node].provider.address.provider();
    const provider::Schemas* schemas = input.schemas.Find(provider);
    if (schemas == nullptr || schemas->capabilities().move_resource_state) continue;
    ok = false;
    if (!reported.insert(statement).second) continue;
    operation_.diagnostics().AddError(
        "Unsupported `moved` across resource types",
        Format("The provider {:?} does not support moved operations across resource types and providers.",
               provider),
        moves_.statements[statement].range);
  }
  return ok;
}

// What moves is planned as a whole.
bool Planner::CheckTargetsOfMoves() {
  std::vector<state::ResourceAddress> left_out;
  for (const auto& [to, from] : moves_.previous) {
    for (const state::InstanceAddress* end : {&from, &to}) {
      if (!targets_.Means(*end)) left_out.push_back(end->resource_address());
    }
  }
  if (left_out.empty()) return true;
  std::ranges::sort(left_out);
  const auto rest = std::ranges::unique(left_out);
  left_out.erase(rest.begin(), rest.end());
  std::string flags;
  for (const state::ResourceAddress& one : left_out) flags += Format("\n  -target={:?}", one.ToString());
  operation_.diagnostics().AddError(
      "Moved resource instances excluded by targeting",
      "Resource instances in your current state have moved to new addresses in the latest configuration. "
      "Terraform must include those resource instances while planning in order to ensure a correct result, "
      "but your -target=... options do not fully cover all of those resource instances.\n\nTo create a valid "
      "plan, either remove your -target=... options altogether or add the following additional target "
      "options:" +
          flags +
          "\n\nNote that adding these options may include further additional resource instances in your "
          "plan, "
          "in order to respect object dependencies.");
  return false;
}

// What is wrong with them may be why other things are: it alone is then told.
bool Planner::MovesAreRight() {
  const IsDeclared declared = [this](const state::InstanceAddress& one) { return planned_.contains(one); };
  hcl::Diagnostics found =
      CheckMoves(moves_, operation_.evaluator().root(), declared, operation_.diagnostics().has_errors());
  const bool ok = !found.has_errors();
  if (ok) {
    operation_.diagnostics().Append(std::move(found));
  } else {
    operation_.diagnostics() = std::move(found);
  }
  return ok;
}

}  // namespace cairn::infra
