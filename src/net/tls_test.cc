#include "net/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "base/testing/manual_clock.h"
#include "base/testing/temporary_directory.h"
#include "net/loop.h"
#include "net/task_group.h"
#include "net/testing/certificates.h"
#include "net/testing/pipe.h"

namespace cairn::net {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using Context = std::shared_ptr<const TlsContext>;
using Shaken = std::optional<Result<std::unique_ptr<Stream>>>;

Task<void> Serve(Context context, std::unique_ptr<Stream> stream, TimePoint deadline, Shaken& shaken) {
  shaken = co_await AcceptTls(std::move(context), std::move(stream), deadline);
}

Task<void> Dial(Context context, std::unique_ptr<Stream> stream, std::string name, Shaken& shaken) {
  shaken = co_await ConnectTls(std::move(context), std::move(stream), std::move(name), kNever);
}

// Writes all of `bytes` in random pieces, several at a time, and announces the end.
Task<void> Send(Stream& stream, std::string bytes, unsigned seed, bool& sent) {
  std::mt19937 random(seed);
  std::string_view left = bytes;
  while (!left.empty()) {
    std::array<iovec, 4> pieces{};
    std::string_view rest = left;
    for (iovec& piece : pieces) {
      const size_t size = std::min<size_t>(rest.size(), random() % (random() % 4 == 0 ? 40000 : 300));
      piece = {const_cast<char*>(rest.data()), size};
      rest.remove_prefix(size);
    }
    if (rest.size() == left.size()) continue;
    for (;;) {
      const Io io = stream.TryWrite(pieces);
      if (io.status == IoStatus::kFailed) co_return;
      if (io.status == IoStatus::kOk) {
        left.remove_prefix(io.bytes);
        break;
      }
      co_await stream.Writable(kNever);
    }
  }
  stream.FinishWriting();
  sent = true;
}

Task<void> Receive(Stream& stream, size_t piece_bytes, std::string& bytes, std::optional<Result<>>& ended) {
  std::string piece(piece_bytes, '\0');
  for (;;) {
    const Result<size_t> size = co_await ReadSome(stream, piece, kNever);
    if (!size) ended = std::unexpected(size.error());
    if (size && *size == 0) ended = Result<>();
    if (ended) co_return;
    bytes.append(piece.data(), *size);
  }
}

std::string RandomBytes(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

class Tls : public testing::Test {
 protected:
  Context Server(TlsContext::ServerOptions options) {
    auto context = TlsContext::ForServer(options);
    EXPECT_TRUE(context) << context.error().message;
    return *context;
  }
  Context Server() { return Server({.identities = {identity_}}); }

  Context Client(TlsContext::ClientOptions options) {
    auto context = TlsContext::ForClient(options);
    EXPECT_TRUE(context) << context.error().message;
    return *context;
  }
  Context Client() { return Client({.ca_file = authority_.ca_file()}); }

  // Both sides of a handshake, until nothing more happens.
  void Shake(Context server, Context client, std::string name = "a.example", PipeOptions options = {}) {
    auto [near, far] = MakePipe(loop_, options);
    group_.Spawn(Serve(std::move(server), std::move(near), kNever, server_));
    group_.Spawn(Dial(std::move(client), std::move(far), std::move(name), client_));
    loop_.RunUntilIdle();
    ASSERT_TRUE(server_ && client_) << "the handshake hangs";
  }

  void ExpectShaken() {
    ASSERT_TRUE(*server_) << server_->error().message;
    ASSERT_TRUE(*client_) << client_->error().message;
    EXPECT_TRUE((**server_)->encrypted() && (**client_)->encrypted());
  }

  // The client refuses the server's certificate, for a reason that its message gives.
  void ExpectClientRefuses(const std::string& reason) {
    ASSERT_FALSE(*client_);
    EXPECT_EQ(client_->error().code, ErrorCode::kDenied);
    EXPECT_THAT(client_->error().message, HasSubstr(reason));
    EXPECT_FALSE(*server_);
  }

  Stream& server_side() { return ***server_; }
  Stream& client_side() { return ***client_; }

  TemporaryDirectory directory_;
  ManualClock clock_;
  Loop loop_{clock_};
  TestAuthority authority_{directory_.path(), "authority"};
  TlsIdentity identity_ = authority_.Issue({.names = {"a.example", "127.0.0.1", "::1"}});
  Shaken server_, client_;
  TaskGroup group_{loop_};
};

TEST_F(Tls, CarriesBytesBothWaysInWhateverPiecesTheyCome) {
  struct Case {
    size_t capacity, read_bytes_max, piece_bytes, bytes;
  };
  for (const Case& c : {Case{1, 1, 1, 2000}, Case{7, 3, 5, 20000}, Case{1000, SIZE_MAX, 100, 200000},
                        Case{65536, SIZE_MAX, 65536, 2000000}, Case{65536, 4096, 1000, 500000}}) {
    server_.reset(), client_.reset();
    Shake(Server(), Client(), "a.example", {.capacity = c.capacity, .read_bytes_max = c.read_bytes_max});
    ExpectShaken();
    const std::string up = RandomBytes(c.bytes, 1), down = RandomBytes(c.bytes, 2);
    std::string at_server, at_client;
    std::optional<Result<>> server_ended, client_ended;
    bool client_sent = false, server_sent = false;
    group_.Spawn(Send(client_side(), up, 3, client_sent));
    group_.Spawn(Receive(server_side(), c.piece_bytes, at_server, server_ended));
    group_.Spawn(Send(server_side(), down, 4, server_sent));
    group_.Spawn(Receive(client_side(), c.piece_bytes, at_client, client_ended));
    loop_.RunUntilIdle();
    EXPECT_TRUE(client_sent && server_sent);
    EXPECT_TRUE(server_ended && *server_ended && client_ended && *client_ended);
    EXPECT_TRUE(at_server == up && at_client == down) << c.capacity;
    EXPECT_EQ(group_.size(), 0u);
  }
}

TEST_F(Tls, ReadingGoesOnAfterOnesOwnEnd) {
  Shake(Server(), Client());
  ExpectShaken();
  std::string at_server, at_client;
  std::optional<Result<>> server_ended, client_ended;
  bool asked = false, answered = false;
  group_.Spawn(Send(client_side(), "question", 1, asked));
  group_.Spawn(Receive(server_side(), 100, at_server, server_ended));
  loop_.RunUntilIdle();
  EXPECT_EQ(at_server, "question");
  client_side().FinishWriting();  // nothing more happens
  ASSERT_TRUE(server_ended && *server_ended);
  EXPECT_TRUE(server_side().PeerClosed());
  EXPECT_FALSE(client_side().PeerClosed());
  group_.Spawn(Send(server_side(), "answer", 1, answered));
  group_.Spawn(Receive(client_side(), 100, at_client, client_ended));
  loop_.RunUntilIdle();
  EXPECT_EQ(at_client, "answer");
  ASSERT_TRUE(client_ended && *client_ended) << client_ended->error().message;
}

TEST_F(Tls, TheEndIsAnnouncedOnceThereIsRoomForIt) {
  // Room for the record with the text (5 + 17 + 40 bytes), and then not for the announcement.
  Shake(Server(), Client(), "a.example", {.capacity = 64});
  ExpectShaken();
  bool sent = false;
  group_.Spawn(Send(server_side(), std::string(40, 'x'), 1, sent));
  loop_.RunUntilIdle();
  ASSERT_TRUE(sent);
  std::string received;
  std::optional<Result<>> ended;
  group_.Spawn(Receive(client_side(), 100, received, ended));
  loop_.RunUntilIdle();
  EXPECT_EQ(received, std::string(40, 'x'));
  ASSERT_TRUE(ended);
  EXPECT_TRUE(*ended);
}

TEST_F(Tls, AConnectionThatIsCutIsNotTakenForItsEnd) {
  Shake(Server(), Client());
  ExpectShaken();
  const std::string text = "half of a mess";
  const iovec piece{const_cast<char*>(text.data()), text.size()};
  ASSERT_EQ(server_side().TryWrite({&piece, 1}).bytes, text.size());
  server_.reset();  // closes the pipe without FinishWriting
  std::string received;
  std::optional<Result<>> ended;
  group_.Spawn(Receive(client_side(), 100, received, ended));
  loop_.RunUntilIdle();
  EXPECT_EQ(received, text);
  ASSERT_TRUE(ended && !*ended);
  EXPECT_EQ(ended->error().code, ErrorCode::kDisconnected);
  EXPECT_EQ(client_side().TryWrite({&piece, 1}).status, IoStatus::kFailed);
  EXPECT_TRUE(client_side().PeerClosed());
}

TEST_F(Tls, TheServerChoosesItsCertificateByTheNameAskedFor) {
  const TlsIdentity second = authority_.Issue({.names = {"b.example", "*.Wild.example"}});
  const Context server = Server({.identities = {identity_, second}});
  for (const std::string name :
       {"a.example", "A.Example", "b.example", "x.wild.example", "b.example.", "::1"}) {
    SCOPED_TRACE(name);
    server_.reset(), client_.reset();
    Shake(server, Client(), name);
    ExpectShaken();
  }
  for (const std::string name : {"c.example", "wild.example", "x.y.wild.example", "127.0.0.2"}) {
    server_.reset(), client_.reset();
    Shake(server, Client(), name);
    ExpectClientRefuses("is not for " + name + " but for a.example, 127.0.0.1, ::1");
  }
}

TEST_F(Tls, TheServersPreferenceDecidesAboutTheProtocol) {
  const Context server = Server({.identities = {identity_}, .protocols = {"h2", "http/1.1"}});
  struct Case {
    std::vector<std::string> offered;
    std::string agreed;
  };
  for (const Case& c : {Case{{"http/1.1", "h2"}, "h2"}, Case{{"http/1.1"}, "http/1.1"}, Case{{}, ""}}) {
    server_.reset(), client_.reset();
    Shake(server, Client({.ca_file = authority_.ca_file(), .protocols = c.offered}));
    ExpectShaken();
    EXPECT_EQ(server_side().protocol(), c.agreed);
    EXPECT_EQ(client_side().protocol(), c.agreed);
  }
  server_.reset(), client_.reset();
  Shake(server, Client({.ca_file = authority_.ca_file(), .protocols = {"spdy/1"}}));
  ASSERT_FALSE(*client_);
  EXPECT_FALSE(*server_);
  EXPECT_THAT(client_->error().message, HasSubstr("no application protocol"));
}

TEST_F(Tls, ClientsNeedACertificateThatTheServersAuthoritySigned) {
  TestAuthority strangers(directory_.path(), "strangers");
  const Context server = Server({.identities = {identity_}, .client_ca_file = authority_.ca_file()});
  Shake(server, Client({.ca_file = authority_.ca_file(), .identity = authority_.Issue({})}));
  ExpectShaken();

  struct Case {
    TlsIdentity identity;
    std::string reason;
  };
  for (const Case& c :
       {Case{{}, "no certificate"},
        Case{strangers.Issue({}), "the client is signed by an unknown authority, \"CN=strangers\""},
        Case{authority_.Issue({.valid_until = hours(-1) / 2}), "expired on"}}) {
    server_.reset(), client_.reset();
    Shake(server, Client({.ca_file = authority_.ca_file(), .identity = c.identity}));
    ASSERT_FALSE(*server_);
    EXPECT_EQ(server_->error().code, ErrorCode::kDenied);
    EXPECT_THAT(server_->error().message, HasSubstr(c.reason));
    ASSERT_TRUE(*client_);  // TLS 1.3: it has finished before it is refused
    std::string received;
    std::optional<Result<>> ended;
    group_.Spawn(Receive(client_side(), 10, received, ended));
    loop_.RunUntilIdle();
    ASSERT_TRUE(ended && !*ended);
    EXPECT_EQ(ended->error().code, ErrorCode::kDenied) << ended->error().message;
  }
}

TEST_F(Tls, AnUnknownAuthorityIsRefused) {
  TestAuthority strangers(directory_.path(), "strangers");
  Shake(Server(), Client({.ca_file = strangers.ca_file()}));
  ExpectClientRefuses("the certificate of a.example is signed by an unknown authority, \"CN=authority\"");
  EXPECT_EQ(server_->error().code, ErrorCode::kDenied);
  EXPECT_THAT(server_->error().message, HasSubstr("the peer says: "));
}

TEST_F(Tls, TheSystemsAuthoritiesDoNotIncludeTheTests) {
  Shake(Server(), Client({}));
  ExpectClientRefuses("unknown authority");
}

TEST_F(Tls, CertificatesOutsideTheirTimeAreRefused) {
  const TlsIdentity expired = authority_.Issue({.names = {"a.example"}, .valid_until = hours(-1) / 2});
  Shake(Server({.identities = {expired}}), Client());
  ExpectClientRefuses("the certificate of a.example expired on ");
  server_.reset(), client_.reset();
  const TlsIdentity early = authority_.Issue({.names = {"a.example"}, .valid_from = hours(1)});
  Shake(Server({.identities = {early}}), Client());
  ExpectClientRefuses("the certificate of a.example is not valid before ");
}

TEST_F(Tls, WithoutVerificationAnyCertificateWillDo) {
  const TlsIdentity expired = authority_.Issue({.names = {"other"}, .valid_until = hours(-1) / 2});
  Shake(Server({.identities = {expired}}), Client({.verify = false}), "");
  ExpectShaken();
}

TEST_F(Tls, VerificationNeedsAName) {
  for (const std::string& name : {std::string(), std::string("."), std::string("a.example\0x", 11)}) {
    server_.reset(), client_.reset();
    Shake(Server(), Client(), name);
    ASSERT_FALSE(*client_);
    EXPECT_EQ(client_->error().code, ErrorCode::kInvalid);
    EXPECT_EQ(server_->error().code, ErrorCode::kDisconnected);
  }
}

TEST_F(Tls, AHandshakeHasADeadline) {
  auto [near, far] = MakePipe(loop_);
  group_.Spawn(Serve(Server(), std::move(near), clock_.Now() + std::chrono::seconds(5), server_));
  clock_.Advance(std::chrono::seconds(4));
  loop_.RunUntilIdle();
  EXPECT_FALSE(server_);
  clock_.Advance(std::chrono::seconds(1));
  loop_.RunUntilIdle();
  ASSERT_TRUE(server_ && !*server_);
  EXPECT_EQ(server_->error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(far->PeerClosed());
}

TEST_F(Tls, APeerThatDoesNotSpeakTlsIsNamedSo) {
  auto [near, far] = MakePipe(loop_);
  bool sent = false;
  group_.Spawn(Send(*far, "HTTP/1.1 400 Bad Request\r\n\r\n", 1, sent));
  group_.Spawn(Dial(Client(), std::move(near), "a.example", client_));
  loop_.RunUntilIdle();
  ASSERT_TRUE(client_ && !*client_);
  EXPECT_EQ(client_->error().message, "TLS with a.example: the peer does not speak TLS");
}

TEST_F(Tls, AResetDuringTheHandshakeIsADisconnection) {
  auto [near, far] = MakePipe(loop_);
  group_.Spawn(Serve(Server(), std::move(near), kNever, server_));
  far->Reset();
  loop_.RunUntilIdle();
  ASSERT_TRUE(server_ && !*server_);
  EXPECT_EQ(server_->error().code, ErrorCode::kDisconnected);
}

TEST_F(Tls, ContextsNameTheFileThatIsWrong) {
  const std::string garbage = directory_ / "garbage.pem";
  std::ofstream(garbage) << "not a certificate\n";
  const std::string missing = directory_ / "missing.pem";
  const TlsIdentity other = authority_.Issue({});
  struct Case {
    TlsIdentity identity;
    std::string ca_file, named;
    ErrorCode code;
  };
  const std::string ca = authority_.ca_file();
  for (const Case& c :
       {Case{{missing, identity_.key_file}, ca, missing, ErrorCode::kNotFound},
        Case{{identity_.certificate_file, missing}, ca, missing, ErrorCode::kNotFound},
        Case{identity_, missing, missing, ErrorCode::kNotFound},
        Case{{garbage, identity_.key_file}, ca, garbage, ErrorCode::kInvalid},
        Case{{identity_.certificate_file, garbage}, ca, garbage, ErrorCode::kInvalid},
        Case{{identity_.certificate_file, other.key_file}, ca, other.key_file, ErrorCode::kInvalid},
        Case{identity_, garbage, garbage, ErrorCode::kInvalid}}) {
    const auto server = TlsContext::ForServer({.identities = {c.identity}, .client_ca_file = c.ca_file});
    const auto client = TlsContext::ForClient({.ca_file = c.ca_file, .identity = c.identity});
    ASSERT_FALSE(server);
    ASSERT_FALSE(client);
    EXPECT_EQ(server.error().code, c.code) << server.error().message;
    EXPECT_EQ(client.error().code, c.code) << client.error().message;
    EXPECT_THAT(server.error().message, HasSubstr(c.named));
    EXPECT_THAT(client.error().message, HasSubstr(c.named));
  }
  EXPECT_EQ(TlsContext::ForServer({}).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(TlsContext::ForClient({.protocols = {""}}).error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace cairn::net
