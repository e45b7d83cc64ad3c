#include "http/uri.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace cairn::http {
namespace {

struct PathCase {
  std::string_view path;
  std::string_view expected;
};

std::string Normal(std::string_view path) {
  const Result<NormalPath> normal = NormalizePath(path);
  if (!normal) return "refused";
  return normal->path + (normal->has_escaped_slash ? " slash" : "") +
         (normal->has_escaped_backslash ? " backslash" : "");
}

TEST(NormalizePath, FollowsRfc3986) {
  const PathCase cases[] = {
      {"/", "/"},
      {"/get-number", "/get-number"},
      {"/a/b/c/./../../g", "/a/g"},  // RFC 3986, section 5.2.4
      {"/%7Ename/%7ename", "/~name/~name"},
      {"/%41%2d%5f", "/A-_"},
      {"/a%2fb", "/a%2Fb slash"},
      {"/a%5cb", "/a%5Cb backslash"},
      {"/a%2541", "/a%2541"},  // decoded once only
      {"/%e2%82%ac", "/%E2%82%AC"},
      {"/a/%2e%2e/b", "/b"},
      {"/a/%2E/b", "/a/b"},
      {"/a/..", "/"},
      {"/a/b/..", "/a/"},
      {"/a/.", "/a/"},
      {"/a//b", "/a//b"},
      {"/a//../b", "/a/b"},
      {"/...", "/..."},
      {"/.well-known/x", "/.well-known/x"},
      {"/a/..%2fb", "/a/..%2Fb slash"},  // not a dot segment: callers decide by the flag
      {"/a%2f/../b", "/b slash"},
      {"/..", "refused"},
      {"/a/../..", "refused"},
      {"/%2e%2e/", "refused"},
      {"/a%00", "refused"},
      {"/a%", "refused"},
      {"/a%4", "refused"},
      {"/a%zz", "refused"},
      {"/a b", "refused"},
      {"/a?b", "refused"},
      {"/a#b", "refused"},
      {"/\xc3\xa9", "refused"},
      {"a", "refused"},
      {"", "refused"},
  };
  for (const PathCase& c : cases) EXPECT_EQ(Normal(c.path), c.expected) << c.path;
}

// Each answer is the Location that Go 1.19's http.ServeMux gave, or the path itself where it did not
// redirect.
TEST(CleanPath, EqualsGoServeMux) {
  const PathCase cases[] = {
      {"/", "/"},
      {"/get-number", "/get-number"},
      {"//get-number", "/get-number"},
      {"/a/../get-number", "/get-number"},
      {"/get-number/", "/get-number/"},
      {"/get-number//", "/get-number/"},
      {"/./get-number", "/get-number"},
      {"/get-number/.", "/get-number"},
      {"/get-number/..", "/"},
      {"/a/b/../", "/a/"},
      {"/..", "/"},
      {"/../../x", "/x"},
      {"/a//b///c/", "/a/b/c/"},
      {"/a/./b/../../c", "/c"},
      {"/...", "/..."},
      {"/a/..b/", "/a/..b/"},
      {"//", "/"},
      {"/./", "/"},
      {"/a/b/..", "/a"},
      {"/.hidden", "/.hidden"},
      {"/a/.../b", "/a/.../b"},
      {"///a", "/a"},
  };
  for (const PathCase& c : cases) {
    EXPECT_EQ(CleanPath(c.path), c.expected) << c.path;
    if (IsClean(c.path)) {
      EXPECT_EQ(CleanPath(c.path), c.path);
    }
  }
}

TEST(IsClean, IsTrueOnlyWhereNothingChanges) {
  EXPECT_TRUE(IsClean("/"));
  EXPECT_TRUE(IsClean("/a/b.c/"));
  EXPECT_FALSE(IsClean("/a//b"));
  EXPECT_FALSE(IsClean("/a/../b"));
  EXPECT_FALSE(IsClean("/a%41"));
  EXPECT_FALSE(IsClean("a"));
  EXPECT_FALSE(IsClean(""));
}

TEST(PercentDecode, DecodesOnce) {
  EXPECT_EQ(PercentDecode("p%40ss%2525").value(), "p@ss%25");
  EXPECT_EQ(PercentDecode("%00").value(), std::string(1, '\0'));
  EXPECT_FALSE(PercentDecode("%4"));
  EXPECT_FALSE(PercentDecode("%g0"));
}

TEST(IsAuthority, TakesHostsAndPortsOnly) {
  for (const std::string_view good : {"a", "a:80", "127.0.0.1:8080", "[::1]", "[::1]:443",
                                      "[2001:db8::1.2.3.4]", "my_host.example.", "a:65535"}) {
    EXPECT_TRUE(IsAuthority(good)) << good;
  }
  for (const std::string_view bad :
       {"",        ":80", "a:",   "a:0",     "a:65536", "a:+1",     "a:8 0",
        "a:80:80", "::1", "[::1", "[::1]80", "[]",      "[::g]",    "[fe80::1%eth0]",
        "u@a",     "a,b", "a/b",  "a b",     "a%41",    "\xc3\xa9", "a:000080"}) {
    EXPECT_FALSE(IsAuthority(bad)) << bad;
  }
}

std::string HostPortText(std::string_view text) {
  const Result<HostPort> parsed = ParseHostPort(text, 6379);
  return parsed ? parsed->host + " " + std::to_string(parsed->port) : "refused";
}

TEST(ParseHostPort, ReadsEveryForm) {
  EXPECT_EQ(HostPortText(":8080"), " 8080");
  EXPECT_EQ(HostPortText("redis.default:6380"), "redis.default 6380");
  EXPECT_EQ(HostPortText("Redis.Default"), "redis.default 6379");
  EXPECT_EQ(HostPortText("127.0.0.1:0"), "127.0.0.1 0");
  EXPECT_EQ(HostPortText("[::1]:80"), "::1 80");
  EXPECT_EQ(HostPortText("[::1]"), "::1 6379");
  for (const std::string_view bad : {"", ":", "a:", "::1", "a:x", "a:65536", "[::1", "a b:1", "http://a"}) {
    EXPECT_EQ(HostPortText(bad), "refused") << bad;
  }
}

std::string UrlText(std::string_view text) {
  const Result<Url> url = ParseUrl(text);
  if (!url) return "refused";
  return url->scheme + "|" + url->userinfo + "|" + url->host + "|" + std::to_string(url->port) + "|" +
         url->path + "|" + url->query;
}

TEST(ParseUrl, ReadsTheParts) {
  EXPECT_EQ(UrlText("http://a"), "http||a|80|/|");
  EXPECT_EQ(UrlText("HTTPS://Example.com/a/b?c=d?e"), "https||example.com|443|/a/b|c=d?e");
  EXPECT_EQ(UrlText("ws://a:81?x"), "ws||a|81|/|x");
  EXPECT_EQ(UrlText("wss://[::1]/"), "wss||::1|443|/|");
  EXPECT_EQ(UrlText("redis://user:p%40ss@db:6380/2"), "redis|user:p%40ss|db|6380|/2|");
  EXPECT_EQ(UrlText("rediss://:secret@db"), "rediss|:secret|db|6379|/|");
  EXPECT_EQ(UrlText("http://a/b@c"), "http||a|80|/b@c|");
  for (const std::string_view bad : {"",
                                     "a",
                                     "/a",
                                     "//a",
                                     "ftp://a",
                                     "http:/a",
                                     "http://",
                                     "http:///x",
                                     "http://:80",
                                     "http://a:0",
                                     "http://a:x",
                                     "http://a b",
                                     "http://a/#f",
                                     "http://a/%zz",
                                     "http://a/%00",
                                     "http://u@v@a",
                                     "http://a\\b",
                                     "http://[::1",
                                     "http://::1/",
                                     "http://\xc3\xa9/",
                                     "unix:///run/x",
                                     " http://a",
                                     "http://a\n"}) {
    EXPECT_EQ(UrlText(bad), "refused") << bad;
  }
}

TEST(ParseUrl, KeepsPasswordsOutOfErrors) {
  const Result<Url> url = ParseUrl("redis://user:secret@bad host");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace cairn::http
