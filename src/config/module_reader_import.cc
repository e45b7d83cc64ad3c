#include "base/strings.h"
#include "config/import_target.h"
#include "config/module_reader.h"

namespace cairn::config {

void ModuleReader::ReadImport(const hcl::Block& block) {
  static const hcl::BodySchema schema{.attributes = {{"to", true}, {"id", true}, {"for_each"}, {"provider"}}};
  const hcl::Content content = block.body().GetContent(schema, diagnostics_);
  if (!content.Get("to") || !content.Get("id")) return;
  Import import{.to = content.Get("to"),
                .id = content.Get("id"),
                .for_each = content.Get("for_each"),
                .range = block.definition_range()};
  if (content.Get("provider")) {
    import.provider = ProviderNameOf(content.Get("provider"));
    import.provider_range = content.Find("provider").range();
  }
  if (!ReadImportTo(import, content.Find("to").range())) return;
  for (const Import& other : module_.imports) {
    if (!import.address || other.address != import.address) continue;
    const std::string name = import.address->ToString();
    return Duplicate(
        Format("Duplicate import configuration for {:?}", name),
        Format("An import block for the resource {:?} was already declared at {}. A resource can have only "
               "one import block.",
               name, Place(other.range)),
        import.to.range());
  }
  module_.imports.push_back(std::move(import));
}

// Keys that are expressions may be anything yet.
bool ModuleReader::ReadImportTo(Import& import, const hcl::SourceRange& place) {
  bool is_fixed = true;
  const KeyEvaluator any_key = [&](hcl::Expression key) {
    is_fixed = false;
    if (import.for_each) return hcl::Value::Int(0);
    diagnostics_.AddError("Invalid expression",
                          "Only in an import block with \"for_each\" can a key be an expression, of "
                          "each.key and each.value.",
                          key.range());
    return hcl::Value::Dynamic();
  };
  const auto address = ReadImportTarget(import.to, any_key, diagnostics_);
  if (!address || address->resource.mode() != state::ResourceMode::kManaged) {
    diagnostics_.AddError("Invalid import address", "Only managed resources can be imported.", place);
    return false;
  }
  import.target = address->config();
  if (is_fixed) import.address = *address;
  return true;
}

}  // namespace cairn::config
