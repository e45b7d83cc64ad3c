#include "hcl_tool/source_file.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/files.h"
#include "base/strings.h"

namespace cairn::hcl_tool {
namespace {

Result<std::string> ReadDescriptor(int fd, size_t bytes_max) {
  std::string text;
  std::array<char, 65536> part;
  for (;;) {
    const ssize_t count = ::read(fd, part.data(), part.size());
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FailErrno(errno, "standard input");
    text.append(part.data(), size_t(count));
    if (text.size() > bytes_max) {
      return Fail(ErrorCode::kOverloaded, Format("standard input holds more than {} bytes", bytes_max));
    }
  }
}

std::shared_ptr<const hcl::Source> AsSource(Result<std::string> text, const std::string& name,
                                            hcl::Diagnostics& diagnostics) {
  if (!text) {
    diagnostics.AddError("Failed to read file " + name, text.error().message + ".");
    return nullptr;
  }
  if (text->find('\0') != text->npos) {
    diagnostics.AddError(
        "Not a text file: " + name,
        "The file holds zero bytes, as programs, pictures and archives do, and is left as it is.");
    return nullptr;
  }
  return std::make_shared<const hcl::Source>(name, std::move(*text));
}

}  // namespace

std::shared_ptr<const hcl::Source> ReadSource(const std::string& path, const std::string& name,
                                              hcl::Diagnostics& diagnostics) {
  return AsSource(ReadFile(path, kSourceBytesMax), name, diagnostics);
}

std::shared_ptr<const hcl::Source> ReadStandardInput(hcl::Diagnostics& diagnostics) {
  return AsSource(ReadDescriptor(STDIN_FILENO, kSourceBytesMax), "<stdin>", diagnostics);
}

}  // namespace cairn::hcl_tool
