#pragma once

// The built-in functions of Terraform 1.11, and `map` and `list`, which it has removed and many files still
// use.
//
//   const BuiltinFunctions functions({.files = files, .now = now, .random = random});
//   const Function* upper = functions.Find("upper");  // or "core::upper"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "hcl/function.h"

namespace cairn::hcl {

// The files that `file`, `fileset`, `templatefile` and their relatives read. Paths are those of the
// expression; an implementation resolves relative ones against its base folder.
class FileReader {
 public:
  virtual ~FileReader() = default;

  enum class Kind { kFile, kFolder, kDevice, kPipe, kSocket, kMissing };
  // Of what a symbolic link stands for.
  virtual Result<Kind> Stat(const std::string& path) const = 0;
  // Errors as the system calls' names and messages: "open a/b: permission denied".
  virtual Result<std::string> Read(const std::string& path) const = 0;
  // The names in a folder, in any order, without "." and "..".
  virtual Result<std::vector<std::string>> List(const std::string& path) const = 0;
  // For `abspath` and `pathexpand`: absolute paths without a slash at the end.
  virtual Result<std::string> WorkingFolder() const = 0;
  virtual Result<std::string> HomeFolder() const = 0;
};

// What functions ask of the world. Where something is missing, the functions that need it are not in the
// table.
struct FunctionWorld {
  std::shared_ptr<const FileReader> files = {};
  std::function<std::chrono::system_clock::time_point()> now = {};      // `timestamp`
  std::optional<std::chrono::system_clock::time_point> plan_time = {};  // `plantimestamp`
  std::function<void(std::span<uint8_t>)> random = {};  // fills with unpredictable bytes: `uuid`, `bcrypt`
  bool planning = false;  // `timestamp`, `uuid` and `bcrypt` are unknown: they are called on apply
  bool has_type = false;  // `type`, which only the console has
};

// Of what `type` gives, which is no value to work with: a tuple of the text for the console to print.
inline constexpr Marks kTypeMark = Marks{8};

// Read-only once made; thread-safe if what it was given is.
class BuiltinFunctions final : public FunctionTable {
 public:
  explicit BuiltinFunctions(FunctionWorld world = {});
  ~BuiltinFunctions() override;
  BuiltinFunctions(const BuiltinFunctions&) = delete;
  BuiltinFunctions& operator=(const BuiltinFunctions&) = delete;

  const Function* Find(std::string_view name) const override;
  std::vector<std::string_view> Names() const override;  // without those of the core:: namespace

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  FunctionWorld world_;
  std::unordered_map<std::string, Function, Hash, std::equal_to<>> functions_;
};

}  // namespace cairn::hcl
