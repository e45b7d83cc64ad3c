#pragma once

// What `init` says, as text and as lines of JSON.

#include <string>
#include <string_view>

#include "commands/screen.h"
#include "registry/provider_installer.h"

namespace cairn::commands {

class InitView {
 public:
  explicit InitView(Screen& screen) : screen_(screen) {}

  // `text` has marks of colours ("[bold]"); `code` is what lines of JSON call it; without one it is
  // a line of what is done.
  void Say(std::string_view code, std::string_view text);
  // A line of what is done.
  void Log(std::string_view line);
  void Show(const registry::InstallEvent& event);
  // More about signatures, if a provider had one.
  void SaySigned();
  // An empty line, where the text has one.
  void Space();
  // The last words, of success.
  void SayDone(bool in_automation);

 private:
  Screen& screen_;
  bool signed_ = false;
};

}  // namespace cairn::commands
