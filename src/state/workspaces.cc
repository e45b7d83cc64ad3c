#include "state/workspaces.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/quote.h"
#include "hcl/value_json.h"
#include "hcl/value_order.h"

namespace cairn::state {
namespace {

constexpr size_t kRecordBytesMax = size_t{16} << 20;

Result<> MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  return error ? FailErrno(error.value(), path) : Result<>();
}

uint32_t Crc32(std::string_view bytes) {  // IEEE 802.3
  uint32_t crc = ~uint32_t{0};
  for (const char c : bytes) {
    crc ^= uint8_t(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

}  // namespace

bool IsWorkspaceName(std::string_view name) {
  const auto fits = [](char c) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return plain || std::string_view("-_.~$&+=:@").find(c) != std::string_view::npos;
  };
  return !name.empty() && name != "." && name != ".." && std::ranges::all_of(name, fits);
}

Result<Workspace> CurrentWorkspace(const std::string& data_folder, std::string_view environment) {
  if (!environment.empty()) {
    if (!IsWorkspaceName(environment)) {
      return Fail(ErrorCode::kInvalid, "Invalid workspace name set using TF_WORKSPACE");
    }
    return Workspace{.name = std::string(environment), .overridden = true};
  }
  const auto text = ReadFile(data_folder + "/environment", kRecordBytesMax);
  if (!text && text.error().code != ErrorCode::kNotFound) return std::unexpected(text.error());
  std::string_view name = text ? std::string_view(*text) : "";
  while (!name.empty() && std::string_view(" \t\r\n").find(name.back()) != name.npos) name.remove_suffix(1);
  if (name.empty()) name = kDefaultWorkspace;
  return Workspace{.name = std::string(name)};
}

Result<> SelectWorkspace(const std::string& data_folder, std::string_view name) {
  if (auto made = MakeFolder(data_folder); !made) return made;
  return WriteFileAtomically(data_folder + "/environment", name, 0644);
}

Result<std::optional<BackendRecord>> ReadBackendRecord(const std::string& data_folder) {
  const std::string path = data_folder + "/terraform.tfstate";
  auto text = ReadFile(path, kRecordBytesMax);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  const auto owner = std::make_shared<const std::string>(std::move(*text));
  if (owner->empty()) return std::nullopt;
  const JsonCheck check = CheckJson(*owner);
  JsonReader json(*owner);
  if (check.error_offset || json.Peek() != JsonKind::kObject) {
    return Fail(ErrorCode::kInvalid,
                path + ": not a record of a backend; run \"terraform init -reconfigure\"");
  }
  BackendRecord record;
  json.EnterObject();
  while (const auto name = json.NextName()) {
    if (*name == "terraform_version" && json.Peek() == JsonKind::kString) {
      record.terraform_version = json.TakeString();
      continue;
    }
    if (*name != "backend" || json.Peek() != JsonKind::kObject) {
      json.Take();
      continue;
    }
    json.EnterObject();
    while (const auto member = json.NextName()) {
      const JsonKind kind = json.Peek();
      if (*member == "type" && kind == JsonKind::kString) {
        record.type = json.TakeString();
      } else if (*member == "config" && kind == JsonKind::kObject) {
        record.config = {.owner = owner, .text = json.Take()};
      } else {
        const bool is_hash = *member == "hash";
        const std::string_view value = json.Take();
        if (is_hash) record.config_hash = ParseInt<uint64_t>(value).value_or(0);
      }
    }
  }
  if (record.type.empty()) return std::nullopt;
  return record;
}

Result<> WriteBackendRecord(const std::string& data_folder, const BackendRecord& record) {
  if (auto made = MakeFolder(data_folder); !made) return made;
  std::string json = "{\"version\":3,\"terraform_version\":";
  hcl::AppendJsonString(json, record.terraform_version);
  json += ",\"backend\":{\"type\":";
  hcl::AppendJsonString(json, record.type);
  json += ",\"config\":";
  json += record.config.empty() ? "{}" : record.config.text;
  json += Format(",\"hash\":{}}}}}", record.config_hash);
  std::string text;
  AppendLaidOut(text, json, 0);
  return WriteFileAtomically(data_folder + "/terraform.tfstate", text, 0644);
}

uint64_t BackendConfigHash(std::string_view type, const hcl::Value& config) {
  return Crc32(hcl::SetHashText(hcl::Value::Tuple({hcl::Value::String(type), config.WithoutMarksWithin()})));
}

}  // namespace cairn::state
