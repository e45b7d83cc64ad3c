#include "state/lock_info.h"

#include <openssl/rand.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/value_json.h"

namespace cairn::state {
namespace {

std::string UserName() {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  if (::getpwuid_r(::getuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  const char* name = std::getenv("USER");
  return name == nullptr ? "" : name;
}

std::string HostName() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

// "2026-11-28T02:34:59.896749778Z", without zeros at the end of the fraction.
std::string Timestamp(std::chrono::system_clock::time_point time) {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const long nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds).count();
  const std::time_t whole = seconds.count();
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::string out = text;
  if (nanoseconds != 0) {
    out += Format(".{:09}", nanoseconds);
    out.resize(out.find_last_not_of('0') + 1);
  }
  return out += 'Z';
}

}  // namespace

std::string LockInfo::ToJson() const {
  std::string out = "{";
  const auto add = [&](std::string_view name, std::string_view text) {
    out += Format("{}\"{}\":", out.size() > 1 ? "," : "", name);
    hcl::AppendJsonString(out, text);
  };
  add("ID", id);
  add("Operation", operation);
  add("Info", info);
  add("Who", who);
  add("Version", version);
  add("Created", created);
  add("Path", path);
  return out += '}';
}

Result<LockInfo> LockInfo::FromJson(std::string_view json) {
  const Result<data::Json> parsed = data::ParseJson(json);
  if (!parsed) return std::unexpected(parsed.error().In("lock info"));
  if (!parsed->is_object()) return Fail(ErrorCode::kInvalid, "lock info: not an object");
  LockInfo info;
  const auto take = [&](const char* name, std::string& out) {
    const auto* member = parsed->get_object().if_contains(name);
    if (member != nullptr && member->is_string()) out = std::string(member->get_string());
  };
  take("ID", info.id);
  take("Operation", info.operation);
  take("Info", info.info);
  take("Who", info.who);
  take("Version", info.version);
  take("Created", info.created);
  take("Path", info.path);
  return info;
}

std::string LockInfo::ToString() const {
  std::string time = created;
  if (const size_t t = time.find('T'); t != time.npos && time.ends_with('Z')) {
    time[t] = ' ';
    time.pop_back();
    time += " +0000 UTC";
  }
  return Format(
      "Lock Info:\n  ID:        {}\n  Path:      {}\n  Operation: {}\n  Who:       {}\n  Version:   {}\n"
      "  Created:   {}\n  Info:      {}\n",
      id, path, operation, who, version, time, info);
}

LockInfo MakeLockInfo(std::string_view operation, std::string_view version, std::string path,
                      std::chrono::system_clock::time_point now) {
  return {.id = NewUuid(),
          .operation = std::string(operation),
          .who = UserName() + "@" + HostName(),
          .version = std::string(version),
          .created = Timestamp(now),
          .path = std::move(path)};
}

std::string NewUuid() {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) std::abort();  // no randomness: nothing would be unique
  bytes[6] = (bytes[6] & 0x0F) | 0x40;
  bytes[8] = (bytes[8] & 0x3F) | 0x80;
  std::string out;
  for (size_t i = 0; i < sizeof bytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += Format("{:02x}", bytes[i]);
  }
  return out;
}

std::string LockError::ToString() const {
  std::string out = "Error message: " + error.message + "\n";
  if (holder) out += holder->ToString();
  return out +
         "\n\nTerraform acquires a state lock to protect the state from being written\n"
         "by multiple users at the same time. Please resolve the issue above and try\n"
         "again. For most commands, you can disable locking with the \"-lock=false\"\n"
         "flag, but this is not recommended.";
}

}  // namespace cairn::state
