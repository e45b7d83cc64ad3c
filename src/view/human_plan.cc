#include "view/human_plan.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "hcl/quote.h"
#include "view/change_comment.h"
#include "view/diff.h"
#include "view/diff_render.h"

namespace cairn::view {
namespace {

using plan::Action;
using plan::Mode;

std::string RenderChange(const plan::ResourceChange& change, const Diff& diff, bool drift,
                         const HumanStyle& style) {
  const Colours colours(style.colour);
  const bool data = change.address.resource.mode() == state::ResourceMode::kData;
  DiffStyle diff_style;
  diff_style.show_unchanged = change.change.importing.has_value();
  return colours(ChangeComment(change, drift)) +
         Format("{} {} \"{}\" \"{}\" ", ActionSymbol(change.change.action, colours),
                data ? "data" : "resource", change.address.resource.type(), change.address.resource.name()) +
         RenderDiff(diff, colours, diff_style);
}

Diff DiffOf(const plan::ResourceChange& change, const Relevance& relevance = {}) {
  // What is forgotten stays what it is.
  const bool forget = change.change.action == Action::kForget;
  return CompareBlocks(change.change.before, forget ? change.change.before : change.change.after,
                       *change.schema, change.required_replace, relevance);
}

// Whether anything is to be said about it.
bool IsShown(const plan::ResourceChange& change) {
  if (change.change.action == Action::kNoOp) return change.IsMoved() || change.change.importing.has_value();
  return change.change.action != Action::kDelete ||
         change.address.resource.mode() == state::ResourceMode::kManaged;
}

class PlanRenderer {
 public:
  PlanRenderer(const plan::Plan& plan, const HumanStyle& style)
      : plan_(plan), style_(style), colours_(style.colour), outputs_(RenderOutputs()) {
    for (const plan::ResourceChange& change : plan.resources) {
      if (!IsShown(change)) continue;
      shown_.push_back(&change);
      if (change.change.action != Action::kNoOp) ++counts_[change.change.action];
    }
  }

  std::string Render();

 private:
  void AddDrift();
  void AddNothing();
  void AddNoChangesAfterDrift();
  void AddLegend();
  void AddChanges();
  void AddSummary();
  void AddOutputs();
  std::string RenderOutputs() const;
  bool HasChanges() const;
  Relevance RelevanceOf(const plan::ResourceChange& drift) const;
  size_t Count(Action action) const {
    const auto at = counts_.find(action);
    return at == counts_.end() ? 0 : at->second;
  }
  void Rule() { out_ += HorizontalRule(style_) + "\n"; }
  void Wrapped(std::string_view text) { out_ += WordWrap(text, style_.width) + "\n"; }

  const plan::Plan& plan_;
  const HumanStyle& style_;
  Colours colours_;
  std::string outputs_;
  std::vector<const plan::ResourceChange*> shown_;
  std::map<Action, size_t> counts_;
  bool drifted_ = false;  // and it was shown
  std::string out_;
};

std::string PlanRenderer::Render() {
  AddDrift();
  if (shown_.empty() && outputs_.empty()) {
    AddNothing();
    return std::move(out_);
  }
  if (drifted_) Rule();
  AddLegend();
  AddChanges();
  AddOutputs();
  return std::move(out_);
}

Relevance PlanRenderer::RelevanceOf(const plan::ResourceChange& drift) const {
  if (plan_.mode == Mode::kRefreshOnly) return {};
  Relevance relevance{.all = false};
  for (const plan::RelevantAttribute& attribute : plan_.relevant_attributes) {
    if (attribute.resource == drift.address) relevance.paths.push_back(&attribute.path);
  }
  return relevance;
}

bool PlanRenderer::HasChanges() const {
  return !outputs_.empty() || std::ranges::any_of(plan_.resources, [](const auto& change) {
    return change.IsMoved() || change.change.action != Action::kNoOp;
  });
}

void PlanRenderer::AddDrift() {
  std::string text;
  for (const plan::ResourceChange& change : plan_.drift) {
    const Relevance relevance = RelevanceOf(change);
    if (!relevance.all && relevance.paths.empty()) continue;
    const Diff diff = DiffOf(change, relevance);
    if (plan_.mode != Mode::kRefreshOnly && diff.action == Action::kNoOp) continue;
    drifted_ = true;
    if (change.change.action == Action::kNoOp && !change.IsMoved()) continue;
    text += "\n" + RenderChange(change, diff, true, style_) + "\n";
  }
  drifted_ = drifted_ && (HasChanges() || plan_.mode == Mode::kRefreshOnly);
  if (!drifted_) return;
  out_ += colours_("\n[bold][cyan]Note:[reset][bold] Objects have changed outside of Terraform\n");
  out_ += "\n";
  out_ += WordWrap(
      "Terraform detected the following changes made outside of Terraform since the last \"terraform apply\" "
      "which may have affected this plan:\n",
      style_.width);
  out_ += text;
  Wrapped(
      plan_.mode == Mode::kRefreshOnly
          ? "\n\nThis is a refresh-only plan, so Terraform will not take any actions to undo these. If you "
            "were expecting these changes then you can apply this plan to record the updated values in "
            "the Terraform state without changing any remote objects."
          : "\n\nUnless you have made equivalent changes to your configuration, or ignored the relevant "
            "attributes using ignore_changes, the following plan may include actions to undo or respond "
            "to these changes.");
}

void PlanRenderer::AddNothing() {
  if (plan_.errored) {
    if (drifted_) Rule();
    out_ += colours_(
        "\n[reset][bold][red]Planning failed.[reset][bold] Terraform encountered an error while generating "
        "this plan.[reset]\n\n");
    return;
  }
  switch (plan_.mode) {
    case Mode::kRefreshOnly:
      if (drifted_) return;
      out_ += colours_(
          "\n[reset][bold][green]No changes.[reset][bold] Your infrastructure still matches the "
          "configuration.[reset]\n\n");
      return Wrapped(
          "Terraform has checked that the real remote objects still match the result of your most recent "
          "changes, and found no differences.");
    case Mode::kDestroy:
      if (drifted_) Rule();
      out_ += colours_(
          "\n[reset][bold][green]No changes.[reset][bold] No objects need to be destroyed.[reset]\n\n");
      return Wrapped(
          "Either you have not created any objects yet or the existing objects were already deleted outside "
          "of Terraform.");
    case Mode::kNormal:
      if (drifted_) Rule();
      out_ += colours_(
          "\n[reset][bold][green]No changes.[reset][bold] Your infrastructure matches the "
          "configuration.[reset]\n\n");
      if (drifted_) return AddNoChangesAfterDrift();
      return Wrapped(
          "Terraform has compared your real infrastructure against your configuration and found no "
          "differences, so no changes are needed.");
  }
}

void PlanRenderer::AddNoChangesAfterDrift() {
  if (plan_.applyable) {
    return Wrapped(
        "Your configuration already matches the changes detected above, so applying this plan will only "
        "update the state to include the changes detected above and won't change any real infrastructure.");
  }
  const std::string_view suggestion = style_.in_automation ? "." : ":\n  terraform apply -refresh-only";
  Wrapped(
      "Your configuration already matches the changes detected above. If you'd like to update the Terraform "
      "state to match, create and apply a refresh-only plan" +
      std::string(suggestion));
}

void PlanRenderer::AddLegend() {
  constexpr std::array<std::pair<Action, std::string_view>, 6> kLines = {{
      {Action::kCreate, "  [green]+[reset] create"},
      {Action::kUpdate, "  [yellow]~[reset] update in-place"},
      {Action::kDelete, "  [red]-[reset] destroy"},
      {Action::kDeleteThenCreate, "[red]-[reset]/[green]+[reset] destroy and then create replacement"},
      {Action::kCreateThenDelete, "[green]+[reset]/[red]-[reset] create replacement and then destroy"},
      {Action::kRead, " [cyan]<=[reset] read (data resources)"},
  }};
  if (counts_.empty()) return;
  Wrapped(
      "\nTerraform used the selected providers to generate the following execution plan. Resource actions "
      "are "
      "indicated with the following symbols:");
  for (const auto& [action, line] : kLines) {
    if (Count(action) > 0) out_ += colours_(line) + "\n";
  }
}

void PlanRenderer::AddChanges() {
  if (shown_.empty()) return;
  out_ += plan_.errored ? "\nTerraform planned the following actions, but then encountered a problem:\n"
                        : "\nTerraform will perform the following actions:\n";
  for (const plan::ResourceChange* change : shown_) {
    out_ += "\n" + RenderChange(*change, DiffOf(*change), false, style_) + "\n";
  }
  AddSummary();
}

void PlanRenderer::AddSummary() {
  const size_t replaced = Count(Action::kDeleteThenCreate) + Count(Action::kCreateThenDelete);
  const auto imported =
      std::ranges::count_if(shown_, [](const auto* change) { return change->change.importing.has_value(); });
  std::string line = "\n[bold]Plan:[reset] ";
  if (imported > 0) line += Format("{} to import, ", imported);
  line += Format("{} to add, {} to change, {} to destroy.\n", Count(Action::kCreate) + replaced,
                 Count(Action::kUpdate), Count(Action::kDelete) + replaced);
  out_ += colours_(line);
}

std::string PlanRenderer::RenderOutputs() const {
  size_t width = 0;
  for (const plan::OutputChange& output : plan_.outputs) {
    width = std::max(width, AttributeName(output.name).size());
  }
  std::string out;
  for (const plan::OutputChange& output : plan_.outputs) {
    const Diff diff = CompareAny(output.change.before, output.change.after, output.sensitive);
    if (diff.action == Action::kNoOp) continue;
    if (!out.empty()) out += "\n";
    out += ActionSymbol(diff.action, colours_) + " " + Padded(AttributeName(output.name), width) + " = " +
           RenderDiff(diff, colours_);
  }
  return out;
}

void PlanRenderer::AddOutputs() {
  if (outputs_.empty()) return;
  out_ += "\nChanges to Outputs:\n" + outputs_ + "\n";
  if (!counts_.empty()) return;
  Wrapped(
      "\nYou can apply this plan to save these new output values to the Terraform state, without changing "
      "any "
      "real infrastructure.");
}

}  // namespace

std::string RenderPlan(const plan::Plan& plan, const HumanStyle& style) {
  return PlanRenderer(plan, style).Render();
}

std::string RenderPlanNote(const plan::Plan& plan, const PlanFiles& files, const HumanStyle& style) {
  std::string out = HorizontalRule(style) + "\n";
  if (!files.generated_config.empty()) {
    out += WordWrap(Format("\nTerraform has generated configuration and written it to {}. Please review the "
                           "configuration and edit it as necessary before adding it to version control.\n",
                           files.generated_config),
                    style.width);
  }
  if (files.plan.empty()) {
    return out +
           WordWrap(
               "\nNote: You didn't use the -out option to save this plan, so Terraform can't guarantee to "
               "take "
               "exactly these actions if you run \"terraform apply\" now.",
               style.width) +
           "\n";
  }
  out += Format("\nSaved the plan to: {}\n", files.plan);
  if (plan.errored || style.in_automation) return out;
  return out + Format(
                   "\nTo perform exactly these actions, run the following command to apply:\n"
                   "    terraform apply {}\n",
                   hcl::GoQuoted(files.plan));
}

std::string RenderResourceChange(const plan::ResourceChange& change, const HumanStyle& style) {
  return RenderChange(change, DiffOf(change), false, style);
}

std::string HorizontalRule(const HumanStyle& style) {
  std::string rule = "[dark_gray]\n";
  for (size_t i = 1; i < style.width; ++i) rule += "─";
  return Colours(style.colour)(rule);
}

}  // namespace cairn::view
