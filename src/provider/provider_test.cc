#include "provider/provider.h"

#include <gtest/gtest.h>

namespace cairn::provider {
namespace {

TEST(Diagnostics, WarningsAreNoErrors) {
  Diagnostics list{{.severity = hcl::Severity::kWarning, .summary = "Deprecated"}};
  EXPECT_FALSE(HasErrors(list));
  list.push_back({.severity = hcl::Severity::kError, .summary = "Refused"});
  EXPECT_TRUE(HasErrors(list));
}

TEST(FixedSchemas, FindsByKindAndName) {
  FixedSchemas schemas;
  const auto block = std::make_shared<const hcl::BlockSchema>(
      hcl::MakeBlockSchema({{.name = "id", .type = hcl::Type::String(), .computed = true}}));
  schemas.Add(SchemaKind::kResource, "b", {.version = 2, .block = block});
  schemas.Add(SchemaKind::kResource, "a", {.block = block});
  schemas.Add(SchemaKind::kDataSource, "c", {.block = block});
  schemas.AddFunction("f", {.result = hcl::Type::Bool()});

  EXPECT_EQ((*schemas.Find(SchemaKind::kResource, "b"))->version, 2);
  EXPECT_EQ(schemas.TypeNames(SchemaKind::kResource), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_TRUE(schemas.TypeNames(SchemaKind::kEphemeral).empty());
  EXPECT_EQ((*schemas.FindFunction("f"))->result, hcl::Type::Bool());
  EXPECT_EQ(schemas.FunctionNames(), (std::vector<std::string_view>{"f"}));

  const auto missing = schemas.Find(SchemaKind::kDataSource, "a");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().message, "the provider has no data source \"a\"");
  EXPECT_FALSE(schemas.FindFunction("g"));
}

}  // namespace
}  // namespace cairn::provider
