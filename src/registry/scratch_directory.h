#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace cairn::registry {

// A directory that goes away with all that is in it when this is destroyed. Move-only.
class ScratchDirectory {
 public:
  // Beside `path`, so that what it holds can be renamed to it. Makes the parent of `path` first.
  static Result<ScratchDirectory> Beside(const std::string& path);

  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory();

  const std::string& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Makes the directory that `path` is in.
Result<> MakeParent(const std::string& path);

}  // namespace cairn::registry
