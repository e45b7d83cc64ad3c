#include "registry/cli_config.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/quote.h"
#include "registry/cli_syntax.h"

namespace cairn::registry {
namespace {

namespace fs = std::filesystem;
using Kind = CliValue::Kind;

constexpr std::string_view kMethodBlock = "Invalid provider_installation method block";
constexpr std::string_view kInstallationBlock = "Invalid provider_installation block";

bool PartMatches(std::string_view pattern, std::string_view part) {
  return pattern == "*" || pattern == part;
}

// A scalar, as the first version of HCL makes a string of it.
std::optional<std::string> TextOf(const CliValue& value) {
  if (value.kind == Kind::kString || value.kind == Kind::kNumber || value.kind == Kind::kBool)
    return value.text;
  return std::nullopt;
}

// $NAME and ${NAME}; "$$" stays, as does a "$" before anything else.
std::string ExpandVariables(std::string_view text, const EnvironmentLookup& environment) {
  std::string expanded;
  const auto is_name = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  while (!text.empty()) {
    const bool braces = text.starts_with("${");
    size_t end = braces ? 2 : 1;
    if (text[0] == '$') {
      while (end < text.size() && is_name(text[end])) ++end;
    }
    const bool closed = !braces || (end < text.size() && text[end] == '}');
    const std::string_view name = text.substr(braces ? 2 : 1, end - (braces ? 2 : 1));
    if (text[0] != '$' || name.empty() || !closed) {
      expanded += text[0];
      text.remove_prefix(1);
      continue;
    }
    expanded += environment(name).value_or("");
    text.remove_prefix(end + (braces ? 1 : 0));
  }
  return expanded;
}

class ConfigReader {
 public:
  ConfigReader(std::shared_ptr<const hcl::Source> source, const EnvironmentLookup& environment,
               const AddressDefaults& defaults, CliConfigRead& read)
      : source_(std::move(source)), environment_(environment), defaults_(defaults), read_(read) {}

  void Read() {
    const auto items = ParseCliSyntax(source_->text());
    if (!items) {
      Invalid(Format("Error parsing {}: {}", source_->name(), items.error().message), "",
              items.error().offset);
      return;
    }
    for (const CliItem& item : *items) ReadItem(item);
  }

 private:
  CliConfig& config() { return read_.config; }

  void Invalid(std::string summary, std::string detail, uint32_t offset) {
    const auto end = static_cast<uint32_t>(std::min<size_t>(offset + 1, source_->text().size()));
    read_.diagnostics.AddError(std::move(summary), std::move(detail),
                               hcl::SourceRange{source_, std::min(offset, end), end});
  }
  void InvalidMethod(std::string detail, uint32_t offset) {
    Invalid(std::string(kMethodBlock), std::move(detail), offset);
  }
  std::string Place(uint32_t offset) const {
    const hcl::Position position = source_->PositionAt(offset);
    return Format("{}:{}", position.line, position.column);
  }

  std::string String(const CliItem& item) {
    std::optional<std::string> text = TextOf(item.value);
    if (!text) {
      Invalid(Format("Error parsing {}: {} is no string", source_->name(), item.keys[0]), "",
              item.value.offset);
    }
    return text.value_or("");
  }
  bool Bool(const CliItem& item) {
    const bool is_bool = item.value.kind == Kind::kBool || item.value.text == "0" || item.value.text == "1";
    if (!is_bool) {
      Invalid(Format("Error parsing {}: {} is neither true nor false", source_->name(), item.keys[0]), "",
              item.value.offset);
    }
    return item.value.text == "true" || item.value.text == "1";
  }

  void ReadItem(const CliItem& item) {
    const std::string& name = item.keys[0];
    if (name == "provider_installation") {
      ReadInstallation(item);
    } else if (name == "plugin_cache_dir") {
      config().plugin_cache_dir = ExpandVariables(String(item), environment_);
      CheckCacheDirectory(item);
    } else if (name == "plugin_cache_may_break_dependency_lock_file") {
      config().plugin_cache_may_break_dependency_lock_file = Bool(item);
    } else if (name == "disable_checkpoint") {
      config().disable_checkpoint = Bool(item);
    } else if (name == "disable_checkpoint_signature") {
      config().disable_checkpoint_signature = Bool(item);
    } else if (name == "credentials" || name == "host" || name == "credentials_helper") {
      ReadLabelled(item);
    }  // others are of other versions: ignored, as the peer does
  }

  void CheckCacheDirectory(const CliItem& item) {
    const std::string& directory = config().plugin_cache_dir;
    std::error_code ignored;
    if (directory.empty() || fs::exists(directory, ignored)) return;
    Invalid(Format("The specified plugin cache dir {} cannot be opened: stat {}: no such file or directory",
                   directory, directory),
            "", item.value.offset);
  }

  // A block with a label, or an object of such objects.
  void ReadLabelled(const CliItem& item) {
    if (item.value.kind != Kind::kObject) return;
    if (item.keys.size() > 1) {
      ReadNamed(item.keys[0], item.keys[1], item.value, item.offset);
      return;
    }
    for (const CliItem& inner : item.value.items) {
      if (inner.value.kind == Kind::kObject)
        ReadNamed(item.keys[0], inner.keys[0], inner.value, inner.offset);
    }
  }

  void ReadNamed(const std::string& type, const std::string& label, const CliValue& body, uint32_t offset) {
    if (type == "credentials_helper") {
      if (!config().credentials_helper.empty()) {
        Invalid("No more than one credentials_helper block may be specified", "", offset);
      }
      config().credentials_helper = label;
      for (const CliItem& item : body.items) {
        if (item.keys[0] != "args") continue;
        for (const CliValue& value : item.value.elements) {
          config().credentials_helper_arguments.push_back(TextOf(value).value_or(""));
        }
      }
      return;
    }
    const Result<std::string> host = ParseServiceHost(label);
    if (!host) {
      Invalid(Format("The {} {} block has an invalid hostname: {}", type, hcl::GoQuoted(label),
                     host.error().message),
              "", offset);
      return;
    }
    for (const CliItem& item : body.items) {
      if (type == "credentials" && item.keys[0] == "token") config().tokens[*host] = String(item);
      if (type != "host" || item.keys[0] != "services") continue;
      for (const CliItem& service : item.value.items) {
        if (const auto url = TextOf(service.value)) config().host_services[*host][service.keys[0]] = *url;
      }
    }
  }

  void ReadInstallation(const CliItem& item) {
    if (item.assigned || item.value.kind != Kind::kObject) {
      Invalid(std::string(kInstallationBlock),
              Format("The provider_installation block at {} must not be introduced with an equals sign.",
                     Place(item.offset)),
              item.offset);
      return;
    }
    if (item.keys.size() > 1) {
      Invalid(std::string(kInstallationBlock),
              Format("The provider_installation block at {} must not have any labels.", Place(item.offset)),
              item.offset);
    }
    if (config().methods) {
      Invalid("No more than one provider_installation block may be specified", "", item.offset);
      return;
    }
    config().methods.emplace();
    for (const CliItem& method : item.value.items) ReadMethod(method, item.offset);
  }

  void ReadMethod(const CliItem& item, uint32_t outer) {
    if (item.assigned || item.value.kind != Kind::kObject) {
      InvalidMethod(
          Format("The items inside the provider_installation block at {} must all be blocks.", Place(outer)),
          item.offset);
      return;
    }
    if (item.keys.size() > 1) {
      InvalidMethod(Format("The blocks inside the provider_installation block at {} may not have any labels.",
                           Place(outer)),
                    item.offset);
    }
    const std::string& name = item.keys[0];
    if (name == "dev_overrides") {
      ReadOverrides(item, outer);
      return;
    }
    InstallationMethod method;
    std::string_view argument;
    if (name == "filesystem_mirror") {
      method.kind = InstallationMethod::Kind::kFilesystemMirror;
      argument = "path";
    } else if (name == "network_mirror") {
      method.kind = InstallationMethod::Kind::kNetworkMirror;
      argument = "url";
    } else if (name != "direct") {
      InvalidMethod(
          Format("Unknown provider installation method {} at {}.", hcl::GoQuoted(name), Place(item.offset)),
          item.offset);
      return;
    }
    for (const CliItem& inner : item.value.items) {
      if (!argument.empty() && inner.keys[0] == argument) method.location = String(inner);
      if (inner.keys[0] == "include") ReadPatterns(inner, "inclusion", method.include);
      if (inner.keys[0] == "exclude") ReadPatterns(inner, "exclusion", method.exclude);
    }
    if (!argument.empty() && method.location.empty()) {
      InvalidMethod(
          Format("Invalid {} block at {}: \"{}\" argument is required.", name, Place(outer), argument),
          item.offset);
      return;
    }
    if (CheckUrl(method, item.offset)) config().methods->push_back(std::move(method));
  }

  bool CheckUrl(const InstallationMethod& method, uint32_t offset) {
    constexpr std::string_view kScheme = "https://";
    if (method.kind != InstallationMethod::Kind::kNetworkMirror) return true;
    if (method.location.starts_with(kScheme) && method.location.size() > kScheme.size()) return true;
    Invalid(
        "Invalid URL for provider installation source",
        Format("Cannot use {} as a URL for a network provider mirror: the mirror must be at an https: URL.",
               hcl::GoQuoted(method.location)),
        offset);
    return false;
  }

  void ReadPatterns(const CliItem& item, std::string_view purpose, std::vector<ProviderPattern>& patterns) {
    if (item.value.kind != Kind::kList) {
      InvalidMethod(Format("{} must be a list of patterns.", item.keys[0]), item.value.offset);
      return;
    }
    for (const CliValue& element : item.value.elements) {
      Result<ProviderPattern> pattern = ParseProviderPattern(TextOf(element).value_or(""), defaults_);
      if (pattern) {
        patterns.push_back(*std::move(pattern));
        continue;
      }
      Invalid(
          Format("Invalid provider source {} patterns", purpose),
          Format("CLI config specifies invalid provider {} patterns: {}.", purpose, pattern.error().message),
          element.offset);
    }
  }

  void ReadOverrides(const CliItem& item, uint32_t outer) {
    if (!config().methods->empty()) {
      InvalidMethod(
          Format("The dev_overrides block at {} must appear before all other installation methods, because "
                 "development overrides always have the highest priority.",
                 Place(item.offset)),
          item.offset);
      return;
    }
    for (const CliItem& override : item.value.items) {
      const auto address = ParseProviderAddress(override.keys[0], defaults_);
      if (!address) {
        Invalid("Invalid provider installation dev overrides",
                Format("The entry {} in {} is not a valid provider source string.\n\n{}: {}",
                       hcl::GoQuoted(override.keys[0]), Place(outer), address.error().summary,
                       address.error().detail),
                override.offset);
        continue;
      }
      config().dev_overrides[*address] = fs::path(String(override)).lexically_normal().string();
    }
  }

  std::shared_ptr<const hcl::Source> source_;
  const EnvironmentLookup& environment_;
  const AddressDefaults& defaults_;
  CliConfigRead& read_;
};

}  // namespace

bool ProviderPattern::Matches(const ProviderAddress& address) const {
  return PartMatches(host, address.host) && PartMatches(namespace_name, address.namespace_name) &&
         PartMatches(type, address.type);
}

bool InstallationMethod::Serves(const ProviderAddress& address) const {
  const auto matches = [&](const ProviderPattern& pattern) { return pattern.Matches(address); };
  if (std::ranges::any_of(exclude, matches)) return false;
  return include.empty() || std::ranges::any_of(include, matches);
}

Result<ProviderPattern> ParseProviderPattern(std::string_view text, const AddressDefaults& defaults) {
  const auto invalid = [&](std::string_view what, std::string_view why) {
    return Fail(ErrorCode::kInvalid,
                Format("{} provider matching pattern {}: {}", what, hcl::GoQuoted(text), why));
  };
  const auto normalise = [](std::string_view part) {
    return part == "*" ? Result<std::string>("*") : ParseProviderPart(part);
  };
  const std::vector<std::string_view> parts = Split(text, '/');
  if (parts.size() != 2 && parts.size() != 3) {
    return invalid("invalid", "must have either two or three slash-separated segments");
  }
  ProviderPattern pattern{.host = defaults.host, .namespace_name = {}, .type = {}};
  if (parts.size() == 3) {
    const Result<std::string> host = parts[0] == "*" ? Result<std::string>("*") : ParseServiceHost(parts[0]);
    if (!host) return invalid("invalid hostname in", host.error().message);
    pattern.host = *host;
  }
  const std::string_view type_part = parts.back();
  const Result<std::string> type = normalise(type_part);
  if (!type) {
    return invalid(Format("invalid provider type {} in", hcl::GoQuoted(type_part)),
                   "must either be the wildcard * or a provider type name");
  }
  const Result<std::string> namespace_name = normalise(parts[parts.size() - 2]);
  if (!namespace_name) {  // the peer names the type here
    return invalid(Format("invalid registry namespace {} in", hcl::GoQuoted(type_part)),
                   "must either be the wildcard * or a literal namespace");
  }
  pattern.namespace_name = *namespace_name;
  pattern.type = *type;
  if (pattern.host == "*" && (pattern.namespace_name != "*" || pattern.type != "*")) {
    return invalid("invalid",
                   "hostname can be a wildcard only if both namespace and provider type are also wildcards");
  }
  if (pattern.namespace_name == "*" && pattern.type != "*") {
    return invalid("invalid", "namespace can be a wildcard only if the provider type is also a wildcard");
  }
  return pattern;
}

CliConfigRead ParseCliConfig(const std::shared_ptr<const hcl::Source>& source,
                             const EnvironmentLookup& environment, const AddressDefaults& defaults) {
  CliConfigRead read;
  ConfigReader(source, environment, defaults, read).Read();
  return read;
}

}  // namespace cairn::registry
