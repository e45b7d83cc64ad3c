#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/run_commands.h"
#include "graph/reduction.h"
#include "hcl/quote.h"

namespace cairn::commands {
namespace {

using graph::NodeIndex;
using infra::ObjectKind;

std::string Quoted(std::string_view text) {
  return hcl::GoQuoted(text);
}

// The summary: resources, and which of them need which, by whatever way.
class ResourceDrawing {
 public:
  explicit ResourceDrawing(const infra::ConfigGraph& graph) : graph_(graph) {}

  std::string Draw(const config::Config& root) {
    std::string text =
        "digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n";
    const auto keeps = [this](NodeIndex node) { return graph_.objects[node].kind == ObjectKind::kResource; };
    for (NodeIndex node = 0; node < graph_.objects.size(); ++node) {
      const infra::Object& object = graph_.objects[node];
      if (keeps(node)) modules_[object.config].emplace(object.resource->name.ToString(), node);
    }
    if (modules_.empty()) {
      text += "  /* This configuration does not contain any resources.         */\n";
      text += "  /* For a more detailed graph, try: terraform graph -type=plan */\n";
    }
    edges_ = graph::Reduced(graph::Contracted(graph_.graph, keeps));
    root.Visit([&](const config::Config& config) { text += Nodes(config); });
    root.Visit([&](const config::Config& config) { text += Edges(config); });
    return text + "}\n";
  }

 private:
  std::string NameOf(NodeIndex node) const {
    const infra::Object& object = graph_.objects[node];
    const std::string name = object.resource->name.ToString();
    return Quoted(object.config->path.IsRoot() ? name : object.config->path.ToString() + "." + name);
  }

  std::string Nodes(const config::Config& config) const {
    const auto found = modules_.find(&config);
    if (found == modules_.end()) return {};
    const bool is_root = config.path.IsRoot();
    const std::string indent = is_root ? "  " : "    ";
    std::string text;
    for (const auto& [name, node] : found->second)
      text += Format("{}{} [label={}];\n", indent, NameOf(node), Quoted(name));
    if (is_root) return text;
    const std::string path = config.path.ToString();
    return Format("  subgraph {} {{\n    label = {}\n    fontname = \"sans-serif\"\n{}  }}\n",
                  Quoted("cluster_" + path), Quoted(path), text);
  }

  std::string Edges(const config::Config& config) const {
    const auto found = modules_.find(&config);
    if (found == modules_.end()) return {};
    std::string text;
    for (const auto& [name, node] : found->second) {
      std::set<std::string> others;
      for (const NodeIndex other : edges_.needs(node)) others.insert(NameOf(other));
      for (const std::string& other : others) text += Format("  {} -> {};\n", NameOf(node), other);
    }
    return text;
  }

  const infra::ConfigGraph& graph_;
  std::map<const config::Config*, std::map<std::string, NodeIndex>> modules_;
  graph::Graph edges_;
};

// Everything that is evaluated, in Terraform's names.
class OperationDrawing {
 public:
  OperationDrawing(const infra::ConfigGraph& graph, bool draw_cycles)
      : objects_(graph.objects), edges_(graph.graph), draw_cycles_(draw_cycles) {}

  std::string Draw() {
    for (const infra::Object& object : objects_) names_.push_back(NameOf(object));
    CloseProviders();
    edges_.Normalize();
    const auto cycles = edges_.Cycles();
    for (size_t i = 0; i < cycles.size(); ++i) {
      for (const NodeIndex node : cycles[i]) cycle_of_[node] = i;
    }
    if (cycles.empty()) edges_ = graph::Reduced(edges_);
    std::set<std::string> nodes, lines;
    for (NodeIndex node = 0; node < names_.size(); ++node) {
      if (node < objects_.size()) nodes.insert(Node(objects_[node], names_[node]));
      for (const NodeIndex other : edges_.needs(node)) lines.insert(Edge(node, other));
    }
    nodes.erase("");
    std::string text = "digraph {\n\tcompound = \"true\"\n\tnewrank = \"true\"\n\tsubgraph \"root\" {\n";
    for (const std::string& one : nodes) text += one;
    for (const std::string& one : lines) text += one;
    return text + "\t}\n}\n";
  }

 private:
  static std::string NameOf(const infra::Object& object) {
    if (object.kind == ObjectKind::kModuleEnd && object.config->path.IsRoot()) return "[root] root";
    return "[root] " + object.ToString() + (object.kind == ObjectKind::kResource ? " (expand)" : "");
  }

  // A provider is closed when all that use it are done, and then everything is.
  void CloseProviders() {
    std::map<NodeIndex, NodeIndex> closes;
    for (NodeIndex node = 0; node < objects_.size(); ++node) {
      const std::optional<NodeIndex> provider = objects_[node].provider_node;
      if (!provider) continue;
      auto found = closes.find(*provider);
      if (found == closes.end()) {
        found = closes.emplace(*provider, edges_.AddNode()).first;
        names_.push_back(names_[*provider] + " (close)");
        edges_.Add(found->second, *provider);
        edges_.Add(0, found->second);  // the root's end comes first
      }
      edges_.Add(found->second, node);
    }
  }

  static std::string Node(const infra::Object& object, const std::string& name) {
    std::string label = object.ToString();
    std::string_view shape;
    if (object.kind == ObjectKind::kResource) shape = "box";
    if (object.kind == ObjectKind::kProvider) shape = "diamond";
    if (object.kind == ObjectKind::kVariable && object.config->path.IsRoot()) shape = "note";
    if (shape.empty()) return {};
    return Format("\t\t{} [label = {}, shape = \"{}\"]\n", Quoted(name), Quoted(label), shape);
  }

  std::string Edge(NodeIndex node, NodeIndex other) const {
    const auto from = cycle_of_.find(node), to = cycle_of_.find(other);
    const bool in_cycle = from != cycle_of_.end() && to != cycle_of_.end() && from->second == to->second;
    return Format("\t\t{} -> {}{}\n", Quoted(names_[node]), Quoted(names_[other]),
                  in_cycle && draw_cycles_ ? " [color = \"red\", penwidth = \"2.0\"]" : "");
  }

  const std::vector<infra::Object>& objects_;
  graph::Graph edges_;
  const bool draw_cycles_;
  std::vector<std::string> names_;
  std::map<NodeIndex, size_t> cycle_of_;
};

// Whether there is a drawing of that type; if not, that is said.
bool IsType(Screen& screen, const std::string& type) {
  if (type.empty() || type == "plan" || type == "plan-refresh-only" || type == "apply") return true;
  if (type == "plan-destroy") {
    SayError(screen, "Unsupported graph type",
             "Cairn does not draw the graph of a destruction: it is that of -type=plan turned round.");
  } else if (type == "validate" || type == "eval") {
    SayError(screen, "Graph type no longer available",
             Format("The graph type \"{}\" is no longer available. Use -type=plan instead to get a similar "
                    "result.",
                    type));
  } else {
    SayError(screen, "Unsupported graph type",
             "The -type=... argument must be either \"plan\", \"plan-refresh-only\", \"plan-destroy\", or "
             "\"apply\".");
  }
  return false;
}

}  // namespace

int RunGraph(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool draw_cycles = false;
  std::string type, plan, depth;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& flags) {
    flags.Add("type", type, "of which operation: plan, plan-refresh-only, apply; none: resources alone");
    flags.Add("plan", plan, "of the configuration of a saved plan, as -type=apply");
    flags.Add("draw-cycles", draw_cycles, "draw cycles red, with -type");
    flags.Add("module-depth", depth, "accepted, and means nothing, as in Terraform");
  };
  if (!ParsePlain(screen, words, "graph", code, add, &arguments)) return code;
  if (HasArguments(screen, arguments)) return 1;
  if (!plan.empty() && type.empty()) type = "apply";
  if (!IsType(screen, type)) return 1;
  std::optional<infra::SavedPlan> saved;
  if (!plan.empty() && !(saved = LoadPlan(plan, screen))) return 1;
  Session session(environment, screen,
                  {.lock = false, .may_be_empty = true, .input = false, .saved = saved ? &*saved : nullptr});
  if (!session.LoadConfig() || !session.StartProviders()) return 1;
  session.CloseProviders();
  const bool ok = session.BuildGraph();
  if (!ok && (type.empty() || !draw_cycles)) return 1;
  screen.Print(type.empty() ? ResourceDrawing(session.graph()).Draw(session.config())
                            : OperationDrawing(session.graph(), draw_cycles).Draw());
  return ok ? 0 : 1;
}

}  // namespace cairn::commands
