#include "commands/variables.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "config/files.h"
#include "hcl/body.h"

namespace cairn::commands {
namespace {

using infra::GivenVariables;

// Whose bodies the values came from need not be kept: values own what they are.
void ReadVariableFile(const std::string& path, bool required, const config::Module& root,
                      GivenVariables& variables, hcl::Diagnostics& diagnostics) {
  Result<std::string> text = ReadFile(path, config::kConfigFileBytesMax);
  if (!text) {
    if (!required && text.error().code == ErrorCode::kNotFound) return;
    diagnostics.AddError(
        "Failed to read variables file",
        Format("Given variables file {} does not exist or cannot be read: {}.", path, text.error().message));
    return;
  }
  hcl::ParsedBody parsed = hcl::ParseBody(std::make_shared<const hcl::Source>(path, std::move(*text)));
  const bool wrong = parsed.diagnostics.has_errors();
  diagnostics.Append(std::move(parsed.diagnostics));
  if (wrong) return;
  for (const hcl::Argument& argument : parsed.body.JustAttributes(diagnostics)) {
    const std::string name(argument.name());
    const hcl::Value value = argument.expression().EvaluateLiteral(diagnostics);
    if (!root.variables.contains(name)) {
      diagnostics.AddWarning(
          "Value for undeclared variable",
          Format("The root module does not declare a variable named {:?} but a value was found in file "
                 "{:?}. If you meant to use this value, add a \"variable\" block to the configuration.\n\n"
                 "To silence these warnings, use TF_VAR_... environment variables to provide certain "
                 "\"global\" settings to all configurations in your organization. To reduce the verbosity "
                 "of these warnings, use the -compact-warnings option.",
                 name, path));
      continue;
    }
    variables[name] = {.value = value, .origin = path};
  }
}

void ReadVariableFlag(const std::string& flag, const config::Module& root, GivenVariables& variables,
                      hcl::Diagnostics& diagnostics) {
  const size_t equals = flag.find('=');
  if (equals == std::string::npos) {
    diagnostics.AddError(
        "Invalid -var option",
        Format("The given -var option {:?} is not correctly specified. Must be a variable name and value "
               "separated by an equals sign, like -var=\"key=value\".",
               flag));
    return;
  }
  const std::string name(Trim(flag.substr(0, equals)));
  if (!root.variables.contains(name)) {
    diagnostics.AddError(
        "Value for undeclared variable",
        Format("A variable named {:?} was assigned on the command line, but the root module does not declare "
               "a variable of that name. To use this value, add a \"variable\" block to the configuration.",
               name));
    return;
  }
  variables[name] = {.value = hcl::Value::String(flag.substr(equals + 1)),
                     .is_text = true,
                     .origin = Format("-var=\"{}=...\"", name)};
}

}  // namespace

infra::GivenVariables GatherVariables(const config::Module& root, const std::vector<std::string>& environment,
                                      const std::vector<VariableFlag>& flags, hcl::Diagnostics& diagnostics) {
  constexpr std::string_view kPrefix = "TF_VAR_";
  GivenVariables variables;
  for (const std::string& entry : environment) {
    const size_t equals = entry.find('=');
    if (!entry.starts_with(kPrefix) || equals == std::string::npos) continue;
    const std::string name = entry.substr(kPrefix.size(), equals - kPrefix.size());
    if (!root.variables.contains(name)) continue;
    variables[name] = {.value = hcl::Value::String(entry.substr(equals + 1)),
                       .is_text = true,
                       .origin = Format("the {} environment variable", entry.substr(0, equals))};
  }
  ReadVariableFile("terraform.tfvars", false, root, variables, diagnostics);
  ReadVariableFile("terraform.tfvars.json", false, root, variables, diagnostics);
  std::vector<std::string> names = config::DiskFiles().List(".").value_or(std::vector<std::string>());
  std::ranges::sort(names);
  for (const std::string& name : names) {
    if (name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json")) {
      ReadVariableFile(name, true, root, variables, diagnostics);
    }
  }
  ReadVariableFlags(flags, root, variables, diagnostics);
  return variables;
}

void ReadVariableFlags(const std::vector<VariableFlag>& flags, const config::Module& root,
                       GivenVariables& variables, hcl::Diagnostics& diagnostics) {
  for (const VariableFlag& flag : flags) {
    if (flag.is_file) {
      ReadVariableFile(flag.value, true, root, variables, diagnostics);
    } else {
      ReadVariableFlag(flag.value, root, variables, diagnostics);
    }
  }
}

}  // namespace cairn::commands
