#include "provider/plugin.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "net/task_group.h"
#include "provider/handshake.h"
#include "provider/testing/stand_in.h"

namespace cairn::provider {
namespace {

using hcl::Type;
using hcl::Value;
using testing::HasSubstr;

Value Thing(Value id, Value value) {
  return Value::Object({{"id", std::move(id)}, {"value", std::move(value)}});
}
const Value kNoText = Value::Null(Type::String());
const Value kNothing = Value::Null(Type::Dynamic());

PlanRequest CreateThing(std::string text) {
  const Value config = Thing(kNoText, Value::String(text));
  return {.type_name = "standin_thing", .prior_state = kNothing, .proposed_state = config, .config = config};
}

// Both protocols.
class PluginTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (!StandInIsThere()) GTEST_SKIP() << "no python3-grpcio";
    provider_ = runner_.Start(Format(R"({{"protocol":{}}})", GetParam()));
  }
  void TearDown() override {
    if (!provider_) return;
    runner_.Run(provider_->Close());
    provider_.reset();
    EXPECT_TRUE(std::filesystem::is_empty(runner_.directory().path()));  // the socket is gone
  }

  PluginRunner runner_;
  std::unique_ptr<Provider> provider_;
};

INSTANTIATE_TEST_SUITE_P(Protocols, PluginTest, testing::Values(5, 6));

TEST_P(PluginTest, DescribesItself) {
  const auto response = runner_.Run(provider_->GetSchemas());
  ASSERT_TRUE(response) << response.error().message;
  const Schemas& schemas = *response->schemas;
  EXPECT_TRUE(response->diagnostics.empty());
  EXPECT_EQ(schemas.TypeNames(SchemaKind::kResource), (std::vector<std::string_view>{"standin_thing"}));
  EXPECT_EQ(schemas.TypeNames(SchemaKind::kEphemeral), (std::vector<std::string_view>{"standin_secret"}));
  const Schema& thing = **schemas.Find(SchemaKind::kResource, "standin_thing");
  EXPECT_EQ(thing.version, 3);
  EXPECT_EQ(thing.block->type, Type::Object({{"id", Type::String()}, {"value", Type::String()}}));
  EXPECT_TRUE(thing.block->FindAttribute("id")->computed);
  EXPECT_FALSE(thing.block->FindAttribute("id")->optional);
  const Schema& settings = **schemas.Find(SchemaKind::kProvider, "");
  EXPECT_TRUE(settings.block->FindAttribute("token")->sensitive);
  EXPECT_TRUE(schemas.Find(SchemaKind::kProviderMeta, ""));
  EXPECT_FALSE(schemas.Find(SchemaKind::kResource, "standin_other"));
  EXPECT_TRUE(schemas.capabilities().plan_destroy);
  EXPECT_TRUE(schemas.capabilities().move_resource_state);
  EXPECT_FALSE(schemas.capabilities().schema_optional);
  const FunctionSignature& shout = **schemas.FindFunction("shout");
  ASSERT_EQ(shout.parameters.size(), 1u);
  EXPECT_EQ(shout.parameters[0].name, "text");
  EXPECT_TRUE(shout.variadic->allow_null);
  EXPECT_EQ(shout.result, Type::String());
}

TEST_P(PluginTest, ChecksItsConfiguration) {
  const Value good = Value::Object({{"endpoint", Value::String("good")}, {"token", kNoText}});
  const Value bad = Value::Object({{"endpoint", Value::String("bad")}, {"token", kNoText}});
  EXPECT_TRUE(runner_.Run(provider_->ValidateProviderConfig(good))->empty());
  const auto found = runner_.Run(provider_->ValidateProviderConfig(bad));
  ASSERT_TRUE(found) << found.error().message;
  const Diagnostics expected = {{.summary = "Bad endpoint",
                                 .detail = "It says so: \u00e9.",
                                 .attribute = {hcl::PathStep::Attribute("endpoint")}},
                                {.severity = hcl::Severity::kWarning, .summary = "Old"}};
  EXPECT_EQ(*found, expected);

  EXPECT_TRUE(runner_.Run(provider_->Configure({.terraform_version = "1.11.4", .config = good}))->empty());
  const auto refused = runner_.Run(provider_->Configure({.terraform_version = "refuse", .config = good}));
  EXPECT_EQ(refused->at(0).summary, "Refused");
}

TEST_P(PluginTest, ManagesAResource) {
  const auto invalid = runner_.Run(provider_->ValidateResource(
      {.type_name = "standin_thing", .config = Thing(kNoText, Value::String("invalid"))}));
  ASSERT_TRUE(invalid) << invalid.error().message;
  EXPECT_EQ(hcl::ToString(invalid->at(0).attribute), ".value[\"k\"][1]");

  const auto plan = runner_.Run(provider_->PlanResourceChange(CreateThing("half")));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_TRUE(plan->planned_state == Thing(Value::Unknown(Type::String()), Value::String("half")));
  EXPECT_EQ(plan->planned_private, std::string("\0private\xff", 9));
  EXPECT_TRUE(plan->legacy_type_system);
  ASSERT_EQ(plan->requires_replace.size(), 1u);
  EXPECT_EQ(hcl::ToString(plan->requires_replace[0]), ".value");

  const auto apply =
      runner_.Run(provider_->ApplyResourceChange({.type_name = "standin_thing",
                                                  .prior_state = kNothing,
                                                  .planned_state = plan->planned_state,
                                                  .config = Thing(kNoText, Value::String("half")),
                                                  .planned_private = plan->planned_private}));
  ASSERT_TRUE(apply) << apply.error().message;
  EXPECT_TRUE(apply->state == Thing(Value::String("1"), Value::String("half")));
  EXPECT_EQ(apply->private_data, plan->planned_private);
  EXPECT_EQ(apply->diagnostics.at(0).detail, "The disk is full.");

  const auto read = runner_.Run(
      provider_->ReadResource({.type_name = "standin_thing", .state = apply->state, .private_data = "p"}));
  EXPECT_TRUE(read->state == apply->state);
  EXPECT_EQ(read->private_data, "p");
  const auto gone = runner_.Run(provider_->ReadResource(
      {.type_name = "standin_thing", .state = Thing(kNoText, Value::String("gone"))}));
  EXPECT_TRUE(gone->state.IsNull());
}

TEST_P(PluginTest, TakesStatesInJson) {
  const auto upgraded = runner_.Run(provider_->UpgradeResourceState(
      {.type_name = "standin_thing", .version = 1, .json = R"({"id":"7","value":"a"})"}));
  ASSERT_TRUE(upgraded) << upgraded.error().message;
  EXPECT_TRUE(upgraded->state == Thing(Value::String("7"), Value::String("a")));
  const auto moved =
      runner_.Run(provider_->MoveResourceState({.source_provider_address = "registry.terraform.io/a/b",
                                                .source_type_name = "b_c",
                                                .source_json = R"({"id":"8","value":null})",
                                                .source_private = "kept",
                                                .type_name = "standin_thing"}));
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_TRUE(moved->state == Thing(Value::String("8"), kNoText));
  EXPECT_EQ(moved->private_data, "kept");
  const auto imported =
      runner_.Run(provider_->ImportResourceState({.type_name = "standin_thing", .id = "i-9"}));
  ASSERT_TRUE(imported) << imported.error().message;
  ASSERT_EQ(imported->resources.size(), 1u);
  EXPECT_EQ(imported->resources[0].type_name, "standin_thing");
  EXPECT_TRUE(imported->resources[0].state == Thing(Value::String("i-9"), kNoText));
  EXPECT_EQ(imported->resources[0].private_data, "imported");
}

TEST_P(PluginTest, ReadsDataAndEphemeralResources) {
  const Value config = Thing(kNoText, Value::String("x"));
  const auto data = runner_.Run(provider_->ReadDataSource({.type_name = "standin_echo", .config = config}));
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_TRUE(data->state == Thing(Value::String("read"), Value::String("x")));
  EXPECT_TRUE(
      runner_.Run(provider_->ValidateDataSource({.type_name = "standin_echo", .config = config}))->empty());

  EXPECT_TRUE(
      runner_.Run(provider_->ValidateEphemeral({.type_name = "standin_secret", .config = config}))->empty());
  const auto open = runner_.Run(provider_->OpenEphemeral({.type_name = "standin_secret", .config = config}));
  ASSERT_TRUE(open) << open.error().message;
  EXPECT_TRUE(open->result == config);
  EXPECT_EQ(open->renew_at->time_since_epoch().count(), 1'900'000'000'000'000'005);
  const auto renewed = runner_.Run(
      provider_->RenewEphemeral({.type_name = "standin_secret", .private_data = open->private_data}));
  EXPECT_EQ(renewed->private_data, "open+");
  EXPECT_FALSE(renewed->renew_at);
  const auto closed = runner_.Run(
      provider_->CloseEphemeral({.type_name = "standin_secret", .private_data = renewed->private_data}));
  EXPECT_EQ(closed->at(0).detail, "open+");
}

TEST_P(PluginTest, CallsFunctions) {
  const auto shouted = runner_.Run(
      provider_->CallFunction({.name = "shout", .arguments = {Value::String("ab"), Value::Int(1)}}));
  ASSERT_TRUE(shouted) << shouted.error().message;
  EXPECT_TRUE(shouted->result == Value::String("AB"));
  const auto failed =
      runner_.Run(provider_->CallFunction({.name = "shout", .arguments = {Value::String("fail")}}));
  ASSERT_TRUE(failed && failed->error);
  EXPECT_EQ(failed->error->text, "No shouting.");
  EXPECT_EQ(failed->error->argument, 0);
  EXPECT_FALSE(runner_.Run(provider_->CallFunction({.name = "shout", .arguments = {}})));
  EXPECT_FALSE(runner_.Run(provider_->CallFunction({.name = "whisper", .arguments = {}})));
}

// Runs `count` plans at the same time.
net::Task<int> PlanManyAtOnce(net::Loop& loop, Provider& provider, int count) {
  int done = 0;
  const auto plan = [](Provider& of, int number, int& counted) -> net::Task<void> {
    PlanRequest request = CreateThing(Format("n{}", number));
    const Value expected = Thing(Value::Unknown(Type::String()), Value::String(Format("n{}", number)));
    const auto answer = co_await of.PlanResourceChange(std::move(request));
    if (answer && answer->planned_state == expected) ++counted;
  };
  net::TaskGroup group(loop);
  for (int i = 0; i < count; ++i) group.Spawn(plan(provider, i, done));
  co_await group.Empty();
  co_return done;
}

TEST_P(PluginTest, AnswersManyCallsAtOnce) {
  EXPECT_EQ(runner_.Run(PlanManyAtOnce(runner_.loop(), *provider_, 50)), 50);
}

TEST_P(PluginTest, SaysWhatItDoesNotHave) {
  const auto plan = runner_.Run(provider_->PlanResourceChange({.type_name = "standin_other",
                                                               .prior_state = kNothing,
                                                               .proposed_state = kNothing,
                                                               .config = kNothing}));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(plan.error().message,
            "provider cairn/standin: the provider has no resource type \"standin_other\"");
  const auto misfit = runner_.Run(
      provider_->ValidateResource({.type_name = "standin_thing", .config = Thing(Value::Int(1), kNoText)}));
  ASSERT_FALSE(misfit);
  EXPECT_THAT(misfit.error().message, HasSubstr(".id: number where string is needed"));
}

// What goes wrong before a provider is there.
struct StartFault {
  const char* fault;
  ErrorCode code;
  const char* message;
};

class PluginStartTest : public testing::TestWithParam<StartFault> {};

INSTANTIATE_TEST_SUITE_P(
    Faults, PluginStartTest,
    testing::Values(
        StartFault{"exit", ErrorCode::kDisconnected,
                   "provider cairn/standin: it ended with exit code 3 before it said where it listens; it "
                   "wrote:\ncannot read my own settings"},
        StartFault{"garbage", ErrorCode::kInvalid,
                   "provider cairn/standin: its first line is not the handshake of a plugin: "
                   "\"hello, world\""},
        StartFault{"protocol", ErrorCode::kInvalid,
                   "provider cairn/standin: it speaks plugin protocol \"4\", but only 5 and 6 are supported"},
        StartFault{"silent", ErrorCode::kTimeout,
                   "provider cairn/standin: it did not say in time where it listens"},
        StartFault{"endless", ErrorCode::kInvalid,
                   "provider cairn/standin: its first line is too long for the handshake of a plugin"},
        StartFault{"stranger", ErrorCode::kDenied, "provider cairn/standin: cannot connect to it: "}),
    [](const auto& test) { return test.param.fault; });

TEST_P(PluginStartTest, SaysWhatIsWrong) {
  if (!StandInIsThere()) GTEST_SKIP() << "no python3-grpcio";
  PluginRunner runner;
  const StartFault& fault = GetParam();
  PluginOptions options = runner.Options(Format(R"({{"fault":"{}"}})", fault.fault));
  const bool is_silent = fault.code == ErrorCode::kTimeout;
  if (is_silent) options.start_timeout = std::chrono::milliseconds(300);
  const auto started = runner.TryStart(options);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, fault.code) << started.error().message;
  EXPECT_THAT(started.error().message, testing::StartsWith(fault.message));
}

TEST(Plugin, SaysThatAProgramCannotBeStarted) {
  PluginRunner runner;
  PluginOptions options;
  options.name = "a/b";
  options.program = runner.directory() / "missing";
  const auto started = runner.TryStart(options);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(started.error().message, HasSubstr("provider a/b: cannot start "));
}

// What goes wrong while it answers.
struct CallFault {
  const char* fault;
  ErrorCode code;
  const char* message;
};

class PluginCallTest : public testing::TestWithParam<CallFault> {};

INSTANTIATE_TEST_SUITE_P(
    Faults, PluginCallTest,
    testing::Values(
        CallFault{"crash", ErrorCode::kDisconnected,
                  "provider cairn/standin: PlanResourceChange: the plugin crashed: exit code 2; it wrote:\n"
                  "panic: nil pointer dereference\ngoroutine 1 [running]:"},
        CallFault{"hang", ErrorCode::kTimeout,
                  "provider cairn/standin: PlanResourceChange: the plugin hangs: "},
        CallFault{"stuck", ErrorCode::kTimeout,
                  "provider cairn/standin: PlanResourceChange: the plugin hangs: "},
        CallFault{"malformed", ErrorCode::kInternal,
                  "provider cairn/standin: PlanResourceChange: the plugin's answer is wrong: the answer is "
                  "malformed"},
        CallFault{
            "misfit", ErrorCode::kInternal,
            "provider cairn/standin: PlanResourceChange: the plugin's answer is wrong: an object with 2 "
            "attributes is required, not 1"},
        CallFault{"huge", ErrorCode::kOverloaded,
                  "provider cairn/standin: PlanResourceChange: the answer has 6815"},
        CallFault{"error", ErrorCode::kOverloaded,
                  "provider cairn/standin: PlanResourceChange: RESOURCE_EXHAUSTED: no more plans today: 100% "
                  "used, \u00e9"}),
    [](const auto& test) { return test.param.fault; });

TEST_P(PluginCallTest, SaysWhatIsWrong) {
  if (!StandInIsThere()) GTEST_SKIP() << "no python3-grpcio";
  PluginRunner runner;
  const CallFault& fault = GetParam();
  PluginOptions options = runner.Options(Format(R"({{"fault":"{}"}})", fault.fault));
  const bool hangs = fault.code == ErrorCode::kTimeout;
  if (hangs) options.operation_timeout = std::chrono::milliseconds(300);
  options.stop_timeout = std::chrono::milliseconds(500);
  auto started = runner.TryStart(options);
  ASSERT_TRUE(started) << started.error().message;
  const auto plan = runner.Run((*started)->PlanResourceChange(CreateThing("x")));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, fault.code) << plan.error().message;
  EXPECT_THAT(plan.error().message, testing::StartsWith(fault.message));
  runner.Run((*started)->Close());
}

// The process that a plugin's log names.
bool IsRunning(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

pid_t OnlyChild() {
  const auto text = ReadFile(Format("/proc/self/task/{}/children", ::getpid()), 4096);
  return text && !text->empty() ? std::atoi(text->c_str()) : 0;
}

TEST(Plugin, KillsWhatDoesNotEndByItself) {
  if (!StandInIsThere()) GTEST_SKIP() << "no python3-grpcio";
  PluginRunner runner;
  PluginOptions options = runner.Options(R"({"fault":"deaf"})");
  options.stop_timeout = std::chrono::milliseconds(100);
  auto started = runner.TryStart(options);
  ASSERT_TRUE(started) << started.error().message;
  const pid_t pid = OnlyChild();
  ASSERT_TRUE(pid > 0 && IsRunning(pid));
  runner.Run((*started)->Close());
  EXPECT_FALSE(IsRunning(pid));
}

TEST(Plugin, IsKilledWithItsProvider) {
  if (!StandInIsThere()) GTEST_SKIP() << "no python3-grpcio";
  PluginRunner runner;
  auto started = runner.TryStart(runner.Options("{}"));
  ASSERT_TRUE(started) << started.error().message;
  const pid_t pid = OnlyChild();
  ASSERT_TRUE(pid > 0 && IsRunning(pid));
  started->reset();
  EXPECT_FALSE(IsRunning(pid));
}

TEST(Plugin, MayWriteAsMuchAsItLikes) {
  if (!StandInIsThere()) GTEST_SKIP() << "no python3-grpcio";
  PluginRunner runner;
  auto provider = runner.Start(R"({"fault":"noise"})");
  EXPECT_TRUE(runner.Run(provider->PlanResourceChange(CreateThing("x"))));
  runner.Run(provider->Close());
}

// A plan that only ends because the provider is told to stop.
net::Task<bool> PlanUntilStopped(net::Loop& loop, Provider& provider) {
  bool planned = false;
  const auto plan = [](Provider& of, bool& done) -> net::Task<void> {
    PlanRequest request = CreateThing("x");
    const auto answer = co_await of.PlanResourceChange(std::move(request));
    done = answer.has_value();
  };
  net::TaskGroup group(loop);
  group.Spawn(plan(provider, planned));
  const auto stopped = co_await provider.Stop();
  co_await group.Empty();
  co_return stopped&& planned;
}

TEST(Plugin, StopsWhenAsked) {
  if (!StandInIsThere()) GTEST_SKIP() << "no python3-grpcio";
  PluginRunner runner;
  auto provider = runner.Start(R"({"fault":"wait"})");
  EXPECT_TRUE(runner.Run(PlanUntilStopped(runner.loop(), *provider)));
  runner.Run(provider->Close());
}

int CallsOf(const std::string& log, std::string_view method) {
  int count = 0;
  for (size_t at = log.find(method); at != std::string::npos; at = log.find(method, at + 1)) ++count;
  return count;
}

TEST(Plugin, KeepsSchemasOnlyWhereTheProviderAllowsIt) {
  if (!StandInIsThere()) GTEST_SKIP() << "no python3-grpcio";
  for (const bool is_optional : {false, true}) {
    PluginRunner runner;
    const std::string log = runner.directory() / "log";
    PluginOptions options =
        runner.Options(Format(R"({{"log":"{}","schema_optional":{}}})", log, is_optional));
    options.schema_cache_directory = runner.directory() / "cache";
    options.package_hash = "h1:a/b+c=";
    for (int run = 0; run < 3; ++run) {
      if (run == 2) options.package_hash = "h1:another=";
      auto started = runner.TryStart(options);
      ASSERT_TRUE(started) << started.error().message;
      const auto schemas = runner.Run((*started)->GetSchemas());
      ASSERT_TRUE(schemas) << schemas.error().message;
      EXPECT_EQ((*schemas->schemas->Find(SchemaKind::kResource, "standin_thing"))->version, 3);
      EXPECT_TRUE(runner.Run((*started)->PlanResourceChange(CreateThing("x"))));
      runner.Run((*started)->Close());
    }
    EXPECT_EQ(CallsOf(*ReadFile(log, 1 << 20), "GetProviderSchema"), is_optional ? 2 : 3);
  }
}

// Started by somebody else, who asked for no TLS.
TEST(Plugin, IsReattachedTo) {
  if (!StandInIsThere()) GTEST_SKIP() << "no python3-grpcio";
  PluginRunner runner;
  const PluginOptions options = runner.Options("{}");
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(::pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  const UniqueFd read_end(pipe_ends[0]);
  UniqueFd write_end(pipe_ends[1]);
  SubprocessOptions process_options;
  process_options.argv = {options.program, options.arguments[0], options.arguments[1]};
  process_options.environment = options.environment;
  process_options.environment.push_back(
      "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");
  process_options.environment.push_back("PLUGIN_PROTOCOL_VERSIONS=6");
  process_options.stdout_fd = write_end.get();
  process_options.die_with_parent = true;
  auto process = Subprocess::Start(process_options);
  ASSERT_TRUE(process);
  write_end.reset();
  std::array<char, 1000> line{};
  const ssize_t size = ::read(read_end.get(), line.data(), line.size());
  ASSERT_GT(size, 0);
  const auto handshake = ParseHandshake({line.data(), size_t(size) - 1});
  ASSERT_TRUE(handshake) << handshake.error().message;

  ReattachTarget target{.protocol = 6, .network = "unix", .address = handshake->socket_path};
  const auto attached = runner.Run(AttachPlugin(runner.loop(), target, options));
  ASSERT_TRUE(attached) << attached.error().message;
  EXPECT_TRUE(runner.Run((*attached)->PlanResourceChange(CreateThing("x"))));
  runner.Run((*attached)->Close());
  EXPECT_FALSE(process->TryWait());  // it lives on
  process->Kill(SIGKILL);
}

TEST(Reattach, ReadsTheVariable) {
  const auto targets = ParseReattach(R"({
    "registry.terraform.io/hashicorp/aws":{"Protocol":"grpc","ProtocolVersion":5,"Pid":1,"Test":true,
      "Addr":{"Network":"unix","String":"/tmp/p.sock"}},
    "a/b":{"Protocol":"grpc","ProtocolVersion":6,"Addr":{"Network":"tcp","String":"127.0.0.1:9"}}})");
  ASSERT_TRUE(targets) << targets.error().message;
  ASSERT_EQ(targets->size(), 2u);
  EXPECT_EQ(targets->at("registry.terraform.io/hashicorp/aws").address, "/tmp/p.sock");
  EXPECT_EQ(targets->at("registry.terraform.io/a/b").protocol, 6);
  EXPECT_TRUE(ParseReattach("")->empty());
  EXPECT_FALSE(ParseReattach("{"));
  EXPECT_FALSE(ParseReattach(R"({"a/b":{"Protocol":"netrpc"}})"));
  EXPECT_FALSE(ParseReattach(R"({"a/b":{"Protocol":"grpc","ProtocolVersion":7}})"));
  EXPECT_FALSE(ParseReattach(R"({"a/b":{"Protocol":"grpc","ProtocolVersion":6}})"));
}

}  // namespace
}  // namespace cairn::provider
