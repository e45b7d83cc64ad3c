#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <expected>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/base64.h"
#include "hcl/quote.h"
#include "hcl/value_json.h"
#include "state/address_parser.h"
#include "state/sensitive_paths.h"
#include "state/state_format.h"

namespace cairn::state {
namespace {

constexpr char kUnsupported[] = "Unsupported state file format";
constexpr char kInvalid[] = "Invalid state file format";
constexpr char kBadMetadata[] = "Invalid resource instance metadata in state";
constexpr char kWriter[] = "Terraform 1.11.4";  // whose format this is

bool IsVersion(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  const size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view numbers = text.substr(0, end);
  if (numbers.empty() || numbers.starts_with('.') || numbers.ends_with('.') || numbers.contains("..")) {
    return false;
  }
  const std::string_view rest = text.substr(end);
  return rest.empty() || (rest.size() > 1 && (rest[0] == '-' || rest[0] == '+' || rest[0] == '~'));
}

// What an instance has, before it is known whether it fits together.
struct RawInstance {
  std::string_view index_key = {};  // JSON, or empty
  std::string status = {};
  std::string deposed = {};
  InstanceObject object = {};
};

struct RawResource {
  std::string module = {};
  std::string mode = {};
  std::string type = {};
  std::string name = {};
  std::string provider = {};
  std::vector<RawInstance> instances = {};
  UnknownMembers unknown = {};
};

struct RawOutput {
  std::string_view value = {};
  std::string_view type = {};
  bool sensitive = false;
};

class Reader {
 public:
  Reader(std::shared_ptr<const std::string> text, bool laid_out, hcl::Diagnostics& diagnostics)
      : text_(std::move(text)), laid_out_(laid_out), json_(*text_, laid_out), diagnostics_(diagnostics) {}

  std::optional<State> Read() {
    const size_t before = diagnostics_.size();
    ReadTop();
    if (!format_error_.empty()) {
      diagnostics_.AddError(kInvalid, format_error_);
      return std::nullopt;
    }
    for (auto& [name, output] : outputs_) AddOutput(name, output);
    if (diagnostics_.size() > before) return std::nullopt;
    return std::move(state_);
  }

 private:
  // ---- Members of the expected kind. A null is as good as nothing; the first error is kept.

  bool Is(JsonKind kind, std::string_view field) {
    const JsonKind found = json_.Peek();
    if (found == kind) return true;
    json_.Take();
    if (found != JsonKind::kNull) Mistake(field, ToString(found));
    return false;
  }

  void Mistake(std::string_view field, std::string_view found) {
    if (!format_error_.empty()) return;
    format_error_ = Format("The state file field {} has invalid value {}", hcl::GoQuoted(field), found);
  }

  void ReadText(std::string& out, std::string_view field) {
    if (Is(JsonKind::kString, field)) out = json_.TakeString();
  }

  void ReadNumber(uint64_t& out, std::string_view field) {
    if (!Is(JsonKind::kNumber, field)) return;
    const std::string_view text = json_.Take();
    const auto number = ParseInt<uint64_t>(text);
    if (number) out = *number;
    if (!number) Mistake(field, Format("number {}", text));
  }

  void ReadBool(bool& out, std::string_view field) {
    if (Is(JsonKind::kBool, field)) out = json_.TakeBool();
  }

  JsonText TakeText() { return {.owner = text_, .text = json_.Take(), .laid_out = laid_out_}; }

  void ReadUnknown(UnknownMembers& out, std::string_view name) {
    std::string own(name);
    out.emplace_back(std::move(own), TakeText());
  }

  // ---- The file from the outside in.

  void ReadTop() {
    json_.EnterObject();
    while (const auto name = json_.NextName()) {
      if (*name == "version") {
        json_.Take();
      } else if (*name == "terraform_version") {
        ReadText(state_.terraform_version, *name);
      } else if (*name == "serial") {
        ReadNumber(state_.serial, *name);
      } else if (*name == "lineage") {
        ReadText(state_.lineage, *name);
      } else if (*name == "outputs") {
        ReadOutputs();
      } else if (*name == "resources") {
        ReadResources();
      } else if (*name == "check_results") {
        ReadChecks();
      } else {
        ReadUnknown(state_.unknown, *name);
      }
    }
    if (!state_.terraform_version.empty() && !IsVersion(state_.terraform_version)) {
      diagnostics_.AddError(
          "Invalid Terraform version string",
          Format(
              "State file claims to have been written by Terraform version {}, which is not a valid version "
              "string.",
              hcl::GoQuoted(state_.terraform_version)));
    }
  }

  void ReadOutputs() {
    if (!Is(JsonKind::kObject, "outputs")) return;
    json_.EnterObject();
    while (const auto name = json_.NextName()) {
      RawOutput& output = outputs_[std::string(*name)];
      if (!Is(JsonKind::kObject, "outputs")) continue;
      json_.EnterObject();
      while (const auto member = json_.NextName()) {
        if (*member == "value") {
          output.value = json_.Take();
        } else if (*member == "type") {
          output.type = json_.Take();
        } else if (*member == "sensitive") {
          ReadBool(output.sensitive, "outputs.sensitive");
        } else {
          json_.Take();
        }
      }
    }
  }

  void AddOutput(const std::string& name, const RawOutput& raw) {
    Result<hcl::Type> type = Fail(ErrorCode::kInvalid, "EOF");
    if (!raw.type.empty()) {
      const Result<data::Json> json = data::ParseJson(raw.type);
      type = json ? hcl::Type::FromJson(*json) : std::unexpected(json.error());
      if (!type && raw.type.starts_with('"')) {
        type = Fail(ErrorCode::kInvalid, Format("invalid primitive type name {}", raw.type));
      }
    }
    if (!type) {
      return diagnostics_.AddError(
          "Invalid output value type in state",
          Format("The state file has an invalid type specification for output {}: {}.", hcl::GoQuoted(name),
                 type.error().message));
    }
    Result<hcl::Value> value = Fail(ErrorCode::kInvalid, "EOF");
    if (!raw.value.empty()) value = hcl::FromJsonText(raw.value, *type, {.bytes_max = kStateBytesMax});
    if (!value) {
      return diagnostics_.AddError("Invalid output value saved in state",
                                   Format("The state file has an invalid value for output {}: {}.",
                                          hcl::GoQuoted(name), value.error().message));
    }
    state_.outputs[name] = {.value = std::move(*value), .sensitive = raw.sensitive};
  }

  void ReadResources() {
    if (!Is(JsonKind::kArray, "resources")) return;
    json_.EnterArray();
    while (json_.NextElement()) {
      RawResource raw;
      if (!Is(JsonKind::kObject, "resources")) continue;
      json_.EnterObject();
      while (const auto name = json_.NextName()) ReadResourceMember(raw, *name);
      AddResource(raw);
    }
  }

  void ReadResourceMember(RawResource& raw, std::string_view name) {
    if (name == "module") {
      ReadText(raw.module, "resources.module");
    } else if (name == "mode") {
      ReadText(raw.mode, "resources.mode");
    } else if (name == "type") {
      ReadText(raw.type, "resources.type");
    } else if (name == "name") {
      ReadText(raw.name, "resources.name");
    } else if (name == "provider") {
      ReadText(raw.provider, "resources.provider");
    } else if (name == "each") {
      json_.Take();
    } else if (name == "instances") {
      ReadInstances(raw);
    } else {
      ReadUnknown(raw.unknown, name);
    }
  }

  void ReadInstances(RawResource& raw) {
    if (!Is(JsonKind::kArray, "resources.instances")) return;
    json_.EnterArray();
    while (json_.NextElement()) {
      RawInstance& instance = raw.instances.emplace_back();
      if (!Is(JsonKind::kObject, "resources.instances")) continue;
      json_.EnterObject();
      while (const auto name = json_.NextName()) ReadInstanceMember(instance, *name);
    }
  }

  void ReadInstanceMember(RawInstance& raw, std::string_view name) {
    InstanceObject& object = raw.object;
    if (name == "attributes") {
      object.attributes = TakeText();
    } else if (name == "schema_version") {
      ReadNumber(object.schema_version, "resources.instances.schema_version");
    } else if (name == "sensitive_attributes") {
      ReadPaths(json_.Take(), object.sensitive, diagnostics_);
    } else if (name == "dependencies") {
      ReadDependencies(object.dependencies);
    } else if (name == "private") {
      ReadPrivate(object.private_bytes);
    } else if (name == "index_key") {
      raw.index_key = json_.Take();
    } else if (name == "status") {
      ReadText(raw.status, "resources.instances.status");
    } else if (name == "deposed") {
      ReadText(raw.deposed, "resources.instances.deposed");
    } else if (name == "create_before_destroy") {
      ReadBool(object.create_before_destroy, "resources.instances.create_before_destroy");
    } else if (name == "attributes_flat") {
      if (Is(JsonKind::kObject, "resources.instances.attributes_flat")) object.attributes_flat = TakeText();
    } else {
      ReadUnknown(object.unknown, name);
    }
  }

  void ReadPrivate(std::string& out) {
    if (!Is(JsonKind::kString, "resources.instances.private")) return;
    auto bytes = hcl::DecodeBase64(json_.TakeString());
    if (bytes) {
      out = std::move(*bytes);
    } else if (format_error_.empty()) {
      format_error_ = Format(
          "The state file does not conform to the expected JSON data structure: illegal base64 data at input "
          "byte {}.",
          bytes.error());
    }
  }

  void ReadDependencies(std::vector<ConfigResource>& out) {
    constexpr std::string_view kField = "resources.instances.dependencies";
    if (!Is(JsonKind::kArray, kField)) return;
    json_.EnterArray();
    while (json_.NextElement()) {
      if (!Is(JsonKind::kString, kField)) continue;
      const std::string_view quoted = json_.Take();
      auto [known, is_new] = dependencies_.try_emplace(quoted);
      if (is_new) {
        const auto address = ParseResourceAddress(UnquoteJson(quoted));
        if (!address) {
          diagnostics_.AddError(address.error().summary, address.error().detail);
          dependencies_.erase(known);
          continue;
        }
        known->second = address->config();
      }
      out.push_back(known->second);
    }
  }

  // ---- What was read, put together.

  void AddResource(RawResource& raw) {
    ResourceMode mode = ResourceMode::kManaged;
    if (raw.mode == "data") {
      mode = ResourceMode::kData;
    } else if (raw.mode != "managed") {
      return diagnostics_.AddError(
          "Invalid resource mode in state",
          Format("State contains a resource with mode {} ({} {}) which is not supported.",
                 hcl::GoQuoted(raw.mode), hcl::GoQuoted(raw.type), hcl::GoQuoted(raw.name)));
    }
    if (raw.module != module_text_) {
      auto module = raw.module.empty() ? ModuleInstance() : ParseModuleInstance(raw.module);
      if (!module) return diagnostics_.AddError(module.error().summary, module.error().detail);
      module_ = std::move(*module);
      module_text_ = raw.module;
    }
    const ResourceAddress address{module_, ResourceName(mode, raw.type, raw.name)};
    const std::optional<ProviderConfigAddress> provider = ProviderOf(raw.provider, address);
    if (!provider) return;
    ResourceState& resource = state_.resources.try_emplace(state_.resources.end(), address)->second;
    resource.provider = *provider;
    resource.unknown = std::move(raw.unknown);
    for (RawInstance& instance : raw.instances) AddInstance(address, resource, instance);
  }

  std::optional<ProviderConfigAddress> ProviderOf(const std::string& text, const ResourceAddress& address) {
    if (text.empty()) return ProviderConfigAddress();
    auto [known, is_new] = providers_.try_emplace(text);
    if (!is_new) return known->second;
    const auto parsed = ParseProviderConfigAddress(text);
    if (!parsed) {
      providers_.erase(known);
      std::string detail = Format("The state says that {} belongs to the provider {}. {}", address.ToString(),
                                  hcl::GoQuoted(text), parsed.error().detail);
      if (text.contains("provider.")) {
        detail +=
            " Terraform 0.12 wrote states like that: apply once with Terraform 0.13, which upgrades it.";
      }
      diagnostics_.AddError(parsed.error().summary, std::move(detail));
      return std::nullopt;
    }
    return known->second = *parsed;
  }

  std::optional<InstanceKey> KeyOf(const ResourceAddress& address, std::string_view json) {
    if (json.empty() || json == "null") return InstanceKey();
    if (json[0] == '"') return InstanceKey::String(UnquoteJson(json));
    if (const auto number = ParseInt<int64_t>(json)) return InstanceKey::Int(*number);
    const double number = std::strtod(std::string(json).c_str(), nullptr);
    if ((json[0] == '-' || (json[0] >= '0' && json[0] <= '9')) && std::abs(number) < 9e18) {
      return InstanceKey::Int(int64_t(number));
    }
    diagnostics_.AddError(
        kBadMetadata,
        Format("Resource {} has an instance with the invalid instance key {}.", address.ToString(), json));
    return std::nullopt;
  }

  void AddInstance(const ResourceAddress& address, ResourceState& resource, RawInstance& raw) {
    const std::optional<InstanceKey> key = KeyOf(address, raw.index_key);
    if (!key) return;
    const auto name = [&] { return address.ToString() + key->ToString(); };
    if (raw.status == "tainted") {
      raw.object.status = ObjectStatus::kTainted;
    } else if (!raw.status.empty()) {
      return diagnostics_.AddError(
          kBadMetadata, Format("Instance {} has invalid status {}.", name(), hcl::GoQuoted(raw.status)));
    }
    InstanceObject& object = raw.object;
    if (object.attributes.empty() && object.attributes_flat.empty()) object.attributes = JsonText::Of("{}");
    InstanceState& instance = resource.instances.try_emplace(resource.instances.end(), *key)->second;
    constexpr char kDuplicate[] = "Duplicate resource instance in state";
    if (!raw.deposed.empty()) {
      if (raw.deposed.size() != 8) {
        return diagnostics_.AddError(
            kBadMetadata,
            Format("Instance {} has an object with deposed key {}, which is not correctly formatted.", name(),
                   hcl::GoQuoted(raw.deposed)));
      }
      ObjectRef& deposed = instance.deposed[raw.deposed];
      if (deposed) {
        return diagnostics_.AddError(
            kDuplicate, Format("Instance {} deposed object {} appears multiple times in the state file.",
                               name(), hcl::GoQuoted(raw.deposed)));
      }
      deposed = std::make_shared<const InstanceObject>(std::move(object));
      return;
    }
    if (instance.current) {
      return diagnostics_.AddError(kDuplicate,
                                   Format("Instance {} appears multiple times in the state file.", name()));
    }
    instance.current = std::make_shared<const InstanceObject>(std::move(object));
  }

  void ReadChecks() {
    if (!Is(JsonKind::kArray, "check_results")) return;
    json_.EnterArray();
    while (json_.NextElement()) {
      if (!Is(JsonKind::kObject, "check_results")) continue;
      CheckResult result;
      json_.EnterObject();
      while (const auto name = json_.NextName()) {
        if (*name == "object_kind") {
          ReadText(result.kind, "check_results.object_kind");
        } else if (*name == "config_addr") {
          ReadText(result.address, "check_results.config_addr");
        } else if (*name == "status") {
          ReadText(result.status, "check_results.status");
        } else if (*name == "objects") {
          ReadCheckObjects(result);
        } else {
          json_.Take();
        }
      }
      constexpr std::string_view kKinds[] = {"resource", "output", "check", "var"};
      if (std::ranges::find(kKinds, result.kind) == std::end(kKinds)) continue;  // of a later version
      result.status = KnownStatus(result.status);
      state_.check_results.push_back(std::move(result));
    }
  }

  static std::string KnownStatus(const std::string& status) {
    return status == "pass" || status == "fail" || status == "error" ? status : "unknown";
  }

  void ReadCheckObjects(CheckResult& result) {
    if (!Is(JsonKind::kArray, "check_results.objects")) return;
    json_.EnterArray();
    while (json_.NextElement()) {
      if (!Is(JsonKind::kObject, "check_results.objects")) continue;
      CheckObject& object = result.objects.emplace_back();
      json_.EnterObject();
      while (const auto name = json_.NextName()) {
        if (*name == "object_addr") {
          ReadText(object.address, "check_results.objects.object_addr");
        } else if (*name == "status") {
          ReadText(object.status, "check_results.objects.status");
        } else if (*name == "failure_messages") {
          ReadMessages(object.failure_messages);
        } else {
          json_.Take();
        }
      }
      object.status = KnownStatus(object.status);
    }
  }

  void ReadMessages(std::vector<std::string>& out) {
    constexpr std::string_view kField = "check_results.objects.failure_messages";
    if (!Is(JsonKind::kArray, kField)) return;
    json_.EnterArray();
    while (json_.NextElement()) ReadText(out.emplace_back(), kField);
  }

  std::shared_ptr<const std::string> text_;
  bool laid_out_;
  JsonReader json_;
  hcl::Diagnostics& diagnostics_;
  std::string format_error_;  // the first one
  std::map<std::string, RawOutput> outputs_;
  std::unordered_map<std::string_view, ConfigResource> dependencies_;
  std::unordered_map<std::string, ProviderConfigAddress> providers_;
  std::string module_text_;
  ModuleInstance module_;
  State state_;
};

// The format version that `text`, which is JSON, says it has; nothing, and errors, if it says none.
std::optional<uint64_t> VersionOf(std::string_view text, bool laid_out, std::string& writer,
                                  hcl::Diagnostics& diagnostics) {
  JsonReader json(text, laid_out);
  std::string_view version;
  std::string found;
  if (const JsonKind kind = json.Peek(); kind != JsonKind::kObject) {
    if (kind != JsonKind::kNull) found = ToString(kind);
  } else {
    json.EnterObject();
    while (const auto name = json.NextName()) {
      const JsonKind member = json.Peek();
      if (*name == "version" && member != JsonKind::kNull) {
        version = json.Take();
        found = member == JsonKind::kNumber ? Format("number {}", version) : std::string(ToString(member));
      } else if (*name == "terraform_version" && member == JsonKind::kString) {
        writer = json.TakeString();
      } else {
        json.Take();
      }
      if (version == "4") break;  // the rest is not needed
    }
  }
  if (const auto number = ParseInt<uint64_t>(version)) return number;
  if (!found.empty()) {
    diagnostics.AddError(
        kUnsupported,
        Format("The version in the state file is {}. A positive whole number is required.", found));
  }
  if (version.empty()) {
    diagnostics.AddError(
        kUnsupported,
        "The state file does not have a \"version\" attribute, which is required to identify "
        "the format version.");
  }
  return std::nullopt;
}

std::string WhyUnsupported(uint64_t version, const std::string& writer) {
  if (version == 0) {
    return "The state file uses JSON syntax but has a version number of zero. There was never a JSON-based "
           "state format zero, so this state file is invalid and cannot be processed.";
  }
  if (version < 4) {
    return Format(
        "The state file uses format version {}, which Terraform wrote before version 0.12. To continue, let "
        "Terraform 1.x upgrade it: \"terraform apply -refresh-only\" writes it in format version 4.",
        version);
  }
  std::string detail =
      Format("The state file uses format version {}, which is not supported by {}.", version, kWriter);
  return detail +=
         IsVersion(writer)
             ? Format(" This state file was created by Terraform {}.", writer)
             : std::string(" This state file may have been created by a newer version of Terraform.");
}

}  // namespace

std::optional<State> ReadState(std::shared_ptr<const std::string> text, hcl::Diagnostics& diagnostics) {
  if (text->starts_with("tfstate")) {
    diagnostics.AddError(
        kUnsupported,
        "The state is stored in a legacy binary format that is not supported since Terraform "
        "v0.7. To continue, first upgrade the state using Terraform 0.6.16 or earlier.");
    return std::nullopt;
  }
  const JsonCheck check = CheckJson(*text);
  if (check.error_offset) {
    diagnostics.AddError(kUnsupported,
                         Format("The state file could not be parsed as JSON: syntax error at byte offset {}.",
                                *check.error_offset));
    return std::nullopt;
  }
  std::string writer;
  const auto version = VersionOf(*text, check.laid_out, writer, diagnostics);
  if (!version) return std::nullopt;
  if (*version != 4) {
    diagnostics.AddError(kUnsupported, WhyUnsupported(*version, writer));
    return std::nullopt;
  }
  return Reader(std::move(text), check.laid_out, diagnostics).Read();
}

std::optional<State> ReadState(std::string text, hcl::Diagnostics& diagnostics) {
  return ReadState(std::make_shared<const std::string>(std::move(text)), diagnostics);
}

}  // namespace cairn::state
