#include "state/address.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/strings.h"
#include "hcl/parser.h"
#include "hcl/references.h"
#include "state/address_parser.h"
#include "state/testing/recorded.h"

namespace cairn::state {
namespace {

InstanceAddress Instance(std::string_view text) {
  auto parsed = ParseInstanceAddress(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().detail);
  return parsed ? *parsed : InstanceAddress{};
}

Target TargetNamed(std::string_view text) {
  auto parsed = ParseTarget(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().detail);
  return parsed ? *parsed : Target{};
}

// tests/state/address.txt: what terraform answered.
TEST(AddressParser, SaysWhatTerraformSays) {
  const std::string recorded = ReadRecorded("address.txt");
  size_t cases = 0;
  std::string text;
  for (const std::string_view line : Split(recorded, '\n')) {
    if (line.starts_with(">>> ")) {
      text = RawText(line.substr(4));
      ++cases;
    } else if (line.starts_with("target ")) {
      const auto target = ParseTarget(text);
      EXPECT_EQ(target ? "ok" : "! " + target.error().detail, line.substr(7)) << text;
      if (target && !text.contains("resource.")) {  // whose prefix terraform does not print either
        EXPECT_EQ(ParseTarget(target->ToString()), *target) << text;
      }
    } else if (line.starts_with("instance ")) {
      const std::string_view answer = line.substr(9);
      const auto instance = ParseInstanceAddress(text);
      if (answer.starts_with("! Import to")) continue;  // terraform read it, and then missed the module
      const std::string own = instance ? (answer == "ok" ? "ok" : "= " + instance->ToString())
                                       : "! " + instance.error().summary + " | " + instance.error().detail;
      EXPECT_EQ(own, RawText(answer)) << text;
    }
  }
  EXPECT_GT(cases, 150u);
}

TEST(AddressParser, TakesNoTextWithoutEnd) {
  EXPECT_FALSE(ParseTarget(std::string(kAddressBytesMax + 1, 'a')));
}

TEST(AddressParser, PointsAtTheWrongPartOfAReference) {
  const auto source = std::make_shared<hcl::Source>("x.tf", "module.a[1].b.c[0].d");
  const auto parsed = hcl::ParseExpression(source);
  hcl::Diagnostics diagnostics;
  const auto reference = hcl::AsReference(parsed.tree->root(), diagnostics);
  ASSERT_TRUE(reference);
  EXPECT_FALSE(ParseInstanceAddress(*reference, diagnostics));
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(diagnostics[0].detail, "Unexpected extra operators after address.");
  EXPECT_EQ(diagnostics[0].subject->text(), ".d");
  EXPECT_EQ(diagnostics[0].context->text(), "module.a[1].b.c[0].d");
}

TEST(AddressParser, ReadsAReference) {
  const auto source = std::make_shared<hcl::Source>("x.tf", "module.a[\"k\"].b.c[2]");
  const auto parsed = hcl::ParseExpression(source);
  hcl::Diagnostics diagnostics;
  const auto reference = hcl::AsReference(parsed.tree->root(), diagnostics);
  ASSERT_TRUE(reference);
  EXPECT_EQ(ParseInstanceAddress(*reference, diagnostics), Instance("module.a[\"k\"].b.c[2]"));
  EXPECT_TRUE(diagnostics.empty());
}

TEST(AddressParser, ReadsModulesAndResources) {
  EXPECT_EQ(ParseModuleInstance("module.a[0].module.b")->ToString(), "module.a[0].module.b");
  EXPECT_EQ(ParseModuleInstance("a.b").error().detail,
            "A module instance address must begin with \"module.\".");
  EXPECT_EQ(ParseResourceAddress("module.a[0].data.b.c")->config().ToString(), "module.a.data.b.c");
  EXPECT_FALSE(ParseResourceAddress("a.b[0]"));
  EXPECT_FALSE(ParseResourceAddress("module.a"));
}

TEST(ProviderConfigAddress, IsReadAndPrinted) {
  for (const std::string_view text :
       {"provider[\"registry.terraform.io/hashicorp/aws\"]",
        "provider[\"registry.terraform.io/hashicorp/aws\"].west",
        "module.a.module.b.provider[\"registry.terraform.io/hashicorp/aws\"].west"}) {
    const auto parsed = ParseProviderConfigAddress(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->ToString(), text);
    EXPECT_EQ(parsed->provider(), "registry.terraform.io/hashicorp/aws");
    EXPECT_EQ(*parsed, *ParseProviderConfigAddress(text));
  }
  for (const std::string_view text :
       {"provider.aws", "module.a[0].provider[\"x/y/z\"]", "provider[\"x/y/z\"][0]", "provider", "a.b",
        "provider[\"x/y/z\"].a.b", "module.a", "provider[0]"}) {
    EXPECT_FALSE(ParseProviderConfigAddress(text)) << text;
  }
}

TEST(Address, ComparesAndHashesByContent) {
  std::unordered_set<InstanceAddress, AddressHash> seen;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1000; ++i) {
      seen.insert(Instance(Format("module.m{}[\"k{}\"].t.n{}[{}]", i % 3, i % 5, i % 7, i)));
    }
  }
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_EQ(Instance("a.b"), Instance("resource.a.b"));
  EXPECT_NE(Instance("a.b[0]"), Instance("a.b"));
  EXPECT_NE(Instance("a.b[0]"), Instance("a.b[\"0\"]"));
  EXPECT_NE(Instance("data.a.b"), Instance("a.b"));
}

TEST(Address, HasTheOrderOfPlans) {
  const std::vector<std::string> sorted = {
      "data.b.a",
      "a.a",
      "a.a[0]",
      "a.a[2]",
      "a.a[10]",
      "a.a[\"0\"]",
      "a.a[\"x\"]",
      "a.b",
      "b.a",
      "ephemeral.a.a",
      "module.b.data.a.a",
      "module.b.a.a",
      "module.b[0].a.a",
      "module.b[1].a.a",
      "module.b[\"x\"].a.a",
      "module.c.a.a",
      "module.a.module.a.a.a",
  };
  std::vector<InstanceAddress> shuffled;
  for (const std::string& text : sorted) shuffled.push_back(Instance(text));
  std::ranges::reverse(shuffled);
  std::ranges::sort(shuffled);
  for (size_t i = 0; i < sorted.size(); ++i) EXPECT_EQ(shuffled[i].ToString(), sorted[i]);
}

TEST(Target, ContainsWhatItNames) {
  EXPECT_TRUE(TargetNamed("module.a").Contains(Instance("module.a.b.c")));
  EXPECT_TRUE(TargetNamed("module.a").Contains(Instance("module.a[0].b.c")));
  EXPECT_TRUE(TargetNamed("module.a").Contains(Instance("module.a[0].module.x.b.c")));
  EXPECT_TRUE(TargetNamed("module.a[0].module.x").Contains(Instance("module.a[0].module.x[1].b.c")));
  EXPECT_FALSE(TargetNamed("module.a.module.x").Contains(Instance("module.a[0].module.x.b.c")));
  EXPECT_FALSE(TargetNamed("module.a[1]").Contains(Instance("module.a[0].b.c")));
  EXPECT_FALSE(TargetNamed("module.a.module.x").Contains(Instance("module.a.b.c")));
  EXPECT_TRUE(TargetNamed("a.b").Contains(Instance("a.b[0]")));
  EXPECT_TRUE(TargetNamed("a.b").Contains(Instance("a.b")));
  EXPECT_FALSE(TargetNamed("a.b").Contains(Instance("data.a.b")));
  EXPECT_TRUE(TargetNamed("a.b[0]").Contains(Instance("a.b[0]")));
  EXPECT_FALSE(TargetNamed("a.b[0]").Contains(Instance("a.b")));
  EXPECT_FALSE(TargetNamed("a.b[0]").Contains(Instance("a.b").resource_address()));
  EXPECT_TRUE(TargetNamed("a.b").Contains(Instance("a.b[1]").config()));
  EXPECT_FALSE(TargetNamed("a.b[1]").Contains(Instance("a.b[1]").config()));
  EXPECT_TRUE(TargetNamed("module.a").Contains(Instance("module.a[1].x.y").config()));
  EXPECT_FALSE(TargetNamed("module.a[1]").Contains(Instance("module.a[1].x.y").config()));
}

TEST(InstanceKey, IsAValueOfTheLanguage) {
  EXPECT_EQ(InstanceKey::Int(3).ToValue(), hcl::Value::Int(3));
  EXPECT_EQ(InstanceKey::String("a").ToValue(), hcl::Value::String("a"));
  EXPECT_TRUE(InstanceKey().ToValue().IsNull());
}

}  // namespace
}  // namespace cairn::state
