#include "hcl/csv.h"

#include <cstdint>
#include <cstdlib>

// What is read and written with all fields in quotes reads the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::hcl;
  std::vector<std::vector<std::string>> records;
  CsvReader reader({reinterpret_cast<const char*>(data), size});
  for (;;) {
    auto record = reader.Next();
    if (!record) return 0;
    if (!*record) break;
    if (!records.empty() && (*record)->size() != records[0].size()) std::abort();
    records.push_back(**record);
  }
  std::string written;
  for (const auto& record : records) {
    for (size_t i = 0; i < record.size(); ++i) {
      written += i > 0 ? ",\"" : "\"";
      for (const char c : record[i]) {
        if (c == '\n') written += '\r';
        written.append(c == '"' ? 2 : 1, c);
      }
      written += '"';
    }
    written += '\n';
  }
  CsvReader again(written);
  for (const auto& record : records) {
    const auto read = again.Next();
    if (!read || !*read || **read != record) std::abort();
  }
  const auto end = again.Next();
  if (!end || *end) std::abort();
  return 0;
}
