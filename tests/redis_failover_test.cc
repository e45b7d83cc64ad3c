// The Redis client where the primary changes: Sentinels and a cluster, real ones.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "base/strings.h"
#include "counter/redis_client.h"
#include "counter/testing/redis_client_harness.h"
#include "counter/testing/redis_fixture.h"

namespace cairn::counter {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

class RedisFailoverTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = WhyNoRedis(); !why.empty()) GTEST_SKIP() << why;
  }

  // Counts until a number comes; gives up after 30 s. What came before it is indeterminate or refused.
  int64_t CountUntilDone(RedisClient& client) {
    const TimePoint deadline = harness_.clock.Now() + std::chrono::seconds(30);
    while (harness_.clock.Now() < deadline) {
      const auto reply = harness_.Count(client, "num", 1, std::chrono::seconds(2));
      if (reply && reply->kind == RedisReply::Kind::kInteger) return reply->integer;
    }
    return -1;
  }

  ClientHarness harness_;
};

// A primary with two replicas and three Sentinels that know each other.
class SentinelTest : public RedisFailoverTest {
 protected:
  void SetUp() override {
    RedisFailoverTest::SetUp();
    if (IsSkipped()) return;
    servers_[0] = std::make_unique<RedisServer>();
    for (size_t i = 1; i < 3; ++i) {
      servers_[i] = std::make_unique<RedisServer>(RedisServer::Options{
          .arguments = {"--replicaof", "127.0.0.1", std::to_string(servers_[0]->port())}});
    }
    for (auto& sentinel : sentinels_) {
      sentinel = std::make_unique<RedisServer>(
          RedisServer::Options{.sentinel_config = SentinelConfig(servers_[0]->port(), 2)});
    }
    ASSERT_TRUE(Eventually([this] { return KnowEachOther(); }));
  }

  bool KnowEachOther() const {
    for (const auto& sentinel : sentinels_) {
      const std::string info = sentinel->Command({"INFO", "sentinel"}).text;
      if (info.find("status=ok") == std::string::npos) return false;
      if (info.find("slaves=2,sentinels=3") == std::string::npos) return false;
    }
    return true;
  }

  // The last number has reached every other server, so that whichever is promoted goes on from it.
  bool Replicated(int64_t number) const {
    for (const auto& server : servers_) {
      const std::string text = server->Command({"GET", "num"}).text;
      // A command that was given up may have been executed later: then there is one more.
      if (!text.starts_with("GONE") && ParseInt<int64_t>(text).value_or(-1) < number) return false;
    }
    return true;
  }

  RedisServer& ServerAt(const std::string& endpoint) {
    for (const auto& server : servers_) {
      if (ToString(server->endpoint()) == endpoint) return *server;
    }
    ADD_FAILURE() << "no server at " << endpoint;
    return *servers_[0];
  }

  RedisOptions Options() const {
    RedisOptions options;
    options.sentinel_master = "mymaster";
    options.sentinels = {{"127.0.0.1", 1}};  // one that is away
    for (const auto& sentinel : sentinels_) options.sentinels.push_back(sentinel->endpoint());
    options.command_timeout = milliseconds(300);
    options.connect_timeout = milliseconds(300);
    return options;
  }

  std::unique_ptr<RedisServer> servers_[3];
  std::unique_ptr<RedisServer> sentinels_[3];
};

TEST_F(SentinelTest, FollowsAKilledPrimaryTwice) {
  const auto client = harness_.MakeClient(Options());
  int64_t number = CountUntilDone(*client);
  EXPECT_GE(number, 1);
  for (int round = 0; round < 2; ++round) {
    const std::string before = client->endpoint();
    ASSERT_TRUE(Eventually([&] { return Replicated(number); }));
    RedisServer& primary = ServerAt(before);
    primary.Kill();
    const int64_t next = CountUntilDone(*client);
    EXPECT_GT(next, number);
    EXPECT_NE(client->endpoint(), before);
    number = next;
    primary.Start();
    // The Sentinels would make it a replica too, some time.
    primary.Command({"REPLICAOF", "127.0.0.1", std::to_string(ServerAt(client->endpoint()).port())});
    ASSERT_TRUE(Eventually([this] { return KnowEachOther(); }));
  }
  EXPECT_THAT(harness_.Log(), HasSubstr("connection to Redis lost"));
}

TEST_F(SentinelTest, LeavesAStoppedPrimaryAndDoesNotGoBackToIt) {
  const auto client = harness_.MakeClient(Options());
  const int64_t first = CountUntilDone(*client);
  const std::string before = client->endpoint();
  ASSERT_TRUE(Eventually([&] { return Replicated(first); }));
  ServerAt(before).Stop();
  EXPECT_THAT(Told(harness_.Count(*client)), StartsWith("timeout: "));
  EXPECT_GT(CountUntilDone(*client), first);
  const std::string after = client->endpoint();
  EXPECT_NE(after, before);
  ServerAt(before).Continue();
  client->Disconnect();
  EXPECT_GT(CountUntilDone(*client), first);
  EXPECT_EQ(client->endpoint(), after);
}

TEST_F(SentinelTest, FollowsAFailoverByCommandOnAnOpenConnection) {
  const auto client = harness_.MakeClient(Options());
  const int64_t first = CountUntilDone(*client);
  ASSERT_TRUE(Eventually([&] { return Replicated(first); }));
  const std::string before = client->endpoint();
  EXPECT_TRUE(sentinels_[0]->Command({"SENTINEL", "FAILOVER", "mymaster"}).IsStatus("OK"));
  int64_t last = first;
  EXPECT_TRUE(Eventually([&] {
    const int64_t next = CountUntilDone(*client);
    EXPECT_NE(next, -1);
    last = next;
    return client->endpoint() != before;
  }));
  EXPECT_GT(last, first);
}

// Three nodes that own a third of the slots each.
class ClusterTest : public RedisFailoverTest {
 protected:
  static constexpr int kSlots = 16384;
  static constexpr int kSlotOfNum = 2765;  // CLUSTER KEYSLOT num

  void SetUp() override {
    RedisFailoverTest::SetUp();
    if (IsSkipped()) return;
    for (auto& node : nodes_) {
      node = std::make_unique<RedisServer>(RedisServer::Options{
          .arguments = {"--cluster-enabled", "yes", "--cluster-port", std::to_string(FreePort())}});
    }
    for (int i = 0; i < 3; ++i) {
      const int first = i * kSlots / 3;
      const int last = (i + 1) * kSlots / 3 - 1;
      ExpectOk(*nodes_[i], {"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
      ExpectOk(*nodes_[i], {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
      Meet(*nodes_[0], *nodes_[i]);
    }
    ASSERT_TRUE(Eventually([this] {
      for (const auto& node : nodes_) {
        const std::string info = node->Command({"CLUSTER", "INFO"}).text;
        if (info.find("cluster_state:ok") == std::string::npos) return false;
        if (info.find("cluster_known_nodes:3") == std::string::npos) return false;
      }
      return true;
    }));
  }

  static void ExpectOk(const RedisServer& server, const std::vector<std::string>& words) {
    const RedisReply reply = server.Command(words);
    EXPECT_TRUE(reply.IsStatus("OK")) << words[0] << " " << words[1] << ": " << reply.text;
  }

  static void Meet(const RedisServer& from, const RedisServer& other) {
    const std::string bus = other.Command({"CONFIG", "GET", "cluster-port"}).elements.at(1).text;
    ExpectOk(from, {"CLUSTER", "MEET", "127.0.0.1", std::to_string(other.port()), bus});
  }

  std::string IdOf(size_t node) const { return nodes_[node]->Command({"CLUSTER", "MYID"}).text; }

  RedisOptions Options(size_t first) const {
    RedisOptions options;
    for (size_t i = 0; i < 3; ++i) options.servers.push_back(nodes_[(first + i) % 3]->endpoint());
    return options;
  }

  // What `node` says about the slot: "importing" or "migrating" with `other`.
  void SetSlot(size_t node, const std::string& state, size_t other) {
    ExpectOk(*nodes_[node], {"CLUSTER", "SETSLOT", std::to_string(kSlotOfNum), state, IdOf(other)});
  }

  std::unique_ptr<RedisServer> nodes_[3];
};

TEST_F(ClusterTest, FindsTheOwnerFromAnyNode) {
  ASSERT_EQ(nodes_[0]->Command({"CLUSTER", "KEYSLOT", "num"}).integer, kSlotOfNum);
  for (size_t first = 0; first < 3; ++first) {
    const auto client = harness_.MakeClient(Options(first));
    EXPECT_EQ(Told(harness_.Count(*client)), std::to_string(first + 1));
    EXPECT_EQ(client->endpoint(), ToString(nodes_[0]->endpoint()));
    EXPECT_EQ(client->connects(), first == 0 ? 1u : 2u);
  }
  RedisOptions options = Options(0);
  options.database = 1;
  const auto elsewhere = harness_.MakeClient(options);
  EXPECT_THAT(harness_.Refusal(*elsewhere, "SELECT"),
              AllOf(StartsWith("invalid: "), HasSubstr("SELECT is not allowed in cluster mode")));
}

TEST_F(ClusterTest, CountsOnWhileTheSlotMoves) {
  const auto client = harness_.MakeClient(Options(0));
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  SetSlot(1, "IMPORTING", 0);
  SetSlot(0, "MIGRATING", 1);
  EXPECT_EQ(Told(harness_.Count(*client)), "2");  // the key is still there
  ExpectOk(*nodes_[0], {"MIGRATE", "127.0.0.1", std::to_string(nodes_[1]->port()), "num", "0", "5000"});
  EXPECT_EQ(Told(harness_.Count(*client)), "3");  // by ASK
  EXPECT_EQ(Told(harness_.Count(*client)), "4");
  EXPECT_EQ(client->endpoint(), ToString(nodes_[0]->endpoint()));
  for (const size_t node : {1, 0, 2}) SetSlot(node, "NODE", 1);
  EXPECT_EQ(Told(harness_.Count(*client)), "5");  // by MOVED
  EXPECT_EQ(client->endpoint(), ToString(nodes_[1]->endpoint()));
}

TEST_F(ClusterTest, WaitsWhileTheClusterIsDown) {
  const auto client = harness_.MakeClient(Options(0));
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  ExpectOk(*nodes_[0], {"CLUSTER", "DELSLOTS", "0"});
  EXPECT_THAT(harness_.Refusal(*client, "CLUSTERDOWN"),
              AllOf(StartsWith("unavailable: "), HasSubstr("CLUSTERDOWN")));
  ExpectOk(*nodes_[0], {"CLUSTER", "ADDSLOTS", "0"});
  EXPECT_EQ(Told(harness_.Count(*client)), "2");
}

TEST_F(ClusterTest, AcceptsAReplicaThatSendsToThePrimary) {
  RedisServer replica(RedisServer::Options{
      .arguments = {"--cluster-enabled", "yes", "--cluster-port", std::to_string(FreePort())}});
  Meet(*nodes_[0], replica);
  ASSERT_TRUE(Eventually([&] {
    return replica.Command({"CLUSTER", "INFO"}).text.find("cluster_state:ok") != std::string::npos;
  }));
  ASSERT_TRUE(Eventually([&] { return replica.Command({"CLUSTER", "REPLICATE", IdOf(0)}).IsStatus("OK"); }));
  ASSERT_TRUE(Eventually([&] {
    return replica.Command({"INFO", "replication"}).text.find("master_link_status:up") != std::string::npos;
  }));
  RedisOptions options;
  options.servers = {replica.endpoint()};
  const auto client = harness_.MakeClient(options);
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_EQ(client->endpoint(), ToString(nodes_[0]->endpoint()));
}

}  // namespace
}  // namespace cairn::counter
