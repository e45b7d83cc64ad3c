#include "commands/provider_prompts.h"

#include <map>
#include <memory>
#include <utility>

#include "base/strings.h"
#include "hcl/write.h"

namespace cairn::commands {
namespace {

// As its module calls it: "aws.west".
std::string NameOf(const config::ProviderConfig& provider) {
  if (provider.block != nullptr) return provider.block->name.ToString();
  const config::Module& module = *provider.config->module;
  for (const auto& [name, required] : module.required_providers) {
    if (registry::ToString(config::ProviderOf(module, name)) == provider.address.provider()) return name;
  }
  const auto address = registry::ParseProviderAddress(provider.address.provider());
  return address ? address->type : provider.address.provider();
}

bool Sets(const config::ProviderBlock* block, std::string_view attribute) {
  if (block == nullptr) return false;
  hcl::Diagnostics reported_elsewhere;
  hcl::Body rest;
  const hcl::BodySchema schema{.attributes = {{attribute}}};
  return bool(block->body.PartialContent(schema, rest, reported_elsewhere).Get(attribute));
}

// The lines that set what is answered.
std::string AskFor(const infra::Object& object, const std::string& name, const hcl::BlockSchema& schema,
                   const Questioner& ask) {
  std::string lines;
  for (const hcl::AttributeSchema& attribute : schema.attributes) {
    const bool text = attribute.type.kind() == hcl::TypeKind::kString;
    if (!attribute.required || !text || Sets(object.provider.block, attribute.name)) continue;
    const auto answer = ask(Format("provider.{}.{}", name, attribute.name), attribute.description);
    if (!answer) continue;
    lines += Format("{} = ", attribute.name);
    hcl::AppendExpression(lines, hcl::Value::String(*answer));
    lines += '\n';
  }
  return lines;
}

}  // namespace

void AskProviders(infra::ConfigGraph& graph, const infra::SchemaSource& schemas, const Questioner& ask,
                  std::deque<config::ProviderBlock>& answered) {
  std::map<std::string, infra::Object*> objects;
  for (infra::Object& object : graph.objects) {
    if (object.kind != infra::ObjectKind::kProvider || object.config->parent != nullptr) continue;
    objects[NameOf(object.provider)] = &object;
  }
  for (const auto& [name, object] : objects) {
    const provider::Schemas* offers = schemas.Find(object->provider.address.provider());
    if (offers == nullptr) continue;
    const auto schema = offers->Find(provider::SchemaKind::kProvider, "");
    if (!schema) continue;
    const std::string lines = AskFor(*object, name, *(*schema)->block, ask);
    if (lines.empty()) continue;
    const hcl::Body added = hcl::ParseBody(std::make_shared<hcl::Source>("<answers>", lines)).body;
    const config::ProviderBlock* block = object->provider.block;
    answered.push_back(block != nullptr ? *block : config::ProviderBlock{});
    answered.back().body = block != nullptr ? block->body.OverriddenBy(added) : added;
    object->provider.block = &answered.back();
  }
}

}  // namespace cairn::commands
