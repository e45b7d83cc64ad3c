#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "counter/redis_client.h"
#include "net/loop.h"
#include "net/resolver.h"

namespace cairn::counter {

// A script that counts like the service: it reads, and writes by its last call.
inline constexpr std::string_view kCountScript = "return redis.call('INCRBY', KEYS[1], ARGV[1])";

// The integer of a reply, or what came instead.
inline std::string Told(const Result<RedisReply>& reply) {
  if (!reply) return std::string(ToString(reply.error().code)) + ": " + reply.error().message;
  if (reply->kind == RedisReply::Kind::kInteger) return std::to_string(reply->integer);
  return reply->text;
}

// What a RedisClient needs around it, and calls that wait for their end.
struct ClientHarness {
  std::unique_ptr<RedisClient> MakeClient(RedisOptions options) {
    return std::make_unique<RedisClient>(loop, *resolver, logger, std::move(options));
  }

  Result<RedisReply> Command(RedisClient& client, std::vector<std::string> words,
                             Duration timeout = std::chrono::seconds(20)) {
    return loop.Run(client.Command(std::move(words), clock.Now() + timeout));
  }

  // Adds `by` to the number at `key`.
  Result<RedisReply> Count(RedisClient& client, std::string key = "num", int by = 1,
                           Duration timeout = std::chrono::seconds(20)) {
    std::vector<std::string> keys{std::move(key)};
    std::vector<std::string> arguments{std::to_string(by)};
    return loop.Run(client.Eval(count_script, std::move(keys), std::move(arguments), clock.Now() + timeout));
  }

  // What Count ends in when every attempt is refused until its deadline. A deadline may cut an attempt short
  // before the reason is known, or between a command and its reply: so asks again until the refusal tells
  // `expected`.
  std::string Refusal(RedisClient& client, std::string_view expected, std::string key = "num") {
    std::string told;
    for (int attempt = 0; attempt < 100 && told.find(expected) == std::string::npos; ++attempt) {
      const Result<RedisReply> reply = Count(client, key, 1, std::chrono::milliseconds(200));
      told = Told(reply);
      if (reply) break;
    }
    return told;
  }

  // Lets the loop hear what has happened to its connections, as a service's loop does all the time.
  void Listen() {
    struct Local {
      static net::Task<bool> Turn(net::Loop& turned) {
        co_await turned.Sleep(std::chrono::milliseconds(1));
        co_return true;
      }
    };
    (void)loop.Run(Local::Turn(loop));
  }

  // The log so far.
  std::string Log() const {
    std::string text(static_cast<size_t>(::lseek(log_file.get(), 0, SEEK_END)), '\0');
    (void)!::pread(log_file.get(), text.data(), text.size(), 0);
    return text;
  }

  SystemClock clock;
  net::Loop loop{clock};
  std::unique_ptr<net::Resolver> resolver = std::move(*net::OpenSystemResolver(loop));
  UniqueFd log_file{::memfd_create("log", MFD_CLOEXEC)};
  Logger logger{clock, {.fd = log_file.get(), .level_min = LogLevel::kDebug}};
  RedisScript count_script{kCountScript};
};

}  // namespace cairn::counter
