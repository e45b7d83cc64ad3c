#pragma once

// A server on loopback that reads the protocol and answers what the test says, for replies that no real
// server can be brought to give at the right moment.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "counter/redis_options.h"
#include "counter/redis_protocol.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/task_group.h"

namespace cairn::counter {

class FakeRedis {
 public:
  // From the words of a command to the bytes of the reply: kSilence for none, kHangUp to close the
  // connection.
  using Script = std::function<std::string(const std::vector<std::string>& words)>;
  static constexpr const char* kSilence = "";
  static constexpr const char* kHangUp = "hang up";

  // Commands of logging in and of looking for the primary that `script` answers with kDefault get a primary's
  // answer.
  static constexpr const char* kDefault = "default";

  FakeRedis(net::Loop& loop, Script script);

  RedisEndpoint endpoint() const { return {"127.0.0.1", listener_->address().port()}; }
  const std::vector<std::vector<std::string>>& commands() const {
    return commands_;
  }  // all received, in order
  // How often a command beginning with `word` was received.
  size_t Count(std::string_view word) const;
  size_t connections() const { return connections_; }

 private:
  net::Task<void> Accept();
  net::Task<void> Serve(std::unique_ptr<net::Stream> stream);
  std::string Answer(const std::vector<std::string>& words);

  Script script_;
  std::unique_ptr<net::Listener> listener_;
  std::vector<std::vector<std::string>> commands_;
  size_t connections_ = 0;
  net::TaskGroup tasks_;
};

}  // namespace cairn::counter
