#include "net/tls_errors.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "base/strings.h"

namespace cairn::net {

namespace {

constexpr size_t kNamesShown = 5;

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

std::string_view BytesOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

bool IsVisible(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string AddressText(std::string_view bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  if (bytes.size() == 4) inet_ntop(AF_INET, bytes.data(), text, sizeof text);
  if (bytes.size() == 16) inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using TextBio = std::unique_ptr<BIO, FreeBio>;

std::string TextOf(const TextBio& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return size > 0 ? std::string(text, static_cast<size_t>(size)) : std::string();
}

std::string TimeText(const ASN1_TIME* time) {
  const TextBio bio(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(bio.get(), time);
  return TextOf(bio);
}

std::string NameText(const X509_NAME* name) {
  const TextBio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);  // escapes what is not printable
  return TextOf(bio);
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Whether the peer's alert, or our own check, says that a certificate is missing or not accepted.
bool IsAboutCertificates(int reason) {
  switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:  // how TLS 1.2 says that one is required
      return true;
    default:
      return false;
  }
}

}  // namespace

std::vector<std::string> CertificateNames(const X509* certificate, size_t names_max) {
  std::vector<std::string> found;
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count && found.size() < names_max; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS && IsVisible(BytesOf(name->d.dNSName))) {
      found.emplace_back(BytesOf(name->d.dNSName));
    } else if (name->type == GEN_IPADD) {
      found.push_back(AddressText(BytesOf(name->d.iPAddress)));
    }
  }
  return found;
}

std::string DescribeVerifyFailure(X509_STORE_CTX* store, std::string_view peer) {
  const int error = X509_STORE_CTX_get_error(store);
  const X509* certificate = X509_STORE_CTX_get_current_cert(store);
  if (!certificate) return Format("the certificate of {}: {}", peer, X509_verify_cert_error_string(error));
  const bool is_leaf = X509_STORE_CTX_get_error_depth(store) == 0;
  const std::string whose = is_leaf ? Format("the certificate of {}", peer)
                                    : Format("the certificate \"{}\" in the chain of {}",
                                             NameText(X509_get_subject_name(certificate)), peer);
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Format("{} expired on {}", whose, TimeText(X509_get0_notAfter(certificate)));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Format("{} is not valid before {}", whose, TimeText(X509_get0_notBefore(certificate)));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return Format("{} is signed by an unknown authority, \"{}\"", whose,
                    NameText(X509_get_issuer_name(certificate)));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: {
      const std::string names = Join(CertificateNames(certificate, kNamesShown));
      return Format("the certificate is not for {} but for {}", peer,
                    names.empty() ? "no host at all" : names);
    }
    default:
      return Format("{}: {}", whose, X509_verify_cert_error_string(error));
  }
}

Error TakeTlsError(std::string_view what) {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) {
    const char* text = ERR_reason_error_string(error);
    return {ErrorCode::kInternal, Format("{}: {}", what, text ? text : "TLS failed")};
  }
  switch (reason) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return {ErrorCode::kDisconnected, Format("{}: the connection ended without a TLS close", what)};
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
      return {ErrorCode::kInternal, Format("{}: the peer does not speak TLS", what)};
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return {ErrorCode::kDenied, Format("{}: the peer has no certificate", what)};
    default: {
      const char* text = ERR_reason_error_string(error);
      const ErrorCode code = IsAboutCertificates(reason) ? ErrorCode::kDenied : ErrorCode::kInternal;
      const std::string_view by = reason >= SSL_AD_REASON_OFFSET ? "the peer says: " : "";
      return {code, Format("{}: {}{}", what, by, text ? text : "TLS failed")};
    }
  }
}

}  // namespace cairn::net
