#include "net/resolver.h"

#include <ares.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "base/fd.h"
#include "base/strings.h"

namespace cairn::net {

namespace {

constexpr size_t kHostBytesMax = 253;  // RFC 1035, 2.3.4, without the final dot
constexpr int kEventsPerStep = 16;

bool IsHostName(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return !host.empty() && host.size() <= kHostBytesMax &&
         std::ranges::all_of(host, [](char c) { return c > ' ' && c < '\x7f'; });
}

ErrorCode CodeOfStatus(int status) {
  switch (status) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
      return ErrorCode::kNotFound;
    case ARES_EBADNAME:
      return ErrorCode::kInvalid;
    case ARES_ENOMEM:
      return ErrorCode::kOverloaded;
    default:
      return ErrorCode::kUnavailable;
  }
}

// One question with a c-ares channel of its own: to destroy the lookup is to cancel it, and nothing of it is
// called afterwards. c-ares' sockets are in an epoll set, which is what the loop watches.
class Lookup {
 public:
  explicit Lookup(Loop& loop) : epoll_(epoll_create1(EPOLL_CLOEXEC)), watcher_(loop, epoll_.get()) {}
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup() {
    if (channel_) ares_destroy(channel_);
  }

  Result<> Start(const ResolverOptions& options, const std::string& host);

  bool done() const { return status_.has_value(); }
  int status() const { return *status_; }

  // Suspends until there is something for Step to do (true) or `deadline` (false).
  Waiter Ready(TimePoint deadline) { return watcher_.Readable(std::min(deadline, NextRetry())); }
  void Step();

  // The addresses that were found.
  std::vector<Address> Addresses(uint16_t port) const;

 private:
  struct FreeAnswer {
    void operator()(ares_addrinfo* answer) const { ares_freeaddrinfo(answer); }
  };

  static void OnSocket(void* self, int fd, int readable, int writable);
  static void OnAnswer(void* self, int status, int timeouts, ares_addrinfo* answer);
  TimePoint NextRetry() const;

  UniqueFd epoll_;
  Watcher watcher_;
  ares_channel channel_ = nullptr;
  std::optional<int> status_;
  std::unique_ptr<ares_addrinfo, FreeAnswer> answer_;
};

Result<> Lookup::Start(const ResolverOptions& options, const std::string& host) {
  if (!epoll_) return FailErrno(errno, "epoll_create1");
  if (auto registered = watcher_.Register(); !registered) return registered;
  std::string resolv_conf = options.resolv_conf_file;
  std::string lookups = "fb";  // the hosts file, then DNS
  ares_options settings{};
  settings.sock_state_cb = OnSocket;
  settings.sock_state_cb_data = this;
  settings.resolvconf_path = resolv_conf.data();
  settings.lookups = lookups.data();
  settings.udp_port = settings.tcp_port = options.port;
  settings.timeout = static_cast<int>(options.attempt_timeout.count());
  settings.tries = options.rounds_max;
  const int mask = ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF | ARES_OPT_LOOKUPS | ARES_OPT_UDP_PORT |
                   ARES_OPT_TCP_PORT | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES;
  if (const int status = ares_init_options(&channel_, &settings, mask); status != ARES_SUCCESS) {
    channel_ = nullptr;
    return Fail(CodeOfStatus(status), Format("cannot look up names: {}", ares_strerror(status)));
  }
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(channel_, host.c_str(), nullptr, &hints, OnAnswer, this);
  return {};
}

void Lookup::OnSocket(void* self, int fd, int readable, int writable) {
  const int epoll = static_cast<Lookup*>(self)->epoll_.get();
  epoll_event event{};
  event.events = (readable ? uint32_t{EPOLLIN} : 0u) | (writable ? uint32_t{EPOLLOUT} : 0u);
  event.data.fd = fd;
  if (event.events == 0) {
    epoll_ctl(epoll, EPOLL_CTL_DEL, fd, nullptr);
  } else if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) != 0 && errno == ENOENT) {
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);  // if it fails, the question times out
  }
}

void Lookup::OnAnswer(void* self, int status, int /*timeouts*/, ares_addrinfo* answer) {
  auto* lookup = static_cast<Lookup*>(self);
  lookup->status_ = status;
  lookup->answer_.reset(answer);
}

TimePoint Lookup::NextRetry() const {
  timeval left{};
  if (!ares_timeout(channel_, nullptr, &left)) return kNever;
  return watcher_.loop().Now() + std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
}

void Lookup::Step() {
  std::array<epoll_event, kEventsPerStep> events;
  const int count = epoll_wait(epoll_.get(), events.data(), kEventsPerStep, 0);
  if (count <= 0) watcher_.ReadWouldBlock();
  for (int i = 0; i < count && !done(); ++i) {
    const bool failed = (events[i].events & (EPOLLERR | EPOLLHUP)) != 0;
    const bool readable = failed || (events[i].events & EPOLLIN) != 0;
    const bool writable = failed || (events[i].events & EPOLLOUT) != 0;
    ares_process_fd(channel_, readable ? events[i].data.fd : ARES_SOCKET_BAD,
                    writable ? events[i].data.fd : ARES_SOCKET_BAD);
  }
  if (!done()) ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // the retries that are due
}

std::vector<Address> Lookup::Addresses(uint16_t port) const {
  std::vector<Address> addresses;
  for (const ares_addrinfo_node* node = answer_ ? answer_->nodes : nullptr; node; node = node->ai_next) {
    sockaddr_storage storage{};
    if (node->ai_addrlen > sizeof storage) continue;
    std::copy_n(reinterpret_cast<const char*>(node->ai_addr), node->ai_addrlen,
                reinterpret_cast<char*>(&storage));
    if (storage.ss_family == AF_INET) {
      reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
    } else if (storage.ss_family == AF_INET6) {
      reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = htons(port);
    } else {
      continue;
    }
    addresses.emplace_back(reinterpret_cast<const sockaddr*>(&storage), node->ai_addrlen);
  }
  return addresses;
}

class SystemResolver final : public Resolver {
 public:
  SystemResolver(Loop& loop, ResolverOptions options) : loop_(loop), options_(std::move(options)) {}

  Task<Result<std::vector<Address>>> Resolve(std::string host, uint16_t port, TimePoint deadline) override {
    if (!IsHostName(host)) co_return Fail(ErrorCode::kInvalid, "not a host name");
    if (auto numeric = Address::FromHostPort(host, port)) co_return std::vector<Address>{*numeric};
    const std::string what = Format("look up {}", host);
    Lookup lookup(loop_);
    if (auto started = lookup.Start(options_, host); !started)
      co_return std::unexpected(started.error().In(what));
    while (!lookup.done()) {
      const bool ready = co_await lookup.Ready(deadline);
      if (!ready && loop_.Now() >= deadline) {
        co_return Fail(ErrorCode::kTimeout, what + ": no answer in time");
      }
      lookup.Step();
    }
    if (lookup.status() != ARES_SUCCESS) {
      co_return Fail(CodeOfStatus(lookup.status()), Format("{}: {}", what, ares_strerror(lookup.status())));
    }
    std::vector<Address> addresses = lookup.Addresses(port);
    if (addresses.empty()) co_return Fail(ErrorCode::kNotFound, what + ": it has no address");
    co_return addresses;
  }

 private:
  Loop& loop_;
  const ResolverOptions options_;
};

}  // namespace

Result<std::unique_ptr<Resolver>> OpenSystemResolver(Loop& loop, ResolverOptions options) {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  if (status != ARES_SUCCESS) return Fail(ErrorCode::kInternal, ares_strerror(status));
  return std::make_unique<SystemResolver>(loop, std::move(options));
}

}  // namespace cairn::net
