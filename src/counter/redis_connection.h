#pragma once

// One connection to one Redis server or Sentinel, logged in.

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "counter/redis_options.h"
#include "counter/redis_protocol.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/stream.h"
#include "net/task.h"
#include "net/tls.h"

namespace cairn::counter {

struct RedisLogin {
  std::string username;       // empty: the default user
  std::string password_file;  // empty: none
  int database = 0;
  std::shared_ptr<const net::TlsContext> tls;  // null: plain text
};

class RedisConnection {
 public:
  // Resolves the host, connects, and logs in: AUTH, SELECT, and CLIENT SETNAME where it is allowed. A server
  // certificate must be for the host. Nothing of the caller's has been executed when it fails, always with
  // one of:
  //   kUnavailable  no answer, or not now
  //   kDenied       password or certificates are wrong, or the password file cannot be read
  //   kInvalid      settings that cannot work, such as a database that does not exist
  static net::Task<Result<std::unique_ptr<RedisConnection>>> Open(net::Loop& loop, net::Resolver& resolver,
                                                                  RedisEndpoint endpoint, RedisLogin login,
                                                                  TimePoint deadline);

  // Logs in on a stream that is connected already.
  static net::Task<Result<std::unique_ptr<RedisConnection>>> Adopt(std::unique_ptr<net::Stream> stream,
                                                                   RedisEndpoint endpoint, RedisLogin login,
                                                                   TimePoint deadline);

  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Sends one command, whose words must outlive the call, and awaits its reply. Fails with kTimeout or
  // kDisconnected: then it may or may not have been executed, and the connection is no longer usable. Nor is
  // it after a cancelled call: a late reply must not answer the next command.
  net::Task<Result<RedisReply>> Call(const std::vector<std::string>& words, TimePoint deadline);

  // Whether a command may be sent: the last reply came whole, nothing came after it, and the server has not
  // closed the connection as far as this loop has heard.
  bool Usable();

  const RedisEndpoint& endpoint() const { return endpoint_; }

 private:
  RedisConnection(std::unique_ptr<net::Stream> stream, RedisEndpoint endpoint)
      : stream_(std::move(stream)), endpoint_(std::move(endpoint)) {}

  net::Task<Result<>> LogIn(RedisLogin login, TimePoint deadline);
  net::Task<Result<>> Authenticate(RedisLogin login, TimePoint deadline);
  // Call, with the stream's own errors: kDenied for a client certificate that TLS 1.3 refuses late.
  net::Task<Result<RedisReply>> Exchange(const std::vector<std::string>& words, TimePoint deadline);
  net::Task<Result<RedisReply>> ReadReply(TimePoint deadline);

  std::unique_ptr<net::Stream> stream_;
  RedisEndpoint endpoint_;
  RedisReader reader_;
  bool in_call_ = false;  // stays true after a call that did not end with its reply
  std::array<char, 4096> buffer_;
};

}  // namespace cairn::counter
