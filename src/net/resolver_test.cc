#include "net/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/testing/manual_clock.h"
#include "base/testing/temporary_directory.h"
#include "net/task_group.h"
#include "net/testing/name_server.h"

namespace cairn::net {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using Answer = Result<std::vector<Address>>;

std::vector<std::string> Texts(const Answer& answer) {
  std::vector<std::string> texts;
  if (!answer) return {answer.error().message};
  for (const Address& address : *answer) texts.push_back(address.ToString());
  return texts;
}

Task<void> Ask(Resolver& resolver, std::string host, TimePoint deadline, std::optional<Answer>& answer) {
  auto lookup = resolver.Resolve(std::move(host), 80, deadline);
  answer = co_await lookup;
}

class ResolverTest : public testing::Test {
 protected:
  // A resolver that asks at `port`, by default of 127.0.0.1.
  std::unique_ptr<Resolver> Open(Loop& loop, uint16_t port,
                                 const std::string& lines = "nameserver 127.0.0.1") {
    WriteResolvConf(lines);
    return std::move(*OpenSystemResolver(
        loop, {.resolv_conf_file = resolv_conf_, .port = port, .attempt_timeout = attempt_timeout_}));
  }
  void WriteResolvConf(const std::string& lines) { std::ofstream(resolv_conf_) << lines << "\n"; }

  Answer Resolve(Resolver& resolver, std::string host) {
    return loop_.Run(resolver.Resolve(std::move(host), 80, loop_.clock().Now() + seconds(60)));
  }

  TemporaryDirectory directory_;
  const std::string resolv_conf_ = directory_ / "resolv.conf";
  std::chrono::milliseconds attempt_timeout_ = seconds(10);
  SystemClock clock_;
  Loop loop_{clock_};
  TestNameServer server_{loop_};
};

TEST_F(ResolverTest, FindsAddressesOfBothFamilies) {
  const auto resolver = Open(loop_, server_.port());
  server_.records = {{"two.example", {"192.0.2.1", "192.0.2.2"}},
                     {"both.example", {"192.0.2.3", "2001:db8::3"}},
                     {"six.example", {"2001:db8::6"}}};
  EXPECT_THAT(Texts(Resolve(*resolver, "two.example")), UnorderedElementsAre("192.0.2.1:80", "192.0.2.2:80"));
  EXPECT_THAT(Texts(Resolve(*resolver, "both.example")),
              UnorderedElementsAre("192.0.2.3:80", "[2001:db8::3]:80"));
  EXPECT_THAT(Texts(Resolve(*resolver, "six.example")), ElementsAre("[2001:db8::6]:80"));
  EXPECT_THAT(Texts(Resolve(*resolver, "SIX.example.")), ElementsAre("[2001:db8::6]:80"));
}

TEST_F(ResolverTest, FollowsAnAddressThatChanges) {
  const auto resolver = Open(loop_, server_.port());
  server_.records = {{"db.example", {"192.0.2.1"}}};
  EXPECT_THAT(Texts(Resolve(*resolver, "db.example")), ElementsAre("192.0.2.1:80"));
  server_.records = {{"db.example", {"192.0.2.9"}}};
  EXPECT_THAT(Texts(Resolve(*resolver, "db.example")), ElementsAre("192.0.2.9:80"));
}

TEST_F(ResolverTest, FollowsANameServerThatChanges) {
  TestNameServer other(loop_, "127.0.0.2", server_.port());
  server_.records = {{"db.example", {"192.0.2.1"}}};
  other.records = {{"db.example", {"192.0.2.2"}}};
  const auto resolver = Open(loop_, server_.port());
  EXPECT_THAT(Texts(Resolve(*resolver, "db.example")), ElementsAre("192.0.2.1:80"));
  WriteResolvConf("nameserver 127.0.0.2");
  EXPECT_THAT(Texts(Resolve(*resolver, "db.example")), ElementsAre("192.0.2.2:80"));
}

TEST_F(ResolverTest, SearchesTheDomainsOfShortNames) {
  const auto resolver =
      Open(loop_, server_.port(),
           "nameserver 127.0.0.1\nsearch ns.svc.cluster.local svc.cluster.local\noptions ndots:5");
  server_.records = {{"redis.default.svc.cluster.local", {"10.0.0.7"}}};
  EXPECT_THAT(Texts(Resolve(*resolver, "redis.default")), ElementsAre("10.0.0.7:80"));
}

TEST_F(ResolverTest, NumericHostsAreThemselves) {
  const auto resolver = Open(loop_, server_.port());
  EXPECT_THAT(Texts(Resolve(*resolver, "192.0.2.7")), ElementsAre("192.0.2.7:80"));
  EXPECT_THAT(Texts(Resolve(*resolver, "2001:db8::7")), ElementsAre("[2001:db8::7]:80"));
  EXPECT_EQ(server_.questions(), 0);
}

TEST_F(ResolverTest, LocalhostNeedsNoNameServer) {
  const auto resolver = Open(loop_, server_.port());
  EXPECT_THAT(Texts(Resolve(*resolver, "localhost")), testing::Contains("127.0.0.1:80"));
  EXPECT_EQ(server_.questions(), 0);
}

TEST_F(ResolverTest, ReadsTheHostsFile) {
  std::ifstream hosts("/etc/hosts");
  std::string line, address, name;
  while (std::getline(hosts, line)) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string first, second;
    if (words >> first >> second && second.find("localhost") == std::string::npos) {
      address = first, name = second;
    }
  }
  if (name.empty()) GTEST_SKIP() << "/etc/hosts has no name but localhost";
  const auto resolver = Open(loop_, server_.port());
  const auto expected = Address::FromHostPort(address, 80);
  ASSERT_TRUE(expected);
  EXPECT_THAT(Texts(Resolve(*resolver, name)), testing::Contains(expected->ToString()));
}

TEST_F(ResolverTest, ANameThatDoesNotExistIsNotFound) {
  const auto resolver = Open(loop_, server_.port());
  server_.records = {{"empty.example", {}}};
  for (const char* name : {"missing.example", "empty.example"}) {
    const Answer answer = Resolve(*resolver, name);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(answer.error().message, HasSubstr(name));
  }
}

TEST_F(ResolverTest, NameServersThatFailOrAreAwayAreUnavailable) {
  constexpr int kServerFailure = 2, kRefused = 5;
  const auto resolver = Open(loop_, server_.port());
  for (const int rcode : {kServerFailure, kRefused}) {
    server_.rcode = rcode;
    const Answer answer = Resolve(*resolver, "a.example");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable) << answer.error().message;
  }
  auto gone = std::make_unique<TestNameServer>(loop_);
  const auto orphan = Open(loop_, gone->port());
  gone.reset();
  const Answer answer = Resolve(*orphan, "a.example");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable) << answer.error().message;
}

TEST_F(ResolverTest, TheSecondNameServerAnswersForOneThatIsAway) {
  attempt_timeout_ = std::chrono::milliseconds(20);
  const auto resolver = Open(loop_, server_.port(), "nameserver 127.0.0.2\nnameserver 127.0.0.1");
  server_.records = {{"a.example", {"192.0.2.1"}}};
  EXPECT_THAT(Texts(Resolve(*resolver, "a.example")), ElementsAre("192.0.2.1:80"));
}

TEST_F(ResolverTest, RefusesWhatIsNoHostName) {
  const auto resolver = Open(loop_, server_.port());
  for (const std::string& host : {std::string(), std::string("."), std::string(254, 'a'), std::string("a b"),
                                  std::string("a\0b", 3), std::string("a\nb"), std::string("\xc3\xa4")}) {
    const Answer answer = Resolve(*resolver, host);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
  }
  const Answer long_label = Resolve(*resolver, std::string(64, 'a') + ".example");
  ASSERT_FALSE(long_label);
  EXPECT_EQ(long_label.error().code, ErrorCode::kInvalid) << long_label.error().message;
  EXPECT_EQ(server_.questions(), 0);
}

// Turns the loop until the server has got `count` questions.
void AwaitQuestions(Loop& loop, const TestNameServer& server, int count) {
  while (server.questions() < count) loop.RunUntilIdle();
}

TEST_F(ResolverTest, ASilentNameServerTimesOut) {
  ManualClock clock;
  Loop loop(clock);
  TestNameServer server(loop);
  server.silent = true;
  const auto resolver = Open(loop, server.port());
  TaskGroup group(loop);
  std::optional<Answer> answer;
  group.Spawn(Ask(*resolver, "a.example", clock.Now() + seconds(10), answer));
  AwaitQuestions(loop, server, 1);
  EXPECT_FALSE(answer);
  clock.Advance(seconds(10));
  loop.RunUntilIdle();
  ASSERT_TRUE(answer);
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().code, ErrorCode::kTimeout);
}

TEST_F(ResolverTest, ACancelledQuestionLeavesNothingBehind) {
  ManualClock clock;
  Loop loop(clock);
  TestNameServer server(loop);
  server.silent = true;
  server.records = {{"a.example", {"192.0.2.1"}}};
  const auto resolver = Open(loop, server.port());
  std::optional<Answer> cancelled, answer;
  TaskGroup group(loop);
  {
    TaskGroup doomed(loop);
    doomed.Spawn(Ask(*resolver, "a.example", kNever, cancelled));
    group.Spawn(Ask(*resolver, "b.example", kNever, answer));
    AwaitQuestions(loop, server, 2);
    server.silent = false;
  }
  group.CancelAll();
  loop.RunUntilIdle();
  EXPECT_FALSE(cancelled || answer);
  group.Spawn(Ask(*resolver, "a.example", kNever, answer));
  while (!answer) loop.RunUntilIdle();
  EXPECT_THAT(Texts(*answer), ElementsAre("192.0.2.1:80"));
}

}  // namespace
}  // namespace cairn::net
