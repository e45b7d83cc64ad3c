#include "counter/source_assembly.h"

#include <optional>
#include <utility>

#include "counter/coalescer.h"
#include "counter/file_source.h"
#include "counter/ledger.h"
#include "counter/ledgered_source.h"
#include "counter/redis_client.h"
#include "counter/redis_store.h"
#include "counter/unledgered_source.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "net/worker.h"

namespace cairn::counter {

namespace {

class MemoryAssembly final : public SourceAssembly {
 public:
  NumberSource& source() override { return source_; }

 private:
  MemorySource source_;
};

class FileAssembly final : public SourceAssembly {
 public:
  FileAssembly(net::Loop& loop, const Logger& logger, std::shared_ptr<CeilingFile> file, int64_t ceiling,
               int64_t window)
      : worker_(loop), source_(loop, worker_, logger, std::move(file), ceiling, {.window = window}) {}

  NumberSource& source() override { return source_; }
  net::Task<Result<>> Close() override { return source_.Close(); }

 private:
  net::Worker worker_;
  FileSource source_;
};

// Measures the steps of another source.
class MeasuredRanges final : public RangeSource {
 public:
  MeasuredRanges(const Clock& clock, RangeSource& ranges, Instruments& instruments)
      : clock_(clock), ranges_(ranges), instruments_(instruments) {}

  net::Task<Result<Range>> Take(int64_t count, TimePoint deadline) override {
    const TimePoint start = clock_.Now();
    Result<Range> range = co_await ranges_.Take(count, deadline);
    instruments_.step_seconds().Observe(std::chrono::duration<double>(clock_.Now() - start).count());
    if (range) instruments_.OnBatch(count);
    co_return range;
  }

 private:
  const Clock& clock_;
  RangeSource& ranges_;
  Instruments& instruments_;
};

class RedisAssembly final : public SourceAssembly {
 public:
  RedisAssembly(net::Loop& loop, const CounterSettings& settings, RedisOptions options,
                std::unique_ptr<net::Resolver> resolver, const Logger& logger, Instruments& instruments)
      : resolver_(std::move(resolver)),
        client_(loop, *resolver_, logger, std::move(options)),
        store_(client_, settings.key),
        ranges_(MakeRanges(loop, settings, logger, instruments)),
        measured_(loop.clock(), *ranges_, instruments),
        source_(loop, measured_, {}) {}

  NumberSource& source() override { return source_; }

 private:
  std::unique_ptr<RangeSource> MakeRanges(net::Loop& loop, const CounterSettings& settings,
                                          const Logger& logger, Instruments& instruments) {
    if (settings.ledger_file.empty()) {
      return std::make_unique<UnledgeredSource>(
          store_, logger, instruments,
          UnledgeredSource::Options{.create = settings.create_key, .skip = settings.skip});
    }
    worker_.emplace(loop);
    ledger_ = OpenFileLedger(*worker_, settings.ledger_file);
    return std::make_unique<LedgeredSource>(
        loop, store_, *ledger_, logger, instruments,
        LedgeredSource::Options{.create = settings.create_key,
                                .window = settings.ledger_window,
                                .lease = settings.ledger_lease,
                                .lease_margin = settings.ledger_lease / 10});
  }

  std::unique_ptr<net::Resolver> resolver_;
  RedisClient client_;
  RedisStore store_;
  std::optional<net::Worker> worker_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<RangeSource> ranges_;
  MeasuredRanges measured_;
  Coalescer source_;
};

Result<std::unique_ptr<SourceAssembly>> AssembleFile(net::Loop& loop, const CounterSettings& settings,
                                                     const Logger& logger) {
  auto opened = OpenCeilingFile(settings.file);
  if (!opened) return std::unexpected(opened.error());
  return std::make_unique<FileAssembly>(loop, logger, std::move(opened->first), opened->second,
                                        settings.file_window);
}

Result<std::unique_ptr<SourceAssembly>> AssembleRedis(net::Loop& loop, const CounterSettings& settings,
                                                      const Logger& logger, Instruments& instruments) {
  RedisOptions options = settings.redis;
  if (settings.redis_tls) {
    auto context =
        net::TlsContext::ForClient({.ca_file = settings.redis_ca_file,
                                    .identity = {settings.redis_certificate_file, settings.redis_key_file}});
    if (!context) return std::unexpected(context.error());
    options.tls = std::move(*context);
  }
  auto resolver = net::OpenSystemResolver(loop);
  if (!resolver) return std::unexpected(resolver.error());
  return std::make_unique<RedisAssembly>(loop, settings, std::move(options), std::move(*resolver), logger,
                                         instruments);
}

}  // namespace

Result<std::unique_ptr<SourceAssembly>> AssembleSource(net::Loop& loop, const CounterSettings& settings,
                                                       const Logger& logger, Instruments& instruments) {
  switch (settings.source) {
    case SourceKind::kFile:
      return AssembleFile(loop, settings, logger);
    case SourceKind::kRedis:
      return AssembleRedis(loop, settings, logger, instruments);
    default:
      return std::make_unique<MemoryAssembly>();
  }
}

}  // namespace cairn::counter
