#include <algorithm>
#include <vector>

#include "commands/command_line.h"
#include "commands/run_commands.h"
#include "data/json.h"
#include "hcl/file_reader.h"
#include "hcl/functions.h"
#include "view/json_writer.h"

namespace cairn::commands {
namespace {

hcl::BuiltinFunctions AllFunctions() {
  return hcl::BuiltinFunctions({.files = std::make_shared<hcl::DiskReader>(),
                                .now = [] { return std::chrono::system_clock::now(); },
                                .plan_time = std::chrono::system_clock::now(),
                                .random = [](std::span<uint8_t>) {}});
}

// As far as it follows from the parameters' types alone.
hcl::Type ReturnType(const hcl::Function& function) {
  if (!function.type) return hcl::Type::Dynamic();
  if (function.lazy) return function.type({}).value_or(hcl::Type::Dynamic());
  std::vector<hcl::Parameter> parameters = function.parameters;
  if (function.rest) parameters.push_back(*function.rest);
  std::vector<hcl::Value> arguments;
  for (const hcl::Parameter& parameter : parameters) {
    if (parameter.type.IsDynamic() && !parameter.allow_dynamic) return hcl::Type::Dynamic();
    arguments.push_back(hcl::Value::Unknown(parameter.type));
  }
  return function.type(arguments).value_or(hcl::Type::Dynamic());
}

void Add(view::JsonWriter& json, const hcl::Parameter& parameter) {
  json.BeginObject();
  json.Member("name", parameter.name);
  if (parameter.allow_null) json.Member("is_nullable", true);
  json.RawMember("type", data::SerializeJson(parameter.type.ToJson()));
  json.EndObject();
}

void Add(view::JsonWriter& json, const hcl::Function& function) {
  json.BeginObject();
  json.OptionalMember("description", function.description);
  json.OptionalMember("deprecation_message", function.deprecation);
  json.RawMember("return_type", data::SerializeJson(ReturnType(function).ToJson()));
  if (!function.parameters.empty()) {
    json.Key("parameters");
    json.BeginArray();
    for (const hcl::Parameter& parameter : function.parameters) Add(json, parameter);
    json.EndArray();
  }
  if (function.rest) {
    json.Key("variadic_parameter");
    Add(json, *function.rest);
  }
  json.EndObject();
}

}  // namespace

int RunMetadataFunctions(const Environment&, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool as_json = false;
  const auto add = [&](Flags& flags) { flags.Add("json", as_json, "as JSON; required"); };
  if (!ParsePlain(screen, words, "metadata functions", code, add)) return code;
  if (!as_json) {
    screen.PrintError("The `cairn metadata functions` command requires the `-json` flag.\n");
    return 1;
  }
  const hcl::BuiltinFunctions functions = AllFunctions();
  std::vector<std::string> names;
  for (const std::string_view name : functions.Names()) {
    names.emplace_back(name);
    names.push_back("core::" + std::string(name));
  }
  std::ranges::sort(names);
  view::JsonWriter json(/*for_html=*/true);
  json.BeginObject();
  json.Member("format_version", "1.0");
  json.Key("function_signatures");
  json.BeginObject();
  for (const std::string& name : names) {
    json.Key(name);
    Add(json, *functions.Find(name));
  }
  json.EndObject();
  json.EndObject();
  screen.Print(json.Take() + "\n");
  return 0;
}

}  // namespace cairn::commands
