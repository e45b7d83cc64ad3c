#include "registry/archive.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/testing/temporary_directory.h"
#include "registry/testing/zip_file.h"

namespace cairn::registry {
namespace {

struct Unpacked {
  TemporaryDirectory directory;
  std::string root = directory / "root";
  Result<> result;

  explicit Unpacked(const std::vector<ZipMember>& members, ArchiveKind kind = ArchiveKind::kZip,
                    const ArchiveLimits& limits = {}) {
    const std::string archive = directory / "archive";
    kind == ArchiveKind::kZip ? WriteZip(archive, members) : WriteTarGz(archive, members);
    std::filesystem::create_directory(root);
    result = UnpackArchive(archive, kind, root, limits);
  }

  std::string Read(const std::string& name) const {
    return ReadFile(root + "/" + name, 1 << 20).value_or("?");
  }
  mode_t Mode(const std::string& name) const {
    struct stat status{};
    return ::stat((root + "/" + name).c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
  }
};

TEST(Archive, UnpacksFilesAndDirectories) {
  for (const ArchiveKind kind : {ArchiveKind::kZip, ArchiveKind::kTar}) {
    const Unpacked unpacked(
        {{"a/", "", 0755}, {"a/b", "one", 0755}, {"./c//d", "two", 0640}, {"ü", "", 0644}}, kind);
    ASSERT_TRUE(unpacked.result) << unpacked.result.error().message;
    EXPECT_EQ(unpacked.Read("a/b"), "one");
    EXPECT_EQ(unpacked.Read("c/d"), "two");
    EXPECT_EQ(unpacked.Read("ü"), "");
    EXPECT_EQ(unpacked.Mode("a/b"), 0755U);
    EXPECT_EQ(unpacked.Mode("c/d"), 0640U);
  }
}

TEST(Archive, RefusesWhatLeadsOutOfIt) {
  for (const ArchiveKind kind : {ArchiveKind::kZip, ArchiveKind::kTar}) {
    for (const std::string name : {"../x", "a/../../x", "/x", "a/.."}) {
      const Unpacked unpacked({{name, "evil", 0644}}, kind);
      ASSERT_FALSE(unpacked.result) << name;
      EXPECT_EQ(unpacked.result.error().code, ErrorCode::kInvalid) << name;
      EXPECT_FALSE(std::filesystem::exists(unpacked.directory / "x")) << name;
    }
  }
}

TEST(Archive, LinksOfATarStayWithinIt) {
  const Unpacked good({{"a/b", "one", 0644}, {"a/c/link", "../b", 0777, true}}, ArchiveKind::kTar);
  ASSERT_TRUE(good.result) << good.result.error().message;
  EXPECT_EQ(good.Read("a/c/link"), "one");
  for (const std::string target : {"/etc/passwd", "../x", "b/../../x"}) {
    EXPECT_FALSE(Unpacked({{"link", target, 0777, true}}, ArchiveKind::kTar).result) << target;
  }
}

TEST(Archive, WritesNothingThroughALink) {
  const Unpacked unpacked({{"d", ".", 0777, true}, {"d/file", "x", 0644}}, ArchiveKind::kTar);
  EXPECT_FALSE(unpacked.result);  // "d" is a directory by the time the link comes
  EXPECT_TRUE(std::filesystem::is_directory(std::filesystem::symlink_status(unpacked.root + "/d")));
}

TEST(Archive, BoundsWhatItUnpacks) {
  const std::vector<ZipMember> members = {{"a", std::string(600'000, '\0'), 0644},
                                          {"b", std::string(600'000, '\0'), 0644}};
  EXPECT_TRUE(Unpacked(members, ArchiveKind::kZip, {.bytes_max = 1'200'000}).result);
  EXPECT_EQ(Unpacked(members, ArchiveKind::kZip, {.bytes_max = 1'199'999}).result.error().code,
            ErrorCode::kOverloaded);
  EXPECT_EQ(Unpacked(members, ArchiveKind::kTar, {.entries_max = 1}).result.error().code,
            ErrorCode::kOverloaded);
}

TEST(Archive, RefusesWhatIsDamaged) {
  const TemporaryDirectory directory;
  const std::string path = directory / "archive.zip";
  WriteZip(path, {{"a", "hello hello hello hello hello", 0644}});
  const std::string whole = *ReadFile(path, 1 << 20);
  std::filesystem::create_directory(directory / "root");
  for (const size_t length : {size_t{0}, size_t{10}, whole.size() / 2, whole.size() - 1}) {
    ASSERT_TRUE(WriteFileAtomically(path, whole.substr(0, length)));
    EXPECT_FALSE(UnpackArchive(path, ArchiveKind::kZip, directory / "root")) << length;
  }
  EXPECT_FALSE(UnpackArchive(directory / "missing", ArchiveKind::kZip, directory / "root"));
}

}  // namespace
}  // namespace cairn::registry
