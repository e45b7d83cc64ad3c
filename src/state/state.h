#pragma once

// What is remembered of the infrastructure: which objects exist, and what they were like last.
//
// Attributes stay the JSON text that they were read as until somebody asks for their values
// (object_value.h), and are written as they are.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hcl/type.h"
#include "hcl/value.h"
#include "hcl/value_path.h"
#include "state/address.h"
#include "state/json_text.h"

namespace cairn::state {

// Members that this version does not know: they are written again as they were, behind those it does.
using UnknownMembers = std::vector<std::pair<std::string, JsonText>>;

enum class ObjectStatus : uint8_t { kReady, kTainted };

// An object of the world, of an instance of a resource.
struct InstanceObject {
  ObjectStatus status = ObjectStatus::kReady;
  uint64_t schema_version = 0;
  JsonText attributes = {};                    // an object, of the schema's type
  JsonText attributes_flat = {};               // instead, in states that come from before version 0.12
  std::vector<hcl::ValuePath> sensitive = {};  // what the configuration marked
  std::string private_bytes = {};              // the provider's own
  std::vector<ConfigResource> dependencies = {};
  bool create_before_destroy = false;
  UnknownMembers unknown = {};
};

// Objects are immutable and shared, so that a copy of a state costs little.
using ObjectRef = std::shared_ptr<const InstanceObject>;

struct InstanceState {
  ObjectRef current = {};                         // or null
  std::map<std::string, ObjectRef> deposed = {};  // by their keys, 8 hexadecimal digits; none is null

  bool empty() const { return !current && deposed.empty(); }
};

struct ResourceState {
  ProviderConfigAddress provider = {};
  std::map<InstanceKey, InstanceState> instances = {};
  UnknownMembers unknown = {};
};

struct OutputState {
  hcl::Value value = {};
  bool sensitive = false;
};

struct CheckObject {
  std::string address;
  std::string status;  // "pass", "fail", "error" or "unknown"
  std::vector<std::string> failure_messages = {};
};

struct CheckResult {
  std::string kind;     // "resource", "output", "check" or "var"
  std::string address;  // of the configuration: without keys
  std::string status;
  std::vector<CheckObject> objects = {};
};

// A value: copies share their objects.
struct State {
  std::string terraform_version = {};  // of who wrote it
  uint64_t serial = 0;                 // rises with each change
  std::string lineage = {};            // which states are versions of each other
  std::map<std::string, OutputState> outputs = {};
  std::map<ResourceAddress, ResourceState> resources = {};  // in the order of plans
  std::vector<CheckResult> check_results = {};
  UnknownMembers unknown = {};

  // Neither outputs nor resources.
  bool empty() const { return outputs.empty() && resources.empty(); }
  size_t CountObjects() const;

  const ResourceState* Find(const ResourceAddress& address) const;
  // Null if there is none.
  const InstanceState* Find(const InstanceAddress& address) const;
  ObjectRef FindCurrent(const InstanceAddress& address) const;

  // Null takes the object away. The resource and instance come into being and go with their objects; the
  // provider is that of the last object set.
  void SetCurrent(const InstanceAddress& address, ObjectRef object, const ProviderConfigAddress& provider);
  void SetDeposed(const InstanceAddress& address, const std::string& deposed_key, ObjectRef object,
                  const ProviderConfigAddress& provider);
  // Makes the current object a deposed one.
  void Depose(const InstanceAddress& address, const std::string& deposed_key);
  void Remove(const InstanceAddress& address);  // with all its objects
};

// Whether they remember the same: all but serial, lineage and version of the writer.
bool SameContent(const State& a, const State& b);

}  // namespace cairn::state
