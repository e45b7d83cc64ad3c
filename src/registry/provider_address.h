#pragma once

// Names of providers: HOST/NAMESPACE/TYPE, of which a configuration may leave off the host or both.

#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"
#include "registry/mistake.h"

namespace cairn::registry {

// Who stands in for a host or a namespace that is left off. What is chosen here ends up in states and lock
// files, so that it must be the same on all machines that share them.
struct AddressDefaults {
  std::string host = "registry.terraform.io";
  std::string namespace_name = "hashicorp";
};

inline constexpr std::string_view kBuiltInHost = "terraform.io";
inline constexpr std::string_view kBuiltInNamespace = "builtin";
// Of the time before namespaces, in old states: "-/aws". The registry knows what it became.
inline constexpr std::string_view kLegacyNamespace = "-";

// Normalised: lower case, a host without the port 443.
struct ProviderAddress {
  std::string host;  // a name, then ":PORT" unless that is 443
  std::string namespace_name;
  std::string type;

  auto operator<=>(const ProviderAddress&) const = default;

  bool IsBuiltIn() const { return host == kBuiltInHost && namespace_name == kBuiltInNamespace; }
  bool IsLegacy() const { return namespace_name == kLegacyNamespace; }
};

// In full: "registry.terraform.io/hashicorp/aws".
std::string ToString(const ProviderAddress& address);

// For people: without the default host.
std::string ForDisplay(const ProviderAddress& address, const AddressDefaults& defaults = {});

// What the local name `type` means where nothing says so: terraform.io/builtin/terraform for "terraform",
// else the provider of that type under both defaults. REQUIRES: `type` is a valid part.
ProviderAddress ImpliedProvider(std::string_view type, const AddressDefaults& defaults = {});

// The `source` of a required provider, a key of the lock file, an argument of a command. Only ASCII is
// accepted; the peer also takes international names.
std::expected<ProviderAddress, Mistake> ParseProviderAddress(std::string_view source,
                                                             const AddressDefaults& defaults = {});

// A namespace or a type: letters, digits and dashes, none at the ends and no two together. In lower case.
// kInvalid with the peer's words: "dots are not allowed".
Result<std::string> ParseProviderPart(std::string_view part);

// The name of a host that offers services, as above. kInvalid with a reason.
Result<std::string> ParseServiceHost(std::string_view host);

}  // namespace cairn::registry
