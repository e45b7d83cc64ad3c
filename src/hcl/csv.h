#pragma once

// Comma-separated values (RFC 4180), as `csvdecode` reads them.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::hcl {

// Records of one text, in order. A record is a line, and the lines that quoted fields go on to; empty lines
// are none. All have as many fields as the first. Line ends are "\n" or "\r\n", and become "\n" within
// fields.
class CsvReader {
 public:
  // `text` must outlive this.
  explicit CsvReader(std::string_view text) : rest_(text) {}

  // Nothing at the end of the text. kInvalid: "line 2: wrong number of fields"; then no more calls.
  Result<std::optional<std::vector<std::string>>> Next();

 private:
  std::string_view TakeLine();
  Result<> ReadFields(std::string_view line, std::vector<std::string>& fields);
  Result<std::string> ReadQuoted(std::string_view& line);

  std::string_view rest_;
  size_t line_number_ = 0;  // of the line taken last, from 1
  size_t field_count_ = 0;  // of a record; 0 before the first
};

}  // namespace cairn::hcl
