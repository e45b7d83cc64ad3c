#include "state/local_backend.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "state/workspaces.h"

namespace cairn::state {
namespace {

class LocalStore final : public StateStore {
 public:
  explicit LocalStore(StateFile::Options options) : file_(std::move(options)) {}

  net::Task<Result<StateText>> Read() override { co_return file_.Read(); }
  net::Task<Result<>> Write(std::string text) override { co_return file_.Write(text); }
  net::Task<LockResult> Lock(LockInfo info) override {
    info.path = file_.path();
    co_return file_.Lock(info);
  }
  net::Task<Result<>> Unlock() override { co_return file_.Unlock(); }
  net::Task<Result<>> ForceUnlock(std::string) override {
    // The kernel knows who holds it, and only that process can give it up.
    co_return Fail(ErrorCode::kInvalid, "LocalState not locked");
  }
  const std::string& journal_path() const override { return file_.journal_path(); }

 private:
  StateFile file_;
};

Error Failed(const std::error_code& error, const std::string& path) {
  return ErrnoError(error.value(), path);
}

}  // namespace

std::string LocalBackend::PathOf(const std::string& path) const {
  return path.starts_with('/') || options_.folder == "." ? path : options_.folder + "/" + path;
}

net::Task<Result<std::vector<std::string>>> LocalBackend::Workspaces() {
  std::vector<std::string> names;
  const std::string folder = PathOf(options_.workspace_folder);
  std::error_code error;
  std::filesystem::directory_iterator files(folder, error);
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    if (files->is_directory(error)) names.push_back(files->path().filename());
  }
  if (error && error != std::errc::no_such_file_or_directory)
    co_return std::unexpected(Failed(error, folder));
  std::ranges::sort(names);
  names.insert(names.begin(), std::string(kDefaultWorkspace));
  co_return names;
}

Result<std::unique_ptr<StateStore>> LocalBackend::Open(std::string workspace) {
  StateFile::Options options{.path = PathOf(options_.path), .backup_path = options_.backup_path};
  if (workspace == kDefaultWorkspace) options.read_path = options_.read_path;
  if (workspace != kDefaultWorkspace) {
    const std::string folder = PathOf(options_.workspace_folder) + "/" + workspace;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return std::unexpected(Failed(error, folder));
    options.path = folder + "/terraform.tfstate";
  }
  if (options.backup_path.empty()) options.backup_path = options.path + options_.backup_suffix;
  return std::make_unique<LocalStore>(std::move(options));
}

net::Task<Result<>> LocalBackend::Delete(std::string workspace) {
  if (workspace == kDefaultWorkspace) co_return Fail(ErrorCode::kInvalid, "cannot delete default state");
  const std::string folder = PathOf(options_.workspace_folder) + "/" + workspace;
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (error) co_return std::unexpected(Failed(error, folder));
  co_return Result<>();
}

}  // namespace cairn::state
