// WebSockets: our two ends against each other, and each against python3-websockets.

#include "http/websocket.h"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "http/server.h"
#include "http/testing/peer_process.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/task_group.h"

namespace cairn::http {
namespace {

using std::chrono::seconds;

constexpr char kPython[] = "/usr/bin/python3";
const Origin kOrigin{.tls = false, .host = "name", .port = 80};

// Says every message back, and remembers how it ended.
class EchoHandler final : public Handler {
 public:
  net::Task<void> Handle(Exchange& exchange) override {
    WebSocketOptions options;
    options.message_bytes_max = 200'000;
    options.protocols = {"better", "good"};
    auto socket = co_await AcceptWebSocket(exchange, std::move(options));
    if (!socket) co_return;
    for (;;) {
      const Result<WebSocketMessage> message = co_await (*socket)->Receive();
      if (!message) end = message.error().code;
      if (!message) break;
      if (message->data == "close me") {
        closed = co_await (*socket)->Close(4001, "as you wish");
        break;
      }
      const Result<> sent = co_await (*socket)->Send(message->kind, message->data);
      if (!sent) break;
    }
    close_code = (*socket)->close_code();
    close_reason = (*socket)->close_reason();
  }

  std::optional<ErrorCode> end;
  std::optional<Result<>> closed;
  std::optional<uint16_t> close_code;
  std::string close_reason;
};

class WebSocketTest : public testing::Test {
 protected:
  WebSocketTest() : server_(loop_, handler_) {}

  void Listen() {
    auto listener = net::Listener::Open(loop_, *net::Address::Parse("unix:" + socket_));
    ASSERT_TRUE(listener);
    server_.Listen(std::move(*listener));
  }

  std::unique_ptr<WebSocket> Connect(WebSocketOptions options = {}) {
    Origin origin = kOrigin;
    auto socket = loop_.Run(ConnectWebSocket(client_, std::move(origin), "/chat", {},
                                             clock_.Now() + seconds(30), std::move(options)));
    EXPECT_TRUE(socket) << socket.error().message;
    return socket ? std::move(*socket) : nullptr;
  }

  void Send(WebSocket& socket, WebSocketKind kind, std::string_view data) {
    const auto sent = loop_.Run(socket.Send(kind, data));
    EXPECT_TRUE(sent) << sent.error().message;
  }

  Result<std::string> Receive(WebSocket& socket) {
    auto message = loop_.Run(socket.Receive(clock_.Now() + seconds(30)));
    if (!message) return std::unexpected(message.error());
    return std::string(message->kind == WebSocketKind::kText ? "t:" : "b:") + std::string(message->data);
  }

  void SkipWithoutPython() {
    if (loop_.Run(OutputOf(loop_, {kPython, "-c", "import websockets; print('ok')"})) != "ok\n") {
      GTEST_SKIP() << "python3-websockets is not installed";
    }
  }

  TemporaryDirectory directory_;
  const std::string socket_ = directory_ / "socket";
  SystemClock clock_;
  net::Loop loop_{clock_};
  OneSocketResolver resolver_{socket_};
  EchoHandler handler_;
  Server server_;
  Client client_{loop_, resolver_};
};

TEST_F(WebSocketTest, CarriesMessagesBothWays) {
  Listen();
  const auto socket = Connect();
  const std::string large(150'000, 'x');
  for (const std::string_view data :
       {std::string_view("hello"), std::string_view(), std::string_view(large)}) {
    Send(*socket, WebSocketKind::kText, data);
    EXPECT_EQ(*Receive(*socket), "t:" + std::string(data));
    Send(*socket, WebSocketKind::kBinary, data);
    EXPECT_EQ(*Receive(*socket), "b:" + std::string(data));
  }
  EXPECT_EQ(socket->protocol(), "");
}

TEST_F(WebSocketTest, ClosesWithAHandshakeFromEitherSide) {
  Listen();
  const auto by_client = Connect();
  EXPECT_TRUE(loop_.Run(by_client->Close(kCloseNormal, "bye")));
  EXPECT_EQ(handler_.end, ErrorCode::kDisconnected);
  EXPECT_EQ(handler_.close_code, kCloseNormal);
  EXPECT_EQ(handler_.close_reason, "bye");
  EXPECT_FALSE(loop_.Run(by_client->Send(WebSocketKind::kText, "late")));

  const auto by_server = Connect();
  Send(*by_server, WebSocketKind::kText, "close me");
  EXPECT_EQ(Receive(*by_server).error().code, ErrorCode::kDisconnected);
  EXPECT_EQ(by_server->close_code(), 4001);
  EXPECT_EQ(by_server->close_reason(), "as you wish");
}

TEST_F(WebSocketTest, RefusesMessagesBeyondTheBound) {
  Listen();
  const auto socket = Connect();
  Send(*socket, WebSocketKind::kBinary, std::string(200'001, 'x'));
  EXPECT_EQ(Receive(*socket).error().code, ErrorCode::kDisconnected);
  EXPECT_EQ(socket->close_code(), kCloseTooBig);
  EXPECT_EQ(handler_.end, ErrorCode::kOverloaded);
}

TEST_F(WebSocketTest, AgreesOnASubprotocol) {
  Listen();
  WebSocketOptions options;
  options.protocols = {"good", "unknown", "better"};
  EXPECT_EQ(Connect(options)->protocol(), "better");
  options.protocols = {"unknown"};
  EXPECT_EQ(Connect(options)->protocol(), "");
}

TEST_F(WebSocketTest, AnswersRequestsThatAskForNone) {
  Listen();
  ClientRequest request;
  const auto fetch = [&] {
    Origin origin = kOrigin;
    return *loop_.Run(client_.Fetch(std::move(origin), request, "", clock_.Now() + seconds(30)));
  };
  EXPECT_EQ(fetch().status, 400);
  request.method = "POST";
  EXPECT_EQ(fetch().status, 405);
}

TEST_F(WebSocketTest, TellsAnEndWithoutACloseFromOneWith) {
  Listen();
  Connect().reset();
  for (int turn = 0; turn < 50; ++turn) loop_.RunUntilIdle();  // local sockets deliver at once
  EXPECT_EQ(handler_.end, ErrorCode::kDisconnected);
  EXPECT_EQ(handler_.close_code, std::nullopt);
}

TEST_F(WebSocketTest, TimesOutAndCanGoOn) {
  Listen();
  const auto socket = Connect();
  EXPECT_EQ(loop_.Run(socket->Receive(clock_.Now())).error().code, ErrorCode::kTimeout);
  Send(*socket, WebSocketKind::kText, "still here");
  EXPECT_EQ(*Receive(*socket), "t:still here");
}

TEST_F(WebSocketTest, ServesPython) {
  SkipWithoutPython();
  Listen();
  const std::string script = R"(
import asyncio, sys, websockets
async def main():
    async with websockets.unix_connect(sys.argv[1], uri="ws://h/chat", subprotocols=["good", "better"]) as ws:
        print(ws.subprotocol)
        await ws.send("text \u00e4")
        print(ascii(await ws.recv()))
        await ws.send(b"\x00\xff" * 50000)
        print(await ws.recv() == b"\x00\xff" * 50000)
        await ws.send(["in ", "three ", "frames"])
        print(await ws.recv())
        await (await ws.ping(b"data"))
        print("pong")
        await ws.close(4000, "done")
        print(ws.close_code)
    async with websockets.unix_connect(sys.argv[1], uri="ws://h/chat") as ws:
        await ws.send("close me")
        try:
            await ws.recv()
        except websockets.ConnectionClosed as closed:
            print(closed.rcvd.code, closed.rcvd.reason)
    async with websockets.unix_connect(sys.argv[1], uri="ws://h/chat") as ws:
        await ws.send("x" * 300000)
        try:
            await ws.recv()
        except websockets.ConnectionClosed as closed:
            print(closed.rcvd.code)
asyncio.run(main())
)";
  EXPECT_EQ(loop_.Run(OutputOf(loop_, {kPython, "-c", script, socket_})),
            "better\n'text \\xe4'\nTrue\nin three frames\npong\n4000\n4001 as you wish\n1009\n");
  EXPECT_TRUE(handler_.closed && *handler_.closed);
}

TEST_F(WebSocketTest, TalksToPython) {
  SkipWithoutPython();
  const std::string script = R"(
import asyncio, sys, websockets
async def handler(ws, path):
    print(path, file=sys.stderr)
    async for message in ws:
        if message == "ping me":
            await (await ws.ping(b"are you there"))
            await ws.send("you are")
        elif message == "frames":
            await ws.send(["a" * 70000, "b", ""])
        elif message == "leave":
            await ws.close(4002, "left")
        else:
            await ws.send(message)
async def main():
    async with websockets.unix_serve(handler, sys.argv[1], subprotocols=["chat"]):
        await asyncio.sleep(60)
asyncio.run(main())
)";
  SubprocessOptions options;
  options.argv = {kPython, "-c", script, socket_};
  options.stderr_fd = kNullStream;
  options.die_with_parent = true;
  auto python = Subprocess::Start(options);
  ASSERT_TRUE(python);
  ASSERT_TRUE(loop_.Run(Listens(loop_, socket_)));
  WebSocketOptions socket_options;
  socket_options.protocols = {"chat"};
  const auto socket = Connect(socket_options);
  ASSERT_TRUE(socket);
  EXPECT_EQ(socket->protocol(), "chat");
  Send(*socket, WebSocketKind::kText, "caf\xc3\xa9");
  EXPECT_EQ(*Receive(*socket), "t:caf\xc3\xa9");
  const std::string binary(100'000, '\xff');
  Send(*socket, WebSocketKind::kBinary, binary);
  EXPECT_EQ(*Receive(*socket), "b:" + binary);
  Send(*socket, WebSocketKind::kText, "ping me");
  EXPECT_EQ(*Receive(*socket), "t:you are");
  Send(*socket, WebSocketKind::kText, "frames");
  EXPECT_EQ(*Receive(*socket), "t:" + std::string(70'000, 'a') + "b");
  Send(*socket, WebSocketKind::kText, "leave");
  EXPECT_EQ(Receive(*socket).error().code, ErrorCode::kDisconnected);
  EXPECT_EQ(socket->close_code(), 4002);
  EXPECT_EQ(socket->close_reason(), "left");
  const auto closing = Connect();
  EXPECT_TRUE(loop_.Run(closing->Close(kCloseNormal, "")));
  EXPECT_EQ(closing->close_code(), kCloseNormal);
}

}  // namespace
}  // namespace cairn::http
