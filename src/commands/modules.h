#pragma once

// The modules of a working folder: installing what its configuration calls, and finding it again.

#include <functional>
#include <memory>
#include <string>

#include "commands/environment.h"
#include "config/loader.h"
#include "registry/cli_config.h"

namespace cairn::commands {

// By what the manifest knows the module that is called at `path`: "a.b".
std::string ManifestKey(const state::ModulePath& path);

// What is installed, as modules/modules.json of the data folder has it. A manifest that cannot be read is
// reported.
config::ModuleResolver InstalledModules(const std::string& data_folder, hcl::Diagnostics& diagnostics);

// Installs the modules that `root` and those below it call, and writes the manifest, with errors, too. `say`
// gets a line for each that is fetched or found. `upgrade` fetches all again, of the newest versions.
void InstallModules(const Environment& environment, const registry::CliConfig& cli,
                    std::shared_ptr<const config::Module> root, bool upgrade,
                    const std::function<void(const std::string& line)>& say, hcl::Diagnostics& diagnostics);

}  // namespace cairn::commands
