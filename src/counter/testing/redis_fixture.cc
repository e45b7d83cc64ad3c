#include "counter/testing/redis_fixture.h"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "base/fd.h"
#include "base/files.h"
#include "base/strings.h"

namespace cairn::counter {

namespace {

using ReplyPointer = std::unique_ptr<redisReply, decltype([](redisReply* reply) { freeReplyObject(reply); })>;
using ContextPointer =
    std::unique_ptr<redisContext, decltype([](redisContext* context) { redisFree(context); })>;

constexpr timeval kAnswerTimeout{.tv_sec = 10, .tv_usec = 0};

RedisReply Gone(std::string_view why) {
  return {.kind = RedisReply::Kind::kError, .text = Format("GONE {}", why)};
}

RedisReply Copy(const redisReply& from) {
  RedisReply reply;
  switch (from.type) {
    case REDIS_REPLY_STRING:
      reply.kind = RedisReply::Kind::kString;
      break;
    case REDIS_REPLY_STATUS:
      reply.kind = RedisReply::Kind::kStatus;
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = RedisReply::Kind::kError;
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = RedisReply::Kind::kInteger;
      reply.integer = from.integer;
      return reply;
    case REDIS_REPLY_ARRAY:
      reply.kind = RedisReply::Kind::kArray;
      for (size_t i = 0; i < from.elements; ++i) reply.elements.push_back(Copy(*from.element[i]));
      return reply;
    default:
      return reply;
  }
  reply.text.assign(from.str, from.len);
  return reply;
}

RedisReply Ask(redisContext& context, const std::vector<std::string>& words) {
  std::vector<const char*> pieces;
  std::vector<size_t> sizes;
  for (const std::string& word : words) {
    pieces.push_back(word.data());
    sizes.push_back(word.size());
  }
  const ReplyPointer reply(static_cast<redisReply*>(
      redisCommandArgv(&context, static_cast<int>(words.size()), pieces.data(), sizes.data())));
  return reply ? Copy(*reply) : Gone(context.errstr);
}

[[noreturn]] void Abort(const std::string& why) {
  std::fprintf(stderr, "redis fixture: %s\n", why.c_str());
  std::abort();
}

}  // namespace

std::string WhyNoRedis() {
  auto version = Subprocess::Start({.argv = {"redis-server", "--version"}, .stdout_fd = kNullStream});
  if (!version) return version.error().message;
  const ExitStatus status = version->Wait();
  return status.ok() ? "" : "redis-server --version: " + ToString(status);
}

uint16_t FreePort() {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd.get(), generic, size) != 0 || ::getsockname(fd.get(), generic, &size) != 0)
    Abort("no free port");
  return ntohs(address.sin_port);
}

bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

RedisServer::RedisServer(Options options) : options_(std::move(options)) {
  for (int attempt = 0; attempt < 5; ++attempt) {  // somebody else may take the port first
    port_ = FreePort();
    if (TryStart()) return;
  }
  Abort("redis-server does not start; see what it says above");
}

bool RedisServer::TryStart() {
  std::vector<std::string> argv{"redis-server"};
  if (!options_.sentinel_config.empty()) {
    const std::string file = directory_ / "sentinel.conf";  // rewritten by the Sentinel
    if (!process_ && !WriteFileAtomically(file, options_.sentinel_config)) Abort("cannot write " + file);
    argv.insert(argv.end(), {file, "--sentinel"});
  } else {
    argv.insert(argv.end(), {"--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"});
  }
  argv.insert(argv.end(), {"--bind", "127.0.0.1", "--port", std::to_string(port_), "--daemonize", "no"});
  argv.insert(argv.end(), {"--dir", directory_.path(), "--loglevel", "warning"});
  argv.insert(argv.end(), options_.arguments.begin(), options_.arguments.end());
  auto started = Subprocess::Start(
      {.argv = argv, .stdin_fd = kNullStream, .stdout_fd = kNullStream, .die_with_parent = true});
  if (!started) Abort(started.error().message);
  process_.emplace(std::move(*started));
  const bool answered =
      Eventually([this] { return process_->TryWait().has_value() || Command({"PING"}).IsStatus("PONG"); });
  return answered && !process_->TryWait().has_value();
}

RedisReply RedisServer::Command(const std::vector<std::string>& words) const {
  const ContextPointer context(redisConnectWithTimeout("127.0.0.1", port_, kAnswerTimeout));
  if (!context || context->err != 0) return Gone(context ? context->errstr : "out of memory");
  redisSetTimeout(context.get(), kAnswerTimeout);
  if (!options_.password.empty()) {
    const RedisReply in = Ask(*context, {"AUTH", options_.password});
    if (in.IsError()) return in;
  }
  return Ask(*context, words);
}

void RedisServer::Kill() {
  process_->Kill(SIGKILL);
  (void)process_->Wait();
}

void RedisServer::Start() {
  if (!TryStart()) Abort("redis-server does not start again");
}

void RedisServer::Stop() {
  process_->Kill(SIGSTOP);
}
void RedisServer::Continue() {
  process_->Kill(SIGCONT);
}

std::string SentinelConfig(uint16_t primary, int quorum) {
  return Format(
      "sentinel monitor mymaster 127.0.0.1 {} {}\n"
      "sentinel down-after-milliseconds mymaster 400\n"
      "sentinel failover-timeout mymaster 2000\n"
      "sentinel parallel-syncs mymaster 1\n",
      primary, quorum);
}

}  // namespace cairn::counter
