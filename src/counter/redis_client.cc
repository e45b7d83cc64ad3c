#include "counter/redis_client.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include "base/strings.h"

namespace cairn::counter {

namespace {

// A cluster needs one; a slot that moves meanwhile, a few. More in a row are followed with pauses.
constexpr unsigned kQuickRedirections = 4;

uint64_t SeedOf(const RedisOptions& options) {
  if (options.jitter_seed != 0) return options.jitter_seed;
  std::random_device system;
  return system();
}

// A failure after which the command may have been executed.
bool IsUncertain(const Error& error) {
  return error.code == ErrorCode::kTimeout || error.code == ErrorCode::kDisconnected;
}

}  // namespace

RedisClient::RedisClient(net::Loop& loop, net::Resolver& resolver, const Logger& logger, RedisOptions options)
    : loop_(loop),
      logger_(logger),
      options_(std::move(options)),
      locator_(loop, resolver, options_),
      backoff_(options_.retry_pause_min, options_.retry_pause_max, SeedOf(options_)),
      connected_lines_(loop.clock(), kLogEvery),
      trouble_lines_(loop.clock(), kLogEvery) {}

net::Task<Result<RedisReply>> RedisClient::Eval(const RedisScript& script, std::vector<std::string> keys,
                                                std::vector<std::string> arguments, TimePoint deadline) {
  std::vector<std::string> words{"EVALSHA", script.sha1, Format("{}", keys.size())};
  std::ranges::move(keys, std::back_inserter(words));
  std::ranges::move(arguments, std::back_inserter(words));
  return Run(std::move(words), &script, deadline);
}

net::Task<Result<RedisReply>> RedisClient::Command(std::vector<std::string> words, TimePoint deadline) {
  return Run(std::move(words), nullptr, deadline);
}

net::Task<Result<RedisReply>> RedisClient::Run(std::vector<std::string> words, const RedisScript* script,
                                               TimePoint deadline) {
  std::optional<Error> refused;
  while (loop_.clock().Now() < deadline) {
    if (next_attempt_ > loop_.clock().Now()) {
      co_await loop_.SleepUntil(std::min(next_attempt_, deadline));
      if (next_attempt_ > loop_.clock().Now()) break;
    }
    Result<RedisReply> reply = co_await Attempt(words, deadline);
    if (!reply && IsUncertain(reply.error())) co_return reply;
    if (!reply) {
      // An attempt that the deadline cut short says less than the one before it.
      if (!refused || loop_.clock().Now() < deadline) refused = reply.error();
      PauseBeforeNext();
      continue;
    }
    const RedisRefusal refusal = RefusalOf(*reply);
    if (refusal == RedisRefusal::kNoScript && script != nullptr && words[0] != "EVAL") {
      words[0] = "EVAL";
      words[1] = script->source;
      continue;
    }
    if (refusal == RedisRefusal::kNone || refusal == RedisRefusal::kNoScript) {
      backoff_.Reset();
      redirections_ = 0;
      LogConnected();
      co_return reply;
    }
    refused = RefusalError(*reply).In("Redis at " + endpoint_);
    Heed(*reply, refusal);
  }
  if (!refused) co_return Fail(ErrorCode::kUnavailable, "no time was left to ask Redis");
  co_return std::unexpected(std::move(*refused));
}

net::Task<Result<RedisReply>> RedisClient::Attempt(const std::vector<std::string>& words,
                                                   TimePoint deadline) {
  const Result<> connected = co_await Connect(deadline);
  if (!connected) co_return std::unexpected(connected.error());
  const TimePoint reply_deadline = std::min(deadline, loop_.clock().Now() + options_.command_timeout);
  Result<RedisReply> reply = co_await connection_->Call(words, reply_deadline);
  if (!reply) {
    Lose(reply.error().message);
    reply.error() = reply.error().In("Redis at " + endpoint_);
    co_return reply;
  }
  if (RefusalOf(*reply) != RedisRefusal::kAsk) co_return reply;
  std::optional<RedisEndpoint> target = RedirectTarget(*reply, connection_->endpoint());
  if (!target) co_return Fail(ErrorCode::kUnavailable, "Redis: " + reply->text);
  co_return co_await Ask(std::move(*target), words, deadline);
}

net::Task<Result<RedisReply>> RedisClient::Ask(RedisEndpoint endpoint, const std::vector<std::string>& words,
                                               TimePoint deadline) {
  auto connection = co_await locator_.ConnectTo(std::move(endpoint), deadline);
  if (!connection) co_return std::unexpected(connection.error());
  const TimePoint reply_deadline = std::min(deadline, loop_.clock().Now() + options_.command_timeout);
  const std::vector<std::string> asking{"ASKING"};
  const Result<RedisReply> allowed = co_await (*connection)->Call(asking, reply_deadline);
  if (!allowed) co_return Fail(ErrorCode::kUnavailable, "Redis, ASKING: " + allowed.error().message);
  if (allowed->IsError()) co_return std::unexpected(RefusalError(*allowed).In("Redis, ASKING"));
  co_return co_await (*connection)->Call(words, reply_deadline);
}

net::Task<Result<>> RedisClient::Connect(TimePoint deadline) {
  if (connection_ && !connection_->Usable()) Lose("it was closed between two commands");
  const TimePoint now = loop_.clock().Now();
  if (connection_ && now < renew_at_) co_return {};
  // A good connection is given up only for a better one: a name server that is away must not stop the
  // service.
  if (connection_) deadline = now + (deadline - now) / 2;
  auto connection = co_await locator_.Connect(deadline);
  if (!connection) {
    LogTrouble("cannot connect to Redis", connection.error().message);
    if (!connection_) co_return std::unexpected(connection.error());
  } else {
    connection_ = std::move(*connection);
    connection_told_ = false;
    endpoint_ = ToString(connection_->endpoint());
    ++connects_;
  }
  renew_at_ = loop_.clock().Now() + options_.connection_age_max;
  co_return {};
}

void RedisClient::Heed(const RedisReply& reply, RedisRefusal refusal) {
  std::optional<RedisEndpoint> target;
  if (refusal == RedisRefusal::kMoved) target = RedirectTarget(reply, connection_->endpoint());
  if (target) {
    connection_.reset();  // nothing to warn of: this is how a cluster answers
    locator_.Redirect(std::move(*target));
    if (++redirections_ <= kQuickRedirections) return;
  } else if (refusal != RedisRefusal::kNotNow) {
    Lose(reply.text);
    locator_.Skip();
  }
  PauseBeforeNext();
}

void RedisClient::PauseBeforeNext() {
  next_attempt_ = loop_.clock().Now() + backoff_.Next();
}

void RedisClient::Disconnect() {
  if (connection_) Lose("given up");
}

void RedisClient::Lose(std::string_view reason) {
  LogTrouble("connection to Redis lost", reason);
  connection_.reset();
}

void RedisClient::LogTrouble(std::string_view message, std::string_view reason) {
  if (!trouble_lines_.Allow()) return;
  logger_.Warn(message,
               {{"endpoint", endpoint_}, {"reason", reason}, {"suppressed", trouble_lines_.suppressed()}});
}

// After the first reply, so that the server that a cluster sent us away from is not named.
void RedisClient::LogConnected() {
  if (connection_told_ || !connected_lines_.Allow()) return;
  connection_told_ = true;
  logger_.Info("connected to Redis", {{"endpoint", endpoint_}, {"connects", connects_}});
}

}  // namespace cairn::counter
