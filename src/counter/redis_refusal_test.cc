#include "counter/redis_refusal.h"

#include <gtest/gtest.h>

namespace cairn::counter {
namespace {

RedisReply Failure(std::string text) {
  return {.kind = RedisReply::Kind::kError, .text = std::move(text)};
}

TEST(RedisRefusal, KnowsWhatServersAnswer) {
  const std::pair<const char*, RedisRefusal> recorded[] = {
      {"MOVED 3999 127.0.0.1:6381", RedisRefusal::kMoved},
      {"ASK 3999 127.0.0.1:6381", RedisRefusal::kAsk},
      {"NOSCRIPT No matching script. Please use EVAL.", RedisRefusal::kNoScript},
      {"LOADING Redis is loading the dataset in memory", RedisRefusal::kNotHere},
      {"READONLY You can't write against a read only replica.", RedisRefusal::kNotHere},
      {"READONLY You can't write against a read only replica. script: "
       "6b818461879b7ea953a81ab9ad7aaeca1590b7ab, on "
       "@user_script:1.",
       RedisRefusal::kNotHere},
      {"ERR Error running script (call to f_1028a5dba704e1d8a01fd96efeba25bb78f62df2): @user_script:4: "
       "@user_script: 4: -READONLY You can't write against a read only replica.",
       RedisRefusal::kNotHere},
      {"ERR Error running script (call to f_1028a5dba704e1d8a01fd96efeba25bb78f62df2): @user_script:1: "
       "@user_script: 1: -NOREPLICAS Not enough good replicas to write.",
       RedisRefusal::kNotNow},
      {"CLUSTERDOWN The cluster is down", RedisRefusal::kNotHere},
      {"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
       RedisRefusal::kNotHere},
      {"NOAUTH Authentication required.", RedisRefusal::kNotHere},
      {"TRYAGAIN Multiple keys request during rehashing of slot", RedisRefusal::kNotNow},
      {"NOREPLICAS Not enough good replicas to write.", RedisRefusal::kNotNow},
      {"OOM command not allowed when used memory > 'maxmemory'.", RedisRefusal::kNotNow},
      {"ERR increment or decrement would overflow", RedisRefusal::kNone},
      {"ERR Error running script (call to f_1028a5dba704e1d8a01fd96efeba25bb78f62df2): @user_script:1: "
       "WRONGTYPE "
       "Operation against a key holding the wrong kind of value",
       RedisRefusal::kNone},
      {"WRONGTYPE Operation against a key holding the wrong kind of value", RedisRefusal::kNone},
      {"", RedisRefusal::kNone},
  };
  for (const auto& [text, refusal] : recorded) EXPECT_EQ(RefusalOf(Failure(text)), refusal) << text;
  EXPECT_EQ(RefusalOf({.kind = RedisReply::Kind::kString, .text = "READONLY x"}), RedisRefusal::kNone);
}

TEST(RedisRefusal, TellsWrongCredentialsFromBadMoments) {
  EXPECT_EQ(RefusalError(Failure("NOAUTH Authentication required.")).code, ErrorCode::kDenied);
  EXPECT_EQ(RefusalError(Failure("READONLY x")).code, ErrorCode::kUnavailable);
  EXPECT_EQ(RefusalError(Failure("READONLY x")).message, "READONLY x");
}

TEST(RedirectTarget, ReadsWhereToGo) {
  const RedisEndpoint from{"redis.example", 7000};
  const auto target = [&](const char* text) { return RedirectTarget(Failure(text), from); };
  EXPECT_EQ(target("MOVED 3999 127.0.0.1:6381"), (RedisEndpoint{"127.0.0.1", 6381}));
  EXPECT_EQ(target("ASK 0 node-3.example:7002"), (RedisEndpoint{"node-3.example", 7002}));
  EXPECT_EQ(target("MOVED 1 ::1:7001"), (RedisEndpoint{"::1", 7001}));
  EXPECT_EQ(target("MOVED 3999 :6381"), (RedisEndpoint{"redis.example", 6381}));
  for (const char* text : {"MOVED", "MOVED 1", "MOVED 1 host", "MOVED 1 host:", "MOVED 1 host:0",
                           "MOVED 1 host:65536", "MOVED 1 ?:6381", "MOVED 1 host:x"}) {
    EXPECT_EQ(target(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace cairn::counter
