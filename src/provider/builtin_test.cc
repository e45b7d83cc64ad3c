#include "provider/builtin.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "base/files.h"
#include "net/loop.h"
#include "provider/value_msgpack.h"

namespace cairn::provider {
namespace {

using hcl::Type;
using hcl::Value;

// A backend "here" with the state of one workspace.
class OneState final : public RemoteStates {
 public:
  bool Knows(std::string_view backend) const override { return backend == "here"; }
  Result<> Check(std::string_view, const Value& config) const override {
    return config.IsNull() ? Result<>() : Fail(ErrorCode::kInvalid, "an object is required");
  }
  net::Task<Result<std::optional<Value>>> Outputs(const std::string&, const Value&,
                                                  const std::string& workspace) override {
    if (workspace != "default") co_return std::nullopt;
    co_return Value::Object({{"a", Value::Int(1)}});
  }
};

class BuiltinTest : public testing::Test {
 protected:
  template <typename T>
  T Run(net::Task<T> task) {
    return loop_.Run(std::move(task));
  }
  Value Data(Value id, Value input, Value output, Value triggers) {
    return Value::Object({{"id", std::move(id)},
                          {"input", std::move(input)},
                          {"output", std::move(output)},
                          {"triggers_replace", std::move(triggers)}});
  }

  const Value null_;
  const Value no_id_ = Value::Null(Type::String());
  SystemClock clock_;
  net::Loop loop_{clock_};
  OneState states_;
  // 0, 1, 2, ...
  std::unique_ptr<Provider> provider_ = MakeBuiltinProvider(
      [this](std::span<uint8_t> bytes) {
        for (uint8_t& byte : bytes) byte = next_++;
      },
      states_);
  uint8_t next_ = 0;
  const Type type_ = Type::Object({{"id", Type::String()},
                                   {"input", Type::Dynamic()},
                                   {"output", Type::Dynamic()},
                                   {"triggers_replace", Type::Dynamic()}});
};

std::string Bytes(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// tests/provider/record_terraform_data.py
TEST_F(BuiltinTest, PlansAsTerraformDoes) {
  const std::string file = std::string(getenv("CAIRN_SOURCE_DIR")) + "/tests/provider/terraform_data.txt";
  std::istringstream corpus(*ReadFile(file, 1 << 20));
  std::string name, before, after, replaces;
  int count = 0, replaced = 0;
  while (corpus >> name >> before >> after >> replaces) {
    SCOPED_TRACE(name + " " + before);
    const auto prior = FromMsgpack(Bytes(before), type_);
    const auto planned = FromMsgpack(Bytes(after), type_);
    ASSERT_TRUE(prior && planned);
    // What is computed is proposed to stay.
    const Value id = prior->IsNull() ? no_id_ : *prior->Find("id");
    const Value output = prior->IsNull() ? null_ : *prior->Find("output");
    const Value proposed = Data(id, *planned->Find("input"), output, *planned->Find("triggers_replace"));
    const Value config = Data(no_id_, *planned->Find("input"), null_, *planned->Find("triggers_replace"));
    const auto response = Run(provider_->PlanResourceChange({.type_name = "terraform_data",
                                                             .prior_state = *prior,
                                                             .proposed_state = proposed,
                                                             .config = config}));
    ASSERT_TRUE(response);
    EXPECT_EQ(*ToMsgpack(response->planned_state, type_), Bytes(after));
    EXPECT_EQ(response->requires_replace.empty(), replaces == "keep");
    EXPECT_TRUE(response->diagnostics.empty());
    ++count;
    if (replaces != "keep") ++replaced;
  }
  EXPECT_GE(count, 20);
  EXPECT_GE(replaced, 2);
}

TEST_F(BuiltinTest, FillsInWhatWasUnknown) {
  const Value text = Value::String("x");
  const Value planned =
      Data(Value::UnknownNotNull(Type::String()), text, Value::Unknown(Type::String()), null_);
  const auto applied = Run(provider_->ApplyResourceChange(
      {.type_name = "terraform_data", .prior_state = null_, .planned_state = planned, .config = null_}));
  ASSERT_TRUE(applied);
  EXPECT_TRUE(applied->state ==
              Data(Value::String("00010203-0405-0607-0809-0a0b0c0d0e0f"), text, text, null_));

  // An update keeps the id.
  const Value updated = Data(Value::String("1"), text, Value::Unknown(Type::String()), null_);
  const auto again = Run(provider_->ApplyResourceChange(
      {.type_name = "terraform_data", .prior_state = planned, .planned_state = updated, .config = null_}));
  EXPECT_TRUE(again->state == Data(Value::String("1"), text, text, null_));

  const auto destroyed = Run(provider_->ApplyResourceChange(
      {.type_name = "terraform_data", .prior_state = planned, .planned_state = null_, .config = null_}));
  EXPECT_TRUE(destroyed->state.IsNull());
}

TEST_F(BuiltinTest, ReadsItsStateAsItIsStored) {
  const auto state = Run(provider_->UpgradeResourceState(
      {.type_name = "terraform_data",
       .json = R"({"id":"1","input":{"value":["a"],"type":["list","string"]},"output":null,
                   "triggers_replace":{"value":5,"type":"number"}})"}));
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->state == Data(Value::String("1"), Value::List(Type::String(), {Value::String("a")}),
                                   null_, Value::Int(5)));
  const auto read = Run(provider_->ReadResource({.type_name = "terraform_data", .state = state->state}));
  EXPECT_TRUE(read->state == state->state);

  const auto wrong = Run(provider_->UpgradeResourceState(
      {.type_name = "terraform_data", .json = R"({"id":"1","input":{"value":3}})"}));
  ASSERT_EQ(wrong->diagnostics.size(), 1u);
  EXPECT_TRUE(wrong->diagnostics[0].summary.starts_with(".input: "));  // the peer's reason has other words
}

Value RemoteState(Value backend, Value config, Value defaults, Value workspace) {
  return Value::Object({{"backend", std::move(backend)},
                        {"config", std::move(config)},
                        {"defaults", std::move(defaults)},
                        {"outputs", Value()},
                        {"workspace", std::move(workspace)}});
}

TEST_F(BuiltinTest, ReadsTheOutputsOfAnotherState) {
  const auto read = [&](Value config) {
    return *Run(
        provider_->ReadDataSource({.type_name = "terraform_remote_state", .config = std::move(config)}));
  };
  const Value here = Value::String("here"), no_workspace = Value::Null(Type::String());
  const Value defaults = Value::Object({{"a", Value::Int(5)}, {"b", Value::Int(6)}});
  EXPECT_TRUE(*read(RemoteState(here, null_, defaults, no_workspace)).state.Find("outputs") ==
              Value::Object({{"a", Value::Int(1)}, {"b", Value::Int(6)}}));
  const auto summary = [&](Value config) { return read(std::move(config)).diagnostics.at(0).summary; };
  EXPECT_EQ(summary(RemoteState(here, null_, null_, Value::String("x"))), "Unable to find remote state");
  EXPECT_EQ(summary(RemoteState(here, here, null_, no_workspace)), "Invalid backend configuration");
  EXPECT_EQ(summary(RemoteState(here, null_, here, no_workspace)), "Invalid default values");
  EXPECT_EQ(summary(RemoteState(Value::String("there"), null_, null_, no_workspace)),
            "Invalid backend configuration");
}

TEST_F(BuiltinTest, RefusesWhatIsComputed) {
  const auto found = Run(provider_->ValidateResource(
      {.type_name = "terraform_data", .config = Data(Value::String("x"), null_, null_, null_)}));
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->at(0).summary, "\"id\" attribute is read-only");
  EXPECT_TRUE(Run(provider_->ValidateResource(
                      {.type_name = "terraform_data", .config = Data(no_id_, null_, null_, null_)}))
                  ->empty());
}

TEST_F(BuiltinTest, ImportsById) {
  const auto imported =
      Run(provider_->ImportResourceState({.type_name = "terraform_data", .id = "some id/x"}));
  ASSERT_EQ(imported->resources.size(), 1u);
  EXPECT_TRUE(imported->resources[0].state == Data(Value::String("some id/x"), null_, null_, null_));
}

TEST_F(BuiltinTest, TakesOverANullResource) {
  MoveStateRequest request{.source_provider_address = "registry.terraform.io/hashicorp/null",
                           .source_type_name = "null_resource",
                           .source_json = R"({"id":"55","triggers":{"k":"v"}})",
                           .type_name = "terraform_data"};
  const auto moved = Run(provider_->MoveResourceState(request));
  EXPECT_TRUE(moved->state ==
              Data(Value::String("55"), null_, null_, Value::Object({{"k", Value::String("v")}})));

  request.source_type_name = "null_other";
  EXPECT_EQ(Run(provider_->MoveResourceState(request))->diagnostics.at(0).summary,
            "Unsupported source resource type for move operation");
  request.source_provider_address = "registry.terraform.io/a/null";
  EXPECT_EQ(Run(provider_->MoveResourceState(request))->diagnostics.at(0).summary,
            "Unsupported source provider for move operation");
}

TEST_F(BuiltinTest, HasNothingElse) {
  const auto planned = Run(provider_->PlanResourceChange(
      {.type_name = "x", .prior_state = null_, .proposed_state = null_, .config = null_}));
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(Run(provider_->ReadDataSource({.type_name = "x", .config = null_})));
  const auto schemas = Run(provider_->GetSchemas());
  EXPECT_EQ(schemas->schemas->TypeNames(SchemaKind::kResource),
            (std::vector<std::string_view>{"terraform_data"}));
}

}  // namespace
}  // namespace cairn::provider
