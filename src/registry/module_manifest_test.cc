#include "registry/module_manifest.h"

#include <gtest/gtest.h>

#include "base/testing/temporary_directory.h"

namespace cairn::registry {
namespace {

// What terraform 1.11.4 wrote.
constexpr std::string_view kWritten =
    R"({"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"g","Source":"git::file:///srv/repo//sub?ref=v1",)"
    R"("Dir":".terraform/modules/g/sub"},{"Key":"g.up","Source":"./..","Dir":".terraform/modules/g"},)"
    R"({"Key":"two.inner","Source":"./c","Dir":"b/c"}]})";

TEST(ModuleManifest, IsWrittenAsThePeerWroteIt) {
  const Result<ModuleManifest> manifest = ParseModuleManifest(kWritten);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->at("g.up").directory, ".terraform/modules/g");
  EXPECT_EQ(FormatModuleManifest(*manifest), kWritten);
}

TEST(ModuleManifest, SurvivesTheDisk) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(ReadModuleManifest(directory / "data")->empty());
  const ModuleManifest manifest = {{"", {}}, {"a", {"x.y/<&>\"\\", "1.2.3", "d/\u00fc"}}};
  ASSERT_TRUE(WriteModuleManifest(directory / "data", manifest));
  EXPECT_EQ(*ReadModuleManifest(directory / "data"), manifest);
}

TEST(ModuleManifest, RefusesWhatItIsNot) {
  for (const std::string_view text :
       {"x", "[]", R"({"Modules":1})", R"({"Modules":[1]})", R"({"Modules":[{"Key":1}]})",
        R"({"Modules":[{"Key":"a"},{"Key":"a"}]})"}) {
    EXPECT_FALSE(ParseModuleManifest(text)) << text;
  }
}

}  // namespace
}  // namespace cairn::registry
