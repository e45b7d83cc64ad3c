#include "infra/testing/fixture.h"

#include "base/strings.h"
#include "hcl/path.h"

namespace cairn::infra {

Result<std::vector<std::string>> MemoryConfigFiles::List(const std::string& folder) const {
  std::vector<std::string> names;
  for (const auto& [path, text] : files_) {
    const std::string parent = hcl::FolderName(path);
    if (parent == hcl::CleanPath(folder)) names.emplace_back(hcl::BaseName(path));
  }
  if (names.empty()) return Fail(ErrorCode::kNotFound, "no such folder: " + folder);
  return names;
}

Result<std::string> MemoryConfigFiles::Read(const std::string& path) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return Fail(ErrorCode::kNotFound, "no such file: " + path);
  return found->second;
}

struct EngineFixture::Loaded {
  std::unique_ptr<const config::Config> config;
  SchemaSource schemas;
  ConfigGraph graph;
  std::unique_ptr<ProviderPool> providers;
};

EngineFixture::EngineFixture() {
  surroundings_.functions = &functions_;
}

std::unique_ptr<EngineFixture::Loaded> EngineFixture::Load(hcl::Diagnostics& diagnostics) {
  auto loaded = std::make_unique<Loaded>();
  loaded->config = config::LoadConfig(MemoryConfigFiles(files_), "", config::ResolveLocalModule, diagnostics);
  loaded->schemas.Add("registry.terraform.io/hashicorp/test", FakeSchemas());
  loaded->graph = BuildConfigGraph(*loaded->config, loaded->schemas, ProvidersOf(state_), diagnostics);
  loaded->providers =
      std::make_unique<ProviderPool>([this](const std::string&) { return StartFake(world_); });
  return loaded;
}

OperationInput EngineFixture::InputOf(Loaded& loaded) {
  return {.loop = loop_,
          .config = *loaded.config,
          .graph = loaded.graph,
          .schemas = loaded.schemas,
          .providers = *loaded.providers,
          .surroundings = surroundings_,
          .variables = variables_,
          .observer = observer_,
          .terraform_version = "1.11.4"};
}

PlanOutcome EngineFixture::Plan(PlanOptions options) {
  hcl::Diagnostics diagnostics;
  const auto loaded = Load(diagnostics);
  if (diagnostics.has_errors()) return {.plan = {.errored = true}, .diagnostics = std::move(diagnostics)};
  return loop_.Run(MakePlan(InputOf(*loaded), state_, std::move(options)));
}

ApplyOutcome EngineFixture::Apply(PlanOptions options) {
  PlanOutcome planned = Plan(std::move(options));
  if (planned.diagnostics.has_errors())
    return {.state = state_, .diagnostics = std::move(planned.diagnostics)};
  hcl::Diagnostics diagnostics;
  const auto loaded = Load(diagnostics);
  ApplyOptions apply{.new_deposed_key = [this] { return Format("{:08x}", ++deposed_); }};
  ApplyOutcome outcome =
      loop_.Run(ApplyPlan(InputOf(*loaded), planned.plan, planned.refreshed, std::move(apply)));
  state_ = outcome.state;
  return outcome;
}

std::string EngineFixture::Actions(const plan::Plan& plan) {
  std::string text;
  for (const plan::ResourceChange& change : plan.resources) {
    if (change.change.action == plan::Action::kNoOp) continue;
    const std::string_view action = change.change.action == plan::Action::kCreateThenDelete
                                        ? "create-then-delete"
                                        : ToString(change.change.action);
    text += Format("{}{} {}", text.empty() ? "" : ", ", action, change.address.ToString());
    if (!change.deposed.empty()) text += " deposed";
  }
  return text;
}

std::string EngineFixture::Summaries(const hcl::Diagnostics& diagnostics) {
  std::string text;
  for (const hcl::Diagnostic& one : diagnostics) text += Format("{}: {}\n", one.summary, one.detail);
  return text;
}

}  // namespace cairn::infra
