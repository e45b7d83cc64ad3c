#include "registry/lock_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>

#include "base/files.h"
#include "base/testing/temporary_directory.h"
#include "hcl/source.h"

namespace cairn::registry {
namespace {

// What terraform 1.11.4 wrote for two providers of a filesystem mirror.
constexpr std::string_view kWritten = R"(# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "example.com/acme/fake" {
  version     = "1.10.0"
  constraints = ">= 1.0.0, < 2.0.0"
  hashes = [
    "h1:/hx2BFRoDFpS6ZPWyYgfnYLAmK1SNnS5Drs72q/DwIM=",
  ]
}

provider "registry.terraform.io/hashicorp/aws" {
  version = "5.100.0"
  hashes = [
    "h1:Ijt7pOlB7Tr7maGQIqtsLFbl7pSMIj06TVdkoSBcYOw=",
  ]
}
)";

LockFileRead Parse(std::string text) {
  return ParseLockFile(std::make_shared<hcl::Source>("lock", std::move(text)));
}

TEST(LockFile, IsWrittenAsThePeerWroteIt) {
  const LockFileRead read = Parse(std::string(kWritten));
  EXPECT_TRUE(read.diagnostics.empty());
  EXPECT_EQ(read.locks.providers.size(), 2U);
  EXPECT_EQ(FormatLockFile(read.locks), kWritten);
}

TEST(LockFile, SortsAndDropsDuplicates) {
  Locks locks;
  ProviderLock& lock = locks.providers[{"example.com", "b", "x"}];
  lock.version = *ParseVersion("1.0.0");
  lock.constraints = *ParseVersionConstraints("< 2,>= 1, < 2.0");
  lock.hashes = {"zh:2", "h1:b", "zh:1", "h1:b"};
  locks.providers[{"example.com", "a", "x"}].version = *ParseVersion("2.0.0");
  EXPECT_EQ(FormatLockFile(locks), R"(# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "example.com/a/x" {
  version = "2.0.0"
}

provider "example.com/b/x" {
  version     = "1.0.0"
  constraints = ">= 1.0.0, < 2.0.0"
  hashes = [
    "h1:b",
    "zh:1",
    "zh:2",
  ]
}
)");
}

TEST(LockFile, AMissingFileHasNoLocks) {
  const TemporaryDirectory directory;
  const Result<LockFileRead> read = ReadLockFile(directory / "missing");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->locks.providers.empty());
}

TEST(LockFile, IsNotTouchedWhereItSaysTheSame) {
  const TemporaryDirectory directory;
  const std::string path = directory / ".terraform.lock.hcl";
  const Locks locks = Parse(std::string(kWritten)).locks;
  ASSERT_TRUE(WriteLockFile(path, locks));
  struct stat before{};
  struct stat after{};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  ASSERT_TRUE(WriteLockFile(path, locks));
  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  ASSERT_TRUE(WriteLockFile(path, {}));
  EXPECT_LT(ReadFile(path, 4096)->size(), kWritten.size());
}

TEST(LockFile, HashesOfAnyTextSurviveTheRoundTrip) {
  Locks locks;
  locks.providers[{"example.com", "a", "x"}] = {.version = {1, 0, 0}, .hashes = {"h1:\"\\\n\t${x}%{y}$$%"}};
  EXPECT_EQ(Parse(FormatLockFile(locks)).locks, locks);
}

}  // namespace
}  // namespace cairn::registry
