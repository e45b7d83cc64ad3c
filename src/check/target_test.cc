#include "check/target.h"

#include <gmock/gmock.h>

#include "base/strings.h"

namespace cairn::check {
namespace {

using testing::HasSubstr;

TEST(Target, ReadsHostAndPort) {
  EXPECT_EQ(*ParseTarget("127.0.0.1:8080"),
            (Target{"127.0.0.1:8080", false, "127.0.0.1", 8080, "127.0.0.1:8080"}));
  EXPECT_EQ(*ParseTarget("counter:80"), (Target{"counter:80", false, "counter", 80, "counter"}));
  EXPECT_EQ(*ParseTarget("[::1]:8080"), (Target{"[::1]:8080", false, "::1", 8080, "[::1]:8080"}));
}

TEST(Target, ReadsUrls) {
  EXPECT_EQ(*ParseTarget("http://Counter"), (Target{"http://Counter", false, "counter", 80, "counter"}));
  EXPECT_EQ(*ParseTarget("http://counter:8080/"),
            (Target{"http://counter:8080/", false, "counter", 8080, "counter:8080"}));
  EXPECT_EQ(*ParseTarget("https://app.example"),
            (Target{"https://app.example", true, "app.example", 443, "app.example"}));
  EXPECT_EQ(ParseTarget("https://app.example:80")->authority, "app.example:80");
}

TEST(Target, ExplainsWhatItRefuses) {
  for (const char* text : {"", "counter", ":8080", "counter:0", "counter:http", "counter:80 ",
                           "ftp://counter", "redis://counter", "http://me@counter",
                           "http://counter/get-number", "http://counter?a", "http://", "k\xc3\xb6ln:80"}) {
    const auto target = ParseTarget(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().code, ErrorCode::kInvalid);
  }
  EXPECT_THAT(ParseTarget("http://counter/get-number").error().message, HasSubstr("--path"));
  EXPECT_THAT(ParseTarget("counter").error().message, HasSubstr("HOST:PORT"));
}

}  // namespace
}  // namespace cairn::check
