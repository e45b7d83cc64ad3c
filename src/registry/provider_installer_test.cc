#include "registry/provider_installer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "registry/testing/install_fixture.h"
#include "registry/testing/zip_file.h"

namespace cairn::registry {
namespace {

namespace fs = std::filesystem;
using Kind = InstallEvent::Kind;

class ProviderInstallerTest : public InstallFixture {};

TEST_F(ProviderInstallerTest, LinksToAnUnpackedMirror) {
  Require({{kFake, "~> 1.0"}, {kOther, ""}});
  const InstallResult result = Init();
  EXPECT_TRUE(result.failures.empty());
  const std::string link = ours_ + "/.terraform/providers/example.com/acme/fake/1.10.0/linux_amd64";
  EXPECT_EQ(fs::read_symlink(link), unpacked_ + "/example.com/acme/fake/1.10.0/linux_amd64");
  EXPECT_EQ(result.locked_for_this_platform, (std::vector<ProviderAddress>{kFake, kOther}));
  EXPECT_EQ(Init().failures.size(), 0U);
  EXPECT_EQ(events_,
            (std::vector{Kind::kReusing, Kind::kAlreadyInstalled, Kind::kReusing, Kind::kAlreadyInstalled}));
}

TEST_F(ProviderInstallerTest, KeepsWhatIsInstalledWhenAZipIsRefused) {
  UseMirror(packed_);
  Require({{kFake, "1.0.0"}});
  ASSERT_TRUE(Init().failures.empty());
  const std::string before = Listing(ours_ + "/.terraform");
  const std::string zip = packed_ + "/example.com/acme/fake/terraform-provider-fake_1.0.0_linux_amd64.zip";
  WriteZip(zip, {{"terraform-provider-fake_v1.0.0", "evil", 0755}, {"../../x", "evil", 0644}});
  fs::remove(ours_ + "/.terraform.lock.hcl");
  const InstallResult result = Init();
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].stage, InstallFailure::Stage::kInstall);
  EXPECT_EQ(Listing(ours_ + "/.terraform"), before);
}

TEST_F(ProviderInstallerTest, VerifiesWhatIsInstalled) {
  UseMirror(packed_);
  Require({{kFake, "1.0.0"}, {kOther, ""}});
  const InstallResult result = Init();
  InstallOptions options;
  options.directory = ours_ + "/.terraform/providers";
  EXPECT_TRUE(VerifyInstalled(requirements_, result.locks, hasher_, options).empty());
  const std::string package = PackagePath(options.directory, kFake, {1, 0, 0}, CurrentPlatform());
  Write(package + "/docs/README.md", "changed");
  fs::remove_all(PackagePath(options.directory, kOther, {0, 1, 0}, CurrentPlatform()));
  const auto problems = VerifyInstalled(requirements_, result.locks, hasher_, options);
  EXPECT_NE(problems.at(kFake).find("does not match any of the checksums"), std::string::npos);
  EXPECT_NE(problems.at(kOther).find("there is no package for"), std::string::npos);
}

}  // namespace
}  // namespace cairn::registry
