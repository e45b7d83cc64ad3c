#include "hcl/file_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace cairn::hcl {
namespace {

using Kind = FileReader::Kind;

class DiskReaderTest : public testing::Test {
 protected:
  DiskReaderTest() {
    std::string name = testing::TempDir() + "disk_reader.XXXXXX";
    folder_ = ::mkdtemp(name.data());
    std::filesystem::create_directory(folder_ + "/folder");
    std::ofstream(folder_ + "/folder/file") << "text";
    std::filesystem::create_symlink("folder/file", folder_ + "/link");
    std::filesystem::create_symlink("nowhere", folder_ + "/broken");
    ::mkfifo((folder_ + "/pipe").c_str(), 0600);
  }
  ~DiskReaderTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
};

TEST_F(DiskReaderTest, KnowsKinds) {
  const DiskReader files(folder_);
  EXPECT_EQ(files.Stat("folder/file"), Kind::kFile);
  EXPECT_EQ(files.Stat(folder_ + "/folder/file"), Kind::kFile);
  EXPECT_EQ(files.Stat("link"), Kind::kFile);
  EXPECT_EQ(files.Stat("folder"), Kind::kFolder);
  EXPECT_EQ(files.Stat("pipe"), Kind::kPipe);
  EXPECT_EQ(files.Stat("/dev/null"), Kind::kDevice);
  EXPECT_EQ(files.Stat("broken"), Kind::kMissing);
  EXPECT_EQ(files.Stat("nothing"), Kind::kMissing);
  EXPECT_EQ(files.Stat("folder/file/x").error().message, "stat folder/file/x: not a directory");
}

TEST_F(DiskReaderTest, ReadsFiles) {
  const DiskReader files(folder_, {.file_bytes_max = 4});
  EXPECT_EQ(files.Read("link"), "text");
  EXPECT_EQ(files.Read("nothing").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(files.Read("nothing").error().message, "open nothing: no such file or directory");
  EXPECT_EQ(files.Read(std::string("folder/file\0x", 13)).error().message.substr(0, 16), "open folder/file");
  const DiskReader limited(folder_, {.file_bytes_max = 3});
  EXPECT_EQ(limited.Read("link").error().code, ErrorCode::kOverloaded);
}

TEST_F(DiskReaderTest, ListsFolders) {
  const DiskReader files(folder_, {.folder_names_max = 4});
  EXPECT_THAT(*files.List("."), testing::UnorderedElementsAre("folder", "link", "broken", "pipe"));
  EXPECT_EQ(files.List("folder/file").error().message, "open folder/file: not a directory");
  const DiskReader limited(folder_, {.folder_names_max = 3});
  EXPECT_EQ(limited.List(".").error().code, ErrorCode::kOverloaded);
}

}  // namespace
}  // namespace cairn::hcl
