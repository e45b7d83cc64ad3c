#include "config/provisioners.h"

#include <algorithm>
#include <utility>

#include "hcl/decode.h"

namespace cairn::config {
namespace {

using hcl::AttributeSchema;
using hcl::BlockSchema;
using hcl::Type;

AttributeSchema Optional(std::string name, Type type) {
  return {.name = std::move(name), .type = std::move(type), .optional = true};
}

AttributeSchema Required(std::string name, Type type) {
  return {.name = std::move(name), .type = std::move(type), .required = true};
}

BlockSchema MakeConnectionSchema() {
  std::vector<AttributeSchema> attributes = {
      Required("host", Type::String()),         Optional("port", Type::Number()),
      Optional("bastion_port", Type::Number()), Optional("proxy_port", Type::Number()),
      Optional("agent", Type::Bool()),          Optional("https", Type::Bool()),
      Optional("insecure", Type::Bool()),       Optional("use_ntlm", Type::Bool())};
  for (const char* name : {"type",
                           "user",
                           "password",
                           "timeout",
                           "script_path",
                           "target_platform",
                           "private_key",
                           "certificate",
                           "host_key",
                           "agent_identity",
                           "proxy_scheme",
                           "proxy_host",
                           "proxy_user_name",
                           "proxy_user_password",
                           "bastion_host",
                           "bastion_host_key",
                           "bastion_user",
                           "bastion_password",
                           "bastion_private_key",
                           "bastion_certificate",
                           "cacert"}) {
    attributes.push_back(Optional(name, Type::String()));
  }
  return hcl::MakeBlockSchema(std::move(attributes));
}

bool IsOfTheObject(const hcl::Reference& reference) {
  const std::string_view root = reference.root;
  const std::string_view first = reference.steps.empty() ? std::string_view() : reference.steps[0].name;
  if (root == "each") return first == "key";
  if (root == "count") return first == "index";
  return root == "self" || root == "path" || root == "terraform";
}

}  // namespace

const BlockSchema* ProvisionerSchema(std::string_view type) {
  static const BlockSchema local_exec = hcl::MakeBlockSchema(
      {Required("command", Type::String()), Optional("interpreter", Type::List(Type::String())),
       Optional("working_dir", Type::String()), Optional("environment", Type::Map(Type::String())),
       Optional("quiet", Type::Bool())});
  static const BlockSchema file =
      hcl::MakeBlockSchema({Optional("source", Type::String()), Optional("content", Type::String()),
                            Required("destination", Type::String())});
  static const BlockSchema remote_exec = hcl::MakeBlockSchema(
      {Optional("inline", Type::List(Type::String())), Optional("script", Type::String()),
       Optional("scripts", Type::List(Type::String()))});
  if (type == "local-exec") return &local_exec;
  if (type == "file") return &file;
  return type == "remote-exec" ? &remote_exec : nullptr;
}

const BlockSchema& ConnectionSchema() {
  static const BlockSchema schema = MakeConnectionSchema();
  return schema;
}

std::vector<hcl::Reference> ReferencesOf(const Provisioner& provisioner) {
  std::vector<hcl::Reference> references;
  if (const BlockSchema* schema = ProvisionerSchema(provisioner.type)) {
    references = hcl::References(provisioner.body, *schema);
  }
  if (provisioner.connection) {
    for (hcl::Reference& one : hcl::References(*provisioner.connection, ConnectionSchema())) {
      references.push_back(std::move(one));
    }
  }
  return references;
}

void CheckDestroyReferences(const hcl::Body& body, hcl::Diagnostics& diagnostics) {
  hcl::Diagnostics reported_elsewhere;
  for (const hcl::Argument& argument : body.JustAttributes(reported_elsewhere)) {
    const hcl::Expression expression = argument.expression();
    if (std::ranges::all_of(expression.References(), IsOfTheObject)) continue;
    diagnostics.AddError(
        "Invalid reference from destroy provisioner",
        "Destroy-time provisioners and their connection configurations may only reference attributes of the "
        "related resource, via 'self', 'count.index', or 'each.key'.\n\nReferences to other resources during "
        "the destroy phase can cause dependency cycles and interact poorly with create_before_destroy.",
        expression.range());
  }
}

}  // namespace cairn::config
