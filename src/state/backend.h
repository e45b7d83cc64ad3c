#pragma once

// Where state is kept: one interface for files, HTTP servers and S3 buckets.
//
// A Backend has workspaces, each with a state of its own. Everything belongs to one loop; one call of a store
// at a time.

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/loop.h"
#include "net/task.h"
#include "state/lock_info.h"
#include "state/state_file.h"

namespace cairn::state {

using LockResult = std::expected<void, LockError>;

// The state of one workspace.
class StateStore {
 public:
  virtual ~StateStore() = default;

  // Null if there is none.
  virtual net::Task<Result<StateText>> Read() = 0;

  // When it returns success, the state is kept, and the journal is removed.
  virtual net::Task<Result<>> Write(std::string text) = 0;

  // Without waiting. Where the backend has no locks, nothing happens.
  virtual net::Task<LockResult> Lock(LockInfo info) = 0;

  // Gives up the lock that Lock got.
  virtual net::Task<Result<>> Unlock() = 0;

  // Takes away the lock of this id, whoever has it (`force-unlock`).
  virtual net::Task<Result<>> ForceUnlock(std::string id) = 0;

  // Where the journal of this state is kept (journal.h): always on this machine.
  virtual const std::string& journal_path() const = 0;
};

// Tries to lock until it succeeds or `timeout` has passed: after 1 s, then after twice as long each time, up
// to 16 s. Only a lock that somebody holds is waited for.
net::Task<LockResult> LockWithin(net::Loop& loop, StateStore& store, LockInfo info, Duration timeout);

class Backend {
 public:
  virtual ~Backend() = default;

  // The default one first, then by name. kInvalid: "workspaces not supported".
  virtual net::Task<Result<std::vector<std::string>>> Workspaces() = 0;

  // `workspace` need not exist yet. kInvalid if the backend has only the default one.
  virtual Result<std::unique_ptr<StateStore>> Open(std::string workspace) = 0;

  // With its state.
  virtual net::Task<Result<>> Delete(std::string workspace) = 0;
};

}  // namespace cairn::state
