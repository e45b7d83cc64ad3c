#include "check/checker.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

namespace cairn::check {
namespace {

// 192 connections to three replicas that answer in about a millisecond; one answer in a thousand is lost.
History Run(int64_t operations) {
  std::mt19937_64 random(1);
  History history({"127.0.0.1:8081", "127.0.0.1:8082", "127.0.0.1:8083"});
  int64_t number = 0;
  for (int64_t i = 0; i < operations; ++i) {
    const auto connection = static_cast<uint32_t>(1 + i % 192);
    const int64_t moment = 5'000'000 + 10'000 * i;
    const int64_t before = static_cast<int64_t>(random() % 900'000);
    const int64_t after = static_cast<int64_t>(random() % 900'000);
    const bool lost = random() % 1000 == 0;
    ++number;
    (void)history.Append({moment - before, moment + after, lost ? 0 : number, connection,
                          static_cast<uint16_t>(connection % 3),
                          lost ? Outcome::kIndeterminate : Outcome::kNumber});
  }
  return history;
}

// The order by number is that of the history: what a fast run looks like, nearly.
void CheckOrdered(benchmark::State& state) {
  const History history = Run(state.range(0));
  for (auto _ : state) {
    const Verdict verdict = Check(history);
    if (!verdict.ok) state.SkipWithError("a right history was refused");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(CheckOrdered)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// The worst for the sort and the caches: operations in any order.
void CheckShuffled(benchmark::State& state) {
  const History ordered = Run(state.range(0));
  std::vector<Operation> operations(ordered.operations().begin(), ordered.operations().end());
  std::ranges::shuffle(operations, std::mt19937_64(2));
  History history(ordered.addresses());
  for (Operation operation : operations) {
    operation.connection = 0;  // their order on a connection is lost
    (void)history.Append(operation);
  }
  for (auto _ : state) {
    const Verdict verdict = Check(history);
    if (!verdict.ok) state.SkipWithError("a right history was refused");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(CheckShuffled)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void Decode(benchmark::State& state) {
  const std::string text = EncodeHistory(Run(state.range(0)));
  for (auto _ : state) {
    const auto history = DecodeHistory(text);
    if (!history) state.SkipWithError("a right history was refused");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(Decode)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cairn::check
