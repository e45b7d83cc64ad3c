#include <algorithm>
#include <cassert>
#include <utility>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/base64.h"
#include "hcl/value_json.h"
#include "state/state_format.h"

namespace cairn::state {
namespace {

// Writes objects and arrays a member or element a line.
class Writer {
 public:
  std::string Take() { return std::move(out_); }
  void Reserve(size_t bytes) { out_.reserve(bytes); }

  void Name(std::string_view name) {
    Item();
    out_ += '"';
    out_ += name;  // ours: needs no escapes
    out_ += "\": ";
  }
  // Begins an element of an array.
  void Item() {
    if (!std::exchange(first_, false)) out_ += ',';
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }
  void Open(char bracket) {
    out_ += bracket;
    ++depth_;
    first_ = true;
  }
  void Close(char bracket) {
    --depth_;
    if (!std::exchange(first_, false)) {
      out_ += '\n';
      out_.append(2 * depth_, ' ');
    }
    out_ += bracket;
  }

  void String(std::string_view text) { hcl::AppendJsonString(out_, text); }
  void Number(uint64_t number) { out_ += std::to_string(number); }
  void Raw(std::string_view text) { out_ += text; }
  void Json(const JsonText& json) {
    if (json.laid_out) {
      out_ += json.text;
    } else {
      AppendLaidOut(out_, json.text, depth_);
    }
  }
  void Json(std::string_view compact) { AppendLaidOut(out_, compact, depth_); }

 private:
  std::string out_;
  size_t depth_ = 0;
  bool first_ = true;  // nothing stands yet in what was opened last
};

void WriteUnknown(Writer& out, const UnknownMembers& unknown) {
  for (const auto& [name, json] : unknown) {
    out.Item();
    out.String(name);
    out.Raw(": ");
    out.Json(json);
  }
}

void WriteText(Writer& out, std::string_view name, std::string_view text) {
  out.Name(name);
  out.String(text);
}

void WriteOutputs(Writer& out, const State& state) {
  out.Open('{');
  for (const auto& [name, output] : state.outputs) {
    out.Item();
    out.String(name);
    out.Raw(": ");
    out.Open('{');
    const hcl::Value value = output.value.WithoutMarksWithin();
    const Result<std::string> json = hcl::ToJsonText(value, value.type());
    assert(json);
    out.Name("value");
    out.Json(json.value_or("null"));
    out.Name("type");
    out.Json(data::SerializeJson(value.type().ToJson()));
    if (output.sensitive) {
      out.Name("sensitive");
      out.Raw("true");
    }
    out.Close('}');
  }
  out.Close('}');
}

void WritePaths(Writer& out, const std::vector<hcl::ValuePath>& paths) {
  out.Open('[');
  for (const hcl::ValuePath& path : paths) {
    out.Item();
    out.Open('[');
    for (const hcl::PathStep& step : path) {
      out.Item();
      out.Open('{');
      WriteText(out, "type", step.is_attribute() ? "get_attr" : "index");
      out.Name("value");
      if (step.is_attribute()) {
        out.String(step.attribute);
      } else {
        out.Json(hcl::ToJsonText(step.key, hcl::Type::Dynamic()).value_or("null"));
      }
      out.Close('}');
    }
    out.Close(']');
  }
  out.Close(']');
}

void WriteObject(Writer& out, const InstanceKey& key, std::string_view deposed,
                 const InstanceObject& object) {
  out.Item();
  out.Open('{');
  if (key) {
    out.Name("index_key");
    if (key.kind() == InstanceKey::Kind::kString) out.String(key.text());
    if (key.kind() == InstanceKey::Kind::kInt) out.Raw(std::to_string(key.number()));
  }
  if (object.status == ObjectStatus::kTainted) WriteText(out, "status", "tainted");
  if (!deposed.empty()) WriteText(out, "deposed", deposed);
  out.Name("schema_version");
  out.Number(object.schema_version);
  if (!object.attributes.empty()) {
    out.Name("attributes");
    out.Json(object.attributes);
  }
  if (!object.attributes_flat.empty()) {
    out.Name("attributes_flat");
    out.Json(object.attributes_flat);
  }
  out.Name("sensitive_attributes");
  WritePaths(out, object.sensitive);
  if (!object.private_bytes.empty()) WriteText(out, "private", hcl::EncodeBase64(object.private_bytes));
  if (!object.dependencies.empty()) {
    out.Name("dependencies");
    out.Open('[');
    for (const ConfigResource& dependency : object.dependencies) {
      out.Item();
      out.String(dependency.ToString());
    }
    out.Close(']');
  }
  if (object.create_before_destroy) {
    out.Name("create_before_destroy");
    out.Raw("true");
  }
  WriteUnknown(out, object.unknown);
  out.Close('}');
}

void WriteResource(Writer& out, std::string_view module, const ResourceName& name,
                   const ResourceState& resource) {
  assert(name.mode() != ResourceMode::kEphemeral);
  out.Item();
  out.Open('{');
  if (!module.empty()) WriteText(out, "module", module);
  WriteText(out, "mode", name.mode() == ResourceMode::kData ? "data" : "managed");
  WriteText(out, "type", name.type());
  WriteText(out, "name", name.name());
  if (!resource.provider.provider().empty()) WriteText(out, "provider", resource.provider.ToString());
  out.Name("instances");
  out.Open('[');
  for (const auto& [key, instance] : resource.instances) {
    if (instance.current) WriteObject(out, key, "", *instance.current);
    for (const auto& [deposed, object] : instance.deposed) WriteObject(out, key, deposed, *object);
  }
  out.Close(']');
  WriteUnknown(out, resource.unknown);
  out.Close('}');
}

// Resources are sorted by the text of their module, which is not the order of modules.
void WriteResources(Writer& out, const State& state) {
  using Iterator = decltype(state.resources)::const_iterator;
  struct Module {
    std::string name;
    Iterator begin, end;
  };
  std::vector<Module> modules;
  for (auto i = state.resources.begin(); i != state.resources.end(); ++i) {
    if (modules.empty() || modules.back().begin->first.module != i->first.module) {
      modules.push_back({i->first.module.ToString(), i, i});
    }
    modules.back().end = std::next(i);
  }
  std::ranges::sort(modules, {}, &Module::name);
  out.Open('[');
  for (const Module& module : modules) {
    for (auto i = module.begin; i != module.end; ++i) {
      WriteResource(out, module.name, i->first.resource, i->second);
    }
  }
  out.Close(']');
}

void WriteChecks(Writer& out, const State& state) {
  if (state.check_results.empty()) return out.Raw("null");
  out.Open('[');
  for (const CheckResult& result : state.check_results) {
    out.Item();
    out.Open('{');
    WriteText(out, "object_kind", result.kind);
    WriteText(out, "config_addr", result.address);
    WriteText(out, "status", result.status);
    out.Name("objects");
    if (result.objects.empty()) out.Raw("null");
    if (!result.objects.empty()) out.Open('[');
    for (const CheckObject& object : result.objects) {
      out.Item();
      out.Open('{');
      WriteText(out, "object_addr", object.address);
      WriteText(out, "status", object.status);
      if (!object.failure_messages.empty()) {
        out.Name("failure_messages");
        out.Open('[');
        for (const std::string& message : object.failure_messages) {
          out.Item();
          out.String(message);
        }
        out.Close(']');
      }
      out.Close('}');
    }
    if (!result.objects.empty()) out.Close(']');
    out.Close('}');
  }
  out.Close(']');
}

}  // namespace

std::string WriteState(const State& state) {
  Writer out;
  out.Open('{');
  out.Name("version");
  out.Number(4);
  WriteText(out, "terraform_version", state.terraform_version);
  out.Name("serial");
  out.Number(state.serial);
  WriteText(out, "lineage", state.lineage);
  out.Name("outputs");
  WriteOutputs(out, state);
  out.Name("resources");
  WriteResources(out, state);
  out.Name("check_results");
  WriteChecks(out, state);
  WriteUnknown(out, state.unknown);
  out.Close('}');
  out.Raw("\n");
  return out.Take();
}

}  // namespace cairn::state
