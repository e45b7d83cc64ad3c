#include "config/overrides.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"

namespace cairn::config {
namespace {

using hcl::Block;
using hcl::Body;

// `body` without what is named.
Body Without(const Body& body, const hcl::BodySchema& names) {
  Body rest;
  hcl::Diagnostics reported_when_read;
  body.PartialContent(names, rest, reported_when_read);
  return rest;
}

hcl::Content ContentOf(const Body& body, const hcl::BodySchema& schema) {
  Body rest;
  hcl::Diagnostics reported_when_read;
  return body.PartialContent(schema, rest, reported_when_read);
}

std::vector<hcl::Argument> ArgumentsOf(const Body& body) {
  hcl::Diagnostics reported_when_read;
  return body.JustAttributes(reported_when_read);
}

std::string AliasOf(const Block& provider) {
  const hcl::Content content = ContentOf(provider.body(), {.attributes = {{"alias"}}});
  hcl::Diagnostics reported_when_read;
  const hcl::Value alias =
      content.Get("alias") ? content.Get("alias").EvaluateLiteral(reported_when_read) : hcl::Value();
  const bool is_text = alias.type() == hcl::Type::String() && alias.HasContent();
  return is_text ? std::string(alias.AsString()) : std::string();
}

// Of a list.
hcl::Expression FirstOf(const hcl::Expression& expression) {
  const auto list = expression.AsList();
  return list && !list->empty() ? list->front() : expression;
}

class Overrider {
 public:
  Overrider(std::vector<Block>& blocks, hcl::Diagnostics& diagnostics)
      : blocks_(blocks), diagnostics_(diagnostics) {}

  void Apply(const Block& change) {
    const std::string_view type = change.type();
    if (type == "terraform") return ApplyTerraform(change);
    if (type == "locals") return ApplyLocals(change);
    if (type == "moved") {
      return Refuse("Cannot override 'moved' blocks",
                    "Records of moved objects can appear only in normal files, not in override files.",
                    change);
    }
    if (type == "import") {
      return Refuse("Cannot override 'import' blocks",
                    "Import blocks can appear only in normal files, not in override files.", change);
    }
    if (type == "check") {
      return Refuse("Can't override check blocks", "Override files cannot override check blocks.", change);
    }
    if (!CheckContent(change)) return;
    const auto base =
        std::ranges::find_if(blocks_, [&](const Block& block) { return IsSame(block, change); });
    if (base != blocks_.end()) {
      *base = base->WithBody(base->body().OverriddenBy(change.body(), {"lifecycle"}));
    } else if (type == "removed" || (type == "provider" && AliasOf(change).empty())) {
      blocks_.push_back(change);  // no configuration of a provider is an empty one
    } else {
      ReportMissing(change);
    }
  }

 private:
  static bool IsSame(const Block& block, const Block& change) {
    if (block.type() != change.type() || block.labels() != change.labels()) return false;
    return block.type() != "removed" && (block.type() != "provider" || AliasOf(block) == AliasOf(change));
  }

  void Refuse(std::string summary, std::string detail, const Block& change) {
    diagnostics_.AddError(std::move(summary), std::move(detail), change.definition_range());
  }

  // What override files may not say within blocks.
  bool CheckContent(const Block& change) {
    bool ok = RefuseRules(change.body());
    const hcl::Content content =
        ContentOf(change.body(), {.attributes = {{"depends_on"}}, .blocks = {{"lifecycle"}}});
    for (const Block& lifecycle : content.blocks) ok = RefuseRules(lifecycle.body()) && ok;
    const bool depends = content.Get("depends_on") && change.type() != "output";
    if (depends) {
      diagnostics_.AddError("Unsupported override", "The depends_on argument may not be overridden.",
                            FirstOf(content.Get("depends_on")).range());
    }
    return ok && !depends;
  }

  bool RefuseRules(const Body& body) {
    const hcl::Content rules =
        ContentOf(body, {.blocks = {{"validation"}, {"precondition"}, {"postcondition"}}});
    for (const Block& rule : rules.blocks) {
      const std::string type(rule.type());
      diagnostics_.AddError(Format("Can't override {} blocks", type),
                            Format("Override files cannot override {:?} blocks.", type),
                            rule.definition_range());
    }
    return rules.blocks.empty();
  }

  // What a module says about itself may be spread over several blocks.
  void ApplyTerraform(const Block& change) {
    const hcl::Content content =
        ContentOf(change.body(), {.attributes = {{"required_version"}},
                                  .blocks = {{"required_providers"}, {"backend", {"type"}}, {"cloud"}}});
    hcl::BodySchema replaced;
    for (const hcl::Argument& argument : content.attributes) replaced.attributes.push_back({argument.name()});
    bool has_providers = false;
    for (const Block& block : content.blocks) {
      if (block.type() == "required_providers") has_providers = true;
    }
    if (std::ranges::any_of(content.blocks, [](const Block& b) { return b.type() != "required_providers"; }))
      replaced.blocks = {{"backend", {"type"}}, {"cloud"}};
    Block* base = nullptr;
    for (Block& block : blocks_) {
      if (block.type() != "terraform") continue;
      block = block.WithBody(Without(block.body(), replaced));
      const bool lists = !ContentOf(block.body(), {.blocks = {{"required_providers"}}}).blocks.empty();
      if (base == nullptr || (has_providers && lists)) base = &block;
    }
    if (base == nullptr) return blocks_.push_back(change);
    *base = base->WithBody(base->body().OverriddenBy(change.body(), {"required_providers"}));
  }

  void ApplyLocals(const Block& change) {
    for (const hcl::Argument& local : ArgumentsOf(change.body())) {
      hcl::BodySchema others;
      for (const hcl::Argument& other : ArgumentsOf(change.body())) {
        if (other.name() != local.name()) others.attributes.push_back({other.name()});
      }
      const auto base = std::ranges::find_if(blocks_, [&](const Block& block) {
        return block.type() == "locals" &&
               std::ranges::any_of(ArgumentsOf(block.body()),
                                   [&](const hcl::Argument& one) { return one.name() == local.name(); });
      });
      if (base != blocks_.end()) {
        *base = base->WithBody(base->body().OverriddenBy(Without(change.body(), others)));
        continue;
      }
      diagnostics_.AddError(
          "Missing base local value definition to override",
          Format("There is no local value named {:?}. An override file can only override a local value that "
                 "was already defined in a primary configuration file.",
                 std::string(local.name())),
          local.range());
    }
  }

  void ReportMissing(const Block& change) {
    const std::string_view type = change.type();
    const std::string& name = change.labels().back();
    if (type == "variable") {
      Refuse("Missing base variable declaration to override",
             Format("There is no variable named {:?}. An override file can only override a variable that was "
                    "already declared in a primary configuration file.",
                    name),
             change);
    } else if (type == "output") {
      Refuse("Missing base output definition to override",
             Format("There is no output named {:?}. An override file can only override an output that was "
                    "already defined in a primary configuration file.",
                    name),
             change);
    } else if (type == "module") {
      Refuse("Missing module call to override",
             Format("There is no module call named {:?}. An override file can only override a module call "
                    "that was defined in a primary configuration file.",
                    name),
             change);
    } else if (type == "provider") {
      Refuse("Missing base provider configuration for override",
             Format("There is no {} provider configuration with the alias {:?}. An override file can only "
                    "override an aliased provider configuration that was already defined in a primary "
                    "configuration file.",
                    name, AliasOf(change)),
             change);
    } else {
      const std::string kind = type == "resource" ? "" : std::string(type) + " ";
      Refuse(Format("Missing {}resource to override", kind),
             Format("There is no {} {}resource named {:?}. An override file can only override a {} block "
                    "defined in a primary configuration file.",
                    change.labels()[0], kind, name, std::string(type)),
             change);
    }
  }

  std::vector<Block>& blocks_;
  hcl::Diagnostics& diagnostics_;
};

}  // namespace

std::vector<Block> Override(std::vector<Block> blocks, const std::vector<Block>& changes,
                            hcl::Diagnostics& diagnostics) {
  Overrider overrider(blocks, diagnostics);
  for (const Block& change : changes) overrider.Apply(change);
  return blocks;
}

}  // namespace cairn::config
