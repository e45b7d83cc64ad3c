#pragma once

// What stays, goes and comes between two sequences.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cairn::view {

// Above so many pairs to compare, what sequences have in common is only looked for at both ends.
inline constexpr size_t kSequencePairsMax = 25'000'000;

// Indices of what the longest common subsequence takes from `before`; of several the one that Terraform
// takes.
template <typename T, typename Same>
std::vector<size_t> CommonSubsequence(const std::vector<T>& before, const std::vector<T>& after, Same same) {
  const size_t width = before.size();
  std::vector<uint32_t> lengths(width * after.size());
  std::vector<bool> equal(width * after.size());
  const auto left = [&](size_t x, size_t y) { return x == 0 ? 0 : lengths[width * y + x - 1]; };
  const auto above = [&](size_t x, size_t y) { return y == 0 ? 0 : lengths[width * (y - 1) + x]; };
  for (size_t y = 0; y < after.size(); ++y) {
    for (size_t x = 0; x < width; ++x) {
      equal[width * y + x] = same(before[x], after[y]);
      const uint32_t corner = x == 0 || y == 0 ? 0 : lengths[width * (y - 1) + x - 1];
      lengths[width * y + x] = equal[width * y + x] ? corner + 1 : std::max(left(x, y), above(x, y));
    }
  }
  std::vector<size_t> common;
  for (size_t x = width, y = after.size(); x > 0 && y > 0;) {
    if (equal[width * (y - 1) + x - 1]) {
      common.push_back(x - 1);
      --x;
      --y;
    } else if (left(x - 1, y - 1) > above(x - 1, y - 1)) {
      --x;
    } else {
      --y;
    }
  }
  std::ranges::reverse(common);
  return common;
}

// The same for sequences that are too long for it.
template <typename T, typename Same>
std::vector<size_t> CommonEnds(const std::vector<T>& before, const std::vector<T>& after, Same same) {
  const size_t shorter = std::min(before.size(), after.size());
  std::vector<size_t> common;
  while (common.size() < shorter && same(before[common.size()], after[common.size()])) {
    common.push_back(common.size());
  }
  size_t tail = 0;
  while (common.size() + tail < shorter &&
         same(before[before.size() - 1 - tail], after[after.size() - 1 - tail])) {
    ++tail;
  }
  for (; tail > 0; --tail) common.push_back(before.size() - tail);
  return common;
}

// Calls `step(i, j)` for each element of both, in the order to show them: with both indices for what stays or
// is to be compared, with an index beyond the end where there is no counterpart. `pairs(a, b)`: whether two
// different elements are to be compared at all (objects are).
//
// Sequences of equal length are compared index by index, unless each element of `before` is still there.
template <typename T, typename Same, typename Pairs, typename Step>
void CompareSequences(const std::vector<T>& before, const std::vector<T>& after, Same same, Pairs pairs,
                      Step step) {
  const auto stays = [&](const T& a) {
    return std::ranges::any_of(after, [&](const T& b) { return same(a, b); });
  };
  if (before.size() == after.size() && !std::ranges::all_of(before, stays)) {
    for (size_t i = 0; i < before.size(); ++i) step(i, i);
    return;
  }
  const bool small = after.empty() || before.size() <= kSequencePairsMax / after.size();
  const std::vector<size_t> common =
      small ? CommonSubsequence(before, after, same) : CommonEnds(before, after, same);
  size_t i = 0;
  size_t j = 0;
  for (size_t next = 0; i < before.size() || j < after.size();) {
    const auto is_next = [&](const T& element) {
      return next < common.size() && same(element, before[common[next]]);
    };
    while (i < before.size() && !is_next(before[i])) {
      if (j < after.size() && pairs(before[i], after[j]) && !is_next(after[j])) {
        step(i++, j++);
      } else {
        step(i++, after.size());
      }
    }
    while (j < after.size() && !is_next(after[j])) step(before.size(), j++);
    if (next < common.size()) {
      step(i++, j++);
      ++next;
    }
  }
}

}  // namespace cairn::view
