#include "check/answer.h"

#include <gtest/gtest.h>

namespace cairn::check {
namespace {

TEST(Answer, IsReadInBothForms) {
  EXPECT_EQ(ParseAnswer("{number: 42}"), 42);
  EXPECT_EQ(ParseAnswer("{\"number\":42}"), 42);
  EXPECT_EQ(ParseAnswer("{\"number\": 42}\n"), 42);
  EXPECT_EQ(ParseAnswer(" {\r\n\t\"number\" : 42 } "), 42);
  EXPECT_EQ(ParseAnswer("{number: -1}"), -1);
  EXPECT_EQ(ParseAnswer("{number: 9223372036854775807}"), INT64_MAX);
}

TEST(Answer, MustBeOneWholeNumber) {
  for (const char* body : {"", "42", "{}", "{number: }", "{number: 4.2}", "{number: 1e3}", "{number: 4 2}",
                           "{number: 42", "{number: 42}}", "{number: 42}{number: 43}", "{numbers: 42}",
                           "{\"number: 42}", "{number\": 42}", "{number: \"42\"}", "{number: --4}",
                           "{number: 9223372036854775808}", "404 page not found\n", "<html></html>"}) {
    EXPECT_EQ(ParseAnswer(body), std::nullopt) << body;
  }
}

}  // namespace
}  // namespace cairn::check
