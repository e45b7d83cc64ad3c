// The HTTP backend, against our own server over a Unix socket.

#include "state/http_backend.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/strings.h"
#include "base/testing/temporary_directory.h"
#include "http/server.h"
#include "http/testing/peer_process.h"
#include "net/loop.h"
#include "net/socket.h"

namespace cairn::state {
namespace {

// Keeps one state and one lock, as servers for this backend do.
class StateHandler final : public http::Handler {
 public:
  net::Task<void> Handle(http::Exchange& exchange) override {
    std::string body;
    for (;;) {
      const Result<std::string_view> piece = co_await exchange.ReadBody();
      if (!piece) co_return;
      if (piece->empty()) break;
      body += *piece;
    }
    const http::RequestHead& request = exchange.request();
    log.push_back(Format("{} {}", request.method, request.target));
    const http::Field* authorization = request.Find("Authorization");
    if (authorization == nullptr || authorization->value != "Basic dTpw") co_return Answer(exchange, 401, "");
    if (failures > 0 && failures-- > 0) co_return Answer(exchange, 503, "");
    if (request.method == "GET") {
      if (!state) co_return Answer(exchange, 404, "");
      co_return Answer(exchange, 200, *state);
    }
    if (request.method == "POST") {
      const http::Field* digest = request.Find("Content-MD5");
      content_md5 = digest == nullptr ? "" : std::string(digest->value);
      state = body;
    }
    if (request.method == "LOCK") {
      if (lock) co_return Answer(exchange, 423, *lock);
      lock = body;
    }
    if (request.method == "UNLOCK") lock.reset();
    Answer(exchange, 200, "");
  }

  std::optional<std::string> state, lock;
  std::string content_md5;
  int failures = 0;
  std::vector<std::string> log;

 private:
  static void Answer(http::Exchange& exchange, int status, std::string_view body) {
    http::ResponseHead head;
    head.status = status;
    exchange.Respond(head, body);
  }
};

class HttpBackendTest : public testing::Test {
 protected:
  HttpBackendTest() : loop_(clock_), resolver_(socket_), client_(loop_, resolver_), server_(loop_, handler_) {
    auto listener = net::Listener::Open(loop_, *net::Address::Parse("unix:" + socket_));
    server_.Listen(std::move(*listener));
  }

  std::unique_ptr<StateStore> Open(const std::string& password = "p") {
    HttpBackendOptions options{.address = "http://name/state?x=1",
                               .lock_address = "http://name/lock",
                               .unlock_address = "http://name/lock",
                               .username = "u",
                               .password = password,
                               .retry_wait_min = std::chrono::milliseconds(1),
                               .journal_path = directory_ / "journal"};
    backend_ = std::move(*MakeHttpBackend(loop_, client_, std::move(options)));
    return std::move(*backend_->Open("default"));
  }

  TemporaryDirectory directory_;
  const std::string socket_ = directory_ / "socket";
  SystemClock clock_;
  net::Loop loop_;
  http::OneSocketResolver resolver_;
  http::Client client_;
  StateHandler handler_;
  http::Server server_;
  std::unique_ptr<Backend> backend_;
};

TEST_F(HttpBackendTest, ReadsWritesAndLocks) {
  const auto store = Open(), other = Open();
  EXPECT_EQ(*loop_.Run(store->Read()), nullptr);
  const LockInfo info = MakeLockInfo("OperationTypeApply", "1.11.4", "", clock_.WallNow());
  ASSERT_TRUE(loop_.Run(store->Lock(info)));
  const auto refused = loop_.Run(other->Lock(MakeLockInfo("x", "1", "", clock_.WallNow())));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.code, ErrorCode::kConflict);
  EXPECT_EQ(refused.error().holder, info);
  ASSERT_TRUE(loop_.Run(store->Write("the state")));
  EXPECT_EQ(handler_.log.back(), "POST /state?ID=" + info.id + "&x=1");
  EXPECT_EQ(handler_.content_md5, "ekeG7lL/3XxbYqlPrS07ew==") << "of \"the state\"";
  EXPECT_EQ(**loop_.Run(store->Read()), "the state");
  ASSERT_TRUE(loop_.Run(store->Unlock()));
  EXPECT_FALSE(handler_.lock);
  EXPECT_TRUE(loop_.Run(other->Lock(info)));
  EXPECT_TRUE(loop_.Run(store->ForceUnlock(info.id)));
  EXPECT_FALSE(handler_.lock);
}

TEST_F(HttpBackendTest, TriesAgainAndThenSaysWhatIsWrong) {
  const auto store = Open();
  handler_.state = "x";
  handler_.failures = 2;
  EXPECT_EQ(**loop_.Run(store->Read()), "x");
  handler_.failures = 3;
  EXPECT_EQ(loop_.Run(store->Read()).error().code, ErrorCode::kUnavailable);
  const auto denied = Open("wrong");
  const auto refused = loop_.Run(denied->Read());
  EXPECT_EQ(refused.error().code, ErrorCode::kDenied);
  EXPECT_FALSE(refused.error().message.contains("wrong"));
}

TEST_F(HttpBackendTest, HasOneWorkspace) {
  (void)Open();
  EXPECT_FALSE(backend_->Open("other"));
  EXPECT_EQ(loop_.Run(backend_->Workspaces()).error().message, "workspaces not supported");
  EXPECT_FALSE(MakeHttpBackend(loop_, client_, {.address = "ftp://x"}));
}

}  // namespace
}  // namespace cairn::state
