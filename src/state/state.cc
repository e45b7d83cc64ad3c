#include "state/state.h"

#include <algorithm>
#include <utility>

namespace cairn::state {
namespace {

bool SameText(const JsonText& a, const JsonText& b) {
  if (a.text == b.text) return true;
  if (a.laid_out == b.laid_out && a.laid_out) return false;
  std::string left, right;
  AppendLaidOut(left, a.text, 0);
  AppendLaidOut(right, b.text, 0);
  return left == right;
}

bool SameObject(const ObjectRef& a, const ObjectRef& b) {
  if (a == b) return true;
  if (!a || !b) return false;
  return a->status == b->status && a->schema_version == b->schema_version &&
         a->private_bytes == b->private_bytes && a->dependencies == b->dependencies &&
         a->create_before_destroy == b->create_before_destroy && a->sensitive == b->sensitive &&
         SameText(a->attributes, b->attributes) && SameText(a->attributes_flat, b->attributes_flat);
}

bool SameInstance(const InstanceState& a, const InstanceState& b) {
  return SameObject(a.current, b.current) &&
         std::ranges::equal(a.deposed, b.deposed, [](const auto& x, const auto& y) {
           return x.first == y.first && SameObject(x.second, y.second);
         });
}

bool SameResource(const ResourceState& a, const ResourceState& b) {
  return a.provider == b.provider &&
         std::ranges::equal(a.instances, b.instances, [](const auto& x, const auto& y) {
           return x.first == y.first && SameInstance(x.second, y.second);
         });
}

bool SameChecks(const std::vector<CheckResult>& a, const std::vector<CheckResult>& b) {
  const auto object = [](const CheckObject& x, const CheckObject& y) {
    return x.address == y.address && x.status == y.status && x.failure_messages == y.failure_messages;
  };
  return std::ranges::equal(a, b, [&](const CheckResult& x, const CheckResult& y) {
    return x.kind == y.kind && x.address == y.address && x.status == y.status &&
           std::ranges::equal(x.objects, y.objects, object);
  });
}

}  // namespace

size_t State::CountObjects() const {
  size_t count = 0;
  for (const auto& [address, resource] : resources) {
    for (const auto& [key, instance] : resource.instances) {
      count += (instance.current ? 1 : 0) + instance.deposed.size();
    }
  }
  return count;
}

const ResourceState* State::Find(const ResourceAddress& address) const {
  const auto found = resources.find(address);
  return found == resources.end() ? nullptr : &found->second;
}

const InstanceState* State::Find(const InstanceAddress& address) const {
  const ResourceState* resource = Find(address.resource_address());
  if (resource == nullptr) return nullptr;
  const auto found = resource->instances.find(address.key);
  return found == resource->instances.end() ? nullptr : &found->second;
}

ObjectRef State::FindCurrent(const InstanceAddress& address) const {
  const InstanceState* instance = Find(address);
  return instance == nullptr ? nullptr : instance->current;
}

void State::SetCurrent(const InstanceAddress& address, ObjectRef object,
                       const ProviderConfigAddress& provider) {
  if (!object) {
    if (Find(address) == nullptr) return;
    ResourceState& resource = resources[address.resource_address()];
    InstanceState& instance = resource.instances[address.key];
    instance.current = nullptr;
    if (instance.empty()) Remove(address);
    return;
  }
  ResourceState& resource = resources[address.resource_address()];
  resource.provider = provider;
  resource.instances[address.key].current = std::move(object);
}

void State::SetDeposed(const InstanceAddress& address, const std::string& deposed_key, ObjectRef object,
                       const ProviderConfigAddress& provider) {
  if (!object) {
    if (Find(address) == nullptr) return;
    InstanceState& instance = resources[address.resource_address()].instances[address.key];
    instance.deposed.erase(deposed_key);
    if (instance.empty()) Remove(address);
    return;
  }
  ResourceState& resource = resources[address.resource_address()];
  resource.provider = provider;
  resource.instances[address.key].deposed[deposed_key] = std::move(object);
}

void State::Depose(const InstanceAddress& address, const std::string& deposed_key) {
  if (!FindCurrent(address)) return;
  InstanceState& instance = resources[address.resource_address()].instances[address.key];
  instance.deposed[deposed_key] = std::exchange(instance.current, nullptr);
}

void State::Remove(const InstanceAddress& address) {
  const auto resource = resources.find(address.resource_address());
  if (resource == resources.end()) return;
  resource->second.instances.erase(address.key);
  if (resource->second.instances.empty()) resources.erase(resource);
}

bool SameContent(const State& a, const State& b) {
  return std::ranges::equal(a.outputs, b.outputs,
                            [](const auto& x, const auto& y) {
                              return x.first == y.first && x.second.sensitive == y.second.sensitive &&
                                     x.second.value == y.second.value;
                            }) &&
         std::ranges::equal(a.resources, b.resources,
                            [](const auto& x, const auto& y) {
                              return x.first == y.first && SameResource(x.second, y.second);
                            }) &&
         SameChecks(a.check_results, b.check_results);
}

}  // namespace cairn::state
