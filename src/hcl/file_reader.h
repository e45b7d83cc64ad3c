#pragma once

// The files of this machine, as the language's functions read them.

#include <cstddef>
#include <string>
#include <vector>

#include "hcl/functions.h"

namespace cairn::hcl {

struct DiskLimits {
  size_t file_bytes_max = size_t{64} << 20;
  size_t folder_names_max = 1'000'000;
};

// Stateless; thread-safe. Waits for the disk, and for who writes to a pipe.
class DiskReader final : public FileReader {
 public:
  // Relative paths begin in `base`, which is the folder that the process works in if it is empty.
  explicit DiskReader(std::string base = {}, const DiskLimits& limits = {});

  Result<Kind> Stat(const std::string& path) const override;
  Result<std::string> Read(const std::string& path) const override;
  Result<std::vector<std::string>> List(const std::string& path) const override;
  Result<std::string> WorkingFolder() const override;  // of the process, whatever the base
  Result<std::string> HomeFolder() const override;     // $HOME

 private:
  Result<std::string> Resolve(const char* call, const std::string& path) const;

  std::string base_;
  DiskLimits limits_;
};

}  // namespace cairn::hcl
