#include "check/checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace cairn::check {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto kMax = std::numeric_limits<int64_t>::max();
constexpr auto kMin = std::numeric_limits<int64_t>::min();

Operation Got(int64_t start, int64_t end, int64_t number, uint16_t address = 0, uint32_t connection = 0) {
  return {start, end, number, connection, address, Outcome::kNumber};
}
Operation Lost(int64_t start, int64_t end = kMax) {
  return {start, end, 0, 0, 0, Outcome::kIndeterminate};
}

History Of(const std::vector<Operation>& operations) {
  History history({"a:1", "b:2", "c:3"});
  for (const Operation& operation : operations) EXPECT_TRUE(history.Append(operation));
  return history;
}

// The oracle: tries every order of the operations, every choice of the lost ones, and every place for the
// burnt numbers of the budget, from every first value that could matter.
class BruteForce {
 public:
  BruteForce(std::span<const Operation> operations, uint64_t budget)
      : operations_(operations.begin(), operations.end()), budget_(budget), done_(operations.size()) {}

  bool Allows() {
    int64_t lowest = kMax;
    for (const Operation& operation : operations_) {
      if (operation.outcome == Outcome::kNumber) lowest = std::min(lowest, operation.number);
    }
    for (int64_t before = lowest - 3; before < lowest; ++before) {
      if (Search(before, budget_)) return true;
    }
    return false;
  }

 private:
  bool MayBeNext(size_t candidate) const {
    for (size_t i = 0; i < operations_.size(); ++i) {
      if (done_[i] || operations_[i].outcome != Outcome::kNumber) continue;
      if (operations_[i].end_ns < operations_[candidate].start_ns) return false;
      const bool one_connection =
          operations_[i].connection != 0 && operations_[i].connection == operations_[candidate].connection;
      if (one_connection && i < candidate && operations_[candidate].outcome == Outcome::kNumber) return false;
    }
    return true;
  }

  bool Search(int64_t counter, uint64_t budget) {
    bool finished = true;
    for (size_t i = 0; i < operations_.size(); ++i) {
      if (done_[i] || operations_[i].outcome == Outcome::kFailed) continue;
      const bool answered = operations_[i].outcome == Outcome::kNumber;
      finished = finished && !answered;
      if ((answered && operations_[i].number != counter + 1) || !MayBeNext(i)) continue;
      done_[i] = true;
      const bool found = Search(counter + 1, budget);
      done_[i] = false;
      if (found) return true;
    }
    return finished || (budget > 0 && Search(counter + 1, budget - 1));
  }

  const std::vector<Operation> operations_;
  const uint64_t budget_;
  std::vector<bool> done_;
};

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  int64_t Below(int64_t bound) { return static_cast<int64_t>(engine_() % static_cast<uint64_t>(bound)); }
  bool OneIn(int64_t n) { return Below(n) == 0; }
  template <typename T>
  void Shuffle(std::vector<T>& items) {
    std::ranges::shuffle(items, engine_);
  }

 private:
  std::mt19937_64 engine_;
};

// What a right counter could have answered: moments that carry consecutive numbers, some of them lost, some
// burnt.
std::vector<Operation> RightHistory(Random& random, uint64_t budget) {
  std::vector<Operation> operations;
  int64_t number = random.Below(3);
  int64_t moment = 4;
  const int64_t count = 1 + random.Below(7);
  for (int64_t i = 0; i < count; ++i) {
    moment += random.Below(3);
    ++number;
    while (budget > 0 && random.OneIn(3)) {
      ++number;
      --budget;
    }
    const int64_t start = moment - random.Below(4);
    if (random.OneIn(4)) {
      operations.push_back(Lost(start, moment));
      if (random.OneIn(3)) --number;
    } else {
      operations.push_back(
          Got(start, moment + random.Below(4), number, static_cast<uint16_t>(random.Below(3))));
    }
  }
  return operations;
}

// The same with something changed, which may or may not matter.
void Disturb(Random& random, std::vector<Operation>& operations) {
  Operation& operation =
      operations[static_cast<size_t>(random.Below(static_cast<int64_t>(operations.size())))];
  switch (random.Below(4)) {
    case 0:
      if (operation.outcome == Outcome::kNumber)
        operation.number = std::max<int64_t>(operation.number - 1, 0);
      break;
    case 1:
      operation.start_ns = random.Below(16);
      operation.end_ns = operation.start_ns + random.Below(6);
      break;
    case 2:
      operation = {operation.start_ns, operation.end_ns, 0, 0, 0, Outcome::kFailed};
      break;
    case 3:
      operation.connection = 1;
      break;
  }
}

TEST(Checker, AgreesWithASearchOverAllOrders) {
  Random random(20221);
  size_t right = 0;
  size_t wrong = 0;
  for (int i = 0; i < 40'000; ++i) {
    const auto budget = static_cast<uint64_t>(random.Below(3));
    std::vector<Operation> operations = RightHistory(random, budget);
    if (random.OneIn(2)) {
      for (Operation& operation : operations) operation.connection = static_cast<uint32_t>(random.Below(4));
    }
    const bool untouched = i % 3 == 0;
    if (!untouched) Disturb(random, operations);
    if (i % 3 == 2) Disturb(random, operations);
    random.Shuffle(operations);
    if (std::ranges::count(operations, Outcome::kNumber, &Operation::outcome) == 0) continue;

    const bool expected = BruteForce(operations, budget).Allows();
    const Verdict verdict = Check(Of(operations), {.gap_budget = budget});
    ASSERT_EQ(verdict.ok, expected) << "history " << i << ", budget " << budget << "\n"
                                    << EncodeHistory(Of(operations));
    (expected ? right : wrong) += 1;
  }
  EXPECT_GT(right, 10'000U);
  EXPECT_GT(wrong, 10'000U);
}

TEST(Checker, AcceptsWhatARightCounterAnswered) {
  Random random(20222);
  for (int i = 0; i < 5'000; ++i) {
    const auto budget = static_cast<uint64_t>(random.Below(3));
    std::vector<Operation> operations = RightHistory(random, budget);
    operations.push_back(Got(100, 101, 1000));
    operations.push_back(Got(102, 103, 1001));
    random.Shuffle(operations);
    EXPECT_TRUE(Check(Of(operations), {.gap_budget = 1000}).ok) << EncodeHistory(Of(operations));
  }
}

TEST(Checker, DoesNotCallSilenceAProof) {
  EXPECT_FALSE(Check(Of({})).ok);
  EXPECT_FALSE(Check(Of({Lost(0)})).ok);
  EXPECT_TRUE(Check(Of({Got(0, 1, 7)})).ok);
}

TEST(Checker, FindsThatReplicasHandOutBlocksOfTheirOwn) {
  // Replica a owns 1 to 1000 and b 1001 to 2000: unique, but not increasing for who asks one, then the other.
  const History history = Of({Got(0, 10, 1, 0, 1), Got(0, 12, 1001, 1, 2), Got(20, 30, 2, 0, 1)});
  const Verdict verdict = Check(history, {.gap_budget = 2000});
  EXPECT_FALSE(verdict.ok);
  EXPECT_EQ(verdict.duplicates, 0U);
  EXPECT_EQ(verdict.backwards, 1U);
  EXPECT_THAT(verdict.examples, ElementsAre(Violation{ViolationKind::kBackwards, 1, 2}));
  EXPECT_THAT(verdict.violating, ElementsAre(false, true, true));
  EXPECT_EQ(
      Describe(verdict.examples[0], history),
      "2 came after 1001: 1001 had arrived at 0.000000012 s (b:2, connection 2) when the request that got 2 "
      "was sent at 0.000000020 s (a:1, connection 1)");
}

TEST(Checker, FindsThatTwoRequestsReadTheSameValueBeforeEitherSetIt) {
  const History history =
      Of({Got(0, 10, 1, 0, 1), Got(20, 30, 2, 0, 1), Got(20, 33, 2, 1, 2), Got(40, 44, 3)});
  const Verdict verdict = Check(history);
  EXPECT_FALSE(verdict.ok);
  EXPECT_EQ(verdict.duplicates, 1U);
  EXPECT_EQ(verdict.backwards, 0U);
  ASSERT_THAT(verdict.examples, ElementsAre(Violation{ViolationKind::kDuplicate, 1, 2}));
  EXPECT_EQ(Describe(verdict.examples[0], history),
            "2 was given twice: by a:1, connection 1, from 0.000000020 s to 0.000000030 s; and by b:2, "
            "connection 2, "
            "from 0.000000020 s to 0.000000033 s");
}

TEST(Checker, FindsThatAFailoverRepeatsNumbers) {
  // The new primary had seen 1000 only; 1001 to 1003 were acknowledged by the old one.
  std::vector<Operation> operations{Got(0, 1, 1000), Got(2, 3, 1001), Got(4, 5, 1002), Got(6, 7, 1003),
                                    Lost(8)};
  for (int64_t i = 0; i < 5; ++i) operations.push_back(Got(100 + 2 * i, 101 + 2 * i, 1001 + i));
  const Verdict verdict = Check(Of(operations));
  EXPECT_FALSE(verdict.ok);
  EXPECT_EQ(verdict.duplicates, 3U);
  EXPECT_EQ(verdict.backwards, 2U);  // the old 1002 and 1003, as 1001 and 1002 came later
}

TEST(Checker, AcceptsBatchesThatShareOneIncrement) {
  // INCRBY 3 answered 12 between 20 and 22: the waiting requests own 10 to 12, in any order among them.
  const std::vector<Operation> batch{Got(5, 30, 11), Got(19, 25, 10), Got(11, 23, 12)};
  std::vector<Operation> operations = batch;
  operations.push_back(Got(31, 40, 13));
  EXPECT_TRUE(Check(Of(operations)).ok);

  // A request that came when the increment had been done must not join: 9 had been sent after 10 arrived.
  operations.push_back(Got(26, 35, 9));
  EXPECT_EQ(Check(Of(operations)).backwards, 2U);  // 10 and 12 ended before that
}

TEST(Checker, ExplainsAMissingNumberByALostAnswer) {
  const std::vector<Operation> around{Got(0, 10, 1), Got(20, 30, 3)};
  EXPECT_EQ(Check(Of(around)).unexplained(), 1U);
  EXPECT_FALSE(Check(Of(around)).ok);
  EXPECT_TRUE(Check(Of(around), {.gap_budget = 1}).ok);

  const auto with = [&](const Operation& operation) {
    std::vector<Operation> operations = around;
    operations.push_back(operation);
    return Check(Of(operations));
  };
  EXPECT_TRUE(with(Lost(5, 15)).ok);
  EXPECT_TRUE(with(Lost(0, 1)).ok) << "executed long after it was given up";
  EXPECT_TRUE(with(Lost(30, 40)).ok);
  EXPECT_FALSE(with(Lost(31, 40)).ok) << "sent after 3 had arrived";
  EXPECT_FALSE(with({5, 15, 0, 0, 0, Outcome::kFailed}).ok) << "never executed";
}

TEST(Checker, ExplainsOneMissingNumberByEachLostAnswer) {
  const std::vector<Operation> operations{Got(0, 10, 1), Got(20, 30, 4), Got(40, 50, 6),
                                          Lost(25),      Lost(45, 46),   Lost(51)};
  const Verdict verdict = Check(Of(operations));
  EXPECT_EQ(verdict.jumps, 2U);
  EXPECT_EQ(verdict.missing, 3U);
  EXPECT_EQ(verdict.explained, 2U);
  EXPECT_THAT(verdict.largest_jumps, ElementsAre(Jump{0, 1, 2, 1}, Jump{1, 2, 1, 1}));
  EXPECT_EQ(Describe(verdict.largest_jumps[0], Of(operations)),
            "2 missing between 1 (arrived at 0.000000010 s) and 4 (arrived at 0.000000030 s), 1 of them "
            "explained by "
            "lost answers");
}

TEST(Checker, CopesWithHugeJumps) {
  const int64_t trillion = 1'000'000'000'000;
  const std::vector<Operation> operations{Got(0, 10, 1), Lost(5), Got(20, 30, 2 + trillion),
                                          Got(40, 50, 2 * trillion)};
  const Verdict verdict = Check(Of(operations), {.gap_budget = static_cast<uint64_t>(2 * trillion)});
  EXPECT_TRUE(verdict.ok);
  EXPECT_EQ(verdict.missing, 2 * static_cast<uint64_t>(trillion) - 3);
  EXPECT_EQ(verdict.explained, 1U);
  EXPECT_FALSE(Check(Of(operations), {.gap_budget = static_cast<uint64_t>(trillion)}).ok);

  const Verdict whole_range = Check(Of({Got(0, 1, kMin), Got(2, 3, 0), Got(4, 5, kMax)}));
  EXPECT_EQ(whole_range.missing, std::numeric_limits<uint64_t>::max() - 2);
}

TEST(Checker, WantsIncreasingNumbersOnAPipelinedConnection) {
  EXPECT_TRUE(Check(Of({Got(0, 10, 1, 0, 7), Got(0, 10, 2, 0, 7), Got(1, 12, 3, 0, 7)})).ok);
  // All of them wait at the same time, so by time alone any order is right ...
  EXPECT_TRUE(Check(Of({Got(0, 10, 2, 0, 7), Got(0, 10, 1, 0, 8), Got(1, 12, 3, 0, 7)})).ok);
  EXPECT_TRUE(Check(Of({Got(0, 10, 2, 0, 0), Got(0, 10, 1, 0, 0)})).ok) << "connections unknown";
  // ... but one connection is answered in the order in which it asked.
  const History history = Of({Got(0, 10, 2, 0, 7), Got(0, 10, 1, 0, 7), Got(1, 12, 3, 0, 7)});
  const Verdict verdict = Check(history);
  EXPECT_FALSE(verdict.ok);
  EXPECT_EQ(verdict.backwards, 0U);
  EXPECT_EQ(verdict.connection_backwards, 1U);
  ASSERT_THAT(verdict.examples, ElementsAre(Violation{ViolationKind::kConnection, 0, 1}));
  EXPECT_THAT(Describe(verdict.examples[0], history), HasSubstr("a:1, connection 7"));
}

TEST(Checker, RefusesASuccessWithoutANumber) {
  const History history = Of({Got(0, 1, 1), {2, 3, 0, 5, 1, Outcome::kMalformed}, Got(4, 5, 3)});
  const Verdict verdict = Check(history);
  EXPECT_FALSE(verdict.ok);
  EXPECT_EQ(verdict.malformed, 1U);
  EXPECT_EQ(verdict.explained, 1U) << "it may have got 2";
  ASSERT_EQ(verdict.examples.size(), 1U);
  EXPECT_EQ(Describe(verdict.examples[0], history),
            "a success without a number: b:2, connection 5, from 0.000000002 s to 0.000000003 s");
}

TEST(Checker, CountsAllButKeepsFewExamplesOfEachKind) {
  std::vector<Operation> operations;
  for (int64_t i = 0; i < 100; ++i) operations.push_back(Got(1000 - 10 * i, 1001 - 10 * i, i));
  for (int64_t i = 0; i < 50; ++i) operations.push_back(Got(2000, 2001, 100));
  const Verdict verdict = Check(Of(operations), {.examples_max = 3});
  EXPECT_EQ(verdict.backwards, 99U);
  EXPECT_EQ(verdict.duplicates, 49U);
  EXPECT_EQ(verdict.examples.size(), 6U);
  EXPECT_EQ(std::ranges::count(verdict.violating, true), 150);
}

TEST(Checker, JudgesTheSameWhateverTheOrderOfTheHistory) {
  Random random(3);
  std::vector<Operation> operations;
  for (int64_t i = 0; i < 200; ++i) operations.push_back(Got(10 * i, 10 * i + 9 + random.Below(30), i));
  ASSERT_TRUE(Check(Of(operations)).ok);
  random.Shuffle(operations);
  EXPECT_TRUE(Check(Of(operations)).ok);
}

}  // namespace
}  // namespace cairn::check
