#pragma once

// The chapter's experiment: the same counter behind the same front door, first with replicas that count in
// their own memory, then with replicas that share Redis. Each time under load, while one replica is killed
// and comes back, and another is replaced.

#include <cstddef>
#include <string>

#include "base/result.h"
#include "demo/event_log.h"
#include "demo/private_directory.h"
#include "http/client.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/task.h"

namespace cairn::demo {

struct ExperimentOptions {
  std::string counter;  // paths of programs
  std::string redis_server;
  size_t replicas = 3;
};

// Prints the table on standard output, row by row. Succeeds if both experiments end as they must: replicas
// that count in memory contradict each other; with Redis no number repeats or goes back, and no request
// fails.
net::Task<Result<>> RunExperiments(net::Loop& loop, net::Resolver& resolver, http::Client& client,
                                   EventLog& events, const PrivateDirectory& directory,
                                   ExperimentOptions options);

}  // namespace cairn::demo
