#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "hcl/functions.h"

namespace cairn::hcl {

// Files in memory. Folders are there where files are. The working folder is "/work" and holds the relative
// paths; the home folder is "/users/me".
class MemoryFiles final : public FileReader {
 public:
  // By clean path.
  explicit MemoryFiles(std::map<std::string, std::string> files, std::map<std::string, Kind> others = {});

  Result<Kind> Stat(const std::string& path) const override;
  Result<std::string> Read(const std::string& path) const override;
  Result<std::vector<std::string>> List(const std::string& path) const override;
  Result<std::string> WorkingFolder() const override { return "/work"; }
  Result<std::string> HomeFolder() const override { return "/users/me"; }

 private:
  static std::string Absolute(const std::string& path);

  std::map<std::string, std::string> files_;
  std::map<std::string, Kind> others_;
  std::map<std::string, std::set<std::string>> folders_;
};

}  // namespace cairn::hcl
