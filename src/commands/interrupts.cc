#include "commands/interrupts.h"

#include <string>

#include "view/ui_stream.h"

namespace cairn::commands {

void Interrupts::Say(std::string_view text) {
  if (screen_.json()) {
    screen_.PrintLine(view::LogLine(text, screen_.LineTime()));
  } else {
    screen_.Print(std::string(text) + "\n");
  }
}

net::Task<void> Interrupts::Watch(net::SignalSet& signals) {
  co_await signals.Next();
  asked_ = true;
  Say("\nInterrupt received.\nPlease wait for Terraform to exit or data loss may occur.\nGracefully shutting "
      "down...\n");
  Say("Stopping operation...");
  co_await signals.Next();
  Say("\nTwo interrupts received. Asking the providers to give up. Note that data loss may occur.\n");
  co_await providers_.StopAll();
  co_await loop_.Sleep(kStopGrace);
  given_up_ = true;
  changed_.WakeAll();
}

}  // namespace cairn::commands
