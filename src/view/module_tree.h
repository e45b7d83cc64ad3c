#pragma once

// Resources by their modules, as `planned_values` and the values of states have them.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "state/address.h"
#include "view/json_writer.h"

namespace cairn::view {

class ModuleTree {
 public:
  // Writes one resource, an object.
  using WriteResource = std::function<void(JsonWriter&)>;

  void Add(const state::ModuleInstance& module, WriteResource write);

  // The object of the root module: its resources in the order they came, then the modules within, by address.
  void Write(JsonWriter& out) const;

 private:
  void Write(JsonWriter& out, const std::string& address, bool root) const;

  std::map<std::string, std::vector<WriteResource>> resources_;
  std::map<std::string, std::map<std::string, bool>> children_;  // by the address of the parent
};

// "address", "mode", "type", "name", "index", "provider_name": what both say of an instance.
void WriteInstance(JsonWriter& out, const state::InstanceAddress& address, std::string_view provider);

}  // namespace cairn::view
