#include "base/files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/testing/temporary_directory.h"

namespace cairn {
namespace {

void WriteWithStreams(const std::string& path, std::string_view contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

std::string ReadWithStreams(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

size_t EntriesIn(const std::string& path) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
}

TEST(ReadFile, ReturnsAllBytes) {
  const TemporaryDirectory directory;
  for (const size_t size : {size_t{0}, size_t{1}, size_t{65536}, size_t{200'001}}) {
    std::string contents(size, '\0');
    for (size_t i = 0; i < size; ++i) contents[i] = static_cast<char>(i * 31);
    WriteWithStreams(directory / "f", contents);
    EXPECT_EQ(ReadFile(directory / "f", size).value(), contents) << size;
  }
}

TEST(ReadFile, RefusesOneByteTooMany) {
  const TemporaryDirectory directory;
  WriteWithStreams(directory / "f", "12345");
  EXPECT_EQ(ReadFile(directory / "f", 5).value(), "12345");
  EXPECT_EQ(ReadFile(directory / "f", 4).error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(ReadFile("/dev/zero", 100'000).error().code, ErrorCode::kOverloaded);
}

TEST(ReadFile, ReadsFilesThatDoNotKnowTheirSize) {
  EXPECT_NE(ReadFile("/proc/self/status", 1 << 20).value().find("Pid:"), std::string::npos);
}

TEST(ReadFile, NamesWhatIsMissing) {
  const Result<std::string> missing = ReadFile("/nonexistent/x", 1);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().message, "cannot open /nonexistent/x: No such file or directory");
  EXPECT_EQ(ReadFile("/tmp", 1).error().code, ErrorCode::kInvalid);
}

TEST(WriteFileAtomically, CreatesAndReplacesWithTheExactMode) {
  const TemporaryDirectory directory;
  const mode_t umask_before = ::umask(0077);
  ASSERT_TRUE(WriteFileAtomically(directory / "f", "one"));
  ::umask(umask_before);
  EXPECT_EQ(ReadWithStreams(directory / "f"), "one");
  struct stat status{};
  ASSERT_EQ(::stat((directory / "f").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0644u);

  ASSERT_TRUE(WriteFileAtomically(directory / "f", std::string(300'000, 'x'), 0600));
  EXPECT_EQ(ReadWithStreams(directory / "f"), std::string(300'000, 'x'));
  ASSERT_EQ(::stat((directory / "f").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ(EntriesIn(directory.path()), 1u);
}

TEST(WriteFileAtomically, SaysThatTheDirectoryIsMissing) {
  const TemporaryDirectory directory;
  const Result<> result = WriteFileAtomically(directory / "no/f", "x");
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(result.error().message, "cannot write " + directory / "no/f" + ": create a file in directory " +
                                        directory / "no" + ": No such file or directory");
  EXPECT_EQ(EntriesIn(directory.path()), 0u);
}

TEST(WriteFileAtomically, LeavesNothingBehindWhenTheRenameFails) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(std::filesystem::create_directory(directory / "f"));
  EXPECT_FALSE(WriteFileAtomically(directory / "f", "x"));
  EXPECT_EQ(EntriesIn(directory.path()), 1u);
}

// In a child, since a limit on file sizes, which stands for a full disk, would stay.
TEST(WriteFileAtomically, KeepsTheOldContentsWhenTheDiskIsFull) {
  const TemporaryDirectory directory;
  WriteWithStreams(directory / "f", "old");
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(WriteFileAtomically(directory / "f", std::string(100'000, 'x')) ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(ReadWithStreams(directory / "f"), "old");
  EXPECT_EQ(EntriesIn(directory.path()), 1u);
}

// A property of the file system calls in use: a reader never sees a mixture, whenever the writer dies.
TEST(WriteFileAtomically, ShowsOldOrNewAlsoWhenKilled) {
  const TemporaryDirectory directory;
  const std::string path = directory / "f";
  ASSERT_TRUE(WriteFileAtomically(path, std::string(50'000, 'a')));
  for (int round = 0; round < 10; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (char c = 'a';; c = c == 'z' ? 'a' : static_cast<char>(c + 1)) {
        (void)WriteFileAtomically(path, std::string(50'000, c));
      }
    }
    for (int i = 0; i < 50; ++i) {
      const std::string seen = ReadWithStreams(path);
      ASSERT_EQ(seen, std::string(50'000, seen.empty() ? '?' : seen[0]));
    }
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    const std::string seen = ReadWithStreams(path);
    ASSERT_EQ(seen, std::string(50'000, seen.empty() ? '?' : seen[0]));
  }
}

TEST(SyncDirectory, RefusesWhatIsNoDirectory) {
  const TemporaryDirectory directory;
  WriteWithStreams(directory / "f", "");
  EXPECT_TRUE(SyncDirectory(directory.path()));
  EXPECT_EQ(SyncDirectory(directory / "f").error().code, ErrorCode::kNotFound);
}

TEST(FileLock, IsExclusiveUntilDestroyed) {
  const TemporaryDirectory directory;
  Result<FileLock> first = FileLock::TryLock(directory / "lock");
  ASSERT_TRUE(first);
  const Result<FileLock> second = FileLock::TryLock(directory / "lock");
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_EQ(second.error().message, directory / "lock" + ": held by another process");
  first = Fail(ErrorCode::kInternal, "let go");
  EXPECT_TRUE(FileLock::Lock(directory / "lock"));
}

TEST(FileLock, IsReleasedWhenTheHolderIsKilled) {
  const TemporaryDirectory directory;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<FileLock> lock = FileLock::TryLock(directory / "lock");
    (void)!::write(ready[1], lock ? "y" : "n", 1);
    for (;;) ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(FileLock::TryLock(directory / "lock").error().code, ErrorCode::kConflict);
  ::kill(child, SIGKILL);
  EXPECT_TRUE(FileLock::Lock(directory / "lock"));
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace cairn
