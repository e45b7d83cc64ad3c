#include "net/socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/strings.h"
#include "base/testing/manual_clock.h"
#include "base/testing/temporary_directory.h"
#include "net/task_group.h"

namespace cairn::net {
namespace {

using std::chrono::seconds;
using Accepted = Result<std::unique_ptr<Socket>>;

Task<void> StoreAccepted(Listener& listener, std::optional<Accepted>& accepted) {
  auto accepting = listener.Accept();
  accepted = co_await accepting;
}

Task<void> StoreConnected(Loop& loop, Address address, TimePoint deadline,
                          std::optional<Accepted>& connected) {
  auto connecting = Connect(loop, address, deadline);
  connected = co_await connecting;
}

struct Pair {
  std::unique_ptr<Socket> near;
  std::unique_ptr<Socket> far;
};

Task<Pair> MakePair(Loop& loop, Listener& listener) {
  auto connecting = Connect(loop, listener.address(), kNever);
  auto connected = co_await connecting;
  auto accepting = listener.Accept();
  auto accepted = co_await accepting;
  co_return Pair{std::move(*connected), std::move(*accepted)};
}

std::string RandomBytes(size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  std::string bytes;
  while (bytes.size() < size) {
    const uint64_t word = random();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  bytes.resize(size);
  return bytes;
}

Task<void> Send(Stream& stream, const std::string& bytes, Result<>& sent) {
  auto sending = WriteAll(stream, bytes, kNever);
  sent = co_await sending;
  stream.FinishWriting();
}

Task<void> Receive(Stream& stream, unsigned seed, std::string& bytes, std::optional<Result<>>& ended) {
  std::mt19937 random(seed);
  std::string piece(100000, '\0');
  for (;;) {
    const std::span<char> into(piece.data(), 1 + random() % piece.size());
    const Result<size_t> size = co_await ReadSome(stream, into, kNever);
    if (!size) ended = std::unexpected(size.error());
    if (size && *size == 0) ended = Result<>();
    if (ended) co_return;
    bytes.append(piece.data(), *size);
  }
}

class SocketTest : public testing::Test {
 protected:
  std::unique_ptr<Listener> Listen(const std::string& address, ListenOptions options = {}) {
    auto listener = Listener::Open(loop_, *Address::Parse(address), options);
    EXPECT_TRUE(listener) << listener.error().message;
    return listener ? std::move(*listener) : nullptr;
  }
  Accepted ConnectTo(const Address& address) { return loop_.Run(Connect(loop_, address, kNever)); }

  TemporaryDirectory directory_;
  SystemClock clock_;
  Loop loop_{clock_};
};

TEST_F(SocketTest, CarriesMegabytesBothWaysAtOnce) {
  std::vector<std::string> addresses = {"127.0.0.1:0", "unix:" + (directory_ / "socket"), "[::1]:0"};
  for (const std::string& text : addresses) {
    SCOPED_TRACE(text);
    auto listener = Listener::Open(loop_, *Address::Parse(text));
    if (!listener && text.starts_with('[')) GTEST_SKIP() << "no IPv6 here: " << listener.error().message;
    ASSERT_TRUE(listener) << listener.error().message;
    const Pair pair = loop_.Run(MakePair(loop_, **listener));
    const std::string up = RandomBytes(10'000'000, 1), down = RandomBytes(10'000'000, 2);
    std::string at_far, at_near;
    Result<> sent_up, sent_down;
    std::optional<Result<>> far_ended, near_ended;
    TaskGroup group(loop_);
    group.Spawn(Send(*pair.near, up, sent_up));
    group.Spawn(Send(*pair.far, down, sent_down));
    group.Spawn(Receive(*pair.near, 3, at_near, near_ended));
    group.Spawn(Receive(*pair.far, 4, at_far, far_ended));
    auto all = [](TaskGroup& tasks) -> Task<void> { co_await tasks.Empty(); };
    loop_.Run(all(group));
    EXPECT_TRUE(sent_up && sent_down && *near_ended && *far_ended);
    EXPECT_TRUE(at_far == up && at_near == down);
    EXPECT_TRUE(pair.near->PeerClosed());
  }
}

TEST_F(SocketTest, PeersSeeEachOthersAddresses) {
  const auto listener = Listen("127.0.0.1:0");
  EXPECT_NE(listener->address().port(), 0);
  const Pair pair = loop_.Run(MakePair(loop_, *listener));
  EXPECT_EQ(pair.near->PeerAddress().ToString(), listener->address().ToString());
  EXPECT_EQ(pair.near->LocalAddress().ToString(), pair.far->PeerAddress().ToString());
}

TEST_F(SocketTest, AnyAddressServesBothFamilies) {
  auto listener = Listener::Open(loop_, *Address::Parse(":0"));
  if (!listener) GTEST_SKIP() << "no IPv6 here: " << listener.error().message;
  const auto connected = ConnectTo(*Address::FromHostPort("127.0.0.1", (*listener)->address().port()));
  EXPECT_TRUE(connected) << connected.error().message;
}

TEST_F(SocketTest, AnEndThatArrivesTogetherWithBytesIsSeen) {
  const auto listener = Listen("127.0.0.1:0");
  const Pair pair = loop_.Run(MakePair(loop_, *listener));
  // Whatever the reader had learnt before: nothing, or that there was nothing to read.
  char byte = 0;
  EXPECT_EQ(pair.near->TryRead({&byte, 1}).status, IoStatus::kWouldBlock);
  const iovec piece{const_cast<char*>("bytes"), 5};
  ASSERT_EQ(pair.far->TryWrite({&piece, 1}).bytes, 5u);
  pair.far->FinishWriting();
  std::string received;
  std::optional<Result<>> ended;
  loop_.Run(Receive(*pair.near, 1, received, ended));
  EXPECT_EQ(received, "bytes");
  EXPECT_TRUE(ended && *ended);
  EXPECT_TRUE(pair.near->PeerClosed());
  EXPECT_FALSE(pair.far->PeerClosed());
}

TEST_F(SocketTest, AnEndAfterAReadThatEmptiedTheBufferIsSeen) {
  const auto listener = Listen("127.0.0.1:0");
  const Pair pair = loop_.Run(MakePair(loop_, *listener));
  const iovec piece{const_cast<char*>("bytes"), 5};
  ASSERT_EQ(pair.far->TryWrite({&piece, 1}).bytes, 5u);
  std::string buffer(100, '\0');
  ASSERT_EQ(*loop_.Run(ReadSome(*pair.near, buffer, kNever)), 5u);
  pair.far->FinishWriting();
  EXPECT_EQ(*loop_.Run(ReadSome(*pair.near, buffer, kNever)), 0u);
}

TEST_F(SocketTest, AResetIsADisconnection) {
  const auto listener = Listen("127.0.0.1:0");
  Pair pair = loop_.Run(MakePair(loop_, *listener));
  const iovec piece{const_cast<char*>("unread"), 6};
  ASSERT_EQ(pair.near->TryWrite({&piece, 1}).bytes, 6u);
  pair.far.reset();  // with unread bytes: the kernel sends a reset
  std::string received;
  std::optional<Result<>> ended;
  loop_.Run(Receive(*pair.near, 1, received, ended));
  ASSERT_TRUE(ended && !*ended);
  EXPECT_EQ(ended->error().code, ErrorCode::kDisconnected);
  EXPECT_TRUE(pair.near->PeerClosed());
  EXPECT_EQ(pair.near->TryWrite({&piece, 1}).status, IoStatus::kFailed);
  EXPECT_EQ(pair.near->error().code, ErrorCode::kDisconnected);
}

TEST_F(SocketTest, WritesMorePiecesThanTheKernelTakesAtOnce) {
  const auto listener = Listen("127.0.0.1:0");
  const Pair pair = loop_.Run(MakePair(loop_, *listener));
  const std::vector<iovec> pieces(5000, iovec{const_cast<char*>("x"), 1});
  const Io io = pair.near->TryWrite(pieces);
  EXPECT_EQ(io.status, IoStatus::kOk);
  EXPECT_GE(io.bytes, 1u);
}

TEST_F(SocketTest, AClosedPortIsUnavailable) {
  auto listener = Listen("127.0.0.1:0");
  const Address address = listener->address();
  listener.reset();
  const auto connected = ConnectTo(address);
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(connected.error().message, testing::HasSubstr(address.ToString()));
}

TEST_F(SocketTest, APeerThatDoesNotAnswerTimesOut) {
  ManualClock clock;
  Loop loop(clock);
  // With backlog 0 the kernel completes one connection, and leaves the next ones without an answer.
  auto listener = Listener::Open(loop, *Address::Parse("127.0.0.1:0"), {.backlog = 0});
  ASSERT_TRUE(listener);
  std::optional<Accepted> first, second;
  TaskGroup group(loop);
  group.Spawn(StoreConnected(loop, (*listener)->address(), kNever, first));
  while (!first) loop.RunUntilIdle();
  ASSERT_TRUE(*first);
  group.Spawn(StoreConnected(loop, (*listener)->address(), clock.Now() + seconds(5), second));
  loop.RunUntilIdle();
  EXPECT_FALSE(second);
  clock.Advance(seconds(5));
  loop.RunUntilIdle();
  ASSERT_TRUE(second);
  ASSERT_FALSE(*second);
  EXPECT_EQ(second->error().code, ErrorCode::kTimeout);
}

TEST_F(SocketTest, AFullUnixBacklogIsUnavailable) {
  const auto listener = Listen("unix:" + (directory_ / "socket"), {.backlog = 0});
  std::vector<std::unique_ptr<Socket>> connections;
  std::optional<Error> refused;
  while (!refused && connections.size() < 10) {
    auto connected = ConnectTo(listener->address());
    if (connected) {
      connections.push_back(std::move(*connected));
    } else {
      refused = connected.error();
    }
  }
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::kUnavailable);
}

TEST_F(SocketTest, APortThatIsInUseIsAConflict) {
  const auto listener = Listen("127.0.0.1:0");
  const auto second = Listener::Open(loop_, listener->address());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_THAT(second.error().message, testing::HasSubstr(listener->address().ToString()));
}

TEST_F(SocketTest, ListenersMayShareAPort) {
  const auto first = Listen("127.0.0.1:0", {.reuse_port = true});
  const auto second = Listener::Open(loop_, first->address(), {.reuse_port = true});
  EXPECT_TRUE(second) << second.error().message;
}

TEST_F(SocketTest, AUnixPathIsReplacedOnlyIfItsListenerIsDead) {
  const std::string path = directory_ / "socket";
  const Address address = *Address::Parse("unix:" + path);
  {
    const auto listener = Listen("unix:" + path);
    const auto second = Listener::Open(loop_, address);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kConflict);
    EXPECT_TRUE(ConnectTo(address));
  }
  EXPECT_NE(access(path.c_str(), F_OK), 0) << "the listener leaves its path behind";
  {
    const UniqueFd dead(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(dead.get(), address.get(), address.length()), 0);
  }
  EXPECT_EQ(ConnectTo(address).error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(Listener::Open(loop_, address));
  std::ofstream(path) << "somebody's file";
  EXPECT_EQ(Listener::Open(loop_, address).error().code, ErrorCode::kConflict);
  EXPECT_EQ(access(path.c_str(), F_OK), 0);
}

TEST_F(SocketTest, EachConnectionGoesToOneOfThoseWhoWait) {
  ManualClock clock;
  Loop loop(clock);
  auto listener = Listener::Open(loop, *Address::Parse("127.0.0.1:0"));
  ASSERT_TRUE(listener);
  std::optional<Accepted> first, second, cancelled, connected;
  TaskGroup group(loop);
  auto doomed = std::make_unique<TaskGroup>(loop);
  doomed->Spawn(StoreAccepted(**listener, cancelled));
  group.Spawn(StoreAccepted(**listener, first));
  group.Spawn(StoreAccepted(**listener, second));
  doomed.reset();
  group.Spawn(StoreConnected(loop, (*listener)->address(), kNever, connected));
  while (!first && !second) loop.RunUntilIdle();
  loop.RunUntilIdle();
  EXPECT_TRUE(first.has_value() != second.has_value());
  EXPECT_FALSE(cancelled);
}

TEST_F(SocketTest, ACancelledConnectLeavesNothingBehind) {
  const auto listener = Listen("127.0.0.1:0");
  std::optional<Accepted> connected;
  {
    TaskGroup group(loop_);
    group.Spawn(StoreConnected(loop_, listener->address(), kNever, connected));
  }
  loop_.RunUntilIdle();
  EXPECT_FALSE(connected);
  const Pair pair = loop_.Run(MakePair(loop_, *listener));
  EXPECT_TRUE(pair.near);
}

TEST_F(SocketTest, RunningOutOfDescriptorsPasses) {
  const auto listener = Listen("127.0.0.1:0");
  const auto connected = ConnectTo(listener->address());
  ASSERT_TRUE(connected);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  // The next free number is the first that is not allowed.
  const UniqueFd next(dup(0));
  rlimit none_left = before;
  none_left.rlim_cur = static_cast<rlim_t>(next.get() + 1);
  setrlimit(RLIMIT_NOFILE, &none_left);
  const auto refused = loop_.Run(listener->Accept());
  setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(loop_.Run(listener->Accept()));
}

}  // namespace
}  // namespace cairn::net
