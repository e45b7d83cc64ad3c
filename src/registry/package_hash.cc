#include "registry/package_hash.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/strings.h"
#include "hcl/base64.h"

namespace cairn::registry {
namespace {

constexpr size_t kReadBytes = size_t{256} << 10;  // stays in the second-level cache

// SHA-256 of what is added.
class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new()) { Restart(); }

  void Restart() {
    const int started = EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
    assert(started == 1);
    (void)started;
  }
  void Add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string Finish() {
    std::string bytes(32, '\0');
    EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(bytes.data()), nullptr);
    return bytes;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4U];
    hex += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return hex;
}

// Of the files' hashes in hexadecimal by their paths.
Result<std::string> HashList(const std::map<std::string, std::string>& files) {
  std::string list;
  for (const auto& [path, hash] : files) {
    if (path.find('\n') != std::string::npos) {
      return Fail(ErrorCode::kInvalid, "a package with a line feed in a file name has no hash");
    }
    list += hash + "  " + path + "\n";
  }
  Digest digest;
  digest.Add(list);
  return "h1:" + hcl::EncodeBase64(digest.Finish());
}

}  // namespace

std::string Sha256Hex(std::string_view bytes) {
  Digest digest;
  digest.Add(bytes);
  return Hex(digest.Finish());
}

Result<std::string> PlainFileHasher::Sha256(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return FailErrno(errno, "cannot open " + path);
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  Digest digest;
  std::vector<char> buffer(kReadBytes);
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FailErrno(errno, "cannot read " + path);
    if (count == 0) return Hex(digest.Finish());
    digest.Add({buffer.data(), static_cast<size_t>(count)});
  }
}

Result<std::string> HashDirectory(const std::string& directory, FileHasher& hasher) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator it(directory, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->symlink_status(error).type() == fs::file_type::directory) continue;
    const std::string path = it->path().string();
    Result<std::string> hash = hasher.Sha256(path);
    if (!hash) return hash;
    const size_t root = directory.size() + (directory.ends_with('/') ? 0 : 1);
    files.emplace(path.substr(root), *std::move(hash));
  }
  if (error) return FailErrno(error.value(), "cannot read " + directory);
  return HashList(files);
}

Result<std::string> HashZipContents(const std::string& path, const ArchiveLimits& limits) {
  std::map<std::string, std::string> files;
  Digest digest;
  std::string current;
  const auto finish = [&] {
    if (!current.empty()) files[current] = Hex(digest.Finish());
    digest.Restart();
  };
  const Result<> read = ReadArchive(
      path, ArchiveKind::kZip, limits,
      [&](const ArchiveEntry& entry) -> Result<> {
        finish();
        current = entry.kind == ArchiveEntry::Kind::kFile ? entry.path : "";
        return {};
      },
      [&](std::string_view piece) -> Result<> {
        digest.Add(piece);
        return {};
      });
  if (!read) return std::unexpected(read.error());
  finish();
  return HashList(files);
}

Result<std::string> HashZip(const std::string& path, FileHasher& hasher) {
  Result<std::string> hash = hasher.Sha256(path);
  return hash ? "zh:" + *hash : hash;
}

Result<bool> MatchesAnyHash(const std::string& path, PackageForm form, std::span<const std::string> hashes,
                            FileHasher& hasher) {
  const auto wants = [&](std::string_view scheme) {
    return std::ranges::any_of(hashes, [&](const std::string& hash) { return hash.starts_with(scheme); });
  };
  const auto has = [&](const std::string& hash) { return std::ranges::find(hashes, hash) != hashes.end(); };
  if (form == PackageForm::kZip && wants("zh:")) {
    const Result<std::string> hash = HashZip(path, hasher);
    if (!hash) return std::unexpected(hash.error());
    if (has(*hash)) return true;
  }
  if (!wants("h1:")) return false;
  const Result<std::string> hash =
      form == PackageForm::kZip ? HashZipContents(path) : HashDirectory(path, hasher);
  if (!hash) return std::unexpected(hash.error());
  return has(*hash);
}

}  // namespace cairn::registry
