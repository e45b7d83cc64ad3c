#include "registry/module_fetcher.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "hcl/hash.h"
#include "hcl/quote.h"
#include "registry/capture.h"
#include "registry/scratch_directory.h"

namespace cairn::registry {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCheckedBytesMax = size_t{1} << 30;

Result<> RunGit(std::vector<std::string> arguments, const std::string& directory) {
  const Capture capture;
  SubprocessOptions options;
  options.argv = {"git"};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  options.environment = {"GIT_TERMINAL_PROMPT=0", "LC_ALL=C"};
  options.working_directory = directory;
  options.stdin_fd = kNullStream;
  options.stdout_fd = capture.fd();
  options.stderr_fd = capture.fd();
  options.die_with_parent = true;
  Result<Subprocess> git = Subprocess::Start(options);
  if (!git) return std::unexpected(git.error().In("git must be available and on the PATH"));
  const ExitStatus status = git->Wait();
  if (status.ok()) return {};
  return Fail(ErrorCode::kUnavailable, Format("git exited with {}: {}", status.code, capture.Text()));
}

// The URL without the arguments that are for us, and those.
std::pair<std::string, std::map<std::string, std::string>> TakeArguments(
    const std::string& url, std::span<const std::string_view> names) {
  std::map<std::string, std::string> taken;
  const size_t query = url.find('?');
  if (query == std::string::npos) return {url, taken};
  std::string rest;
  for (const std::string_view argument : Split(std::string_view(url).substr(query + 1), '&')) {
    const size_t equals = std::min(argument.find('='), argument.size());
    const std::string_view name = argument.substr(0, equals);
    if (std::ranges::find(names, name) != names.end()) {
      taken.emplace(name, argument.substr(std::min(equals + 1, argument.size())));
    } else if (!argument.empty()) {
      rest += (rest.empty() ? "?" : "&") + std::string(argument);
    }
  }
  return {url.substr(0, query) + rest, taken};
}

Result<> FetchGit(const std::string& full_url, const std::string& directory) {
  constexpr std::string_view kArguments[] = {"ref", "depth"};
  auto [url, arguments] = TakeArguments(full_url, kArguments);
  const std::string ref = arguments["ref"];
  const std::string depth = arguments["depth"];
  for (const std::string& text : {ref, url}) {
    if (text.starts_with('-')) return Fail(ErrorCode::kInvalid, "git does not take " + hcl::GoQuoted(text));
  }
  std::vector<std::string> clone = {"clone"};
  if (!depth.empty() && depth != "0") {
    if (!ParseInt<uint32_t>(depth)) return Fail(ErrorCode::kInvalid, "invalid depth " + hcl::GoQuoted(depth));
    clone.insert(clone.end(), {"--depth", depth});
    if (!ref.empty()) clone.insert(clone.end(), {"--branch", ref});
  }
  clone.insert(clone.end(), {"--", url, directory});
  if (const Result<> cloned = RunGit(std::move(clone), ""); !cloned) {
    return std::unexpected(cloned.error().In(Format("error downloading '{}'", full_url)));
  }
  if (!ref.empty() && depth.empty()) {
    if (const Result<> done = RunGit({"checkout", ref}, directory); !done) {
      return std::unexpected(done.error().In(Format("error downloading '{}'", full_url)));
    }
  }
  std::error_code error;
  if (!fs::exists(directory + "/.gitmodules", error)) return {};
  return RunGit({"submodule", "update", "--init", "--recursive"}, directory);
}

Result<> CopyDirectory(std::string_view url, const std::string& directory) {
  constexpr std::string_view kScheme = "file://";
  const std::string from(url.substr(url.starts_with(kScheme) ? kScheme.size() : 0));
  std::error_code error;
  if (!fs::is_directory(from, error))
    return Fail(ErrorCode::kNotFound, "source path must be a directory: " + from);
  fs::copy(from, directory, fs::copy_options::recursive | fs::copy_options::copy_symlinks, error);
  if (error) return FailErrno(error.value(), "cannot copy " + from);
  return {};
}

std::optional<ArchiveKind> ArchiveKindOf(std::string_view name) {
  for (const std::string_view ending :
       {".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst", "tar",
        "tar.gz", "tgz", "tar.bz2", "tar.xz", "tar.zst"}) {
    if (ending.starts_with('.') ? name.ends_with(ending) : name == ending) return ArchiveKind::kTar;
  }
  if (name.ends_with(".zip") || name == "zip") return ArchiveKind::kZip;
  return std::nullopt;
}

// The content of <meta name="terraform-get" content="…"> in a page.
std::string MetaOf(std::string_view page) {
  for (size_t at = page.find("<meta"); at != std::string_view::npos; at = page.find("<meta", at + 1)) {
    const std::string_view tag = page.substr(at, page.find('>', at) - at);
    if (tag.find("\"terraform-get\"") == std::string_view::npos) continue;
    const size_t content = tag.find("content=\"");
    if (content == std::string_view::npos) continue;
    const std::string_view value = tag.substr(content + 9);
    return std::string(value.substr(0, value.find('"')));
  }
  return "";
}

// Whether the file at `path` has `checksum`: "sha256:0123…", or the digits alone, whose number says of which
// kind they are.
Result<> CheckArchive(const std::string& path, const std::string& checksum) {
  const size_t colon = checksum.find(':');
  std::string digits = checksum.substr(colon == std::string::npos ? 0 : colon + 1);
  std::ranges::transform(digits, digits.begin(), [](char c) { return ToLower(c); });
  for (const auto& [name, kind, size] : {std::tuple("md5", hcl::HashKind::kMd5, 32),
                                         {"sha1", hcl::HashKind::kSha1, 40},
                                         {"sha256", hcl::HashKind::kSha256, 64},
                                         {"sha512", hcl::HashKind::kSha512, 128}}) {
    if (digits.size() != size_t(size) || (colon != std::string::npos && checksum.substr(0, colon) != name)) {
      continue;
    }
    const Result<std::string> bytes = ReadFile(path, kCheckedBytesMax);
    if (!bytes) return std::unexpected(bytes.error());
    const std::string got = hcl::ToHex(hcl::Hash(kind, *bytes));
    if (got == digits) return {};
    return Fail(ErrorCode::kInvalid, Format("Checksums did not match for {}.\nExpected: {}\nGot: {}\n{}",
                                            path, digits, got, name));
  }
  return Fail(ErrorCode::kInvalid, "invalid checksum: " + hcl::GoQuoted(checksum));
}

}  // namespace

Result<> ModuleFetcher::FetchArchive(const std::string& url, ArchiveKind kind, const std::string& checksum,
                                     const std::string& directory) {
  const Result<ScratchDirectory> scratch = ScratchDirectory::Beside(directory);
  if (!scratch) return std::unexpected(scratch.error());
  const std::string file = scratch->path() + "/archive";
  const Result<HttpAnswer> answer = http_->Download(url, {}, file);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200)
    return Fail(ErrorCode::kNotFound, Format("bad response code: {}", answer->status));
  if (const Result<> checked = checksum.empty() ? Result<>() : CheckArchive(file, checksum); !checked) {
    return checked;
  }
  std::error_code error;
  fs::create_directory(directory, error);
  if (error) return FailErrno(error.value(), "cannot create " + directory);
  return UnpackArchive(file, kind, directory, limits_);
}

Result<> ModuleFetcher::FetchHttp(const std::string& full_url, const std::string& directory,
                                  bool may_follow) {
  if (http_ == nullptr) return Fail(ErrorCode::kUnavailable, "there is no way to reach " + full_url);
  constexpr std::string_view kArguments[] = {"archive", "checksum"};
  auto [url, arguments] = TakeArguments(full_url, kArguments);
  const std::string path = url.substr(0, std::min(url.find('?'), url.size()));
  const std::string named = arguments["archive"];
  if (const std::optional<ArchiveKind> kind = ArchiveKindOf(named.empty() ? path : named)) {
    return FetchArchive(url, *kind, arguments["checksum"], directory);
  }
  const Result<HttpAnswer> answer =
      http_->Get(url + (url.find('?') == std::string::npos ? "?" : "&") + "terraform-get=1", {});
  if (!answer) return std::unexpected(answer.error());
  if (answer->status / 100 != 2)
    return Fail(ErrorCode::kNotFound, Format("bad response code: {}", answer->status));
  std::string where(answer->Field("x-terraform-get"));
  if (where.empty()) where = MetaOf(answer->body);
  if (where.empty() || !may_follow) return Fail(ErrorCode::kInvalid, "no source URL was returned");
  const auto source = ParseModulePackage(where);
  if (!source) return Fail(ErrorCode::kInvalid, source.error().detail);
  if (!source->subdirectory.empty()) {
    return Fail(ErrorCode::kInvalid, "a subdirectory named by a page is not supported: " + where);
  }
  if (source->getter.empty() && source->url.starts_with("http"))
    return FetchHttp(source->url, directory, false);
  return Fetch(*source, directory);
}

Result<> ModuleFetcher::Fetch(const ModuleSource& source, const std::string& directory) {
  const size_t colon = source.url.find("://");
  const std::string method =
      !source.getter.empty() ? source.getter : source.url.substr(0, std::min(colon, size_t{16}));
  if (method == "git") return FetchGit(source.url, directory);
  if (method == "file") return CopyDirectory(source.url, directory);
  if (method == "http" || method == "https") return FetchHttp(source.url, directory, true);
  return Fail(ErrorCode::kInvalid, "download not supported for scheme '" + method + "'");
}

}  // namespace cairn::registry
