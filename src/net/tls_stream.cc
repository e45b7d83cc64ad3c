#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <climits>
#include <utility>

#include "base/strings.h"
#include "net/task_group.h"
#include "net/tls.h"
#include "net/tls_errors.h"

namespace cairn::net {

namespace {

constexpr size_t kRecordBytesMax = SSL3_RT_MAX_PLAIN_LENGTH;

size_t TotalBytes(std::span<const iovec> pieces) {
  size_t total = 0;
  for (const iovec& piece : pieces) total += piece.iov_len;
  return total;
}

// The first of `pieces`' bytes, in one place: themselves if they are, or copied to `buffer`. Always as many
// as there are, up to a record: OpenSSL may have encrypted so many in an earlier attempt.
std::string_view Gather(std::span<const iovec> pieces, std::array<char, kRecordBytesMax>& buffer) {
  while (!pieces.empty() && pieces.front().iov_len == 0) pieces = pieces.subspan(1);
  const size_t wanted = std::min(TotalBytes(pieces), kRecordBytesMax);
  const auto* first = static_cast<const char*>(pieces.front().iov_base);
  if (pieces.front().iov_len >= wanted) return {first, wanted};
  size_t gathered = 0;
  for (const iovec& piece : pieces) {
    const size_t size = std::min(piece.iov_len, wanted - gathered);
    std::copy_n(static_cast<const char*>(piece.iov_base), size, buffer.data() + gathered);
    gathered += size;
  }
  return {buffer.data(), gathered};
}

}  // namespace

class TlsStream final : public Stream {
 public:
  static Task<Result<std::unique_ptr<Stream>>> Handshake(std::shared_ptr<const TlsContext> context,
                                                         std::unique_ptr<Stream> inner, bool is_server,
                                                         std::string server_name, TimePoint deadline);

  Io TryRead(std::span<char> into) override;
  Io TryWrite(std::span<const iovec> pieces) override;
  Waiter Readable(TimePoint deadline) override;
  Waiter Writable(TimePoint deadline) override;
  void WakeReaders() override { inner_->WakeReaders(); }
  void FinishWriting() override;
  bool PeerClosed() const override;
  std::string_view protocol() const override;
  bool encrypted() const override { return true; }
  Loop& loop() const override { return inner_->loop(); }

 private:
  // What an operation of OpenSSL waits for.
  enum class Wants { kNothing, kRead, kWrite };

  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  TlsStream(std::shared_ptr<const TlsContext> context, std::unique_ptr<Stream> inner)
      : context_(std::move(context)), inner_(std::move(inner)), closing_(inner_->loop()) {}

  static const BIO_METHOD* BioMethod();
  static int BioRead(BIO* bio, char* into, int size);
  static int BioWrite(BIO* bio, const char* bytes, int size);
  static long BioControl(BIO* bio, int command, long argument, void* pointer);
  static int OnVerified(int accepted, X509_STORE_CTX* store);

  Result<> Prepare(bool is_server, const std::string& server_name);
  Result<> ExpectPeer(const std::string& server_name);
  Error HandshakeError(int ssl_error);
  Io Failed(int ssl_error, const char* what);
  Waiter WaitFor(Wants wants, TimePoint deadline);
  bool SendClose();
  Task<void> SendCloseLater();

  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<Stream> inner_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  std::string peer_ = "the client";  // as error messages call it
  std::string verify_failure_;
  Wants read_wants_ = Wants::kNothing;
  Wants write_wants_ = Wants::kNothing;
  bool inner_ended_ = false;
  bool inner_failed_ = false;
  bool failed_ = false;
  TaskGroup closing_;  // last: its task uses the others
};

// --- OpenSSL's view of the inner stream ---

const BIO_METHOD* TlsStream::BioMethod() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "cairn stream");
    BIO_meth_set_read(made, BioRead);
    BIO_meth_set_write(made, BioWrite);
    BIO_meth_set_ctrl(made, BioControl);
    return made;
  }();
  return method;
}

int TlsStream::BioRead(BIO* bio, char* into, int size) {
  auto* self = static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (size <= 0) return 0;
  const Io io = self->inner_->TryRead({into, static_cast<size_t>(size)});
  switch (io.status) {
    case IoStatus::kOk:
      return static_cast<int>(io.bytes);
    case IoStatus::kWouldBlock:
      BIO_set_retry_read(bio);
      return -1;
    case IoStatus::kEnd:
      self->inner_ended_ = true;
      return 0;
    case IoStatus::kFailed:
      self->inner_failed_ = true;
      return -1;
  }
  return -1;
}

int TlsStream::BioWrite(BIO* bio, const char* bytes, int size) {
  auto* self = static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (size <= 0) return 0;
  const iovec piece{const_cast<char*>(bytes), static_cast<size_t>(size)};
  const Io io = self->inner_->TryWrite({&piece, 1});
  if (io.status == IoStatus::kOk) return static_cast<int>(io.bytes);
  if (io.status == IoStatus::kWouldBlock) {
    BIO_set_retry_write(bio);
  } else {
    self->inner_failed_ = true;
  }
  return -1;
}

long TlsStream::BioControl(BIO* bio, int command, long /*argument*/, void* /*pointer*/) {
  const auto* self = static_cast<const TlsStream*>(BIO_get_data(bio));
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return self->inner_ended_;
  return 0;
}

// --- the handshake ---

// OpenSSL calls this for each certificate of the chain, and for each thing that is wrong with it.
int TlsStream::OnVerified(int accepted, X509_STORE_CTX* store) {
  if (accepted) return 1;
  const void* ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  auto* self = static_cast<TlsStream*>(SSL_get_app_data(static_cast<const SSL*>(ssl)));
  self->verify_failure_ = DescribeVerifyFailure(store, self->peer_);
  return 0;
}

Result<> TlsStream::Prepare(bool is_server, const std::string& server_name) {
  ERR_clear_error();
  ssl_.reset(SSL_new(context_->contexts_.front().get()));
  BIO* bio = ssl_ ? BIO_new(BioMethod()) : nullptr;
  if (!bio) return std::unexpected(TakeTlsError("set up TLS"));
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_verify(ssl_.get(), SSL_get_verify_mode(ssl_.get()), OnVerified);
  if (is_server) {
    SSL_set_accept_state(ssl_.get());
    return {};
  }
  SSL_set_connect_state(ssl_.get());
  return ExpectPeer(server_name);
}

Result<> TlsStream::ExpectPeer(const std::string& server_name) {
  std::string name = server_name;
  if (name.ends_with('.')) name.pop_back();  // in DNS, not in certificates
  peer_ = name.empty() ? "the server" : name;
  if (name.empty()) {
    // OpenSSL takes "no name" for "any name".
    if (context_->verify_) return Fail(ErrorCode::kInvalid, "no server name to verify the certificate by");
    return {};
  }
  if (name.contains('\0')) return Fail(ErrorCode::kInvalid, "a server name contains a zero byte");
  X509_VERIFY_PARAM* expected = SSL_get0_param(ssl_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str()) == 1) return {};
  ERR_clear_error();
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (X509_VERIFY_PARAM_set1_host(expected, name.c_str(), name.size()) != 1 ||
      SSL_set_tlsext_host_name(ssl_.get(), name.c_str()) != 1) {
    ERR_clear_error();
    return Fail(ErrorCode::kInvalid, "not a TLS server name");
  }
  return {};
}

Error TlsStream::HandshakeError(int ssl_error) {
  const std::string what = Format("TLS with {}", peer_);
  if (inner_failed_) {
    ERR_clear_error();
    return inner_->error().In(what);
  }
  if (!verify_failure_.empty()) {
    ERR_clear_error();
    return {ErrorCode::kDenied, verify_failure_};
  }
  if (ssl_error == SSL_ERROR_SSL) return TakeTlsError(what);
  ERR_clear_error();
  return {ErrorCode::kDisconnected, what + ": the connection ended"};
}

Task<Result<std::unique_ptr<Stream>>> TlsStream::Handshake(std::shared_ptr<const TlsContext> context,
                                                           std::unique_ptr<Stream> inner, bool is_server,
                                                           std::string server_name, TimePoint deadline) {
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(context), std::move(inner)));
  if (auto prepared = stream->Prepare(is_server, server_name); !prepared) {
    co_return std::unexpected(prepared.error());
  }
  for (;;) {
    ERR_clear_error();
    const int status = SSL_do_handshake(stream->ssl_.get());
    if (status == 1) co_return std::unique_ptr<Stream>(std::move(stream));
    const int error = SSL_get_error(stream->ssl_.get(), status);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      co_return std::unexpected(stream->HandshakeError(error));
    }
    const Wants wants = error == SSL_ERROR_WANT_READ ? Wants::kRead : Wants::kWrite;
    if (const bool in_time = co_await stream->WaitFor(wants, deadline); !in_time) {
      co_return Fail(ErrorCode::kTimeout, Format("TLS with {}: no answer in time", stream->peer_));
    }
  }
}

// --- reading and writing ---

Io TlsStream::Failed(int ssl_error, const char* what) {
  if (!failed_) {
    failed_ = true;
    if (inner_failed_) {
      error_ = inner_->error();
    } else if (ssl_error == SSL_ERROR_SSL) {
      error_ = TakeTlsError(what);
    } else {
      error_ = Error{ErrorCode::kDisconnected, Format("{}: the connection ended", what)};
    }
  }
  ERR_clear_error();
  return {IoStatus::kFailed};
}

Io TlsStream::TryRead(std::span<char> into) {
  assert(!into.empty());
  if (failed_) return {IoStatus::kFailed};
  ERR_clear_error();
  const int size = static_cast<int>(std::min<size_t>(into.size(), INT_MAX));
  const int bytes = SSL_read(ssl_.get(), into.data(), size);
  read_wants_ = Wants::kNothing;
  if (bytes > 0) return {IoStatus::kOk, static_cast<size_t>(bytes)};
  switch (const int error = SSL_get_error(ssl_.get(), bytes)) {
    case SSL_ERROR_WANT_READ:
      read_wants_ = Wants::kRead;
      return {IoStatus::kWouldBlock};
    case SSL_ERROR_WANT_WRITE:
      read_wants_ = Wants::kWrite;
      return {IoStatus::kWouldBlock};
    case SSL_ERROR_ZERO_RETURN:
      return {IoStatus::kEnd};
    default:
      return Failed(error, "read");
  }
}

Io TlsStream::TryWrite(std::span<const iovec> pieces) {
  if (failed_) return {IoStatus::kFailed};
  std::array<char, kRecordBytesMax> buffer;
  const std::string_view bytes = Gather(pieces, buffer);
  ERR_clear_error();
  const int written = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  write_wants_ = Wants::kNothing;
  if (written > 0) return {IoStatus::kOk, static_cast<size_t>(written)};
  switch (const int error = SSL_get_error(ssl_.get(), written)) {
    case SSL_ERROR_WANT_READ:
      write_wants_ = Wants::kRead;
      return {IoStatus::kWouldBlock};
    case SSL_ERROR_WANT_WRITE:
      write_wants_ = Wants::kWrite;
      return {IoStatus::kWouldBlock};
    default:
      return Failed(error, "write");
  }
}

Waiter TlsStream::WaitFor(Wants wants, TimePoint deadline) {
  switch (wants) {
    case Wants::kRead:
      return inner_->Readable(deadline);
    case Wants::kWrite:
      return inner_->Writable(deadline);
    case Wants::kNothing:
      break;
  }
  return Waiter(loop(), nullptr, deadline, true);
}

// Until an attempt has found nothing there may be decrypted bytes, or whole records that were read ahead.
Waiter TlsStream::Readable(TimePoint deadline) {
  return WaitFor(failed_ ? Wants::kNothing : read_wants_, deadline);
}

Waiter TlsStream::Writable(TimePoint deadline) {
  return WaitFor(failed_ ? Wants::kNothing : write_wants_, deadline);
}

bool TlsStream::PeerClosed() const {
  return inner_->PeerClosed() || (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

std::string_view TlsStream::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

// --- closing ---

// Returns whether there is nothing left to send, be it that sending is impossible.
bool TlsStream::SendClose() {
  ERR_clear_error();
  const int status = SSL_shutdown(ssl_.get());
  const bool would_block = status < 0 && SSL_get_error(ssl_.get(), status) == SSL_ERROR_WANT_WRITE;
  ERR_clear_error();
  return !would_block;
}

Task<void> TlsStream::SendCloseLater() {
  do {
    co_await inner_->Writable(kNever);
  } while (!SendClose());
  inner_->FinishWriting();
}

void TlsStream::FinishWriting() {
  if (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) return;  // SSL_shutdown would read, the second time
  if (failed_ || SendClose()) {
    inner_->FinishWriting();
  } else {
    closing_.Spawn(SendCloseLater());
  }
}

Task<Result<std::unique_ptr<Stream>>> AcceptTls(std::shared_ptr<const TlsContext> context,
                                                std::unique_ptr<Stream> stream, TimePoint deadline) {
  return TlsStream::Handshake(std::move(context), std::move(stream), true, std::string(), deadline);
}

Task<Result<std::unique_ptr<Stream>>> ConnectTls(std::shared_ptr<const TlsContext> context,
                                                 std::unique_ptr<Stream> stream, std::string server_name,
                                                 TimePoint deadline) {
  return TlsStream::Handshake(std::move(context), std::move(stream), false, std::move(server_name), deadline);
}

}  // namespace cairn::net
