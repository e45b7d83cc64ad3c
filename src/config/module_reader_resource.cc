#include "base/strings.h"
#include "config/module_reader.h"
#include "config/provisioners.h"

namespace cairn::config {
namespace {

using state::ResourceMode;

const hcl::BodySchema& ResourceSchema(ResourceMode mode) {
  static const hcl::BodySchema managed{
      .attributes = {{"count"}, {"for_each"}, {"provider"}, {"depends_on"}},
      .blocks = {
          {"locals", {}}, {"lifecycle", {}}, {"connection", {}}, {"provisioner", {"type"}}, {"_", {}}}};
  static const hcl::BodySchema other{.attributes = {{"count"}, {"for_each"}, {"provider"}, {"depends_on"}},
                                     .blocks = {{"lifecycle", {}}, {"locals", {}}, {"_", {}}}};
  return mode == ResourceMode::kManaged ? managed : other;
}

std::string_view Words(ResourceMode mode) {
  switch (mode) {
    case ResourceMode::kManaged:
      return "resource";
    case ResourceMode::kData:
      return "data";
    case ResourceMode::kEphemeral:
      return "ephemeral";
  }
  return "";
}

}  // namespace

ProviderName Resource::ImpliedProvider() const {
  return {.name = name.type().substr(0, name.type().find('_')), .range = type_range};
}

void ModuleReader::ReadResource(const hcl::Block& block, ResourceMode mode) {
  auto resource = ResourceOf(block, mode);
  if (!resource) return;
  const auto [existing, is_new] = module_.resources.try_emplace(resource->name, std::move(*resource));
  if (is_new) return;
  Duplicate(Format("Duplicate {} {:?} configuration", Words(mode), resource->name.type()),
            Format("A {} resource named {:?} was already declared at {}. Resource names must be unique per "
                   "type in each "
                   "module.",
                   resource->name.type(), resource->name.name(), Place(existing->second.range)),
            resource->range);
}

std::optional<Resource> ModuleReader::ResourceOf(const hcl::Block& block, ResourceMode mode) {
  const std::string& type = block.labels()[0];
  const std::string& name = block.labels()[1];
  Resource resource{.name = state::ResourceName(mode, type, name),
                    .range = block.definition_range(),
                    .type_range = block.label_range(0)};
  const hcl::Content content = block.body().PartialContent(ResourceSchema(mode), resource.body, diagnostics_);
  const bool names_fine =
      CheckName(type, "Invalid resource type name", block.label_range(0)) &&
      CheckName(name, mode == ResourceMode::kData ? "Invalid data source name" : "Invalid resource name",
                block.label_range(1));
  if (!names_fine) return std::nullopt;
  resource.count = content.Get("count");
  resource.for_each = content.Get("for_each");
  CheckRepetition(content);
  if (content.Get("provider")) resource.provider = ProviderNameOf(content.Get("provider"));
  if (content.Get("depends_on")) resource.depends_on = DependsOn(content.Get("depends_on"));

  std::optional<hcl::SourceRange> lifecycle, connection, escape;
  for (const hcl::Block& inner : content.blocks) {
    const auto again = [&](std::optional<hcl::SourceRange>& seen, std::string what, std::string detail) {
      if (seen) {
        Duplicate(std::move(what), Format("{} {}.", detail, Place(*seen)), inner.definition_range());
        return true;
      }
      seen = inner.definition_range();
      return false;
    };
    if (inner.type() == "lifecycle") {
      if (again(lifecycle, "Duplicate lifecycle block", "This resource already has a lifecycle block at"))
        continue;
      ReadLifecycle(inner, mode, resource.lifecycle);
    } else if (inner.type() == "connection") {
      if (again(connection, "Duplicate connection block", "This resource already has a connection block at"))
        continue;
      resource.connection = inner.body();
    } else if (inner.type() == "provisioner") {
      if (auto provisioner = ProvisionerOf(inner)) resource.provisioners.push_back(std::move(*provisioner));
    } else if (inner.type() == "_") {
      diagnostics_.AddError(
          "Escaping block is not supported",
          "The special block type \"_\", which forces arguments to be the resource type's own, is not "
          "supported. Write the arguments directly in the resource's body.",
          inner.type_range());
    } else {
      diagnostics_.AddError(
          mode == ResourceMode::kManaged ? "Reserved block type name in resource block"
                                         : Format("Reserved block type name in {} block", Words(mode)),
          Format("The block type name {:?} is reserved for use by Terraform in a future version.",
                 std::string(inner.type())),
          inner.type_range());
    }
  }
  return resource;
}

void ModuleReader::ReadLifecycle(const hcl::Block& block, ResourceMode mode, Lifecycle& lifecycle) {
  static const hcl::BodySchema schema{.attributes = {{"create_before_destroy"},
                                                     {"prevent_destroy"},
                                                     {"ignore_changes"},
                                                     {"replace_triggered_by"}},
                                      .blocks = {{"precondition", {}}, {"postcondition", {}}}};
  const hcl::Content content = block.body().GetContent(schema, diagnostics_);
  for (const hcl::Argument& argument : content.attributes) {
    if (mode != ResourceMode::kManaged) {
      diagnostics_.AddError(mode == ResourceMode::kData ? "Invalid data resource lifecycle argument"
                                                        : "Invalid ephemeral resource lifecycle argument",
                            Format("The lifecycle argument {:?} is defined only for managed resources "
                                   "(\"resource\" blocks), and is not valid "
                                   "for {} resources.",
                                   std::string(argument.name()), Words(mode)),
                            argument.name_range());
      continue;
    }
    if (argument.name() == "create_before_destroy")
      lifecycle.create_before_destroy = Flag(argument.expression());
    if (argument.name() == "prevent_destroy")
      lifecycle.prevent_destroy = Flag(argument.expression()).value_or(false);
    if (argument.name() == "ignore_changes") ReadIgnoreChanges(argument.expression(), lifecycle);
    if (argument.name() != "replace_triggered_by") continue;
    const auto list = argument.expression().AsList();
    if (!list) {
      diagnostics_.AddError("Invalid expression", "A static list expression is required.",
                            argument.expression().range());
    } else {
      lifecycle.replace_triggered_by = *list;
    }
  }
  for (const hcl::Block& rule : content.blocks) {
    auto& rules = rule.type() == "precondition" ? lifecycle.preconditions : lifecycle.postconditions;
    rules.push_back(ReadCheckRule(rule, rule.type()));
  }
}

void ModuleReader::ReadIgnoreChanges(hcl::Expression expression, Lifecycle& lifecycle) {
  if (expression.AsKeyword() == "all") {
    lifecycle.ignore_all_changes = true;
    return;
  }
  const auto list = expression.AsList();
  if (!list) {
    diagnostics_.AddError("Invalid expression", "A static list expression is required.", expression.range());
    return;
  }
  for (const hcl::Expression& element : *list) {
    const auto reference = ReferenceOf(element);
    if (!reference) continue;
    hcl::ValuePath path = {hcl::PathStep::Attribute(reference->root)};
    for (const hcl::TraversalStep& step : reference->steps) {
      path.push_back(step.is_attribute ? hcl::PathStep::Attribute(step.name)
                                       : hcl::PathStep::Index(step.key));
    }
    lifecycle.ignore_changes.push_back(std::move(path));
  }
}

std::optional<Provisioner> ModuleReader::ProvisionerOf(const hcl::Block& block) {
  static const hcl::BodySchema schema{.attributes = {{"when"}, {"on_failure"}},
                                      .blocks = {{"connection", {}}, {"lifecycle", {}}, {"_", {}}}};
  Provisioner provisioner{.type = block.labels()[0], .range = block.definition_range()};
  const hcl::Content content = block.body().PartialContent(schema, provisioner.body, diagnostics_);
  if (const hcl::Expression when = content.Get("when")) {
    provisioner.at_destroy = when.AsKeyword() == "destroy";
    if (!provisioner.at_destroy && when.AsKeyword() != "create") {
      diagnostics_.AddError(
          "Invalid \"when\" keyword",
          "The \"when\" argument requires one of the following keywords: create or destroy.", when.range());
    }
  }
  if (const hcl::Expression failure = content.Get("on_failure")) {
    provisioner.continue_on_failure = failure.AsKeyword() == "continue";
    if (!provisioner.continue_on_failure && failure.AsKeyword() != "fail") {
      diagnostics_.AddError(
          "Invalid \"on_failure\" keyword",
          "The \"on_failure\" argument requires one of the following keywords: continue or fail.",
          failure.range());
    }
  }
  for (const hcl::Block& inner : content.blocks) {
    if (inner.type() == "connection") {
      provisioner.connection = inner.body();
    } else {
      diagnostics_.AddError(
          "Reserved block type name in provisioner block",
          Format("The block type name {:?} is reserved for use by Terraform in a future version.",
                 std::string(inner.type())),
          inner.type_range());
    }
  }
  if (provisioner.at_destroy) {
    CheckDestroyReferences(provisioner.body, diagnostics_);
    if (provisioner.connection) CheckDestroyReferences(*provisioner.connection, diagnostics_);
  }
  return provisioner;
}

}  // namespace cairn::config
