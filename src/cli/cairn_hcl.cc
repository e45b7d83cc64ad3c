// cairn-hcl: the language of Terraform's files, on its own. docs/cairn-hcl.md is its manual.

#include "hcl_tool/tool.h"

int main(int argc, char** argv) {
  return cairn::hcl_tool::RunTool(argc, argv);
}
