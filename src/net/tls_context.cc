#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <utility>

#include "base/strings.h"
#include "net/tls.h"
#include "net/tls_errors.h"

namespace cairn::net {

namespace {

constexpr size_t kNamesPerCertificateMax = 1000;

// AEAD and ephemeral keys; the suites of TLS 1.3 are all so.
constexpr const char* kCiphersOfTls12 = "ECDHE+AESGCM:ECDHE+CHACHA20";

Result<std::string> AlpnList(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > UCHAR_MAX) {
      return Fail(ErrorCode::kInvalid, "an ALPN protocol has 1 to 255 bytes");
    }
    list += static_cast<char>(protocol.size());
    list += protocol;
  }
  return list;
}

// What OpenSSL says of a file that it could not use.
std::unexpected<Error> FailFile(const std::string& file, std::string_view should_hold) {
  if (access(file.c_str(), R_OK) != 0) {
    const int number = errno;
    ERR_clear_error();
    return FailErrno(number, Format("read {} from {}", should_hold, file));
  }
  const Error cause = TakeTlsError(Format("{} does not hold {}", file, should_hold));
  return Fail(ErrorCode::kInvalid, cause.message);
}

// Never asks the terminal for a pass phrase.
int NoPassPhrase(char*, int, int, void*) {
  return -1;
}

Result<> UseIdentity(SSL_CTX* context, const TlsIdentity& identity) {
  SSL_CTX_set_default_passwd_cb(context, NoPassPhrase);
  if (SSL_CTX_use_certificate_chain_file(context, identity.certificate_file.c_str()) != 1) {
    return FailFile(identity.certificate_file, "a certificate (PEM)");
  }
  if (SSL_CTX_use_PrivateKey_file(context, identity.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return FailFile(identity.key_file, Format("the key (PEM, without pass phrase) of the certificate in {}",
                                              identity.certificate_file));
  }
  return {};
}

Result<> TrustFile(SSL_CTX* context, const std::string& file) {
  if (SSL_CTX_load_verify_file(context, file.c_str()) == 1) return {};
  return FailFile(file, "certificates of authorities (PEM)");
}

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

std::unique_ptr<X509, FreeOpenSsl> CertificateOf(const std::string& pem) {
  const std::unique_ptr<BIO, FreeOpenSsl> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return std::unique_ptr<X509, FreeOpenSsl>(bio ? PEM_read_bio_X509(bio.get(), nullptr, NoPassPhrase, nullptr)
                                                : nullptr);
}

Result<> UsePem(SSL_CTX* context, const TlsIdentity& identity) {
  const auto certificate = CertificateOf(identity.certificate_pem);
  const std::string& key_pem = identity.key_pem;
  const std::unique_ptr<BIO, FreeOpenSsl> bio(BIO_new_mem_buf(key_pem.data(), int(key_pem.size())));
  const std::unique_ptr<EVP_PKEY, FreeOpenSsl> key(
      bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassPhrase, nullptr) : nullptr);
  if (!certificate || !key || SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return Fail(ErrorCode::kInvalid, TakeTlsError("a certificate or its key is malformed").message);
  }
  return {};
}

Result<> TrustPem(SSL_CTX* context, const std::string& pem) {
  const auto certificate = CertificateOf(pem);
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  if (!certificate || X509_STORE_add_cert(store, certificate.get()) != 1) {
    return Fail(ErrorCode::kInvalid, TakeTlsError("a trusted certificate is malformed").message);
  }
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* chosen_bytes,
                   const unsigned char* offered, unsigned int offered_bytes, void* list) {
  const auto& ours = *static_cast<const std::string*>(list);
  unsigned char* found = nullptr;
  const int status =
      SSL_select_next_proto(&found, chosen_bytes, reinterpret_cast<const unsigned char*>(ours.data()),
                            static_cast<unsigned int>(ours.size()), offered, offered_bytes);
  *chosen = found;
  return status == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

struct TlsContext::Builder {
  static int ChooseIdentity(SSL* ssl, int*, void* self);
  Result<SSL_CTX*> AddContext(const SSL_METHOD* method);
  Result<> AddIdentity(const ServerOptions& options, const TlsIdentity& identity);
  Result<> BuildServer(const ServerOptions& options);
  Result<> BuildClient(const ClientOptions& options);

  TlsContext& made;
};

int TlsContext::Builder::ChooseIdentity(SSL* ssl, int*, void* self) {
  const auto& by_name = static_cast<const TlsContext*>(self)->by_name_;
  const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (!asked) return SSL_TLSEXT_ERR_NOACK;
  std::string name(asked);
  for (char& c : name) c = ToLower(c);
  auto found = by_name.find(name);
  if (const size_t dot = name.find('.'); found == by_name.end() && dot != std::string::npos) {
    found = by_name.find("*" + name.substr(dot));
  }
  if (found == by_name.end()) return SSL_TLSEXT_ERR_NOACK;
  return SSL_set_SSL_CTX(ssl, found->second) ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<SSL_CTX*> TlsContext::Builder::AddContext(const SSL_METHOD* method) {
  ERR_clear_error();
  std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(method));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), kCiphersOfTls12) != 1) {
    return std::unexpected(TakeTlsError("set up TLS"));
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  // No buffers while a connection is idle; one system call for several records.
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context.get(), 1);
  made.contexts_.push_back(std::move(context));
  return made.contexts_.back().get();
}

Result<> TlsContext::Builder::AddIdentity(const ServerOptions& options, const TlsIdentity& identity) {
  const Result<SSL_CTX*> added = AddContext(TLS_server_method());
  if (!added) return std::unexpected(added.error());
  SSL_CTX* const context = *added;
  if (auto used = UseIdentity(context, identity); !used) return used;
  if (!options.client_ca_file.empty()) {
    if (auto trusted = TrustFile(context, options.client_ca_file); !trusted) return trusted;
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(options.client_ca_file.c_str()));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  if (!made.protocols_.empty()) SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, &made.protocols_);
  SSL_CTX_set_tlsext_servername_callback(context, ChooseIdentity);
  SSL_CTX_set_tlsext_servername_arg(context, &made);
  for (std::string& name : CertificateNames(SSL_CTX_get0_certificate(context), kNamesPerCertificateMax)) {
    for (char& c : name) c = ToLower(c);
    made.by_name_.emplace(std::move(name), context);  // unless an earlier one has it
  }
  return {};
}

Result<> TlsContext::Builder::BuildServer(const ServerOptions& options) {
  auto protocols = AlpnList(options.protocols);
  if (!protocols) return std::unexpected(protocols.error());
  made.protocols_ = std::move(*protocols);
  made.verify_ = !options.client_ca_file.empty();
  if (options.identities.empty()) return Fail(ErrorCode::kInvalid, "a TLS server needs a certificate");
  for (const TlsIdentity& identity : options.identities) {
    if (auto added = AddIdentity(options, identity); !added) return added;
  }
  return {};
}

Result<> TlsContext::Builder::BuildClient(const ClientOptions& options) {
  auto protocols = AlpnList(options.protocols);
  if (!protocols) return std::unexpected(protocols.error());
  made.protocols_ = std::move(*protocols);
  made.verify_ = options.verify;
  const Result<SSL_CTX*> added = AddContext(TLS_client_method());
  if (!added) return std::unexpected(added.error());
  SSL_CTX* const context = *added;
  if (!options.identity.certificate_file.empty()) {
    if (auto used = UseIdentity(context, options.identity); !used) return used;
  } else if (!options.identity.certificate_pem.empty()) {
    if (auto used = UsePem(context, options.identity); !used) return used;
  }
  if (!made.protocols_.empty() &&
      SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(made.protocols_.data()),
                              static_cast<unsigned int>(made.protocols_.size())) != 0) {  // 0 is success
    return std::unexpected(TakeTlsError("set the ALPN protocols"));
  }
  if (!options.verify) return {};
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (!options.ca_pem.empty()) return TrustPem(context, options.ca_pem);
  if (!options.ca_file.empty()) return TrustFile(context, options.ca_file);
  SSL_CTX_set_default_verify_paths(context);  // without them nobody is trusted
  ERR_clear_error();
  return {};
}

void TlsContext::FreeContext::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext>> TlsContext::ForServer(const ServerOptions& options) {
  const std::shared_ptr<TlsContext> context(new TlsContext);
  if (auto built = Builder{*context}.BuildServer(options); !built) return std::unexpected(built.error());
  return context;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::ForClient(const ClientOptions& options) {
  const std::shared_ptr<TlsContext> context(new TlsContext);
  if (auto built = Builder{*context}.BuildClient(options); !built) return std::unexpected(built.error());
  return context;
}

}  // namespace cairn::net
