// What the backends' blocks may hold. Source: what `terraform init` 1.11.4 writes to
// .terraform/terraform.tfstate.

#include <initializer_list>
#include <map>
#include <vector>

#include "base/strings.h"
#include "commands/backends.h"
#include "hcl/convert.h"

namespace cairn::commands {
namespace {

using hcl::AttributeSchema;
using hcl::Type;
using hcl::Value;
using Names = std::initializer_list<std::string_view>;

void Add(std::vector<AttributeSchema>& attributes, const Type& type, Names names, bool required = false) {
  for (const std::string_view name : names) {
    attributes.push_back(
        {.name = std::string(name), .type = type, .required = required, .optional = !required});
  }
}

// An attribute that is an object, all of whose attributes may be left out.
void AddObject(std::vector<AttributeSchema>& attributes, std::string name,
               std::vector<AttributeSchema> inner) {
  attributes.push_back({.name = std::move(name),
                        .nested = std::make_shared<const hcl::NestedAttributes>(
                            hcl::NestedAttributes{.attributes = std::move(inner)}),
                        .optional = true});
}

hcl::BlockSchema LocalSchema() {
  std::vector<AttributeSchema> attributes;
  Add(attributes, Type::String(), {"path", "workspace_dir"});
  return hcl::MakeBlockSchema(std::move(attributes));
}

hcl::BlockSchema HttpSchema() {
  std::vector<AttributeSchema> attributes;
  Add(attributes, Type::String(),
      {"address", "client_ca_certificate_pem", "client_certificate_pem", "client_private_key_pem",
       "lock_address", "lock_method", "password", "unlock_address", "unlock_method", "update_method",
       "username"});
  Add(attributes, Type::Number(), {"retry_max", "retry_wait_max", "retry_wait_min"});
  Add(attributes, Type::Bool(), {"skip_cert_verification"});
  return hcl::MakeBlockSchema(std::move(attributes));
}

hcl::BlockSchema S3Schema() {
  std::vector<AttributeSchema> attributes, endpoints, role, identity;
  const Type texts = Type::Set(Type::String());
  Add(attributes, Type::String(), {"bucket", "key"}, /*required=*/true);
  Add(attributes, Type::String(),
      {"access_key",
       "acl",
       "custom_ca_bundle",
       "dynamodb_endpoint",
       "dynamodb_table",
       "ec2_metadata_service_endpoint",
       "ec2_metadata_service_endpoint_mode",
       "endpoint",
       "http_proxy",
       "https_proxy",
       "iam_endpoint",
       "kms_key_id",
       "no_proxy",
       "profile",
       "region",
       "retry_mode",
       "secret_key",
       "shared_credentials_file",
       "sse_customer_key",
       "sts_endpoint",
       "sts_region",
       "token",
       "workspace_key_prefix"});
  Add(attributes, Type::Bool(),
      {"encrypt", "force_path_style", "insecure", "skip_credentials_validation", "skip_metadata_api_check",
       "skip_region_validation", "skip_requesting_account_id", "skip_s3_checksum", "use_dualstack_endpoint",
       "use_fips_endpoint", "use_lockfile", "use_path_style"});
  Add(attributes, Type::Number(), {"max_retries"});
  Add(attributes, texts,
      {"allowed_account_ids", "forbidden_account_ids", "shared_config_files", "shared_credentials_files"});
  Add(endpoints, Type::String(), {"dynamodb", "iam", "s3", "sso", "sts"});
  AddObject(attributes, "endpoints", std::move(endpoints));
  Add(role, Type::String(), {"role_arn"}, /*required=*/true);
  Add(role, Type::String(), {"duration", "external_id", "policy", "session_name", "source_identity"});
  Add(role, texts, {"policy_arns", "transitive_tag_keys"});
  Add(role, Type::Map(Type::String()), {"tags"});
  AddObject(attributes, "assume_role", std::move(role));
  Add(identity, Type::String(), {"role_arn"}, /*required=*/true);
  Add(identity, Type::String(),
      {"duration", "policy", "session_name", "web_identity_token", "web_identity_token_file"});
  Add(identity, texts, {"policy_arns"});
  AddObject(attributes, "assume_role_with_web_identity", std::move(identity));
  return hcl::MakeBlockSchema(std::move(attributes));
}

// `type` with the attributes that may be left out as optional ones.
Type Constraint(const AttributeSchema& attribute) {
  if (!attribute.nested) return attribute.type;
  std::vector<hcl::ObjectAttribute> attributes;
  for (const AttributeSchema& inner : attribute.nested->attributes) {
    attributes.push_back({.name = inner.name, .type = inner.type, .optional = !inner.required});
  }
  return Type::Object(std::move(attributes));
}

}  // namespace

const hcl::BlockSchema* FindBackendSchema(std::string_view type) {
  static const std::map<std::string, hcl::BlockSchema, std::less<>> schemas = {
      {"local", LocalSchema()}, {"http", HttpSchema()}, {"s3", S3Schema()}};
  const auto found = schemas.find(type);
  return found == schemas.end() ? nullptr : &found->second;
}

Result<Value> ToBackendConfig(const hcl::BlockSchema& schema, const Value& config) {
  const bool given = !config.IsNull();
  if (given && !config.IsKnown()) return Value::Unknown(schema.type);
  if (given && !config.type().Is(hcl::TypeKind::kObject) && !config.type().Is(hcl::TypeKind::kMap)) {
    return Fail(ErrorCode::kInvalid, "an object is required");
  }
  std::vector<hcl::NamedValue> values;
  for (const AttributeSchema& attribute : schema.attributes) {
    const Value* const written = given ? config.Find(attribute.name) : nullptr;
    const Value value = written != nullptr ? *written : Value::Null(attribute.type);
    if (attribute.required && value.IsNull()) {
      return Fail(ErrorCode::kInvalid, Format("attribute \"{}\" is required", attribute.name));
    }
    const Type wanted = Constraint(attribute);
    auto converted = hcl::Convert(value, wanted);
    if (!converted) {
      return Fail(ErrorCode::kInvalid,
                  Format(".{}: {}", attribute.name, hcl::MismatchMessage(value.type(), wanted)));
    }
    values.push_back({attribute.name, *std::move(converted)});
  }
  for (size_t i = 0; given && i < config.size(); ++i) {
    if (schema.FindAttribute(config.name(i)) == nullptr) {
      return Fail(ErrorCode::kInvalid, Format("unexpected attribute \"{}\"", config.name(i)));
    }
  }
  return Value::Object(std::move(values));
}

}  // namespace cairn::commands
