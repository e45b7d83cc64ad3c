#pragma once

// Where numbers come from.
//
// A source is linearizable: a number is larger than every number whose call returned before this call began,
// over all processes that share the state behind it. Numbers that nobody received are gaps; none is ever
// given twice.

#include <cstdint>

#include "base/clock.h"
#include "base/result.h"
#include "net/task.h"

namespace cairn::counter {

class NumberSource {
 public:
  virtual ~NumberSource() = default;

  // The next number. After `deadline` it fails with kTimeout. Any failure means that no number was given out.
  virtual net::Task<Result<int64_t>> Next(TimePoint deadline) = 0;

  // Whether Next can be expected to succeed: false from a failure until the next success.
  virtual bool healthy() const = 0;
};

// Consecutive numbers first … last, both included.
struct Range {
  int64_t first = 1;
  int64_t last = 0;
};

// A source that gives many numbers in one step, which a round trip makes worthwhile. All of a range lies
// between the start and the end of its call in real-time order.
class RangeSource {
 public:
  virtual ~RangeSource() = default;

  // `count` numbers. kTimeout and kDisconnected: the step may have happened, and its numbers are lost.
  // kUnavailable: it did not, try later. Others: trying again does not help.
  virtual net::Task<Result<Range>> Take(int64_t count, TimePoint deadline) = 0;
};

// Counts in memory from 1. For one process: a second one, or this one after a restart, counts again from 1.
class MemorySource final : public NumberSource {
 public:
  net::Task<Result<int64_t>> Next(TimePoint) override { co_return ++last_; }
  bool healthy() const override { return true; }

 private:
  int64_t last_ = 0;
};

}  // namespace cairn::counter
