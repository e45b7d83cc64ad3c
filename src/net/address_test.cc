#include "net/address.h"

#include <gtest/gtest.h>

#include <string>

namespace cairn::net {
namespace {

TEST(Address, ParsesAndPrintsTheSameText) {
  for (const char* text :
       {"127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:443", "[2001:db8::5]:1",
        "[::ffff:192.0.2.1]:80", "unix:/run/cairn.sock", "unix:relative"}) {
    const auto address = Address::Parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(Address, KnowsItsFamilyAndPort) {
  EXPECT_EQ(Address::Parse("192.0.2.1:8080")->port(), 8080);
  EXPECT_EQ(Address::Parse("192.0.2.1:8080")->family(), AF_INET);
  EXPECT_EQ(Address::Parse("[::1]:443")->port(), 443);
  EXPECT_EQ(Address::Parse("[::1]:443")->family(), AF_INET6);
  EXPECT_EQ(Address::Parse("unix:/x")->port(), 0);
  EXPECT_EQ(Address::Parse("unix:/x")->family(), AF_UNIX);
  EXPECT_EQ(Address::Parse(":8080")->ToString(), "[::]:8080");
  EXPECT_EQ(Address().ToString(), "unknown");
}

TEST(Address, RefusesWhatItWouldHaveToGuess) {
  for (const char* text : {"",
                           "80",
                           "127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:65536",
                           "127.0.0.1:-1",
                           "127.0.0.1:+80",
                           "127.0.0.1: 80",
                           "127.0.0.1:80 ",
                           " 127.0.0.1:80",
                           "127.1:80",
                           "127.0.0.01:80",
                           "256.0.0.1:80",
                           "localhost:80",
                           "::1:80",
                           "[::1]",
                           "[::1]80",
                           "[]:80",
                           "[127.0.0.1:80",
                           "[::1%lo]:80",
                           "unix:"}) {
    const auto address = Address::Parse(text);
    ASSERT_FALSE(address) << text << " is " << address->ToString();
    EXPECT_EQ(address.error().code, ErrorCode::kInvalid);
  }
  EXPECT_FALSE(Address::Parse(std::string("127.0.0.1\0:80", 13)));
  EXPECT_FALSE(Address::FromHostPort(std::string("127.0.0.1\0x", 11), 80));
}

TEST(Address, AUnixPathHasAtMost107Bytes) {
  const std::string longest = "unix:/" + std::string(106, 'p');
  EXPECT_EQ(Address::Parse(longest)->ToString(), longest);
  EXPECT_FALSE(Address::Parse(longest + "p"));
  EXPECT_FALSE(Address::Parse(std::string("unix:/a\0b", 9)));
}

}  // namespace
}  // namespace cairn::net
