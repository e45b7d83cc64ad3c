#include "net/stream.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/testing/manual_clock.h"
#include "net/loop.h"
#include "net/task_group.h"
#include "net/testing/pipe.h"

namespace cairn::net {
namespace {

Task<void> Send(Stream& stream, std::string bytes, Result<>& sent) {
  sent = co_await WriteAll(stream, bytes, kNever);
  if (sent) stream.FinishWriting();
}

Task<void> Collect(Stream& stream, std::string& bytes, std::optional<Error>& error) {
  std::array<char, 7> piece;
  for (;;) {
    const Result<size_t> size = co_await ReadSome(stream, piece, kNever);
    if (!size) error = size.error();
    if (!size || *size == 0) co_return;
    bytes.append(piece.data(), *size);
  }
}

std::string Pattern(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + i / 251);
  return text;
}

TEST(Pipe, CarriesBytesBothWaysThroughSmallBuffers) {
  for (const size_t capacity : {1, 2, 5, 1000}) {
    ManualClock clock;
    Loop loop(clock);
    auto [left, right] = MakePipe(loop, {.capacity = capacity, .read_bytes_max = 3});
    TaskGroup group(loop);
    std::string at_left, at_right;
    Result<> sent_left, sent_right;
    std::optional<Error> left_error, right_error;
    group.Spawn(Send(*left, Pattern(300), sent_left));
    group.Spawn(Send(*right, Pattern(500), sent_right));
    group.Spawn(Collect(*left, at_left, left_error));
    group.Spawn(Collect(*right, at_right, right_error));
    loop.RunUntilIdle();
    EXPECT_EQ(group.size(), 0u);
    EXPECT_TRUE(sent_left && sent_right);
    EXPECT_EQ(at_right, Pattern(300));
    EXPECT_EQ(at_left, Pattern(500));
    EXPECT_TRUE(left->PeerClosed());
  }
}

TEST(Pipe, DestroyingAnEndFailsTheWritesOfTheOther) {
  ManualClock clock;
  Loop loop(clock);
  auto [left, right] = MakePipe(loop, {.capacity = 10});
  TaskGroup group(loop);
  Result<> sent;
  std::string received;
  std::optional<Error> error;
  group.Spawn(Send(*left, Pattern(30), sent));
  group.Spawn(Collect(*left, received, error));
  EXPECT_EQ(left->bytes_in_flight(), 10u);
  EXPECT_FALSE(left->PeerClosed());
  right.reset();
  loop.RunUntilIdle();
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kDisconnected);
  EXPECT_FALSE(error);  // an orderly end
  EXPECT_TRUE(left->PeerClosed());
}

TEST(Pipe, ResetFailsBothEnds) {
  ManualClock clock;
  Loop loop(clock);
  auto [left, right] = MakePipe(loop);
  TaskGroup group(loop);
  std::string received;
  std::optional<Error> error;
  group.Spawn(Collect(*left, received, error));
  right->Reset();
  loop.RunUntilIdle();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kDisconnected);
  char byte = 'x';
  const iovec piece{&byte, 1};
  EXPECT_EQ(right->TryWrite({&piece, 1}).status, IoStatus::kFailed);
}

Task<void> ReadOnce(Stream& stream, TimePoint deadline, std::optional<Result<size_t>>& result) {
  std::array<char, 16> buffer;
  result = co_await ReadSome(stream, buffer, deadline);
}

TEST(Stream, ATimedOutReadLosesNothing) {
  ManualClock clock;
  Loop loop(clock);
  auto [left, right] = MakePipe(loop);
  TaskGroup group(loop);
  std::optional<Result<size_t>> first, second;
  group.Spawn(ReadOnce(*left, clock.Now() + std::chrono::seconds(1), first));
  clock.Advance(std::chrono::seconds(1));
  loop.RunUntilIdle();
  ASSERT_TRUE(first && !*first);
  EXPECT_EQ(first->error().code, ErrorCode::kTimeout);
  Result<> sent;
  group.Spawn(Send(*right, "hello", sent));
  group.Spawn(ReadOnce(*left, clock.Now() + std::chrono::seconds(1), second));
  loop.RunUntilIdle();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ(**second, 5u);
}

}  // namespace
}  // namespace cairn::net
