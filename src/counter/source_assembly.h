#pragma once

// From settings to a number source and what it stands on.

#include <memory>

#include "base/log.h"
#include "base/result.h"
#include "counter/counter_settings.h"
#include "counter/instruments.h"
#include "counter/number_source.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::counter {

// A source with its parts, which live and die with it.
class SourceAssembly {
 public:
  virtual ~SourceAssembly() = default;

  virtual NumberSource& source() = 0;

  // When no number will be asked for any more.
  virtual net::Task<Result<>> Close() { co_return Result<>(); }
};

// `loop`, `logger` and `instruments` must outlive the assembly. Does not connect: Redis may come later.
Result<std::unique_ptr<SourceAssembly>> AssembleSource(net::Loop& loop, const CounterSettings& settings,
                                                       const Logger& logger, Instruments& instruments);

}  // namespace cairn::counter
