#pragma once

// What an error reply says about its command: whether it was executed, and what to do next.

#include <optional>

#include "base/result.h"
#include "counter/redis_options.h"
#include "counter/redis_protocol.h"

namespace cairn::counter {

// All but kNone mean that a plain command was certainly not executed, and that a script wrote nothing: none
// of these conditions begins while a script runs, so its first write meets them or none does. The exception
// is NOPERM where the user may use only some of the script's commands: a script may have written before it.
// Whoever runs scripts that do harm then must be allowed all of their commands.
enum class RedisRefusal {
  kNone,      // not a refusal: the reply is the command's own, an error of its own perhaps
  kNoScript,  // NOSCRIPT: send the script itself
  kNotNow,    // BUSY, MISCONF, NOPERM, NOREPLICAS, OOM, TRYAGAIN: again on this connection, after a pause
  kNotHere,   // CLUSTERDOWN, LOADING, MASTERDOWN, NOAUTH, READONLY: look for the primary again, after a pause
  kMoved,     // MOVED: another server owns the key
  kAsk,       // ASK: another server has the key already; ask it once, with ASKING
};

// Looks at the first word of an error, and at the word after the last "-" of the errors that Redis before 7
// wraps:
//   ERR Error running script (call to f_…): @user_script:1: @user_script: 1: -READONLY You can't write …
RedisRefusal RefusalOf(const RedisReply& reply);

// The refusal as an error that is certain: kDenied or kUnavailable, with the server's words.
Error RefusalError(const RedisReply& reply);

// Whether the server does not let this user, or anybody, use the command (NOPERM, "ERR unknown command").
bool IsForbidden(const RedisReply& reply);

// The server that MOVED or ASK, received from `from`, names. An empty host stands for that of `from`. Nothing
// if the reply names none.
std::optional<RedisEndpoint> RedirectTarget(const RedisReply& reply, const RedisEndpoint& from);

}  // namespace cairn::counter
