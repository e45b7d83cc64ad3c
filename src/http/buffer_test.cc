#include "http/buffer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace cairn::http {
namespace {

TEST(Buffer, HoldsWhatAStringWouldHold) {
  std::minstd_rand random(1);
  Buffer buffer;
  std::string model;
  for (int step = 0; step < 20'000; ++step) {
    const size_t size = random() % (step % 100 == 0 ? 40'000 : 300);
    switch (random() % 4) {
      case 0: {
        const std::string bytes(size, static_cast<char>('a' + step % 26));
        buffer.Append(bytes);
        model += bytes;
        break;
      }
      case 1: {
        const std::span<char> room = buffer.Room(size);
        ASSERT_GE(room.size(), size);
        const std::string bytes(size / 2, static_cast<char>('A' + step % 26));
        bytes.copy(room.data(), bytes.size());
        buffer.Commit(bytes.size());
        buffer.Consume(0);
        model += bytes;
        break;
      }
      default: {
        const size_t dropped = std::min(size, model.size());
        buffer.Consume(dropped);
        model.erase(0, dropped);
      }
    }
    ASSERT_EQ(buffer.view(), model);
    ASSERT_EQ(buffer.empty(), model.empty());
  }
}

TEST(Buffer, KeepsViewsWhileThereIsRoomAndTheFrontIsDropped) {
  Buffer buffer;
  buffer.Append("head and body");
  const std::string_view body = buffer.view().substr(9);
  buffer.Consume(9);
  ASSERT_TRUE(buffer.has_room(100));
  buffer.Append(std::string(100, 'x'));
  EXPECT_EQ(body.data(), buffer.view().data());
  EXPECT_EQ(body, "body");
}

TEST(Buffer, HoldsNoMemoryWhenEmpty) {
  Buffer buffer;
  EXPECT_FALSE(buffer.has_room(1));
  buffer.Append("x");
  EXPECT_TRUE(buffer.has_room(1000));
  buffer.Consume(1);
  EXPECT_FALSE(buffer.has_room(1));
}

TEST(Buffer, MovesItsBytes) {
  Buffer from;
  from.Append("bytes");
  Buffer to = std::move(from);
  EXPECT_EQ(to.view(), "bytes");
  Buffer other;
  other.Append("other");
  other = std::move(to);
  EXPECT_EQ(other.view(), "bytes");
}

}  // namespace
}  // namespace cairn::http
