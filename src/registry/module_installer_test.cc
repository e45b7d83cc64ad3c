#include "registry/module_installer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/testing/temporary_directory.h"

namespace cairn::registry {
namespace {

namespace fs = std::filesystem;

// A world in memory: what each directory calls, what each package and each registry has.
class World final : public ModuleReader, public ModulePackages, public ModuleRegistry {
 public:
  Result<std::vector<ModuleCall>> Calls(const std::string& directory) override {
    for (const auto& [ending, calls] : calls_) {
      if (directory == ending || directory.ends_with("/" + ending)) return calls;
    }
    return std::vector<ModuleCall>();
  }
  Result<> Fetch(const ModuleSource& source, const std::string& directory) override {
    fetched_.push_back(source.url);
    if (source.url.find("broken") != std::string::npos) return Fail(ErrorCode::kUnavailable, "no answer");
    fs::create_directories(directory + "/sub/deep");
    return {};
  }
  Result<std::vector<std::string>> Versions(const ModuleSource&) override { return versions_; }
  Result<std::string> Location(const ModuleSource& source, const std::string& version) override {
    return "https://" + source.host + "/" + source.name + "/" + version + ".zip//sub";
  }

  std::map<std::string, std::vector<ModuleCall>> calls_;
  std::vector<std::string> versions_ = {"1.0.0", "1.10.0", "1.9.0", "2.0.0-beta", "x"};
  std::vector<std::string> fetched_;
};

class ModuleInstallerTest : public testing::Test {
 protected:
  ModuleInstallerTest() {
    options_ = {.root = directory_ / "root", .data_directory = directory_ / "root/.terraform"};
  }
  ModuleInstallResult Install(bool upgrade = false) {
    options_.upgrade = upgrade;
    ModuleInstallResult result = InstallModules(manifest_, world_, world_, &world_, options_);
    manifest_ = result.manifest;
    return result;
  }

  TemporaryDirectory directory_;
  World world_;
  ModuleInstallOptions options_;
  ModuleManifest manifest_;
};

TEST_F(ModuleInstallerTest, ChoosesTheNewestVersionThatFits) {
  world_.calls_["root"] = {
      {"a", "acme/a/aws", "~> 1.0"}, {"b", "acme/b/aws", "2.0.0-beta"}, {"c", "acme/c/aws//deep"}};
  const ModuleInstallResult result = Install();
  EXPECT_TRUE(result.failures.empty());
  EXPECT_EQ(manifest_.at("a").version, "1.10.0");
  EXPECT_EQ(manifest_.at("a").source, "registry.terraform.io/acme/a/aws");
  EXPECT_EQ(manifest_.at("b").version, "2.0.0-beta");
  EXPECT_EQ(manifest_.at("c").directory, directory_ / "root/.terraform/modules/c/sub/deep");
}

TEST_F(ModuleInstallerTest, KeepsWhatStillFits) {
  world_.calls_["root"] = {{"a", "acme/a/aws", "~> 1.0"}};
  Install();
  world_.versions_.push_back("1.11.0");
  Install();
  EXPECT_EQ(world_.fetched_.size(), 1U);
  world_.calls_["root"] = {{"a", "acme/a/aws", "> 1.10.0"}};
  Install();
  EXPECT_EQ(manifest_.at("a").version, "1.11.0");
  Install(true);
  EXPECT_EQ(world_.fetched_.size(), 3U);
  fs::remove_all(directory_ / "root/.terraform/modules/a");
  Install();
  EXPECT_EQ(world_.fetched_.size(), 4U);
}

TEST_F(ModuleInstallerTest, TriesAllBranches) {
  world_.calls_["root"] = {{"a", "https://broken/x.zip"},
                           {"b", "https://fine/x.zip"},
                           {"c", "./missing"},
                           {"d", "acme/d/aws", "> 9"},
                           {"e", "a/b"},
                           {"f", "acme/f/aws", "x"}};
  const ModuleInstallResult result = Install();
  std::vector<std::string> paths;
  for (const ModuleFailure& failure : result.failures) paths.push_back(failure.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"a", "c", "c", "d", "e", "f"}));
  EXPECT_EQ(result.manifest.size(), 3U);  // the root, b, and c with no directory
}

TEST_F(ModuleInstallerTest, LocalModulesStayWithinTheirPackage) {
  world_.calls_["root"] = {{"a", "https://fine/x.zip//sub"}};
  world_.calls_["sub"] = {{"fine", "../sub/deep"}, {"worse", "../../../root"}};
  const ModuleInstallResult result = Install();
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].path, "a.worse");
  EXPECT_EQ(result.manifest.count("a.fine"), 1U);
}

TEST_F(ModuleInstallerTest, EndsWhereModulesCallEachOther) {
  fs::create_directories(directory_ / "root/m");
  world_.calls_["root"] = {{"a", "./m"}};
  world_.calls_["m"] = {{"again", "../m"}};
  const ModuleInstallResult result = Install();
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].mistake.summary, "Too many modules");
}

TEST_F(ModuleInstallerTest, FetchesAPackageOnce) {
  world_.calls_["root"] = {{"a", "https://fine/x.zip"}, {"b", "https://fine/x.zip//sub"}};
  EXPECT_TRUE(Install().failures.empty());
  EXPECT_EQ(world_.fetched_.size(), 1U);
  EXPECT_TRUE(fs::is_directory(directory_ / "root/.terraform/modules/b/sub/deep"));
}

TEST(ModuleFetcher, CopiesDirectories) {
  const TemporaryDirectory directory;
  fs::create_directories(directory / "from/sub");
  ASSERT_TRUE(WriteFileAtomically(directory / "from/sub/main.tf", "# here\n"));
  ModuleFetcher fetcher(nullptr);
  ASSERT_TRUE(fetcher.Fetch(*ParseModulePackage(directory / "from"), directory / "to"));
  EXPECT_EQ(ReadFile(directory / "to/sub/main.tf", 100).value_or(""), "# here\n");
  EXPECT_FALSE(fetcher.Fetch(*ParseModulePackage("https://example.com/x.zip"), directory / "web"));
  EXPECT_FALSE(fetcher.Fetch(*ParseModulePackage("git::--upload-pack=x"), directory / "git"));
  EXPECT_FALSE(fetcher.Fetch(*ParseModulePackage("s3::https://example.com/x"), directory / "s3"));
}

}  // namespace
}  // namespace cairn::registry
