#include "registry/testing/zip_file.h"

#include <zlib.h>

#include <cstdlib>
#include <string_view>

#include "base/files.h"
#include "base/strings.h"

namespace cairn::registry {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Little-endian.
std::string Bytes(uint64_t value, size_t count) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

uint32_t TypeOf(const ZipMember& member) {
  return member.is_symlink ? 0120000 : member.name.ends_with('/') ? 040000 : 0100000;
}

// What a local header and one of the central directory have in common (APPNOTE 4.3.7, from "version needed").
std::string CommonHeader(const ZipMember& member) {
  const uint32_t crc = static_cast<uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(member.content.data()),
                                                     static_cast<uInt>(member.content.size())));
  return Bytes(20, 2) + Bytes(0x800, 2) + Bytes(0, 2) + Bytes(0, 2) + Bytes(0x5821, 2) + Bytes(crc, 4) +
         Bytes(member.content.size(), 4) + Bytes(member.content.size(), 4) + Bytes(member.name.size(), 2) +
         Bytes(0, 2);
}

std::string Octal(uint64_t value, int digits) {
  std::string text(static_cast<size_t>(digits), '0');
  for (size_t i = text.size(); i-- > 0; value >>= 3U) text[i] = static_cast<char>('0' + (value & 7U));
  return text + '\0';
}

std::string Padded(std::string text, size_t size) {
  Require(text.size() <= size);
  text.resize(size);
  return text;
}

std::string TarHeader(const ZipMember& member) {
  const std::string size = Octal(member.is_symlink ? 0 : member.content.size(), 11);
  const char type = member.is_symlink ? '2' : member.name.ends_with('/') ? '5' : '0';
  std::string header = Padded(member.name, 100) + Octal(member.mode, 7) + Octal(0, 7) + Octal(0, 7) + size +
                       Octal(1'700'000'000, 11) + "        " + type +
                       Padded(member.is_symlink ? member.content : "", 100) + std::string("ustar\00000", 8);
  header.resize(512);
  uint64_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  return header.replace(148, 8, Octal(sum, 6) + " ");
}

}  // namespace

void WriteZip(const std::string& path, const std::vector<ZipMember>& members) {
  std::string zip;
  std::string directory;
  for (const ZipMember& member : members) {
    directory += "PK\x01\x02" + Bytes(20 | 3U << 8U, 2) + CommonHeader(member) + Bytes(0, 2) + Bytes(0, 2) +
                 Bytes(0, 2) + Bytes((TypeOf(member) | member.mode) << 16U, 4) + Bytes(zip.size(), 4) +
                 member.name;
    zip += "PK\x03\x04" + CommonHeader(member) + member.name + member.content;
  }
  const std::string end = "PK\x05\x06" + Bytes(0, 4) + Bytes(members.size(), 2) + Bytes(members.size(), 2) +
                          Bytes(directory.size(), 4) + Bytes(zip.size(), 4) + Bytes(0, 2);
  Require(WriteFileAtomically(path, zip + directory + end).has_value());
}

void WriteTarGz(const std::string& path, const std::vector<ZipMember>& members) {
  gzFile file = ::gzopen(path.c_str(), "wb");
  Require(file != nullptr);
  const auto write = [&](std::string block) {
    block.resize((block.size() + 511) / 512 * 512);
    Require(block.empty() || ::gzwrite(file, block.data(), static_cast<unsigned>(block.size())) ==
                                 static_cast<int>(block.size()));
  };
  for (const ZipMember& member : members) {
    write(TarHeader(member));
    if (!member.is_symlink) write(member.content);
  }
  write(std::string(1024, '\0'));
  Require(::gzclose(file) == Z_OK);
}

}  // namespace cairn::registry
