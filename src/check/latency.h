#pragma once

// How long requests took, in fixed memory: a log-linear histogram.
// Below 128 ns every value has a bucket of its own; above, each power of two is cut into 128 equal buckets,
// so that a bucket is at most 1/128 of its smallest value wide.

#include <array>
#include <cstddef>
#include <cstdint>

namespace cairn::check {

// A value of 58 KB: keep it on the heap. Not synchronised.
class LatencyHistogram {
 public:
  // Negative durations count as 0.
  void Add(int64_t duration_ns);

  void Merge(const LatencyHistogram& other);

  uint64_t count() const { return count_; }
  int64_t min_ns() const { return count_ == 0 ? 0 : min_ns_; }  // exact; 0 of none
  int64_t max_ns() const { return max_ns_; }                    // exact; 0 of none

  // The duration that at least `per_mille` (1 to 1000) of a thousand do not exceed, such as 999 for p99.9:
  // never less than the exact one, and at most 1/128 (0.79 %) more. 0 of none.
  int64_t PercentileNs(uint32_t per_mille) const;

  bool operator==(const LatencyHistogram&) const = default;

 private:
  static constexpr int kBucketBits = 7;
  static constexpr size_t kBuckets = (63 - kBucketBits + 1) << kBucketBits;

  static size_t BucketOf(int64_t duration_ns);
  static int64_t LargestIn(size_t bucket);

  std::array<uint64_t, kBuckets> buckets_{};
  uint64_t count_ = 0;
  int64_t min_ns_ = INT64_MAX;
  int64_t max_ns_ = 0;
};

}  // namespace cairn::check
