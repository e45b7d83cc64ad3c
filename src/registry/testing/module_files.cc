#include "registry/testing/module_files.h"

#include <filesystem>
#include <memory>

#include "base/files.h"
#include "hcl/parser.h"
#include "registry/constant_body.h"

namespace cairn::registry {

Result<std::vector<ModuleCall>> FileModuleReader::Calls(const std::string& directory) {
  std::vector<ModuleCall> calls;
  for (const auto& file : std::filesystem::directory_iterator(working_directory_ + "/" + directory)) {
    if (file.path().extension() != ".tf") continue;
    const auto source =
        std::make_shared<hcl::Source>(file.path().string(), *ReadFile(file.path().string(), 1 << 20));
    const hcl::ParseResult parsed = hcl::ParseFile(source);
    for (const hcl::Node item : parsed.tree->root().children()) {
      if (item.kind() != hcl::NodeKind::kBlock || item.name() != "module") continue;
      ModuleCall call{.name = LabelText(LabelsOf(item).at(0)), .source = ""};
      hcl::Diagnostics diagnostics;
      for (const hcl::Node attribute : BodyOf(item).children()) {
        const std::string text = StringConstant(ExpressionOf(attribute), diagnostics).value_or("");
        (attribute.name() == "version" ? call.version : call.source) = text;
      }
      calls.push_back(call);
    }
  }
  return calls;
}

}  // namespace cairn::registry
