#include "counter/redis_connection.h"

#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "counter/redis_refusal.h"
#include "net/dial.h"

namespace cairn::counter {

namespace {

constexpr size_t kPasswordBytesMax = 4096;

// An error of connecting as what it means to the caller: nothing was executed.
Error NotExecuted(const Error& error, const RedisEndpoint& endpoint) {
  Error told = error.In(Format("Redis at {}", ToString(endpoint)));
  if (told.code != ErrorCode::kDenied && told.code != ErrorCode::kInvalid)
    told.code = ErrorCode::kUnavailable;
  return told;
}

Result<std::string> ReadPassword(const std::string& file) {
  Result<std::string> password = ReadFile(file, kPasswordBytesMax);
  if (!password) return Fail(ErrorCode::kDenied, "password file: " + password.error().message);
  if (password->ends_with('\n')) password->pop_back();
  if (password->ends_with('\r')) password->pop_back();
  if (password->empty()) return Fail(ErrorCode::kDenied, Format("password file {} is empty", file));
  return password;
}

}  // namespace

std::string ToString(const RedisEndpoint& endpoint) {
  const bool bracketed = endpoint.host.find(':') != std::string::npos;
  return bracketed ? Format("[{}]:{}", endpoint.host, endpoint.port)
                   : Format("{}:{}", endpoint.host, endpoint.port);
}

net::Task<Result<std::unique_ptr<RedisConnection>>> RedisConnection::Open(
    net::Loop& loop, net::Resolver& resolver, RedisEndpoint endpoint, RedisLogin login, TimePoint deadline) {
  std::string host = endpoint.host;
  net::DialOptions options{.tls = login.tls};
  auto stream =
      co_await net::Dial(loop, resolver, std::move(host), endpoint.port, deadline, std::move(options));
  if (!stream) co_return std::unexpected(NotExecuted(stream.error(), endpoint));
  co_return co_await Adopt(std::move(*stream), std::move(endpoint), std::move(login), deadline);
}

net::Task<Result<std::unique_ptr<RedisConnection>>> RedisConnection::Adopt(
    std::unique_ptr<net::Stream> stream, RedisEndpoint endpoint, RedisLogin login, TimePoint deadline) {
  std::unique_ptr<RedisConnection> connection(new RedisConnection(std::move(stream), std::move(endpoint)));
  const Result<> in = co_await connection->LogIn(std::move(login), deadline);
  if (!in) co_return std::unexpected(NotExecuted(in.error(), connection->endpoint()));
  co_return connection;
}

net::Task<Result<>> RedisConnection::LogIn(RedisLogin login, TimePoint deadline) {
  const int database = login.database;
  const Result<> authenticated = co_await Authenticate(std::move(login), deadline);
  if (!authenticated) co_return authenticated;
  if (database != 0) {
    const std::vector<std::string> select{"SELECT", Format("{}", database)};
    const Result<RedisReply> selected = co_await Exchange(select, deadline);
    if (!selected) co_return std::unexpected(selected.error());
    if (selected->IsError()) {
      const ErrorCode code =
          selected->error_code() == "ERR" ? ErrorCode::kInvalid : RefusalError(*selected).code;
      co_return Fail(code, Format("database {}: {}", database, selected->text));
    }
  }
  const std::vector<std::string> name{"CLIENT", "SETNAME", "counter"};  // for people who read CLIENT LIST
  const Result<RedisReply> named = co_await Exchange(name, deadline);
  if (!named) co_return std::unexpected(named.error());
  if (named->IsError() && !IsForbidden(*named)) co_return std::unexpected(RefusalError(*named));
  co_return {};
}

net::Task<Result<>> RedisConnection::Authenticate(RedisLogin login, TimePoint deadline) {
  if (login.username.empty() && login.password_file.empty()) co_return {};
  std::vector<std::string> auth{"AUTH"};
  if (!login.username.empty()) auth.push_back(login.username);
  if (login.password_file.empty()) {
    auth.emplace_back();  // a user without password accepts any
  } else {
    Result<std::string> password = ReadPassword(login.password_file);
    if (!password) co_return std::unexpected(password.error());
    auth.push_back(std::move(*password));
  }
  const Result<RedisReply> reply = co_await Exchange(auth, deadline);
  if (!reply) co_return std::unexpected(reply.error());
  if (!reply->IsError()) co_return {};
  const std::string who = login.username.empty() ? "the default user" : Format("user \"{}\"", login.username);
  const std::string with =
      login.password_file.empty() ? "without a password file" : "with the password in " + login.password_file;
  co_return Fail(ErrorCode::kDenied, Format("cannot log in as {} {}: {}", who, with, reply->text));
}

net::Task<Result<RedisReply>> RedisConnection::Call(const std::vector<std::string>& words,
                                                    TimePoint deadline) {
  Result<RedisReply> reply = co_await Exchange(words, deadline);
  if (!reply && reply.error().code != ErrorCode::kTimeout) reply.error().code = ErrorCode::kDisconnected;
  co_return reply;
}

net::Task<Result<RedisReply>> RedisConnection::Exchange(const std::vector<std::string>& words,
                                                        TimePoint deadline) {
  in_call_ = true;
  const std::string command = FormatRedisCommand(words);
  const Result<> written = co_await net::WriteAll(*stream_, command, deadline);
  if (!written) co_return std::unexpected(written.error());
  Result<RedisReply> reply = co_await ReadReply(deadline);
  if (reply) in_call_ = false;
  co_return reply;
}

net::Task<Result<RedisReply>> RedisConnection::ReadReply(TimePoint deadline) {
  for (;;) {
    Result<std::optional<RedisReply>> reply = reader_.Next();
    if (!reply) co_return std::unexpected(reply.error());
    if (*reply) co_return std::move(**reply);
    const Result<size_t> size = co_await net::ReadSome(*stream_, buffer_, deadline);
    if (!size) co_return std::unexpected(size.error());
    if (*size == 0) co_return Fail(ErrorCode::kDisconnected, "the server closed the connection");
    reader_.Feed(std::string_view(buffer_.data(), *size));
  }
}

bool RedisConnection::Usable() {
  if (in_call_ || !reader_.empty()) return false;
  return stream_->TryRead(buffer_).status == net::IoStatus::kWouldBlock;
}

}  // namespace cairn::counter
