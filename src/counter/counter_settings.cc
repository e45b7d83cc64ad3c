#include "counter/counter_settings.h"

#include <cstdio>
#include <vector>

#include "base/strings.h"
#include "base/version.h"
#include "counter/redis_url.h"

namespace cairn::counter {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kExitMistake = 2;

constexpr std::string_view kDetails = R"(Sources:
  memory  counts in this process: for one replica, from 1 at every start
  file    counts on this machine's disk: for one replica, goes on after a restart
  redis   counts in Redis: for any number of replicas. With --ledger-file a number is never repeated, even when
          Redis loses data; without it, losses are refused where they can be noticed.
  auto    redis if an address of Redis is given, else memory

Examples:
  counter                                          one replica, in memory, on port 8080
  counter --source file --file /var/lib/counter/number
  counter --redis-url redis://redis:6379           as many replicas as you like
  counter --redis-url rediss://counter@master.cache.amazonaws.com --redis-password-file /run/secrets/redis

Exit codes: 0 stopped by SIGTERM or SIGINT; 1 it could not start or stop cleanly; 2 a setting is wrong.
)";

Result<net::Address> ParseListenAddress(std::string_view text) {
  auto address = net::Address::Parse(text);
  if (!address) {
    return Fail(ErrorCode::kInvalid,
                Format("{}; accepted are IP:PORT, :PORT and unix:PATH", address.error().message));
  }
  return address;
}

}  // namespace

CounterSettingsParser::CounterSettingsParser()
    : table_({.name = "counter",
              .summary = "Gives a larger number to every GET /get-number, from any number of replicas.",
              .version = std::string(Version()),
              .details = std::string(kDetails)}) {
  AddServing();
  AddSource();
  AddRedis();
  AddRedisTls();
  AddRedisKey();
  AddLedger();
  AddLogging();
}

void CounterSettingsParser::AddServing() {
  const std::string group = "Serving";
  table_.Add({.name = "listen",
              .value = "ADDRESS:PORT",
              .env = "COUNTER_LISTEN",
              .default_text = ":8080",
              .help = "Where numbers are served. An IP address, nothing for all of them, or unix:PATH.",
              .group = group},
             settings_.listen, ParseListenAddress);
  table_.AddString({.name = "admin-listen",
                    .value = "ADDRESS:PORT",
                    .env = "COUNTER_ADMIN_LISTEN",
                    .default_text = ":8081",
                    .help = "Where /livez, /readyz and /metrics are served; \"none\" for nowhere.",
                    .group = group},
                   admin_listen_);
  table_.AddInt({.name = "connections-max",
                 .value = "N",
                 .env = "COUNTER_CONNECTIONS_MAX",
                 .default_text = "10000",
                 .help = "Open connections; further ones wait.",
                 .group = group},
                settings_.connections_max, 1, 1'000'000);
  table_.AddDuration({.name = "request-timeout",
                      .value = "DURATION",
                      .env = "COUNTER_REQUEST_TIMEOUT",
                      .default_text = "3s",
                      .help = "How long a request waits for a number before it is answered 503.",
                      .group = group},
                     settings_.request_timeout, milliseconds(1), hours(1));
  table_.AddDuration({.name = "idle-timeout",
                      .value = "DURATION",
                      .env = "COUNTER_IDLE_TIMEOUT",
                      .default_text = "75s",
                      .help = "How long a connection may wait for its next request.",
                      .group = group},
                     settings_.idle_timeout, milliseconds(1), hours(24));
  table_.AddDuration(
      {.name = "shutdown-delay",
       .value = "DURATION",
       .env = "COUNTER_SHUTDOWN_DELAY",
       .default_text = "0s",
       .help = "After SIGTERM, how long to go on accepting, unready, while balancers take notice.",
       .group = group},
      settings_.shutdown_delay, Duration::zero(), hours(1));
  table_.AddDuration({.name = "drain-timeout",
                      .value = "DURATION",
                      .env = "COUNTER_DRAIN_TIMEOUT",
                      .default_text = "10s",
                      .help = "Then, how long requests under way may take to finish.",
                      .group = group},
                     settings_.drain_timeout, Duration::zero(), hours(1));
}

void CounterSettingsParser::AddSource() {
  const std::string group = "Source of numbers";
  table_.AddChoice<SourceKind>({.name = "source",
                                .value = "KIND",
                                .env = "COUNTER_SOURCE",
                                .default_text = "auto",
                                .help = "memory, file, redis or auto; see below.",
                                .group = group},
                               settings_.source,
                               {{"memory", SourceKind::kMemory},
                                {"file", SourceKind::kFile},
                                {"redis", SourceKind::kRedis},
                                {"auto", SourceKind::kAuto}});
  table_.AddString({.name = "file",
                    .value = "PATH",
                    .env = "COUNTER_FILE",
                    .help = "With --source file: where the number is kept. PATH.lock is held beside it.",
                    .group = group},
                   settings_.file);
  table_.AddInt({.name = "file-window",
                 .value = "N",
                 .env = "COUNTER_FILE_WINDOW",
                 .default_text = "10000",
                 .help = "Numbers that a crash may skip; smaller means more writes.",
                 .group = group},
                settings_.file_window, 2, 1'000'000'000);
}

void CounterSettingsParser::AddRedis() {
  const std::string group = "Redis";
  table_.AddString(
      {.name = "redis-url",
       .value = "URL",
       .env = "COUNTER_REDIS_URL",
       .help = "redis://[USER@]HOST[:PORT][,HOST...][/DB] for a server, the nodes of a cluster or a set "
               "of replicas; redis-sentinel://[USER@]HOST[:PORT][,HOST...]/MASTER[/DB] for Sentinels; "
               "rediss and rediss-sentinel for TLS.",
       .group = group},
      redis_url_);
  table_.AddString(
      {.name = "redis-address",
       .value = "HOST[:PORT]",
       .env = "REDIS_SVC_ADDR",
       .help = "The same for one server without more; redis.default:6379 if nothing else is given.",
       .group = group},
      redis_address_);
  table_.AddString({.name = "redis-password-file",
                    .value = "PATH",
                    .env = "COUNTER_REDIS_PASSWORD_FILE",
                    .help = "Holds the password (AUTH); read again at every connect.",
                    .group = group},
                   settings_.redis.password_file);
  table_.AddString({.name = "sentinel-username",
                    .value = "USER",
                    .env = "COUNTER_SENTINEL_USERNAME",
                    .help = "The user at the Sentinels, if they ask for one.",
                    .group = group},
                   settings_.redis.sentinel_username);
  table_.AddString({.name = "sentinel-password-file",
                    .value = "PATH",
                    .env = "COUNTER_SENTINEL_PASSWORD_FILE",
                    .help = "Holds the Sentinels' password.",
                    .group = group},
                   settings_.redis.sentinel_password_file);
}

void CounterSettingsParser::AddRedisTls() {
  const std::string group = "Redis";
  table_.AddString({.name = "redis-ca-file",
                    .value = "PATH",
                    .env = "COUNTER_REDIS_CA_FILE",
                    .help = "With TLS: the authorities to trust, PEM; the system's if not given.",
                    .group = group},
                   settings_.redis_ca_file);
  table_.AddString({.name = "redis-cert-file",
                    .value = "PATH",
                    .env = "COUNTER_REDIS_CERT_FILE",
                    .help = "With TLS: the certificate to present, PEM.",
                    .group = group},
                   settings_.redis_certificate_file);
  table_.AddString({.name = "redis-key-file",
                    .value = "PATH",
                    .env = "COUNTER_REDIS_KEY_FILE",
                    .help = "With TLS: its key, PEM.",
                    .group = group},
                   settings_.redis_key_file);
}

void CounterSettingsParser::AddRedisKey() {
  const std::string group = "Redis";
  table_.AddDuration({.name = "redis-timeout",
                      .value = "DURATION",
                      .env = "COUNTER_REDIS_TIMEOUT",
                      .default_text = "2s",
                      .help = "For one reply, and for connecting.",
                      .group = group},
                     settings_.redis.command_timeout, milliseconds(1), hours(1));
  table_.AddString({.name = "key",
                    .value = "KEY",
                    .env = "COUNTER_KEY",
                    .default_text = "num",
                    .help = "The key that holds the number; {KEY}:mark is kept beside it.",
                    .group = group},
                   settings_.key);
  table_.AddBool({.name = "create-key",
                  .env = "COUNTER_CREATE_KEY",
                  .default_text = "true",
                  .help = "Begin with 1 where the key does not exist and no number was ever seen.",
                  .group = group},
                 settings_.create_key);
  table_.AddInt(
      {.name = "failover-skip",
       .value = "N",
       .env = "COUNTER_FAILOVER_SKIP",
       .default_text = "1000000",
       .help = "Without a ledger: numbers to skip when Redis has restarted or was replaced, since it may "
               "have lost as many.",
       .group = group},
      settings_.skip, 0, 1'000'000'000'000);
}

void CounterSettingsParser::AddLedger() {
  const std::string group = "Ledger";
  table_.AddString(
      {.name = "ledger-file",
       .value = "PATH",
       .env = "COUNTER_LEDGER_FILE",
       .help = "A file that all replicas share, on one machine, and that says which Redis may give out "
               "which numbers.",
       .group = group},
      settings_.ledger_file);
  table_.AddInt({.name = "ledger-window",
                 .value = "N",
                 .env = "COUNTER_LEDGER_WINDOW",
                 .default_text = "100000",
                 .help = "Numbers reserved at a time: what a fail-over may skip.",
                 .group = group},
                settings_.ledger_window, 2, 1'000'000'000'000);
  table_.AddDuration(
      {.name = "ledger-lease",
       .value = "DURATION",
       .env = "COUNTER_LEDGER_LEASE",
       .default_text = "1s",
       .help = "How long a replica relies on what it read in the ledger: what a fail-over to another "
               "Redis waits for. The same for all replicas.",
       .group = group},
      settings_.ledger_lease, milliseconds(10), hours(1));
}

void CounterSettingsParser::AddLogging() {
  const std::string group = "Logging";
  table_.AddChoice<LogLevel>({.name = "log-level",
                              .value = "LEVEL",
                              .env = "COUNTER_LOG_LEVEL",
                              .default_text = "info",
                              .help = "The least important lines to write, to standard error.",
                              .group = group},
                             settings_.log_level,
                             {{"debug", LogLevel::kDebug},
                              {"info", LogLevel::kInfo},
                              {"warn", LogLevel::kWarn},
                              {"error", LogLevel::kError}});
  table_.AddChoice<LogFormat>({.name = "log-format",
                               .value = "FORMAT",
                               .env = "COUNTER_LOG_FORMAT",
                               .default_text = "text",
                               .help = "One JSON object a line, or text.",
                               .group = group},
                              settings_.log_format, {{"text", LogFormat::kText}, {"json", LogFormat::kJson}});
}

Result<> CounterSettingsParser::Finish() {
  settings_.admin = admin_listen_ != "none";
  if (settings_.admin) {
    const auto address = ParseListenAddress(admin_listen_);
    if (!address) return std::unexpected(address.error().In("--admin-listen"));
    settings_.admin_listen = *address;
  }
  const bool redis_given = !redis_url_.empty() || !redis_address_.empty();
  if (settings_.source == SourceKind::kAuto) {
    settings_.source = redis_given ? SourceKind::kRedis : SourceKind::kMemory;
  }
  if (settings_.source == SourceKind::kFile && settings_.file.empty()) {
    return Fail(ErrorCode::kInvalid, "--source file needs --file PATH");
  }
  if (settings_.source != SourceKind::kRedis) {
    if (settings_.ledger_file.empty()) return {};
    return Fail(ErrorCode::kInvalid, "--ledger-file is for --source redis");
  }
  if (settings_.key.empty()) return Fail(ErrorCode::kInvalid, "--key must not be empty");
  settings_.redis.connect_timeout = settings_.redis.command_timeout;
  if (!redis_url_.empty()) {
    const auto url = ParseRedisUrl(redis_url_);
    if (!url) return std::unexpected(url.error().In("--redis-url"));
    settings_.redis.servers = url->servers;
    settings_.redis.sentinels = url->sentinels;
    settings_.redis.sentinel_master = url->sentinel_master;
    settings_.redis.username = url->username;
    settings_.redis.database = url->database;
    settings_.redis_tls = url->tls;
  } else {
    const auto endpoint = ParseRedisAddress(redis_address_.empty() ? "redis.default:6379" : redis_address_);
    if (!endpoint) return std::unexpected(endpoint.error().In("--redis-address"));
    settings_.redis.servers = {*endpoint};
  }
  const bool tls_files = !settings_.redis_ca_file.empty() || !settings_.redis_certificate_file.empty();
  if (tls_files && !settings_.redis_tls) {
    return Fail(ErrorCode::kInvalid, "--redis-ca-file and --redis-cert-file need a rediss:// URL");
  }
  if (settings_.redis_certificate_file.empty() != settings_.redis_key_file.empty()) {
    return Fail(ErrorCode::kInvalid, "--redis-cert-file and --redis-key-file go together");
  }
  return {};
}

std::optional<int> CounterSettingsParser::Parse(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  if (const auto exit_code = table_.ParseOrExplain(argc, argv, arguments)) return exit_code;
  const auto finished = Finish();
  if (finished) return std::nullopt;
  std::fputs(Format("counter: {}\n", finished.error().message).c_str(), stderr);
  return kExitMistake;
}

}  // namespace cairn::counter
