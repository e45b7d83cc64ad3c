#include "registry/module_manifest.h"

#include <filesystem>
#include <initializer_list>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "base/text_escape.h"
#include "data/json.h"

namespace cairn::registry {
namespace {

std::string ManifestPath(const std::string& data_directory) {
  return data_directory + "/modules/modules.json";
}

// The member as a string; nothing where it is absent, an error where it is something else.
Result<std::string> StringMember(const boost::json::object& object, std::string_view name) {
  const data::Json* member = object.if_contains(name);
  if (member == nullptr) return std::string();
  if (!member->is_string()) return Fail(ErrorCode::kInvalid, Format("\"{}\" is not a string", name));
  return std::string(member->as_string());
}

// As encoding/json of Go quotes it.
std::string GoJsonString(std::string_view text) {
  std::string quoted;
  for (const char c : Quote(text)) {
    if (c == '<' || c == '>' || c == '&') {
      quoted += Format("\\u00{:02x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted;
}

}  // namespace

Result<ModuleManifest> ParseModuleManifest(std::string_view text) {
  ModuleManifest manifest;
  if (text.empty()) return manifest;
  const auto invalid = [](std::string why) {
    return Fail(ErrorCode::kInvalid, "error unmarshalling snapshot: " + std::move(why));
  };
  const Result<data::Json> json = data::ParseJson(text);
  if (!json) return invalid(json.error().message);
  if (!json->is_object()) return invalid("not an object");
  const data::Json* modules = json->as_object().if_contains("Modules");
  if (modules == nullptr || modules->is_null()) return manifest;
  if (!modules->is_array()) return invalid("\"Modules\" is not a list");
  for (const data::Json& item : modules->as_array()) {
    if (!item.is_object()) return invalid("a module is not an object");
    const Result<std::string> key = StringMember(item.as_object(), "Key");
    Result<std::string> source = StringMember(item.as_object(), "Source");
    Result<std::string> version = StringMember(item.as_object(), "Version");
    Result<std::string> directory = StringMember(item.as_object(), "Dir");
    for (const Result<std::string>* member :
         std::initializer_list<const Result<std::string>*>{&key, &source, &version, &directory}) {
      if (!*member) return invalid(member->error().message);
    }
    const bool is_new =
        manifest.emplace(*key, ModuleRecord{*std::move(source), *std::move(version), *std::move(directory)})
            .second;
    if (!is_new) return Fail(ErrorCode::kInvalid, "snapshot file contains two records for path " + *key);
  }
  return manifest;
}

std::string FormatModuleManifest(const ModuleManifest& manifest) {
  std::string text = "{\"Modules\":[";
  for (const auto& [key, record] : manifest) {
    if (!text.ends_with('[')) text += ",";
    text += Format("{{\"Key\":{},\"Source\":{}", GoJsonString(key), GoJsonString(record.source));
    if (!record.version.empty()) text += ",\"Version\":" + GoJsonString(record.version);
    text += Format(",\"Dir\":{}}}", GoJsonString(record.directory));
  }
  return text + "]}";
}

Result<ModuleManifest> ReadModuleManifest(const std::string& data_directory) {
  const Result<std::string> text = ReadFile(ManifestPath(data_directory), kModuleManifestBytesMax);
  if (text) return ParseModuleManifest(*text);
  if (text.error().code == ErrorCode::kNotFound) return ModuleManifest();
  return std::unexpected(text.error());
}

Result<> WriteModuleManifest(const std::string& data_directory, const ModuleManifest& manifest) {
  std::error_code error;
  std::filesystem::create_directories(data_directory + "/modules", error);
  if (error) return FailErrno(error.value(), "cannot create " + data_directory + "/modules");
  return WriteFileAtomically(ManifestPath(data_directory), FormatModuleManifest(manifest), 0644);
}

}  // namespace cairn::registry
