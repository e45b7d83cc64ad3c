#include "hcl/csv.h"

#include <algorithm>

#include "base/strings.h"

namespace cairn::hcl {
namespace {

std::unexpected<Error> FailOnLine(size_t line, std::string_view what) {
  return Fail(ErrorCode::kInvalid, Format("line {}: {}", line, what));
}

}  // namespace

// Without its end; a "\r" before the end of the text is none either.
std::string_view CsvReader::TakeLine() {
  ++line_number_;
  std::string_view line = rest_.substr(0, rest_.find('\n'));
  rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Result<std::optional<std::vector<std::string>>> CsvReader::Next() {
  std::string_view line;
  while (line.empty()) {
    if (rest_.empty()) return std::nullopt;
    line = TakeLine();
  }
  const size_t first_line = line_number_;
  std::vector<std::string> fields;
  if (const Result<> read = ReadFields(line, fields); !read) return std::unexpected(read.error());
  if (field_count_ == 0) field_count_ = fields.size();
  if (fields.size() != field_count_) return FailOnLine(first_line, "wrong number of fields");
  return fields;
}

Result<> CsvReader::ReadFields(std::string_view line, std::vector<std::string>& fields) {
  for (;;) {
    if (line.starts_with('"')) {
      Result<std::string> field = ReadQuoted(line);
      if (!field) return std::unexpected(field.error());
      fields.push_back(*std::move(field));
    } else {
      const std::string_view field = line.substr(0, line.find(','));
      if (field.find('"') != field.npos) return FailOnLine(line_number_, "bare \" in non-quoted-field");
      fields.emplace_back(field);
      line.remove_prefix(field.size());
    }
    if (line.empty()) return {};
    line.remove_prefix(1);
  }
}

// Takes a field in quotes off the front of `line`; what is left then is empty or begins with a comma.
Result<std::string> CsvReader::ReadQuoted(std::string_view& line) {
  std::string field;
  line.remove_prefix(1);
  for (;;) {
    const std::string_view part = line.substr(0, line.find('"'));
    field += part;
    line.remove_prefix(part.size());
    if (line.empty()) {
      if (rest_.empty()) return FailOnLine(line_number_, "extraneous or missing \" in quoted-field");
      field += '\n';
      line = TakeLine();
      continue;
    }
    line.remove_prefix(1);
    if (line.empty() || line[0] == ',') return field;
    if (line[0] != '"') return FailOnLine(line_number_, "extraneous or missing \" in quoted-field");
    field += '"';
    line.remove_prefix(1);
  }
}

}  // namespace cairn::hcl
