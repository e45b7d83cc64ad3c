#include "counter/redis_locator.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "counter/redis_refusal.h"

namespace cairn::counter {

namespace {

// Errors of one round become one: the message of each, the code of the last.
void Append(std::optional<Error>& all, const Error& error) {
  const std::string before = all ? all->message + "; " : "";
  all = Error{error.code, before + error.message};
}

std::unexpected<Error> FailAt(const RedisEndpoint& endpoint, ErrorCode code, std::string_view what) {
  return Fail(code, Format("Redis at {}: {}", ToString(endpoint), what));
}

}  // namespace

net::Task<Result<std::unique_ptr<RedisConnection>>> RedisLocator::Connect(TimePoint deadline) {
  std::optional<Error> failures;
  if (redirect_) {
    RedisEndpoint endpoint = std::move(*redirect_);
    redirect_.reset();
    auto connection = co_await ConnectToPrimary(std::move(endpoint), deadline);
    if (connection) co_return connection;
    Append(failures, connection.error());
  }
  for (size_t tried = 0; tried < places().size(); ++tried) {
    if (failures && loop_.clock().Now() >= deadline) break;
    auto connection = co_await TryNext(deadline);
    if (connection) co_return connection;
    Append(failures, connection.error());
  }
  if (!failures) co_return Fail(ErrorCode::kInvalid, "no Redis server is named");
  co_return std::unexpected(std::move(*failures));
}

net::Task<Result<std::unique_ptr<RedisConnection>>> RedisLocator::TryNext(TimePoint deadline) {
  const size_t index = first_ % places().size();
  first_ = index + 1;  // also if this attempt is cancelled
  RedisEndpoint endpoint = places()[index];
  if (!options_.sentinels.empty()) {
    Result<RedisEndpoint> primary = co_await AskSentinel(std::move(endpoint), deadline);
    if (!primary) co_return std::unexpected(primary.error());
    endpoint = std::move(*primary);
  }
  auto connection = co_await ConnectToPrimary(std::move(endpoint), deadline);
  if (connection) first_ = index;
  co_return connection;
}

net::Task<Result<RedisEndpoint>> RedisLocator::AskSentinel(RedisEndpoint sentinel, TimePoint deadline) {
  deadline = std::min(deadline, loop_.clock().Now() + options_.connect_timeout);
  RedisLogin login{options_.sentinel_username, options_.sentinel_password_file, 0, options_.tls};
  RedisEndpoint copy = sentinel;
  auto connection =
      co_await RedisConnection::Open(loop_, resolver_, std::move(copy), std::move(login), deadline);
  if (!connection) co_return std::unexpected(connection.error().In("Sentinel"));
  const std::vector<std::string> question{"SENTINEL", "GET-MASTER-ADDR-BY-NAME", options_.sentinel_master};
  const Result<RedisReply> answer = co_await (*connection)->Call(question, deadline);
  const std::string who = "Sentinel " + ToString(sentinel);
  if (!answer) co_return Fail(ErrorCode::kUnavailable, Format("{}: {}", who, answer.error().message));
  if (answer->IsError()) co_return std::unexpected(RefusalError(*answer).In(who));
  if (answer->kind == RedisReply::Kind::kNil) {
    co_return Fail(ErrorCode::kUnavailable, Format("{} monitors no \"{}\"", who, options_.sentinel_master));
  }
  if (answer->elements.size() == 2) {
    const std::optional<uint16_t> port = ParseInt<uint16_t>(answer->elements[1].text);
    if (port && *port != 0 && !answer->elements[0].text.empty()) {
      co_return RedisEndpoint{answer->elements[0].text, *port};
    }
  }
  co_return Fail(ErrorCode::kUnavailable, who + " does not answer like a Sentinel");
}

net::Task<Result<std::unique_ptr<RedisConnection>>> RedisLocator::ConnectToPrimary(RedisEndpoint endpoint,
                                                                                   TimePoint deadline) {
  deadline = std::min(deadline, loop_.clock().Now() + options_.connect_timeout);
  auto connection = co_await ConnectTo(std::move(endpoint), deadline);
  if (!connection) co_return connection;
  const Result<> right = co_await CheckRole(**connection, deadline);
  if (!right) co_return std::unexpected(right.error());
  co_return connection;
}

net::Task<Result<std::unique_ptr<RedisConnection>>> RedisLocator::ConnectTo(RedisEndpoint endpoint,
                                                                            TimePoint deadline) {
  deadline = std::min(deadline, loop_.clock().Now() + options_.connect_timeout);
  RedisLogin login{options_.username, options_.password_file, options_.database, options_.tls};
  return RedisConnection::Open(loop_, resolver_, std::move(endpoint), std::move(login), deadline);
}

net::Task<Result<>> RedisLocator::CheckRole(RedisConnection& connection, TimePoint deadline) {
  const RedisEndpoint& at = connection.endpoint();
  const std::vector<std::string> ask_role{"ROLE"};
  const Result<RedisReply> role = co_await connection.Call(ask_role, deadline);
  if (!role) co_return FailAt(at, ErrorCode::kUnavailable, role.error().message);
  // Who may not ask finds out by the first write: a replica refuses it.
  if (IsForbidden(*role)) co_return {};
  if (role->IsError()) co_return FailAt(at, RefusalError(*role).code, role->text);
  const std::string name = role->elements.empty() ? "" : role->elements[0].text;
  if (name == "master") co_return {};
  if (name == "sentinel") co_return FailAt(at, ErrorCode::kInvalid, "is a Sentinel, and is not named as one");
  if (name != "slave") co_return FailAt(at, ErrorCode::kUnavailable, "does not say what it is to ROLE");
  if (options_.sentinels.empty()) {
    const std::vector<std::string> ask_cluster{"INFO", "cluster"};
    const Result<RedisReply> cluster = co_await connection.Call(ask_cluster, deadline);
    if (!cluster) co_return FailAt(at, ErrorCode::kUnavailable, cluster.error().message);
    if (cluster->text.find("cluster_enabled:1") != std::string::npos) co_return {};
  }
  co_return FailAt(at, ErrorCode::kUnavailable, "is a replica");
}

}  // namespace cairn::counter
