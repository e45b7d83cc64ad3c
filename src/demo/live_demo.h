#pragma once

// The replicas as somebody watches and uses them.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "demo/demo_settings.h"
#include "demo/deployment.h"
#include "demo/event_log.h"
#include "demo/steady_load.h"
#include "demo/terminal.h"
#include "demo/view.h"
#include "http/client.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/task.h"

namespace cairn::demo {

class LiveDemo {
 public:
  struct Options {
    DeploymentOptions deployment;
    std::optional<net::Address> listen;  // as in DemoSettings
    std::optional<int> load;             // the same
  };

  // All must outlive it.
  LiveDemo(net::Loop& loop, http::Client& client, EventLog& events, Options options);

  // Starts everything, prints the address on standard output, and shows the view if there is a terminal. Ends
  // with an error, or when somebody presses q. Once.
  net::Task<Result<>> Run();

  // Stops everything, also after a Run that was cancelled.
  net::Task<void> Stop();

 private:
  Result<std::unique_ptr<net::Listener>> Listen();
  void Announce() const;
  net::Task<void> ReadKeys(Terminal& terminal);
  net::Task<void> Redraw(Terminal& terminal);
  View Look();

  net::Loop& loop_;
  http::Client& client_;
  EventLog& events_;
  const Options options_;
  const TimePoint start_;
  std::string url_;
  int rate_ = 0;
  std::vector<RateMeter> meters_;
  net::WaitList quit_;
  Deployment deployment_;
  std::optional<SteadyLoad> load_;
};

}  // namespace cairn::demo
