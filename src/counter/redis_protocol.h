#pragma once

// The Redis protocol, RESP2 (https://redis.io/docs/reference/protocol-spec/), over hiredis' reader.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::counter {

struct RedisReply {
  enum class Kind { kNil, kStatus, kError, kInteger, kString, kArray };

  Kind kind = Kind::kNil;
  std::string text = {};                  // of kStatus, kError ("MOVED 866 127.0.0.1:7001"), kString
  int64_t integer = 0;                    // of kInteger
  std::vector<RedisReply> elements = {};  // of kArray

  bool IsError() const { return kind == Kind::kError; }
  bool IsStatus(std::string_view status) const { return kind == Kind::kStatus && text == status; }
  // The first word of an error, "MOVED", or "".
  std::string_view error_code() const;

  bool operator==(const RedisReply&) const = default;
};

// A Lua script and the SHA-1 under which a server caches it.
struct RedisScript {
  explicit RedisScript(std::string_view source);

  std::string source;
  std::string sha1;  // 40 hexadecimal digits in lower case
};

// Incremental and bounded: what the peer announces ("*1000000000") reserves nothing, only what it sends is
// kept.
class RedisReader {
 public:
  // Arrays in arrays; the bound of hiredis' stack.
  static constexpr size_t kDepthMax = 8;
  // Values in one reply, those of nested arrays and the arrays themselves included.
  static constexpr size_t kValuesMax = 16 * 1024;

  // A reply has at most `reply_bytes_max` bytes on the wire.
  explicit RedisReader(size_t reply_bytes_max = 1024 * 1024);
  RedisReader(const RedisReader&) = delete;
  RedisReader& operator=(const RedisReader&) = delete;
  ~RedisReader();

  // Adds bytes received. Call Next until it yields nothing before feeding more: what is fed is kept.
  void Feed(std::string_view bytes);

  // The next whole reply, nothing if more bytes are needed, or kInternal for what is not RESP2 or exceeds a
  // bound: then the reader stays broken.
  Result<std::optional<RedisReply>> Next();

  // Whether everything fed has been taken as replies.
  bool empty() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A command as an array of bulk strings.
std::string FormatRedisCommand(std::span<const std::string> words);

}  // namespace cairn::counter
