#include "hcl/path.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace cairn::hcl {
namespace {

using Cases = std::pair<std::string_view, std::string_view>[];

TEST(Path, IsCleaned) {
  for (const auto& [path, clean] : Cases{{"", "."},
                                         {".", "."},
                                         {"/", "/"},
                                         {"//", "/"},
                                         {"a//b/./c/", "a/b/c"},
                                         {"a/../..", ".."},
                                         {"/..", "/"},
                                         {"/../a", "/a"},
                                         {"../a/..", ".."},
                                         {"a/b/../../..", ".."},
                                         {"./a", "a"},
                                         {"a/..", "."},
                                         {"/a/../b/.", "/b"},
                                         {"a\\../b", "a\\../b"}}) {
    EXPECT_EQ(CleanPath(path), clean) << path;
  }
}

TEST(Path, IsJoined) {
  EXPECT_EQ(JoinPaths("a", "b"), "a/b");
  EXPECT_EQ(JoinPaths("a", "/b"), "a/b");
  EXPECT_EQ(JoinPaths("a", "../b"), "b");
  EXPECT_EQ(JoinPaths("", "b/"), "b");
  EXPECT_EQ(JoinPaths("a/", ""), "a");
  EXPECT_EQ(JoinPaths("", ""), "");
  EXPECT_EQ(JoinPaths("/", "b"), "/b");
}

TEST(Path, HasABase) {
  for (const auto& [path, base] :
       Cases{{"", "."}, {"/", "/"}, {"///", "/"}, {"a/b/", "b"}, {"a/b", "b"}, {"..", ".."}}) {
    EXPECT_EQ(BaseName(path), base) << path;
  }
}

TEST(Path, HasAFolder) {
  for (const auto& [path, folder] : Cases{{"", "."},
                                          {"/", "/"},
                                          {"a/b/", "a/b"},
                                          {"a/b", "a"},
                                          {"a", "."},
                                          {"/a", "/"},
                                          {"a//b//c", "a/b"},
                                          {"../a", ".."}}) {
    EXPECT_EQ(FolderName(path), folder) << path;
  }
}

TEST(Path, IsRelativeToAnother) {
  EXPECT_EQ(RelativePath(".", "a/b"), "a/b");
  EXPECT_EQ(RelativePath("a", "a/b"), "b");
  EXPECT_EQ(RelativePath("a", "a"), ".");
  EXPECT_EQ(RelativePath("a/b", "c"), "../../c");
  EXPECT_EQ(RelativePath("..", "../a"), "a");
  EXPECT_EQ(RelativePath("..", "../../a"), "../a");
  EXPECT_EQ(RelativePath("/x", "/x/y/z"), "y/z");
  EXPECT_EQ(RelativePath("/x", "y"), std::nullopt);
  EXPECT_EQ(RelativePath("../..", "../a"), std::nullopt);
}

}  // namespace
}  // namespace cairn::hcl
