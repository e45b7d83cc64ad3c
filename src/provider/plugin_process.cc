#include "provider/plugin_process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "net/process.h"

namespace cairn::provider {

namespace {

// What tells a plugin that it is not a user who starts it.
constexpr std::string_view kCookie = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

constexpr size_t kReadBytes = 16 * 1024;

// How long a process that has closed its output may take to end.
constexpr Duration kEndTimeout = std::chrono::seconds(1);

struct Pair {
  std::unique_ptr<net::Socket> ours;
  UniqueFd theirs;
};

// Sockets instead of pipes: the loop has them already.
Result<Pair> MakePair(net::Loop& loop) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return FailErrno(errno, "make a socket for its output");
  }
  UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0) return FailErrno(errno, "make a socket for its output");
  auto adopted = net::Socket::Adopt(loop, std::move(ours));
  if (!adopted) return std::unexpected(adopted.error());
  return Pair{std::move(*adopted), std::move(theirs)};
}

SubprocessOptions ProcessOptions(const PluginOptions& options, const std::string& client_certificate) {
  SubprocessOptions process;
  process.argv = {options.program};
  process.argv.insert(process.argv.end(), options.arguments.begin(), options.arguments.end());
  process.environment = options.environment;
  for (const std::string& ours : {
           std::string("TF_PLUGIN_MAGIC_COOKIE=") + std::string(kCookie),
           std::string("PLUGIN_PROTOCOL_VERSIONS=5,6"),
           "PLUGIN_CLIENT_CERT=" + client_certificate,
           std::string("TF_LOG=off"),
           std::string("TF_LOG_SDK=off"),
           std::string("TF_LOG_SDK_PROTO=off"),
           std::string("TF_LOG_PROVIDER=off"),
       }) {
    const std::string_view name = std::string_view(ours).substr(0, ours.find('=') + 1);
    const auto is_same = [&](const std::string& given) { return given.starts_with(name); };
    if (std::ranges::none_of(options.environment, is_same)) process.environment.push_back(ours);
  }
  process.stdin_fd = kNullStream;
  process.new_process_group = true;
  process.die_with_parent = true;
  return process;
}

}  // namespace

net::Task<Result<std::unique_ptr<PluginProcess>>> PluginProcess::Start(net::Loop& loop,
                                                                       const PluginOptions& options,
                                                                       std::string client_certificate,
                                                                       TimePoint deadline) {
  auto out = MakePair(loop);
  auto err = MakePair(loop);
  if (!out) co_return std::unexpected(out.error());
  if (!err) co_return std::unexpected(err.error());
  SubprocessOptions process_options = ProcessOptions(options, client_certificate);
  process_options.stdout_fd = out->theirs.get();
  process_options.stderr_fd = err->theirs.get();
  auto process = Subprocess::Start(process_options);
  if (!process) co_return std::unexpected(process.error().In(Format("cannot start {}", options.program)));
  out->theirs.reset();
  err->theirs.reset();
  std::unique_ptr<PluginProcess> plugin(new PluginProcess(loop, std::move(*process), options));
  plugin->out_ = std::move(out->ours);
  plugin->err_ = std::move(err->ours);
  plugin->tasks_.Spawn(plugin->WatchExit());
  plugin->tasks_.Spawn(plugin->Drain(*plugin->err_));
  if (const auto read = co_await plugin->ReadHandshake(deadline); !read) {
    co_return Fail(read.error().code, read.error().message + plugin->Output());
  }
  plugin->tasks_.Spawn(plugin->Drain(*plugin->out_));
  co_return plugin;
}

void PluginProcess::Kill() {
  process_.Kill(SIGKILL);
}

PluginProcess::~PluginProcess() {
  Kill();
  tasks_.CancelAll();
  struct stat status{};
  const std::string& path = handshake_.socket_path;
  if (!path.empty() && ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) {
    ::unlink(path.c_str());
  }
}

net::Task<Result<std::string>> PluginProcess::ReadFirstLine(TimePoint deadline) {
  std::string line;
  std::vector<char> space(kReadBytes);
  for (;;) {
    const auto bytes = co_await ReadSome(*out_, space, deadline);
    if (!bytes) co_return std::unexpected(bytes.error());
    if (*bytes == 0) break;
    line.append(space.data(), *bytes);
    if (const size_t end = line.find('\n'); end != std::string::npos) {
      log_.Add(std::string_view(line).substr(end + 1));
      line.resize(end);
      co_return line;
    }
    if (line.size() > kHandshakeBytesMax) {
      co_return Fail(ErrorCode::kInvalid, "its first line is too long for the handshake of a plugin");
    }
  }
  --open_streams_;
  log_.Add(line);
  const bool ended = co_await Ended(loop_.Now() + kEndTimeout);
  co_return Fail(ErrorCode::kDisconnected,
                 ended ? Format("it ended with {} before it said where it listens", ToString(*exit_status_))
                       : std::string("it closed its output without saying where it listens"));
}

net::Task<Result<>> PluginProcess::ReadHandshake(TimePoint deadline) {
  const auto line = co_await ReadFirstLine(deadline);
  if (!line && line.error().code == ErrorCode::kTimeout) {
    co_return Fail(ErrorCode::kTimeout, "it did not say in time where it listens");
  }
  if (!line) co_return std::unexpected(line.error());
  auto handshake = ParseHandshake(*line);
  if (!handshake) co_return std::unexpected(handshake.error());
  handshake_ = std::move(*handshake);
  co_return {};
}

net::Task<void> PluginProcess::Drain(net::Stream& stream) {
  std::vector<char> space(kReadBytes);
  for (;;) {
    const auto bytes = co_await ReadSome(stream, space, kNever);
    if (!bytes || *bytes == 0) break;
    log_.Add({space.data(), *bytes});
  }
  --open_streams_;
  ended_.WakeAll();
}

net::Task<void> PluginProcess::WatchExit() {
  const auto status = co_await net::WaitExit(loop_, process_, kNever);
  if (status) exit_status_ = *status;
  ended_.WakeAll();
}

net::Task<bool> PluginProcess::Ended(TimePoint deadline) {
  while (!exit_status_) {
    if (const bool in_time = co_await ended_.Wait(deadline); !in_time) co_return false;
  }
  // A child of its own may keep the streams open.
  const TimePoint drained = std::min(deadline, loop_.Now() + kEndTimeout);
  while (open_streams_ > 0) {
    if (const bool in_time = co_await ended_.Wait(drained); !in_time) break;
  }
  co_return true;
}

std::string PluginProcess::Output() const {
  const std::string summary = log_.Summary();
  return summary.empty() ? "" : Format("; it wrote:\n{}", summary);
}

}  // namespace cairn::provider
