#pragma once

// What a plugin has written, as far as it may be needed to say why it failed.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace cairn::provider {

class OutputLog {
 public:
  using Sink = std::function<void(std::string_view)>;

  // `copy`, if there is one, gets all of it.
  explicit OutputLog(size_t bytes_max, Sink copy = {}) : bytes_max_(bytes_max), copy_(std::move(copy)) {}

  void Add(std::string_view bytes) {
    if (copy_) copy_(bytes);
    if (bytes.size() > bytes_max_) bytes.remove_prefix(bytes.size() - bytes_max_);
    if (text_.size() + bytes.size() > 2 * bytes_max_) text_.erase(0, text_.size() - bytes_max_);
    text_ += bytes;
  }

  // What is worth showing: from the first mention of a panic of Go on, or else the last lines; at most
  // `lines_max` of them, without control characters. Empty if nothing was written.
  std::string Summary(size_t lines_max = 20) const;

 private:
  size_t bytes_max_;
  Sink copy_;
  std::string text_;  // the last of at least bytes_max_ bytes, if there were so many
};

}  // namespace cairn::provider
