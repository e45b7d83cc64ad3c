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
      : graph_(graph), draw_cycles_(draw_cycles) {
    for (const infra::Object& object : graph_.objects) names_.push_back(NameOf(object));
  }

  std::string Draw() {
    edges_ = graph_.graph;
    for (NodeIndex node = 0; node < graph_.objects.size(); ++node) {
      const std::optional<NodeIndex> provider = graph_.objects[node].provider_node;
      if (provider) users_[*provider].push_back(node);
      Show(node);
    }
    return Finish();
  }

  // What destroys all of `state`: dependents first. Of the configuration that is what providers need, and the
  // outputs, which go.
  std::string DrawDestruction(const state::State& state) {
    edges_ = graph::Graph(graph_.objects.size());
    std::map<state::ConfigResource, NodeIndex> destroyers;
    for (const auto& [address, resource] : state.resources) {
      const state::ConfigResource destroyed = address.config();
      if (destroyers.contains(destroyed)) continue;
      const NodeIndex node = AddNode("[root] " + destroyed.ToString() + " (destroy)");
      destroyers.emplace(destroyed, node);
      Show(node, destroyed.ToString(), "box");
      const std::optional<NodeIndex> provider = graph_.FindProvider(resource.provider);
      if (!provider) continue;
      edges_.Add(node, *provider);
      users_[*provider].push_back(node);
    }
    for (const auto& [address, resource] : state.resources) {
      const auto node = destroyers.find(address.config());
      if (node == destroyers.end()) continue;
      for (const auto& [key, instance] : resource.instances) {
        if (!instance.current) continue;
        for (const state::ConfigResource& dependency : instance.current->dependencies) {
          const auto other = destroyers.find(dependency);
          if (other != destroyers.end()) edges_.Add(other->second, node->second);
        }
      }
    }
    KeepConfig();
    return Finish();
  }

 private:
  static std::string NameOf(const infra::Object& object) {
    if (object.kind == ObjectKind::kModuleEnd && object.config->path.IsRoot()) return "[root] root";
    return "[root] " + object.ToString() + (object.kind == ObjectKind::kResource ? " (expand)" : "");
  }

  NodeIndex AddNode(std::string name) {
    names_.push_back(std::move(name));
    return edges_.AddNode();
  }

  void Show(NodeIndex node) {
    const infra::Object& object = graph_.objects[node];
    if (object.kind == ObjectKind::kResource) Show(node, object.ToString(), "box");
    if (object.kind == ObjectKind::kProvider) Show(node, object.ToString(), "diamond");
    const bool is_input = object.kind == ObjectKind::kVariable && object.config->path.IsRoot();
    if (is_input) Show(node, object.ToString(), "note");
  }

  void Show(NodeIndex node, std::string_view label, std::string_view shape) {
    nodes_.insert(
        Format("\t\t{} [label = {}, shape = \"{}\"]\n", Quoted(names_[node]), Quoted(label), shape));
  }

  void KeepConfig() {
    std::vector<NodeIndex> providers;
    for (const auto& [provider, users] : users_) providers.push_back(provider);
    const std::vector<bool> kept = graph_.graph.Reachable(providers);
    for (NodeIndex node = 0; node < kept.size(); ++node) {
      const infra::Object& object = graph_.objects[node];
      if (object.kind == ObjectKind::kOutput && object.config->path.IsRoot()) edges_.Add(kRoot, node);
      if (!kept[node]) continue;
      Show(node);
      for (const NodeIndex other : graph_.graph.needs(node)) edges_.Add(node, other);
    }
  }

  // A provider is closed when all that use it are done, and then everything is.
  void CloseProviders() {
    for (const auto& [provider, users] : users_) {
      const NodeIndex close = AddNode(names_[provider] + " (close)");
      edges_.Add(close, provider);
      edges_.Add(kRoot, close);
      for (const NodeIndex user : users) edges_.Add(close, user);
    }
  }

  std::string Finish() {
    CloseProviders();
    edges_.Normalize();
    const auto cycles = edges_.Cycles();
    for (size_t i = 0; i < cycles.size(); ++i) {
      for (const NodeIndex node : cycles[i]) cycle_of_[node] = i;
    }
    if (cycles.empty()) edges_ = graph::Reduced(edges_);
    std::set<std::string> lines;
    for (NodeIndex node = 0; node < names_.size(); ++node) {
      for (const NodeIndex other : edges_.needs(node)) lines.insert(Edge(node, other));
    }
    std::string text = "digraph {\n\tcompound = \"true\"\n\tnewrank = \"true\"\n\tsubgraph \"root\" {\n";
    for (const std::string& one : nodes_) text += one;
    for (const std::string& one : lines) text += one;
    return text + "\t}\n}\n";
  }

  std::string Edge(NodeIndex node, NodeIndex other) const {
    const auto from = cycle_of_.find(node), to = cycle_of_.find(other);
    const bool in_cycle = from != cycle_of_.end() && to != cycle_of_.end() && from->second == to->second;
    return Format("\t\t{} -> {}{}\n", Quoted(names_[node]), Quoted(names_[other]),
                  in_cycle && draw_cycles_ ? " [color = \"red\", penwidth = \"2.0\"]" : "");
  }

  static constexpr NodeIndex kRoot = 0;  // the root module's end

  const infra::ConfigGraph& graph_;
  const bool draw_cycles_;
  graph::Graph edges_;
  std::vector<std::string> names_;
  std::set<std::string> nodes_;                        // lines
  std::map<NodeIndex, std::vector<NodeIndex>> users_;  // of a provider
  std::map<NodeIndex, size_t> cycle_of_;
};

constexpr std::string_view kDestroy = "plan-destroy";

// Whether there is a drawing of that type; if not, that is said.
bool IsType(Screen& screen, const std::string& type) {
  if (type.empty() || type == "plan" || type == "plan-refresh-only" || type == "apply" || type == kDestroy) {
    return true;
  }
  if (type == "validate" || type == "eval") {
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
    flags.Add("type", type,
              "of which operation: plan, plan-refresh-only, plan-destroy, apply; none: resources alone");
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
  if (!session.LoadConfig() || (type == kDestroy && !session.OpenState("graph"))) return 1;
  if (!session.StartProviders()) return 1;
  session.CloseProviders();
  const bool ok = session.BuildGraph();
  if (!ok && (type.empty() || !draw_cycles)) return 1;
  if (type.empty()) {
    screen.Print(ResourceDrawing(session.graph()).Draw(session.config()));
  } else {
    OperationDrawing drawing(session.graph(), draw_cycles);
    screen.Print(type == kDestroy ? drawing.DrawDestruction(session.state()) : drawing.Draw());
  }
  return ok ? 0 : 1;
}

}  // namespace cairn::commands
