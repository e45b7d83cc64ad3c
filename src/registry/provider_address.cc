#include "registry/provider_address.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "hcl/quote.h"

namespace cairn::registry {
namespace {

constexpr size_t kAddressBytesMax = 1024;

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), ToLower);
  return lowered;
}

// A label of a host name: letters, digits and dashes within.
bool IsLabel(std::string_view text) {
  if (text.empty() || text.starts_with('-') || text.ends_with('-')) return false;
  return std::ranges::all_of(text, [](char c) {
    const char lower = ToLower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string WhyNoLabel(std::string_view label) {
  const auto strange = std::ranges::find_if(label, [](char c) { return c != '-' && !IsLabel({&c, 1}); });
  if (strange == label.end()) return "idna: invalid label " + hcl::GoQuoted(label);
  return Format("idna: disallowed rune U+{:04X}",
                static_cast<unsigned>(static_cast<unsigned char>(*strange)));
}

std::unexpected<Mistake> Wrong(std::string summary, std::string detail) {
  return std::unexpected(Mistake{std::move(summary), std::move(detail)});
}

// ":8443" of a host, without a 443.
Result<std::string> NormalisePort(std::string_view port) {
  if (port.empty()) return std::string();
  const std::string_view digits = port.substr(1);
  const std::optional<int> number = ParseInt<int>(digits);
  if (!number || *number < 0) return Fail(ErrorCode::kInvalid, "port portion contains non-digit characters");
  if (*number > 65535) return Fail(ErrorCode::kInvalid, "port number is greater than 65535");
  return *number == 443 ? std::string() : Format(":{}", *number);
}

// "terraform-" before a type is never right; the likeliest mistake is the name of its repository.
std::unexpected<Mistake> RedundantPrefix(const ProviderAddress& address, const AddressDefaults& defaults) {
  constexpr std::string_view kRepositoryPrefix = "terraform-provider-";
  if (address.type.starts_with(kRepositoryPrefix)) {
    ProviderAddress suggested = address;
    suggested.type = address.type.substr(kRepositoryPrefix.size());
    if (ParseProviderPart(suggested.type)) {
      return Wrong("Invalid provider type",
                   Format("Provider source {} has a type with the prefix {}, which isn't valid. Although "
                          "that prefix is often "
                          "used in the names of version control repositories for Terraform providers, "
                          "provider source strings "
                          "should not include it.\n\nDid you mean {}?",
                          hcl::GoQuoted(ForDisplay(address, defaults)), hcl::GoQuoted(kRepositoryPrefix),
                          hcl::GoQuoted(ForDisplay(suggested, defaults))));
    }
  }
  return Wrong("Invalid provider type",
               Format("Provider source {} has a type with the prefix {}, which isn't allowed because it "
                      "would be redundant to "
                      "name a Terraform provider with that prefix. If you are the author of this provider, "
                      "rename it to not "
                      "include the prefix.",
                      hcl::GoQuoted(ToString(address)), hcl::GoQuoted("terraform-")));
}

}  // namespace

std::string ToString(const ProviderAddress& address) {
  return address.host + "/" + address.namespace_name + "/" + address.type;
}

std::string ForDisplay(const ProviderAddress& address, const AddressDefaults& defaults) {
  return address.host == defaults.host ? address.namespace_name + "/" + address.type : ToString(address);
}

ProviderAddress ImpliedProvider(std::string_view type, const AddressDefaults& defaults) {
  if (type == "terraform") {
    return {std::string(kBuiltInHost), std::string(kBuiltInNamespace), std::string(type)};
  }
  return {defaults.host, defaults.namespace_name, std::string(type)};
}

Result<std::string> ParseProviderPart(std::string_view part) {
  if (part.empty()) return Fail(ErrorCode::kInvalid, "must have at least one character");
  if (part.find('.') != std::string_view::npos) return Fail(ErrorCode::kInvalid, "dots are not allowed");
  if (part.find("--") != std::string_view::npos) {
    return Fail(ErrorCode::kInvalid, "cannot use multiple consecutive dashes");
  }
  if (!IsLabel(part)) {
    return Fail(ErrorCode::kInvalid,
                "must contain only letters, digits, and dashes, and may not use leading or trailing dashes");
  }
  return Lowered(part);
}

Result<std::string> ParseServiceHost(std::string_view host) {
  const size_t colon = std::min(host.find(':'), host.size());
  const std::string_view name = host.substr(0, colon);
  const Result<std::string> port = NormalisePort(host.substr(colon));
  if (!port) {
    const std::string scheme = Lowered(name);
    if (scheme == "https" || scheme == "http") {
      return Fail(ErrorCode::kInvalid, "need just a hostname and optional port number, not a full URL");
    }
    return port;
  }
  if (name.empty()) return Fail(ErrorCode::kInvalid, "empty string is not a valid hostname");
  const std::string_view without_last_dot = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
  for (const std::string_view label : Split(without_last_dot, '.')) {
    if (label.empty()) {
      return Fail(ErrorCode::kInvalid, "hostname contains empty label (two consecutive periods)");
    }
    if (Lowered(label).starts_with("xn--")) {
      return Fail(
          ErrorCode::kInvalid,
          Format("hostname label {} specified in punycode format; service hostnames must be given in unicode",
                 hcl::GoQuoted(label)));
    }
    if (!IsLabel(label)) return Fail(ErrorCode::kInvalid, WhyNoLabel(label));
  }
  return Lowered(name) + *port;
}

std::expected<ProviderAddress, Mistake> ParseProviderAddress(std::string_view source,
                                                             const AddressDefaults& defaults) {
  const std::vector<std::string_view> parts = Split(source.substr(0, kAddressBytesMax), '/');
  const bool has_empty_part = std::ranges::any_of(parts, [](std::string_view part) { return part.empty(); });
  if (parts.size() > 3 || has_empty_part || source.size() > kAddressBytesMax) {
    return Wrong("Invalid provider source string",
                 "The \"source\" attribute must be in the format \"[hostname/][namespace/]name\"");
  }
  const Result<std::string> type = ParseProviderPart(parts.back());
  if (!type) {
    return Wrong("Invalid provider type",
                 Format("Invalid provider type {} in source {}: {}\"", hcl::GoQuoted(parts.back()),
                        hcl::GoQuoted(source), type.error().message));
  }
  ProviderAddress address{defaults.host, defaults.namespace_name, *type};
  if (parts.size() == 1) return address;

  const std::string_view given = parts[parts.size() - 2];
  if (given == kLegacyNamespace) {
    address.namespace_name = given;
  } else {
    const Result<std::string> parsed = ParseProviderPart(given);
    if (!parsed) {  // the peer forgets to say which
      return Wrong("Invalid provider namespace", Format("Invalid provider namespace \"\" in source {}: {}\"",
                                                        hcl::GoQuoted(source), parsed.error().message));
    }
    address.namespace_name = *parsed;
  }
  if (parts.size() == 3) {
    const Result<std::string> host = ParseServiceHost(parts[0]);
    if (!host) {
      return Wrong("Invalid provider source hostname",
                   Format("Invalid provider source hostname namespace \"\" in source {}: {}\"",
                          hcl::GoQuoted(source), host.error().message));
    }
    address.host = *host;
  }
  if (address.IsLegacy() && address.host != defaults.host) {
    return Wrong(
        "Invalid provider namespace",
        Format("The legacy provider namespace \"-\" can be used only with hostname {}.", defaults.host));
  }
  if (address.type.starts_with("terraform-")) return RedundantPrefix(address, defaults);
  return address;
}

}  // namespace cairn::registry
