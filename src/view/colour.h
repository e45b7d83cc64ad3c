#pragma once

// Text with colours, for terminals.

#include <string>
#include <string_view>

namespace cairn::view {

// Turns words in brackets into the escapes of a terminal, or leaves them out where there are to be no
// colours: "[bold]", "[red]", "[green]", "[yellow]", "[cyan]", "[dark_gray]", "[underline]", "[reset]". Other
// brackets stay. Text that had any ends with a reset of its own, as the peer's does.
class Colours {
 public:
  explicit Colours(bool enabled) : enabled_(enabled) {}

  bool enabled() const { return enabled_; }
  std::string operator()(std::string_view markup) const;

 private:
  bool enabled_;
};

// `text` broken at blanks into lines of at most `width` - 1 characters, as far as its words allow. Lines that
// begin with a blank are kept as they are. 0 or 1 does not wrap.
std::string WordWrap(std::string_view text, size_t width);

}  // namespace cairn::view
