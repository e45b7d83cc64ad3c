#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/strings.h"
#include "infra/moves.h"

namespace cairn::infra {
namespace {

struct Words {
  std::string_view noun, short_noun;
};

Words WordsOf(MoveKind kind) {
  switch (kind) {
    case MoveKind::kCall:
      return {"module call", "call"};
    case MoveKind::kModule:
      return {"module instance", "instance"};
    case MoveKind::kResource:
      return {"resource", "resource"};
    case MoveKind::kInstance:
      return {"resource instance", "instance"};
  }
  return {};
}

// `main.tf:3,1`
std::string StartOf(const hcl::SourceRange& range) {
  const hcl::Position start = range.start_position();
  return Format("{}:{},{}", range.source->name(), start.line, start.column);
}

struct EndpointHash {
  size_t operator()(const MoveEndpoint& endpoint) const { return endpoint.Hash(); }
};

class Checker {
 public:
  Checker(const Moves& moves, const ModuleRun& root, const IsDeclared& declared)
      : moves_(moves), root_(root), declared_(declared) {}

  hcl::Diagnostics Check() {
    for (const MoveStatement& statement : moves_.statements) {
      for (const ModuleRun* run : RunsOf(*statement.declaring)) {
        CheckOne(statement, statement.from.In(run->address), statement.to.In(run->address));
      }
    }
    if (!diagnostics_.has_errors()) CheckCycles();
    return std::move(diagnostics_);
  }

 private:
  struct Other {
    MoveEndpoint end;
    hcl::SourceRange range;
  };
  using Ends = std::unordered_map<MoveEndpoint, Other, EndpointHash>;

  const std::vector<const ModuleRun*>& RunsOf(const config::Config& config) {
    const auto [found, added] = runs_.try_emplace(&config);
    if (!added) return found->second;
    std::vector<const ModuleRun*> runs;
    if (config.parent == nullptr) {
      runs.push_back(&root_);
    } else {
      for (const ModuleRun* parent : RunsOf(*config.parent)) {
        const auto call = parent->calls.find(config.call->name);
        if (call == parent->calls.end()) continue;
        for (const auto& [key, run] : call->second.instances) runs.push_back(run.get());
      }
    }
    return runs_[&config] = std::move(runs);
  }

  void CheckOne(const MoveStatement& statement, const MoveEndpoint& from, const MoveEndpoint& to) {
    if (from == to) {
      diagnostics_.AddError("Redundant move statement",
                            Format("This statement declares a move from {} to the same address, which is the "
                                   "same as not declaring this move at all.",
                                   from.ToAddressString()),
                            statement.range);
      return;
    }
    const auto [noun, short_noun] = WordsOf(from.kind);
    if (const auto place = PlaceOf(from)) {
      diagnostics_.AddError(
          "Moved object still exists",
          Format("This statement declares a move from {}, but that {} is still declared at {}.\n\nChange "
                 "your configuration so that this {} will be declared as {} instead.",
                 from.ToAddressString(), noun, StartOf(*place), short_noun, to.ToAddressString()),
          statement.range);
    }
    const auto [known_from, new_from] = by_from_.try_emplace(from, Other{to, statement.range});
    if (!new_from && !(known_from->second.end == to)) {
      Ambiguous(statement,
                Format("{} declared that {} moved to {}, but this statement instead declares that "
                       "it moved to {}.\n\nEach {} can move to only one destination {}.",
                       StartOf(known_from->second.range), from.ToAddressString(),
                       known_from->second.end.ToAddressString(), to.ToAddressString(), noun, short_noun));
    }
    const auto [known_to, new_to] = by_to_.try_emplace(to, Other{from, statement.range});
    if (!new_to && !(known_to->second.end == from)) {
      Ambiguous(statement, Format("{} declared that {} moved to {}, but this statement instead declares that "
                                  "{} moved there.\n\nEach {} can have moved from only one source {}.",
                                  StartOf(known_to->second.range), known_to->second.end.ToAddressString(),
                                  to.ToAddressString(), from.ToAddressString(), noun, short_noun));
    }
  }

  void Ambiguous(const MoveStatement& statement, const std::string& detail) {
    diagnostics_.AddError("Ambiguous move statements", "A statement at " + detail, statement.range);
  }

  // Where the configuration has it, if it does.
  std::optional<hcl::SourceRange> PlaceOf(const MoveEndpoint& end) const {
    const bool module = IsModuleMove(end.kind);
    const ModuleRun* run = FindRun(root_, module ? end.module.Parent() : end.module);
    if (run == nullptr) return std::nullopt;
    const bool is_instance = end.kind == MoveKind::kModule || end.kind == MoveKind::kInstance;
    const auto place = [&](const auto& block) {
      const hcl::Expression& repeats = block.for_each ? block.for_each : block.count;
      return is_instance && repeats ? repeats.range() : block.range;
    };
    if (module) {
      const auto call = run->config->module->calls.find(end.module.steps().back().name);
      if (call == run->config->module->calls.end()) return std::nullopt;
      if (is_instance && FindRun(root_, end.module) == nullptr) return std::nullopt;
      return place(call->second);
    }
    const auto resource = run->config->module->resources.find(end.resource);
    if (resource == run->config->module->resources.end()) return std::nullopt;
    if (is_instance && !declared_({end.module, end.resource, end.key})) return std::nullopt;
    return place(resource->second);
  }

  void CheckCycles() {
    for (const auto& cycle : OrderMoves(moves_.statements).Cycles()) {
      std::vector<std::string> lines;
      for (const graph::NodeIndex node : cycle) {
        const MoveStatement& statement = moves_.statements[node];
        lines.push_back(Format("\n  - {}: {} → {}", StartOf(statement.range), statement.from.ToString(),
                               statement.to.ToString()));
      }
      std::ranges::sort(lines);
      std::string list;
      for (const std::string& line : lines) list += line;
      diagnostics_.AddError("Cyclic dependency in move statements",
                            "The following chained move statements form a cycle, and so there is no final "
                            "location to move objects to:" +
                                list +
                                "\n\nA chain of move statements must end with an address that doesn't appear "
                                "in any other statements, and which typically also refers to an object still "
                                "declared in the configuration.");
    }
  }

  const Moves& moves_;
  const ModuleRun& root_;
  const IsDeclared& declared_;
  hcl::Diagnostics diagnostics_;
  std::unordered_map<const config::Config*, std::vector<const ModuleRun*>> runs_;
  Ends by_from_, by_to_;
};

}  // namespace

hcl::Diagnostics CheckMoves(const Moves& moves, const ModuleRun& root, const IsDeclared& declared,
                            bool failed) {
  hcl::Diagnostics diagnostics = Checker(moves, root, declared).Check();
  if (diagnostics.has_errors() || failed || moves.blocked.empty()) return diagnostics;
  std::string list;
  for (const auto& [what, wanted] : moves.blocked) {
    list += Format("\n  - {} could not move to {}", what, wanted);
  }
  diagnostics.AddWarning(
      "Unresolved resource instance address changes",
      "Terraform tried to adjust resource instance addresses in the prior state based on change information "
      "recorded in the configuration, but some adjustments did not succeed due to existing objects already "
      "at the intended addresses:" +
          list +
          "\n\nTerraform has planned to destroy these objects. If Terraform's proposed changes aren't "
          "appropriate, you must first resolve the conflicts using the \"terraform state\" subcommands and "
          "then create a new plan.");
  return diagnostics;
}

}  // namespace cairn::infra
