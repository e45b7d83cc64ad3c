#include "commands/show_plan.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "base/strings.h"
#include "commands/config_json.h"
#include "commands/operation_run.h"
#include "commands/saved_plan.h"
#include "commands/session.h"
#include "view/human_plan.h"
#include "view/plan_json.h"
#include "view/state_view.h"

namespace cairn::commands {
namespace {

// With the variables that no plan keeps, where nobody has set them.
plan::Plan WithDefaults(plan::Plan plan, const config::Module& root) {
  for (const auto& [name, variable] : root.variables) {
    if (!variable.ephemeral || !variable.default_value) continue;
    plan.variables.push_back({.name = name, .value = variable.default_value->WithoutMarksWithin()});
  }
  std::ranges::sort(plan.variables, {}, &plan::Variable::name);
  return plan;
}

Result<std::string> PlanJson(const Session& session, const infra::SavedPlan& saved, const plan::Plan& plan) {
  std::string state;
  // The peer counts outputs that are known while planning to the state before it.
  state::State prior = WithKnownOutputs(saved.refreshed, plan, *session.config().module);
  prior.terraform_version = kTerraformVersion;
  prior.check_results.clear();  // nor does it say what became of conditions then
  if (!prior.empty()) {
    Result<std::string> written = view::WriteStateJson(prior, session.ResourceSchemas());
    if (!written) return written;
    state = std::move(*written);
  }
  const std::string configuration = WriteConfigJson(session.config(), session.schemas());
  return view::WritePlanJson(WithDefaults(plan, *session.config().module),
                             {.prior_state = state, .configuration = configuration}) +
         "\n";
}

}  // namespace

bool IsPlan(const std::string& path) {
  char begin[16] = {};
  std::ifstream file(path, std::ios::binary);
  file.read(begin, sizeof begin);
  const std::string_view text(begin, size_t(file.gcount()));
  return infra::IsPlanFile(text) || text.starts_with("PK");
}

int ShowSavedPlan(const Environment& environment, Screen& screen, const std::string& path, bool json) {
  const auto saved = LoadPlan(path, screen);
  if (!saved) return 1;
  Session session(environment, screen, {.lock = false, .input = false, .saved = &*saved});
  session.UseState(saved->refreshed);
  if (!session.LoadConfig() || !session.StartProviders()) return 1;
  plan::Plan plan = saved->plan;
  const Result<> fits = infra::AddSchemas(session.schemas(), plan);
  const Result<std::string> text = !fits  ? Result<std::string>(std::unexpected(fits.error()))
                                   : json ? PlanJson(session, *saved, plan)
                                          : Result<std::string>(view::RenderPlan(plan, screen.style()));
  session.CloseProviders();
  if (!text) {
    screen.ReportError("Failed to show the plan", text.error().message + ".");
    return 1;
  }
  screen.Print(*text);
  return 0;
}

}  // namespace cairn::commands
