#include "hcl/testing/memory_files.h"

#include "hcl/path.h"

namespace cairn::hcl {

std::string MemoryFiles::Absolute(const std::string& path) {
  return path.starts_with('/') ? CleanPath(path) : JoinPaths("/work", path);
}

MemoryFiles::MemoryFiles(std::map<std::string, std::string> files, std::map<std::string, Kind> others) {
  const auto add_folders = [this](std::string path) {
    while (path != "/") {
      const std::string folder = FolderName(path);
      folders_[folder].emplace(BaseName(path));
      path = folder;
    }
  };
  folders_["/work"];
  add_folders("/work");
  for (auto& [path, contents] : files) {
    add_folders(Absolute(path));
    files_[Absolute(path)] = std::move(contents);
  }
  for (const auto& [path, kind] : others) {
    add_folders(Absolute(path));
    others_[Absolute(path)] = kind;
  }
}

Result<FileReader::Kind> MemoryFiles::Stat(const std::string& path) const {
  const std::string absolute = Absolute(path);
  if (files_.contains(absolute)) return Kind::kFile;
  if (folders_.contains(absolute)) return Kind::kFolder;
  if (files_.contains(FolderName(absolute))) {
    return Fail(ErrorCode::kInvalid, "stat " + path + ": not a directory");
  }
  const auto other = others_.find(absolute);
  return other == others_.end() ? Kind::kMissing : other->second;
}

Result<std::string> MemoryFiles::Read(const std::string& path) const {
  const auto file = files_.find(Absolute(path));
  if (file != files_.end()) return file->second;
  return Fail(ErrorCode::kNotFound, "open " + path + ": no such file or directory");
}

Result<std::vector<std::string>> MemoryFiles::List(const std::string& path) const {
  const auto folder = folders_.find(Absolute(path));
  if (folder == folders_.end())
    return Fail(ErrorCode::kNotFound, "open " + path + ": no such file or directory");
  return std::vector<std::string>(folder->second.rbegin(), folder->second.rend());
}

}  // namespace cairn::hcl
