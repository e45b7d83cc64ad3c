#include "hcl/csv.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace cairn::hcl {
namespace {

// Fields in angle brackets, a record a line, or the error.
std::string Shown(std::string_view text) {
  CsvReader reader(text);
  std::string shown;
  for (;;) {
    const auto record = reader.Next();
    if (!record) return record.error().message;
    if (!*record) return shown;
    for (const std::string& field : **record) shown += "<" + field + ">";
    shown += "|";
  }
}

TEST(Csv, ReadsRecords) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"\n\r\n", ""},
      {"\r", ""},
      {"a,b", "<a><b>|"},
      {"a,b\n1,2\n", "<a><b>|<1><2>|"},
      {"a,b\r\n1,2\r\n", "<a><b>|<1><2>|"},
      {"a,b\n1,2\r", "<a><b>|<1><2>|"},
      {"a\r,b", "<a\r><b>|"},
      {" a , b ", "< a >< b >|"},
      {"\n\na\n\n1\n", "<a>|<1>|"},
      {"a,\n,b\n", "<a><>|<><b>|"},
      {"\"\"", "<>|"},
      {"\"a\"\"b\",\"c,d\"", "<a\"b><c,d>|"},
      {"\"x\r\ny\n\nz\",w", "<x\ny\n\nz><w>|"},
      {"\"a\",", "<a><>|"},
      {"\"a\"\r\n", "<a>|"},
      {"\"a\"\r", "<a>|"},
      {"\"a\r\r\nb\"", "<a\r\nb>|"},
  };
  for (const auto& [text, shown] : cases) EXPECT_EQ(Shown(text), shown) << text;
}

TEST(Csv, SaysOnWhichLineTheTextIsWrong) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a,b\n1\n", "line 2: wrong number of fields"},
      {"a,b\n\n1,\"\n2\",3", "line 3: wrong number of fields"},
      {"a\"", "line 1: bare \" in non-quoted-field"},
      {"a,b\n1,x\"2\n", "line 2: bare \" in non-quoted-field"},
      {"a,b\n1,\"x\"2\n", "line 2: extraneous or missing \" in quoted-field"},
      {"a,\"b", "line 1: extraneous or missing \" in quoted-field"},
      {"a,b\n1,\"x\n", "line 2: extraneous or missing \" in quoted-field"},
      {"a,b\n1,\"x\ny", "line 3: extraneous or missing \" in quoted-field"},
      {"\"a\r\n", "line 1: extraneous or missing \" in quoted-field"},
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(Shown(text), error) << text;
}

}  // namespace
}  // namespace cairn::hcl
