// Against real servers of Redis, one at a time. Fail-over and clusters: tests/redis_failover_test.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/files.h"
#include "base/strings.h"
#include "base/testing/temporary_directory.h"
#include "counter/redis_client.h"
#include "counter/testing/redis_client_harness.h"
#include "counter/testing/redis_fixture.h"
#include "net/task_group.h"
#include "net/testing/certificates.h"
#include "net/tls.h"

namespace cairn::counter {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

class RedisServerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = WhyNoRedis(); !why.empty()) GTEST_SKIP() << why;
  }

  static RedisOptions OptionsFor(const RedisServer& server) {
    RedisOptions options;
    options.servers = {server.endpoint()};
    return options;
  }

  ClientHarness harness_;
};

TEST_F(RedisServerTest, CountsAndReportsErrors) {
  const RedisServer server;
  const auto client = harness_.MakeClient(OptionsFor(server));
  EXPECT_EQ(Told(harness_.Command(*client, {"SET", "num", "9007199254740993"})), "OK");
  EXPECT_EQ(Told(harness_.Command(*client, {"INCRBY", "num", "4"})), "9007199254740997");
  EXPECT_EQ(Told(harness_.Command(*client, {"GET", "nothing"})), "");
  EXPECT_EQ(Told(harness_.Command(*client, {"SET", "num", "9223372036854775807"})), "OK");
  EXPECT_THAT(Told(harness_.Count(*client)), StartsWith("ERR increment or decrement would overflow"));
  EXPECT_THAT(server.Command({"CLIENT", "LIST"}).text, HasSubstr("name=counter"));
}

TEST_F(RedisServerTest, SendsTheScriptAgainAfterItWasForgotten) {
  const RedisServer server;
  const auto client = harness_.MakeClient(OptionsFor(server));
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_TRUE(server.Command({"SCRIPT", "FLUSH"}).IsStatus("OK"));
  EXPECT_EQ(Told(harness_.Count(*client, "num", 5)), "6");
  EXPECT_EQ(server.Command({"SCRIPT", "EXISTS", harness_.count_script.sha1}).elements.at(0).integer, 1);
  EXPECT_EQ(client->connects(), 1u);
}

TEST_F(RedisServerTest, LogsInAsTheDefaultUserAndFollowsANewPassword) {
  const TemporaryDirectory directory;
  const RedisServer server({.arguments = {"--requirepass", "first secret"}, .password = "first secret"});
  RedisOptions options = OptionsFor(server);
  options.password_file = directory / "password";
  ASSERT_TRUE(WriteFileAtomically(options.password_file, "first secret\n"));
  const auto client = harness_.MakeClient(options);
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_TRUE(server.Command({"CONFIG", "SET", "requirepass", "second"}).IsStatus("OK"));
  client->Disconnect();
  EXPECT_THAT(harness_.Refusal(*client, "WRONGPASS"), StartsWith("denied: "));
  ASSERT_TRUE(WriteFileAtomically(options.password_file, "second"));
  EXPECT_EQ(Told(harness_.Count(*client)), "2");
  options.password_file.clear();
  const auto stranger = harness_.MakeClient(options);
  EXPECT_THAT(harness_.Refusal(*stranger, "NOAUTH"), AllOf(StartsWith("denied: "), HasSubstr("NOAUTH")));
}

TEST_F(RedisServerTest, NeedsOfAUserNoMoreThanItsKeyAndScripts) {
  const TemporaryDirectory directory;
  const RedisServer server(
      {.arguments = {"--user", "counter", "on", ">pw", "~num", "+eval", "+evalsha", "+incrby", "+select"}});
  RedisOptions options = OptionsFor(server);
  options.username = "counter";
  options.password_file = directory / "password";
  options.database = 3;
  ASSERT_TRUE(WriteFileAtomically(options.password_file, "pw\r\n"));
  const auto client = harness_.MakeClient(options);
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_THAT(harness_.Refusal(*client, "NOPERM", "other"),
              AllOf(StartsWith("denied: "), HasSubstr("NOPERM")));
  EXPECT_THAT(server.Command({"INFO", "keyspace"}).text, HasSubstr("db3:keys=1"));

  options.database = 99;
  const auto elsewhere = harness_.MakeClient(options);
  EXPECT_THAT(harness_.Refusal(*elsewhere, "database 99"),
              AllOf(StartsWith("invalid: "), HasSubstr("database 99")));
}

TEST_F(RedisServerTest, SpeaksTlsAndChecksTheName) {
  const TemporaryDirectory directory;
  net::TestAuthority authority(directory.path(), "ca");
  net::TestAuthority other(directory.path(), "other");
  const net::TlsIdentity identity = authority.Issue({.names = {"localhost"}});
  const uint16_t tls_port = FreePort();
  const RedisServer server({.arguments = {"--tls-port", std::to_string(tls_port), "--tls-auth-clients", "no",
                                          "--tls-cert-file", identity.certificate_file, "--tls-key-file",
                                          identity.key_file, "--tls-ca-cert-file", authority.ca_file()}});
  RedisOptions options;
  const auto connect = [&](const std::string& host, const std::string& ca_file) {
    options.servers = {{host, tls_port}};
    options.tls = net::TlsContext::ForClient({.ca_file = ca_file}).value();
    return harness_.MakeClient(options);
  };
  EXPECT_EQ(Told(harness_.Count(*connect("localhost", authority.ca_file()))), "1");
  // The certificate does not name it; the trusted authority did not sign it.
  EXPECT_THAT(harness_.Refusal(*connect("127.0.0.1", authority.ca_file()), "denied"), StartsWith("denied: "));
  EXPECT_THAT(harness_.Refusal(*connect("localhost", other.ca_file()), "denied"), StartsWith("denied: "));
  options.tls = nullptr;
  options.servers = {{"127.0.0.1", tls_port}};
  const auto plain = harness_.MakeClient(options);
  EXPECT_THAT(harness_.Refusal(*plain, "unavailable"), StartsWith("unavailable: "));
}

TEST_F(RedisServerTest, FindsThePrimaryAgainWhenRolesChange) {
  RedisServer one;
  RedisServer two({.arguments = {"--replicaof", "127.0.0.1", std::to_string(one.port())}});
  RedisOptions options = OptionsFor(two);
  options.servers.push_back(one.endpoint());
  const auto client = harness_.MakeClient(options);
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_EQ(client->endpoint(), ToString(one.endpoint()));

  // The connection stays open when the server becomes a replica; the script's error then is READONLY.
  ASSERT_TRUE(Eventually([&] { return two.Command({"GET", "num"}).text == "1"; }));
  EXPECT_TRUE(two.Command({"REPLICAOF", "NO", "ONE"}).IsStatus("OK"));
  EXPECT_TRUE(one.Command({"REPLICAOF", "127.0.0.1", std::to_string(two.port())}).IsStatus("OK"));
  EXPECT_EQ(Told(harness_.Count(*client)), "2");
  EXPECT_EQ(client->endpoint(), ToString(two.endpoint()));
  EXPECT_EQ(client->connects(), 2u);
  EXPECT_THAT(harness_.Log(), HasSubstr("READONLY"));
}

TEST_F(RedisServerTest, RefusesAReplicaAndAnUnprotectedPrimary) {
  const RedisServer primary({.arguments = {"--min-replicas-to-write", "1"}});
  const RedisServer replica({.arguments = {"--replicaof", "127.0.0.1", "1"}});
  const auto to_replica = harness_.MakeClient(OptionsFor(replica));
  EXPECT_THAT(harness_.Refusal(*to_replica, "is a replica"),
              AllOf(StartsWith("unavailable: "), HasSubstr("is a replica")));
  const auto to_primary = harness_.MakeClient(OptionsFor(primary));
  EXPECT_THAT(harness_.Refusal(*to_primary, "NOREPLICAS"),
              AllOf(StartsWith("unavailable: "), HasSubstr("NOREPLICAS")));
  EXPECT_EQ(primary.Command({"EXISTS", "num"}).integer, 0);  // certainly not executed
}

TEST_F(RedisServerTest, WritesNothingWhereMemoryIsFull) {
  const RedisServer server({.arguments = {"--maxmemory", "1"}});
  const auto client = harness_.MakeClient(OptionsFor(server));
  EXPECT_THAT(harness_.Refusal(*client, "OOM"), AllOf(StartsWith("unavailable: "), HasSubstr("OOM")));
  EXPECT_TRUE(server.Command({"CONFIG", "SET", "maxmemory", "0"}).IsStatus("OK"));
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
}

TEST_F(RedisServerTest, ReconnectsUnnoticedWhenClosedBetweenCommands) {
  RedisServer server;
  const auto client = harness_.MakeClient(OptionsFor(server));
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  EXPECT_GE(server.Command({"CLIENT", "KILL", "TYPE", "normal"}).integer, 1);
  harness_.Listen();
  EXPECT_EQ(Told(harness_.Count(*client)), "2");
  server.Kill();
  harness_.Listen();
  EXPECT_THAT(harness_.Refusal(*client, "unavailable"), StartsWith("unavailable: "));
  server.Start();  // empty
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
}

net::Task<void> KillWhenSeen(net::Loop& loop, const RedisServer& server) {
  while (server.Command({"CLIENT", "LIST"}).text.find("cmd=blpop") == std::string::npos) {
    co_await loop.Sleep(milliseconds(5));
  }
  (void)server.Command({"CLIENT", "KILL", "TYPE", "normal"});
}

TEST_F(RedisServerTest, CannotTellWhetherACommandRanWhenTheConnectionIsCut) {
  const RedisServer server;
  const auto client = harness_.MakeClient(OptionsFor(server));
  net::TaskGroup group(harness_.loop);
  group.Spawn(KillWhenSeen(harness_.loop, server));
  const auto cut = harness_.Command(*client, {"BLPOP", "list", "0"});
  EXPECT_THAT(Told(cut), StartsWith("disconnected: "));
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
}

TEST_F(RedisServerTest, TimesOutOnAStoppedServerAndRecovers) {
  RedisServer server;
  RedisOptions options = OptionsFor(server);
  options.command_timeout = milliseconds(500);
  options.connect_timeout = milliseconds(500);
  const auto client = harness_.MakeClient(options);
  EXPECT_EQ(Told(harness_.Count(*client)), "1");
  server.Stop();
  EXPECT_THAT(Told(harness_.Count(*client)), StartsWith("timeout: "));
  EXPECT_THAT(harness_.Refusal(*client, "unavailable"), StartsWith("unavailable: "));
  server.Continue();
  const std::string next = Told(harness_.Count(*client));
  EXPECT_TRUE(next == "2" || next == "3") << next;  // the one that timed out may have been executed
}

}  // namespace
}  // namespace cairn::counter
