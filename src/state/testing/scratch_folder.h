#pragma once

// A folder of a test's own, in memory where there is such a file system: syncing costs nothing there.

#include <string>

namespace cairn::state {

class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();  // removes it with all that is in it

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace cairn::state
