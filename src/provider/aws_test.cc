// The AWS provider 5.100.0, the largest there is, where it is installed: below $CAIRN_TF_PLUGINS
// (/opt/tf-plugins), a filesystem mirror.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "data/json.h"
#include "hcl/schema_json.h"
#include "provider/plugin.h"
#include "provider/testing/stand_in.h"

namespace cairn::provider {
namespace {

using data::Json;
using hcl::Type;
using hcl::Value;

std::string AwsProvider() {
  const char* const mirror = getenv("CAIRN_TF_PLUGINS");
  return std::string(mirror ? mirror : "/opt/tf-plugins") +
         "/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64/terraform-provider-aws_v5.100.0_x5";
}

void Put(boost::json::object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

// As `terraform providers schema -json` has them: what is false, zero or empty is left out.
Json ToJson(const Schema& schema) {
  return boost::json::object{{"version", schema.version}, {"block", hcl::ToJson(*schema.block)}};
}

Json ToJson(const FunctionSignature& signature) {
  boost::json::object object;
  Put(object, "description", signature.description);
  Put(object, "summary", signature.summary);
  object["return_type"] = signature.result.ToJson();
  boost::json::array parameters;
  for (const FunctionParameter& parameter : signature.parameters) {
    boost::json::object each{{"name", parameter.name}, {"type", parameter.type.ToJson()}};
    Put(each, "description", parameter.description);
    if (parameter.allow_null) each["is_nullable"] = true;
    parameters.push_back(std::move(each));
  }
  if (!parameters.empty()) object["parameters"] = std::move(parameters);
  return object;
}

void ExpectAsRecorded(const Schemas& schemas) {
  const std::string file = std::string(getenv("CAIRN_SOURCE_DIR")) + "/tests/provider/aws_schemas.json";
  const Json recorded = *data::ParseJson(*ReadFile(file, 1 << 20));
  const auto& kinds = recorded.as_object();
  EXPECT_EQ(ToJson(**schemas.Find(SchemaKind::kProvider, "")), kinds.at("provider"));
  int compared = 0;
  for (const auto& [kind, name] : std::initializer_list<std::pair<SchemaKind, std::string>>{
           {SchemaKind::kResource, "resource_schemas"},
           {SchemaKind::kDataSource, "data_source_schemas"},
           {SchemaKind::kEphemeral, "ephemeral_resource_schemas"}}) {
    EXPECT_EQ(int64_t(schemas.TypeNames(kind).size()), kinds.at(name + "_count").as_int64());
    for (const auto& member : kinds.at(name).as_object()) {
      const auto schema = schemas.Find(kind, member.key());
      ASSERT_TRUE(schema) << schema.error().message;
      EXPECT_EQ(ToJson(**schema), member.value()) << member.key();
      ++compared;
    }
  }
  EXPECT_EQ(compared, 9);
  const auto& functions = kinds.at("functions").as_object();
  EXPECT_EQ(schemas.FunctionNames().size(), functions.size());
  for (const auto& member : functions) {
    EXPECT_EQ(ToJson(**schemas.FindFunction(member.key())), member.value()) << member.key();
  }
}

// The value of a body that has nothing but `given`.
Value Body(const hcl::BlockSchema& block, const std::vector<hcl::NamedValue>& given) {
  std::vector<hcl::NamedValue> attributes = given;
  const auto is_given = [&](std::string_view name) {
    return std::ranges::any_of(given, [&](const hcl::NamedValue& each) { return each.name == name; });
  };
  for (const auto& attribute : block.attributes) {
    if (!is_given(attribute.name)) attributes.push_back({attribute.name, Value::Null(attribute.type)});
  }
  for (const auto& nested : block.blocks) {
    const Type type = hcl::NestedType(nested.nesting, nested.block->type);
    if (is_given(nested.name)) continue;
    attributes.push_back({nested.name, type.IsCollection() && !type.Is(hcl::TypeKind::kMap)
                                           ? Value::Of(type, {})
                                           : Value::Null(type)});
  }
  return Value::Object(std::move(attributes));
}

Value ProviderConfig(const Schemas& schemas) {
  return Body(*(*schemas.Find(SchemaKind::kProvider, ""))->block,
              {{"region", Value::String("us-east-1")},
               {"access_key", Value::String("fake")},
               {"secret_key", Value::String("fake")},
               {"skip_credentials_validation", Value::Bool(true)},
               {"skip_requesting_account_id", Value::Bool(true)},
               {"skip_metadata_api_check", Value::String("true")}});
}

// Without a network.
void ExpectToPlanABucket(PluginRunner& runner, Provider& provider, const Schemas& schemas) {
  const Value settings = ProviderConfig(schemas);
  const auto validated = runner.Run(provider.ValidateProviderConfig(settings));
  ASSERT_TRUE(validated) << validated.error().message;
  EXPECT_TRUE(validated->empty()) << validated->at(0).summary;
  const auto configured = runner.Run(provider.Configure({.terraform_version = "1.11.4", .config = settings}));
  ASSERT_TRUE(configured) << configured.error().message;
  ASSERT_TRUE(configured->empty()) << configured->at(0).summary << configured->at(0).detail;

  const hcl::BlockSchema& block = *(*schemas.Find(SchemaKind::kResource, "aws_s3_bucket"))->block;
  const Value bad = Body(block, {{"bucket", Value::String("a")}, {"bucket_prefix", Value::String("b")}});
  const auto refused = runner.Run(provider.ValidateResource({.type_name = "aws_s3_bucket", .config = bad}));
  ASSERT_TRUE(refused && !refused->empty());
  EXPECT_EQ(refused->at(0).summary, "Conflicting configuration arguments");
  EXPECT_EQ(refused->at(0).attribute.size(), 1u);

  const Value config = Body(block, {{"bucket", Value::String("cairn-test")}});
  const auto valid = runner.Run(provider.ValidateResource({.type_name = "aws_s3_bucket", .config = config}));
  ASSERT_TRUE(valid);
  EXPECT_TRUE(valid->empty());
  const auto plan = runner.Run(provider.PlanResourceChange({.type_name = "aws_s3_bucket",
                                                            .prior_state = Value::Null(block.type),
                                                            .proposed_state = config,
                                                            .config = config}));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_TRUE(plan->diagnostics.empty());
  EXPECT_TRUE(plan->legacy_type_system);
  EXPECT_EQ(plan->planned_state.Find("bucket")->AsString(), "cairn-test");
  EXPECT_FALSE(plan->planned_state.Find("arn")->IsKnown());
  EXPECT_FALSE(plan->planned_state.Find("force_destroy")->AsBool());
}

TEST(AwsProvider, IsDescribedConfiguredAndPlansABucket) {
  if (!std::filesystem::exists(AwsProvider())) GTEST_SKIP() << "no " << AwsProvider();
  PluginRunner runner;
  PluginOptions options;
  options.name = "registry.terraform.io/hashicorp/aws";
  options.program = AwsProvider();
  options.environment = {"TMPDIR=" + runner.directory().path(), "AWS_EC2_METADATA_DISABLED=true"};
  options.schema_cache_directory = runner.directory() / "cache";
  options.package_hash = "h1:any";
  for (const bool is_cached : {false, true}) {
    SCOPED_TRACE(is_cached);
    auto started = runner.TryStart(options);
    ASSERT_TRUE(started) << started.error().message;
    const auto response = runner.Run((*started)->GetSchemas());
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_TRUE(response->diagnostics.empty());
    EXPECT_TRUE(response->schemas->capabilities().schema_optional);
    ExpectAsRecorded(*response->schemas);
    ExpectToPlanABucket(runner, **started, *response->schemas);
    runner.Run((*started)->Close());
  }
}

}  // namespace
}  // namespace cairn::provider
