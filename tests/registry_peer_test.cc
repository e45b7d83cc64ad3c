// What we install, beside what `terraform init` installs: the same trees, lock files and words, and each tool
// accepts what the other left.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "registry/provider_installer.h"
#include "registry/testing/install_fixture.h"
#include "registry/testing/terraform.h"

namespace cairn::registry {
namespace {

namespace fs = std::filesystem;
using Kind = InstallEvent::Kind;

class ProviderInstallerPeerTest : public InstallFixture {
 protected:
  void SetUp() override {
    if (!HasTerraform()) GTEST_SKIP() << "no terraform 1.11.4 on the PATH";
  }
};

TEST_F(ProviderInstallerPeerTest, LeavesTheSameTreeAndLockFile) {
  for (const std::string& mirror : {unpacked_, packed_}) {
    UseMirror(mirror);
    for (const std::string constraints :
         {"", "~> 1.0", "2.0.0-beta1", ">= 1.0, < 1.10.0", "!= 3.0.0, >= 1.2.0"}) {
      SCOPED_TRACE(mirror + " " + constraints);
      for (const std::string& directory : {ours_, theirs_}) {
        fs::remove_all(directory);
        fs::create_directories(directory);
      }
      Require({{kFake, constraints}, {kOther, ""}});
      EXPECT_TRUE(Init().failures.empty());
      EXPECT_EQ(TheirInit().code, 0);
      ExpectTheSame();
    }
  }
}

TEST_F(ProviderInstallerPeerTest, EachAcceptsWhatTheOtherInstalled) {
  for (const std::string& mirror : {unpacked_, packed_}) {
    UseMirror(mirror);
    Require({{kFake, "~> 1.0"}});
    EXPECT_TRUE(Init().failures.empty());
    EXPECT_EQ(TheirInit().code, 0);
    std::swap(ours_, theirs_);
    const std::string lock = Read(theirs_ + "/.terraform.lock.hcl");
    EXPECT_NE(TheirInit({"-lockfile=readonly"})
                  .output.find("Using previously-installed example.com/acme/fake v1.10.0"),
              std::string::npos);
    EXPECT_TRUE(Init().failures.empty());
    EXPECT_EQ(events_, (std::vector{Kind::kReusing, Kind::kAlreadyInstalled}));
    ExpectTheSame();
    EXPECT_EQ(Read(ours_ + "/.terraform.lock.hcl"), lock);
    fs::remove_all(ours_);
    fs::remove_all(theirs_);
  }
}

TEST_F(ProviderInstallerPeerTest, UpgradesAndForgetsAlike) {
  Require({{kFake, "~> 1.0"}, {kOther, ""}});
  EXPECT_TRUE(Init().failures.empty());
  EXPECT_EQ(TheirInit().code, 0);
  Require({{kFake, ">= 1.0"}});  // what is locked still fits
  EXPECT_TRUE(Init().failures.empty());
  EXPECT_EQ(TheirInit().code, 0);
  ExpectTheSame();
  EXPECT_TRUE(Init(true).failures.empty());
  EXPECT_EQ(TheirInit({"-upgrade"}).code, 0);
  ExpectTheSame();
  for (const std::string& directory : {ours_, theirs_}) fs::remove_all(directory + "/.terraform");
  Require({{kFake, ">= 2.0"}});
  EXPECT_TRUE(Init().failures.empty());
  EXPECT_EQ(TheirInit().code, 0);
  ExpectTheSame();
}

TEST_F(ProviderInstallerPeerTest, UsesThePluginCacheAlike) {
  for (const std::string& mirror : {unpacked_, packed_}) {
    SCOPED_TRACE(mirror);
    UseMirror(mirror);
    Require({{kFake, "~> 1.0"}});
    for (int round = 0; round < 2; ++round) {  // the second finds it in the cache
      EXPECT_TRUE(Init(false, true).failures.empty());
      const TerraformRun run = TheirInit({}, true);
      EXPECT_EQ(run.code, 0);
      ExpectTheSame();
      EXPECT_EQ(run.output.find("from the shared cache directory") != std::string::npos,
                std::ranges::find(events_, Kind::kInCache) != events_.end());
      for (const std::string& directory : {ours_, theirs_}) fs::remove_all(directory + "/.terraform");
    }
    for (const std::string& directory : {cache_, their_cache_}) {
      fs::remove_all(directory);
      fs::create_directories(directory);
    }
    for (const std::string& directory : {ours_, theirs_}) fs::remove(directory + "/.terraform.lock.hcl");
  }
}

TEST_F(ProviderInstallerPeerTest, FailsWithTheSameWords) {
  Require({{kFake, "~> 4.0"}});
  ExpectTheSameFailure();
  Require({{{"example.com", "acme", "nothing"}, ""}});
  ExpectTheSameFailure();
  Require({{{"terraform.io", "builtin", "terraform"}, "1.0.0"}, {{"terraform.io", "builtin", "x"}, ""}});
  ExpectTheSameFailure();
  Require({{kFake, "~> 1.0"}});
  EXPECT_TRUE(Init().failures.empty());
  EXPECT_EQ(TheirInit().code, 0);
  Require({{kFake, "~> 2.0"}});
  ExpectTheSameFailure();
  Require({{kFake, "~> 1.0"}});
  fs::rename(unpacked_ + "/example.com/acme/fake/1.10.0", unpacked_ + "/example.com/acme/fake/1.10.1");
  ExpectTheSameFailure();
  mirror_ = directory_ / "gone";
  UseMirror(mirror_);
  ExpectTheSameFailure();
}

TEST_F(ProviderInstallerPeerTest, RefusesWrongChecksumsWithTheSameWords) {
  for (const std::string& mirror : {unpacked_, packed_}) {
    UseMirror(mirror);
    Require({{kFake, "1.0.0"}});
    EXPECT_TRUE(Init().failures.empty());
    EXPECT_EQ(TheirInit().code, 0);
    for (const std::string& directory : {ours_, theirs_}) {
      fs::remove_all(directory + "/.terraform");
      std::string lock = Read(directory + "/.terraform.lock.hcl");
      lock.replace(lock.find("h1:") + 3, 4, "AAAA");
      Write(directory + "/.terraform.lock.hcl", lock);
    }
    ExpectTheSameFailure();
    ExpectTheSameFailure({"-upgrade"});
    for (const std::string& directory : {ours_, theirs_}) fs::remove_all(directory);
  }
}

TEST_F(ProviderInstallerPeerTest, InstallsTheRealProvider) {
  const std::string mirror = "/opt/tf-plugins";
  if (!fs::exists(mirror + "/registry.terraform.io/hashicorp/aws")) GTEST_SKIP() << "no AWS provider";
  UseMirror(mirror);
  Require({{{"registry.terraform.io", "hashicorp", "aws"}, "~> 5.0"}});
  EXPECT_TRUE(Init().failures.empty());
  EXPECT_EQ(TheirInit().code, 0);
  EXPECT_EQ(Read(ours_ + "/.terraform.lock.hcl"), Read(theirs_ + "/.terraform.lock.hcl"));
  EXPECT_EQ(Listing(ours_ + "/.terraform/providers"), Listing(theirs_ + "/.terraform/providers"));
}

}  // namespace
}  // namespace cairn::registry
