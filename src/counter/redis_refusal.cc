#include "counter/redis_refusal.h"

#include <string_view>
#include <utility>

#include "base/strings.h"

namespace cairn::counter {

namespace {

struct KnownRefusal {
  std::string_view code;
  RedisRefusal refusal;
};
constexpr KnownRefusal kKnown[] = {
    {"NOSCRIPT", RedisRefusal::kNoScript}, {"BUSY", RedisRefusal::kNotNow},
    {"MISCONF", RedisRefusal::kNotNow},    {"NOPERM", RedisRefusal::kNotNow},
    {"NOREPLICAS", RedisRefusal::kNotNow}, {"OOM", RedisRefusal::kNotNow},
    {"TRYAGAIN", RedisRefusal::kNotNow},   {"CLUSTERDOWN", RedisRefusal::kNotHere},
    {"LOADING", RedisRefusal::kNotHere},   {"MASTERDOWN", RedisRefusal::kNotHere},
    {"NOAUTH", RedisRefusal::kNotHere},    {"READONLY", RedisRefusal::kNotHere},
    {"MOVED", RedisRefusal::kMoved},       {"ASK", RedisRefusal::kAsk},
};

// The error's code, also inside the wrapping of Redis before 7.
std::string_view CodeOf(const RedisReply& reply) {
  std::string_view text = reply.text;
  constexpr std::string_view kWrapped = "ERR Error running script";
  if (text.starts_with(kWrapped)) {
    const size_t dash = text.rfind(": -");
    if (dash == std::string_view::npos) return "ERR";
    text.remove_prefix(dash + 3);
  }
  return text.substr(0, text.find(' '));
}

}  // namespace

RedisRefusal RefusalOf(const RedisReply& reply) {
  if (!reply.IsError()) return RedisRefusal::kNone;
  const std::string_view code = CodeOf(reply);
  for (const KnownRefusal& known : kKnown) {
    if (known.code == code) return known.refusal;
  }
  return RedisRefusal::kNone;
}

Error RefusalError(const RedisReply& reply) {
  const std::string_view code = CodeOf(reply);
  const bool denied = code == "NOAUTH" || code == "NOPERM" || code == "WRONGPASS" || code == "DENIED";
  return Error{denied ? ErrorCode::kDenied : ErrorCode::kUnavailable, reply.text};
}

bool IsForbidden(const RedisReply& reply) {
  return reply.IsError() && (reply.error_code() == "NOPERM" || reply.text.starts_with("ERR unknown "));
}

std::optional<RedisEndpoint> RedirectTarget(const RedisReply& reply, const RedisEndpoint& from) {
  const std::vector<std::string_view> words = Split(reply.text, ' ');  // MOVED 3999 127.0.0.1:6381
  if (!reply.IsError() || words.size() < 3) return std::nullopt;
  const size_t colon = words[2].rfind(':');  // IPv6 addresses come without brackets
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view host = words[2].substr(0, colon);
  const std::optional<uint16_t> port = ParseInt<uint16_t>(words[2].substr(colon + 1));
  if (!port || *port == 0 || host == "?") return std::nullopt;  // "?": a node that does not know its own name
  return RedisEndpoint{host.empty() ? from.host : std::string(host), *port};
}

}  // namespace cairn::counter
