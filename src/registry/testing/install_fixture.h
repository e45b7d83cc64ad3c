#pragma once

// Mirrors with providers that cannot run, and two working directories to install them into: ours and the
// peer's.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "base/testing/temporary_directory.h"
#include "registry/provider_installer.h"
#include "registry/testing/terraform.h"
#include "registry/testing/zip_file.h"

namespace cairn::registry {

inline const ProviderAddress kFake = {"example.com", "acme", "fake"};
inline const ProviderAddress kOther = {"registry.terraform.io", "hashicorp", "other"};

inline void Write(const std::string& path, std::string_view contents, mode_t mode = 0644) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  ASSERT_TRUE(WriteFileAtomically(path, contents, mode));
}

inline std::string Read(const std::string& path) {
  return ReadFile(path, size_t{1} << 20).value_or("(nothing)");
}

// All below a directory: paths, kinds, modes, contents, targets.
inline std::string Listing(const std::string& root) {
  std::vector<std::string> lines;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(root, error);
       !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
    const std::string path = it->path().string();
    struct stat status{};
    ::lstat(path.c_str(), &status);
    std::string line = path.substr(root.size());
    if (S_ISLNK(status.st_mode)) {
      line += " -> " + std::filesystem::read_symlink(path).string();
    } else {
      line += Format(" {:o}", static_cast<unsigned>(status.st_mode));
      if (S_ISREG(status.st_mode)) line += " " + Sha256Hex(*ReadFile(path, size_t{1} << 30));
    }
    lines.push_back(line);
  }
  std::ranges::sort(lines);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// Two working directories, one for each tool, and mirrors to install from.
class InstallFixture : public testing::Test {
 protected:
  InstallFixture() {
    for (const std::string version : {"1.0.0", "1.2.0", "1.10.0", "2.0.0-beta1", "2.0.0", "3.0.0"}) {
      AddPackage(kFake, version);
    }
    AddPackage(kOther, "0.1.0");
    for (const std::string& directory : {ours_, theirs_, cache_, their_cache_})
      std::filesystem::create_directories(directory);
    UseMirror(unpacked_);
  }

  void AddPackage(const ProviderAddress& provider, const std::string& version) {
    const std::string program = Format("terraform-provider-{}_v{}", provider.type, version);
    const std::string text = "#!/bin/sh\necho " + version + "\nexit 1\n";
    const std::string package = PackagePath(unpacked_, provider, *ParseVersion(version), CurrentPlatform());
    Write(package + "/" + program, text, 0755);
    const std::filesystem::path zip =
        std::filesystem::path(packed_) / provider.host / provider.namespace_name / provider.type /
        Format("terraform-provider-{}_{}_{}.zip", provider.type, version, ToString(CurrentPlatform()));
    std::filesystem::create_directories(zip.parent_path());
    WriteZip(zip, {{program, text, 0755}, {"docs/README.md", "read", 0644}});
  }

  void UseMirror(const std::string& mirror) {
    mirror_ = mirror;
    Write(config_,
          Format("provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n", mirror));
  }

  void Require(std::map<ProviderAddress, std::string> requirements) {
    requirements_.clear();
    std::string text = "terraform {\n  required_providers {\n";
    for (const auto& [provider, constraints] : requirements) {
      requirements_[provider] = *ParseVersionConstraints(constraints);
      text += Format("    {} = {{\n      source = \"{}\"\n", provider.type, ToString(provider));
      if (!constraints.empty()) text += Format("      version = \"{}\"\n", constraints);
      text += "    }\n";
    }
    Write(theirs_ + "/main.tf", text + "  }\n}\n");
    Write(ours_ + "/main.tf", text + "  }\n}\n");
  }

  InstallResult Init(bool upgrade = false, bool with_cache = false, bool may_break = false) {
    return InitIn(ours_, upgrade, with_cache, may_break);
  }
  InstallResult InitIn(const std::string& directory, bool upgrade = false, bool with_cache = false,
                       bool may_break = false) {
    const std::string lock_path = directory + "/.terraform.lock.hcl";
    const LockFileRead before = *ReadLockFile(lock_path);
    EXPECT_TRUE(before.diagnostics.empty());
    std::vector<CombinedSource::Member> members;
    members.push_back({{}, std::make_unique<FilesystemMirror>(mirror_)});
    CombinedSource source(std::move(members));
    InstallOptions options;
    options.directory = directory + "/.terraform/providers";
    options.upgrade = upgrade;
    if (with_cache) options.plugin_cache_directory = cache_;
    options.plugin_cache_may_break_dependency_lock_file = may_break;
    events_.clear();
    InstallResult result =
        InstallProviders(requirements_, before.locks, source, nullptr, hasher_, options,
                         [&](const InstallEvent& event) { events_.push_back(event.kind); });
    const bool has_locks = LocksDiffer(before.locks, result.locks);
    if (has_locks) {
      EXPECT_TRUE(WriteLockFile(lock_path, result.locks));
    }
    return result;
  }

  TerraformRun TheirInit(std::vector<std::string> arguments = {}, bool with_cache = false) {
    arguments.insert(arguments.begin(), {"init", "-no-color"});
    std::vector<std::string> environment;
    if (with_cache) environment.push_back("TF_PLUGIN_CACHE_DIR=" + their_cache_);
    return RunTerraform(theirs_, config_, std::move(arguments), std::move(environment));
  }

  void ExpectTheSame() {
    EXPECT_EQ(Read(ours_ + "/.terraform.lock.hcl"), Read(theirs_ + "/.terraform.lock.hcl"));
    std::string theirs = Listing(theirs_ + "/.terraform/providers");
    const size_t at = theirs.find(their_cache_);
    if (at != std::string::npos) theirs.replace(at, their_cache_.size(), cache_);
    EXPECT_EQ(Listing(ours_ + "/.terraform/providers"), theirs);
    EXPECT_EQ(Listing(cache_), Listing(their_cache_));
  }

  // Both fail, and our words are among theirs.
  void ExpectTheSameFailure(const std::vector<std::string>& arguments = {}) {
    const bool upgrade = std::ranges::find(arguments, "-upgrade") != arguments.end();
    const InstallResult result = Init(upgrade);
    const TerraformRun run = TheirInit(arguments);
    EXPECT_NE(run.code, 0);
    ASSERT_FALSE(result.failures.empty());
    for (const InstallFailure& failure : result.failures) {
      EXPECT_NE(run.output.find(failure.message), std::string::npos) << failure.message << "\n" << run.output;
    }
  }

  TemporaryDirectory directory_;
  std::string unpacked_ = directory_ / "unpacked";
  std::string packed_ = directory_ / "packed";
  std::string mirror_;
  std::string ours_ = directory_ / "ours";
  std::string theirs_ = directory_ / "theirs";
  std::string cache_ = directory_ / "cache";
  std::string their_cache_ = directory_ / "their-cache";
  std::string config_ = directory_ / "terraformrc";
  ProviderRequirements requirements_;
  PlainFileHasher hasher_;
  std::vector<InstallEvent::Kind> events_;
};

}  // namespace cairn::registry
