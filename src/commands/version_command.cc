#include "base/strings.h"
#include "base/version.h"
#include "commands/command_line.h"
#include "commands/installed_providers.h"
#include "commands/run_commands.h"
#include "registry/platform.h"
#include "view/json_writer.h"

namespace cairn::commands {
namespace {

// The members of the same name are terraform's, so that what reads its answer reads this one.
std::string AsJson(const std::string& platform, const registry::Locks& locks) {
  view::JsonWriter json;
  json.BeginObject();
  json.Member("cairn_version", Version());
  json.Member("terraform_version", kTerraformVersion);
  json.Member("platform", platform);
  json.Key("provider_selections");
  json.BeginObject();
  for (const auto& [address, lock] : locks.providers)
    json.Member(registry::ToString(address), ToString(lock.version));
  json.EndObject();
  json.Member("terraform_outdated", false);
  json.EndObject();
  return json.Take() + "\n";
}

std::string AsText(const std::string& platform, const registry::Locks& locks) {
  std::string text =
      Format("Cairn v{}\ncompatible with Terraform v{}\non {}\n", Version(), kTerraformVersion, platform);
  for (const auto& [address, lock] : locks.providers) {
    text += Format("+ provider {} v{}\n", registry::ToString(address), ToString(lock.version));
  }
  return text;
}

}  // namespace

int RunVersion(const Environment&, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool json = false;
  const auto add = [&](Flags& flags) { flags.Add("json", json, "as JSON"); };
  if (!ParsePlain(screen, words, "version", code, add)) return code;
  const std::string platform = registry::ToString(registry::CurrentPlatform());
  const auto read = registry::ReadLockFile(std::string(kLockFileName));
  const registry::Locks locks =
      read ? read->locks : registry::Locks{};  // as terraform: what can be read of them
  screen.Print(json ? AsJson(platform, locks) : AsText(platform, locks));
  return 0;
}

}  // namespace cairn::commands
