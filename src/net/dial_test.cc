#include "net/dial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/testing/manual_clock.h"
#include "base/testing/temporary_directory.h"
#include "net/socket.h"
#include "net/task_group.h"
#include "net/testing/certificates.h"

namespace cairn::net {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using Dialled = Result<std::unique_ptr<Stream>>;

// Answers every question with the same addresses, whose ports it leaves alone.
class FixedResolver final : public Resolver {
 public:
  explicit FixedResolver(Result<std::vector<Address>> answer) : answer_(std::move(answer)) {}
  Task<Result<std::vector<Address>>> Resolve(std::string, uint16_t, TimePoint) override { co_return answer_; }

 private:
  Result<std::vector<Address>> answer_;
};

Task<void> StoreDialled(Loop& loop, Resolver& resolver, TimePoint deadline, DialOptions options,
                        std::optional<Dialled>& dialled) {
  auto dialling = Dial(loop, resolver, "a.example", 443, deadline, std::move(options));
  dialled = co_await dialling;
}

Task<void> AcceptWithTls(Listener& listener, std::shared_ptr<const TlsContext> context,
                         std::optional<Dialled>& accepted) {
  auto accepting = listener.Accept();
  auto socket = co_await accepting;
  auto handshake = AcceptTls(std::move(context), std::move(*socket), kNever);
  accepted = co_await handshake;
}

template <typename T>
void TurnUntil(Loop& loop, const std::optional<T>& value) {
  while (!value) loop.RunUntilIdle();
}

class DialTest : public testing::Test {
 protected:
  std::unique_ptr<Listener> Listen(int backlog = 10) {
    return std::move(*Listener::Open(loop_, *Address::Parse("127.0.0.1:0"), {.backlog = backlog}));
  }
  // A port that nobody listens on.
  Address ClosedPort() { return Listen()->address(); }

  ManualClock clock_;
  Loop loop_{clock_};
  std::optional<Dialled> dialled_;
  TaskGroup group_{loop_};
};

TEST_F(DialTest, TriesTheNextAddressWhenOneIsAway) {
  const auto listener = Listen();
  FixedResolver resolver(std::vector<Address>{ClosedPort(), listener->address()});
  group_.Spawn(StoreDialled(loop_, resolver, kNever, {}, dialled_));
  TurnUntil(loop_, dialled_);
  ASSERT_TRUE(*dialled_) << dialled_->error().message;
  EXPECT_FALSE((**dialled_)->encrypted());
}

TEST_F(DialTest, NamesTheHostAndTheLastCause) {
  const Address closed = ClosedPort();
  FixedResolver resolver(std::vector<Address>{ClosedPort(), closed});
  group_.Spawn(StoreDialled(loop_, resolver, kNever, {}, dialled_));
  TurnUntil(loop_, dialled_);
  ASSERT_FALSE(*dialled_);
  EXPECT_EQ(dialled_->error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(dialled_->error().message, testing::StartsWith("a.example:443: "));
  EXPECT_THAT(dialled_->error().message, HasSubstr(closed.ToString()));
}

TEST_F(DialTest, FailsLikeTheLookUp) {
  FixedResolver resolver(Fail(ErrorCode::kNotFound, "look up a.example: no such name"));
  group_.Spawn(StoreDialled(loop_, resolver, kNever, {}, dialled_));
  TurnUntil(loop_, dialled_);
  ASSERT_FALSE(*dialled_);
  EXPECT_EQ(dialled_->error().code, ErrorCode::kNotFound);
}

TEST_F(DialTest, ASilentAddressLeavesTimeForTheOthers) {
  // With backlog 0 the kernel completes one connection, and leaves the next without an answer.
  const auto silent = Listen(0);
  std::optional<Dialled> filler;
  FixedResolver only_silent(std::vector<Address>{silent->address()});
  group_.Spawn(StoreDialled(loop_, only_silent, kNever, {}, filler));
  TurnUntil(loop_, filler);
  ASSERT_TRUE(*filler);

  const auto listener = Listen();
  FixedResolver resolver(std::vector<Address>{silent->address(), listener->address()});
  group_.Spawn(StoreDialled(loop_, resolver, clock_.Now() + seconds(10), {}, dialled_));
  clock_.Advance(seconds(4));
  loop_.RunUntilIdle();
  EXPECT_FALSE(dialled_);
  clock_.Advance(seconds(1));
  TurnUntil(loop_, dialled_);
  EXPECT_TRUE(*dialled_) << dialled_->error().message;
}

TEST_F(DialTest, SpeaksTlsWithTheNameOfTheHost) {
  TemporaryDirectory directory;
  TestAuthority authority(directory.path(), "authority");
  const TlsIdentity right = authority.Issue({.names = {"a.example"}});
  const TlsIdentity wrong = authority.Issue({.names = {"b.example"}});
  const auto client = TlsContext::ForClient({.ca_file = authority.ca_file()});
  ASSERT_TRUE(client);
  struct Case {
    TlsIdentity identity;
    std::string name;
    bool accepted;
  };
  for (const Case& c : {Case{right, "", true}, Case{wrong, "", false}, Case{wrong, "b.example", true}}) {
    const auto server = TlsContext::ForServer({.identities = {c.identity}});
    ASSERT_TRUE(server);
    const auto listener = Listen();
    FixedResolver resolver(std::vector<Address>{listener->address()});
    std::optional<Dialled> accepted;
    dialled_.reset();
    group_.Spawn(AcceptWithTls(*listener, *server, accepted));
    group_.Spawn(
        StoreDialled(loop_, resolver, kNever, {.tls = *client, .tls_server_name = c.name}, dialled_));
    TurnUntil(loop_, dialled_);
    TurnUntil(loop_, accepted);
    ASSERT_EQ(dialled_->has_value(), c.accepted);
    if (c.accepted) {
      EXPECT_TRUE((**dialled_)->encrypted());
    } else {
      EXPECT_EQ(dialled_->error().code, ErrorCode::kDenied);
      EXPECT_EQ(dialled_->error().message,
                "a.example:443: the certificate is not for a.example but for b.example");
    }
  }
}

}  // namespace
}  // namespace cairn::net
