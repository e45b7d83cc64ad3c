#pragma once

// TLS 1.2 and 1.3 over any stream (OpenSSL 3). AEAD suites with ephemeral keys only, no renegotiation, no
// early data, no session tickets.
//
// A connection that ends without TLS's own announcement (close_notify) may have been cut by anybody: reading
// then fails with kDisconnected, it does not yield the end of the stream. Protocols that know by themselves
// where their messages end may take that failure for an end.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/stream.h"
#include "net/task.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace cairn::net {

// A certificate chain and its key, PEM files. Read again by making a new context.
struct TlsIdentity {
  std::string certificate_file = {};
  std::string key_file = {};
  // Instead of the files: one certificate and its key, in PEM. Of clients only.
  std::string certificate_pem = {};
  std::string key_pem = {};
};

// Settings, certificates and keys. Immutable once made; shared by connections, also of several threads.
// kNotFound or kDenied: a file cannot be read; kInvalid: it does not hold what it should. The message names
// it.
class TlsContext {
 public:
  struct ServerOptions {
    // At least one. A client that asks for a DNS name (SNI) gets the first whose subject alternative names
    // match it, exactly or by "*.", and otherwise the first of all.
    std::vector<TlsIdentity> identities = {};
    // If set, clients must present a certificate that it signed.
    std::string client_ca_file = {};
    // For ALPN in order of preference, {"h2", "http/1.1"}. A client that offers only others is refused
    // (RFC 7301, 3.2); one that offers none is not.
    std::vector<std::string> protocols = {};
  };
  struct ClientOptions {
    std::string ca_file = {};  // empty: the system's trust store
    std::string ca_pem = {};   // instead of the file: one certificate, in PEM; also that of the server itself
    TlsIdentity identity = {};  // empty: none
    std::vector<std::string> protocols = {};
    bool verify = true;  // false accepts any certificate: for tests and explicit user wish only
  };
  static Result<std::shared_ptr<const TlsContext>> ForServer(const ServerOptions& options);
  static Result<std::shared_ptr<const TlsContext>> ForClient(const ClientOptions& options);

  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

 private:
  friend class TlsStream;
  struct Builder;  // tls_context.cc
  struct FreeContext {
    void operator()(SSL_CTX* context) const;
  };

  TlsContext() = default;

  // One per identity, since OpenSSL keeps certificates there; a client has one.
  std::vector<std::unique_ptr<SSL_CTX, FreeContext>> contexts_;
  std::map<std::string, SSL_CTX*, std::less<>> by_name_;  // lower-case DNS names, "*.example.com" too
  std::string protocols_;  // as ALPN writes lists: a byte of length before each
  bool verify_ = true;
};

// Both sides of the handshake fail with kDenied (a certificate is missing or not accepted, or the peer says
// so of ours), kDisconnected, kTimeout, or kInternal (the peer does not speak TLS, or not as it must).
//
// With TLS 1.3 a client has finished before the server has looked at its certificate: a refusal is the error
// of its first read.

// The server's side of the handshake on `stream`, which the result owns.
Task<Result<std::unique_ptr<Stream>>> AcceptTls(std::shared_ptr<const TlsContext> context,
                                                std::unique_ptr<Stream> stream, TimePoint deadline);

// The client's side. `server_name`, a host name or an address, is sent as SNI (unless it is an address) and
// must match the certificate. It may be empty only if the context does not verify (kInvalid).
Task<Result<std::unique_ptr<Stream>>> ConnectTls(std::shared_ptr<const TlsContext> context,
                                                 std::unique_ptr<Stream> stream, std::string server_name,
                                                 TimePoint deadline);

}  // namespace cairn::net
