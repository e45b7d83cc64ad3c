// Functions that read files, and those of their names.

#include <string>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/base64.h"
#include "hcl/functions_table.h"
#include "hcl/glob.h"
#include "hcl/hash.h"
#include "hcl/path.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;
using Files = std::shared_ptr<const FileReader>;

// `path` with the home folder for a "~" at its beginning.
FunctionResult<std::string> ExpandHome(const FileReader& files, std::string_view path) {
  if (!path.starts_with('~')) return std::string(path);
  if (path.size() > 1 && path[1] != '/' && path[1] != '\\') {
    return Refuse("cannot expand user-specific home dir");
  }
  const Result<std::string> home = files.HomeFolder();
  if (!home) return Refuse(home.error().message);
  return JoinPaths(*home, path.substr(1));
}

// The clean path of the file that `path` means.
FunctionResult<std::string> Locate(const FileReader& files, std::string_view path) {
  const FunctionResult<std::string> expanded = ExpandHome(files, path);
  if (!expanded) return Refuse("failed to expand ~: " + expanded.error().message, expanded.error().argument);
  return CleanPath(*expanded);
}

// Functions of a file's bytes, whose name is not to be hidden. `write` gives the result's text.
template <typename Write>
Function OfBytes(const Files& files, std::string description, Write write) {
  return Plain({OfString("path")}, Type::String(), std::move(description),
               [files, write](Arguments arguments) -> FunctionResult<Value> {
                 const FunctionResult<std::string> path = Locate(*files, arguments[0].AsString());
                 if (!path) return std::unexpected(path.error());
                 const Result<std::string> bytes = files->Read(*path);
                 if (!bytes) return Refuse(bytes.error().message);
                 return Value::String(write(*bytes));
               });
}

void AddFileHash(FunctionList& list, const Files& files, std::string_view name, HashKind kind,
                 std::string (*write)(std::string_view)) {
  list.emplace_back(name, OfBytes(files, "A digest of a file.", [kind, write](std::string_view bytes) {
                      return write(Hash(kind, bytes));
                    }));
}

FunctionResult<Value> FileExists(const FileReader& files, const Value& name) {
  const FunctionResult<std::string> path = Locate(files, name.AsString());
  if (!path) return std::unexpected(path.error());
  const std::string shown = Shown(*path, name.marks());
  const Result<FileReader::Kind> kind = files.Stat(*path);
  if (!kind) return Refuse("failed to stat " + shown);
  switch (*kind) {
    case FileReader::Kind::kFile:
    case FileReader::Kind::kMissing:
      return Value::Bool(*kind == FileReader::Kind::kFile).WithMarks(name.marks());
    case FileReader::Kind::kFolder:
      return Refuse(shown + " is a directory, not a file");
    case FileReader::Kind::kPipe:
      return Refuse(shown + " is a named pipe, not a regular file");
    case FileReader::Kind::kSocket:
      return Refuse(shown + " is a unix domain socket, not a regular file");
    case FileReader::Kind::kDevice:
      break;
  }
  return Refuse(shown + " is a device node, not a regular file");
}

FunctionResult<Value> FileSet(const FileReader& files, Arguments arguments) {
  const FunctionResult<std::string> folder = Locate(files, arguments[0].AsString());
  if (!folder) return std::unexpected(folder.error());
  const Marks marks = arguments[0].marks() | arguments[1].marks();
  // Joining is what makes "**/../x" mean "x".
  const std::string pattern = JoinPaths(*folder, arguments[1].AsString());
  const Result<std::vector<std::string>> paths = Glob(files, pattern);
  if (!paths) {
    return Refuse(Format("failed to glob pattern {}: {}", Shown(pattern, marks), paths.error().message));
  }
  std::vector<Value> found;
  for (const std::string& path : *paths) {
    const Result<FileReader::Kind> kind = files.Stat(path);
    if (!kind) return Refuse(Format("failed to stat {}: {}", Shown(path, marks), kind.error().message));
    if (*kind != FileReader::Kind::kFile) continue;
    const std::optional<std::string> relative = RelativePath(*folder, path);
    if (!relative) return Refuse("failed to trim path of match " + Shown(path, marks));
    found.push_back(Value::String(*relative));
  }
  return Value::Set(Type::String(), std::move(found)).WithMarks(marks);
}

}  // namespace

FunctionResult<std::string> ReadFileArgument(const FileReader& files, const Value& name) {
  const FunctionResult<std::string> path = Locate(files, name.AsString());
  if (!path) return Refuse(path.error().message, 0);
  Result<std::string> bytes = files.Read(*path);
  if (bytes) return *std::move(bytes);
  // Nor is there one within what is no folder, but that is said by the system.
  if (bytes.error().code == ErrorCode::kNotFound && !bytes.error().message.ends_with("not a directory")) {
    return Refuse(
        Format("no file exists at {}; this function works only with files that are distributed as part of "
               "the configuration source code, so if this file will be created by a resource in this "
               "configuration you must instead obtain this result from an attribute of that resource",
               Shown(name.AsString(), name.marks() & Marks::kSensitive)),
        0);
  }
  const std::string& message = bytes.error().message;
  return Refuse(message.starts_with("open ") ? message : "failed to read file: " + message, 0);
}

FunctionResult<std::string> ReadTextArgument(const FileReader& files, const Value& name) {
  FunctionResult<std::string> bytes = ReadFileArgument(files, name);
  if (!bytes || IsUtf8(*bytes)) return bytes;
  return Refuse(
      Format("contents of {} are not valid UTF-8; use the filebase64 function to obtain the Base64 "
             "encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain "
             "file hashing results instead",
             Shown(name.AsString(), name.marks() & Marks::kSensitive)));
}

void AddPathFunctions(FunctionList& list) {
  list.emplace_back("basename", OfText({OfString("path")}, "The last part of a path.",
                                       [](Arguments a) { return BaseName(a[0].AsString()); }));
  list.emplace_back("dirname", OfText({OfString("path")}, "A path without its last part.",
                                      [](Arguments a) { return FolderName(a[0].AsString()); }));
}

void AddFileFunctions(FunctionList& list, std::shared_ptr<const FileReader> files) {
  list.emplace_back("file", Plain({MarkedString("path")}, Type::String(), "The text of a file.",
                                  [files](Arguments a) -> FunctionResult<Value> {
                                    const FunctionResult<std::string> text = ReadTextArgument(*files, a[0]);
                                    if (!text) return std::unexpected(text.error());
                                    return Value::String(*text).WithMarks(a[0].marks());
                                  }));
  list.emplace_back("filebase64",
                    Plain({MarkedString("path")}, Type::String(), "The bytes of a file in Base64.",
                          [files](Arguments a) -> FunctionResult<Value> {
                            const FunctionResult<std::string> bytes = ReadFileArgument(*files, a[0]);
                            if (!bytes) return std::unexpected(bytes.error());
                            return Value::String(EncodeBase64(*bytes)).WithMarks(a[0].marks());
                          }));
  AddFileHash(list, files, "filemd5", HashKind::kMd5, ToHex);
  AddFileHash(list, files, "filesha1", HashKind::kSha1, ToHex);
  AddFileHash(list, files, "filesha256", HashKind::kSha256, ToHex);
  AddFileHash(list, files, "filesha512", HashKind::kSha512, ToHex);
  AddFileHash(list, files, "filebase64sha256", HashKind::kSha256, EncodeBase64);
  AddFileHash(list, files, "filebase64sha512", HashKind::kSha512, EncodeBase64);
  list.emplace_back("fileexists", Plain({MarkedString("path")}, Type::Bool(), "Whether there is a file.",
                                        [files](Arguments a) { return FileExists(*files, a[0]); }));
  list.emplace_back("fileset",
                    Plain({MarkedString("path"), MarkedString("pattern")}, Type::Set(Type::String()),
                          "The files below a folder that a pattern matches.",
                          [files](Arguments a) { return FileSet(*files, a); }));
  list.emplace_back("abspath", Plain({OfString("path")}, Type::String(), "A path from the root.",
                                     [files](Arguments a) -> FunctionResult<Value> {
                                       const std::string_view path = a[0].AsString();
                                       if (path.starts_with('/')) return Value::String(CleanPath(path));
                                       const Result<std::string> folder = files->WorkingFolder();
                                       if (!folder) return Refuse(folder.error().message);
                                       return Value::String(JoinPaths(*folder, path));
                                     }));
  list.emplace_back("pathexpand", Plain({OfString("path")}, Type::String(),
                                        "A path with the home folder in place of \"~\".",
                                        [files](Arguments a) -> FunctionResult<Value> {
                                          const FunctionResult<std::string> path =
                                              ExpandHome(*files, a[0].AsString());
                                          if (!path) return std::unexpected(path.error());
                                          return Value::String(*path);
                                        }));
}

}  // namespace cairn::hcl
