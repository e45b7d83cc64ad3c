// State shared with the real Terraform: each waits for the other's lock, and each goes on with what the other
// wrote, in a file, and in a bucket of moto's S3.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "base/testing/temporary_directory.h"
#include "http/client.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "state/local_backend.h"
#include "state/s3_backend.h"
#include "state/state_format.h"
#include "state/state_version.h"

namespace cairn::state {
namespace {

using std::chrono::milliseconds;

struct Done {
  ExitStatus status;
  std::string output;  // both streams
};

class StatePeerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Run({"terraform", "version"}).output.contains("Terraform v1.11.4")) {
      GTEST_SKIP() << "SKIP: no terraform 1.11.4 on PATH";
    }
  }

  void Configure(std::string_view backend, int seconds) {
    std::ofstream(directory_ / "main.tf")
        << backend
        << Format(
               "variable \"v\" {{ default = 1 }}\n"
               "resource \"terraform_data\" \"slow\" {{\n  triggers_replace = var.v\n"
               "  provisioner \"local-exec\" {{ command = \"sleep {}\" }}\n}}\n",
               seconds);
    const Done done = Run({"terraform", "init", "-no-color", "-input=false"});
    ASSERT_TRUE(done.status.ok()) << done.output;
  }

  Result<Subprocess> Start(std::vector<std::string> argv, const std::string& log) {
    const UniqueFd out(::open(log.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
    return Subprocess::Start({.argv = std::move(argv),
                              .environment = {"TF_CLI_CONFIG_FILE=/dev/null", "CHECKPOINT_DISABLE=1",
                                              "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"},
                              .working_directory = directory_.path(),
                              .stdin_fd = kNullStream,
                              .stdout_fd = out.get(),
                              .stderr_fd = out.get(),
                              .die_with_parent = true});
  }

  Done Run(std::vector<std::string> argv) {
    const std::string log = directory_ / Format("log{}", ++runs_);
    auto process = Start(std::move(argv), log);
    if (!process) return {.status = {.code = -1}, .output = process.error().message};
    const ExitStatus status = process->Wait();
    return {.status = status, .output = ReadFile(log, 1 << 20).value_or("")};
  }

  LockInfo Info() { return MakeLockInfo("OperationTypeApply", "1.11.4", "", clock_.WallNow()); }

  // Until terraform holds the lock of `store`; whom our own attempt meets.
  LockInfo MeetHolder(StateStore& store) {
    for (int attempt = 0; attempt < 600; ++attempt) {
      const auto locked = loop_.Run(store.Lock(Info()));
      if (!locked && locked.error().holder) return *locked.error().holder;
      if (locked) {
        EXPECT_TRUE(loop_.Run(store.Unlock()));
      }
      std::this_thread::sleep_for(milliseconds(100));
    }
    ADD_FAILURE() << "terraform took no lock";
    return {};
  }

  std::optional<State> ReadFrom(StateStore& store) {
    const auto text = loop_.Run(store.Read());
    if (!text || !*text) return std::nullopt;
    hcl::Diagnostics diagnostics;
    return ReadState(*text, diagnostics);
  }

  // Terraform holds the lock while it applies: we are refused, wait, and then read what it wrote.
  void TheyLockAndWeWait(StateStore& store) {
    // With time to wait: our own attempts hold the lock for moments, and it may come upon one.
    auto apply = Start({"terraform", "apply", "-auto-approve", "-no-color", "-lock-timeout=60s"},
                       directory_ / "apply");
    ASSERT_TRUE(apply);
    const LockInfo holder = MeetHolder(store);
    EXPECT_EQ(holder.operation, "OperationTypeApply");
    EXPECT_EQ(holder.version, "1.11.4");
    EXPECT_EQ(holder.who, Info().who);
    const auto locked = loop_.Run(LockWithin(loop_, store, Info(), std::chrono::seconds(60)));
    ASSERT_TRUE(locked) << locked.error().ToString();
    EXPECT_TRUE(apply->Wait().ok());
    const auto state = ReadFrom(store);
    ASSERT_TRUE(state);
    EXPECT_EQ(state->CountObjects(), 1u);
    EXPECT_TRUE(loop_.Run(store.Unlock()));
  }

  // We hold the lock: terraform says who we are, and waits; then it finds what we wrote.
  void WeLockAndTheyWait(StateStore& store) {
    const LockInfo own = Info();
    ASSERT_TRUE(loop_.Run(store.Lock(own)));
    const Done refused = Run({"terraform", "plan", "-no-color"});
    EXPECT_FALSE(refused.status.ok());
    EXPECT_TRUE(refused.output.contains("Error acquiring the state lock")) << refused.output;
    EXPECT_TRUE(refused.output.contains("ID:        " + own.id)) << refused.output;
    EXPECT_TRUE(refused.output.contains("Who:       " + own.who)) << refused.output;

    auto waiting = Start({"terraform", "plan", "-detailed-exitcode", "-no-color", "-lock-timeout=60s"},
                         directory_ / "plan");
    ASSERT_TRUE(waiting);
    std::this_thread::sleep_for(milliseconds(300));
    EXPECT_FALSE(waiting->TryWait());
    auto state = ReadFrom(store);
    ASSERT_TRUE(state);
    const State before = *state;
    state->outputs["ours"] = {.value = hcl::Value::String("a<b")};
    ASSERT_TRUE(MakeNextVersion(before, *state));
    ASSERT_TRUE(loop_.Run(store.Write(WriteState(*state))));
    ASSERT_TRUE(loop_.Run(store.Unlock()));
    // Exit code 2: our output is not in the configuration, so it is to be removed.
    EXPECT_EQ(waiting->Wait().code, 2) << ReadFile(directory_ / "plan", 1 << 20).value_or("");
    const Done output = Run({"terraform", "output", "-raw", "ours"});
    EXPECT_EQ(output.output, "a<b");
    const Done pulled = Run({"terraform", "state", "pull"});
    EXPECT_EQ(pulled.output, WriteState(*state) + "\n");
  }

  TemporaryDirectory directory_;
  int runs_ = 0;
  SystemClock clock_;
  net::Loop loop_{clock_};
};

TEST_F(StatePeerTest, SharesAFileWithTerraform) {
  Configure("", 3);
  LocalBackend backend({.folder = directory_.path()});
  const auto store = backend.Open("default");
  ASSERT_TRUE(store);
  TheyLockAndWeWait(**store);
  WeLockAndTheyWait(**store);
}

TEST_F(StatePeerTest, SharesWorkspacesWithTerraform) {
  Configure("", 0);
  LocalBackend backend({.folder = directory_.path()});
  ASSERT_TRUE(Run({"terraform", "workspace", "new", "theirs"}).status.ok());
  ASSERT_TRUE(Run({"terraform", "apply", "-auto-approve"}).status.ok());
  EXPECT_EQ(*loop_.Run(backend.Workspaces()), (std::vector<std::string>{"default", "theirs"}));
  const auto theirs = backend.Open("theirs");
  ASSERT_TRUE(theirs);
  EXPECT_TRUE(ReadFrom(**theirs));
  ASSERT_TRUE(backend.Open("ours"));
  EXPECT_TRUE(Run({"terraform", "workspace", "select", "ours"}).status.ok());
}

uint16_t FreePort() {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) return 0;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

class S3PeerTest : public StatePeerTest {
 protected:
  void SetUp() override {
    StatePeerTest::SetUp();
    if (IsSkipped()) return;
    port_ = FreePort();
    moto_ = Start({"moto_server", "-H", "127.0.0.1", "-p", std::to_string(port_)}, directory_ / "moto");
    if (!moto_) GTEST_SKIP() << "SKIP: no moto_server on PATH";
    auto resolver = net::OpenSystemResolver(loop_);
    ASSERT_TRUE(resolver);
    resolver_ = std::move(*resolver);
    client_ = std::make_unique<http::Client>(loop_, *resolver_);
    ASSERT_TRUE(MakeBucket());
    Configure(
        Format("terraform {{\n  backend \"s3\" {{\n    bucket = \"state-1\"\n    key = \"a/b c.tfstate\"\n"
               "    region = \"eu-west-1\"\n    use_lockfile = true\n    use_path_style = true\n"
               "    skip_credentials_validation = true\n    skip_requesting_account_id = true\n"
               "    endpoints = {{ s3 = \"http://127.0.0.1:{}\" }}\n  }}\n}}\n",
               port_),
        3);
    auto backend = MakeS3Backend(loop_, clock_, *client_,
                                 {.bucket = "state-1",
                                  .key = "a/b c.tfstate",
                                  .region = "eu-west-1",
                                  .endpoint = Format("http://127.0.0.1:{}", port_),
                                  .use_path_style = true,
                                  .use_lockfile = true,
                                  .credentials = {.access_key = "test", .secret_key = "test"}});
    ASSERT_TRUE(backend);
    backend_ = std::move(*backend);
  }

  bool MakeBucket() {
    for (int attempt = 0; attempt < 1200; ++attempt) {
      http::ClientRequest request;
      request.method = "PUT";
      request.target = "/state-1";
      const std::string body =
          "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
          "</CreateBucketConfiguration>";
      const auto response = loop_.Run(client_->Fetch({.host = "127.0.0.1", .port = port_}, request, body,
                                                     clock_.Now() + std::chrono::seconds(30)));
      if (response && response->status == 200) return true;
      std::this_thread::sleep_for(milliseconds(100));
    }
    return false;
  }

  uint16_t port_ = 0;
  Result<Subprocess> moto_ = Fail(ErrorCode::kNotFound, "");
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<Backend> backend_;
};

TEST_F(S3PeerTest, SharesABucketWithTerraform) {
  const auto store = backend_->Open("default");
  ASSERT_TRUE(store);
  EXPECT_EQ(*loop_.Run((*store)->Read()), nullptr);
  TheyLockAndWeWait(**store);
  WeLockAndTheyWait(**store);
  const LockInfo own = Info();
  ASSERT_TRUE(loop_.Run((*store)->Lock(own)));
  EXPECT_FALSE(loop_.Run((*store)->ForceUnlock("another")));
  EXPECT_TRUE(Run({"terraform", "force-unlock", "-force", own.id}).status.ok());
  EXPECT_TRUE(loop_.Run((*store)->Lock(own)));
  EXPECT_TRUE(loop_.Run((*store)->ForceUnlock(own.id)));
}

TEST_F(S3PeerTest, SharesWorkspacesWithTerraform) {
  ASSERT_TRUE(Run({"terraform", "workspace", "new", "theirs"}).status.ok());
  EXPECT_EQ(*loop_.Run(backend_->Workspaces()), (std::vector<std::string>{"default", "theirs"}));
  const auto ours = backend_->Open("ours");
  ASSERT_TRUE(ours);
  State state{.terraform_version = "1.11.4"};
  ASSERT_TRUE(MakeNextVersion(std::nullopt, state));
  ASSERT_TRUE(loop_.Run((*ours)->Write(WriteState(state))));
  EXPECT_TRUE(Run({"terraform", "workspace", "select", "ours"}).status.ok());
  EXPECT_TRUE(loop_.Run(backend_->Delete("theirs")));
  EXPECT_FALSE(Run({"terraform", "workspace", "list"}).output.contains("theirs"));
}

}  // namespace
}  // namespace cairn::state
