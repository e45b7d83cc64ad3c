// HTTP/2 with real programs: our client against nginx, curl and h2load against our server, and both over TLS
// with ALPN.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/strings.h"
#include "http/client.h"
#include "http/server.h"
#include "http/testing/peer_process.h"
#include "http/testing/test_handler.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/task_group.h"
#include "net/testing/certificates.h"

namespace cairn::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kNginx[] = "/usr/sbin/nginx";
constexpr char kCurl[] = "/usr/bin/curl";
constexpr char kH2load[] = "/usr/bin/h2load";

bool IsInstalled(const char* program) {
  return access(program, X_OK) == 0;
}

Origin OriginAt(bool tls, uint16_t port) {
  return {.tls = tls, .host = "localhost", .port = port};
}

// Our client.

class H2NginxTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!IsInstalled(kNginx)) GTEST_SKIP() << "nginx is not installed";
    const std::string config = Format(
        "daemon off; master_process off; worker_processes 1; pid {0}/pid; error_log {0}/log;\n"
        "events {{ worker_connections 256; }}\n"
        "http {{ access_log off; client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n"
        "  fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;\n"
        "  server {{ listen unix:{0}/inner; client_max_body_size 8m;\n"
        "    location / {{ return 200 \"$request_method $content_length\"; }} }}\n"
        "  server {{ listen unix:{0}/socket http2; root {0}; client_max_body_size 1m;\n"
        "    keepalive_requests 20; http2_max_concurrent_streams 4;\n"
        "    location = /who {{ return 200 \"$server_protocol $host $http_x_a\"; }}\n"
        "    location = /length {{ proxy_pass http://unix:{0}/inner:/; }} }} }}\n",
        directory_.path());
    ASSERT_TRUE(WriteFileAtomically(directory_ / "conf", config));
    ASSERT_TRUE(WriteFileAtomically(directory_ / "large", large_));
    SubprocessOptions options;
    options.argv = {kNginx, "-c", directory_ / "conf", "-p", directory_.path(), "-e", directory_ / "log"};
    options.die_with_parent = true;
    auto started = Subprocess::Start(options);
    ASSERT_TRUE(started) << started.error().message;
    nginx_.emplace(std::move(*started));
    ASSERT_TRUE(loop_.Run(Listens(loop_, directory_ / "socket")));
  }

  void TearDown() override {
    if (!nginx_) return;
    nginx_->Kill(SIGTERM);
    nginx_->Wait();
  }

  static ClientOptions Options() {
    ClientOptions options;
    options.http2_prior_knowledge = true;
    options.message.body_bytes_max = 8 << 20;
    return options;
  }

  net::Task<void> Collect(ClientRequest request, std::string body, std::vector<std::string>& answers) {
    Origin origin = OriginAt(false, 80);
    const auto response = co_await client_.Fetch(std::move(origin), request, std::move(body), kNever);
    answers.push_back(response ? Format("{} {}", response->status, response->body)
                               : response.error().message);
  }

  std::string Fetch(const ClientRequest& request, std::string body = {}) {
    std::vector<std::string> answers;
    loop_.Run(Collect(request, std::move(body), answers));
    return answers.at(0);
  }

  TemporaryDirectory directory_;
  SystemClock clock_;
  net::Loop loop_{clock_};
  OneSocketResolver resolver_{directory_ / "socket"};
  Client client_{loop_, resolver_, Options()};
  std::optional<Subprocess> nginx_;
  const std::string large_ = std::string(3'000'000, 'l') + "end";
};

ClientRequest To(std::string_view target, std::string_view method = "GET") {
  ClientRequest request;
  request.method = method;
  request.target = target;
  return request;
}

TEST_F(H2NginxTest, FetchesSmallAndLarge) {
  ClientRequest request = To("/who");
  const Field field{"X-A", "b"};
  request.fields = {&field, 1};
  EXPECT_EQ(Fetch(request), "200 HTTP/2.0 localhost b");
  EXPECT_EQ(Fetch(To("/large")), "200 " + large_);
  EXPECT_EQ(Fetch(To("/large", "HEAD")), "200 ");
  EXPECT_THAT(Fetch(To("/missing")), StartsWith("404 "));
}

TEST_F(H2NginxTest, SendsBodies) {
  EXPECT_EQ(Fetch(To("/length", "POST"), std::string(70'000, 'x')), "200 POST 70000");
  EXPECT_EQ(Fetch(To("/length", "PUT"), std::string(1'000'000, 'x')), "200 PUT 1000000");
  EXPECT_THAT(Fetch(To("/length", "PUT"), std::string(5'000'000, 'x')), StartsWith("413 "));
}

// nginx allows four at a time, and leaves each connection after twenty.
TEST_F(H2NginxTest, KeepsToItsLimitsWithManyRequestsAtOnce) {
  std::vector<std::string> answers;
  for (int round = 0; round < 20; ++round) {
    net::TaskGroup group(loop_);
    for (int i = 0; i < 10; ++i) group.Spawn(Collect(To("/who"), {}, answers));
    const auto all = [](net::TaskGroup& tasks) -> net::Task<void> { co_await tasks.Empty(); };
    loop_.Run(all(group));
  }
  ASSERT_EQ(answers.size(), 200u);
  for (const std::string& answer : answers) EXPECT_EQ(answer, "200 HTTP/2.0 localhost ");
}

// Our server.

class H2CurlTest : public testing::Test {
 protected:
  H2CurlTest() : handler_(loop_) {}

  void Listen(const ServerOptions& options) {
    server_.emplace(loop_, handler_, options);
    auto listener = net::Listener::Open(loop_, *net::Address::Parse("127.0.0.1:0"));
    ASSERT_TRUE(listener);
    port_ = (*listener)->address().port();
    server_->Listen(std::move(*listener));
  }

  std::string Url(std::string_view path, std::string_view scheme = "http") const {
    return Format("{}://localhost:{}{}", scheme, port_, path);
  }

  std::string Output(std::vector<std::string> argv) { return loop_.Run(OutputOf(loop_, std::move(argv))); }

  std::string Curl(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv = {
        kCurl, "-q", "-s", "-S", "--max-time", "20", "--resolve", Format("localhost:{}:127.0.0.1", port_)};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return Output(std::move(argv));
  }

  TemporaryDirectory directory_;
  SystemClock clock_;
  net::Loop loop_{clock_};
  TestHandler handler_;
  std::optional<Server> server_;
  uint16_t port_ = 0;
};

TEST_F(H2CurlTest, AnswersWithPriorKnowledge) {
  if (!IsInstalled(kCurl)) GTEST_SKIP() << "curl is not installed";
  Listen({});
  EXPECT_EQ(Curl({"--http2-prior-knowledge", "-w", " %{http_version}", Url("/a")}), "hello /a 2");
  EXPECT_EQ(Curl({"--http2-prior-knowledge", Url("/stream?50000")}), std::string(50'000, 's'));
  EXPECT_THAT(Curl({"--http2-prior-knowledge", "-I", Url("/a")}), HasSubstr("content-length: 8\r\n"));
}

TEST_F(H2CurlTest, TakesUploads) {
  if (!IsInstalled(kCurl)) GTEST_SKIP() << "curl is not installed";
  Listen({});
  const std::string upload = directory_ / "upload";
  const std::string body(900'000, 'u');
  ASSERT_TRUE(WriteFileAtomically(upload, body));
  EXPECT_EQ(Curl({"--http2-prior-knowledge", "--data-binary", "@" + upload, Url("/duplex")}), body);
  EXPECT_EQ(Curl({"--http2-prior-knowledge", "--data-binary", "@" + upload, "-H", "Expect: 100-continue",
                  "-H", "Content-Length:", Url("/echo")}),
            body);
}

TEST_F(H2CurlTest, WithstandsH2load) {
  if (!IsInstalled(kH2load)) GTEST_SKIP() << "h2load is not installed";
  Listen({});
  const std::string upload = directory_ / "upload";
  ASSERT_TRUE(WriteFileAtomically(upload, std::string(100'000, 'u')));
  EXPECT_THAT(Output({kH2load, "-n", "5000", "-c", "5", "-m", "20", Format("http://127.0.0.1:{}/a", port_)}),
              HasSubstr("5000 succeeded, 0 failed"));
  EXPECT_THAT(Output({kH2load, "-n", "200", "-c", "2", "-m", "50", "-d", upload,
                      Format("http://127.0.0.1:{}/duplex", port_)}),
              HasSubstr("200 succeeded, 0 failed"));
  // Small windows.
  EXPECT_THAT(Output({kH2load, "-n", "50", "-c", "2", "-m", "10", "-w", "10", "-W", "12",
                      Format("http://127.0.0.1:{}/stream?100000", port_)}),
              HasSubstr("50 succeeded, 0 failed"));
}

TEST_F(H2CurlTest, IsChosenByAlpn) {
  net::TestAuthority authority(directory_.path(), "authority");
  net::TlsContext::ServerOptions tls;
  tls.identities = {authority.Issue({.names = {"localhost"}})};
  tls.protocols = {"h2", "http/1.1"};
  auto context = net::TlsContext::ForServer(tls);
  ASSERT_TRUE(context) << context.error().message;
  ServerOptions options;
  options.tls = *context;
  Listen(options);
  if (IsInstalled(kCurl)) {
    EXPECT_EQ(Curl({"--cacert", authority.ca_file(), "-w", " %{http_version}", Url("/a", "https")}),
              "hello /a 2");
    EXPECT_EQ(
        Curl({"--cacert", authority.ca_file(), "--http1.1", "-w", " %{http_version}", Url("/a", "https")}),
        "hello /a 1.1");
  }
  net::TlsContext::ClientOptions trust;
  trust.ca_file = authority.ca_file();
  trust.protocols = {"h2", "http/1.1"};
  auto client_context = net::TlsContext::ForClient(trust);
  ASSERT_TRUE(client_context) << client_context.error().message;
  auto resolver = net::OpenSystemResolver(loop_);
  ASSERT_TRUE(resolver);
  ClientOptions client_options;
  client_options.tls = *client_context;
  Client client(loop_, **resolver, client_options);
  ClientRequest request = To("/echo", "POST");
  const std::string body(500'000, 'b');
  const auto response = loop_.Run(client.Fetch(OriginAt(true, port_), request, body, kNever));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, body);
  ASSERT_FALSE(response->fields.empty());
  EXPECT_EQ(response->fields[0].first, "date");  // in lower case: it was HTTP/2
}

}  // namespace
}  // namespace cairn::http
