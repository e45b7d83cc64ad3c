#include "check/driver.h"

#include <gmock/gmock.h>

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/strings.h"
#include "check/checker.h"
#include "http/server.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/socket.h"
#include "net/stream.h"
#include "net/task_group.h"

namespace cairn::check {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::Each;
using testing::HasSubstr;

enum class Mode { kRight, kUnavailable, kNotFound, kNonsense, kTooLong, kSilent };

// Counts over all servers that it is given to, unless told to misbehave.
class FakeCounter final : public http::Handler {
 public:
  explicit FakeCounter(net::Loop& loop) : asked(loop), silence_(loop) {}

  net::Task<void> Handle(http::Exchange& exchange) override {
    ++requests;
    asked.WakeAll();
    authority = exchange.request().authority;
    if (mode == Mode::kSilent) return Wait();
    Respond(exchange);
    return Nothing();
  }

  Mode mode = Mode::kRight;
  int64_t number = 0;
  size_t requests = 0;
  std::string authority;  // of the latest request
  net::WaitList asked;

 private:
  static net::Task<void> Nothing() { co_return; }
  net::Task<void> Wait() { co_await silence_.Wait(); }

  void Respond(http::Exchange& exchange) {
    http::ResponseHead head;
    switch (mode) {
      case Mode::kUnavailable:
        head.status = 503;
        return exchange.Respond(head, "later");
      case Mode::kNotFound:
        head.status = 404;
        return exchange.Respond(head, "404 page not found\n");
      case Mode::kNonsense:
        return exchange.Respond(head, "welcome");
      case Mode::kTooLong:
        return exchange.Respond(head, std::string(100'000, ' ') + "{number: 1}");
      default:
        return exchange.Respond(head, Format("{{number: {}}}", ++number));
    }
  }

  net::WaitList silence_;
};

// Real servers on loopback: two with one right counter behind them, and one of a counter of its own.
class LoadDriverTest : public testing::Test {
 protected:
  Target Serve(http::Server& server) {
    auto listener = net::Listener::Open(loop_, *net::Address::Parse("127.0.0.1:0"));
    const std::string address = (*listener)->address().ToString();
    server.Listen(std::move(*listener));
    return *ParseTarget(address);
  }

  // A port where nobody listens any more.
  Target Refusing() {
    const auto listener = net::Listener::Open(loop_, *net::Address::Parse("127.0.0.1:0"));
    return *ParseTarget((*listener)->address().ToString());
  }

  static LoadOptions Options(std::vector<Target> targets, uint64_t requests) {
    LoadOptions options;
    options.targets = std::move(targets);
    options.connections = 12;
    options.duration = Duration::zero();
    options.requests_max = requests;
    options.timeout = minutes(5);
    return options;
  }

  // Three requests by one worker.
  LoadOptions Few(Target target) {
    LoadOptions options = Options({std::move(target)}, 3);
    options.connections = 1;
    return options;
  }

  const History& Record(LoadOptions options, StopReason expected = StopReason::kRequests) {
    driver_ = std::make_unique<LoadDriver>(loop_, *resolver_, std::move(options));
    EXPECT_EQ(loop_.Run(driver_->Run()), expected);
    return driver_->history();
  }

  std::vector<Outcome> Outcomes() const {
    std::vector<Outcome> outcomes;
    for (const Operation& operation : driver_->history().operations()) outcomes.push_back(operation.outcome);
    return outcomes;
  }

  std::string FirstFailure() const { return driver_->failures().failures().front().what; }

  SystemClock clock_;
  net::Loop loop_{clock_};
  std::unique_ptr<net::Resolver> resolver_ = *net::OpenSystemResolver(loop_);
  FakeCounter counter_{loop_};
  FakeCounter other_counter_{loop_};
  http::Server server_a_{loop_, counter_};
  http::Server server_b_{loop_, counter_};
  http::Server other_server_{loop_, other_counter_};
  Target a_ = Serve(server_a_);
  Target b_ = Serve(server_b_);
  Target other_ = Serve(other_server_);
  std::unique_ptr<LoadDriver> driver_;
};

TEST_F(LoadDriverTest, RecordsEveryNumberThatWasHandedOut) {
  const History& history = Record(Options({a_, b_}, 1000));
  EXPECT_EQ(history.size(), 1000u);
  EXPECT_EQ(counter_.number, 1000);
  const Verdict verdict = Check(history);
  EXPECT_TRUE(verdict.ok);
  EXPECT_EQ(verdict.lowest, 1);
  EXPECT_EQ(verdict.highest, 1000);
  EXPECT_EQ(driver_->counts().numbers, 1000u);
  EXPECT_EQ(driver_->counts().last_number, history.operations().back().number);
}

TEST_F(LoadDriverTest, GoesFromOneAddressToTheNextOverKeptConnections) {
  LoadOptions options = Options({a_, b_}, 100);
  options.connections = 2;
  std::map<uint32_t, std::set<uint16_t>> addresses_of;
  uint16_t expected = 1;
  for (const Operation& operation : Record(std::move(options)).operations()) {
    EXPECT_EQ(operation.address, expected);
    expected ^= 1;
    addresses_of[operation.connection].insert(operation.address);
  }
  EXPECT_EQ(addresses_of, (std::map<uint32_t, std::set<uint16_t>>{{1, {1}}, {2, {0}}}));
}

TEST_F(LoadDriverTest, FindsTwoCountersThatKnowNothingOfEachOther) {
  const Verdict verdict = Check(Record(Options({a_, other_}, 100)));
  EXPECT_FALSE(verdict.ok);
  EXPECT_GT(verdict.duplicates, 0u);
}

TEST_F(LoadDriverTest, TellsWhatAnAnswerSaysAboutTheCounter) {
  other_counter_.mode = Mode::kUnavailable;
  Record(Few(other_));
  EXPECT_THAT(Outcomes(), Each(Outcome::kIndeterminate));
  EXPECT_EQ(FirstFailure(), "503 Service Unavailable");
  EXPECT_EQ(driver_->counts().errors, 3u);

  other_counter_.mode = Mode::kNotFound;
  Record(Few(other_));
  EXPECT_THAT(Outcomes(), Each(Outcome::kFailed));

  for (const Mode mode : {Mode::kNonsense, Mode::kTooLong}) {
    other_counter_.mode = mode;
    Record(Few(other_));
    EXPECT_THAT(Outcomes(), Each(Outcome::kMalformed));
    EXPECT_EQ(FirstFailure(), "200 OK without a number");
  }
}

TEST_F(LoadDriverTest, SendsTheHostThatItIsTold) {
  Record(Few(a_));
  EXPECT_EQ(counter_.authority, a_.name);
  LoadOptions options = Few(a_);
  options.host = "app.example";
  Record(std::move(options));
  EXPECT_EQ(counter_.authority, "app.example");
}

TEST_F(LoadDriverTest, GoesOnWithTheOthersWhenAnAddressRefuses) {
  const History& history = Record(Options({a_, Refusing(), b_}, 1000));
  for (const Operation& operation : history.operations()) {
    EXPECT_EQ(operation.outcome, operation.address == 1 ? Outcome::kFailed : Outcome::kNumber);
  }
  EXPECT_GT(driver_->counts().errors, 0u);
  EXPECT_LT(driver_->counts().errors, 500u);
  EXPECT_THAT(FirstFailure(), HasSubstr("refused"));
}

TEST_F(LoadDriverTest, GoesOnWithTheOthersWhenAnAddressIsSilent) {
  other_counter_.mode = Mode::kSilent;
  LoadOptions options = Options({a_, other_, b_}, 1000);
  options.timeout = milliseconds(50);
  for (const Operation& operation : Record(std::move(options)).operations()) {
    if (operation.address != 1) {
      EXPECT_EQ(operation.outcome, Outcome::kNumber);
    } else {
      EXPECT_EQ(operation.outcome, Outcome::kIndeterminate);
      EXPECT_GE(operation.end_ns - operation.start_ns, 0);
    }
  }
  EXPECT_THAT(FirstFailure(), HasSubstr("in time"));
}

TEST_F(LoadDriverTest, ReplacesConnectionsThatTheServerCloses) {
  server_a_.StartDraining();  // each answer says Connection: close
  std::set<uint32_t> connections;
  for (const Operation& operation : Record(Few(a_)).operations()) connections.insert(operation.connection);
  EXPECT_THAT(Outcomes(), Each(Outcome::kNumber));
  EXPECT_EQ(connections.size(), 3u);
}

// Answers one request for each connection, without announcing that it then closes.
net::Task<void> AnswerOnceEach(std::unique_ptr<net::Listener> listener, int64_t& number) {
  for (;;) {
    auto accept = listener->Accept();
    auto socket = co_await accept;
    if (!socket) co_return;
    std::array<char, 1000> request;
    auto read = net::ReadSome(**socket, request, kNever);
    const auto size = co_await read;
    if (!size || *size == 0) continue;
    const std::string body = Format("{{number: {}}}", ++number);
    const std::string answer = Format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
    auto write = net::WriteAll(**socket, answer, kNever);
    (void)co_await write;
  }
}

TEST_F(LoadDriverTest, NeverLosesTrackWhenConnectionsAreCutBetweenRequests) {
  auto listener = net::Listener::Open(loop_, *net::Address::Parse("127.0.0.1:0"));
  const Target target = *ParseTarget((*listener)->address().ToString());
  int64_t number = 0;
  net::TaskGroup server(loop_);
  server.Spawn(AnswerOnceEach(std::move(*listener), number));
  const Verdict verdict = Check(Record(Few(target)));
  EXPECT_TRUE(verdict.ok);
  EXPECT_EQ(verdict.failed, 0u);
}

// Reads requests and cuts the connection.
net::Task<void> NeverAnswer(std::unique_ptr<net::Listener> listener) {
  for (;;) {
    auto accept = listener->Accept();
    auto socket = co_await accept;
    if (!socket) co_return;
    std::array<char, 1000> request;
    auto read = net::ReadSome(**socket, request, kNever);
    (void)co_await read;
  }
}

TEST_F(LoadDriverTest, DoesNotKnowWhatBecameOfARequestThatWasCutOff) {
  auto listener = net::Listener::Open(loop_, *net::Address::Parse("127.0.0.1:0"));
  const Target target = *ParseTarget((*listener)->address().ToString());
  net::TaskGroup server(loop_);
  server.Spawn(NeverAnswer(std::move(*listener)));
  Record(Few(target));
  EXPECT_THAT(Outcomes(), Each(Outcome::kIndeterminate));
}

TEST_F(LoadDriverTest, EndsWhenTheHistoryIsFull) {
  LoadOptions options = Options({a_, b_}, 0);
  options.history_max = 100;
  const History& history = Record(std::move(options), StopReason::kHistoryFull);
  EXPECT_EQ(history.size(), 100u);
  EXPECT_EQ(counter_.number, 100);  // nothing was asked for that is not recorded
  EXPECT_TRUE(Check(history).ok);
}

TEST_F(LoadDriverTest, EndsAfterItsDuration) {
  LoadOptions options = Options({a_, b_}, 0);
  options.duration = milliseconds(20);
  EXPECT_EQ(static_cast<int64_t>(Record(std::move(options), StopReason::kDuration).size()), counter_.number);
}

TEST_F(LoadDriverTest, KeepsToItsRate) {
  LoadOptions options = Options({a_, b_}, 41);
  options.rate_per_second = 1000;
  const auto operations = Record(std::move(options)).operations();
  ASSERT_EQ(operations.size(), 41u);
  EXPECT_GE(operations.back().start_ns, 39'000'000);  // 40 pauses of 1 ms, give or take the last
}

net::Task<void> StopWhenAsked(FakeCounter& counter, LoadDriver& driver, bool abandon) {
  co_await counter.asked.Wait();
  driver.Stop();
  if (abandon) driver.Abandon();
}

TEST_F(LoadDriverTest, StopsWithoutLosingWhatIsInFlight) {
  driver_ = std::make_unique<LoadDriver>(loop_, *resolver_, Options({a_, b_}, 0));
  net::TaskGroup helpers(loop_);
  helpers.Spawn(StopWhenAsked(counter_, *driver_, false));
  EXPECT_EQ(loop_.Run(driver_->Run()), StopReason::kInterrupted);
  EXPECT_EQ(static_cast<int64_t>(driver_->history().size()), counter_.number);
  EXPECT_THAT(Outcomes(), Each(Outcome::kNumber));
}

TEST_F(LoadDriverTest, RecordsWhatItAbandons) {
  other_counter_.mode = Mode::kSilent;
  driver_ = std::make_unique<LoadDriver>(loop_, *resolver_, Options({other_}, 0));
  net::TaskGroup helpers(loop_);
  helpers.Spawn(StopWhenAsked(other_counter_, *driver_, true));
  EXPECT_EQ(loop_.Run(driver_->Run()), StopReason::kInterrupted);
  EXPECT_EQ(driver_->history().size(), 12u);  // one for each worker
  EXPECT_THAT(Outcomes(), Each(Outcome::kIndeterminate));
}

}  // namespace
}  // namespace cairn::check
