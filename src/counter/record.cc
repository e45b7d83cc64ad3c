#include "counter/record.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace cairn::counter {

namespace {

constexpr size_t kRecordBytesMax = 1024;
constexpr std::string_view kChecksum = " sha256=";

// The first 16 of SHA-256's bytes: against accidents, not against attackers.
std::string ChecksumOf(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int digest_bytes = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &digest_bytes, EVP_sha256(), nullptr);
  std::string hex;
  for (size_t i = 0; i < 16; ++i) hex += Format("{:02x}", digest[i]);
  return hex;
}

}  // namespace

std::string SealRecord(std::string_view type, const std::vector<RecordField>& fields) {
  std::string text(type);
  for (const RecordField& field : fields) text += Format(" {}={}", field.name, field.value);
  const std::string checksum = ChecksumOf(text);
  return text + std::string(kChecksum) + checksum + "\n";
}

Result<std::vector<RecordField>> OpenRecord(std::string_view type, std::string_view text) {
  if (text.empty()) return Fail(ErrorCode::kInvalid, "the file is empty");
  const size_t checksum_at = text.rfind(kChecksum);
  if (text.size() > kRecordBytesMax || !text.ends_with('\n') || checksum_at == std::string_view::npos) {
    return Fail(ErrorCode::kInvalid, Format("not a {} record, or cut off", type));
  }
  const std::string_view sealed = text.substr(0, checksum_at);
  text.remove_suffix(1);
  if (text.substr(checksum_at + kChecksum.size()) != ChecksumOf(sealed)) {
    return Fail(ErrorCode::kInvalid, "the checksum does not match: the file was damaged or edited");
  }
  const auto words = Split(sealed, ' ');
  if (words[0] != type)
    return Fail(ErrorCode::kInvalid, Format("a \"{}\" record, not \"{}\"", words[0], type));
  std::vector<RecordField> fields;
  for (size_t i = 1; i < words.size(); ++i) {
    const size_t equals = words[i].find('=');
    if (equals == std::string_view::npos) return Fail(ErrorCode::kInvalid, "a field without a value");
    fields.push_back({std::string(words[i].substr(0, equals)), std::string(words[i].substr(equals + 1))});
  }
  return fields;
}

Result<int64_t> NumberField(const std::vector<RecordField>& fields, std::string_view name) {
  const auto field = std::ranges::find(fields, name, &RecordField::name);
  if (field == fields.end()) return Fail(ErrorCode::kInvalid, Format("the field {} is missing", name));
  const auto number = ParseInt<int64_t>(field->value);
  if (!number || *number < 0) {
    return Fail(ErrorCode::kInvalid, Format("{}={} is not a number of 0 or more", name, field->value));
  }
  return *number;
}

}  // namespace cairn::counter
