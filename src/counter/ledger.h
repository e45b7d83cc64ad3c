#pragma once

// The ledger: a small linearizable record beside Redis that says which Redis may give out which numbers.
//
// Redis replicates asynchronously, so a promoted replica, like a restarted server, may have forgotten numbers
// that were given out. The ledger's windows make that harmless: each epoch belongs to one history of one
// Redis server and may give out numbers up to the ceiling; the next epoch begins above it.
// docs/formats/counter.md has the protocol.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/task.h"
#include "net/worker.h"

namespace cairn::counter {

struct LedgerRecord {
  int64_t epoch = 0;    // 1 and up
  int64_t ceiling = 0;  // the largest number that this epoch may give out
  std::string owner;    // the replication id (master_replid) of the Redis that the epoch belongs to

  bool operator==(const LedgerRecord&) const = default;
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  // What is written there now; nothing if nothing was ever written.
  virtual net::Task<Result<std::optional<LedgerRecord>>> Read() = 0;

  // Writes `next` if the ledger still holds `expected`. False if it does not. After an error either may be
  // true.
  virtual net::Task<Result<bool>> Replace(std::optional<LedgerRecord> expected, LedgerRecord next) = 0;
};

// In a file that all replicas of one machine share, written atomically under a lock. `worker` must outlive
// it.
std::unique_ptr<Ledger> OpenFileLedger(net::Worker& worker, std::string path);

}  // namespace cairn::counter
