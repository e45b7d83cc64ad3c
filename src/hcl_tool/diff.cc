#include "hcl_tool/diff.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/fd.h"
#include "base/strings.h"
#include "base/subprocess.h"

namespace cairn::hcl_tool {
namespace {

// A file in memory; the child inherits it.
Result<UniqueFd> MemoryFile(std::string_view text) {
  UniqueFd file(::memfd_create("diff", 0));
  if (!file) return FailErrno(errno, "memfd_create");
  while (!text.empty()) {
    const ssize_t count = ::write(file.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FailErrno(errno, "write");
    text.remove_prefix(size_t(count));
  }
  return file;
}

}  // namespace

Result<std::string> UnifiedDiff(std::string_view before, std::string_view after, const std::string& name) {
  const Result<UniqueFd> old_file = MemoryFile(before);
  const Result<UniqueFd> new_file = MemoryFile(after);
  if (!old_file || !new_file) return std::unexpected((old_file ? new_file : old_file).error());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return FailErrno(errno, "pipe");
  const UniqueFd output(ends[0]);
  UniqueFd input(ends[1]);
  auto child = Subprocess::Start(
      {.argv = {"diff", "-u", "--label=old/" + name, "--label=new/" + name,
                Format("/dev/fd/{}", old_file->get()), Format("/dev/fd/{}", new_file->get())},
       .stdin_fd = kNullStream,
       .stdout_fd = input.get()});
  input.reset();
  if (!child) return std::unexpected(child.error());
  std::string text;
  std::array<char, 65536> part;
  for (;;) {
    const ssize_t count = ::read(output.get(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(part.data(), size_t(count));
  }
  const ExitStatus status = child->Wait();
  if (status.signal != 0 || status.code > 1) return Fail(ErrorCode::kInternal, "diff: " + ToString(status));
  return text;
}

}  // namespace cairn::hcl_tool
