#include "provider/schema_cache.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/fd.h"
#include "base/files.h"
#include "base/strings.h"

namespace cairn::provider {

namespace {

constexpr std::string_view kMagic = "CRNSCHM1";
constexpr size_t kHeaderBytes = 24;

void AppendLittleEndian(std::string& out, uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i));
}

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = bytes.size(); i > 0; --i) number = number << 8 | static_cast<uint8_t>(bytes[i - 1]);
  return number;
}

class Mapping {
 public:
  Mapping(void* address, size_t size) : address_(address), size_(size) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { ::munmap(address_, size_); }

  std::string_view bytes() const { return {static_cast<const char*>(address_), size_}; }

 private:
  void* address_;
  size_t size_;
};

std::shared_ptr<const Mapping> Map(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (fd.get() < 0 || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return nullptr;
  const auto size = static_cast<size_t>(status.st_size);
  if (size < kHeaderBytes) return nullptr;
  void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (address == MAP_FAILED) return nullptr;
  return std::make_shared<const Mapping>(address, size);
}

}  // namespace

// The hash may hold any characters, so its own hash is the name.
std::string SchemaCache::FileOf(std::string_view package_hash) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(package_hash.data(), package_hash.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string name;
  for (size_t i = 0; i < 20; ++i) name += Format("{:02x}", digest[i]);
  return Format("{}/{}.schemas", directory_, name);
}

std::optional<CachedSchemas> SchemaCache::Find(std::string_view package_hash) const {
  const auto mapping = Map(FileOf(package_hash));
  if (!mapping) return std::nullopt;
  const std::string_view bytes = mapping->bytes();
  const uint64_t protocol = LittleEndian(bytes.substr(8, 4));
  const uint64_t hash_bytes = LittleEndian(bytes.substr(12, 4));
  const uint64_t response_bytes = LittleEndian(bytes.substr(16, 8));
  const uint64_t rest = bytes.size() - kHeaderBytes;
  if (!bytes.starts_with(kMagic) || (protocol != 5 && protocol != 6) || hash_bytes > rest ||
      response_bytes != rest - hash_bytes || bytes.substr(kHeaderBytes, hash_bytes) != package_hash) {
    return std::nullopt;
  }
  return CachedSchemas{static_cast<Protocol>(protocol), bytes.substr(kHeaderBytes + hash_bytes), mapping};
}

Result<> SchemaCache::Store(std::string_view package_hash, Protocol protocol,
                            std::string_view response) const {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) return FailErrno(error.value(), Format("make the directory {}", directory_));
  std::string contents(kMagic);
  AppendLittleEndian(contents, static_cast<uint64_t>(protocol), 4);
  AppendLittleEndian(contents, package_hash.size(), 4);
  AppendLittleEndian(contents, response.size(), 8);
  contents += package_hash;
  contents += response;
  return WriteFileAtomically(FileOf(package_hash), contents, 0600);
}

}  // namespace cairn::provider
