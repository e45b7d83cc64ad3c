// Our client against nginx, and curl against our server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/client.h"
#include "http/server.h"
#include "http/testing/peer_process.h"
#include "http/testing/test_handler.h"
#include "net/loop.h"
#include "net/socket.h"

namespace cairn::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

bool IsInstalled(const char* program) {
  return access(program, X_OK) == 0;
}

constexpr char kNginx[] = "/usr/sbin/nginx";
constexpr char kCurl[] = "/usr/bin/curl";

class NginxTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!IsInstalled(kNginx)) GTEST_SKIP() << "nginx is not installed";
    const std::string config = Format(
        "daemon off; master_process off; worker_processes 1; pid {0}/pid; error_log {0}/log;\n"
        "events {{ worker_connections 64; }}\n"
        "http {{ access_log off; client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n"
        "  fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;\n"
        "  server {{ listen unix:{0}/socket; root {0}; keepalive_requests 3; client_max_body_size 100k;\n"
        "    location = /who {{ return 200 \"$connection_requests $host $http_x_a\"; }}\n"
        "    location = /early {{ return 403 no; }}\n"
        "    location = /length {{ proxy_pass http://unix:{0}/socket:/seen; }}\n"
        "    location = /seen {{ return 200 \"$request_method $content_length\"; }}\n"
        "    location = /chunked.txt {{ ssi on; ssi_types text/plain; default_type text/plain; }} }} }}\n",
        directory_.path());
    ASSERT_TRUE(WriteFileAtomically(directory_ / "conf", config));
    ASSERT_TRUE(WriteFileAtomically(directory_ / "large", large_));
    ASSERT_TRUE(
        WriteFileAtomically(directory_ / "chunked.txt", "one <!--#echo var=\"request_method\" --> two"));
    SubprocessOptions options;
    options.argv = {kNginx, "-c", directory_ / "conf", "-p", directory_.path(), "-e", directory_ / "log"};
    options.die_with_parent = true;
    auto started = Subprocess::Start(options);
    ASSERT_TRUE(started) << started.error().message;
    nginx_.emplace(std::move(*started));
    ASSERT_TRUE(loop_.Run(Listens(loop_, directory_ / "socket"))) << *ReadFile(directory_ / "log", 10'000);
  }

  void TearDown() override {
    if (!nginx_) return;
    nginx_->Kill(SIGTERM);
    nginx_->Wait();
  }

  FetchedResponse Fetch(const ClientRequest& request, std::string body = {}) {
    Origin origin{.tls = false, .host = "name", .port = 80};
    auto response = loop_.Run(
        client_.Fetch(std::move(origin), request, std::move(body), clock_.Now() + std::chrono::seconds(30)));
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : FetchedResponse();
  }

  static ClientOptions Options() {
    ClientOptions options;
    options.message.body_bytes_max = 8 << 20;
    return options;
  }

  TemporaryDirectory directory_;
  SystemClock clock_;
  net::Loop loop_{clock_};
  OneSocketResolver resolver_{directory_ / "socket"};
  Client client_{loop_, resolver_, Options()};
  std::optional<Subprocess> nginx_;
  const std::string large_ = std::string(3'000'000, 'l') + "end";
};

TEST_F(NginxTest, KeepsConnectionsAsLongAsNginxDoes) {
  ClientRequest request;
  request.target = "/who";
  const Field field{"X-A", "b"};
  request.fields = {&field, 1};
  for (const std::string_view expected : {"1 name b", "2 name b", "3 name b", "1 name b"}) {
    EXPECT_EQ(Fetch(request).body, expected);
  }
}

TEST_F(NginxTest, FetchesALargeFileAndAChunkedOne) {
  ClientRequest request;
  request.target = "/large";
  EXPECT_EQ(Fetch(request).body, large_);
  request.target = "/chunked.txt";
  const FetchedResponse chunked = Fetch(request);
  EXPECT_EQ(chunked.body, "one GET two");
  bool is_chunked = false;
  for (const auto& [name, value] : chunked.fields)
    is_chunked |= name == "Transfer-Encoding" && value == "chunked";
  EXPECT_TRUE(is_chunked);
  request.target = "/large";
  request.method = "HEAD";
  EXPECT_EQ(Fetch(request).body, "");
  request.target = "/missing";
  EXPECT_EQ(Fetch(request).status, 404);
}

TEST_F(NginxTest, SendsBodies) {
  ClientRequest request;
  request.method = "POST";
  request.target = "/length";  // nginx receives the body and passes its length on
  EXPECT_EQ(Fetch(request).body, "POST 0");
  EXPECT_EQ(Fetch(request, std::string(70'000, 'x')).body, "POST 70000");
  request.expect_continue = true;
  EXPECT_EQ(Fetch(request, std::string(70'000, 'x')).body, "POST 70000");
  EXPECT_EQ(Fetch(request, std::string(5'000'000, 'x')).status, 413);
  request.expect_continue = false;
  EXPECT_EQ(Fetch(request, std::string(5'000'000, 'x')).status, 413);
}

// Streams a body of unknown length.
net::Task<std::string> SendChunks(Client& client) {
  ClientRequest request;
  request.method = "PUT";
  request.target = "/length";
  request.body = BodyKind::kStreamed;
  Origin origin{.tls = false, .host = "name", .port = 80};
  auto exchange = co_await client.Send(std::move(origin), request, kNever);
  if (!exchange) co_return exchange.error().message;
  const std::string piece(7'000, 'p');
  for (int i = 0; i < 3; ++i) {
    const auto sent = co_await (*exchange)->WriteBody(piece);
    if (!sent) co_return sent.error().message;
  }
  const auto finished = co_await (*exchange)->FinishBody();
  if (!finished) co_return finished.error().message;
  const auto head = co_await (*exchange)->ReadHead(kNever);
  if (!head) co_return head.error().message;
  const auto body = co_await (*exchange)->ReadBody(kNever);
  co_return body ? std::string(*body) : body.error().message;
}

TEST_F(NginxTest, SendsChunks) {
  EXPECT_EQ(loop_.Run(SendChunks(client_)), "PUT 21000");
}

class CurlTest : public testing::Test {
 protected:
  CurlTest() : handler_(loop_), server_(loop_, handler_) {
    auto listener = net::Listener::Open(loop_, *net::Address::Parse("unix:" + (directory_ / "socket")));
    EXPECT_TRUE(listener);
    server_.Listen(std::move(*listener));
  }

  void SetUp() override {
    if (!IsInstalled(kCurl)) GTEST_SKIP() << "curl is not installed";
  }

  std::string Curl(std::vector<std::string> arguments) {
    std::vector<std::string> argv = {
        kCurl, "-q", "-s", "-S", "--max-time", "20", "--unix-socket", directory_ / "socket"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return loop_.Run(OutputOf(loop_, std::move(argv)));
  }

  TemporaryDirectory directory_;
  SystemClock clock_;
  net::Loop loop_{clock_};
  TestHandler handler_;
  Server server_;
};

TEST_F(CurlTest, ReusesTheConnection) {
  EXPECT_EQ(Curl({"-w", " %{num_connects};", "http://h/a", "http://h/b", "http://h/stream?5"}),
            "hello /a 1;hello /b 0;sssss 0;");
}

TEST_F(CurlTest, AsksForHeads) {
  EXPECT_THAT(Curl({"-I", "http://h/a"}), HasSubstr("Content-Length: 8\r\n"));
}

TEST_F(CurlTest, Uploads) {
  const std::string upload = directory_ / "upload";
  const std::string body(900'000, 'u');
  ASSERT_TRUE(WriteFileAtomically(upload, body));
  EXPECT_EQ(Curl({"--data-binary", "@" + upload, "-H", "Expect: 100-continue", "http://h/echo"}), body);
  EXPECT_EQ(Curl({"--data-binary", "@" + upload, "-H", "Transfer-Encoding: chunked", "http://h/echo"}), body);
  EXPECT_EQ(Curl({"--data-binary", "@" + upload, "-H", "Transfer-Encoding: chunked", "http://h/duplex"}),
            body);
  EXPECT_THAT(Curl({"--data-binary", "@" + upload, "-w", "%{http_code} %{size_upload}", "-H",
                    "Expect: 100-continue", "http://h/ignored"}),
              StartsWith("hello /ignored200 "));
}

TEST_F(CurlTest, TellsWhenABodyIsTooLarge) {
  const std::string upload = directory_ / "upload";
  ASSERT_TRUE(WriteFileAtomically(upload, std::string(2'000'000, 'u')));
  EXPECT_EQ(Curl({"-o", "/dev/null", "--data-binary", "@" + upload, "-w", "%{http_code}", "http://h/echo"}),
            "413");
}

TEST_F(CurlTest, SpeaksHttp10) {
  EXPECT_EQ(Curl({"--http1.0", "http://h/stream?3000"}), std::string(3000, 's'));
  EXPECT_EQ(Curl({"--http1.0", "-w", " %{num_connects};", "-H", "Connection: keep-alive", "http://h/a",
                  "http://h/b"}),
            "hello /a 1;hello /b 0;");
}

}  // namespace
}  // namespace cairn::http
