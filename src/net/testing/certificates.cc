#include "net/testing/certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/strings.h"
#include "net/address.h"

namespace cairn::net {

namespace {

void Check(bool succeeded) {
  if (!succeeded) std::abort();
}

void AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  Check(extension && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void SetName(X509_NAME* name, const std::string& common_name) {
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  Check(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text, -1, -1, 0) == 1);
}

template <typename Write>
void WriteFileWith(const std::string& path, Write write) {
  FILE* file = std::fopen(path.c_str(), "w");
  Check(file && write(file) == 1 && std::fclose(file) == 0);
}

void WriteCertificate(const std::string& path, X509* certificate) {
  WriteFileWith(path, [&](FILE* file) { return PEM_write_X509(file, certificate); });
}

}  // namespace

TestAuthority::TestAuthority(std::string directory, std::string name)
    : directory_(std::move(directory)),
      name_(std::move(name)),
      ca_file_(Format("{}/{}.pem", directory_, name_)),
      key_(EVP_EC_gen("P-256")) {
  certificate_ = Make(name_, key_.get(), {});
  WriteCertificate(ca_file_, certificate_.get());
}

TestAuthority::Certificate TestAuthority::Make(const std::string& common_name, EVP_PKEY* key,
                                               const CertificateOptions& options) {
  Certificate made(X509_new());
  X509* const issuer = certificate_ ? certificate_.get() : made.get();
  Check(key && X509_set_version(made.get(), X509_VERSION_3) == 1 && X509_set_pubkey(made.get(), key) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial_);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), options.valid_from.count());
  X509_gmtime_adj(X509_getm_notAfter(made.get()), options.valid_until.count());
  SetName(X509_get_subject_name(made.get()), common_name);
  Check(X509_set_issuer_name(made.get(), X509_get_subject_name(issuer)) == 1);
  AddExtension(made.get(), issuer, NID_basic_constraints, certificate_ ? "CA:FALSE" : "critical,CA:TRUE");
  AddExtension(made.get(), issuer, NID_subject_key_identifier, "hash");
  AddExtension(made.get(), issuer, NID_authority_key_identifier, "keyid:always");
  if (!certificate_) AddExtension(made.get(), issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  std::string names;
  for (const std::string& name : options.names) {
    const bool is_address = Address::FromHostPort(name, 0).has_value();
    names += Format("{}{}:{}", names.empty() ? "" : ",", is_address ? "IP" : "DNS", name);
  }
  if (!names.empty()) AddExtension(made.get(), issuer, NID_subject_alt_name, names);
  Check(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
  return made;
}

TlsIdentity TestAuthority::Issue(const CertificateOptions& options) {
  const Key key(EVP_EC_gen("P-256"));
  const std::string common_name = options.names.empty() ? "somebody" : options.names.front();
  const Certificate certificate = Make(common_name, key.get(), options);
  TlsIdentity identity{Format("{}/{}-{}.pem", directory_, name_, serial_),
                       Format("{}/{}-{}.key", directory_, name_, serial_)};
  WriteCertificate(identity.certificate_file, certificate.get());
  WriteFileWith(identity.key_file, [&](FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return identity;
}

}  // namespace cairn::net
