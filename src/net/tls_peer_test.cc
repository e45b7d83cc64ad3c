// TLS against the openssl program, in both directions and with both versions.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "base/testing/temporary_directory.h"
#include "net/process.h"
#include "net/socket.h"
#include "net/testing/certificates.h"
#include "net/tls.h"

namespace cairn::net {
namespace {

using testing::HasSubstr;

struct PipeFds {
  UniqueFd read;
  UniqueFd write;
};

PipeFds OpenPipe() {
  int fds[2] = {-1, -1};
  EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// Blocks until a line or the end.
std::string ReadLine(int fd) {
  std::string line;
  for (char c = 0; read(fd, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

// A running `openssl`. Its standard input is open until the object is destroyed.
struct OpenSsl {
  Subprocess process;
  UniqueFd input;
  UniqueFd output;
};

Task<Result<std::string>> Receive(Stream& stream) {
  std::string bytes, piece(100, '\0');
  while (!bytes.ends_with('\n')) {
    const Result<size_t> size = co_await ReadSome(stream, piece, kNever);
    if (!size) co_return std::unexpected(size.error());
    if (*size == 0) break;
    bytes.append(piece, 0, *size);
  }
  co_return bytes;
}

// Sends a line, returns the line that comes back, and sees the connection end well.
Task<Result<std::string>> Ask(Loop& loop, Address address, std::shared_ptr<const TlsContext> context,
                              std::string line) {
  auto connecting = Connect(loop, address, kNever);
  auto socket = co_await connecting;
  if (!socket) co_return std::unexpected(socket.error());
  auto handshake = ConnectTls(std::move(context), std::move(*socket), "a.example", kNever);
  auto stream = co_await handshake;
  if (!stream) co_return std::unexpected(stream.error());
  if ((*stream)->protocol() != "h2") co_return Fail(ErrorCode::kInternal, "no agreement on h2");
  auto writing = WriteAll(**stream, line, kNever);
  const auto written = co_await writing;
  if (!written) co_return std::unexpected(written.error());
  auto receiving = Receive(**stream);
  auto answer = co_await receiving;
  (*stream)->FinishWriting();
  co_return answer;
}

// Accepts a connection, reads a line, answers with it doubled, and closes.
Task<Result<std::string>> Answer(Listener& listener, std::shared_ptr<const TlsContext> context) {
  auto accepting = listener.Accept();
  auto socket = co_await accepting;
  if (!socket) co_return std::unexpected(socket.error());
  auto handshake = AcceptTls(std::move(context), std::move(*socket), kNever);
  auto stream = co_await handshake;
  if (!stream) co_return std::unexpected(stream.error());
  auto receiving = Receive(**stream);
  auto line = co_await receiving;
  if (!line) co_return line;
  const std::string twice = *line + *line;
  auto writing = WriteAll(**stream, twice, kNever);
  const auto written = co_await writing;
  (*stream)->FinishWriting();
  if (!written) co_return std::unexpected(written.error());
  co_return line;
}

class TlsPeer : public testing::Test {
 protected:
  void SetUp() override {
    if (!Start({"version"})) GTEST_SKIP() << "the openssl program is missing";
  }

  std::optional<OpenSsl> Start(std::vector<std::string> arguments) {
    PipeFds input = OpenPipe(), output = OpenPipe();
    arguments.insert(arguments.begin(), "openssl");
    auto process = Subprocess::Start({.argv = std::move(arguments),
                                      .stdin_fd = input.read.get(),
                                      .stdout_fd = output.write.get(),
                                      .stderr_fd = kNullStream,
                                      .die_with_parent = true});
    if (!process) return std::nullopt;
    return OpenSsl{std::move(*process), std::move(input.write), std::move(output.read)};
  }

  TemporaryDirectory directory_;
  SystemClock clock_;
  Loop loop_{clock_};
  TestAuthority authority_{directory_.path(), "authority"};
  TlsIdentity identity_ = authority_.Issue({.names = {"a.example"}});
};

TEST_F(TlsPeer, OursAsTheClient) {
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    SCOPED_TRACE(version);
    auto server = Start({"s_server", "-accept", "127.0.0.1:0", version, "-rev", "-alpn", "h2", "-cert",
                         identity_.certificate_file, "-key", identity_.key_file, "-Verify", "1",
                         "-verify_return_error", "-CAfile", authority_.ca_file()});
    ASSERT_TRUE(server);
    std::string line;
    do {
      line = ReadLine(server->output.get());
      ASSERT_FALSE(line.empty()) << "openssl s_server did not start";
    } while (!line.starts_with("ACCEPT "));
    const Address address = *Address::Parse(line.substr(7));
    const auto client = TlsContext::ForClient(
        {.ca_file = authority_.ca_file(), .identity = authority_.Issue({}), .protocols = {"http/1.1", "h2"}});
    ASSERT_TRUE(client);
    const auto answer = loop_.Run(Ask(loop_, address, *client, "stressed\n"));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, "desserts\n");
    const auto stranger = TlsContext::ForClient({.ca_file = authority_.ca_file(), .protocols = {"h2"}});
    const auto refused = loop_.Run(Ask(loop_, address, *stranger, "stressed\n"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kDenied) << refused.error().message;
  }
}

TEST_F(TlsPeer, OursAsTheServer) {
  const auto server = TlsContext::ForServer(
      {.identities = {identity_}, .client_ca_file = authority_.ca_file(), .protocols = {"http/1.1"}});
  ASSERT_TRUE(server) << server.error().message;
  const TlsIdentity theirs = authority_.Issue({});
  auto listener = Listener::Open(loop_, *Address::Parse("127.0.0.1:0"));
  ASSERT_TRUE(listener);
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    SCOPED_TRACE(version);
    auto client = Start({"s_client", "-connect", (*listener)->address().ToString(), version, "-quiet",
                         "-servername", "a.example", "-verify_hostname", "a.example", "-verify_return_error",
                         "-CAfile", authority_.ca_file(), "-alpn", "h2,http/1.1", "-cert",
                         theirs.certificate_file, "-key", theirs.key_file});
    ASSERT_TRUE(client);
    ASSERT_EQ(write(client->input.get(), "line\n", 5), 5);
    const auto line = loop_.Run(Answer(**listener, *server));
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_EQ(*line, "line\n");
    EXPECT_EQ(ReadLine(client->output.get()), "line");
    EXPECT_EQ(ReadLine(client->output.get()), "line");
    const auto status = loop_.Run(WaitExit(loop_, client->process, kNever));
    ASSERT_TRUE(status);
    EXPECT_TRUE(status->ok()) << ToString(*status);
  }
}

TEST_F(TlsPeer, OldVersionsAndWeakSuitesAreRefused) {
  const auto server = TlsContext::ForServer({.identities = {identity_}});
  ASSERT_TRUE(server);
  auto listener = Listener::Open(loop_, *Address::Parse("127.0.0.1:0"));
  ASSERT_TRUE(listener);
  const std::vector<std::vector<std::string>> offers = {
      {"-tls1_1", "-cipher", "ALL@SECLEVEL=0"},
      {"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"},
      {"-tls1_2", "-cipher", "AES128-GCM-SHA256"},
  };
  for (const auto& offer : offers) {
    SCOPED_TRACE(offer[2]);
    std::vector<std::string> arguments = {"s_client", "-connect", (*listener)->address().ToString(),
                                          "-quiet"};
    arguments.insert(arguments.end(), offer.begin(), offer.end());
    auto client = Start(std::move(arguments));
    ASSERT_TRUE(client);
    const auto line = loop_.Run(Answer(**listener, *server));
    ASSERT_FALSE(line);
    EXPECT_THAT(line.error().message,
                testing::AnyOf(HasSubstr("unsupported protocol"), HasSubstr("no shared cipher")));
    const auto status = loop_.Run(WaitExit(loop_, client->process, kNever));
    ASSERT_TRUE(status);
    EXPECT_FALSE(status->ok());
  }
}

}  // namespace
}  // namespace cairn::net
