#include "infra/explorer.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "hcl/console.h"
#include "hcl/parser.h"
#include "hcl/references.h"
#include "infra/object_values.h"
#include "state/object_value.h"

namespace cairn::infra {
namespace {

NodeNames NamesOf(const ConfigGraph& graph) {
  NodeNames names;
  for (graph::NodeIndex node = 0; node < graph.objects.size(); ++node) {
    const Object& object = graph.objects[node];
    if (object.config == nullptr) continue;
    ModuleNodes& nodes = names[object.config];
    if (object.kind == ObjectKind::kModuleEnd) nodes.end = node;
    if (object.kind == ObjectKind::kCall) nodes.call = node;
    if (object.kind == ObjectKind::kVariable) nodes.variables[object.variable->name] = node;
    if (object.kind == ObjectKind::kLocal) nodes.locals[object.local->name] = node;
    if (object.kind == ObjectKind::kOutput) nodes.outputs[object.output->name] = node;
    if (object.kind == ObjectKind::kCheck) nodes.checks[object.check->name] = node;
    if (object.kind == ObjectKind::kResource) nodes.resources[object.resource->name] = node;
  }
  return names;
}

}  // namespace

InstanceValues ValuesOf(const state::State& state) {
  return [&state](const Instance& instance) -> std::optional<hcl::Value> {
    const state::ObjectRef object = state.FindCurrent(instance.address);
    if (!object) return std::nullopt;
    const auto value = state::DecodeAttributes(*object, instance.schema->block->type);
    if (!value) return std::nullopt;  // of another version of the schema
    return WithSchemaMarks(*instance.schema->block, *value);
  };
}

InstanceValues ValuesOf(const plan::Plan& plan) {
  std::unordered_map<state::InstanceAddress, hcl::Value, state::AddressHash> values;
  for (const plan::ResourceChange& change : plan.resources) {
    if (change.deposed.empty()) values.insert_or_assign(change.address, change.change.after);
  }
  return [values = std::move(values)](const Instance& instance) -> std::optional<hcl::Value> {
    const auto found = values.find(instance.address);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

Explorer::Explorer(const OperationInput& input, const InstanceValues& values)
    : operation_(input, /*validating=*/false), names_(NamesOf(input.graph)) {
  graph::Walk walk(input.graph.graph);
  while (const auto node = walk.Next()) {
    Evaluate(*node, values);
    walk.Finish(*node);
  }
}

void Explorer::Evaluate(graph::NodeIndex node, const InstanceValues& values) {
  const Object& object = operation_.input().graph.objects[node];
  if (object.kind == ObjectKind::kProvider || object.kind == ObjectKind::kCheck) return;
  if (object.kind != ObjectKind::kResource) {
    operation_.evaluator().Evaluate(object, operation_.diagnostics());
    return;
  }
  const std::vector<ModuleRun*> runs = operation_.evaluator().RunsOf(*object.config);
  for (ModuleRun* run : runs) EvaluateResource(node, *run, values);
}

void Explorer::EvaluateResource(graph::NodeIndex node, ModuleRun& run, const InstanceValues& values) {
  const auto instances = operation_.InstancesOf(node, run);
  if (!instances) return;
  bool any = instances->empty();
  for (const Instance& instance : *instances) {
    const auto value = values(instance);
    any |= value.has_value();
    run.resources.at(instance.resource->name)
        .Set(instance.address.key, value.value_or(hcl::Value::Dynamic()));
  }
  // Which instances there will be says nothing yet.
  if (!any) run.resources.insert_or_assign((*instances)[0].resource->name, ResourceValues());
}

std::optional<std::string> Explorer::Answer(std::shared_ptr<const hcl::Source> text,
                                            hcl::Diagnostics& diagnostics) {
  const hcl::ParseResult parsed = hcl::ParseExpression(std::move(text));
  hcl::Diagnostics found = parsed.diagnostics;
  if (!found.has_errors()) {
    ReferenceResolver resolver(names_, found);
    for (const hcl::Reference& reference : hcl::References(parsed.tree->root()))
      resolver.Resolve(operation_.input().config, reference);
  }
  const RunScope scope(operation_.evaluator().root(), operation_.input().surroundings);
  std::optional<std::string> answer;
  if (!found.has_errors()) answer = hcl::ConsoleAnswer(parsed.tree->root(), scope, found);
  diagnostics.Append(std::move(found));
  return answer;
}

}  // namespace cairn::infra
