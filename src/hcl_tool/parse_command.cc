#include "hcl_tool/parse_command.h"

#include <memory>
#include <utility>

#include "hcl/parser.h"
#include "hcl_tool/source_file.h"
#include "hcl_tool/tree_json.h"

namespace cairn::hcl_tool {
namespace {

hcl::ParseResult Parse(TextKind kind, std::shared_ptr<const hcl::Source> source) {
  switch (kind) {
    case TextKind::kExpression:
      return hcl::ParseExpression(std::move(source));
    case TextKind::kTemplate:
      return hcl::ParseTemplate(std::move(source));
    case TextKind::kFile:
      break;
  }
  return hcl::ParseFile(std::move(source));
}

}  // namespace

int RunParse(const ParseOptions& options, const std::string& path, Screen& screen) {
  hcl::Diagnostics unreadable;
  const auto source = path == "-" ? ReadStandardInput(unreadable) : ReadSource(path, path, unreadable);
  if (source == nullptr) {
    if (options.json) {
      screen.Print(DiagnosticsJson(unreadable) + "\n");
    } else {
      screen.Report(unreadable);
    }
    return screen.Finish(2);
  }
  const hcl::ParseResult parsed = Parse(options.kind, source);
  const bool failed = parsed.diagnostics.has_errors();
  if (options.json) {
    const std::string tree = ",\"tree\":" + TreeJson(parsed.tree->root());
    screen.Print(DiagnosticsJson(parsed.diagnostics, tree) + "\n");
  } else {
    if (!failed) screen.Print(TreeJson(parsed.tree->root()) + "\n");
    screen.Report(parsed.diagnostics);
  }
  return screen.Finish(failed ? 1 : 0);
}

}  // namespace cairn::hcl_tool
