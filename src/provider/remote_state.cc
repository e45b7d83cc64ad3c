#include "provider/remote_state.h"

#include <map>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace cairn::provider::remote_state {
namespace {

using hcl::Type;
using hcl::Value;

Diagnostics ErrorOf(std::string summary, std::string detail, std::string_view attribute) {
  return {{.summary = std::move(summary),
           .detail = std::move(detail),
           .attribute = {hcl::PathStep::Attribute(attribute)}}};
}

// What `config` says about the attribute; null if it says nothing.
const Value& At(const Value& config, std::string_view name) {
  return *config.Find(name);
}

// `outputs`, and the defaults of those that are not there.
Value WithDefaults(const Value& outputs, const Value& defaults) {
  std::map<std::string, Value, std::less<>> all;
  const auto add = [&](const Value& object) {
    for (size_t i = 0; i < object.size(); ++i)
      all.insert_or_assign(std::string(object.name(i)), object.elements()[i]);
  };
  if (!defaults.IsNull()) add(defaults);
  add(outputs);
  std::vector<hcl::NamedValue> attributes;
  for (auto& [name, value] : all) attributes.push_back({name, std::move(value)});
  return Value::Object(std::move(attributes));
}

Value WithOutputs(const Value& config, const Value& outputs) {
  std::vector<hcl::NamedValue> attributes;
  for (size_t i = 0; i < config.size(); ++i) {
    const std::string_view name = config.name(i);
    attributes.push_back({std::string(name), name == "outputs" ? outputs : config.elements()[i]});
  }
  return Value::Object(std::move(attributes));
}

}  // namespace

std::shared_ptr<const hcl::BlockSchema> MakeSchema() {
  std::vector<hcl::AttributeSchema> attributes(5);
  attributes[0] = {.name = "backend",
                   .type = Type::String(),
                   .required = true,
                   .markdown = true,
                   .description = "Where the state is kept: `local`, `http` or `s3`."};
  attributes[1] = {.name = "config",
                   .type = Type::Dynamic(),
                   .optional = true,
                   .markdown = true,
                   .description = "What a `backend` block for it would hold."};
  attributes[2] = {.name = "defaults",
                   .type = Type::Dynamic(),
                   .optional = true,
                   .markdown = true,
                   .description = "Values for outputs that the state lacks."};
  attributes[3] = {.name = "outputs",
                   .type = Type::Dynamic(),
                   .computed = true,
                   .markdown = true,
                   .description = "All outputs of the state's root module."};
  attributes[4] = {.name = "workspace",
                   .type = Type::String(),
                   .optional = true,
                   .markdown = true,
                   .description = "The workspace whose state it is."};
  return std::make_shared<const hcl::BlockSchema>(hcl::MakeBlockSchema(std::move(attributes)));
}

Diagnostics Validate(const Value& config, const RemoteStates& states) {
  constexpr const char* kSummary = "Invalid backend configuration";
  const Value& defaults = At(config, "defaults");
  if (defaults.HasContent() && !defaults.type().Is(hcl::TypeKind::kObject)) {
    return ErrorOf("Invalid default values", "Defaults must be given in an object value.", "defaults");
  }
  const Value& backend = At(config, "backend");
  if (!backend.HasContent()) return {};
  const std::string name(backend.AsString());
  if (!states.Knows(name)) {
    return ErrorOf(kSummary, Format("There is no backend type named \"{}\".", name), "backend");
  }
  const Value& settings = At(config, "config");
  if (!settings.IsKnown()) return {};
  const Result<> checked = states.Check(name, settings);
  if (checked) return {};
  return ErrorOf(
      kSummary,
      Format("The given configuration is not valid for backend \"{}\": {}.", name, checked.error().message),
      "config");
}

net::Task<ReadDataSourceResponse> Read(ReadDataSourceRequest request, RemoteStates& states) {
  const Value& config = request.config;
  ReadDataSourceResponse response{.state = config, .diagnostics = Validate(config, states)};
  if (HasErrors(response.diagnostics)) co_return response;
  const std::string backend(At(config, "backend").AsString());
  const Value& given = At(config, "workspace");
  const std::string workspace(given.IsNull() ? "default" : given.AsString());
  const auto outputs = co_await states.Outputs(backend, At(config, "config"), workspace);
  if (!outputs) {
    response.diagnostics = {{.summary = outputs.error().message}};
  } else if (!*outputs) {
    response.diagnostics =
        ErrorOf("Unable to find remote state",
                "No stored state was found for the given workspace in the given backend.", "workspace");
  } else {
    response.state = WithOutputs(config, WithDefaults(**outputs, At(config, "defaults")));
  }
  co_return response;
}

}  // namespace cairn::provider::remote_state
