#include "registry/testing/terraform.h"

#include <fcntl.h>

#include "base/fd.h"
#include "base/files.h"
#include "base/subprocess.h"
#include "base/testing/temporary_directory.h"

namespace cairn::registry {

bool HasTerraform() {
  const TemporaryDirectory directory;
  return RunTerraform(directory.path(), "/dev/null", {"version"}).output.find("Terraform v1.11.4") !=
         std::string::npos;
}

TerraformRun RunTerraform(const std::string& directory, const std::string& config,
                          std::vector<std::string> arguments, std::vector<std::string> environment) {
  const TemporaryDirectory scratch;
  const std::string path = scratch / "output";
  const UniqueFd output(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  SubprocessOptions options;
  options.argv = {"terraform"};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  options.environment = std::move(environment);
  for (const char* fixed :
       {"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_PLUGIN_CACHE_DIR=", "TF_CLI_ARGS="}) {
    options.environment.emplace_back(fixed);
  }
  options.environment.push_back("TF_CLI_CONFIG_FILE=" + config);
  options.environment.push_back("HOME=" + scratch.path());
  options.working_directory = directory;
  options.stdin_fd = kNullStream;
  options.stdout_fd = output.get();
  options.stderr_fd = output.get();
  Result<Subprocess> process = Subprocess::Start(options);
  TerraformRun run;
  if (!process) return run;
  run.code = process->Wait().code;
  for (const char c : ReadFile(path, size_t{1} << 24).value_or("")) {
    const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!is_space) {
      run.output += c;
    } else if (!run.output.ends_with(' ')) {
      run.output += ' ';
    }
  }
  return run;
}

}  // namespace cairn::registry
