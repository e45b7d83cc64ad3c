#pragma once

// Small records on disk: one line of text with a checksum, so that a torn or edited file is seen.
// docs/formats/counter.md has the bytes.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cairn::counter {

struct RecordField {
  std::string name;   // letters, digits and '_'
  std::string value;  // printable ASCII without blanks, not empty

  bool operator==(const RecordField&) const = default;
};

// "TYPE NAME=VALUE … sha256=…\n"
std::string SealRecord(std::string_view type, const std::vector<RecordField>& fields);

// The fields of a record of this type, or kInvalid saying what is wrong with it.
Result<std::vector<RecordField>> OpenRecord(std::string_view type, std::string_view text);

// The field called `name` as a number of 0 … 2^63 - 1, or kInvalid.
Result<int64_t> NumberField(const std::vector<RecordField>& fields, std::string_view name);

}  // namespace cairn::counter
