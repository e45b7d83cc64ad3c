#pragma once

// A directory that only this user can enter, below $TMPDIR or /tmp, gone with its owner.

#include <string>

#include "base/result.h"

namespace cairn::demo {

class PrivateDirectory {
 public:
  // With `keep`, it stays.
  static Result<PrivateDirectory> Make(bool keep);
  PrivateDirectory(PrivateDirectory&& other) noexcept;
  PrivateDirectory& operator=(PrivateDirectory&&) = delete;
  ~PrivateDirectory();

  const std::string& path() const { return path_; }

  // The path of a new directory in it.
  Result<std::string> MakeInside(const std::string& name) const;

 private:
  PrivateDirectory(std::string path, bool keep) : path_(std::move(path)), keep_(keep) {}

  std::string path_;  // empty after being moved from
  bool keep_;
};

}  // namespace cairn::demo
