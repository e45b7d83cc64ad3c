#pragma once

// The Redis protocol, RESP2 (https://redis.io/docs/reference/protocol-spec/), over hiredis' reader.

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
  std::string text;                  // of kStatus, kError ("MOVED 866 127.0.0.1:7001"), kString
  int64_t integer = 0;               // of kInteger
  std::vector<RedisReply> elements;  // of kArray

  bool IsError() const { return kind == Kind::kError; }
  // The first word of an error, "MOVED", or "".
  std::string_view error_code() const;
};

// A Lua script and the SHA-1 under which a server caches it.
struct RedisScript {
  explicit RedisScript(std::string_view source);

  std::string source;
  std::string sha1;  // 40 hexadecimal digits
};

// Incremental and bounded: nesting of 8 levels (hiredis'), replies of up to `reply_bytes_max`.
class RedisReader {
 public:
  explicit RedisReader(size_t reply_bytes_max = 1024 * 1024);
  ~RedisReader();

  void Feed(std::string_view bytes);
  // The next whole reply, nothing if more bytes are needed, or kInternal for what is not RESP: then the reader stays
  // broken.
  Result<std::optional<RedisReply>> Next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A command as an array of bulk strings.
std::string FormatRedisCommand(std::span<const std::string> words);

}  // namespace cairn::counter
