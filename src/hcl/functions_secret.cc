// Functions of passwords and keys, and identifiers made of random or hashed bytes.

#include <crypt.h>

#include <array>
#include <memory>
#include <string>

#include "base/strings.h"
#include "hcl/base64.h"
#include "hcl/functions_table.h"
#include "hcl/hash.h"
#include "hcl/rsa_key.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;
using Random = std::function<void(std::span<uint8_t>)>;

constexpr int64_t kBcryptCostMin = 4;
constexpr int64_t kBcryptCostMax = 31;
constexpr int64_t kBcryptCostDefault = 10;
constexpr size_t kBcryptBytesMax = 72;
constexpr size_t kBcryptSaltBytes = 16;

FunctionResult<Value> BcryptRefused(std::string_view why) {
  return Refuse(Format("error occured generating password {}", why));  // the peer's spelling
}

FunctionResult<Value> Bcrypt(Arguments arguments, const Random& random) {
  if (arguments.size() > 2) return Refuse("bcrypt() takes no more than two arguments");
  int64_t cost = kBcryptCostDefault;
  if (arguments.size() == 2) {
    const auto given = WholeArgument(arguments, 1);
    if (!given) return Refuse(given.error().message);
    if (*given >= kBcryptCostMin) cost = *given;
  }
  const std::string password(arguments[0].AsString());
  if (password.size() > kBcryptBytesMax) {
    return BcryptRefused(Format("bcrypt: password length exceeds {} bytes", kBcryptBytesMax));
  }
  if (cost > kBcryptCostMax) {
    return BcryptRefused(Format("crypto/bcrypt: cost {} is outside allowed range ({},{})", cost,
                                kBcryptCostMin, kBcryptCostMax));
  }
  // The library's strings end there, so the hash would be that of another password.
  if (password.find('\0') != password.npos) return BcryptRefused("a password must not hold the character 0");

  std::array<uint8_t, kBcryptSaltBytes> salt{};
  random(salt);
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const auto data = std::make_unique<crypt_data>();
  const char* hash = nullptr;
  if (crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), reinterpret_cast<const char*>(salt.data()),
                       int(salt.size()), setting.data(), int(setting.size()))) {
    hash = crypt_rn(password.c_str(), setting.data(), data.get(), int(sizeof(*data)));
  }
  if (!hash) return BcryptRefused("failed");
  // The same algorithm by its older name, which the peer writes.
  std::string text(hash);
  text[2] = 'a';
  return Value::String(text);
}

FunctionResult<Value> RsaDecrypt(Arguments arguments) {
  const std::string_view text = arguments[0].AsString();
  const Marks marks = arguments[0].marks() | arguments[1].marks();
  const auto ciphertext = DecodeBase64(text);
  if (!ciphertext) {
    return Refuse(Format("failed to decode input {}: cipher text must be base64-encoded",
                         Shown(text, arguments[0].marks())),
                  0);
  }
  const Result<RsaKey> key = RsaKey::ParsePem(arguments[1].AsString());
  if (!key) return Refuse(key.error().message, 1);
  const Result<std::string> message = key->Decrypt(*ciphertext);
  if (!message) return Refuse(message.error().message);
  return Value::String(*message).WithMarks(marks);
}

// "00112233-4455-6677-8899-aabbccddeeff"
std::string UuidText(std::string_view bytes) {
  std::string text = ToHex(bytes.substr(0, 16));
  for (const size_t at : {8, 13, 18, 23}) text.insert(at, 1, '-');
  return text;
}

// The bytes of a UUID, also in braces, as a URN or without hyphens.
Result<std::string> ParseUuid(std::string_view text) {
  constexpr std::string_view kUrn = "urn:uuid:";
  const auto invalid = [] { return Fail(ErrorCode::kInvalid, "invalid UUID format"); };
  if (text.size() == 36 + kUrn.size()) {
    const std::string_view prefix = text.substr(0, kUrn.size());
    if (!EqualsIgnoreCase(prefix, kUrn)) {
      return Fail(ErrorCode::kInvalid, Format("invalid urn prefix: {}", Shown(prefix, Marks::kNone)));
    }
    text.remove_prefix(kUrn.size());
  } else if (text.size() == 38) {
    text = text.substr(1, 36);
  } else if (text.size() != 36 && text.size() != 32) {
    return Fail(ErrorCode::kInvalid, Format("invalid UUID length: {}", text.size()));
  }
  const bool has_hyphens = text.size() == 36;
  std::string bytes;
  int digit = -1;
  for (size_t i = 0; i < text.size(); ++i) {
    if (has_hyphens && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (text[i] != '-') return invalid();
      continue;
    }
    const char c = ToLower(text[i]);
    const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (value < 0) return invalid();
    if (digit >= 0) bytes += static_cast<char>(digit * 16 + value);
    digit = digit >= 0 ? -1 : value;
  }
  return bytes;
}

// RFC 4122, section 4.3, with SHA-1.
FunctionResult<Value> UuidV5(Arguments arguments) {
  struct Known {
    std::string_view name;
    std::string_view space;
  };
  constexpr std::array<Known, 4> kKnown = {{{"dns", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
                                            {"url", "6ba7b811-9dad-11d1-80b4-00c04fd430c8"},
                                            {"oid", "6ba7b812-9dad-11d1-80b4-00c04fd430c8"},
                                            {"x500", "6ba7b814-9dad-11d1-80b4-00c04fd430c8"}}};
  std::string_view space = arguments[0].AsString();
  for (const Known& known : kKnown) {
    if (space == known.name) space = known.space;
  }
  const Result<std::string> bytes = ParseUuid(space);
  if (!bytes) {
    return Refuse(Format("uuidv5() doesn't support namespace {} ({})", space, bytes.error().message));
  }
  std::string digest = Hash(HashKind::kSha1, *bytes + std::string(arguments[1].AsString()));
  digest[6] = static_cast<char>((digest[6] & 0x0F) | 0x50);
  digest[8] = static_cast<char>((digest[8] & 0x3F) | 0x80);
  return Value::String(UuidText(digest));
}

// All bits are random, as the peer has it: no version is said.
Value RandomUuid(const Random& random) {
  std::array<uint8_t, 16> bytes{};
  random(bytes);
  return Value::String(UuidText(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())));
}

}  // namespace

void AddSecretFunctions(FunctionList& list, const FunctionWorld& world) {
  list.emplace_back("rsadecrypt",
                    Plain({MarkedString("ciphertext"), MarkedString("privatekey")}, Type::String(),
                          "A text that was encrypted with a public key.", RsaDecrypt));
  list.emplace_back("uuidv5", Plain({OfString("namespace"), OfString("name")}, Type::String(),
                                    "A UUID that follows from a name.", UuidV5));
  if (!world.random) return;
  const Random random = world.random;
  Function bcrypt = Plain({OfString("str")}, Type::String(), "A salted hash of a password.",
                          [random](Arguments arguments) { return Bcrypt(arguments, random); });
  bcrypt.rest = OfNumber("cost");
  Function uuid =
      Plain({}, Type::String(), "A random UUID.", [random](Arguments) { return RandomUuid(random); });
  if (world.planning) {
    bcrypt.call = UnknownResult;
    uuid.call = UnknownResult;
  }
  list.emplace_back("bcrypt", std::move(bcrypt));
  list.emplace_back("uuid", std::move(uuid));
}

}  // namespace cairn::hcl
