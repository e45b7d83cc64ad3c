// Plans and applies of whole configurations, against a small world in memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hcl/value_marks.h"
#include "infra/testing/fixture.h"
#include "state/state_format.h"

namespace cairn::infra {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// The thing "a", which is replaced when its kind changes, by making the new one first.
std::string CreatedFirst(const std::string& kind) {
  return R"(
    resource "test_thing" "a" {
      name = "a"
      kind = ")" +
         kind + R"("
      lifecycle { create_before_destroy = true }
    })";
}

class Engine : public testing::Test, public EngineFixture {
 protected:
  // Applies what is configured, and expects no complaint.
  ApplyOutcome ApplyWell() {
    ApplyOutcome outcome = Apply();
    EXPECT_EQ(Summaries(outcome.diagnostics), "");
    return outcome;
  }
  std::string ActionsNow() {
    const PlanOutcome planned = Plan();
    EXPECT_EQ(Summaries(planned.diagnostics), "");
    return Actions(planned.plan);
  }
  void Log(std::vector<std::string> expected) {
    EXPECT_EQ(world().log, expected);
    world().log.clear();
  }
};

TEST_F(Engine, MakesWhatIsConfiguredAndThenFindsNothingToDo) {
  Configure(R"(
    resource "test_thing" "a" {
      name = "a"
    }
    output "id" {
      value = test_thing.a.id
    })");
  EXPECT_EQ(ActionsNow(), "create test_thing.a");
  const ApplyOutcome outcome = ApplyWell();
  EXPECT_EQ(outcome.added, 1u);
  EXPECT_EQ(state().outputs.at("id").value, hcl::Value::String("id-1"));
  const PlanOutcome again = Plan();
  EXPECT_EQ(Actions(again.plan), "");
  EXPECT_FALSE(again.plan.applyable);
  EXPECT_EQ(again.plan.outputs.at(0).change.action, plan::Action::kNoOp);
}

TEST_F(Engine, PassesOnWhatOneObjectIsToTheNext) {
  Configure(R"(
    locals { of_a = "${test_thing.a.label}!" }
    resource "test_thing" "b" { name = local.of_a }
    resource "test_thing" "a" { name = "a" })");
  const PlanOutcome planned = Plan();
  ASSERT_EQ(planned.plan.resources.size(), 2u);
  EXPECT_FALSE(planned.plan.resources[1].change.after.Find("name")->IsKnown());
  ApplyWell();
  Log({"create a", "create label of a!"});
  const state::ObjectRef b =
      state().FindCurrent({{}, state::ResourceName(state::ResourceMode::kManaged, "test_thing", "b"), {}});
  ASSERT_TRUE(b);
  ASSERT_EQ(b->dependencies.size(), 1u);
  EXPECT_EQ(b->dependencies[0].ToString(), "test_thing.a");
}

TEST_F(Engine, UpdatesInPlaceAndReplacesWhereItMust) {
  Configure(R"(resource "test_thing" "a" { name = "a" })");
  ApplyWell();
  Configure(R"(resource "test_thing" "a" {
      name = "a"
      size = 3
    })");
  EXPECT_EQ(ActionsNow(), "update test_thing.a");
  EXPECT_EQ(ApplyWell().changed, 1u);
  Configure(R"(resource "test_thing" "a" {
      name = "a"
      kind = "other"
    })");
  const PlanOutcome planned = Plan();
  EXPECT_EQ(Actions(planned.plan), "replace test_thing.a");
  EXPECT_EQ(planned.plan.resources[0].reason, plan::ActionReason::kReplaceBecauseCannotUpdate);
  world().log.clear();
  const ApplyOutcome outcome = ApplyWell();
  EXPECT_EQ(outcome.added, 1u);
  EXPECT_EQ(outcome.destroyed, 1u);
  Log({"destroy a", "create a"});
  EXPECT_EQ(world().things.size(), 1u);
}

TEST_F(Engine, MakesTheNewOneFirstWhereThatIsAsked) {
  const std::string needs_it = R"(
    resource "test_thing" "b" {
      name = "b of ${test_thing.a.id}"
    })";
  Configure(CreatedFirst("one") + needs_it);
  ApplyWell();
  Configure(CreatedFirst("two") + needs_it);
  EXPECT_EQ(ActionsNow(), "create-then-delete test_thing.a, update test_thing.b");
  world().log.clear();
  ApplyWell();
  Log({"create a", "update b of id-3", "destroy a"});
  EXPECT_EQ(ActionsNow(), "");
}

TEST_F(Engine, KeepsTheOldOneWhereItsSuccessorCannotBeMade) {
  Configure(CreatedFirst("one"));
  ApplyWell();
  const state::State before = state();
  Configure(CreatedFirst("two"));
  world().failing = {"a"};
  EXPECT_NE(Summaries(Apply().diagnostics), "");
  EXPECT_EQ(state::WriteState(state()), state::WriteState(before));
  world().failing.clear();
  EXPECT_EQ(ActionsNow(), "create-then-delete test_thing.a");
}

TEST_F(Engine, PlansWhatItCanWhereSomethingIsWrong) {
  Configure(R"(
    resource "test_thing" "many" {
      count = 2
      name  = "n${count.index}"
    })");
  ApplyWell();
  Configure(R"(
    resource "test_thing" "a" {
      name = "a"
      lifecycle {
        postcondition {
          condition     = self.name == "b"
          error_message = "No b."
        }
      }
    }
    resource "test_thing" "many" {
      count = test_thing.a.name == "a" ? 1 : 2
      name  = "n${count.index}"
    }
    resource "test_thing" "c" { name = "c" }
    output "a" { value = test_thing.a.name }
    output "c" { value = test_thing.c.name })");
  const PlanOutcome planned = Plan();
  EXPECT_EQ(Summaries(planned.diagnostics), "Resource postcondition failed: No b.\n");
  EXPECT_EQ(Actions(planned.plan), "create test_thing.a, create test_thing.c");
  EXPECT_EQ(planned.plan.outputs.size(), 1u);
  EXPECT_TRUE(planned.plan.errored);
}

TEST_F(Engine, RemembersTheOutputsThatAreThereWhereSomethingFails) {
  Configure(R"(
    resource "test_thing" "a" { name = "a" }
    output "a" { value = test_thing.a.name }
    output "one" { value = 1 }
    output "gone" { value = 1 })");
  ApplyWell();
  Configure(R"(
    resource "test_thing" "a" { name = "a2" }
    output "a" { value = test_thing.a.name }
    output "one" { value = 2 })");
  world().failing = {"a2"};
  EXPECT_NE(Summaries(Apply().diagnostics), "");
  EXPECT_EQ(state().outputs.at("a").value, hcl::Value::String("a"));
  EXPECT_EQ(state().outputs.at("one").value, hcl::Value::Int(2));
  EXPECT_FALSE(state().outputs.contains("gone"));
}

TEST_F(Engine, DestroysInTheOppositeOrder) {
  Configure(R"(
    resource "test_thing" "a" { name = "a" }
    resource "test_thing" "b" { name = "b of ${test_thing.a.id}" }
    resource "test_thing" "c" { name = "c of ${test_thing.b.id}" }
    output "c" { value = test_thing.c.name })");
  ApplyWell();
  world().log.clear();
  const ApplyOutcome outcome = Apply({.mode = plan::Mode::kDestroy});
  EXPECT_EQ(Summaries(outcome.diagnostics), "");
  EXPECT_EQ(outcome.destroyed, 3u);
  Log({"destroy c of id-2", "destroy b of id-1", "destroy a"});
  EXPECT_TRUE(state().empty());
}

TEST_F(Engine, DestroysWhatIsNoLongerConfiguredAndSaysWhy) {
  Configure(R"(
    resource "test_thing" "a" {
      count = 3
      name  = "a${count.index}"
    }
    resource "test_thing" "b" {
      for_each = toset(["x", "y"])
      name     = each.key
    }
    resource "test_thing" "c" { name = "c" })");
  ApplyWell();
  Configure(R"(
    resource "test_thing" "a" {
      count = 1
      name  = "a${count.index}"
    }
    resource "test_thing" "b" {
      for_each = toset(["y"])
      name     = each.key
    })");
  const PlanOutcome planned = Plan();
  EXPECT_EQ(
      Actions(planned.plan),
      "delete test_thing.a[1], delete test_thing.a[2], delete test_thing.b[\"x\"], delete test_thing.c");
  EXPECT_EQ(planned.plan.resources[1].reason, plan::ActionReason::kDeleteBecauseCountIndex);
  EXPECT_EQ(planned.plan.resources[3].reason, plan::ActionReason::kDeleteBecauseEachKey);
  EXPECT_EQ(planned.plan.resources[5].reason, plan::ActionReason::kDeleteBecauseNoResourceConfig);
  EXPECT_EQ(ApplyWell().destroyed, 4u);
  EXPECT_EQ(world().things.size(), 2u);
  EXPECT_EQ(ActionsNow(), "");
}

TEST_F(Engine, RepairsWhatChangedBehindItsBack) {
  Configure(R"(resource "test_thing" "a" {
      name = "a"
      size = 1
    })");
  ApplyWell();
  hcl::Value& thing = world().things.begin()->second;
  thing = hcl::WithValueAt(thing, {hcl::PathStep::Attribute("size")}, hcl::Value::Int(9));
  PlanOutcome planned = Plan();
  EXPECT_EQ(Actions(planned.plan), "update test_thing.a");
  ASSERT_EQ(planned.plan.drift.size(), 1u);
  EXPECT_EQ(*planned.plan.drift[0].change.after.Find("size"), hcl::Value::Int(9));
  planned = Plan({.mode = plan::Mode::kDestroy});
  EXPECT_EQ(*planned.plan.resources[0].change.before.Find("size"), hcl::Value::Int(9));
  EXPECT_TRUE(planned.plan.drift.empty());
  ApplyWell();
  EXPECT_EQ(*world().things.begin()->second.Find("size"), hcl::Value::Int(1));
  world().things.clear();
  EXPECT_EQ(ActionsNow(), "create test_thing.a");
  EXPECT_EQ(ApplyWell().added, 1u);
}

TEST_F(Engine, SkipsWhatNeedsWhatFailedAndRemembersTheRest) {
  Configure(R"(
    resource "test_thing" "a" { name = "a" }
    resource "test_thing" "b" { name = "b" }
    resource "test_thing" "c" { name = "c of ${test_thing.b.id}" })");
  world().failing = {"b"};
  const ApplyOutcome outcome = Apply();
  EXPECT_EQ(Summaries(outcome.diagnostics), "Cannot make it: The world is full.\n");
  Log({"create a"});
  EXPECT_EQ(state().CountObjects(), 1u);
  world().failing.clear();
  ApplyWell();
  Log({"create b", "create c of id-2"});
}

TEST_F(Engine, ReadsDataSourcesNowOrWhenTheyCanBe) {
  Configure(R"(
    resource "test_thing" "a" { name = "a" }
    data "test_lookup" "now" { name = "a" }
    data "test_lookup" "later" { name = test_thing.a.label }
    data "test_lookup" "after" {
      name       = "a"
      depends_on = [test_thing.a]
    }
    output "after" { value = data.test_lookup.after.id })");
  const PlanOutcome planned = Plan();
  EXPECT_EQ(Actions(planned.plan),
            "read data.test_lookup.after, read data.test_lookup.later, create test_thing.a");
  EXPECT_EQ(planned.plan.resources[0].reason, plan::ActionReason::kReadBecauseDependencyPending);
  EXPECT_EQ(planned.plan.resources[1].reason, plan::ActionReason::kReadBecauseConfigUnknown);
  ApplyWell();
  EXPECT_EQ(state().outputs.at("after").value, hcl::Value::String("id-1"));
  EXPECT_EQ(ActionsNow(), "");
}

TEST_F(Engine, KnowsModulesAndTheirInstances) {
  Configure({{"main.tf", R"(
    module "m" {
      source   = "./m"
      for_each = { x = 1, y = 2 }
      size     = each.value
      name     = "m${each.key}"
    }
    resource "test_thing" "sum" {
      name = "sum"
      size = module.m["x"].size + module.m["y"].size
    })"},
             {"m/main.tf", R"(
    variable "name" { type = string }
    variable "size" {}
    resource "test_thing" "in" {
      name = var.name
      size = var.size
    }
    output "size" { value = test_thing.in.size })"}});
  EXPECT_EQ(
      ActionsNow(),
      "create test_thing.sum, create module.m[\"x\"].test_thing.in, create module.m[\"y\"].test_thing.in");
  ApplyWell();
  EXPECT_EQ(ActionsNow(), "");
  const state::ObjectRef sum =
      state().FindCurrent({{}, state::ResourceName(state::ResourceMode::kManaged, "test_thing", "sum"), {}});
  ASSERT_TRUE(sum);
  EXPECT_THAT(std::string(sum->attributes.text), HasSubstr("\"size\":3"));
  EXPECT_EQ(sum->dependencies.at(0).ToString(), "module.m.test_thing.in");
  Configure(R"(resource "test_thing" "sum" {
      name = "sum"
      size = 3
    })");
  const PlanOutcome planned = Plan();
  EXPECT_EQ(Actions(planned.plan),
            "delete module.m[\"x\"].test_thing.in, delete module.m[\"y\"].test_thing.in");
  EXPECT_EQ(planned.plan.resources[1].reason, plan::ActionReason::kDeleteBecauseNoResourceConfig);
}

TEST_F(Engine, LeavesAloneWhatIsToBeIgnored) {
  Configure(R"(resource "test_thing" "a" {
      name = "a"
      size = 1
      lifecycle { ignore_changes = [size] }
    })");
  ApplyWell();
  Configure(R"(resource "test_thing" "a" {
      name = "b"
      size = 2
      lifecycle { ignore_changes = [size] }
    })");
  ApplyWell();
  EXPECT_EQ(*world().things.begin()->second.Find("size"), hcl::Value::Int(1));
  EXPECT_EQ(*world().things.begin()->second.Find("name"), hcl::Value::String("b"));
}

TEST_F(Engine, RefusesToDestroyWhatIsProtected) {
  Configure(R"(resource "test_thing" "a" {
      name = "a"
      lifecycle { prevent_destroy = true }
    })");
  ApplyWell();
  EXPECT_THAT(Summaries(Plan({.mode = plan::Mode::kDestroy}).diagnostics),
              HasSubstr("Instance cannot be destroyed"));
  EXPECT_EQ(ActionsNow(), "");
}

TEST_F(Engine, ReplacesOnRequestAndByTriggers) {
  const auto configure = [&](int size) {
    Configure(R"(
      resource "test_thing" "a" {
        name = "a"
        size = )" +
              std::to_string(size) + R"(
      }
      resource "test_thing" "b" {
        name = "b"
        lifecycle { replace_triggered_by = [test_thing.a.size] }
      })");
  };
  configure(1);
  ApplyWell();
  const state::InstanceAddress a{
      {}, state::ResourceName(state::ResourceMode::kManaged, "test_thing", "a"), {}};
  const PlanOutcome requested = Plan({.force_replace = {a}});
  EXPECT_EQ(requested.plan.resources[0].reason, plan::ActionReason::kReplaceByRequest);
  configure(2);
  const PlanOutcome triggered = Plan();
  EXPECT_EQ(Actions(triggered.plan), "update test_thing.a, replace test_thing.b");
  EXPECT_EQ(triggered.plan.resources[1].reason, plan::ActionReason::kReplaceByTriggers);
}

TEST_F(Engine, KeepsWhatIsSensitiveMarked) {
  SetVariable("token", hcl::Value::String("t0ken"));
  Configure(R"(
    variable "token" { sensitive = true }
    resource "test_thing" "a" {
      name = "a"
      label = var.token
      secret = "s"
    }
    output "label" {
      value     = test_thing.a.label
      sensitive = true
    })");
  const PlanOutcome planned = Plan();
  EXPECT_TRUE(planned.plan.resources.at(0).change.after.Find("label")->Has(hcl::Marks::kSensitive));
  ApplyWell();
  const state::ObjectRef a =
      state().FindCurrent({{}, state::ResourceName(state::ResourceMode::kManaged, "test_thing", "a"), {}});
  ASSERT_TRUE(a);
  EXPECT_THAT(a->sensitive, ElementsAre(hcl::ValuePath{hcl::PathStep::Attribute("label")},
                                        hcl::ValuePath{hcl::PathStep::Attribute("secret")}));
  EXPECT_TRUE(state().outputs.at("label").sensitive);
  EXPECT_EQ(ActionsNow(), "");
  Configure(R"(
    resource "test_thing" "a" {
      name = "a"
      secret = "s"
    }
    output "label" { value = test_thing.a.secret })");
  EXPECT_THAT(Summaries(Plan().diagnostics), HasSubstr("Output refers to sensitive values"));
}

TEST_F(Engine, SaysWhatIsNotDeclared) {
  Configure(R"(
    resource "test_thing" "a" {
      name = var.nam
      size = local.size
      kind = test_thing.b.kind
      label = module.m.x
    }
    variable "name" { default = "x" })");
  const std::string said = Summaries(Plan().diagnostics);
  EXPECT_THAT(
      said,
      HasSubstr("An input variable with the name \"nam\" has not been declared. Did you mean \"name\"?"));
  EXPECT_THAT(said, HasSubstr("A local value with the name \"size\" has not been declared."));
  EXPECT_THAT(said,
              HasSubstr("A managed resource \"test_thing\" \"b\" has not been declared in the root module."));
  EXPECT_THAT(said, HasSubstr("No module call named \"m\" is declared in the root module."));
}

TEST_F(Engine, SaysWhatGoesRoundInCircles) {
  Configure(R"(
    resource "test_thing" "a" { name = test_thing.b.name }
    resource "test_thing" "b" { name = test_thing.a.name })");
  EXPECT_THAT(Summaries(Plan().diagnostics), HasSubstr("Cycle: test_thing.a, test_thing.b"));
  Configure(R"(resource "test_thing" "a" { name = test_thing.a.id })");
  EXPECT_THAT(Summaries(Plan().diagnostics),
              HasSubstr("Configuration for test_thing.a may not refer to itself."));
}

TEST_F(Engine, CallsNoMoreProvidersAtATimeThanAllowed) {
  Configure(R"(resource "test_thing" "a" {
      count = 40
      name  = "a${count.index}"
    })");
  ApplyWell();
  EXPECT_LE(world().running_max, 10);
  EXPECT_GT(world().running_max, 5);
  EXPECT_EQ(world().things.size(), 40u);
}

TEST_F(Engine, ReplacesWhatFailedHalfway) {
  Configure(R"(resource "test_thing" "a" { name = "a" })");
  ApplyWell();
  const state::InstanceAddress a{
      {}, state::ResourceName(state::ResourceMode::kManaged, "test_thing", "a"), {}};
  auto tainted = std::make_shared<state::InstanceObject>(*state().FindCurrent(a));
  tainted->status = state::ObjectStatus::kTainted;
  state().SetCurrent(a, tainted, state().Find(a.resource_address())->provider);
  const PlanOutcome planned = Plan();
  EXPECT_EQ(Actions(planned.plan), "replace test_thing.a");
  EXPECT_EQ(planned.plan.resources[0].reason, plan::ActionReason::kReplaceBecauseTainted);
  ApplyWell();
  EXPECT_EQ(ActionsNow(), "");
}

}  // namespace
}  // namespace cairn::infra
