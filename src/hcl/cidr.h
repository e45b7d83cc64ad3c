#pragma once

// IP addresses and prefixes in CIDR notation ("10.0.0.0/8", "fd00::/64"), and the arithmetic of the cidr
// functions. It is that of the peer, also where it is odd: the number of an IPv6 host or subnet is checked by
// its lowest 64 bits, and a negative number of a subnet is not refused. Errors are kInvalid.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::hcl {

__extension__ typedef unsigned __int128 Uint128;

// The network of a prefix. A value.
struct Cidr {
  Uint128 address = 0;  // bits after the prefix are zero
  int length = 0;       // of the prefix, in bits
  bool is_v6 = false;

  int bits() const { return is_v6 ? 128 : 32; }
};

// A whole number with a sign, of up to 128 bits.
struct WholeNumber {
  Uint128 magnitude = 0;
  bool negative = false;

  // "-12"; nothing for anything else or more bits.
  static std::optional<WholeNumber> Parse(std::string_view text);
  std::string ToString() const;
};

// Numbers may have leading zeros, which mean nothing; an IPv6 address may end in an IPv4 one.
Result<Cidr> ParseCidr(std::string_view text);

// An IPv4 address within ::ffff:0:0/96 is written as such.
std::string ToString(const Cidr& cidr);

// The address with the number `host` within the network; negative ones count from its end.
Result<std::string> CidrHost(const Cidr& network, const WholeNumber& host);

// "255.255.0.0". `text` is what the network was given as.
Result<std::string> CidrNetmask(const Cidr& network, std::string_view text);

// The subnet `number` of those with `more_bits` longer prefixes.
Result<std::string> CidrSubnet(const Cidr& network, int64_t more_bits, const WholeNumber& number);

// Hands out subnets of a network, one behind the other.
class CidrAllocator {
 public:
  // `first_more_bits` is what the first call of Next will be given.
  CidrAllocator(const Cidr& network, int64_t first_more_bits);

  Result<std::string> Next(int64_t more_bits);

 private:
  Cidr network_;
  std::optional<Cidr> current_;  // nothing for what has no first subnet
};

}  // namespace cairn::hcl
