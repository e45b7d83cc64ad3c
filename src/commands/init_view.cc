#include "commands/init_view.h"

#include "base/strings.h"
#include "view/colour.h"
#include "view/ui_stream.h"

namespace cairn::commands {
namespace {

using registry::InstallEvent;

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

// As terraform has it: in lines of JSON without what would part the words.
std::string Authenticity(const InstallEvent& event, bool in_json) {
  if (event.signer.empty()) return "unauthenticated";
  return (in_json ? "self-signedkey_id: " : "self-signed, key ID ") + event.signer;
}

// The line of the text, and that of JSON.
struct Words {
  std::string text;
  std::string log;
};

Words WordsOf(const InstallEvent& event) {
  const std::string provider = registry::ForDisplay(event.provider);
  const std::string version = ToString(event.version);
  switch (event.kind) {
    case InstallEvent::Kind::kBuiltIn:
      return {Format("- {} is built in to Terraform", registry::ToString(event.provider)),
              Format("{} is built in to Terraform", registry::ToString(event.provider))};
    case InstallEvent::Kind::kReusing:
      return {Format("- Reusing previous version of {} from the dependency lock file", provider),
              Format("{}: Reusing previous version from the dependency lock file", provider)};
    case InstallEvent::Kind::kFinding: {
      if (event.constraints.empty()) {
        return {Format("- Finding latest version of {}...", provider),
                Format("{}: Finding latest version...", provider)};
      }
      const std::string wanted = ToString(event.constraints);
      return {
          Format("- Finding {} versions matching {:?}...", provider, wanted),
          Format("Finding matching versions for provider: {}, version_constraint: {:?}", provider, wanted)};
    }
    case InstallEvent::Kind::kAlreadyInstalled:
      return {Format("- Using previously-installed {} v{}", provider, version),
              Format("{} v{}: Using previously-installed provider version", provider, version)};
    case InstallEvent::Kind::kInCache:
      return {Format("- Using {} v{} from the shared cache directory", provider, version),
              Format("{} v{}: Using from the shared cache directory", provider, version)};
    case InstallEvent::Kind::kInstalling:
      return {Format("- Installing {} v{}...", provider, version),
              Format("Installing provider version: {} v{}...", provider, version)};
    case InstallEvent::Kind::kInstalled:
      return {
          Format("- Installed {} v{} ({})", provider, version, Authenticity(event, false)),
          Format("Installed provider version: {} v{} ({})", provider, version, Authenticity(event, true))};
    case InstallEvent::Kind::kFailed:
      return {};
  }
  return {};
}

}  // namespace

void InitView::Say(std::string_view code, std::string_view text) {
  if (screen_.json()) {
    const std::string plain = view::Colours(false)(text);
    screen_.PrintLine(code.empty() ? view::LogLine(Trimmed(plain), screen_.LineTime())
                                   : view::InitLine(Trimmed(plain), code, screen_.LineTime()));
  } else {
    screen_.Print(view::Colours(screen_.style().colour)(text) + "\n");
  }
}

void InitView::Log(std::string_view line) {
  while (line.ends_with(' ')) line.remove_suffix(1);
  screen_.PrintLine(screen_.json() ? view::LogLine(line, screen_.LineTime()) : std::string(line));
}

void InitView::Show(const InstallEvent& event) {
  signed_ |= event.kind == InstallEvent::Kind::kInstalled && !event.signer.empty();
  const Words words = WordsOf(event);
  if (!words.text.empty()) Log(screen_.json() ? words.log : words.text);
}

void InitView::SaySigned() {
  if (!signed_) return;
  Log(R"(Partner and community providers are signed by their developers.
If you'd like to know more about provider signing, you can read about it here:
https://developer.hashicorp.com/terraform/cli/plugins/signing)");
}

void InitView::Space() {
  if (!screen_.json()) screen_.Print("\n");
}

void InitView::SayDone(bool in_automation) {
  Say("output_init_success_message",
      "[reset][bold][green]Terraform has been successfully initialized![reset][green]");
  if (in_automation) return;
  Say("output_init_success_cli_message",
      R"([reset][green]
You may now begin working with Terraform. Try running "terraform plan" to see
any changes that are required for your infrastructure. All Terraform commands
should now work.

If you ever set or change modules or backend configuration for Terraform,
rerun this command to reinitialize your working directory. If you forget, other
commands will detect it and remind you to do so if necessary.)");
}

}  // namespace cairn::commands
