#pragma once

// Real programs as the other end, over Unix sockets in a private directory: no ports to find.

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/files.h"
#include "base/subprocess.h"
#include "base/testing/temporary_directory.h"
#include "net/loop.h"
#include "net/process.h"
#include "net/resolver.h"
#include "net/socket.h"

namespace cairn::http {

// Every name is the Unix socket at `path`.
class OneSocketResolver final : public net::Resolver {
 public:
  explicit OneSocketResolver(std::string path) : path_(std::move(path)) {}

  net::Task<Result<std::vector<net::Address>>> Resolve(std::string, uint16_t, TimePoint) override {
    auto address = net::Address::Parse("unix:" + path_);
    if (!address) co_return std::unexpected(std::move(address.error()));
    co_return std::vector<net::Address>{*address};
  }

 private:
  std::string path_;
};

// What a program wrote to its standard output before it ended.
inline net::Task<std::string> OutputOf(net::Loop& loop, std::vector<std::string> argv) {
  const TemporaryDirectory directory;
  const std::string path = directory / "out";
  const UniqueFd out(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  SubprocessOptions options;
  options.argv = std::move(argv);
  options.stdout_fd = out.get();
  options.die_with_parent = true;
  auto process = Subprocess::Start(options);
  if (!process) co_return process.error().message;
  auto status = co_await net::WaitExit(loop, *process, loop.Now() + std::chrono::seconds(30));
  if (!status) co_return status.error().message;
  if (!status->ok()) co_return ToString(*status);
  auto text = ReadFile(path, 64 << 20);
  co_return text ? *text : text.error().message;
}

// Waits until something listens on the Unix socket at `path`.
inline net::Task<bool> Listens(net::Loop& loop, std::string path) {
  for (int attempt = 0; attempt < 500; ++attempt) {
    const auto address = net::Address::Parse("unix:" + path);
    const auto connected = co_await net::Connect(loop, *address, kNever);
    if (connected) co_return true;
    co_await loop.Sleep(std::chrono::milliseconds(20));
  }
  co_return false;
}

}  // namespace cairn::http
