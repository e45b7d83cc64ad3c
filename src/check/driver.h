#pragma once

// Drives load over the addresses of a counter and records what becomes of each request.
//
// A worker makes one request at a time and keeps one connection to each address; Rotation decides where it
// goes next. Connections that the server closes between requests are replaced without telling. Nothing ends
// a run early but its own limits: failing addresses are asked again and again.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "check/failures.h"
#include "check/history.h"
#include "check/rotation.h"
#include "check/target.h"
#include "http/client.h"
#include "http/h1_client.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/task.h"
#include "net/task_group.h"
#include "net/tls.h"

namespace cairn::check {

struct LoadOptions {
  std::vector<Target> targets;  // 1 to History::kAddressesMax
  std::string path = "/get-number";
  std::string host;         // for Host and the server's certificate; empty: each target's own
  size_t connections = 16;  // over all addresses; rounded up so that each worker has one to each address
  Duration duration = std::chrono::seconds(10);     // after which no request begins; 0: no such limit
  uint64_t requests_max = 0;                        // 0: no such limit
  uint64_t rate_per_second = 0;                     // over all addresses; 0: as fast as possible
  Duration timeout = std::chrono::seconds(5);       // of one request, connecting included
  size_t history_max = History::kOperationsMax;     // requests that are recorded
  std::shared_ptr<const net::TlsContext> tls = {};  // set if a target has TLS
};

enum class StopReason : uint8_t { kDuration, kRequests, kHistoryFull, kInterrupted };

// What has happened so far.
struct LoadCounts {
  uint64_t numbers = 0;
  uint64_t errors = 0;  // failed, indeterminate and malformed
  int64_t last_number = 0;
};

// One run. Belongs to its loop, whose clock measures.
class LoadDriver {
 public:
  // Loop and resolver must outlive it.
  LoadDriver(net::Loop& loop, net::Resolver& resolver, LoadOptions options);
  LoadDriver(const LoadDriver&) = delete;
  LoadDriver& operator=(const LoadDriver&) = delete;

  // Until a limit is reached or Stop, and then until the requests in flight have ended. Once.
  net::Task<StopReason> Run();

  // No request begins any more.
  void Stop() { End(StopReason::kInterrupted); }

  // Stop, and give up those in flight: they are recorded as indeterminate.
  void Abandon();

  const LoadCounts& counts() const { return counts_; }
  const History& history() const { return history_; }
  const FailureList& failures() const { return failures_; }

 private:
  struct Line {
    std::unique_ptr<http::H1ClientConnection> connection;
    uint32_t id = 0;
  };
  struct Worker {
    std::vector<Line> lines;  // by address
    size_t address = 0;       // of the latest request
    bool in_request = false;
    Operation request;  // while in_request; what Abandon records
  };
  // How a request ended.
  struct Ending {
    Outcome outcome = Outcome::kFailed;
    int64_t number = 0;
    std::string why = {};  // without a number
  };

  net::Task<void> Work(Worker& worker);
  net::Task<void> Pace();
  bool TakeTicket();
  net::Task<bool> Ask(Worker& worker);
  net::Task<Ending> Request(Worker& worker, TimePoint deadline);
  net::Task<std::optional<Ending>> SendRequest(Worker& worker, TimePoint deadline);
  net::Task<Result<>> Connect(Line& line, size_t address, TimePoint deadline);
  net::Task<Ending> ReadAnswer(Line& line, TimePoint deadline);
  void Record(Worker& worker, const Ending& ending);
  void End(StopReason reason);
  int64_t NowNs() const { return (loop_.clock().Now() - started_).count(); }

  net::Loop& loop_;
  net::Resolver& resolver_;
  const LoadOptions options_;
  const http::ClientOptions http_options_;
  std::string tls_server_name_;
  std::vector<Worker> workers_;
  Rotation rotation_;
  History history_;
  FailureList failures_;
  LoadCounts counts_;

  TimePoint started_;
  TimePoint next_slot_;  // of the pace
  uint64_t tickets_ = 0;
  uint32_t connections_ = 0;  // made so far
  size_t working_ = 0;        // workers that have not ended
  std::optional<StopReason> stop_reason_;
  bool abandoned_ = false;
  net::WaitList address_free_;
  net::WaitList slot_;
  net::WaitList ending_;
};

}  // namespace cairn::check
