#include "state/object_value.h"

#include <gtest/gtest.h>

#include <string>

#include "state/address_parser.h"
#include "state/state_format.h"
#include "state/testing/recorded.h"

namespace cairn::state {
namespace {

using hcl::Marks;
using hcl::Type;
using hcl::Value;

const Type kTerraformData = Type::Object({{"id", Type::String()},
                                          {"input", Type::Dynamic()},
                                          {"output", Type::Dynamic()},
                                          {"triggers_replace", Type::Dynamic()}});

// Each object of terraform_data that terraform wrote is read, and written again as it was.
TEST(ObjectValue, ReadsAndWritesWhatTerraformWrote) {
  hcl::Diagnostics diagnostics;
  const auto state = ReadState(ReadRecorded("states/basic.tfstate"), diagnostics);
  ASSERT_TRUE(state);
  State again = *state;
  size_t sensitive = 0;
  for (auto& [address, resource] : again.resources) {
    if (address.resource.mode() != ResourceMode::kManaged) continue;
    for (auto& [key, instance] : resource.instances) {
      const auto value = DecodeAttributes(*instance.current, kTerraformData);
      ASSERT_TRUE(value) << value.error().message;
      sensitive += value->MarksWithin() == Marks::kSensitive ? 1 : 0;
      InstanceObject object = *instance.current;
      object.sensitive.clear();
      ASSERT_TRUE(EncodeAttributes(*value, kTerraformData, object));
      instance.current = std::make_shared<const InstanceObject>(std::move(object));
    }
  }
  EXPECT_GE(sensitive, 3u);
  EXPECT_EQ(WriteState(again), WriteState(*state));
}

TEST(ObjectValue, MarksAndFindsWhatIsMarked) {
  const Value value =
      Value::Object({{"a", Value::Map(Type::Number(), {{"k", Value::Int(1)}, {"l", Value::Int(2)}})},
                     {"b", Value::Tuple({Value::String("x"), Value::Set(Type::Number(), {Value::Int(3)})})},
                     {"c", Value::List(Type::Bool(), {Value::Bool(true)})}});
  const std::vector<hcl::ValuePath> paths = {
      {hcl::PathStep::Attribute("a"), hcl::PathStep::Index(Value::String("l"))},
      {hcl::PathStep::Attribute("b"), hcl::PathStep::Index(Value::Int(0))},
      {hcl::PathStep::Attribute("c")}};
  const Value marked = MarkedAt(value, paths, Marks::kSensitive);
  EXPECT_EQ(PathsMarked(marked, Marks::kSensitive), paths);
  EXPECT_EQ(marked.WithoutMarksWithin(), value);
  EXPECT_TRUE(PathsMarked(value, Marks::kSensitive).empty());
  EXPECT_TRUE(PathsMarked(marked, Marks::kEphemeral).empty());
}

// What is marked where the path leads nowhere must not be less than what the path meant.
TEST(ObjectValue, MarksTheLastValueOfAPathThatLeadsNowhere) {
  const Value value =
      Value::Object({{"a", Value::Set(Type::Number(), {Value::Int(3)})}, {"b", Value::Int(1)}});
  const hcl::ValuePath into_set = {hcl::PathStep::Attribute("a"), hcl::PathStep::Index(Value::Int(3))};
  EXPECT_EQ(PathsMarked(MarkedAt(value, {into_set}, Marks::kSensitive), Marks::kSensitive),
            (std::vector<hcl::ValuePath>{{hcl::PathStep::Attribute("a")}}));
  const hcl::ValuePath missing = {hcl::PathStep::Attribute("z")};
  EXPECT_EQ(PathsMarked(MarkedAt(value, {missing}, Marks::kSensitive), Marks::kSensitive),
            (std::vector<hcl::ValuePath>{{}}));
}

TEST(ObjectValue, RefusesWhatIsUnknownOrOfAnotherType) {
  InstanceObject object;
  EXPECT_FALSE(DecodeAttributes(object, Type::Dynamic()));
  object.attributes = JsonText::Of("{\"a\":[]}");
  EXPECT_FALSE(DecodeAttributes(object, Type::Object({{"a", Type::String()}})));
  EXPECT_FALSE(EncodeAttributes(Value::Object({{"a", Value::Unknown(Type::String())}}),
                                Type::Object({{"a", Type::String()}}), object));
}

}  // namespace
}  // namespace cairn::state
