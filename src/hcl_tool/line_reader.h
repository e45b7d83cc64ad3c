#pragma once

// Lines that somebody types, or that come from a pipe.

#include <cstddef>
#include <memory>
#include <string>

namespace cairn::hcl_tool {

class LineReader {
 public:
  enum class Event { kLine, kCancelled, kEnd };

  virtual ~LineReader() = default;
  // Sets `line`, without the newline. kCancelled: Ctrl-C, forget what was begun.
  virtual Event Read(const char* prompt, std::string& line) = 0;
  // Makes `entry` what the arrow keys bring back.
  virtual void Remember(const std::string& entry) = 0;
};

// Standard input as it comes, without a prompt. A line that is longer than `line_bytes_max` is the end.
std::unique_ptr<LineReader> MakePipeReader(size_t line_bytes_max = size_t{64} << 20);

// The terminal, with the keys of Emacs or vi (~/.editrc, editrc(5)) and a history of 1000 entries, which is
// not kept on the disk, as values may be secret. Null if there is no terminal on standard input and output.
// One at a time.
std::unique_ptr<LineReader> MakeTerminalReader();

}  // namespace cairn::hcl_tool
