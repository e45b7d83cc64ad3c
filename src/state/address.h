#pragma once

// Addresses: what infrastructure objects are called, from the root module down.
//
//   module.net["eu"].aws_subnet.a[0]    an instance: InstanceAddress
//   module.net["eu"].aws_subnet.a       the resource that it is one of, in one instance of its module:
//                                       ResourceAddress
//   module.net.aws_subnet.a             the block that describes them all: ConfigResource
//
// All are values: cheap to copy (a pointer or a few), compare and hash, and thread-safe to copy and read.
// Their order is that of plans. Names are identifiers and not checked again; parsing is address_parser.h.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/shared.h"
#include "hcl/value.h"

namespace cairn::state {

enum class ResourceMode : uint8_t { kManaged, kData, kEphemeral };

// Which instance of a resource or module: none without `count` and `for_each`, else a number or a text.
class InstanceKey {
 public:
  enum class Kind : uint8_t { kNone, kInt, kString };

  InstanceKey() = default;  // none
  static InstanceKey Int(int64_t number);
  static InstanceKey String(std::string_view text);

  Kind kind() const { return kind_; }
  explicit operator bool() const { return kind_ != Kind::kNone; }
  int64_t number() const { return number_; }  // of kInt
  std::string_view text() const;              // of kString

  // As addresses have it: nothing, `[0]`, `["a"]`.
  std::string ToString() const;
  // The value of `count.index` or `each.key`; null for none.
  hcl::Value ToValue() const;

  size_t Hash() const;
  bool operator==(const InstanceKey& other) const;
  // None first, then numbers, then texts by their bytes.
  std::strong_ordering operator<=>(const InstanceKey& other) const;

 private:
  struct Text;
  hcl::Ref<Text> text_;
  int64_t number_ = 0;
  Kind kind_ = Kind::kNone;
};

// A module as it is written: the names of the calls that lead to it from the root, which has none.
class ModulePath {
 public:
  ModulePath() = default;  // the root
  explicit ModulePath(std::vector<std::string> names);

  bool IsRoot() const { return !rep_; }
  const std::vector<std::string>& names() const;
  ModulePath Child(std::string_view name) const;
  ModulePath Parent() const;  // of the root itself

  std::string ToString() const;  // "module.a.module.b"; empty for the root

  size_t Hash() const;
  bool operator==(const ModulePath& other) const;
  std::strong_ordering operator<=>(const ModulePath& other) const;

 private:
  struct Rep;
  hcl::Ref<Rep> rep_;
};

struct ModuleStep {
  std::string name;
  InstanceKey key = {};

  bool operator==(const ModuleStep&) const = default;
  auto operator<=>(const ModuleStep&) const = default;
};

// An instance of a module.
class ModuleInstance {
 public:
  ModuleInstance() = default;  // the root
  explicit ModuleInstance(std::vector<ModuleStep> steps);

  bool IsRoot() const { return !rep_; }
  const std::vector<ModuleStep>& steps() const;
  ModuleInstance Child(std::string_view name, InstanceKey key = {}) const;
  ModuleInstance Parent() const;  // of the root itself
  ModulePath path() const;        // without the keys; costs nothing

  std::string ToString() const;  // "module.a[0].module.b"; empty for the root

  size_t Hash() const;
  bool operator==(const ModuleInstance& other) const;
  // Fewer steps first.
  std::strong_ordering operator<=>(const ModuleInstance& other) const;

 private:
  struct Rep;
  hcl::Ref<Rep> rep_;
};

// What a resource is called in its module.
class ResourceName {
 public:
  ResourceName() = default;  // managed, with an empty type and name: nothing is called so
  ResourceName(ResourceMode mode, std::string_view type, std::string_view name);

  ResourceMode mode() const;
  const std::string& type() const;
  const std::string& name() const;

  std::string ToString() const;  // "aws_subnet.a", "data.aws_ami.b", "ephemeral.random_password.c"

  size_t Hash() const;
  bool operator==(const ResourceName& other) const;
  // Data resources first, then by type and name.
  std::strong_ordering operator<=>(const ResourceName& other) const;

 private:
  struct Rep;
  hcl::Ref<Rep> rep_;
};

struct ConfigResource {
  ModulePath module = {};
  ResourceName resource = {};

  std::string ToString() const;
  size_t Hash() const;
  bool operator==(const ConfigResource&) const = default;
  auto operator<=>(const ConfigResource&) const = default;
};

struct ResourceAddress {
  ModuleInstance module = {};
  ResourceName resource = {};

  ConfigResource config() const { return {module.path(), resource}; }
  std::string ToString() const;
  size_t Hash() const;
  bool operator==(const ResourceAddress&) const = default;
  auto operator<=>(const ResourceAddress&) const = default;
};

struct InstanceAddress {
  ModuleInstance module = {};
  ResourceName resource = {};
  InstanceKey key = {};

  ResourceAddress resource_address() const { return {module, resource}; }
  ConfigResource config() const { return {module.path(), resource}; }
  std::string ToString() const;
  size_t Hash() const;
  bool operator==(const InstanceAddress&) const = default;
  auto operator<=>(const InstanceAddress&) const = default;
};

// What -target and the like name: a module, a resource, or an instance.
struct Target {
  enum class Kind : uint8_t { kModule, kResource, kInstance };

  Kind kind = Kind::kModule;
  ModuleInstance module = {};
  ResourceName resource = {};  // unless kModule
  InstanceKey key = {};        // of kInstance; never none, as one without a key is a kResource

  std::string ToString() const;

  // Whether the target means that, too. A module without a key at its end means all its instances; keys
  // further to the front must be the same. A resource means all its instances, in that one instance of its
  // module.
  bool Contains(const ModuleInstance& other) const;
  bool Contains(const ResourceAddress& other) const;
  bool Contains(const InstanceAddress& other) const;
  // Whether it means all that the block stands for.
  bool Contains(const ConfigResource& other) const;

  bool operator==(const Target&) const = default;
};

// A configuration of a provider: module.a.provider["registry.terraform.io/hashicorp/aws"].west
class ProviderConfigAddress {
 public:
  ProviderConfigAddress() = default;  // of no provider
  ProviderConfigAddress(ModulePath module, std::string_view provider, std::string_view alias = {});

  const ModulePath& module() const;
  const std::string& provider() const;  // "registry.terraform.io/hashicorp/aws"
  const std::string& alias() const;     // empty for the default configuration

  std::string ToString() const;

  size_t Hash() const;
  bool operator==(const ProviderConfigAddress& other) const;

 private:
  struct Rep;
  hcl::Ref<Rep> rep_;
};

// For unordered containers of any of the types above.
struct AddressHash {
  template <typename Address>
  size_t operator()(const Address& address) const {
    return address.Hash();
  }
};

}  // namespace cairn::state
