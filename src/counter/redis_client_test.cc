// Against a server that answers what the test says. Real servers: redis_server_test.cc,
// tests/redis_failover_test.cc.

#include "counter/redis_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/files.h"
#include "base/strings.h"
#include "base/testing/temporary_directory.h"
#include "counter/testing/fake_redis.h"
#include "counter/testing/redis_client_harness.h"
#include "net/task_group.h"

namespace cairn::counter {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

class RedisClientTest : public testing::Test {
 protected:
  // Answers EVAL and EVALSHA with the answers given, the last one for ever, and all else like a primary.
  FakeRedis::Script Answering(std::vector<std::string> answers) {
    return [answers, next = size_t{0}](const Words& words) mutable -> std::string {
      if (!words[0].starts_with("EVAL")) return FakeRedis::kDefault;
      const size_t now = next;
      if (next + 1 < answers.size()) ++next;
      return answers[now];
    };
  }

  RedisOptions OptionsFor(std::vector<RedisEndpoint> servers) {
    RedisOptions options;
    options.servers = std::move(servers);
    options.retry_pause_min = milliseconds(1);
    options.retry_pause_max = milliseconds(5);
    return options;
  }

  ClientHarness harness_;
};

TEST_F(RedisClientTest, SendsTheDigestAndTheScriptOnlyWhereItIsNotKnown) {
  FakeRedis server(harness_.loop, Answering({"-NOSCRIPT No matching script\r\n", ":1\r\n", ":2\r\n"}));
  const auto client = harness_.MakeClient(OptionsFor({server.endpoint()}));
  EXPECT_FALSE(client->connected());
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_EQ(Told(harness_.Count(*client)), "2");
  const std::string sha = harness_.count_script.sha1;
  EXPECT_THAT(server.commands(), ElementsAre(Words{"CLIENT", "SETNAME", "counter"}, Words{"ROLE"},
                                             Words{"EVALSHA", sha, "1", "num", "1"},
                                             Words{"EVAL", std::string(kCountScript), "1", "num", "1"},
                                             Words{"EVALSHA", sha, "1", "num", "1"}));
  EXPECT_TRUE(client->connected());
  EXPECT_EQ(client->connects(), 1u);
  EXPECT_EQ(client->endpoint(), Format("127.0.0.1:{}", server.endpoint().port));
  EXPECT_THAT(harness_.Log(), HasSubstr("connected to Redis"));
}

TEST_F(RedisClientTest, GivesErrorsOfTheScriptToTheCaller) {
  FakeRedis server(harness_.loop, Answering({"-WRONGTYPE no\r\n", "-ERR overflow\r\n", "$-1\r\n"}));
  const auto client = harness_.MakeClient(OptionsFor({server.endpoint()}));
  EXPECT_EQ(Told(harness_.Count(*client)), "WRONGTYPE no");
  EXPECT_EQ(Told(harness_.Count(*client)), "ERR overflow");
  EXPECT_EQ(harness_.Count(*client).value().kind, RedisReply::Kind::kNil);
  EXPECT_EQ(client->connects(), 1u);
}

TEST_F(RedisClientTest, RetriesWhatWasCertainlyNotExecuted) {
  FakeRedis server(harness_.loop, Answering({"-LOADING wait\r\n", "-READONLY replica\r\n",
                                             "-CLUSTERDOWN x\r\n", "-TRYAGAIN x\r\n", "-NOREPLICAS x\r\n",
                                             "-BUSY x\r\n", "-MOVED 1 ?:7\r\n", "-ASK 1\r\n", ":9\r\n"}));
  const auto client = harness_.MakeClient(OptionsFor({server.endpoint()}));
  EXPECT_EQ(Told(harness_.Count(*client)), "9");
  EXPECT_EQ(server.Count("EVALSHA"), 9u);
  EXPECT_EQ(client->connects(), 5u);  // anew after LOADING, READONLY, CLUSTERDOWN, MOVED
}

TEST_F(RedisClientTest, TellsTheRefusalWhenTheDeadlinePasses) {
  FakeRedis server(harness_.loop, Answering({"-READONLY replica\r\n"}));
  const auto client = harness_.MakeClient(OptionsFor({server.endpoint()}));
  EXPECT_THAT(harness_.Refusal(*client, "READONLY"), StartsWith("unavailable: Redis at 127.0.0.1:"));
  EXPECT_GT(server.Count("EVALSHA"), 1u);
  EXPECT_THAT(Told(harness_.Count(*client, "num", 1, milliseconds(-1))), StartsWith("unavailable: no time"));
}

TEST_F(RedisClientTest, DoesNotRepeatWhatMayHaveBeenExecuted) {
  for (const char* end : {FakeRedis::kHangUp, "HTTP/1.1 400\r\n", ":1"}) {
    FakeRedis server(harness_.loop, Answering({end, ":2\r\n"}));
    RedisOptions options = OptionsFor({server.endpoint()});
    options.command_timeout = milliseconds(500);
    const auto client = harness_.MakeClient(options);
    const auto lost = harness_.Count(*client);
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, end[0] == ':' ? ErrorCode::kTimeout : ErrorCode::kDisconnected)
        << Told(lost);
    EXPECT_FALSE(client->connected());
    EXPECT_EQ(server.Count("EVALSHA"), 1u);
    EXPECT_EQ(Told(harness_.Count(*client)), "2");
    EXPECT_EQ(client->connects(), 2u);
  }
}

TEST_F(RedisClientTest, NeverTakesALateReplyForTheNextCommand) {
  FakeRedis server(harness_.loop, Answering({FakeRedis::kSilence, ":7\r\n"}));
  const auto client = harness_.MakeClient(OptionsFor({server.endpoint()}));
  {
    net::TaskGroup group(harness_.loop);  // cancels the call while its reply is awaited
    struct Local {
      static net::Task<void> Call(RedisClient& called, const RedisScript& script) {
        std::vector<std::string> keys{"num"};
        std::vector<std::string> arguments{"1"};
        (void)co_await called.Eval(script, std::move(keys), std::move(arguments), kNever);
      }
      static net::Task<bool> Until(net::Loop& loop, const FakeRedis& asked) {
        while (asked.Count("EVALSHA") == 0) co_await loop.Sleep(milliseconds(1));
        co_return true;
      }
    };
    group.Spawn(Local::Call(*client, harness_.count_script));
    EXPECT_TRUE(harness_.loop.Run(Local::Until(harness_.loop, server)));
  }
  EXPECT_EQ(Told(harness_.Count(*client)), "7");
  EXPECT_EQ(client->connects(), 2u);
}

TEST_F(RedisClientTest, DistrustsAConnectionOnWhichMoreCameThanAReply) {
  FakeRedis server(harness_.loop, Answering({":1\r\n:666\r\n", ":2\r\n"}));
  const auto client = harness_.MakeClient(OptionsFor({server.endpoint()}));
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_EQ(Told(harness_.Count(*client)), "2");
  EXPECT_EQ(client->connects(), 2u);
}

TEST_F(RedisClientTest, FollowsMovedAndAsk) {
  FakeRedis owner(harness_.loop, Answering({":1\r\n"}));
  FakeRedis importing(harness_.loop, Answering({"-NOSCRIPT x\r\n", ":5\r\n"}));
  const uint16_t owner_port = owner.endpoint().port;
  FakeRedis other(harness_.loop, Answering({Format("-MOVED 1 127.0.0.1:{}\r\n", owner_port),
                                            Format("-MOVED 1 :{}\r\n", owner_port),  // the same host
                                            Format("-ASK 1 127.0.0.1:{}\r\n", importing.endpoint().port)}));
  const auto client = harness_.MakeClient(OptionsFor({other.endpoint()}));
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_EQ(client->endpoint(), Format("127.0.0.1:{}", owner_port));
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_EQ(other.connections(), 1u);  // where it was sent it stays
  client->Disconnect();
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_EQ(other.connections(), 2u);  // nothing is remembered

  client->Disconnect();
  EXPECT_EQ(Told(harness_.Count(*client)), "5");
  EXPECT_EQ(importing.Count("ASKING"), 2u);  // for the digest, then for the script
  EXPECT_EQ(importing.connections(), 2u);
  EXPECT_EQ(client->endpoint(), Format("127.0.0.1:{}", other.endpoint().port));
}

TEST_F(RedisClientTest, FollowsMovedInACircleOnlyUntilTheDeadline) {
  FakeRedis* second = nullptr;
  FakeRedis first(harness_.loop, [&](const Words& words) -> std::string {
    if (words[0] != "EVALSHA") return FakeRedis::kDefault;
    return Format("-MOVED 1 127.0.0.1:{}\r\n", second->endpoint().port);
  });
  FakeRedis other(harness_.loop, Answering({Format("-MOVED 1 127.0.0.1:{}\r\n", first.endpoint().port)}));
  second = &other;
  const auto client = harness_.MakeClient(OptionsFor({first.endpoint()}));
  EXPECT_THAT(harness_.Refusal(*client, "MOVED"), HasSubstr("MOVED 1 127.0.0.1:"));
}

std::string RoleReply(std::string_view role) {
  return Format("*3\r\n${}\r\n{}\r\n:0\r\n*0\r\n", role.size(), role);
}

TEST_F(RedisClientTest, TakesThePrimaryOfAList) {
  FakeRedis replica(harness_.loop, [](const Words& words) -> std::string {
    if (words[0] == "INFO") return "$9\r\n# Cluster\r\n";
    return words[0] == "ROLE" ? RoleReply("slave") : FakeRedis::kDefault;
  });
  FakeRedis primary(harness_.loop, Answering({":3\r\n"}));
  const RedisEndpoint nobody{"127.0.0.1", 1};
  const auto client = harness_.MakeClient(OptionsFor({nobody, replica.endpoint(), primary.endpoint()}));
  EXPECT_EQ(Told(harness_.Count(*client)), "3");
  client->Disconnect();
  EXPECT_EQ(Told(harness_.Count(*client)), "3");
  EXPECT_EQ(replica.connections(), 1u);  // begins with the one that was right
  EXPECT_EQ(replica.Count("EVALSHA"), 0u);
}

TEST_F(RedisClientTest, TakesTheWordOfSentinelsOnlyForAPrimary) {
  FakeRedis primary(harness_.loop, Answering({":4\r\n"}));
  FakeRedis old_primary(harness_.loop, [](const Words& words) -> std::string {
    return words[0] == "ROLE" ? RoleReply("slave") : FakeRedis::kDefault;
  });
  const auto naming = [](uint16_t port) {
    const std::string text = std::to_string(port);
    return Format("*2\r\n$9\r\n127.0.0.1\r\n${}\r\n{}\r\n", text.size(), text);
  };
  const auto sentinel = [](const std::string& answer) {
    return [answer](const Words& words) -> std::string {
      if (words[0] != "SENTINEL") return FakeRedis::kDefault;
      EXPECT_THAT(words, ElementsAre("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster"));
      return answer;
    };
  };
  FakeRedis ignorant(harness_.loop, sentinel("*-1\r\n"));
  FakeRedis late(harness_.loop, sentinel(naming(old_primary.endpoint().port)));
  FakeRedis right(harness_.loop, sentinel(naming(primary.endpoint().port)));
  FakeRedis odd(harness_.loop, sentinel("*2\r\n+x\r\n+99999\r\n"));
  RedisOptions options = OptionsFor({});
  options.sentinel_master = "mymaster";
  options.sentinels = {
      {"127.0.0.1", 1}, ignorant.endpoint(), odd.endpoint(), late.endpoint(), right.endpoint()};
  const auto client = harness_.MakeClient(options);
  EXPECT_EQ(Told(harness_.Count(*client)), "4");
  client->Disconnect();
  EXPECT_EQ(Told(harness_.Count(*client)), "4");
  EXPECT_EQ(late.connections(), 1u);  // begins with the one that was right
  EXPECT_EQ(right.connections(), 2u);

  options.sentinels = {ignorant.endpoint(), late.endpoint()};
  const auto lost = harness_.MakeClient(options);
  const std::string told = harness_.Refusal(*lost, "is a replica");
  EXPECT_THAT(told, HasSubstr("monitors no \"mymaster\""));
  EXPECT_THAT(told, HasSubstr("is a replica"));
  EXPECT_EQ(old_primary.Count("EVALSHA"), 0u);
}

TEST_F(RedisClientTest, ReplacesAnOldConnectionButKeepsItWhileThereIsNoBetter) {
  bool loading = false;
  FakeRedis server(harness_.loop, [&](const Words& words) -> std::string {
    if (words[0] == "ROLE" && loading) return "-MASTERDOWN x\r\n";
    return words[0] == "EVALSHA" ? ":1\r\n" : FakeRedis::kDefault;
  });
  RedisOptions options = OptionsFor({server.endpoint()});
  options.connection_age_max = Duration(0);
  const auto client = harness_.MakeClient(options);
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_EQ(client->connects(), 2u);
  loading = true;
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_EQ(client->connects(), 2u);
  EXPECT_EQ(server.connections(), 3u);
}

TEST_F(RedisClientTest, GivesUpAServerThatDoesNotAnswerInTimeForTheNext) {
  FakeRedis silent(harness_.loop, [](const Words&) -> std::string { return FakeRedis::kSilence; });
  FakeRedis server(harness_.loop, Answering({":1\r\n"}));
  RedisOptions options = OptionsFor({silent.endpoint(), server.endpoint()});
  options.connect_timeout = milliseconds(50);
  const auto client = harness_.MakeClient(options);
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_GE(silent.connections(), 1u);
}

TEST_F(RedisClientTest, SaysWhyItCannotLogIn) {
  const TemporaryDirectory directory;
  FakeRedis refusing(harness_.loop, [](const Words& words) -> std::string {
    if (words[0] == "AUTH") return "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
    return "-NOAUTH Authentication required.\r\n";
  });
  RedisOptions options = OptionsFor({refusing.endpoint()});
  const auto told = [&](std::string_view expected) {
    const auto client = harness_.MakeClient(options);
    return harness_.Refusal(*client, expected);
  };
  EXPECT_THAT(told("NOAUTH"), AllOf(StartsWith("denied: "), HasSubstr("NOAUTH")));
  options.password_file = directory / "password";
  EXPECT_THAT(told("No such file"), AllOf(StartsWith("denied: "), HasSubstr("password file")));
  ASSERT_TRUE(WriteFileAtomically(options.password_file, "\n"));
  EXPECT_THAT(told("is empty"), AllOf(StartsWith("denied: "), HasSubstr("password file")));
  ASSERT_TRUE(WriteFileAtomically(options.password_file, "hunter2\n"));
  options.username = "counter";
  EXPECT_THAT(told("WRONGPASS"),
              AllOf(StartsWith("denied: "), HasSubstr("user \"counter\""), HasSubstr("WRONGPASS")));
  EXPECT_THAT(refusing.commands().back(), ElementsAre("AUTH", "counter", "hunter2"));
  EXPECT_THAT(harness_.Log(), AllOf(HasSubstr("cannot connect to Redis"), Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace cairn::counter
