#include "hcl/rsa_key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdint>
#include <optional>

#include "base/strings.h"
#include "base/text_escape.h"

namespace cairn::hcl {
namespace {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, FreeWith<kFree>>;

void FreeBytes(char* bytes) {
  OPENSSL_free(bytes);
}

std::unexpected<Error> Invalid(std::string_view why) {
  ERR_clear_error();
  return Fail(ErrorCode::kInvalid, Format("invalid private key: {}", why));
}

struct PemBlock {
  std::string name;
  std::string header;
  std::string bytes;
};

std::optional<PemBlock> FirstBlock(std::string_view pem) {
  const Owned<BIO, BIO_free> bio(BIO_new_mem_buf(pem.data(), int(pem.size())));
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* bytes = nullptr;
  long length = 0;
  if (!bio || PEM_read_bio(bio.get(), &name, &header, &bytes, &length) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  char* const data = reinterpret_cast<char*>(bytes);
  const Owned<char, FreeBytes> own_name(name), own_header(header), own_data(data);
  return PemBlock{name, header, std::string(data, size_t(length))};
}

// What is wrong with the outermost element of `der`, which could not be read.
std::string_view WhyNoDer(std::string_view der) {
  constexpr std::string_view kNoHead = "truncated tag or length";
  if (der.size() < 2) return kNoHead;
  size_t length = static_cast<unsigned char>(der[1]);
  size_t head = 2;
  if (length > 127) {
    const size_t digits = length & 127;
    head += digits;
    if (der.size() < head) return kNoHead;
    length = 0;
    for (size_t i = 2; i < head; ++i) length = length << 8 | static_cast<unsigned char>(der[i]);
  }
  return der.size() - head < length ? "data truncated" : "no RSA key";
}

// The fields of OpenSSH's formats (RFC 4251, section 5). Nothing at the first that is cut off.
class SshReader {
 public:
  explicit SshReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<uint32_t> TakeNumber() {
    if (rest_.size() < 4) return std::nullopt;
    uint32_t number = 0;
    for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(4);
    return number;
  }
  std::optional<std::string_view> TakeString() {
    const std::optional<uint32_t> length = TakeNumber();
    if (!length || rest_.size() < *length) return std::nullopt;
    const std::string_view text = rest_.substr(0, *length);
    rest_.remove_prefix(*length);
    return text;
  }

 private:
  std::string_view rest_;
};

using BigNumber = Owned<BIGNUM, BN_clear_free>;

BigNumber ToBigNumber(std::string_view bytes) {
  return BigNumber(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), int(bytes.size()), nullptr));
}

// The message in a block with the padding of PKCS #1 v1.5: 00 02, eight or more bytes that are not 0, 00.
std::optional<std::string> WithoutPadding(std::string_view block) {
  constexpr size_t kPaddingMin = 8;
  if (!block.starts_with(std::string_view("\0\2", 2))) return std::nullopt;
  const size_t end = block.find('\0', 2);
  if (end == block.npos || end < 2 + kPaddingMin) return std::nullopt;
  return std::string(block.substr(end + 1));
}

}  // namespace

Result<RsaKey> RsaKey::ParsePem(std::string_view pem) {
  const std::optional<PemBlock> block = FirstBlock(pem);
  if (!block) return Invalid("ssh: no key found");
  if (block->header.find("ENCRYPTED") != std::string::npos) {
    return Invalid("ssh: this private key is passphrase protected");
  }
  if (block->name == "RSA PRIVATE KEY") return FromDer(block->bytes, /*is_pkcs8=*/false);
  if (block->name == "PRIVATE KEY") return FromDer(block->bytes, /*is_pkcs8=*/true);
  if (block->name == "OPENSSH PRIVATE KEY") return FromOpenSsh(block->bytes);
  return Invalid("ssh: unsupported key type " + Quote(block->name));
}

Result<RsaKey> RsaKey::FromDer(std::string_view der, bool is_pkcs8) {
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  Key key;
  if (is_pkcs8) {
    const Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(
        d2i_PKCS8_PRIV_KEY_INFO(nullptr, &begin, long(der.size())));
    if (info) key.reset(EVP_PKCS82PKEY(info.get()));
  } else {
    key.reset(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &begin, long(der.size())));
  }
  if (!key) {
    ERR_clear_error();
    return Fail(ErrorCode::kInvalid, Format("invalid ASN1 data in the given private key: {}", WhyNoDer(der)));
  }
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return Invalid("not an RSA key");
  return RsaKey(std::move(key));
}

// The format is openssh's PROTOCOL.key.
Result<RsaKey> RsaKey::FromOpenSsh(std::string_view bytes) {
  constexpr std::string_view kMagic("openssh-key-v1\0", 15);
  constexpr std::string_view kMalformed = "ssh: invalid openssh private key format";
  if (!bytes.starts_with(kMagic)) return Invalid(kMalformed);
  SshReader outer(bytes.substr(kMagic.size()));
  const auto cipher = outer.TakeString();
  const auto kdf = outer.TakeString();
  const auto kdf_options = outer.TakeString();
  const auto count = outer.TakeNumber();
  const auto public_key = outer.TakeString();
  const auto keys = outer.TakeString();
  if (!cipher || !kdf || !kdf_options || !count || !public_key || !keys) return Invalid(kMalformed);
  if (*count != 1) return Invalid("ssh: multi-key files are not supported");
  if (*cipher != "none" || *kdf != "none") return Invalid("ssh: this private key is passphrase protected");

  SshReader inner(*keys);
  const auto check = inner.TakeNumber();
  const auto check_again = inner.TakeNumber();
  const auto type = inner.TakeString();
  if (!check || check != check_again || !type) return Invalid("ssh: malformed OpenSSH key");
  if (*type != "ssh-rsa") return Invalid("not an RSA key");
  const auto modulus = inner.TakeString();
  const auto exponent = inner.TakeString();
  const auto private_exponent = inner.TakeString();
  if (!modulus || !exponent || !private_exponent) return Invalid("ssh: malformed OpenSSH key");

  const BigNumber n = ToBigNumber(*modulus), e = ToBigNumber(*exponent), d = ToBigNumber(*private_exponent);
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_D, d.get());
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
    return Invalid("ssh: malformed OpenSSH key");
  }
  return RsaKey(Key(key));
}

Result<std::string> RsaKey::Decrypt(std::string_view ciphertext) const {
  const auto failed = [] {
    ERR_clear_error();
    return Fail(ErrorCode::kInvalid, "failed to decrypt: crypto/rsa: decryption error");
  };
  const auto size = size_t(EVP_PKEY_get_size(key_.get()));
  if (ciphertext.size() > size) return failed();
  std::string block(size - ciphertext.size(), '\0');
  block += ciphertext;
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  if (!context || EVP_PKEY_decrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1) {
    return failed();
  }
  std::string decrypted(size, '\0');
  size_t length = size;
  if (EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(decrypted.data()), &length,
                       reinterpret_cast<const unsigned char*>(block.data()), size) != 1) {
    return failed();
  }
  decrypted.resize(length);
  std::optional<std::string> message = WithoutPadding(decrypted);
  if (!message) return failed();
  return *std::move(message);
}

}  // namespace cairn::hcl
