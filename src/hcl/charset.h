#pragma once

// Character sets, by the names that IANA has registered: those that the peer knows, which are those of the
// web (https://encoding.spec.whatwg.org/), some of IBM's and EBCDIC. Built in: glibc's iconv would need its
// modules at run time, which a static program in an empty image does not have.

#include <optional>
#include <string>
#include <string_view>

namespace cairn::hcl {

struct CharsetEntry;

// A value. Thread-safe.
class Charset {
 public:
  // By its name or an alias, without regard to letter case. Nothing for one that is not known.
  static std::optional<Charset> Find(std::string_view name);

  // IANA's: "ISO_8859-1:1987".
  std::string_view name() const;

  // `text` is UTF-8 in normal form C. Nothing if the set lacks one of its characters.
  std::optional<std::string> Encode(std::string_view text) const;

  // UTF-8. Nothing if `bytes` are not wholly of the set, or stand for U+FFFD.
  std::optional<std::string> Decode(std::string_view bytes) const;

 private:
  explicit Charset(const CharsetEntry* entry) : entry_(entry) {}

  const CharsetEntry* entry_;
};

}  // namespace cairn::hcl
