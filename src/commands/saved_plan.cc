#include "commands/saved_plan.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/convert.h"
#include "hcl/value_json.h"

namespace cairn::commands {

Result<std::vector<std::string>> RecordingFiles::List(const std::string& folder) const {
  return config::DiskFiles().List(folder);
}

Result<std::string> RecordingFiles::Read(const std::string& path) const {
  Result<std::string> text = config::DiskFiles().Read(path);
  if (text) texts_[path] = *text;
  return text;
}

Result<std::vector<std::string>> SavedFiles::List(const std::string& folder) const {
  const std::string prefix = folder.empty() || folder == "." ? "" : folder + "/";
  std::vector<std::string> names;
  for (const auto& [path, text] : saved_.files) {
    if (!path.starts_with(prefix)) continue;
    const std::string name = path.substr(prefix.size());
    if (name.find('/') == std::string::npos) names.push_back(name);
  }
  return names;
}

Result<std::string> SavedFiles::Read(const std::string& path) const {
  const auto found = saved_.files.find(path);
  if (found == saved_.files.end()) return Fail(ErrorCode::kNotFound, path + " is not in the saved plan");
  return found->second;
}

config::ModuleResolver SavedModules(const infra::SavedPlan& saved) {
  return [&saved](const state::ModulePath& path, const config::Config& /*parent*/,
                  const config::ModuleCall& call) -> config::ResolvedModule {
    const auto found = saved.modules.find(path.ToString());
    if (found == saved.modules.end()) {
      return std::unexpected(
          config::ModuleNotInstalled(call, path.ToString() + " is not in the saved plan."));
    }
    return found->second;
  };
}

std::map<std::string, std::string> ModuleFolders(const config::Config& root) {
  std::map<std::string, std::string> folders;
  root.Visit([&](const config::Config& config) {
    if (config.parent != nullptr) folders[config.path.ToString()] = config.module->folder;
  });
  return folders;
}

namespace {

std::string Shown(const hcl::Value& value, bool sensitive) {
  if (sensitive) return "(sensitive value)";
  return hcl::ToJsonText(value.WithoutMarksWithin()).value_or("(unknown)");
}

// What a flag gives must be what the plan was made with.
void CheckGiven(const config::Variable& variable, const plan::Variable& saved,
                const infra::GivenVariable& given, hcl::Diagnostics& diagnostics) {
  const hcl::Value read = given.is_text ? infra::ReadVariableText(variable, given, diagnostics) : given.value;
  const auto value = hcl::Convert(read, variable.constraint.type);
  const auto planned = hcl::Convert(saved.value, variable.constraint.type);
  if (value && planned && *value == *planned) return;
  const bool hidden = saved.sensitive || variable.sensitive;
  diagnostics.AddError(
      "Can't change variable when applying a saved plan",
      Format("The variable {} cannot be set using the -var and -var-file options when applying a saved plan "
             "file, because a saved plan includes the variable values that were set when it was created. The "
             "saved plan specifies {} as the value whereas during apply the value {} was set by {}. To "
             "declare an ephemeral variable which is not saved in the plan file, use ephemeral = true.",
             variable.name, Shown(saved.value, hidden), Shown(value ? *value : read, hidden),
             given.is_text ? "a CLI argument" : "a .tfvars file passed through -var-file argument"));
}

}  // namespace

infra::GivenVariables SavedVariables(const infra::SavedPlan& saved, const config::Module& root,
                                     const std::vector<VariableFlag>& flags, hcl::Diagnostics& diagnostics) {
  infra::GivenVariables given;
  ReadVariableFlags(flags, root, given, diagnostics);
  infra::GivenVariables variables;
  for (const auto& [name, variable] : root.variables) {
    const auto planned = std::ranges::find(saved.plan.variables, name, &plan::Variable::name);
    const auto flag = given.find(name);
    if (planned != saved.plan.variables.end()) {
      if (flag != given.end()) CheckGiven(variable, *planned, flag->second, diagnostics);
      variables[name] = {.value = planned->value, .origin = "the saved plan"};
    } else if (flag != given.end()) {
      variables[name] = flag->second;
    }
  }
  return variables;
}

std::string TimeText(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[sizeof "2026-11-28T01:02:03Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::optional<std::chrono::system_clock::time_point> ParseTime(const std::string& text) {
  std::tm utc{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&utc));
}

std::optional<infra::SavedPlan> LoadPlan(const std::string& path, Screen& screen) {
  const auto fail = [&](const std::string& why) {
    screen.ReportError(Format("Failed to load \"{}\" as a plan file", path), "Error: " + why + ".");
    return std::nullopt;
  };
  const Result<std::string> text = ReadFile(path, infra::kPlanFileBytesMax);
  if (!text) return fail(text.error().message);
  Result<infra::SavedPlan> saved = infra::ReadPlanFile(*text);
  if (!saved) return fail(saved.error().message);
  return std::move(*saved);
}

}  // namespace cairn::commands
