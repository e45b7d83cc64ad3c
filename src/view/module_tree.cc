#include "view/module_tree.h"

#include <utility>

namespace cairn::view {

void ModuleTree::Add(const state::ModuleInstance& module, WriteResource write) {
  resources_[module.ToString()].push_back(std::move(write));
  for (state::ModuleInstance child = module; !child.IsRoot(); child = child.Parent()) {
    children_[child.Parent().ToString()][child.ToString()] = true;
  }
}

void ModuleTree::Write(JsonWriter& out) const {
  Write(out, "", true);
}

void ModuleTree::Write(JsonWriter& out, const std::string& address, bool root) const {
  out.BeginObject();
  if (const auto at = resources_.find(address); at != resources_.end()) {
    out.Key("resources");
    out.BeginArray();
    for (const WriteResource& write : at->second) write(out);
    out.EndArray();
  }
  if (!root) out.Member("address", address);
  if (const auto at = children_.find(address); at != children_.end()) {
    out.Key("child_modules");
    out.BeginArray();
    for (const auto& [child, unused] : at->second) Write(out, child, false);
    out.EndArray();
  }
  out.EndObject();
}

void WriteInstance(JsonWriter& out, const state::InstanceAddress& address, std::string_view provider) {
  const bool data = address.resource.mode() == state::ResourceMode::kData;
  out.Member("address", address.ToString());
  out.Member("mode", data ? "data" : "managed");
  out.Member("type", address.resource.type());
  out.Member("name", address.resource.name());
  if (address.key.kind() == state::InstanceKey::Kind::kInt) out.Member("index", address.key.number());
  if (address.key.kind() == state::InstanceKey::Kind::kString) out.Member("index", address.key.text());
  out.Member("provider_name", provider);
}

}  // namespace cairn::view
