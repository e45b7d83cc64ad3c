#pragma once

// From text to addresses, with the peer's words for what is wrong.

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/references.h"
#include "state/address.h"

namespace cairn::state {

// What is wrong with an address. The steps it is about are those with indices from `first_step` up to
// `end_step`, the root being step 0; none where the text cannot be cut into steps.
struct AddressError {
  std::string summary;  // "Invalid address"
  std::string detail;   // sentences: "Unexpected extra operators after address."
  size_t first_step = 0;
  size_t end_step = 0;
};

template <typename T>
using AddressResult = std::expected<T, AddressError>;

// Texts longer than this are no addresses.
inline constexpr size_t kAddressBytesMax = size_t{1} << 20;

// Blanks, newlines and comments may stand between the parts, as in the language. `resource.` may precede the
// type of a managed resource; it must where the type is a name that means something else ("each", "path").
AddressResult<Target> ParseTarget(std::string_view text);
AddressResult<ModuleInstance> ParseModuleInstance(std::string_view text);
AddressResult<ResourceAddress> ParseResourceAddress(std::string_view text);
AddressResult<InstanceAddress> ParseInstanceAddress(std::string_view text);
AddressResult<ProviderConfigAddress> ParseProviderConfigAddress(std::string_view text);

// The same of what a configuration has where it means an address, as `to` of an import. Errors point at the
// part that is wrong.
std::optional<Target> ParseTarget(const hcl::Reference& reference, hcl::Diagnostics& diagnostics);
std::optional<InstanceAddress> ParseInstanceAddress(const hcl::Reference& reference,
                                                    hcl::Diagnostics& diagnostics);

}  // namespace cairn::state
