// Where the session's state is, and reading and writing it.

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "commands/session.h"
#include "commands/state_place.h"
#include "config/files.h"
#include "state/journal.h"
#include "state/local_backend.h"
#include "state/state_format.h"
#include "state/state_version.h"
#include "view/ui_stream.h"

namespace cairn::commands {

bool Session::FindBackend() {
  hcl::Diagnostics diagnostics;
  std::optional<StatePlace> place;
  if (IsFile()) {
    place = DefaultPlace();
  } else {
    // What is wrong with the rest of the folder is for others to say.
    hcl::Diagnostics of_module;
    const std::shared_ptr<const config::Module> root =
        config_ ? config_->module : config::LoadModule(config::DiskFiles(), ".", of_module);
    place = FindStatePlace(root->backend, environment_.DataFolder(), diagnostics);
  }
  screen_.Report(diagnostics);
  if (!place) return false;
  auto workspace = state::CurrentWorkspace(environment_.DataFolder(), environment_.Get("TF_WORKSPACE"));
  if (!workspace) {
    screen_.ReportError(workspace.error().message, "");
    return false;
  }
  workspace_ = *std::move(workspace);
  surroundings_.workspace = workspace_.name;
  backend_type_ = place->type;
  auto backend = place->type == "local" ? OpenFiles(*place) : backends_.Make(place->type, place->config);
  if (!backend) {
    screen_.ReportError("Error configuring the backend", backend.error().message);
    return false;
  }
  backend_ = *std::move(backend);
  return true;
}

bool Session::OpenBackend() {
  return FindBackend() && OpenWorkspace(IsFile() ? std::string(state::kDefaultWorkspace) : workspace_.name);
}

bool Session::OpenWorkspace(const std::string& name) {
  auto store = backend_->Open(name);
  if (!store) {
    screen_.ReportError("Error loading state", store.error().message);
    return false;
  }
  store_ = *std::move(store);
  return true;
}

Result<std::unique_ptr<state::Backend>> Session::OpenFiles(const StatePlace& place) {
  state::LocalBackendOptions options = LocalOptionsOf(place.config);
  if (!options_.state_path.empty()) options.path = options_.state_path;
  options.backup_path = options_.backup_path;
  if (options_.dated_backup) {
    if (options.backup_path == "-") options.backup_path.clear();
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    options.backup_suffix = Format(".{}.backup", now.time_since_epoch().count());
  }
  if (!options_.state_out_path.empty() && options_.state_out_path != options.path) {
    options.read_path = options.path;
    options.path = options_.state_out_path;
  }
  return std::make_unique<state::LocalBackend>(std::move(options));
}

bool Session::OpenState(std::string_view operation) {
  return OpenBackend() && LoadState(operation);
}

bool Session::LoadState(std::string_view operation) {
  if (options_.lock && !LockState(operation)) return false;
  Result<state::StateText> text = loop_.Run(store_->Read());
  if (!text) {
    screen_.ReportError("Failed to read state", text.error().message);
    return false;
  }
  state_text_ = std::move(*text);
  if (state_text_) {
    hcl::Diagnostics diagnostics;
    last_ = state::ReadState(state_text_, diagnostics);
    screen_.Report(diagnostics);
    if (!last_) return false;
    state_ = *last_;
  }
  const Result<std::string> journal = ReadFile(store_->journal_path(), state::kJournalBytesMax);
  if (!journal) {
    if (journal.error().code == ErrorCode::kNotFound) return true;
    screen_.ReportError("Failed to read the journal of the state", journal.error().message);
    return false;
  }
  const auto replayed =
      state::ReplayJournal(*journal, state_text_ ? std::string_view(*state_text_) : "", state_);
  if (!replayed) {
    screen_.ReportError("Failed to replay the journal of the state", replayed.error().message);
    return false;
  }
  if (options_.lock) return WriteState(state_);
  state::MakeNextVersion(last_, state_);
  return true;
}

net::Task<std::optional<state::LockError>> Session::TryLock(const state::LockInfo& info) {
  state::LockInfo own = info;
  const state::LockResult locked =
      co_await state::LockWithin(loop_, *store_, std::move(own), options_.lock_timeout);
  if (locked) co_return std::nullopt;
  co_return locked.error();
}

bool Session::LockState(std::string_view operation) {
  const state::LockInfo info =
      state::MakeLockInfo(operation, kTerraformVersion, "", std::chrono::system_clock::now());
  const std::optional<state::LockError> failed = loop_.Run(TryLock(info));
  if (failed) screen_.ReportError("Error acquiring the state lock", failed->ToString());
  return !failed;
}

// The state has what the journal holds, which must not stand in the way of the next one.
bool Session::DropJournal() {
  const std::string& path = store_->journal_path();
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return true;
  screen_.ReportError("Failed to remove the journal of the state", ErrnoError(errno, path).message);
  return false;
}

bool Session::WriteState(state::State next) {
  return state::MakeNextVersion(last_, next) ? WriteVersion(std::move(next)) : DropJournal();
}

bool Session::WriteVersion(state::State next) {
  next.terraform_version = kTerraformVersion;
  const std::string text = state::WriteState(next);
  const Result<> written = loop_.Run(store_->Write(text));
  if (!written) {
    const Result<> saved = state::WriteErroredState(".", text);
    screen_.ReportError(
        "Failed to save state",
        Format("{}. {}", written.error().message,
               saved ? "The state is in errored.tfstate; use \"state push errored.tfstate\" once it can be "
                       "written again."
                     : "It could not be saved elsewhere either, so it is printed here, with all its secrets. "
                       "Keep it as errored.tfstate, and use \"state push errored.tfstate\" once it can be "
                       "written again."));
    if (!saved) screen_.PrintLine(screen_.json() ? view::LogLine(text, screen_.LineTime()) : text);
    return false;
  }
  state_text_ = std::make_shared<const std::string>(text);
  last_ = next;
  state_ = std::move(next);
  return true;
}

bool Session::CloseState() {
  if (!options_.lock) return true;
  const Result<> unlocked = loop_.Run(store_->Unlock());
  if (unlocked) return true;
  screen_.ReportError("Error releasing the state lock", unlocked.error().message);
  return false;
}

}  // namespace cairn::commands
