#include "counter/ledgered_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/testing/manual_clock.h"
#include "counter/coalescer.h"
#include "counter/testing/fake_store.h"
#include "net/loop.h"
#include "net/task_group.h"

namespace cairn::counter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Operation {
  TimePoint start;
  TimePoint end;
  int64_t number;
};

// One replica of the counter: a connection, a source and the requests that share its steps.
struct Replica {
  Replica(net::Loop& loop, FakeServers& redis, FakeLedger& ledger, const Logger& logger,
          LedgeredSource::Options options)
      : store(loop, redis),
        source(loop, store, ledger, logger, events, options),
        coalescer(loop, source, {.step_timeout = seconds(1)}) {}

  FakeStore store;
  SourceEvents events;
  LedgeredSource source;
  Coalescer coalescer;
};

// A whole deployment in virtual time, replayable by seed.
class World {
 public:
  explicit World(uint64_t seed, LedgeredSource::Options options = {.window = 50})
      : redis(seed), loop(clock), ledger(loop, redis), logger(clock, {.fd = -1}), clients(loop) {
    for (int i = 0; i < 3; ++i) {
      replicas.push_back(std::make_unique<Replica>(loop, redis, ledger, logger, options));
    }
  }
  ~World() { clients.CancelAll(); }

  void Run(Duration duration) {
    const TimePoint end = clock.Now() + duration;
    while (clock.Now() < end) {
      loop.RunUntilIdle();
      clock.Advance(milliseconds(1));
    }
  }

  // Asks one replica after the other.
  net::Task<void> Ask(size_t first, int count) {
    for (int i = 0; i < count; ++i) {
      const TimePoint start = clock.Now();
      Replica& replica = *replicas[(first + i) % replicas.size()];
      const auto number = co_await replica.coalescer.Next(loop.Now() + seconds(2));
      if (number) history.push_back({start, clock.Now(), *number});
      co_await loop.Sleep(redis.Delay(5));
    }
  }

  // No number twice, and none that is smaller than one that was returned before its request began.
  std::string Violations() const {
    std::vector<Operation> by_start = history;
    std::ranges::sort(by_start, {}, &Operation::start);
    std::vector<Operation> by_end = history;
    std::ranges::sort(by_end, {}, &Operation::end);
    int64_t largest = 0;
    size_t ended = 0;
    for (const Operation& operation : by_start) {
      for (; ended < by_end.size() && by_end[ended].end < operation.start; ++ended) {
        largest = std::max(largest, by_end[ended].number);
      }
      if (operation.number <= largest) {
        return std::to_string(operation.number) + " after " + std::to_string(largest);
      }
    }
    std::vector<int64_t> numbers;
    for (const Operation& operation : history) numbers.push_back(operation.number);
    std::ranges::sort(numbers);
    const auto twice = std::ranges::adjacent_find(numbers);
    return twice == numbers.end() ? "" : std::to_string(*twice) + " twice";
  }

  ManualClock clock;
  FakeServers redis;
  net::Loop loop;
  FakeLedger ledger;
  Logger logger;
  std::vector<std::unique_ptr<Replica>> replicas;
  std::vector<Operation> history;
  net::TaskGroup clients;
};

// What can happen to Redis and to the ledger.
void Strike(World& world, std::deque<StoreState>& snapshots) {
  FakeServer& primary = world.redis.primary();
  switch (world.redis.random() % 8) {
    case 0:  // killed, a lagging replica is promoted
      primary.alive = false;
      world.redis.Start(snapshots.front());
      break;
    case 1:  // split brain: the old primary lives on, and some stay with it
      world.redis.Start(snapshots.front());
      world.replicas[world.redis.random() % 3]->store.LookElsewhere();
      break;
    case 2:  // restarted empty
      primary.alive = false;
      world.redis.Start({});
      break;
    case 3:  // restarted with nothing lost
      primary.alive = false;
      world.redis.Start(primary.state);
      break;
    case 4:  // FLUSHALL
      primary.state.number.reset();
      primary.state.mark.reset();
      break;
    case 5:  // DEL of the number alone
      primary.state.number.reset();
      break;
    case 6:
      world.ledger.down = !world.ledger.down;
      break;
    default:  // the partition heals
      for (auto& replica : world.replicas) replica->store.LookElsewhere();
      for (size_t i = 0; i + 1 < world.redis.servers.size(); ++i) world.redis.servers[i]->alive = false;
  }
}

// Runs a world under faults, and lets it recover. Returns the first violation, or "".
std::string Simulate(uint64_t seed, LedgeredSource::Options options) {
  World world(seed, options);
  for (auto& replica : world.replicas) replica->store.reply_loss = seed % 3 == 0 ? 0.05 : 0;
  for (size_t client = 0; client < 6; ++client) world.clients.Spawn(world.Ask(client, 100'000));
  std::deque<StoreState> snapshots;
  for (int turn = 0; turn < 80; ++turn) {
    world.Run(milliseconds(50));
    snapshots.push_back(world.redis.primary().state);
    if (snapshots.size() > 4) snapshots.pop_front();
    if (world.redis.Chance(0.1)) Strike(world, snapshots);
  }
  world.ledger.down = false;
  for (auto& replica : world.replicas) replica->store.LookElsewhere();
  const size_t before = world.history.size();
  world.Run(seconds(8));
  EXPECT_GT(world.history.size(), before + 100) << "no recovery, seed " << seed;
  return world.Violations();
}

class LedgeredSimulation : public testing::TestWithParam<int> {};

TEST_P(LedgeredSimulation, NumbersAreUniqueAndIncreaseWhateverRedisForgets) {
  for (int i = 0; i < 20; ++i) {
    const auto seed = static_cast<uint64_t>(GetParam() * 20 + i);
    EXPECT_EQ(Simulate(seed, {.window = 50}), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LedgeredSimulation, testing::Range(0, 10));

TEST(LedgeredSimulation, GoesRedWhenANewEpochDoesNotWaitForTheLeasesOfTheOld) {
  int violations = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    if (!Simulate(seed, {.window = 50, .lease = seconds(1), .lease_margin = -seconds(1)}).empty())
      ++violations;
  }
  EXPECT_GT(violations, 0);
}

TEST(LedgeredSource, CountsFromOneOnAnEmptyStoreAndLedger) {
  World world(1);
  world.clients.Spawn(world.Ask(0, 3));
  world.Run(seconds(5));
  ASSERT_EQ(world.history.size(), 3u);
  EXPECT_EQ(world.history[0].number, 1);
  EXPECT_EQ(world.history[2].number, 3);
  EXPECT_EQ(world.ledger.record->epoch, 1);
}

TEST(LedgeredSource, GoesOnAboveANumberThatIsThereAlready) {
  World world(1);
  world.redis.primary().state.number = "41";
  world.clients.Spawn(world.Ask(0, 1));
  world.Run(seconds(5));
  ASSERT_EQ(world.history.size(), 1u);
  EXPECT_EQ(world.history[0].number, 42);
}

TEST(LedgeredSource, LeavesAPrimaryThatWasSupersededInsteadOfClaimingItBack) {
  World world(1);
  world.clients.Spawn(world.Ask(0, 30));
  world.Run(seconds(5));
  ASSERT_EQ(world.history.size(), 30u);
  world.redis.Start(world.redis.primary().state);  // the old one lives on,
  world.replicas[0]->store.LookElsewhere();        // and two replicas stay with it
  world.clients.Spawn(world.Ask(0, 30));
  world.Run(seconds(20));
  EXPECT_EQ(world.history.size(), 60u);
  EXPECT_EQ(world.Violations(), "");
  EXPECT_EQ(world.ledger.record->epoch, 2);
}

TEST(LedgeredSource, RefusesWhenTheLedgerGoesBack) {
  World world(1);
  world.clients.Spawn(world.Ask(0, 3));
  world.Run(seconds(5));
  world.ledger.record.reset();
  world.clients.Spawn(world.Ask(0, 1));
  world.Run(seconds(10));
  EXPECT_EQ(world.history.size(), 3u);
}

TEST(LedgeredSource, StopsAtTheLargestNumberThereIs) {
  World world(1);
  world.redis.primary().state.number = "9223372036854775805";
  world.clients.Spawn(world.Ask(0, 4));
  world.Run(seconds(20));
  ASSERT_EQ(world.history.size(), 2u);
  EXPECT_EQ(world.history[1].number, 9223372036854775807);
}

}  // namespace
}  // namespace cairn::counter
