#include "hcl/cidr.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace cairn::hcl {
namespace {

constexpr Uint128 kMappedPrefix = Uint128{0xffff} << 32;  // ::ffff:0:0/96
constexpr unsigned kNumberMax = 0xffffff;                 // of digits in any place

// Takes the digits of a base that `text` begins with; nothing if there are none or the number is too large.
std::optional<unsigned> TakeNumber(std::string_view& text, unsigned base) {
  unsigned number = 0;
  size_t length = 0;
  for (; length < text.size(); ++length) {
    const char c = ToLower(text[length]);
    const unsigned digit = c >= '0' && c <= '9'   ? unsigned(c - '0')
                           : c >= 'a' && c <= 'f' ? unsigned(c - 'a') + 10
                                                  : 16;
    if (digit >= base) break;
    number = number * base + digit;
    if (number >= kNumberMax) return std::nullopt;
  }
  if (length == 0) return std::nullopt;
  text.remove_prefix(length);
  return number;
}

std::optional<Uint128> ParseV4(std::string_view text) {
  Uint128 address = 0;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto number = TakeNumber(text, 10);
    if (!number || *number > 0xff) return std::nullopt;
    address = address << 8 | *number;
  }
  return text.empty() ? std::optional(address) : std::nullopt;
}

// The groups of 16 bits before or behind "::", or all.
struct Groups {
  Uint128 bits = 0;
  int count = 0;
};

// Reads groups up to the end, or up to a "::", which is taken.
std::optional<Groups> TakeGroups(std::string_view& text, bool& at_gap) {
  Groups groups;
  at_gap = false;
  while (groups.count < 8) {
    std::string_view rest = text;
    const auto number = TakeNumber(rest, 16);
    if (!number) return std::nullopt;
    if (rest.starts_with('.')) {
      const auto v4 = ParseV4(text);
      if (!v4 || groups.count > 6) return std::nullopt;
      text = {};
      return Groups{groups.bits << 32 | *v4, groups.count + 2};
    }
    if (*number > 0xffff) return std::nullopt;
    groups.bits = groups.bits << 16 | *number;
    ++groups.count;
    text = rest;
    if (text.empty()) return groups;
    if (text.starts_with("::")) {
      at_gap = true;
      text.remove_prefix(2);
      return groups;
    }
    if (!text.starts_with(':') || text.size() == 1) return std::nullopt;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<Uint128> ParseV6(std::string_view text) {
  Groups before;
  bool at_gap = text.starts_with("::");
  if (at_gap) {
    text.remove_prefix(2);
  } else if (const auto groups = TakeGroups(text, at_gap)) {
    before = *groups;
  } else {
    return std::nullopt;
  }
  if (!at_gap) return before.count == 8 ? std::optional(before.bits) : std::nullopt;
  Groups after;
  if (!text.empty()) {
    bool at_other_gap = false;
    const auto groups = TakeGroups(text, at_other_gap);
    if (!groups || at_other_gap) return std::nullopt;
    after = *groups;
  }
  if (before.count + after.count >= 8) return std::nullopt;
  return (before.count == 0 ? 0 : before.bits << (16 * (8 - before.count))) | after.bits;
}

Uint128 Mask(int length, int bits) {
  const Uint128 all = bits == 128 ? ~Uint128{0} : (Uint128{1} << bits) - 1;
  return length == 0 ? 0 : all & ~((length == bits ? Uint128{1} : Uint128{1} << (bits - length)) - 1);
}

bool IsMapped(Uint128 address) {
  return address >> 32 == kMappedPrefix >> 32;
}

std::string V4Text(Uint128 address) {
  const auto bits = static_cast<uint32_t>(address);
  return Format("{}.{}.{}.{}", bits >> 24, bits >> 16 & 0xff, bits >> 8 & 0xff, bits & 0xff);
}

// By RFC 5952: the first of the longest runs of zeros is left out.
std::string V6Text(Uint128 address) {
  const auto group = [address](int i) { return static_cast<unsigned>(address >> (112 - 16 * i)) & 0xffff; };
  int gap_begin = 8;
  int gap_length = 1;
  for (int i = 0; i < 8; ++i) {
    int end = i;
    while (end < 8 && group(end) == 0) ++end;
    if (end - i > gap_length) {
      gap_begin = i;
      gap_length = end - i;
    }
  }
  std::string text;
  for (int i = 0; i < 8; ++i) {
    if (i == gap_begin) {
      text += "::";
      i += gap_length - 1;
      continue;
    }
    if (i > 0 && !text.ends_with(':')) text += ':';
    text += Format("{:x}", group(i));
  }
  return text;
}

std::string AddressText(Uint128 address, bool is_v6) {
  return is_v6 && !IsMapped(address) ? V6Text(address) : V4Text(address);
}

// `address` with `number` shifted to the left in it, as the peer does it: by "or", of which a negative
// result loses its sign. Nothing if the address has not that many bits.
std::optional<Uint128> Insert(Uint128 address, const WholeNumber& number, int64_t shift, int bits) {
  if (number.magnitude != 0 && (shift > 127 || number.magnitude << shift >> shift != number.magnitude)) {
    return std::nullopt;
  }
  const Uint128 shifted = number.magnitude == 0 ? 0 : number.magnitude << shift;
  const Uint128 inserted = number.negative ? 0 - (address | (0 - shifted)) : address | shifted;
  if (bits < 128 && inserted >> bits != 0) return std::nullopt;
  return inserted;
}

}  // namespace

std::optional<WholeNumber> WholeNumber::Parse(std::string_view text) {
  WholeNumber number;
  number.negative = text.starts_with('-');
  if (number.negative) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<unsigned>(c - '0');
    if (number.magnitude > (~Uint128{0} - digit) / 10) return std::nullopt;
    number.magnitude = number.magnitude * 10 + digit;
  }
  return number;
}

std::string WholeNumber::ToString() const {
  std::string digits;
  Uint128 rest = magnitude;
  do {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  if (negative && magnitude != 0) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

Result<Cidr> ParseCidr(std::string_view text) {
  const auto invalid = [text] {
    return Fail(ErrorCode::kInvalid, Format("invalid CIDR expression: invalid CIDR address: {}", text));
  };
  const size_t slash = text.find('/');
  if (slash == text.npos) return invalid();
  Cidr cidr;
  std::optional<Uint128> address = ParseV4(text.substr(0, slash));
  if (!address) {
    cidr.is_v6 = true;
    address = ParseV6(text.substr(0, slash));
  }
  std::string_view rest = text.substr(slash + 1);
  const auto length = TakeNumber(rest, 10);
  if (!address || !length || !rest.empty() || int(*length) > cidr.bits()) return invalid();
  cidr.length = int(*length);
  cidr.address = *address & Mask(cidr.length, cidr.bits());
  return cidr;
}

std::string ToString(const Cidr& cidr) {
  const bool as_v4 = cidr.is_v6 && IsMapped(cidr.address);
  return Format("{}/{}", AddressText(cidr.address, cidr.is_v6),
                as_v4 ? std::max(cidr.length - 96, 0) : cidr.length);
}

Result<std::string> CidrHost(const Cidr& network, const WholeNumber& host) {
  const auto too_large = [&network](const WholeNumber& number) {
    return Fail(ErrorCode::kInvalid, Format("prefix of {} does not accommodate a host numbered {}",
                                            network.length, number.ToString()));
  };
  const Uint128 host_max = ~Mask(network.length, network.bits()) & Mask(network.bits(), network.bits());
  WholeNumber number = host;
  if (host.negative && host.magnitude != 0) {
    const Uint128 from_end = host.magnitude - 1;
    number.negative = from_end > host_max;
    number.magnitude = number.negative ? from_end - host_max : host_max - from_end;
    if (number.negative) return too_large(number);
  } else {
    const auto checked = static_cast<int64_t>(static_cast<uint64_t>(host.magnitude));
    if (checked > 0 && static_cast<uint64_t>(checked) > host_max) return too_large(number);
  }
  const int shift = network.is_v6 && IsMapped(network.address) ? 96 : 0;
  const auto address = Insert(network.address, number, shift, network.bits());
  if (!address) return too_large(number);
  return AddressText(*address, network.is_v6);
}

Result<std::string> CidrNetmask(const Cidr& network, std::string_view text) {
  if (network.is_v6 && !IsMapped(network.address)) {
    return Fail(ErrorCode::kInvalid, Format("IPv6 addresses cannot have a netmask: {}", text));
  }
  return AddressText(Mask(network.length, network.bits()), network.is_v6);
}

Result<std::string> CidrSubnet(const Cidr& network, int64_t more_bits, const WholeNumber& number) {
  const auto too_large = [&] {
    return Fail(ErrorCode::kInvalid,
                Format("prefix extension of {} does not accommodate a subnet numbered {}", more_bits,
                       number.ToString()));
  };
  const int bits = network.bits();
  if (more_bits > bits - network.length) {
    return Fail(ErrorCode::kInvalid,
                Format("insufficient address space to extend prefix of {} by {}", network.length, more_bits));
  }
  const uint64_t number_max = more_bits < 0 || more_bits > 63 ? ~uint64_t{0} : (uint64_t{1} << more_bits) - 1;
  if (static_cast<uint64_t>(number.magnitude) > number_max) return too_large();
  const int64_t shift = more_bits < -network.length ? bits : bits - network.length - more_bits;
  const auto address = Insert(network.address, number, shift, bits);
  if (!address) return too_large();
  if (more_bits < -network.length) return "<nil>";
  return ToString(Cidr{*address, int(network.length + more_bits), network.is_v6});
}

CidrAllocator::CidrAllocator(const Cidr& network, int64_t first_more_bits) : network_(network) {
  const int bits = network.bits();
  if (first_more_bits < -network.length || first_more_bits > bits - network.length) return;
  if (network.is_v6 && IsMapped(network.address)) return;
  const int length = int(network.length + first_more_bits);
  current_ = Cidr{(network.address - 1) & Mask(length, bits), length, network.is_v6};
}

Result<std::string> CidrAllocator::Next(int64_t more_bits) {
  constexpr int kMoreBitsMax = 32;
  const int bits = network_.bits();
  if (more_bits < 1) return Fail(ErrorCode::kInvalid, "must extend prefix by at least one bit");
  if (more_bits > kMoreBitsMax) {
    return Fail(ErrorCode::kInvalid, Format("may not extend prefix by more than {} bits", kMoreBitsMax));
  }
  const int length = int(network_.length + more_bits);
  if (length > bits) {
    return Fail(ErrorCode::kInvalid,
                Format("would extend prefix to {} bits, which is too long for an {} address", length,
                       network_.is_v6 ? "IPv6" : "IPv4"));
  }
  const auto exhausted = [&] {
    return Fail(ErrorCode::kInvalid,
                Format("not enough remaining address space for a subnet with a prefix of {} bits after {}",
                       length, current_ ? ToString(*current_) : "<nil>"));
  };
  if (!current_) return exhausted();
  const Uint128 all = Mask(bits, bits);
  const Uint128 last = current_->address | (all & ~Mask(std::min(current_->length, length), bits));
  const Uint128 next = (last + 1) & all;
  if (next == 0 || (next & Mask(network_.length, bits)) != network_.address) return exhausted();
  current_ = Cidr{next, length, network_.is_v6};
  return ToString(*current_);
}

}  // namespace cairn::hcl
