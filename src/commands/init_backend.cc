#include "commands/init_backend.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/files.h"
#include "base/strings.h"
#include "commands/backends.h"
#include "commands/init_view.h"
#include "commands/session.h"
#include "commands/state_place.h"
#include "hcl/body.h"
#include "hcl/decode.h"
#include "hcl/eval.h"
#include "hcl/scope.h"
#include "net/loop.h"
#include "state/backend.h"

namespace cairn::commands {
namespace {

constexpr size_t kConfigFileBytesMax = size_t{1} << 20;

// What -backend-config says over what the block says; nothing where it is wrong, which `diagnostics` say.
class Overrides {
 public:
  explicit Overrides(hcl::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Add(const std::string& text) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) return AddFile(text);
    values_.insert_or_assign(text.substr(0, equals), hcl::Value::String(text.substr(equals + 1)));
  }

  hcl::Value Over(const hcl::Value& block) const {
    std::map<std::string, hcl::Value, std::less<>> all;
    for (size_t i = 0; i < block.size(); ++i) {
      if (!block.elements()[i].IsNull()) all.emplace(block.name(i), block.elements()[i]);
    }
    for (const auto& [name, value] : values_) all.insert_or_assign(name, value);
    std::vector<hcl::NamedValue> attributes;
    for (auto& [name, value] : all) attributes.push_back({name, std::move(value)});
    return hcl::Value::Object(std::move(attributes));
  }

 private:
  void AddFile(const std::string& path) {
    Result<std::string> text = ReadFile(path, kConfigFileBytesMax);
    if (!text) {
      diagnostics_.AddError(
          "Failed to read file",
          Format("The file {:?} of -backend-config could not be read: {}.", path, text.error().message));
      return;
    }
    hcl::ParsedBody parsed = hcl::ParseBody(std::make_shared<const hcl::Source>(path, *std::move(text)));
    diagnostics_.Append(std::move(parsed.diagnostics));
    const hcl::MapScope scope;
    for (const hcl::Argument& argument : parsed.body.JustAttributes(diagnostics_)) {
      values_.insert_or_assign(std::string(argument.name()),
                               argument.expression().Evaluate(scope, diagnostics_));
    }
  }

  hcl::Diagnostics& diagnostics_;
  std::map<std::string, hcl::Value, std::less<>> values_;
};

class BackendInit {
 public:
  BackendInit(const Environment& environment, Screen& screen, const InitBackendFlags& flags)
      : screen_(screen),
        flags_(flags),
        data_folder_(environment.DataFolder()),
        backends_(environment, loop_, data_folder_) {}

  bool Run(const config::Module& root) {
    auto record = state::ReadBackendRecord(data_folder_);
    if (!record && !flags_.reconfigure)
      return Failed("Failed to read what init has set up", record.error().message);
    if (!record) record = std::nullopt;
    if (!root.backend && !*record) return true;
    StatePlace next = DefaultPlace();
    uint64_t hash = 0;
    if (root.backend && !ReadBlock(*root.backend, next, hash)) return false;
    const bool is_initial = !*record || flags_.reconfigure;
    if (!is_initial && IsSame(**record, root, next, hash)) return true;
    if (!is_initial && !flags_.migrate) {
      return Failed(
          "Backend configuration changed",
          "A change in the backend configuration has been detected, which may require migrating existing "
          "state.\n\nIf you wish to attempt automatic migration of the state, use \"terraform init "
          "-migrate-state\".\nIf you wish to store the current configuration with no changes to the state, "
          "use \"terraform init -reconfigure\".");
    }
    if (!flags_.reconfigure && !Migrate(*record, next)) return false;
    const Result<> written = Remember(root.backend.has_value(), next, hash);
    if (!written) return Failed("Failed to remember the backend", written.error().message);
    if (root.backend) {
      Say(
          Format("\n[reset][green]Successfully configured the backend \"{}\"! Terraform will "
                 "automatically\nuse this "
                 "backend unless the backend configuration changes.[reset]",
                 next.type));
    } else {
      Say(
          Format("\n[reset][green]Successfully unset the backend \"{}\". Terraform will now operate "
                 "locally.[reset]",
                 (*record)->type));
    }
    return true;
  }

 private:
  bool Failed(std::string summary, std::string detail) {
    screen_.ReportError(std::move(summary), std::move(detail));
    return false;
  }
  void Say(std::string_view text) { InitView(screen_).Say("", text); }

  bool ReadBlock(const config::Backend& backend, StatePlace& place, uint64_t& hash) {
    hcl::Diagnostics diagnostics;
    const auto block = ReadBackendBlock(backend, diagnostics);
    Overrides overrides(diagnostics);
    for (const std::string& one : flags_.config) overrides.Add(one);
    const bool ok = block && !diagnostics.has_errors();
    screen_.Report(diagnostics);
    if (!ok) return false;
    hash = state::BackendConfigHash(backend.type, *block);
    place.type = backend.type;
    Result<hcl::Value> config = ToBackendConfig(*FindBackendSchema(backend.type), overrides.Over(*block));
    if (!config) {
      return Failed("Invalid backend configuration argument",
                    Format("The configuration of the backend \"{}\" is not valid: {}.", backend.type,
                           config.error().message));
    }
    place.config = *std::move(config);
    return true;
  }

  static bool IsSame(const state::BackendRecord& record, const config::Module& root, const StatePlace& next,
                     uint64_t hash) {
    if (!root.backend || record.type != next.type) return false;
    const Result<StatePlace> before = PlaceOf(record);
    return record.config_hash == hash && before && before->config == next.config;
  }

  Result<> Remember(bool is_configured, const StatePlace& place, uint64_t hash) {
    if (is_configured) return state::WriteBackendRecord(data_folder_, RecordOf(place, hash));
    std::error_code error;
    std::filesystem::remove(data_folder_ + "/terraform.tfstate", error);
    return error ? Result<>(std::unexpected(ErrnoError(error.value(), data_folder_))) : Result<>();
  }

  // Copies the states of all workspaces from where `record` says (none: the folder's files) to `next`.
  bool Migrate(const std::optional<state::BackendRecord>& record, const StatePlace& next) {
    StatePlace before = DefaultPlace();
    if (record) {
      Result<StatePlace> place = PlaceOf(*record);
      if (!place) return Failed("Failed to read what init has set up", place.error().message);
      before = *std::move(place);
      Say(before.type == next.type
              ? std::string(
                    "Backend configuration changed!\n\nTerraform has detected that the configuration "
                    "specified "
                    "for the backend\nhas changed. Terraform will now check for existing state in the "
                    "backends.\n")
              : Format("Terraform detected that the backend type changed from \"{}\" to \"{}\".\n",
                       before.type, next.type));
    }
    if (before.type == next.type && before.config == next.config) return true;
    const auto from = backends_.Make(before.type, before.config), to = backends_.Make(next.type, next.config);
    if (!from) return Failed("Error configuring the previous backend", from.error().message);
    if (!to) return Failed("Error configuring the backend", to.error().message);
    std::vector<std::string> names = {std::string(state::kDefaultWorkspace)};
    if (auto all = loop_.Run((*from)->Workspaces())) names = *std::move(all);
    for (const std::string& name : names) {
      const std::optional<bool> copied = Copy(**from, **to, name, before.type, next.type);
      if (!copied) return false;
      if (*copied && !record && name == state::kDefaultWorkspace) SetAside(before);
    }
    return true;
  }

  // Whether the state of a workspace was copied; nothing if that failed, which has been said.
  std::optional<bool> Copy(state::Backend& from, state::Backend& to, const std::string& name,
                           const std::string& from_type, const std::string& to_type) {
    const auto fail = [&](const Error& error) {
      Failed(
          "Error copying state",
          Format(
              "The state of the workspace \"{}\" could not be copied from the \"{}\" backend to the \"{}\" "
              "backend: {}. The states are as they were.",
              name, from_type, to_type, error.message));
      return std::nullopt;
    };
    auto source = from.Open(name);
    if (!source) return fail(source.error());
    const auto text = loop_.Run((*source)->Read());
    if (!text) return fail(text.error());
    if (!*text) return false;
    auto target = to.Open(name);
    if (!target) return fail(target.error());
    const auto there = loop_.Run((*target)->Read());
    if (!there) return fail(there.error());
    if (*there && **there == **text) return false;
    const std::optional<bool> wanted = Confirm(from_type, to_type, name, bool(*there));
    if (!wanted || !*wanted) return wanted;
    const Result<> written = WriteLocked(**target, **text);
    if (!written) return fail(written.error());
    return true;
  }

  Result<> WriteLocked(state::StateStore& target, const std::string& text) {
    const auto locked = loop_.Run(target.Lock(
        state::MakeLockInfo("migration destination state", kTerraformVersion, "", clock_.WallNow())));
    if (!locked) return Fail(ErrorCode::kConflict, locked.error().ToString());
    const Result<> written = loop_.Run(target.Write(text));
    const Result<> unlocked = loop_.Run(target.Unlock());
    return written ? unlocked : written;
  }

  std::optional<bool> Confirm(const std::string& from, const std::string& to, const std::string& workspace,
                              bool is_there) {
    if (flags_.force_copy) return true;
    if (!flags_.input) {
      Failed("Error asking for state migration action",
             "There is a state to copy, and input is disabled: -force-copy copies it without asking.");
      return std::nullopt;
    }
    const std::string of =
        workspace == state::kDefaultWorkspace ? "" : Format(" of the workspace \"{}\"", workspace);
    const auto answer = screen_.Ask(
        Format("Do you want to copy existing state to the new backend?\n  Pre-existing state{} was found "
               "while migrating the "
               "previous \"{}\" backend to the\n  newly configured \"{}\" backend. {}\n\n  Enter a value: ",
               of, from, to,
               is_there ? "Another state is there already, which it would replace.\n  Enter \"yes\" to copy "
                          "and \"no\" to go on "
                          "with the one that is there."
                        : "No existing state was found in the newly\n  configured backend. Enter \"yes\" to "
                          "copy and \"no\" to "
                          "start with an empty state."));
    screen_.Print("\n");
    return answer && *answer == "yes";
  }

  // The file that is not the state any more must not look as if it were.
  void SetAside(const StatePlace& place) {
    const std::string path = LocalOptionsOf(place.config).path;
    std::error_code error;
    std::filesystem::rename(path, path + ".backup", error);
  }

  Screen& screen_;
  const InitBackendFlags& flags_;
  const std::string data_folder_;
  SystemClock clock_;
  net::Loop loop_{clock_};
  Backends backends_;
};

}  // namespace

bool InitBackend(const Environment& environment, Screen& screen, const config::Module& root,
                 const InitBackendFlags& flags) {
  if (!flags.backend) return true;
  return BackendInit(environment, screen, flags).Run(root);
}

}  // namespace cairn::commands
