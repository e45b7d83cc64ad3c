#include "counter/redis_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cairn::counter {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RedisUrl, ReadsServers) {
  EXPECT_EQ(ParseRedisUrl("redis://redis.default").value(), (RedisUrl{.servers = {{"redis.default", 6379}}}));
  EXPECT_EQ(ParseRedisUrl("redis://127.0.0.1:7000/").value(), (RedisUrl{.servers = {{"127.0.0.1", 7000}}}));
  EXPECT_EQ(
      ParseRedisUrl("rediss://counter@[::1]:7000,b/3").value(),
      (RedisUrl{.servers = {{"::1", 7000}, {"b", 6379}}, .username = "counter", .database = 3, .tls = true}));
  EXPECT_EQ(ParseRedisUrl("redis://a%40b%3Ac@h").value(),
            (RedisUrl{.servers = {{"h", 6379}}, .username = "a@b:c"}));
}

TEST(RedisUrl, ReadsSentinels) {
  EXPECT_EQ(ParseRedisUrl("redis-sentinel://h1:26380,h2/mymaster").value(),
            (RedisUrl{.sentinels = {{"h1", 26380}, {"h2", 26379}}, .sentinel_master = "mymaster"}));
  EXPECT_EQ(ParseRedisUrl("rediss-sentinel://u@h1/my%20master/2").value(),
            (RedisUrl{.sentinels = {{"h1", 26379}},
                      .sentinel_master = "my master",
                      .username = "u",
                      .database = 2,
                      .tls = true}));
}

TEST(RedisUrl, RefusesMistakesAndSaysWhichPart) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "does not begin with redis://"},
      {"redis:", "does not begin with redis://"},
      {"http://h", "does not begin with redis://"},
      {"redis://", "host 1"},
      {"redis://:7000", "host 1: \":7000\" has no host"},
      {"redis://a,,b", "host 2"},
      {"redis://a,b:0", "host 2: \"b:0\" has a port that is not 1 to 65535"},
      {"redis://a:99999", "host 1: \"a:99999\" has a port"},
      {"redis://a b", "host 1"},
      {"redis://::1", "host 1"},
      {"redis://h/x", "the database \"x\""},
      {"redis://h/-1", "the database \"-1\""},
      {"redis://h/0?tls=1", "the database \"0?tls=1\""},
      {"redis://h/0/1", "more than it may after \"0\""},
      {"redis://@h", "the user before '@'"},
      {"redis://a%4@h", "the user before '@'"},
      {"redis-sentinel://h", "needs the name of the master"},
      {"redis-sentinel:///m", "host 1"},
      {"redis-sentinel://h/m/x", "the database \"x\""},
      {"redis-sentinel://h/m/1/2", "more than it may after \"1\""},
  };
  for (const auto& [url, message] : cases) {
    const auto parsed = ParseRedisUrl(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(parsed.error().message, HasSubstr(message)) << url;
  }
}

TEST(RedisUrl, RefusesPasswordsWithoutRepeatingThem) {
  for (const char* url : {"redis://:hunter2@h", "rediss://user:hunter2@h/1", "redis://user:hun/hunter2@h",
                          "redis-sentinel://u:hunter2@h/m", "redis://u:hunter2@x@h"}) {
    const auto parsed = ParseRedisUrl(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_THAT(parsed.error().message, HasSubstr("--redis-password-file")) << url;
    EXPECT_THAT(parsed.error().message, Not(HasSubstr("hunter2")));
  }
  EXPECT_THAT(ParseRedisUrl("reddis://u:hunter2@h").error().message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(ParseRedisAddress("u:hunter2@h").error().message, Not(HasSubstr("hunter2")));
}

TEST(RedisAddress, ReadsHostAndPort) {
  EXPECT_EQ(ParseRedisAddress("redis.default:6379").value(), (RedisEndpoint{"redis.default", 6379}));
  EXPECT_EQ(ParseRedisAddress("h").value(), (RedisEndpoint{"h", 6379}));
  EXPECT_EQ(ParseRedisAddress("[::1]:7000").value(), (RedisEndpoint{"::1", 7000}));
  for (const char* text : {"", ":6379", "h:0", "h:x", "a,b", "redis://h", "h:1:2"}) {
    EXPECT_FALSE(ParseRedisAddress(text)) << text;
  }
}

}  // namespace
}  // namespace cairn::counter
