#include "check/latency.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace cairn::check {

// Of a value with its leading one at bit 7 + e, the top eight bits are kept: e rows of 128 lie before its
// row, and the eight bits count from 128 in it. Values without a bit above the eighth are their own index.
size_t LatencyHistogram::BucketOf(int64_t duration_ns) {
  const auto value = static_cast<uint64_t>(duration_ns);
  const int shift = std::max(static_cast<int>(std::bit_width(value)) - (kBucketBits + 1), 0);
  return (static_cast<size_t>(shift) << kBucketBits) + (value >> shift);
}

int64_t LatencyHistogram::LargestIn(size_t bucket) {
  const size_t row = bucket >> kBucketBits;
  const size_t shift = row == 0 ? 0 : row - 1;
  const uint64_t top = bucket - (shift << kBucketBits);
  return static_cast<int64_t>(((top + 1) << shift) - 1);
}

void LatencyHistogram::Add(int64_t duration_ns) {
  const int64_t value = std::max<int64_t>(duration_ns, 0);
  ++buckets_[BucketOf(value)];
  ++count_;
  min_ns_ = std::min(min_ns_, value);
  max_ns_ = std::max(max_ns_, value);
}

void LatencyHistogram::Merge(const LatencyHistogram& other) {
  for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  min_ns_ = std::min(min_ns_, other.min_ns_);
  max_ns_ = std::max(max_ns_, other.max_ns_);
}

int64_t LatencyHistogram::PercentileNs(uint32_t per_mille) const {
  assert(per_mille >= 1 && per_mille <= 1000);
  if (count_ == 0) return 0;
  const uint64_t rank = (count_ * per_mille + 999) / 1000;
  uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::min(LargestIn(i), max_ns_);
  }
  return max_ns_;
}

}  // namespace cairn::check
