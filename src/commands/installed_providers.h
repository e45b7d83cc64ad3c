#pragma once

// The providers that a working folder may use: those that are installed there as its lock file has them, the
// built-in one, those that somebody else runs (TF_REATTACH_PROVIDERS), and those that the CLI configuration
// has in folders of their developers (dev_overrides).

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "commands/environment.h"
#include "commands/plugin_log.h"
#include "commands/remote_states.h"
#include "hcl/diagnostic.h"
#include "net/loop.h"
#include "net/task.h"
#include "provider/builtin.h"
#include "provider/plugin.h"
#include "registry/hash_cache.h"
#include "registry/lock_file.h"
#include "registry/provider_installer.h"

namespace cairn::commands {

inline constexpr std::string_view kLockFileName = ".terraform.lock.hcl";

// What the lock file of the working folder says; nothing where there is none, or, with errors, where it
// cannot be read.
registry::Locks ReadLocks(hcl::Diagnostics& diagnostics);

// Where their packages are.
std::string ProvidersFolder(const Environment& environment);

// Remembers between commands; `clock` must outlive it.
registry::CachingFileHasher MakeHasher(const Environment& environment, const Clock& clock);

using AttachedProviders = std::map<registry::ProviderAddress, provider::ReattachTarget>;

// Those of TF_REATTACH_PROVIDERS.
AttachedProviders ReadAttachedProviders(const Environment& environment, hcl::Diagnostics& diagnostics);

class InstalledProviders {
 public:
  // All must outlive it.
  InstalledProviders(const Environment& environment, net::Loop& loop, provider::RandomBytes random);

  // Whether `required` are selected in the lock file and installed as it says. Reads it, and what has not
  // been hashed yet of their packages.
  void Check(const registry::ProviderRequirements& required, hcl::Diagnostics& diagnostics);

  // One that has been checked, by its address in full. It belongs to `loop`.
  net::Task<Result<std::unique_ptr<provider::Provider>>> Start(net::Loop& loop, const std::string& provider);

 private:
  void CheckSelections(const registry::ProviderRequirements& required, hcl::Diagnostics& diagnostics);
  void CheckPackages(const registry::ProviderRequirements& required, hcl::Diagnostics& diagnostics);
  // Where its program is.
  Result<std::string> FolderOf(const registry::ProviderAddress& address) const;

  const Environment& environment_;
  net::Loop& loop_;
  const provider::RandomBytes random_;
  RemoteStates remote_states_;
  const PluginLog log_;
  AttachedProviders attached_;
  registry::Locks locks_;
  std::map<registry::ProviderAddress, std::string> hashes_;  // of packages: "h1:…"; none of overrides
};

}  // namespace cairn::commands
