#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/run_commands.h"
#include "commands/tree_text.h"
#include "config/providers.h"
#include "data/json.h"
#include "hcl/schema_json.h"
#include "view/json_writer.h"

namespace cairn::commands {
namespace {

// What the module asks for itself, and then what those that it calls do.
std::vector<TreeNode> Tree(const config::Config& config, hcl::Diagnostics& diagnostics) {
  const config::Config alone{
      .path = config.path, .module = config.module, .parent = config.parent, .call = config.call};
  std::vector<TreeNode> nodes;
  for (const auto& [address, required] : config::NeededProviders(alone, diagnostics)) {
    const std::string constraints = registry::ToString(required);
    nodes.push_back({.label = Format("provider[{}]{}{}", registry::ToString(address),
                                     constraints.empty() ? "" : " ", constraints)});
  }
  for (const auto& [name, child] : config.children)
    nodes.push_back({.label = "module." + name, .children = Tree(*child, diagnostics)});
  return nodes;
}

void Add(view::JsonWriter& json, const provider::FunctionParameter& parameter) {
  json.BeginObject();
  json.Member("name", parameter.name);
  json.OptionalMember("description", parameter.description);
  if (parameter.allow_null) json.Member("is_nullable", true);
  json.RawMember("type", data::SerializeJson(parameter.type.ToJson()));
  json.EndObject();
}

void Add(view::JsonWriter& json, const provider::FunctionSignature& function) {
  json.BeginObject();
  json.OptionalMember("description", function.description);
  json.OptionalMember("summary", function.summary);
  json.OptionalMember("deprecation_message", function.deprecation_message);
  json.RawMember("return_type", data::SerializeJson(function.result.ToJson()));
  if (!function.parameters.empty()) {
    json.Key("parameters");
    json.BeginArray();
    for (const provider::FunctionParameter& parameter : function.parameters) Add(json, parameter);
    json.EndArray();
  }
  if (function.variadic) {
    json.Key("variadic_parameter");
    Add(json, *function.variadic);
  }
  json.EndObject();
}

// Writes what one provider offers; each error is a clause.
class SchemaWriter {
 public:
  SchemaWriter(view::JsonWriter& json, const provider::Schemas& schemas) : json_(json), schemas_(schemas) {}

  Result<> Write(bool is_builtin) {
    json_.BeginObject();
    json_.Key("provider");
    // What is built in cannot be configured.
    const Result<> configuration = is_builtin ? WriteEmpty() : WriteOne(provider::SchemaKind::kProvider, "");
    if (!configuration) return configuration;
    using Kind = provider::SchemaKind;
    for (const auto& [name, kind] :
         {std::pair("resource_schemas", Kind::kResource), std::pair("data_source_schemas", Kind::kDataSource),
          std::pair("ephemeral_resource_schemas", Kind::kEphemeral)}) {
      if (const Result<> written = WriteAll(name, kind); !written) return written;
    }
    if (const Result<> written = WriteFunctions(); !written) return written;
    json_.EndObject();
    return {};
  }

 private:
  Result<> WriteEmpty() {
    json_.Raw(R"({"version":0})");
    return {};
  }

  Result<> WriteOne(provider::SchemaKind kind, std::string_view type) {
    const auto schema = schemas_.Find(kind, type);
    if (!schema) return std::unexpected(schema.error());
    json_.BeginObject();
    json_.Member("version", (*schema)->version);
    json_.RawMember("block", data::SerializeJson(hcl::ToJson(*(*schema)->block)));
    json_.EndObject();
    return {};
  }

  Result<> WriteAll(std::string_view name, provider::SchemaKind kind) {
    const std::vector<std::string_view> types = schemas_.TypeNames(kind);
    if (types.empty()) return {};
    json_.Key(name);
    json_.BeginObject();
    for (const std::string_view type : types) {
      json_.Key(type);
      if (const Result<> written = WriteOne(kind, type); !written) return written;
    }
    json_.EndObject();
    return {};
  }

  Result<> WriteFunctions() {
    const std::vector<std::string_view> names = schemas_.FunctionNames();
    if (names.empty()) return {};
    json_.Key("functions");
    json_.BeginObject();
    for (const std::string_view name : names) {
      const auto function = schemas_.FindFunction(name);
      if (!function) return std::unexpected(function.error());
      json_.Key(name);
      Add(json_, **function);
    }
    json_.EndObject();
    return {};
  }

  view::JsonWriter& json_;
  const provider::Schemas& schemas_;
};

// Of the configuration and of the state, by their addresses in full.
std::set<std::string> ProvidersOf(const Session& session, hcl::Diagnostics& diagnostics) {
  std::set<std::string> names;
  for (const auto& [address, required] : config::NeededProviders(session.config(), diagnostics))
    names.insert(registry::ToString(address));
  for (const state::ProviderConfigAddress& address : infra::ProvidersOf(session.state()))
    names.insert(address.provider());
  return names;
}

}  // namespace

int RunProviders(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  std::string test_folder;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& flags) {
    flags.Add("test-directory", test_folder, "accepted, and means nothing: files of tests are not looked at");
  };
  if (!ParsePlain(screen, words, "providers", code, add, &arguments)) return code;
  if (HasArguments(screen, arguments)) return 1;
  Session session(environment, screen, {.lock = false, .may_be_empty = true, .input = false});
  if (!session.LoadConfig()) return 1;
  if (session.config().module->files.empty()) {
    SayError(screen, "No configuration files",
             Format("The directory {} contains no Terraform configuration files.", environment.folder));
    return 1;
  }
  hcl::Diagnostics diagnostics;
  const std::vector<TreeNode> tree = Tree(session.config(), diagnostics);
  screen.Report(diagnostics);
  if (diagnostics.has_errors() || !session.OpenState("")) return 1;
  screen.Print("\nProviders required by configuration:\n" + TreeText(tree) + "\n");
  std::set<std::string> of_state;
  for (const state::ProviderConfigAddress& address : infra::ProvidersOf(session.state()))
    of_state.insert(address.provider());
  if (!of_state.empty()) screen.Print("Providers required by state:\n\n");
  for (const std::string& provider : of_state) screen.Print(Format("    provider[{}]\n\n", provider));
  return 0;
}

int RunProvidersSchema(const Environment& environment, Screen& screen,
                       const std::vector<std::string>& words) {
  int code = 0;
  bool as_json = false;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& flags) { flags.Add("json", as_json, "as JSON; required"); };
  if (!ParsePlain(screen, words, "providers schema", code, add, &arguments)) return code;
  if (HasArguments(screen, arguments)) return 1;
  if (!as_json) {
    screen.PrintError("The `terraform providers schema` command requires the `-json` flag.\n\n");
    return 1;
  }
  Session session(environment, screen, {.lock = false, .may_be_empty = true, .input = false});
  if (!session.LoadConfig() || !session.OpenState("") || !session.StartProviders()) return 1;
  session.CloseProviders();
  hcl::Diagnostics diagnostics;
  const std::set<std::string> providers = ProvidersOf(session, diagnostics);
  view::JsonWriter json;
  json.BeginObject();
  json.Member("format_version", "1.0");
  if (!providers.empty()) {
    json.Key("provider_schemas");
    json.BeginObject();
  }
  for (const std::string& provider : providers) {
    json.Key(provider);
    const auto address = registry::ParseProviderAddress(provider);
    const provider::Schemas* const schemas = session.schemas().Find(provider);
    if (schemas == nullptr) continue;  // which StartProviders has refused
    if (const Result<> written = SchemaWriter(json, *schemas).Write(address && address->IsBuiltIn());
        !written) {
      SayError(screen, "Failed to load plugin schemas", Format("{}: {}", provider, written.error().message));
      return 1;
    }
  }
  if (!providers.empty()) json.EndObject();
  json.EndObject();
  screen.Print(json.Take() + "\n");
  return 0;
}

}  // namespace cairn::commands
