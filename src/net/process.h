#pragma once

// Waiting for child processes (base/subprocess.h) on a loop.

#include "base/result.h"
#include "base/subprocess.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::net {

// Suspends until `process`, which must stay where it is, has ended, and reaps it. kTimeout when `deadline`
// passes first: it still runs then, as it does when the task is cancelled.
Task<Result<ExitStatus>> WaitExit(Loop& loop, Subprocess& process, TimePoint deadline);

}  // namespace cairn::net
