#include "registry/package_hash.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/testing/manual_clock.h"
#include "base/testing/temporary_directory.h"
#include "registry/archive.h"
#include "registry/hash_cache.h"
#include "registry/testing/zip_file.h"

namespace cairn::registry {
namespace {

// A package, and the hash that terraform 1.11.4 wrote into the lock file for it.
constexpr std::string_view kProgram = "#!/bin/sh\necho fake fake 1.10.0\nexit 1\n";
constexpr std::string_view kHash = "h1:/hx2BFRoDFpS6ZPWyYgfnYLAmK1SNnS5Drs72q/DwIM=";

struct Package {
  TemporaryDirectory directory;
  std::string unpacked = directory / "package";
  std::string zip = directory / "package.zip";
  PlainFileHasher hasher;

  explicit Package(const std::vector<ZipMember>& members) {
    std::filesystem::create_directory(unpacked);
    WriteZip(zip, members);
  }
};

TEST(PackageHash, IsThePeersForADirectoryAndAZip) {
  Package package({{"terraform-provider-fake_v1.10.0", std::string(kProgram), 0755}});
  EXPECT_EQ(HashZipContents(package.zip), std::string(kHash));
  ASSERT_TRUE(UnpackArchive(package.zip, ArchiveKind::kZip, package.unpacked));
  EXPECT_EQ(HashDirectory(package.unpacked, package.hasher), std::string(kHash));
}

TEST(PackageHash, OfDirectoryAndZipAgree) {
  Package package({{"docs/", "", 0755},
                   {"docs/b", std::string(3'000'000, 'b'), 0644},
                   {"docs/a/c", "", 0600},
                   {"z", "z", 0755},
                   {"link", "docs/b", 0777, true},
                   {"docs.txt", "sorts between", 0644}});
  ASSERT_TRUE(UnpackArchive(package.zip, ArchiveKind::kZip, package.unpacked));
  const Result<std::string> hash = HashZipContents(package.zip);
  ASSERT_TRUE(hash);
  EXPECT_EQ(HashDirectory(package.unpacked, package.hasher), *hash);
  EXPECT_EQ(ReadFile(package.unpacked + "/link", 100), std::string("docs/b"));
}

TEST(PackageHash, AnyMatchCounts) {
  Package package({{"terraform-provider-fake_v1.10.0", std::string(kProgram), 0755}});
  ASSERT_TRUE(UnpackArchive(package.zip, ArchiveKind::kZip, package.unpacked));
  const std::string zh = *HashZip(package.zip, package.hasher);
  EXPECT_EQ(zh, "zh:" + Sha256Hex(*ReadFile(package.zip, 1 << 20)));
  const auto matches = [&](const std::string& path, PackageForm form, std::vector<std::string> hashes) {
    return *MatchesAnyHash(path, form, hashes, package.hasher);
  };
  EXPECT_TRUE(matches(package.zip, PackageForm::kZip, {"h1:x", zh}));
  EXPECT_TRUE(matches(package.zip, PackageForm::kZip, {"zh:x", std::string(kHash)}));
  EXPECT_TRUE(matches(package.unpacked, PackageForm::kUnpacked, {"zh:x", std::string(kHash)}));
  EXPECT_FALSE(matches(package.unpacked, PackageForm::kUnpacked, {zh}));
  EXPECT_FALSE(matches(package.zip, PackageForm::kZip, {}));
}

TEST(PackageHash, RefusesNamesWithLineFeeds) {
  Package package({{"a\nb", "x", 0644}});
  EXPECT_EQ(HashZipContents(package.zip).error().code, ErrorCode::kInvalid);
}

class HashCacheTest : public testing::Test {
 protected:
  HashCacheTest() {
    const auto now = std::chrono::system_clock::now();
    clock_.SetWall(now + std::chrono::seconds(10));
    Write("first");
  }

  void Write(std::string_view contents) { ASSERT_TRUE(WriteFileAtomically(file_, contents)); }
  CachingFileHasher Hasher() { return CachingFileHasher({.path = cache_, .bytes_min = 1}, clock_); }

  TemporaryDirectory directory_;
  std::string file_ = directory_ / "file";
  std::string cache_ = directory_ / "cache/hashes";
  ManualClock clock_;
};

TEST_F(HashCacheTest, ReadsAFileOnce) {
  CachingFileHasher first = Hasher();
  EXPECT_EQ(first.Sha256(file_), Sha256Hex("first"));
  EXPECT_EQ(first.bytes_hashed(), 5U);
  ASSERT_TRUE(first.Save());
  CachingFileHasher second = Hasher();
  EXPECT_EQ(second.Sha256(file_), Sha256Hex("first"));
  EXPECT_EQ(second.bytes_hashed(), 0U);
}

TEST_F(HashCacheTest, NoticesAChangeThatKeepsSizeAndModificationTime) {
  CachingFileHasher hasher = Hasher();
  EXPECT_EQ(hasher.Sha256(file_), Sha256Hex("first"));
  struct stat status{};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  {
    const UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(::write(fd.get(), "FIRST", 5), 5);
    const struct timespec times[2] = {status.st_atim, status.st_mtim};
    ASSERT_EQ(::futimens(fd.get(), times), 0);
  }
  EXPECT_EQ(hasher.Sha256(file_), Sha256Hex("FIRST"));
}

TEST_F(HashCacheTest, DoesNotRememberWhatMayChangeWithinATimeStamp) {
  clock_.SetWall(std::chrono::system_clock::now());
  CachingFileHasher hasher = Hasher();
  EXPECT_EQ(hasher.Sha256(file_), Sha256Hex("first"));
  ASSERT_TRUE(hasher.Save());
  EXPECT_FALSE(std::filesystem::exists(cache_));
}

TEST_F(HashCacheTest, DistrustsAFileThatOthersCanWrite) {
  CachingFileHasher first = Hasher();
  ASSERT_TRUE(first.Sha256(file_));
  ASSERT_TRUE(first.Save());
  std::string forged = *ReadFile(cache_, 4096);
  forged.replace(forged.size() - 65, 64, std::string(64, 'f'));
  ASSERT_TRUE(WriteFileAtomically(cache_, forged, 0666));
  EXPECT_EQ(Hasher().Sha256(file_), Sha256Hex("first"));
  ASSERT_TRUE(WriteFileAtomically(cache_, forged, 0600));  // this is what the distrust is about
  EXPECT_EQ(Hasher().Sha256(file_), std::string(64, 'f'));
}

TEST_F(HashCacheTest, IgnoresADamagedFile) {
  CachingFileHasher first = Hasher();
  ASSERT_TRUE(first.Sha256(file_));
  ASSERT_TRUE(first.Save());
  const std::string text = *ReadFile(cache_, 4096);
  ASSERT_TRUE(ParseHashCache(text));
  for (size_t length = 0; length < text.size(); ++length) {
    if (length != std::string_view("cairn-hashes-1\n").size()) {
      EXPECT_FALSE(ParseHashCache(text.substr(0, length))) << length;
    }
  }
  EXPECT_FALSE(ParseHashCache(text + "\n"));
}

TEST_F(HashCacheTest, ForgetsWhatWasNotUsedForLongest) {
  CachingFileHasher hasher({.path = cache_, .bytes_min = 1, .entries_max = 2}, clock_);
  for (const std::string name : {"a", "b", "c"}) {
    ASSERT_TRUE(WriteFileAtomically(directory_ / name, name));
    ASSERT_TRUE(hasher.Sha256(directory_ / name));
    ASSERT_TRUE(hasher.Sha256(directory_ / "a"));
  }
  ASSERT_TRUE(hasher.Save());
  const auto entries = ParseHashCache(*ReadFile(cache_, 4096));
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ(entries->front().sha256, Sha256Hex("a"));
  EXPECT_EQ(entries->back().sha256, Sha256Hex("c"));
}

}  // namespace
}  // namespace cairn::registry
