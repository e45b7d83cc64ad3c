#include "hcl_tool/fmt_command.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/format.h"
#include "hcl/parser.h"
#include "hcl_tool/diff.h"
#include "hcl_tool/source_file.h"

namespace cairn::hcl_tool {
namespace {

constexpr size_t kFolderDepthMax = 100;

bool IsFormatted(std::string_view name) {
  constexpr std::array<std::string_view, 4> kSuffixes = {".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl"};
  return std::ranges::any_of(kSuffixes, [&](std::string_view suffix) { return name.ends_with(suffix); });
}

// Hidden files, and what editors leave behind.
bool IsIgnored(std::string_view name) {
  return name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
}

// As people see it: without detours, from the working folder.
std::string ShownPath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::current_path(error);
  if (error) return path;
  std::filesystem::path shown = (folder / path).lexically_normal().lexically_relative(folder);
  return shown.empty() ? path : shown.string();
}

class Fmt {
 public:
  Fmt(const FmtOptions& options, Screen& screen) : options_(options), screen_(screen) {}

  int Run(const std::vector<std::string>& targets) {
    if (!targets.empty() && targets[0] == "-") {
      options_.list = options_.write = false;
      if (const auto source = ReadStandardInput(diagnostics_)) Process("", source);
    } else if (targets.empty()) {
      Folder(".", 0);
    } else {
      for (const std::string& target : targets) {
        if (!Target(target)) break;
      }
    }
    const bool failed = diagnostics_.has_errors();
    // Where only the verdict counts, an unfinished list is of no use.
    if (options_.check && options_.list && !failed) screen_.Print(held_back_);
    screen_.Report(diagnostics_);
    return screen_.Finish(failed ? 2 : options_.check && changes_ ? 3 : 0);
  }

 private:
  // Without check as it comes.
  void Print(std::string_view text) {
    if (options_.check) {
      held_back_ += text;
    } else {
      screen_.Print(text);
    }
  }

  // False where the rest of the targets is not looked at.
  bool Target(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
      if (errno == ENOENT) {
        diagnostics_.AddError("No file or directory at " + path, "");
      } else {
        diagnostics_.AddError("Failed to read file " + path, ErrnoError(errno, path).message + ".");
      }
      return false;
    }
    if (S_ISDIR(status.st_mode)) {
      Folder(path, 0);
    } else if (IsFormatted(path)) {
      File(path);
    } else {
      diagnostics_.AddError("Only .tf, .tfvars, .tftest.hcl and .tfmock.hcl files can be formatted",
                            Format("{} is none. As standard input (-) any text can be formatted.", path));
    }
    return true;
  }

  void Folder(const std::string& path, size_t depth) {
    struct CloseFolder {
      void operator()(DIR* folder) const { ::closedir(folder); }
    };
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
    if (!folder || depth > kFolderDepthMax) {
      const std::string why =
          folder ? path + ": too many folders in folders" : ErrnoError(errno, path).message;
      diagnostics_.AddError("Cannot read directory " + path, why + ".");
      return;
    }
    std::vector<std::pair<std::string, bool>> names;  // and whether it is a folder, not by a symbolic link
    while (const dirent* entry = ::readdir(folder.get())) {
      if (IsIgnored(entry->d_name)) continue;
      bool is_folder = entry->d_type == DT_DIR;
      struct stat status{};
      if (entry->d_type == DT_UNKNOWN &&
          ::fstatat(::dirfd(folder.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        is_folder = S_ISDIR(status.st_mode);
      }
      if (is_folder ? options_.recursive : IsFormatted(entry->d_name)) {
        names.emplace_back(entry->d_name, is_folder);
      }
    }
    std::ranges::sort(names);
    for (const auto& [name, is_folder] : names) {
      const std::string inside = path == "." ? name : path + "/" + name;
      is_folder ? Folder(inside, depth + 1) : File(inside);
    }
  }

  void File(const std::string& path) {
    const std::string shown = ShownPath(path);
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
      diagnostics_.AddError("Failed to read file " + shown, "It is neither a file nor a directory.");
      return;
    }
    if (const auto source = ReadSource(path, shown, diagnostics_)) Process(path, source);
  }

  // `path` is empty for standard input.
  void Process(const std::string& path, const std::shared_ptr<const hcl::Source>& source) {
    const hcl::Source& text = *source;
    const hcl::ParseResult parsed = hcl::ParseFile(source);
    if (parsed.diagnostics.has_errors()) {
      diagnostics_.Append(parsed.diagnostics);
      return;
    }
    const auto result = hcl::FormatFile(*parsed.tree, kSourceBytesMax);
    if (!result) {
      diagnostics_.AddError("File too large: " + text.name(), result.error().message + ".");
      return;
    }
    const std::string& formatted = *result;
    if (formatted != text.text()) {
      if (Breaks(text, formatted)) return;
      changes_ = true;
      if (options_.list) Print(text.name() + "\n");
      if (options_.write && !options_.check) Write(path, text.name(), formatted);
      if (options_.diff) Diff(text, formatted);
    }
    if (!options_.list && !options_.write && !options_.diff) {
      Print(formatted);
      // On standard output each text ends with a newline.
      if (!formatted.ends_with('\n')) Print("\n");
    }
  }

  // The layout is the peer's to the letter, and that can be wrong: hcl/format.h.
  bool Breaks(const hcl::Source& text, const std::string& formatted) {
    const hcl::ParseResult again = hcl::ParseFile(
        std::make_shared<const hcl::Source>(text.name() + " (as terraform fmt lays it out)", formatted));
    if (!again.diagnostics.has_errors()) return false;
    hcl::Diagnostic why = again.diagnostics[0];
    why.detail = Format(
        "This file cannot be laid out as terraform does, since the result would be wrong as shown here ({}) "
        "It "
        "is left as it is. Write differently what breaks: a key in brackets that is true, false or null, a "
        "comment within \"${{...}}\", or a .0 behind a .0.",
        why.detail);
    diagnostics_.Add(std::move(why));
    return true;
  }

  void Write(const std::string& path, const std::string& shown, const std::string& formatted) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
    struct stat status{};
    if (!real || ::stat(real.get(), &status) != 0) {
      diagnostics_.AddError("Failed to write " + shown, ErrnoError(errno, path).message + ".");
      return;
    }
    const std::string target = real.get();
    if (const auto written = WriteFileAtomically(target, formatted, status.st_mode & 07777); !written) {
      diagnostics_.AddError("Failed to write " + shown, written.error().message + ".");
      return;
    }
    if (status.st_uid == ::geteuid() && status.st_gid == ::getegid()) return;
    if (::chown(target.c_str(), status.st_uid, status.st_gid) != 0) return;  // then it is ours from now on
  }

  void Diff(const hcl::Source& text, const std::string& formatted) {
    const auto difference = UnifiedDiff(text.text(), formatted, text.name());
    if (difference) {
      Print(*difference);
    } else {
      diagnostics_.AddError("Failed to generate diff for " + text.name(), difference.error().message + ".");
    }
  }

  FmtOptions options_;
  Screen& screen_;
  hcl::Diagnostics diagnostics_;
  std::string held_back_;
  bool changes_ = false;
};

}  // namespace

int RunFmt(const FmtOptions& options, const std::vector<std::string>& targets, Screen& screen) {
  return Fmt(options, screen).Run(targets);
}

}  // namespace cairn::hcl_tool
