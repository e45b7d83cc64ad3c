#pragma once

// What was done since the state was written last: one record for each finished operation, so that a run of
// many costs as much as what it does, and a run that is killed loses nothing that was acknowledged.
// docs/formats/state-journal.md has the format.
//
//   auto journal = Journal::Create(file.journal_path(), JournalBaseOf(text));
//   journal->SetCurrent(address, object, provider);     // after each operation
//   journal->Commit();                                  // for all that finished meanwhile
//   file.Write(WriteState(state));                      // at the end; removes the journal

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "state/state.h"

namespace cairn::state {

// The version of the state that a journal continues.
struct JournalBase {
  uint64_t serial = 0;
  std::string lineage = {};
  std::string sha256 = {};  // of its text, in hexadecimal
};

// Of a state and the text that it was read from; of no state: an empty state and text.
JournalBase JournalBaseOf(const State& state, std::string_view text);

// Not thread-safe. Records are in memory until Commit.
class Journal {
 public:
  // Begins a journal. kConflict if there is one already: it must be replayed first.
  static Result<Journal> Create(const std::string& path, const JournalBase& base);

  // What State's functions of these names do.
  void SetCurrent(const InstanceAddress& address, ObjectRef object, const ProviderConfigAddress& provider);
  void SetDeposed(const InstanceAddress& address, const std::string& deposed_key, ObjectRef object,
                  const ProviderConfigAddress& provider);
  void Depose(const InstanceAddress& address, const std::string& deposed_key);
  void Remove(const InstanceAddress& address);
  // All outputs and results of checks are those of `state` from now on.
  void SetOutputs(const State& state);

  // When it returns success, every record so far is on the disk. After a failure the journal is as it was on
  // the disk or has some of the records; call it again, or write the state instead.
  Result<> Commit();

  size_t pending_bytes() const { return pending_.size(); }

 private:
  Journal(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  void Add(std::string_view json);

  UniqueFd fd_;
  std::string path_;
  std::string pending_;
  int64_t size_ = 0;  // of what is on the disk for certain
};

struct JournalReplay {
  size_t records = 0;
  size_t dropped_bytes = 0;  // behind the last whole record: never acknowledged
};

inline constexpr size_t kJournalBytesMax = size_t{4} << 30;

// Does to `state`, which was read from `text`, what the records of `journal` say, up to the first one that is
// not whole. kConflict if the journal continues another version: somebody else wrote the state since.
// kInvalid if it is none, or a whole record makes no sense.
Result<JournalReplay> ReplayJournal(std::string_view journal, std::string_view text, State& state);

}  // namespace cairn::state
