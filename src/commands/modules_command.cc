#include <string>
#include <vector>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/modules.h"
#include "commands/run_commands.h"
#include "commands/tree_text.h"
#include "registry/module_manifest.h"
#include "view/json_writer.h"

namespace cairn::commands {
namespace {

// Where the module comes from, as init has written it down; what the call says of it otherwise.
registry::ModuleRecord RecordOf(const registry::ModuleManifest& manifest, const config::Config& config) {
  const auto found = manifest.find(ManifestKey(config.path));
  return found != manifest.end() ? found->second : registry::ModuleRecord{.source = config.call->source};
}

std::vector<TreeNode> Tree(const registry::ModuleManifest& manifest, const config::Config& config) {
  std::vector<TreeNode> nodes;
  for (const auto& [name, child] : config.children) {
    const registry::ModuleRecord record = RecordOf(manifest, *child);
    std::string label = Format("\"{}\"[{}]", name, record.source);
    if (!record.version.empty()) label += " " + record.version;
    if (!record.version.empty() && !child->call->version.empty())
      label += Format(" ({})", child->call->version);
    nodes.push_back({.label = std::move(label), .children = Tree(manifest, *child)});
  }
  return nodes;
}

std::string AsJson(const registry::ModuleManifest& manifest, const config::Config& root) {
  view::JsonWriter json;
  json.BeginObject();
  json.Member("format_version", "1.0");
  if (root.children.empty()) {
    json.RawMember("modules", "null");
  } else {
    json.Key("modules");
    json.BeginArray();
    root.Visit([&](const config::Config& config) {
      if (config.parent == nullptr) return;
      const registry::ModuleRecord record = RecordOf(manifest, config);
      json.BeginObject();
      json.Member("key", config.call->name);
      json.Member("source", record.source);
      json.Member("version", record.version);
      json.EndObject();
    });
    json.EndArray();
  }
  json.EndObject();
  return json.Take() + "\n";
}

}  // namespace

int RunModules(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool as_json = false;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& flags) { flags.Add("json", as_json, "one JSON object instead of text"); };
  if (!ParsePlain(screen, words, "modules", code, add, &arguments)) return code;
  if (!arguments.empty()) {
    return ReportUsage(screen, "modules", "Too many command line arguments",
                       "Expected no positional arguments");
  }
  Session session(environment, screen, {.lock = false, .may_be_empty = true, .input = false});
  if (!session.LoadConfig()) return 1;
  const auto manifest = registry::ReadModuleManifest(environment.DataFolder());
  if (!manifest) {
    screen.ReportError("Failed to read what init has installed", manifest.error().message);
    return 1;
  }
  const config::Config& root = session.config();
  if (as_json) {
    screen.Print(AsJson(*manifest, root));
  } else if (root.children.empty()) {
    screen.Print("No modules found in configuration.\n");
  } else {
    screen.Print("\nModules declared by configuration:\n" + TreeText(Tree(*manifest, root)) + "\n");
  }
  return 0;
}

}  // namespace cairn::commands
