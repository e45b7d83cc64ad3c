#include "counter/redis_store.h"

#include <utility>
#include <vector>

#include "base/strings.h"

namespace cairn::counter {

namespace {

// Lua's numbers are doubles and cannot count beyond 2^53: numbers stay strings, compared by length and then
// by digits.
constexpr std::string_view kTakeScript = R"lua(
local id = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') or ''
local number = redis.call('GET', KEYS[1])
local mark = redis.call('GET', KEYS[2])
local function larger(a, b) return #a > #b or (#a == #b and a > b) end
local function behind(floor) return floor ~= '0' and (string.sub(number, 1, 1) == '-' or larger(floor, number)) end
if not number or mark ~= ARGV[2] .. ' ' .. id or behind(ARGV[3]) then
  return {'mismatch', number, mark, id}
end
redis.call('INCRBY', KEYS[1], ARGV[1])
local last = redis.call('GET', KEYS[1])
if ARGV[4] ~= '' and larger(last, ARGV[4]) then
  redis.call('SET', KEYS[1], number)
  return {'ceiling'}
end
return {'taken', last}
)lua";

constexpr std::string_view kClaimScript = R"lua(
local id = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') or ''
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[3] or (redis.call('GET', KEYS[2]) or '') ~= ARGV[4] or id ~= ARGV[5] then
  return 0
end
redis.call('MSET', KEYS[1], ARGV[1], KEYS[2], ARGV[2] .. ' ' .. id)
return 1
)lua";

const RedisScript& TakeScript() {
  static const RedisScript script(kTakeScript);
  return script;
}

const RedisScript& ClaimScript() {
  static const RedisScript script(kClaimScript);
  return script;
}

std::optional<std::string> TextOf(const RedisReply& reply) {
  if (reply.kind != RedisReply::Kind::kString) return std::nullopt;
  return reply.text;
}

// An error reply of the script itself: it was executed and changed nothing.
std::unexpected<Error> ScriptError(const RedisReply& reply, const std::string& key) {
  const std::string& text = reply.text;
  if (text.contains("would overflow")) {
    return Fail(ErrorCode::kInvalid, Format("the key {} has reached 2^63 - 1", key));
  }
  if (text.contains("not an integer") || text.starts_with("WRONGTYPE")) {
    return Fail(ErrorCode::kInvalid, Format("the key {} does not hold an integer: {}", key, text));
  }
  return Fail(ErrorCode::kInternal, Format("Redis answered: {}", text));
}

Result<TakeReply> ReadTakeReply(const RedisReply& reply, const std::string& key) {
  if (reply.IsError()) return ScriptError(reply, key);
  const auto& parts = reply.elements;
  const std::string_view kind = parts.empty() ? "" : std::string_view(parts[0].text);
  if (kind == "ceiling") return TakeReply{TakeReply::Kind::kCeiling, 0, {}};
  if (kind == "mismatch" && parts.size() == 4) {
    return TakeReply{TakeReply::Kind::kMismatch, 0, {TextOf(parts[1]), TextOf(parts[2]), parts[3].text}};
  }
  if (kind == "taken" && parts.size() == 2) {
    if (const auto last = ParseInt<int64_t>(parts[1].text)) {
      return TakeReply{TakeReply::Kind::kTaken, *last, {}};
    }
  }
  return Fail(ErrorCode::kInternal, "Redis answered a script with something else than it returns");
}

}  // namespace

std::string MarkKeyFor(const std::string& key) {
  const size_t open = key.find('{');
  const size_t close = open == std::string::npos ? std::string::npos : key.find('}', open);
  const bool has_tag = close != std::string::npos && close > open + 1;
  return has_tag ? key + ":mark" : "{" + key + "}:mark";
}

RedisStore::RedisStore(RedisClient& client, std::string key)
    : client_(client), number_key_(std::move(key)), mark_key_(MarkKeyFor(number_key_)) {}

net::Task<Result<TakeReply>> RedisStore::Take(TakeRequest request, TimePoint deadline) {
  std::vector<std::string> keys = {number_key_, mark_key_};
  std::vector<std::string> arguments = {Format("{}", request.count), Format("{}", request.epoch),
                                        Format("{}", request.floor),
                                        request.ceiling ? Format("{}", *request.ceiling) : std::string()};
  const auto reply = co_await client_.Eval(TakeScript(), std::move(keys), std::move(arguments), deadline);
  if (!reply) co_return std::unexpected(reply.error());
  co_return ReadTakeReply(*reply, number_key_);
}

net::Task<Result<bool>> RedisStore::Claim(StoreState seen, int64_t start, int64_t epoch, TimePoint deadline) {
  std::vector<std::string> keys = {number_key_, mark_key_};
  std::vector<std::string> arguments = {Format("{}", start), Format("{}", epoch), seen.number.value_or(""),
                                        seen.mark.value_or(""), seen.identity};
  const auto reply = co_await client_.Eval(ClaimScript(), std::move(keys), std::move(arguments), deadline);
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->IsError()) co_return ScriptError(*reply, number_key_);
  co_return reply->integer == 1;
}

}  // namespace cairn::counter
