#include "hcl/cidr.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cairn::hcl {
namespace {

std::string TextOr(const Result<std::string>& result) {
  return result ? *result : "error: " + result.error().message;
}

std::string Host(std::string_view prefix, std::string_view number) {
  const Result<Cidr> network = ParseCidr(prefix);
  return network ? TextOr(CidrHost(*network, *WholeNumber::Parse(number))) : network.error().message;
}

std::string Subnet(std::string_view prefix, int64_t more_bits, std::string_view number) {
  return TextOr(CidrSubnet(*ParseCidr(prefix), more_bits, *WholeNumber::Parse(number)));
}

std::string Subnets(std::string_view prefix, const std::vector<int64_t>& more_bits) {
  CidrAllocator allocator(*ParseCidr(prefix), more_bits[0]);
  std::string all;
  for (const int64_t bits : more_bits) {
    const Result<std::string> next = allocator.Next(bits);
    if (!next) return TextOr(next);
    all += *next + " ";
  }
  return all;
}

// All that is expected here was recorded from terraform 1.11.
TEST(Cidr, RefusesWhatIsNoPrefix) {
  for (const std::string text : {"10.0.0.0",
                                 "10.0.0/8",
                                 "10.0.0.256/8",
                                 "10.0.0.0/33",
                                 "10.0.0.0/-1",
                                 "10.0.0.0/",
                                 "/8",
                                 "x",
                                 "16777215.0.0.0/8",
                                 "10.0.0.0.0/8",
                                 "1::2::3/64",
                                 "fe80::1%eth0/64",
                                 "12345::/64",
                                 ":1::2/64",
                                 "1::2:/64",
                                 "::1.2.3.4.5/64",
                                 "1:2:3:4:5:6:7:1.2.3.4/64",
                                 "1:2:3:4:5:6:7:8::/64",
                                 "1:2:3:4:5:6:7/64",
                                 ""}) {
    const Result<Cidr> cidr = ParseCidr(text);
    ASSERT_FALSE(cidr) << text;
    EXPECT_EQ(cidr.error().message, "invalid CIDR expression: invalid CIDR address: " + text);
  }
}

TEST(Cidr, NumbersHosts) {
  struct Case {
    std::string_view prefix, number, expected;
  };
  const Case cases[] = {
      {"10.0.0.0/24", "5", "10.0.0.5"},
      {"10.0.0.0/24", "-1", "10.0.0.255"},
      {"10.0.0.0/24", "-256", "10.0.0.0"},
      {"10.0.0.0/24", "256", "error: prefix of 24 does not accommodate a host numbered 256"},
      {"10.0.0.0/24", "-257", "error: prefix of 24 does not accommodate a host numbered -1"},  // sic
      {"10.0.0.0/32", "0", "10.0.0.0"},
      {"10.0.0.0/32", "1", "error: prefix of 32 does not accommodate a host numbered 1"},
      {"10.0.0.0/0", "4294967295", "255.255.255.255"},
      {"10.0.0.0/0", "4294967296", "error: prefix of 0 does not accommodate a host numbered 4294967296"},
      {"010.001.0.0/024", "1", "10.1.0.1"},
      {"10.0.0.0/0000000000000000000000008", "1", "10.0.0.1"},
      {"10.0.0.0000000000000000000000008/8", "1", "10.0.0.1"},
      {"fd00::/64", "1", "fd00::1"},
      {"fd00::/64", "-1", "fd00::ffff:ffff:ffff:ffff"},
      {"fd00::/64", "18446744073709551615", "fd00::ffff:ffff:ffff:ffff"},
      {"fd00::/64", "18446744073709551616", "fd00:0:0:1::"},  // beyond the network: sic
      {"::/0", "-1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"::1.2.3.4/96", "1", "::1"},
      {"::ffff:1.2.3.4/96", "1", "0:1::ffff:0:0"},       // sic
      {"::ffff:1.2.3.4/120", "1", "0:1::ffff:102:300"},  // sic
      {"1:2:3:4:5:6:1.2.3.4/64", "1", "1:2:3:4::1"},
      {"1:2:3:4:5:6:7::/64", "9", "1:2:3:4::9"},
      {"fd00:fd12:3456:7890:00a2::/72", "34", "fd00:fd12:3456:7890::22"},
      {"ABCD::Ef/64", "1", "abcd::1"},
      {"1:2:3:4:5:6:7:8/128", "0", "1:2:3:4:5:6:7:8"},
      {"1:0:0:2:0:0:0:3/128", "0", "1:0:0:2::3"},
      {"1:0:2:0:3:0:4:0/128", "0", "1:0:2:0:3:0:4:0"},
      {"0:0:1:0:0:1:0:0/128", "0", "::1:0:0:1:0:0"},
      {"::/128", "0", "::"},
  };
  for (const Case& c : cases) EXPECT_EQ(Host(c.prefix, c.number), c.expected) << c.prefix << " " << c.number;
}

TEST(Cidr, RefusesHostsThatNoAddressHolds) {
  EXPECT_EQ(Host("10.0.0.0/24", "9223372036854775808"),
            "error: prefix of 24 does not accommodate a host numbered 9223372036854775808");
}

TEST(Cidr, GivesNetmasks) {
  const auto mask = [](std::string_view text) { return TextOr(CidrNetmask(*ParseCidr(text), text)); };
  EXPECT_EQ(mask("172.16.0.0/12"), "255.240.0.0");
  EXPECT_EQ(mask("0.0.0.0/0"), "0.0.0.0");
  EXPECT_EQ(mask("1.2.3.4/32"), "255.255.255.255");
  EXPECT_EQ(mask("fd00::/64"), "error: IPv6 addresses cannot have a netmask: fd00::/64");
  EXPECT_EQ(mask("::ffff:1.2.3.4/120"), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00");
}

TEST(Cidr, NumbersSubnets) {
  struct Case {
    std::string_view prefix;
    int64_t more_bits;
    std::string_view number, expected;
  };
  const Case cases[] = {
      {"10.0.0.0/8", 8, "2", "10.2.0.0/16"},
      {"10.1.2.3/8", 8, "255", "10.255.0.0/16"},
      {"10.1.2.3/8", 8, "256", "error: prefix extension of 8 does not accommodate a subnet numbered 256"},
      {"10.1.2.3/8", 25, "0", "error: insufficient address space to extend prefix of 8 by 25"},
      {"10.1.2.3/8", 0, "0", "10.0.0.0/8"},
      {"10.1.2.3/8", 0, "1", "error: prefix extension of 0 does not accommodate a subnet numbered 1"},
      {"10.1.2.3/8", -1, "0", "10.0.0.0/7"},  // sic
      {"10.1.2.3/8", -9, "0", "<nil>"},       // sic
      {"10.1.2.3/8", 8, "-1", "0.1.0.0/16"},  // sic
      {"10.1.2.3/8", 8, "-256", "error: prefix extension of 8 does not accommodate a subnet numbered -256"},
      {"192.168.0.0/16", 1, "10000000000000000000",
       "error: prefix extension of 1 does not accommodate a subnet numbered 10000000000000000000"},
      {"fe80::/48", 16, "6", "fe80:0:0:6::/64"},
      {"fe80::/48", 81, "6", "error: insufficient address space to extend prefix of 48 by 81"},
      {"fe80::/48", 64, "18446744073709551615", "fe80::ffff:ffff:ffff:ffff:0/112"},
      {"fe80::/48", 64, "18446744073709551616", "fe80:0:1::/112"},  // sic
      {"fe80::/48", 64, "-1", "::1:0/112"},                         // sic
      {"::ffff:1.2.3.4/96", 8, "1", "1.0.0.0/8"},                   // sic
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Subnet(c.prefix, c.more_bits, c.number), c.expected) << c.prefix << " " << c.number;
  }
}

TEST(Cidr, AllocatesSubnetsOneBehindTheOther) {
  struct Case {
    std::string_view prefix;
    std::vector<int64_t> more_bits;
    std::string_view expected;
  };
  constexpr std::string_view kTooShort = "error: must extend prefix by at least one bit";
  const Case cases[] = {
      {"10.1.0.0/16", {4, 4, 8, 4}, "10.1.0.0/20 10.1.16.0/20 10.1.32.0/24 10.1.48.0/20 "},
      {"fe80::/48", {16, 8, 16, 32}, "fe80::/64 fe80:0:0:100::/56 fe80:0:0:200::/64 fe80:0:0:201::/80 "},
      {"10.1.0.0/16", {0}, kTooShort},
      {"10.1.0.0/16", {-17}, kTooShort},
      {"10.1.0.0/16", {1, 0}, kTooShort},
      {"10.1.0.0/16", {17}, "error: would extend prefix to 33 bits, which is too long for an IPv4 address"},
      {"fe80::/48", {16, 81}, "error: may not extend prefix by more than 32 bits"},
      {"10.1.0.0/16",
       {1, 1, 1},
       "error: not enough remaining address space for a subnet with a prefix of 17 bits after 10.1.128.0/17"},
      {"10.1.0.0/16",
       {1, 8, 1},
       "error: not enough remaining address space for a subnet with a prefix of 17 bits after 10.1.128.0/24"},
      {"0.0.0.0/0",
       {1, 1},
       "error: not enough remaining address space for a subnet with a prefix of 1 bits after 128.0.0.0/1"},
      {"::/0",
       {1, 1},
       "error: not enough remaining address space for a subnet with a prefix of 1 bits after 8000::/1"},
      {"255.255.255.0/24",
       {1, 1, 1},
       "error: not enough remaining address space for a subnet with a prefix of 25 bits after "
       "255.255.255.128/25"},
      {"::ffff:1.2.3.4/96",
       {8, 8},
       "error: not enough remaining address space for a subnet with a prefix of 104 bits after <nil>"},
  };
  for (const Case& c : cases) EXPECT_EQ(Subnets(c.prefix, c.more_bits), c.expected) << c.prefix;
}

TEST(WholeNumber, HasUpTo128Bits) {
  constexpr std::string_view kMax = "340282366920938463463374607431768211455";
  EXPECT_EQ(WholeNumber::Parse(kMax)->ToString(), kMax);
  EXPECT_FALSE(WholeNumber::Parse("340282366920938463463374607431768211456"));
  EXPECT_EQ(WholeNumber::Parse("-12")->ToString(), "-12");
  EXPECT_FALSE(WholeNumber::Parse("1.5"));
  EXPECT_FALSE(WholeNumber::Parse("-"));
}

}  // namespace
}  // namespace cairn::hcl
