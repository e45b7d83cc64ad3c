#pragma once

namespace cairn::hcl_tool {

// The program cairn-hcl; docs/cairn-hcl.md is its manual. Returns the exit code.
int RunTool(int argc, const char* const* argv);

}  // namespace cairn::hcl_tool
