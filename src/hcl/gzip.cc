#include "hcl/gzip.h"

#include <array>
#include <cstdint>

#include "hcl/deflate.h"

namespace cairn::hcl {
namespace {

constexpr std::array<uint32_t, 256> CrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t remainder = i;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
    table[i] = remainder;
  }
  return table;
}

uint32_t Crc32(std::string_view text) {
  static constexpr std::array<uint32_t, 256> kTable = CrcTable();
  uint32_t crc = 0xffffffff;
  for (const char c : text) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(c)) & 0xff];
  return ~crc;
}

void AppendLittleEndian(std::string& out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

}  // namespace

std::string Gzip(std::string_view text) {
  using std::string_view_literals::operator""sv;
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff"sv);  // no name, no time, an unknown system
  out += Deflate(text);
  AppendLittleEndian(out, Crc32(text));
  AppendLittleEndian(out, static_cast<uint32_t>(text.size()));
  return out;
}

}  // namespace cairn::hcl
