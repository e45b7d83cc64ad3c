#include "infra/module_run.h"

#include <span>
#include <utility>

#include "base/strings.h"
#include "hcl/convert.h"

namespace cairn::infra {
namespace {

using hcl::Value;
using state::InstanceKey;

// The objects of several instances as one value.
template <typename Get>
Value Combine(Expansion expansion, size_t count, const Get& get) {
  if (expansion == Expansion::kForEach) {
    std::vector<hcl::NamedValue> members;
    members.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      auto [key, value] = get(i);
      members.push_back({std::string(key.text()), std::move(value)});
    }
    return Value::Object(std::move(members));
  }
  std::vector<Value> elements;
  elements.reserve(count);
  for (size_t i = 0; i < count; ++i) elements.push_back(get(i).second);
  return Value::Tuple(std::move(elements));
}

}  // namespace

std::optional<InstanceKey> KeyOf(const hcl::TraversalStep& step) {
  if (step.is_attribute || !step.key.HasContent()) return std::nullopt;
  if (step.key.kind() == hcl::TypeKind::kString) return InstanceKey::String(step.key.AsString());
  if (step.key.kind() != hcl::TypeKind::kNumber) return std::nullopt;
  const auto number = step.key.AsNumber().AsInt64();
  return number ? std::optional(InstanceKey::Int(*number)) : std::nullopt;
}

const ModuleRun* FindRun(const ModuleRun& root, const state::ModuleInstance& address) {
  const ModuleRun* at = &root;
  for (const state::ModuleStep& step : address.steps()) {
    const auto call = at->calls.find(step.name);
    if (call == at->calls.end()) return nullptr;
    const auto instance = call->second.instances.find(step.key);
    if (instance == call->second.instances.end()) return nullptr;
    at = instance->second.get();
  }
  return at;
}

void ResourceValues::Set(const InstanceKey& key, Value value) {
  values_.insert_or_assign(key, std::move(value));
  combined_.reset();
}

const Value* ResourceValues::Find(const InstanceKey& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

const Value& ResourceValues::Combined() const {
  if (combined_) return *combined_;
  if (expansion_ == Expansion::kUnknown) return combined_.emplace(Value::Dynamic());
  if (expansion_ == Expansion::kSingle) {
    return combined_.emplace(values_.empty() ? Value::Unknown(type_) : values_.begin()->second);
  }
  auto next = values_.begin();
  return combined_.emplace(Combine(expansion_, values_.size(), [&](size_t) { return *next++; }));
}

Value ModuleRun::OutputsObject() const {
  std::vector<hcl::NamedValue> members;
  members.reserve(config->module->outputs.size());
  for (const auto& [name, output] : config->module->outputs) {
    const auto value = outputs.find(name);
    members.push_back({name, value == outputs.end() ? Value::Dynamic() : value->second});
  }
  return Value::Object(std::move(members));
}

std::optional<Value> RunScope::Find(std::string_view root, Steps steps, const hcl::SourceRange& range,
                                    size_t& used, hcl::Diagnostics& diagnostics) const {
  using state::ResourceMode;
  const auto named = [&](const auto& values) -> Value {
    if (steps.empty() || !steps[0].is_attribute) return Value::Dynamic();
    used = 1;
    const auto found = values.find(steps[0].name);
    return found == values.end() ? Value::Dynamic() : found->second;
  };
  if (root == "var") return named(run_.variables);
  if (root == "local") return named(run_.locals);
  if (root == "module") return FindModule(steps, used);
  if (root == "each" || root == "count") return FindRepetition(root, steps, range, used, diagnostics);
  if (root == "path" || root == "terraform") {
    if (root == "path") return FindPath(steps, range, used, diagnostics);
    const std::string_view name = !steps.empty() && steps[0].is_attribute ? steps[0].name : "";
    used = name.empty() ? 0 : 1;
    if (name == "workspace") return Value::String(surroundings_.workspace);
    if (name == "applying") return Value::Bool(surroundings_.applying).WithMarks(hcl::Marks::kEphemeral);
    diagnostics.AddError("Invalid \"terraform\" attribute",
                         "The terraform object exposes: terraform.workspace, the name of the current "
                         "Terraform workspace, and terraform.applying, a boolean which is true only during "
                         "apply.",
                         range);
    return Value::Dynamic();
  }
  if (root == "self") return self_ != nullptr ? *self_ : Value::Dynamic();
  const bool prefixed = root == "data" || root == "ephemeral" || root == "resource";
  if (prefixed) {
    if (steps.empty() || !steps[0].is_attribute) return Value::Dynamic();
    const ResourceMode mode = root == "data"        ? ResourceMode::kData
                              : root == "ephemeral" ? ResourceMode::kEphemeral
                                                    : ResourceMode::kManaged;
    return FindResource(mode, steps, 1, steps[0].name, used);
  }
  return FindResource(ResourceMode::kManaged, steps, 0, root, used);
}

Value RunScope::FindResource(state::ResourceMode mode, Steps steps, size_t skip, std::string_view type,
                             size_t& used) const {
  if (steps.size() <= skip || !steps[skip].is_attribute) return Value::Dynamic();
  used = skip + 1;
  const auto found = run_.resources.find(state::ResourceName(mode, type, steps[skip].name));
  if (found == run_.resources.end()) return Value::Dynamic();
  const ResourceValues& values = found->second;
  if (steps.size() > used && values.expansion() != Expansion::kSingle) {
    if (const auto key = KeyOf(steps[used])) {
      if (const Value* one = values.Find(*key)) {
        ++used;
        return *one;
      }
    }
  }
  return values.Combined();
}

Value RunScope::FindModule(Steps steps, size_t& used) const {
  if (steps.empty() || !steps[0].is_attribute) return Value::Dynamic();
  used = 1;
  const auto found = run_.calls.find(steps[0].name);
  if (found == run_.calls.end()) return Value::Dynamic();
  const CallRun& call = found->second;
  if (call.expansion == Expansion::kUnknown) return Value::Dynamic();
  InstanceKey key;
  size_t output = 1;
  if (call.expansion != Expansion::kSingle) {
    const auto given = steps.size() > 1 ? KeyOf(steps[1]) : std::nullopt;
    if (!given || !call.instances.contains(*given)) {
      auto next = call.instances.begin();
      return Combine(call.expansion, call.instances.size(), [&](size_t) {
        const auto& [instance_key, instance] = *next++;
        return std::pair(instance_key, instance->OutputsObject());
      });
    }
    key = *given;
    output = 2;
  }
  const auto instance = call.instances.find(key);
  if (instance == call.instances.end()) return Value::Dynamic();
  if (steps.size() > output && steps[output].is_attribute) {
    const auto value = instance->second->outputs.find(steps[output].name);
    if (value != instance->second->outputs.end()) {
      used = output + 1;
      return value->second;
    }
  }
  used = output;
  return instance->second->OutputsObject();
}

std::optional<Value> RunScope::FindRepetition(std::string_view root, Steps steps,
                                              const hcl::SourceRange& range, size_t& used,
                                              hcl::Diagnostics& diagnostics) const {
  const std::string_view name = !steps.empty() && steps[0].is_attribute ? steps[0].name : "";
  used = steps.empty() ? 0 : 1;
  const bool is_count = root == "count";
  if (is_count ? name != "index" : name != "key" && name != "value") {
    diagnostics.AddError(
        Format("Invalid {:?} attribute", std::string(root)),
        is_count ? Format("The \"count\" object does not have an attribute named {:?}. The only supported "
                          "attribute is "
                          "count.index, which is the index of each instance of a resource block that has the "
                          "\"count\" "
                          "argument set.",
                          std::string(name))
                 : Format("The \"each\" object does not have an attribute named {:?}. The supported "
                          "attributes are each.key "
                          "and each.value, the current key and value pair of the \"for_each\" attribute set.",
                          std::string(name)),
        range);
    return Value::Dynamic();
  }
  const InstanceKey::Kind wanted = is_count ? InstanceKey::Kind::kInt : InstanceKey::Kind::kString;
  if (repetition_ != nullptr && repetition_->key.kind() == wanted) {
    if (name == "value") return repetition_->each_value;
    const Value key = repetition_->key.ToValue();
    return repetition_->is_any ? Value::Unknown(key.type()) : key;
  }
  hcl::SourceRange whole = range;
  whole.end = steps[0].range().end;
  if (is_count) {
    diagnostics.AddError(
        "Reference to \"count\" in non-counted context",
        "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only "
        "when the \"count\" argument is set.",
        whole);
  } else if (name == "value") {
    diagnostics.AddError(
        "each.value cannot be used in this context",
        "A reference to \"each.value\" has been used in a context in which it is unavailable, such as when "
        "the "
        "configuration no longer contains the value in its \"for_each\" expression. Remove this reference to "
        "each.value in your configuration to work around this error.",
        whole);
  } else {
    diagnostics.AddError(
        "Reference to \"each\" in context without for_each",
        "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the "
        "\"for_each\" argument is set.",
        whole);
  }
  return Value::Dynamic();
}

Value RunScope::FindPath(Steps steps, const hcl::SourceRange& range, size_t& used,
                         hcl::Diagnostics& diagnostics) const {
  const std::string_view name = !steps.empty() && steps[0].is_attribute ? steps[0].name : "";
  used = steps.empty() ? 0 : 1;
  if (name == "root") return Value::String(surroundings_.root_folder);
  if (name == "cwd") return Value::String(surroundings_.working_folder);
  if (name == "module") {
    const std::string& folder = run_.config->module->folder;
    return Value::String(folder.empty() ? "." : folder);
  }
  diagnostics.AddError(
      "Invalid \"path\" attribute",
      Format("The \"path\" object does not have an attribute named {:?}.", std::string(name)), range);
  return Value::Dynamic();
}

std::vector<std::string_view> RunScope::Names() const {
  return {"count", "data", "each", "ephemeral", "local", "module", "path", "self", "terraform", "var"};
}

}  // namespace cairn::infra
