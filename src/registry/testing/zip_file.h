#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cairn::registry {

struct ZipMember {
  std::string name;  // a directory's ends with a slash
  std::string content;
  uint32_t mode = 0644;
  bool is_symlink = false;  // to `content`
};

// Writes a zip with these members in this order; aborts if that fails.
void WriteZip(const std::string& path, const std::vector<ZipMember>& members);

// The same as a tar, compressed by gzip.
void WriteTarGz(const std::string& path, const std::vector<ZipMember>& members);

}  // namespace cairn::registry
