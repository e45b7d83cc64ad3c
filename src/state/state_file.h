#pragma once

// State in a file of this machine, shared with Terraform: the same lock, the same way of writing.
//
// The file is written in place, as Terraform's lock belongs to the file itself and not to its name. So that
// no crash leaves half a state, the new text is first put, whole and synced, into ".NAME.next" beside it,
// which the next Read completes. docs/formats/state-journal.md says what is in there.

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "state/lock_info.h"

namespace cairn::state {

using StateText = std::shared_ptr<const std::string>;  // null where there is no state

class StateFile {
 public:
  struct Options {
    std::string path;                              // "terraform.tfstate"
    std::string backup_path = {};                  // empty: PATH.backup; "-": none
    std::optional<std::string> read_path = {};     // where to read from, if not there
    std::optional<std::string> journal_path = {};  // if not ".NAME.journal" beside it
  };

  explicit StateFile(Options options);
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;
  ~StateFile();  // unlocks

  const std::string& path() const { return options_.path; }
  const std::string& journal_path() const { return journal_path_; }

  // Locks against every other process that does so, Terraform among them, without waiting. The file comes
  // into being if there is none.
  std::expected<void, LockError> Lock(const LockInfo& info);
  bool is_locked() const { return bool(fd_); }
  // Removes the file again if it was made by Lock and nothing was written.
  Result<> Unlock();

  // What the file holds, null if it is missing or empty. Completes an interrupted Write if the lock is held;
  // else gives what it would make. May be called while others write, and then sees any part of it.
  Result<StateText> Read();

  // Replaces what the file holds; when it returns success, that is on the disk. Before the first time, what
  // was read is copied to the backup. Removes the journal, which the text replaces.
  Result<> Write(std::string_view text);

 private:
  Result<> WriteInPlace(std::string_view text);
  Result<> WriteBackup();
  Result<> RemoveFile(const std::string& path);
  Result<std::string> ReadCurrent(const std::string& path);

  Options options_;
  std::string lock_info_path_;
  std::string next_path_;
  std::string journal_path_;
  UniqueFd fd_;  // holds the lock
  std::string lock_id_;
  bool created_ = false;     // by Lock, and still empty
  bool has_backup_ = false;  // written, or not needed
  StateText last_read_ = {};
};

// PATH with another name beside it: "dir/.NAME.SUFFIX".
std::string HiddenBeside(const std::string& path, std::string_view suffix);

// Saves a state that could not be written where it belongs, as "errored.tfstate" in `folder`.
Result<> WriteErroredState(const std::string& folder, std::string_view text);

}  // namespace cairn::state
