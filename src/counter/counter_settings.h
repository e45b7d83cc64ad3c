#pragma once

// The settings of `counter`, as values.

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/settings.h"
#include "counter/redis_options.h"
#include "net/address.h"

namespace cairn::counter {

enum class SourceKind { kAuto, kMemory, kFile, kRedis };

struct CounterSettings {
  net::Address listen;
  net::Address admin_listen;
  bool admin = true;
  size_t connections_max = 0;
  Duration request_timeout{};
  Duration idle_timeout{};
  Duration shutdown_delay{};
  Duration drain_timeout{};

  SourceKind source = SourceKind::kAuto;  // after Finish: never kAuto
  std::string file;
  int64_t file_window = 0;

  RedisOptions redis;  // tls is made from the files below
  bool redis_tls = false;
  std::string redis_ca_file;
  std::string redis_certificate_file;
  std::string redis_key_file;
  std::string key;
  bool create_key = true;
  int64_t skip = 0;

  std::string ledger_file;  // empty: none
  int64_t ledger_window = 0;
  Duration ledger_lease{};

  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kText;
};

// Reads the command line and the environment.
class CounterSettingsParser {
 public:
  CounterSettingsParser();

  // The exit code if the program is not to run: help was printed, or a mistake explained.
  std::optional<int> Parse(int argc, const char* const* argv);

  const CounterSettings& settings() const { return settings_; }

 private:
  void AddServing();
  void AddSource();
  void AddRedis();
  void AddRedisTls();
  void AddRedisKey();
  void AddLedger();
  void AddLogging();
  // What one flag alone cannot decide.
  Result<> Finish();

  Settings table_;
  CounterSettings settings_;
  std::string admin_listen_;
  std::string redis_url_;
  std::string redis_address_;
};

}  // namespace cairn::counter
