#include "registry/signature.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/files.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "hcl/base64.h"
#include "registry/capture.h"
#include "registry/scratch_directory.h"

namespace cairn::registry {
namespace {

// The line of gpgv's status that begins with "[GNUPG:] NAME ", after that; empty if there is none.
std::string_view StatusLine(std::string_view status, std::string_view name) {
  const std::string mark = Format("[GNUPG:] {} ", name);
  for (const std::string_view line : Split(status, '\n')) {
    if (line.starts_with(mark)) return line.substr(mark.size());
  }
  return {};
}

// One block from after its first line to before its last.
Result<std::string> DecodeBlock(std::string_view block) {
  const size_t carriage = block.find("\r\n\r\n");
  const size_t plain = block.find("\n\n");
  const size_t empty_line = std::min(carriage, plain);
  if (empty_line == std::string_view::npos) return Fail(ErrorCode::kInvalid, "the armor has no data");
  std::string data;
  for (std::string_view line : Split(block.substr(empty_line), '\n')) {
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    if (line.starts_with('=')) break;  // the checksum, which RFC 9580 asks to ignore
    data += line;
  }
  auto bytes = hcl::DecodeBase64(data);
  if (!bytes || bytes->empty()) return Fail(ErrorCode::kInvalid, "the armor is damaged");
  return *std::move(bytes);
}

}  // namespace

Result<std::string> Dearmor(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN PGP ";
  constexpr std::string_view kEnd = "-----END PGP ";
  std::string bytes;
  for (size_t at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at)) {
    const size_t line = text.find('\n', at);
    const size_t end = text.find(kEnd, at);
    if (line == std::string_view::npos || end == std::string_view::npos || end < line) {
      return Fail(ErrorCode::kInvalid, "the armor has no end");
    }
    const Result<std::string> block = DecodeBlock(text.substr(line, end - line));
    if (!block) return block;
    bytes += *block;
    at = end;
  }
  if (bytes.empty()) return Fail(ErrorCode::kInvalid, "there is no armor");
  return bytes;
}

Result<std::string> GpgvVerifier::Verify(std::string_view document, std::string_view signature,
                                         const std::vector<std::string>& armored_keys) {
  std::string keyring;
  for (const std::string& armored : armored_keys) {
    const Result<std::string> key = Dearmor(armored);
    if (!key) return std::unexpected(key.error().In("cannot read a signing key"));
    keyring += *key;
  }
  if (keyring.empty()) return Fail(ErrorCode::kDenied, "the registry names no signing key");
  const std::string temporary = std::filesystem::temp_directory_path().string() + "/cairn";
  const Result<ScratchDirectory> scratch = ScratchDirectory::Beside(temporary);
  if (!scratch) return std::unexpected(scratch.error());
  const auto file = [&](std::string_view name, std::string_view contents) {
    return WriteFileAtomically(scratch->path() + "/" + std::string(name), contents, 0600);
  };
  for (const Result<>& written :
       {file("keys.gpg", keyring), file("document.sig", signature), file("document", document)}) {
    if (!written) return std::unexpected(written.error());
  }
  const Capture status;
  const Capture messages;
  SubprocessOptions options;
  options.argv = {"gpgv",
                  "--homedir",
                  scratch->path(),
                  "--keyring",
                  scratch->path() + "/keys.gpg",
                  "--status-fd",
                  "1",
                  "--",
                  scratch->path() + "/document.sig",
                  scratch->path() + "/document"};
  options.environment = {"LC_ALL=C"};
  options.stdin_fd = kNullStream;
  options.stdout_fd = status.fd();
  options.stderr_fd = messages.fd();
  Result<Subprocess> gpgv = Subprocess::Start(options);
  if (!gpgv) return std::unexpected(gpgv.error().In("the gpgv program"));
  gpgv->Wait();
  const std::string said = status.Text();
  for (const std::string_view bad : {"BADSIG", "ERRSIG", "REVKEYSIG", "EXPSIG"}) {
    if (!StatusLine(said, bad).empty()) {
      return Fail(ErrorCode::kDenied, "authentication signature from unknown issuer");
    }
  }
  std::string_view signer = StatusLine(said, "GOODSIG");
  if (signer.empty()) signer = StatusLine(said, "EXPKEYSIG");
  if (signer.size() < 16 || StatusLine(said, "VALIDSIG").empty()) {
    return Fail(ErrorCode::kDenied, "authentication signature from unknown issuer");
  }
  return std::string(signer.substr(0, 16));
}

}  // namespace cairn::registry
