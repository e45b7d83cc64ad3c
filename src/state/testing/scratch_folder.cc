#include "state/testing/scratch_folder.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace cairn::state {

ScratchFolder::ScratchFolder() {
  for (const char* where : {"/dev/shm", "/tmp"}) {
    std::string name = std::string(where) + "/cairn_state_test.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) continue;
    path_ = name;
    return;
  }
  std::abort();
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace cairn::state
