// Bytes of a server: the first decides how they are cut and bounded. However they are cut, the same replies
// must come, and what is read must be within the bounds.

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "counter/redis_protocol.h"
#include "counter/redis_refusal.h"

namespace cairn::counter {
namespace {

struct Outcome {
  std::vector<RedisReply> replies;
  bool broken = false;
  bool operator==(const Outcome&) const = default;
};

size_t CountValues(const RedisReply& reply, size_t depth) {
  if (depth > RedisReader::kDepthMax) std::abort();
  size_t count = 1;
  for (const RedisReply& element : reply.elements) count += CountValues(element, depth + 1);
  return count;
}

void Check(const RedisReply& reply, size_t bytes_max) {
  if (CountValues(reply, 0) > RedisReader::kValuesMax || reply.text.size() > bytes_max) std::abort();
  const auto target = RedirectTarget(reply, {"from", 1});
  if (target && (target->host.empty() || target->port == 0)) std::abort();
  if (RefusalOf(reply) != RedisRefusal::kNone && !reply.IsError()) std::abort();
}

Outcome Read(std::string_view bytes, size_t piece, size_t bytes_max) {
  RedisReader reader(bytes_max);
  Outcome outcome;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    reader.Feed(bytes.substr(at, piece));
    for (;;) {
      auto reply = reader.Next();
      if (!reply) {
        outcome.broken = true;
        return outcome;
      }
      if (!*reply) break;
      Check(**reply, bytes_max);
      outcome.replies.push_back(std::move(**reply));
    }
  }
  return outcome;
}

}  // namespace
}  // namespace cairn::counter

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::counter;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t bytes_max = data[0] % 2 == 0 ? 1024 * 1024 : 64;
  const Outcome whole = Read(bytes, bytes.size() + 1, bytes_max);
  const Outcome cut = Read(bytes, 1 + data[0] / 2 % 16, bytes_max);
  if (bytes_max > bytes.size() && whole != cut) std::abort();
  return 0;
}
