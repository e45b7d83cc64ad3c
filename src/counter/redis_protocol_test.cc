#include "counter/redis_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cairn::counter {
namespace {

using Kind = RedisReply::Kind;

RedisReply Status(std::string text) {
  return {.kind = Kind::kStatus, .text = std::move(text)};
}
RedisReply Failure(std::string text) {
  return {.kind = Kind::kError, .text = std::move(text)};
}
RedisReply Text(std::string text) {
  return {.kind = Kind::kString, .text = std::move(text)};
}
RedisReply Integer(int64_t value) {
  return {.kind = Kind::kInteger, .integer = value};
}
RedisReply Array(std::vector<RedisReply> elements) {
  return {.kind = Kind::kArray, .elements = std::move(elements)};
}

struct Case {
  std::string bytes;
  RedisReply reply;
};

// The examples of the protocol's specification.
const std::vector<Case>& Examples() {
  static const std::vector<Case> cases = {
      {"+OK\r\n", Status("OK")},
      {"-ERR unknown command 'asdf'\r\n", Failure("ERR unknown command 'asdf'")},
      {"-MOVED 3999 127.0.0.1:6381\r\n", Failure("MOVED 3999 127.0.0.1:6381")},
      {":0\r\n", Integer(0)},
      {":1000\r\n", Integer(1000)},
      {":-9223372036854775808\r\n", Integer(INT64_MIN)},
      {":9223372036854775807\r\n", Integer(INT64_MAX)},
      {"$5\r\nhello\r\n", Text("hello")},
      {"$0\r\n\r\n", Text("")},
      {"$4\r\n\r\n\r\n\r\n", Text("\r\n\r\n")},
      {"$-1\r\n", {}},
      {"*0\r\n", Array({})},
      {"*-1\r\n", {}},
      {"*2\r\n$5\r\nhello\r\n$5\r\nworld\r\n", Array({Text("hello"), Text("world")})},
      {"*3\r\n:1\r\n$-1\r\n+x\r\n", Array({Integer(1), {}, Status("x")})},
      {"*2\r\n*3\r\n:1\r\n:2\r\n:3\r\n*2\r\n+Hello\r\n-World\r\n",
       Array({Array({Integer(1), Integer(2), Integer(3)}), Array({Status("Hello"), Failure("World")})})},
      {"*2\r\n*0\r\n*1\r\n*0\r\n", Array({Array({}), Array({Array({})})})},
  };
  return cases;
}

TEST(RedisReader, ReadsTheExamplesOfTheSpecificationHoweverTheyAreCut) {
  for (const Case& example : Examples()) {
    for (size_t piece = 1; piece <= example.bytes.size(); ++piece) {
      RedisReader reader;
      std::vector<RedisReply> replies;
      for (size_t at = 0; at < example.bytes.size(); at += piece) {
        reader.Feed(std::string_view(example.bytes).substr(at, piece));
        const auto reply = reader.Next();
        ASSERT_TRUE(reply) << reply.error().message;
        if (*reply) replies.push_back(**reply);
      }
      EXPECT_THAT(replies, testing::ElementsAre(example.reply)) << example.bytes << " by " << piece;
      EXPECT_TRUE(reader.empty());
    }
  }
}

TEST(RedisReader, ReadsRepliesThatComeTogether) {
  RedisReader reader;
  std::string all;
  for (int round = 0; round < 300; ++round) {
    for (const Case& example : Examples()) all += example.bytes;
  }
  reader.Feed(all);
  EXPECT_FALSE(reader.empty());
  for (int round = 0; round < 300; ++round) {
    for (const Case& example : Examples()) EXPECT_EQ(reader.Next().value(), example.reply);
  }
  EXPECT_EQ(reader.Next().value(), std::nullopt);
  EXPECT_TRUE(reader.empty());
}

TEST(RedisReader, RefusesWhatIsNotRespAndStaysBroken) {
  for (const char* bytes :
       {"HTTP/1.1 400 Bad Request\r\n", "\r\n", ":12a\r\n", ":\r\n", ":9223372036854775808\r\n", "$-2\r\n",
        "$x\r\n", "*-2\r\n", "*1\r\nx\r\n", "*99999999999\r\n", "_\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
    RedisReader reader;
    reader.Feed(bytes);
    const auto reply = reader.Next();
    ASSERT_FALSE(reply) << bytes;
    EXPECT_EQ(reply.error().code, ErrorCode::kInternal);
    reader.Feed("+OK\r\n");
    EXPECT_FALSE(reader.Next()) << bytes;
    EXPECT_FALSE(reader.empty());
  }
}

TEST(RedisReader, NestsAsDeepAsItSays) {
  std::string bytes;
  for (size_t depth = 0; depth < RedisReader::kDepthMax; ++depth) bytes += "*1\r\n";
  RedisReader reader;
  reader.Feed(bytes + ":7\r\n");
  const auto reply = reader.Next();
  ASSERT_TRUE(reply && *reply);
  const RedisReply* inner = &**reply;
  for (size_t depth = 0; depth < RedisReader::kDepthMax; ++depth) inner = &inner->elements.at(0);
  EXPECT_EQ(inner->integer, 7);
}

TEST(RedisReader, BoundsTheBytesOfOneReplyAndNotOfAll) {
  RedisReader reader(100);
  for (int i = 0; i < 50; ++i) {
    reader.Feed("$93\r\n" + std::string(93, 'x') + "\r\n");  // 100 bytes
    const auto reply = reader.Next();
    ASSERT_TRUE(reply && *reply);
  }
  reader.Feed("$94\r\n" + std::string(94, 'x') + "\r\n");
  EXPECT_EQ(reader.Next().error().message, "the reply of Redis has more than 100 bytes");

  for (const char* announced : {"$2147483647\r\n", "$9223372036854775807\r\n", "+"}) {
    RedisReader endless(100);
    endless.Feed(announced);
    EXPECT_EQ(endless.Next().value(), std::nullopt);
    endless.Feed(std::string(100, 'x'));
    EXPECT_FALSE(endless.Next()) << announced;
  }
}

TEST(RedisReader, BoundsTheValuesOfOneReply) {
  RedisReader announced;
  announced.Feed("*1000000000\r\n");
  EXPECT_EQ(announced.Next().error().message, "the reply of Redis has more than 16384 values");

  const auto pairs = [](size_t count) {  // an array of `count` arrays of one: 1 + 2 * count values
    std::string bytes = "*" + std::to_string(count) + "\r\n";
    for (size_t i = 0; i < count; ++i) bytes += "*1\r\n:1\r\n";
    return bytes;
  };
  RedisReader reader;
  for (int i = 0; i < 3; ++i) {
    reader.Feed(pairs(8191));
    EXPECT_TRUE(reader.Next().value());
  }
  reader.Feed(pairs(8192));
  EXPECT_FALSE(reader.Next());
}

TEST(RedisReply, TellsTheFirstWordOfAnError) {
  EXPECT_EQ(Failure("MOVED 1 a:1").error_code(), "MOVED");
  EXPECT_EQ(Failure("BUSY").error_code(), "BUSY");
  EXPECT_EQ(Failure("").error_code(), "");
  EXPECT_EQ(Text("MOVED 1 a:1").error_code(), "");
}

TEST(RedisScript, HasTheDigestThatRedisDocuments) {
  EXPECT_EQ(RedisScript("return 1").sha1, "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
}

TEST(FormatRedisCommand, WritesBulkStrings) {
  const std::vector<std::string> words{"LLEN", "", std::string("a\0\r\n", 4)};
  EXPECT_EQ(FormatRedisCommand(words), std::string("*3\r\n$4\r\nLLEN\r\n$0\r\n\r\n$4\r\na\0\r\n\r\n", 30));
}

}  // namespace
}  // namespace cairn::counter
