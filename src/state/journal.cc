#include "state/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/value_json.h"
#include "state/address_parser.h"
#include "state/digest.h"
#include "state/state_format.h"

namespace cairn::state {
namespace {

constexpr std::string_view kMagic = "cairn-state-journal-1";
constexpr size_t kChecksumDigits = 16;

std::string Checksum(std::string_view json) {
  return Sha256Hex(json).substr(0, kChecksumDigits);
}

// Appends `json` without the blanks between its parts.
void AppendCompact(std::string& out, std::string_view json) {
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
    out += c;
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') out += json[++i];
  }
}

std::string RemovalOf(std::string_view verb, const InstanceAddress& address, std::string_view deposed_key) {
  std::string json = Format("{{\"{}\":", verb);
  hcl::AppendJsonString(json, address.ToString());
  if (!deposed_key.empty()) {
    json += ",\"deposed\":";
    hcl::AppendJsonString(json, deposed_key);
  }
  return json += '}';
}

std::string StateRecord(std::string_view verb, const State& state) {
  std::string json = Format("{{\"{}\":", verb);
  AppendCompact(json, WriteState(state));
  return json += '}';
}

// The members of a record that this version knows.
struct Record {
  std::string_view set = {};      // a state
  std::string_view outputs = {};  // a state
  std::string remove = {};        // addresses
  std::string depose = {};
  std::string remove_deposed = {};
  std::string deposed = {};
};

Record ParseRecord(std::string_view json) {
  Record record;
  JsonReader reader(json);
  if (reader.Peek() != JsonKind::kObject) return record;
  reader.EnterObject();
  while (const auto name = reader.NextName()) {
    std::string* text = *name == "remove"           ? &record.remove
                        : *name == "depose"         ? &record.depose
                        : *name == "remove_deposed" ? &record.remove_deposed
                        : *name == "deposed"        ? &record.deposed
                                                    : nullptr;
    const bool is_text = reader.Peek() == JsonKind::kString;
    const std::string_view value = reader.Take();
    if (text != nullptr && is_text) *text = UnquoteJson(value);
    if (*name == "set") record.set = value;
    if (*name == "outputs") record.outputs = value;
  }
  return record;
}

Result<State> ReadPart(std::string_view json) {
  hcl::Diagnostics diagnostics;
  auto state = ReadState(std::string(json), diagnostics);
  if (state) return std::move(*state);
  return Fail(ErrorCode::kInvalid, diagnostics.empty() ? "not a state" : diagnostics[0].detail);
}

void SetObjects(const State& part, State& state) {
  for (const auto& [resource_address, resource] : part.resources) {
    for (const auto& [key, instance] : resource.instances) {
      const InstanceAddress address{resource_address.module, resource_address.resource, key};
      if (instance.current) state.SetCurrent(address, instance.current, resource.provider);
      for (const auto& [deposed, object] : instance.deposed) {
        state.SetDeposed(address, deposed, object, resource.provider);
      }
    }
  }
}

Result<> Apply(std::string_view json, State& state) {
  const Record record = ParseRecord(json);
  if (!record.set.empty()) {
    const auto part = ReadPart(record.set);
    if (!part) return std::unexpected(part.error());
    SetObjects(*part, state);
    return {};
  }
  if (!record.outputs.empty()) {
    auto part = ReadPart(record.outputs);
    if (!part) return std::unexpected(part.error());
    state.outputs = std::move(part->outputs);
    state.check_results = std::move(part->check_results);
    return {};
  }
  for (const std::string* text : {&record.remove, &record.depose, &record.remove_deposed}) {
    if (text->empty()) continue;
    const auto address = ParseInstanceAddress(*text);
    if (!address) return Fail(ErrorCode::kInvalid, address.error().detail);
    const ResourceState* resource = state.Find(address->resource_address());
    const ProviderConfigAddress provider = resource == nullptr ? ProviderConfigAddress() : resource->provider;
    if (text == &record.depose) {
      state.Depose(*address, record.deposed);
    } else if (text == &record.remove_deposed) {
      state.SetDeposed(*address, record.deposed, nullptr, provider);
    } else if (record.deposed == "all") {
      state.Remove(*address);
    } else {
      state.SetCurrent(*address, nullptr, provider);
    }
    return {};
  }
  return Fail(ErrorCode::kInvalid, "a record of a later version of Cairn");
}

Result<> CheckBase(std::string_view json, std::string_view text) {
  std::string format, sha256, lineage;
  std::string_view serial;
  JsonReader reader(json);
  if (reader.Peek() == JsonKind::kObject) {
    reader.EnterObject();
    while (const auto name = reader.NextName()) {
      std::string* out = *name == "format"    ? &format
                         : *name == "sha256"  ? &sha256
                         : *name == "lineage" ? &lineage
                                              : nullptr;
      const bool is_text = reader.Peek() == JsonKind::kString;
      const std::string_view value = reader.Take();
      if (out != nullptr && is_text) *out = UnquoteJson(value);
      if (*name == "serial") serial = value;
    }
  }
  if (format != kMagic) return Fail(ErrorCode::kInvalid, "not a journal of this version of Cairn");
  if (sha256 == Sha256Hex(text)) return {};
  return Fail(
      ErrorCode::kConflict,
      Format("the journal continues version {} of the state with lineage {}, which was written since by "
             "somebody else",
             serial, lineage));
}

// Takes the next line from `rest` if it is a whole record; its JSON, or nothing.
std::string_view TakeRecord(std::string_view& rest) {
  const size_t end = rest.find('\n');
  if (end == rest.npos || end < kChecksumDigits + 1) return {};
  const std::string_view line = rest.substr(0, end);
  const std::string_view json = line.substr(kChecksumDigits + 1);
  if (line[kChecksumDigits] != ' ' || line.substr(0, kChecksumDigits) != Checksum(json)) return {};
  if (CheckJson(json).error_offset) return {};
  rest.remove_prefix(end + 1);
  return json;
}

}  // namespace

JournalBase JournalBaseOf(const State& state, std::string_view text) {
  return {.serial = state.serial, .lineage = state.lineage, .sha256 = Sha256Hex(text)};
}

Result<Journal> Journal::Create(const std::string& path, const JournalBase& base) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd && errno == EEXIST) {
    return Fail(ErrorCode::kConflict, path + ": an earlier run left a journal that was not replayed");
  }
  if (!fd) return FailErrno(errno, path);
  Journal journal(std::move(fd), path);
  std::string json = Format("{{\"format\":\"{}\",\"serial\":{},\"lineage\":", kMagic, base.serial);
  hcl::AppendJsonString(json, base.lineage);
  json += Format(",\"sha256\":\"{}\"}}", base.sha256);
  journal.Add(json);
  if (auto committed = journal.Commit(); !committed) return std::unexpected(committed.error());
  const size_t slash = path.rfind('/');
  if (auto synced = SyncDirectory(slash == path.npos ? "." : path.substr(0, slash + 1)); !synced) {
    return std::unexpected(synced.error());
  }
  return journal;
}

void Journal::Add(std::string_view json) {
  pending_ += Checksum(json);
  pending_ += ' ';
  pending_ += json;
  pending_ += '\n';
}

void Journal::SetCurrent(const InstanceAddress& address, ObjectRef object,
                         const ProviderConfigAddress& provider) {
  if (!object) return Add(RemovalOf("remove", address, ""));
  State part;
  part.SetCurrent(address, std::move(object), provider);
  Add(StateRecord("set", part));
}

void Journal::SetDeposed(const InstanceAddress& address, const std::string& deposed_key, ObjectRef object,
                         const ProviderConfigAddress& provider) {
  if (!object) return Add(RemovalOf("remove_deposed", address, deposed_key));
  State part;
  part.SetDeposed(address, deposed_key, std::move(object), provider);
  Add(StateRecord("set", part));
}

void Journal::Depose(const InstanceAddress& address, const std::string& deposed_key) {
  Add(RemovalOf("depose", address, deposed_key));
}

void Journal::Remove(const InstanceAddress& address) {
  Add(RemovalOf("remove", address, "all"));
}

void Journal::SetOutputs(const State& state) {
  State part;
  part.outputs = state.outputs;
  part.check_results = state.check_results;
  Add(StateRecord("outputs", part));
}

Result<> Journal::Commit() {
  for (size_t done = 0; done < pending_.size();) {
    const ssize_t written =
        ::pwrite(fd_.get(), pending_.data() + done, pending_.size() - done, size_ + int64_t(done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FailErrno(errno, path_);
    done += size_t(written);
  }
  if (::fdatasync(fd_.get()) != 0) return FailErrno(errno, path_);
  size_ += int64_t(pending_.size());
  pending_.clear();
  return {};
}

Result<JournalReplay> ReplayJournal(std::string_view journal, std::string_view text, State& state) {
  std::string_view rest = journal;
  const std::string_view base = TakeRecord(rest);
  // Cut off within its first record: nothing was acknowledged.
  if (base.empty()) return JournalReplay{.dropped_bytes = journal.size()};
  if (auto fits = CheckBase(base, text); !fits) return std::unexpected(fits.error());
  JournalReplay replay;
  for (std::string_view json = TakeRecord(rest); !json.empty(); json = TakeRecord(rest)) {
    ++replay.records;
    if (auto applied = Apply(json, state); !applied) {
      return std::unexpected(applied.error().In(Format("record {} of the journal", replay.records)));
    }
  }
  replay.dropped_bytes = rest.size();
  return replay;
}

}  // namespace cairn::state
