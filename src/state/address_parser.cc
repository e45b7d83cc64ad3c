#include "state/address_parser.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "hcl/scope.h"
#include "state/address_steps.h"

namespace cairn::state {
namespace {

using Steps = std::span<const hcl::TraversalStep>;  // the root first

constexpr std::string_view kWholeNumber =
    "value must be a whole number, between -9223372036854775808 and 9223372036854775807.";

constexpr std::string_view kReserved[] = {"arg",  "count", "each",     "lazy",      "local",
                                          "path", "self",  "template", "terraform", "var"};

std::unexpected<AddressError> Wrong(std::string detail, size_t first, size_t end,
                                    std::string summary = "Invalid address") {
  return std::unexpected(AddressError{std::move(summary), std::move(detail), first, end});
}

// Nothing for a number that no key has.
std::optional<InstanceKey> KeyOf(const hcl::Value& value) {
  if (value.kind() == hcl::TypeKind::kString) return InstanceKey::String(value.AsString());
  const std::optional<int64_t> number = value.AsNumber().AsInt64();
  return number ? std::optional(InstanceKey::Int(*number)) : std::nullopt;
}

bool IsName(Steps steps, size_t i) {
  return i < steps.size() && steps[i].is_attribute;
}

// Reads the module that the steps from `at` name, and moves `at` behind it.
AddressResult<ModuleInstance> TakeModule(Steps steps, size_t& at) {
  constexpr std::string_view kSummary = "Invalid address operator";
  std::vector<ModuleStep> path;
  while (IsName(steps, at) && steps[at].name == "module") {
    if (!IsName(steps, at + 1)) {
      return Wrong("Prefix \"module.\" must be followed by a module name.", at, at + 1,
                   std::string(kSummary));
    }
    ModuleStep step{.name = std::string(steps[at + 1].name)};
    at += 2;
    if (at < steps.size() && !steps[at].is_attribute) {
      const std::optional<InstanceKey> key = KeyOf(steps[at].key);
      if (!key) {
        return Wrong(Format("Invalid module index: {}", kWholeNumber), at, at + 1, std::string(kSummary));
      }
      step.key = *key;
      ++at;
    }
    path.push_back(std::move(step));
    if (at < steps.size() && !steps[at].is_attribute) {
      return Wrong("Module address prefix must be followed by dot and then a name.", at, at + 1,
                   std::string(kSummary));
    }
  }
  return ModuleInstance(std::move(path));
}

// Reads what is called in `module` from `at` up to the end.
AddressResult<Target> TakeResource(ModuleInstance module, Steps steps, size_t at) {
  ResourceMode mode = ResourceMode::kManaged;
  const std::string_view first = steps[at].name;
  if (first == "data" || first == "ephemeral" || first == "resource") {
    if (first != "resource") mode = first == "data" ? ResourceMode::kData : ResourceMode::kEphemeral;
    ++at;
  } else if (std::ranges::find(kReserved, first) != std::end(kReserved)) {
    return Wrong(Format("The keyword \"{}\" is reserved and cannot be used to target a resource address. If "
                        "you are targeting a resource type that uses a reserved keyword, please prefix your "
                        "address with \"resource.\".",
                        first),
                 at, steps.size());
  }
  if (steps.size() - at < 2) {
    return Wrong("Resource specification must include a resource type and name.",
                 std::min(at, steps.size() - 1), steps.size());
  }
  if (!steps[at].is_attribute) {
    return Wrong(mode == ResourceMode::kManaged ? "A resource type name is required."
                 : mode == ResourceMode::kData  ? "A data source name is required."
                                                : "An ephemeral resource type name is required.",
                 at, at + 1);
  }
  if (!steps[at + 1].is_attribute) return Wrong("A resource name is required.", at + 1, at + 2);

  Target target{.kind = Target::Kind::kResource,
                .module = std::move(module),
                .resource = ResourceName(mode, steps[at].name, steps[at + 1].name)};
  at += 2;
  if (at == steps.size()) return target;
  if (at + 1 < steps.size()) return Wrong("Unexpected extra operators after address.", at + 1, at + 2);
  if (steps[at].is_attribute) {
    return Wrong("Resource instance key must be given in square brackets.", at, at + 1);
  }
  const std::optional<InstanceKey> key = KeyOf(steps[at].key);
  if (!key) return Wrong(Format("Invalid resource instance key: {}", kWholeNumber), at, at + 1);
  target.kind = Target::Kind::kInstance;
  target.key = *key;
  return target;
}

AddressResult<Target> TargetOf(Steps steps) {
  size_t at = 0;
  auto module = TakeModule(steps, at);
  if (!module) return std::unexpected(std::move(module.error()));
  if (at == steps.size()) return Target{.module = std::move(*module)};
  return TakeResource(std::move(*module), steps, at);
}

AddressResult<InstanceAddress> InstanceOf(Steps steps) {
  auto target = TargetOf(steps);
  if (!target) return std::unexpected(std::move(target.error()));
  if (target->kind == Target::Kind::kModule) {
    return Wrong(
        "A resource instance address is required here. The module path must be followed by a "
        "resource instance specification.",
        0, steps.size());
  }
  return InstanceAddress{std::move(target->module), std::move(target->resource), std::move(target->key)};
}

AddressResult<ModuleInstance> ModuleOf(Steps steps) {
  size_t at = 0;
  auto module = TakeModule(steps, at);
  if (!module || at == steps.size()) return module;
  return Wrong(at == 0 ? "A module instance address must begin with \"module.\"."
                       : "The module instance address is followed by additional invalid content.",
               at, steps.size(), "Invalid module instance address");
}

AddressResult<ResourceAddress> ResourceOf(Steps steps) {
  auto target = TargetOf(steps);
  if (!target) return std::unexpected(std::move(target.error()));
  switch (target->kind) {
    case Target::Kind::kResource:
      return ResourceAddress{std::move(target->module), std::move(target->resource)};
    case Target::Kind::kInstance:
      return Wrong(
          "A resource address is required. This instance key identifies a specific resource "
          "instance, which is not expected here.",
          steps.size() - 1, steps.size());
    case Target::Kind::kModule:
      break;
  }
  return Wrong(
      "A resource address is required here. The module path must be followed by a resource "
      "specification.",
      0, steps.size());
}

AddressResult<ProviderConfigAddress> ProviderConfigOf(Steps steps) {
  constexpr std::string_view kSummary = "Invalid provider configuration address";
  const auto wrong = [&](std::string_view detail, size_t first, size_t end) {
    return Wrong(std::string(detail), first, end, std::string(kSummary));
  };
  size_t at = 0;
  auto module = TakeModule(steps, at);
  if (!module) return std::unexpected(std::move(module.error()));
  for (const ModuleStep& step : module->steps()) {
    if (step.key) return wrong("Provider address cannot contain module indexes", 0, at);
  }
  if (steps.size() - at < 2 || steps[at].name != "provider") {
    return wrong("Provider address must begin with \"provider.\", followed by a provider type name.",
                 std::min(at, steps.size() - 1), steps.size());
  }
  if (steps.size() - at > 3) {
    return wrong("Extraneous operators after provider configuration alias.", at + 3, steps.size());
  }
  const hcl::TraversalStep& provider = steps[at + 1];
  if (provider.is_attribute || provider.key.kind() != hcl::TypeKind::kString) {
    return wrong("The prefix \"provider.\" must be followed by a provider type name.", at + 1, at + 2);
  }
  if (steps.size() - at == 2) return ProviderConfigAddress(module->path(), provider.key.AsString());
  if (!steps[at + 2].is_attribute) {
    return wrong("Provider type name must be followed by a configuration alias name.", at + 2, at + 3);
  }
  return ProviderConfigAddress(module->path(), provider.key.AsString(), steps[at + 2].name);
}

template <typename Parse>
auto Parsed(std::string_view text, Parse parse) -> decltype(parse(Steps())) {
  const auto cut = CutAddress(text);
  if (!cut) return std::unexpected(cut.error());
  return parse(Steps(cut->steps));
}

template <typename Parse>
auto Parsed(const hcl::Reference& reference, hcl::Diagnostics& diagnostics, Parse parse)
    -> std::optional<typename decltype(parse(Steps()))::value_type> {
  std::vector<hcl::TraversalStep> steps{{.name = reference.root}};
  steps.insert(steps.end(), reference.steps.begin(), reference.steps.end());
  for (size_t i = 1; i < steps.size(); ++i) {
    const hcl::TraversalStep& step = steps[i];
    const bool fine =
        step.is_attribute || (step.key.HasContent() && (step.key.kind() == hcl::TypeKind::kString ||
                                                        step.key.kind() == hcl::TypeKind::kNumber));
    if (fine) continue;
    diagnostics.AddError("Index value required",
                         "Index brackets must contain either a literal number or a literal string.",
                         step.range());
    return std::nullopt;
  }
  auto parsed = parse(Steps(steps));
  if (parsed) return std::move(*parsed);
  const auto range_of = [&](size_t i) { return i == 0 ? reference.root_range() : steps[i].range(); };
  const AddressError& error = parsed.error();
  hcl::SourceRange range = range_of(error.first_step);
  range.end = range_of(std::max(error.end_step, error.first_step + 1) - 1).end;
  diagnostics.AddError(error.summary, error.detail, range, reference.range());
  return std::nullopt;
}

}  // namespace

AddressResult<Target> ParseTarget(std::string_view text) {
  return Parsed(text, TargetOf);
}

AddressResult<ModuleInstance> ParseModuleInstance(std::string_view text) {
  return Parsed(text, ModuleOf);
}

AddressResult<ResourceAddress> ParseResourceAddress(std::string_view text) {
  return Parsed(text, ResourceOf);
}

AddressResult<InstanceAddress> ParseInstanceAddress(std::string_view text) {
  return Parsed(text, InstanceOf);
}

AddressResult<ProviderConfigAddress> ParseProviderConfigAddress(std::string_view text) {
  return Parsed(text, ProviderConfigOf);
}

std::optional<Target> ParseTarget(const hcl::Reference& reference, hcl::Diagnostics& diagnostics) {
  return Parsed(reference, diagnostics, TargetOf);
}

std::optional<InstanceAddress> ParseInstanceAddress(const hcl::Reference& reference,
                                                    hcl::Diagnostics& diagnostics) {
  return Parsed(reference, diagnostics, InstanceOf);
}

}  // namespace cairn::state
