#include "counter/file_source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/files.h"
#include "base/testing/temporary_directory.h"
#include "counter/ledger.h"
#include "counter/record.h"
#include "net/loop.h"
#include "net/worker.h"

namespace cairn::counter {
namespace {

class FileSourceTest : public testing::Test {
 protected:
  // A process that counts; destroying it is kill -9.
  struct Process {
    Process(net::Loop& loop, const Logger& logger, const std::string& path, int64_t window) : worker(loop) {
      auto opened = OpenCeilingFile(path);
      EXPECT_TRUE(opened.has_value()) << opened.error().message;
      first_ceiling = opened->second;
      source = std::make_unique<FileSource>(loop, worker, logger, std::move(opened->first), opened->second,
                                            FileSource::Options{.window = window});
    }
    net::Worker worker;
    int64_t first_ceiling = 0;
    std::unique_ptr<FileSource> source;
  };

  int64_t Next(Process& process) {
    const auto number = loop.Run(process.source->Next(kNever));
    return number ? *number : -1;
  }

  SystemClock clock;
  net::Loop loop{clock};
  Logger logger{clock, {.fd = -1}};
  TemporaryDirectory directory;
  const std::string path = directory.path() + "/number";
};

TEST_F(FileSourceTest, CountsFromOneWithoutGaps) {
  Process process(loop, logger, path, 10);
  for (int64_t i = 1; i <= 100; ++i) EXPECT_EQ(Next(process), i);
}

TEST_F(FileSourceTest, NeverRepeatsAfterBeingKilledAndSkipsAtMostAWindow) {
  int64_t last = 0;
  for (int run = 0; run < 20; ++run) {
    Process process(loop, logger, path, 10);
    for (int i = 0; i <= run; ++i) {
      const int64_t number = Next(process);
      EXPECT_GT(number, last);
      EXPECT_LE(number, last + 11);
      last = number;
    }
  }
}

TEST_F(FileSourceTest, SkipsNothingWhenStoppedProperly) {
  {
    Process process(loop, logger, path, 10);
    for (int64_t i = 1; i <= 7; ++i) EXPECT_EQ(Next(process), i);
    EXPECT_TRUE(loop.Run(process.source->Close()).has_value());
  }
  Process process(loop, logger, path, 10);
  EXPECT_EQ(Next(process), 8);
}

TEST_F(FileSourceTest, ASecondProcessIsRefused) {
  Process process(loop, logger, path, 10);
  EXPECT_EQ(OpenCeilingFile(path).error().code, ErrorCode::kConflict);
}

TEST_F(FileSourceTest, ADamagedFileIsRefusedAndNotOverwritten) {
  {
    Process process(loop, logger, path, 10);
  }
  std::string text = SealRecord("cairn-counter-1", {{"ceiling", "500"}});
  text[text.find("500")] = '1';
  for (const std::string& damaged : {text, text.substr(0, 10), std::string(), std::string("\0\0\0", 3)}) {
    ASSERT_TRUE(WriteFileAtomically(path, damaged).has_value());
    EXPECT_EQ(OpenCeilingFile(path).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(*ReadFile(path, 1024), damaged);
  }
}

// A disk that fails until it is told not to.
class FailingFile final : public CeilingFile {
 public:
  Result<> Write(int64_t ceiling) override {
    if (failing) return Fail(ErrorCode::kOverloaded, "no space left on device");
    written = ceiling;
    return {};
  }
  std::atomic<bool> failing = false;
  std::atomic<int64_t> written = 0;
};

TEST_F(FileSourceTest, NothingAboveTheCeilingOnTheDiskIsGivenOut) {
  const auto file = std::make_shared<FailingFile>();
  net::Worker worker(loop);
  FileSource source(loop, worker, logger, file, 0,
                    {.window = 10, .retry_pause = std::chrono::milliseconds(1)});
  EXPECT_EQ(*loop.Run(source.Next(kNever)), 1);
  file->failing = true;
  int64_t last = 1;
  while (const auto number = loop.Run(source.Next(clock.Now() + std::chrono::milliseconds(20)))) {
    last = *number;
    EXPECT_LE(last, file->written);
  }
  EXPECT_FALSE(source.healthy());
  file->failing = false;
  EXPECT_EQ(*loop.Run(source.Next(kNever)), last + 1);
  EXPECT_TRUE(source.healthy());
}

TEST_F(FileSourceTest, StopsAtTheLargestNumberThereIs) {
  const auto file = std::make_shared<FailingFile>();
  net::Worker worker(loop);
  FileSource source(loop, worker, logger, file, std::numeric_limits<int64_t>::max() - 1, {.window = 10});
  EXPECT_EQ(*loop.Run(source.Next(kNever)), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(loop.Run(source.Next(kNever)).error().code, ErrorCode::kInvalid);
}

TEST_F(FileSourceTest, AFileLedgerReplacesOnlyWhatIsExpected) {
  net::Worker worker(loop);
  const auto ledger = OpenFileLedger(worker, directory.path() + "/ledger");
  EXPECT_EQ(*loop.Run(ledger->Read()), std::nullopt);
  const LedgerRecord first{1, 100, "a1b2"};
  const LedgerRecord second{2, 200, "c3d4"};
  EXPECT_TRUE(*loop.Run(ledger->Replace(std::nullopt, first)));
  EXPECT_FALSE(*loop.Run(ledger->Replace(std::nullopt, second)));
  EXPECT_TRUE(*loop.Run(ledger->Replace(first, second)));
  EXPECT_EQ(*loop.Run(ledger->Read()), second);
}

TEST(Record, ReadsWhatItWroteAndRefusesEveryOtherByte) {
  const std::vector<RecordField> fields = {{"epoch", "3"}, {"owner", "abc"}};
  const std::string text = SealRecord("t", fields);
  EXPECT_EQ(*OpenRecord("t", text), fields);
  EXPECT_EQ(OpenRecord("u", text).error().code, ErrorCode::kInvalid);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] ^= 1;
    EXPECT_FALSE(OpenRecord("t", damaged).has_value()) << i;
    EXPECT_FALSE(OpenRecord("t", text.substr(0, i)).has_value()) << i;
  }
}

}  // namespace
}  // namespace cairn::counter
