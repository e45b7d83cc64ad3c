#include "view/testing/plan_reader.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/number.h"
#include "state/address_parser.h"
#include "view/json_writer.h"

namespace cairn::view::testing {
namespace {

const Node* Child(const Node* node, std::string_view name) {
  return node && node->kind == Node::Kind::kObject ? node->Find(name) : nullptr;
}

const Node* Item(const Node* node, size_t i) {
  return node && node->kind == Node::Kind::kArray && i < node->items.size() ? &node->items[i] : nullptr;
}

bool IsTrue(const Node* node) {
  return node && node->kind == Node::Kind::kBool && node->truth;
}

bool IsNull(const Node* node) {
  return !node || node->kind == Node::Kind::kNull;
}

std::string Text(const Node* node) {
  return node && node->kind == Node::Kind::kString ? node->text : "";
}

std::vector<std::string> Names(const Node* value, const Node* unknown) {
  std::vector<std::string> names;
  for (const Node* node : {value, unknown}) {
    if (node && node->kind == Node::Kind::kObject) {
      names.insert(names.end(), node->names.begin(), node->names.end());
    }
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

hcl::Value ReadScalar(const Node& node) {
  if (node.kind == Node::Kind::kBool) return hcl::Value::Bool(node.truth);
  if (node.kind == Node::Kind::kString) return hcl::Value::String(node.text);
  return hcl::Value::Number(hcl::Number::Parse(node.text).value());
}

std::vector<hcl::NamedValue> ReadMembers(const Node* value, const hcl::Type& type, const Node* unknown,
                                         const Node* sensitive) {
  std::vector<hcl::NamedValue> members;
  if (type.Is(hcl::TypeKind::kObject)) {
    for (const hcl::ObjectAttribute& attribute : type.attributes()) {
      const std::string& name = attribute.name;
      members.push_back({name, ReadValue(Child(value, name), attribute.type, Child(unknown, name),
                                         Child(sensitive, name))});
    }
    return members;
  }
  const hcl::Type element = type.IsDynamic() ? type : type.element();
  for (const std::string& name : Names(value, unknown)) {
    members.push_back(
        {name, ReadValue(Child(value, name), element, Child(unknown, name), Child(sensitive, name))});
  }
  return members;
}

std::vector<hcl::Value> ReadElements(const Node& value, const hcl::Type& type, const Node* unknown,
                                     const Node* sensitive) {
  std::vector<hcl::Value> elements;
  for (size_t i = 0; i < value.items.size(); ++i) {
    const hcl::Type element = type.Is(hcl::TypeKind::kTuple) ? type.elements()[i]
                              : type.IsDynamic()             ? type
                                                             : type.element();
    elements.push_back(ReadValue(&value.items[i], element, Item(unknown, i), Item(sensitive, i)));
  }
  return elements;
}

hcl::Value ReadContent(const Node& value, const hcl::Type& type, const Node* unknown, const Node* sensitive) {
  if (value.kind == Node::Kind::kObject) {
    std::vector<hcl::NamedValue> members = ReadMembers(&value, type, unknown, sensitive);
    if (type.Is(hcl::TypeKind::kMap)) return hcl::Value::Map(type.element(), std::move(members));
    return hcl::Value::Object(std::move(members));
  }
  if (value.kind != Node::Kind::kArray) return ReadScalar(value);
  std::vector<hcl::Value> elements = ReadElements(value, type, unknown, sensitive);
  switch (type.kind()) {
    case hcl::TypeKind::kList:
      return hcl::Value::List(type.element(), std::move(elements));
    case hcl::TypeKind::kSet:
      return hcl::Value::Set(type.element(), std::move(elements));
    default:
      return hcl::Value::Tuple(std::move(elements));
  }
}

hcl::ValuePath ReadPath(const Node& node) {
  hcl::ValuePath path;
  for (const Node& step : node.items) {
    path.push_back(step.kind == Node::Kind::kString ? hcl::PathStep::Attribute(step.text)
                                                    : hcl::PathStep::Index(ReadValue(&step, hcl::Type())));
  }
  return path;
}

plan::Action ReadAction(const Node* actions) {
  using plan::Action;
  const std::string first = Text(Item(actions, 0));
  const std::string second = Text(Item(actions, 1));
  if (first == "delete") return second.empty() ? Action::kDelete : Action::kDeleteThenCreate;
  if (first == "create") return second.empty() ? Action::kCreate : Action::kCreateThenDelete;
  if (first == "read") return Action::kRead;
  if (first == "update") return Action::kUpdate;
  return first == "forget" ? Action::kForget : Action::kNoOp;
}

plan::ActionReason ReadReason(const std::string& text) {
  for (int i = 0; i <= int(plan::ActionReason::kReadBecauseCheckNested); ++i) {
    if (ToString(plan::ActionReason(i)) == text) return plan::ActionReason(i);
  }
  return plan::ActionReason::kNone;
}

plan::Change ReadChange(const Node* node, const hcl::Type& type) {
  plan::Change change;
  change.action = ReadAction(Child(node, "actions"));
  change.before = ReadValue(Child(node, "before"), type, nullptr, Child(node, "before_sensitive"));
  change.after =
      ReadValue(Child(node, "after"), type, Child(node, "after_unknown"), Child(node, "after_sensitive"));
  if (const Node* importing = Child(node, "importing"); !IsNull(importing)) {
    change.importing = plan::Importing{Text(Child(importing, "id"))};
  }
  change.generated_config = Text(Child(node, "generated_config"));
  return change;
}

// What `planned_values` say of resources, by address: their marks there are the configuration's own, and not
// those of the schema.
using PlannedResources = std::map<std::string, const Node*>;

void CollectPlanned(const Node* module, PlannedResources& out) {
  if (const Node* resources = Child(module, "resources")) {
    for (const Node& resource : resources->items) out[Text(Child(&resource, "address"))] = &resource;
  }
  if (const Node* children = Child(module, "child_modules")) {
    for (const Node& child : children->items) CollectPlanned(&child, out);
  }
}

Result<plan::ResourceChange> ReadResource(const Node& node, const SchemaSource& schemas,
                                          const PlannedResources& planned) {
  plan::ResourceChange out;
  const auto address = state::ParseInstanceAddress(Text(Child(&node, "address")));
  if (!address) return Fail(ErrorCode::kInvalid, address.error().detail);
  out.address = out.previous_address = *address;
  if (const std::string previous = Text(Child(&node, "previous_address")); !previous.empty()) {
    const auto parsed = state::ParseInstanceAddress(previous);
    if (!parsed) return Fail(ErrorCode::kInvalid, parsed.error().detail);
    out.previous_address = *parsed;
  }
  out.deposed = Text(Child(&node, "deposed"));
  out.provider = state::ProviderConfigAddress({}, Text(Child(&node, "provider_name")));
  const auto& resource = out.address.resource;
  out.schema = schemas(resource.type(), resource.mode());
  if (!out.schema) return Fail(ErrorCode::kNotFound, "no schema of " + resource.type());
  const Node* change = Child(&node, "change");
  out.change = ReadChange(change, out.schema->type);
  const auto at = planned.find(out.address.ToString());
  if (at != planned.end() && out.deposed.empty()) {
    out.change.after = ReadValue(Child(change, "after"), out.schema->type, Child(change, "after_unknown"),
                                 Child(at->second, "sensitive_values"));
    out.schema_version = ParseInt<uint64_t>(Child(at->second, "schema_version")->text).value();
  }
  out.reason = ReadReason(Text(Child(&node, "action_reason")));
  if (const Node* paths = Child(change, "replace_paths"); !IsNull(paths)) {
    for (const Node& path : paths->items) out.required_replace.push_back(ReadPath(path));
  }
  return out;
}

Result<std::vector<plan::ResourceChange>> ReadResources(const Node* node, const SchemaSource& schemas,
                                                        const PlannedResources& planned = {}) {
  std::vector<plan::ResourceChange> out;
  if (!node) return out;
  for (const Node& item : node->items) {
    Result<plan::ResourceChange> change = ReadResource(item, schemas, planned);
    if (!change) return std::unexpected(change.error());
    out.push_back(*std::move(change));
  }
  return out;
}

// Types of outputs are only said of what will be.
hcl::Type TypeOfOutput(const Node* planned, const std::string& name) {
  const Node* type = Child(Child(planned, name), "type");
  if (!type) return {};
  JsonWriter json;
  json.Known(*type);
  return hcl::Type::FromJson(data::ParseJson(json.text()).value()).value();
}

void ReadOutputs(const Node* node, const Node* planned, plan::Plan& plan) {
  if (!node) return;
  for (size_t i = 0; i < node->items.size(); ++i) {
    plan::OutputChange output{.name = node->names[i]};
    output.change = ReadChange(&node->items[i], hcl::Type());
    const Node* after = Child(&node->items[i], "after");
    const hcl::Type type = TypeOfOutput(planned, output.name);
    if (!type.IsDynamic()) output.change.after = ReadValue(after, type);
    output.change.before = output.change.before.WithoutMarksWithin();
    output.change.after = output.change.after.WithoutMarksWithin();
    output.sensitive = IsTrue(Child(&node->items[i], "after_sensitive"));
    plan.outputs.push_back(std::move(output));
  }
}

plan::CheckStatus ReadStatus(const std::string& text) {
  for (int i = 0; i < 4; ++i) {
    if (ToString(plan::CheckStatus(i)) == text) return plan::CheckStatus(i);
  }
  return plan::CheckStatus::kUnknown;
}

// Of the root module.
void ReadChecks(const Node* node, plan::Plan& plan) {
  if (!node) return;
  for (const Node& item : node->items) {
    const Node* address = Child(&item, "address");
    plan::CheckResult& check = plan.checks.emplace_back();
    for (int i = 0; i < 4; ++i) {
      if (ToString(plan::CheckKind(i)) == Text(Child(address, "kind"))) check.kind = plan::CheckKind(i);
    }
    check.name = Text(Child(address, "name"));
    if (check.kind == plan::CheckKind::kResource) {
      check.resource =
          state::ResourceName(state::ResourceMode::kManaged, Text(Child(address, "type")), check.name);
    }
    check.status = ReadStatus(Text(Child(&item, "status")));
    for (const Node& instance : Child(&item, "instances")->items) {
      plan::CheckObject& object = check.objects.emplace_back();
      const Node* key = Child(Child(&instance, "address"), "instance_key");
      if (key) object.key = state::InstanceKey::Int(ParseInt<int64_t>(key->text).value());
      object.status = ReadStatus(Text(Child(&instance, "status")));
      if (const Node* problems = Child(&instance, "problems")) {
        for (const Node& problem : problems->items)
          object.failures.push_back(Text(Child(&problem, "message")));
      }
    }
  }
}

// -- schemas

using data::Json;

bool Flag(const Json& json, std::string_view name) {
  const Json* flag = json.as_object().if_contains(name);
  return flag && flag->as_bool();
}

hcl::Nesting NestingOf(const Json& json) {
  const std::string_view mode = json.at("nesting_mode").as_string();
  if (mode == "list") return hcl::Nesting::kList;
  if (mode == "set") return hcl::Nesting::kSet;
  if (mode == "map") return hcl::Nesting::kMap;
  return mode == "group" ? hcl::Nesting::kGroup : hcl::Nesting::kSingle;
}

std::vector<hcl::AttributeSchema> AttributesOf(const Json& json) {
  std::vector<hcl::AttributeSchema> out;
  const Json* attributes = json.as_object().if_contains("attributes");
  if (!attributes) return out;
  for (const auto& [name, value] : attributes->as_object()) {
    hcl::AttributeSchema& attribute = out.emplace_back();
    attribute.name = std::string(name);
    attribute.required = Flag(value, "required");
    attribute.optional = Flag(value, "optional");
    attribute.computed = Flag(value, "computed");
    attribute.sensitive = Flag(value, "sensitive");
    attribute.write_only = Flag(value, "write_only");
    if (const Json* type = value.as_object().if_contains("type")) {
      attribute.type = hcl::Type::FromJson(*type).value();
    } else {
      const Json& nested = value.at("nested_type");
      auto inner = std::make_shared<hcl::NestedAttributes>();
      inner->nesting = NestingOf(nested);
      inner->attributes = hcl::MakeBlockSchema(AttributesOf(nested)).attributes;
      attribute.nested = inner;
    }
  }
  return out;
}

hcl::BlockSchema BlockOf(const Json& json) {
  std::vector<hcl::NestedBlock> blocks;
  if (const Json* types = json.as_object().if_contains("block_types")) {
    for (const auto& [name, value] : types->as_object()) {
      hcl::NestedBlock& block = blocks.emplace_back();
      block.name = std::string(name);
      block.nesting = NestingOf(value);
      block.block = std::make_shared<const hcl::BlockSchema>(BlockOf(value.at("block")));
    }
  }
  return hcl::MakeBlockSchema(AttributesOf(json), std::move(blocks));
}

}  // namespace

hcl::Value ReadValue(const Node* value, const hcl::Type& type, const Node* unknown, const Node* sensitive) {
  // Of an unknown value of any type, it says at least whether that will have parts.
  const bool parts =
      sensitive && (sensitive->kind == Node::Kind::kObject || sensitive->kind == Node::Kind::kArray);
  if (IsTrue(unknown) && type.IsDynamic() && parts) {
    return hcl::Value::Unknown(sensitive->kind == Node::Kind::kObject ? hcl::Type::Object({})
                                                                      : hcl::Type::Tuple({}));
  }
  hcl::Value out = IsTrue(unknown) ? hcl::Value::Unknown(type)
                   : IsNull(value) ? hcl::Value::Null(type)
                                   : ReadContent(*value, type, unknown, sensitive);
  return IsTrue(sensitive) ? out.WithMarks(hcl::Marks::kSensitive) : out;
}

Result<std::shared_ptr<const hcl::BlockSchema>> ReadBlockSchema(std::string_view json) {
  Result<Json> parsed = data::ParseJson(json);
  if (!parsed) return std::unexpected(parsed.error());
  return std::make_shared<const hcl::BlockSchema>(BlockOf(parsed->at("block")));
}

Result<plan::Plan> ReadPlan(std::string_view json, const SchemaSource& schemas) {
  const std::optional<Node> root = ParseNode(json);
  if (!root) return Fail(ErrorCode::kInvalid, "no JSON");
  plan::Plan plan;
  plan.applyable = IsTrue(Child(&*root, "applyable"));
  plan.complete = IsTrue(Child(&*root, "complete"));
  plan.errored = IsTrue(Child(&*root, "errored"));
  plan.timestamp = Text(Child(&*root, "timestamp"));
  PlannedResources planned;
  CollectPlanned(Child(Child(&*root, "planned_values"), "root_module"), planned);
  auto resources = ReadResources(Child(&*root, "resource_changes"), schemas, planned);
  if (!resources) return std::unexpected(resources.error());
  plan.resources = *std::move(resources);
  auto drift = ReadResources(Child(&*root, "resource_drift"), schemas);
  if (!drift) return std::unexpected(drift.error());
  plan.drift = *std::move(drift);
  ReadOutputs(Child(&*root, "output_changes"), Child(Child(&*root, "planned_values"), "outputs"), plan);
  if (const Node* variables = Child(&*root, "variables")) {
    for (size_t i = 0; i < variables->items.size(); ++i) {
      const Node* value = Child(&variables->items[i], "value");
      plan.variables.push_back({.name = variables->names[i], .value = ReadValue(value, hcl::Type())});
    }
  }
  ReadChecks(Child(&*root, "checks"), plan);
  if (const Node* relevant = Child(&*root, "relevant_attributes")) {
    for (const Node& item : relevant->items) {
      const auto address = state::ParseInstanceAddress(Text(Child(&item, "resource")));
      if (!address) return Fail(ErrorCode::kInvalid, address.error().detail);
      plan.relevant_attributes.push_back({*address, ReadPath(*Child(&item, "attribute"))});
    }
  }
  return plan;
}

}  // namespace cairn::view::testing
