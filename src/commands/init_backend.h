#pragma once

// The part of `init` that sets up where the state is kept.

#include <string>
#include <vector>

#include "commands/environment.h"
#include "commands/screen.h"
#include "config/module.h"

namespace cairn::commands {

struct InitBackendFlags {
  bool backend = true;       // false: what has been set up before stays
  bool reconfigure = false;  // forget what has been set up before; no state is copied
  bool migrate = false;      // copy states from where they have been kept
  bool force_copy = false;   // without asking
  bool input = true;
  std::vector<std::string> config = {};  // "name=value", or a file of such arguments
};

// Sets up the backend of the root module `root`, and copies states to it where it takes the place of another
// one. False if something is wrong, which has been said; then everything is as before.
bool InitBackend(const Environment& environment, Screen& screen, const config::Module& root,
                 const InitBackendFlags& flags);

}  // namespace cairn::commands
