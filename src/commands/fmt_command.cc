#include "hcl_tool/fmt_command.h"

#include <string>
#include <vector>

#include "commands/command_line.h"
#include "commands/run_commands.h"
#include "hcl_tool/screen.h"
#include "view/diagnostic_view.h"

namespace cairn::commands {

int RunFmt(const Environment&, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  hcl_tool::FmtOptions options;
  std::vector<std::string> targets;
  const auto add = [&](Flags& flags) {
    flags.Add("list", options.list, "print the names of the files that change (true)");
    flags.Add("write", options.write, "change them (true)");
    flags.Add("diff", options.diff, "show what changes, as diff -u does");
    flags.Add("check", options.check, "change nothing; exit code 3 if something would");
    flags.Add("recursive", options.recursive, "go into the folders of folders, too");
  };
  if (!ParsePlain(screen, words, "fmt [FILE|FOLDER|-]...", code, add, &targets)) return code;
  hcl_tool::Screen out(stdout, stderr, [&](const hcl::Diagnostic& one) {
    return view::RenderDiagnostic(one, screen.style());
  });
  return hcl_tool::RunFmt(options, targets, out);
}

}  // namespace cairn::commands
