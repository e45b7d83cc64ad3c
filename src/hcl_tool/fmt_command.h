#pragma once

// `fmt`: lays files out, as `terraform fmt` does and with its exit codes.

#include <string>
#include <vector>

#include "hcl_tool/screen.h"

namespace cairn::hcl_tool {

struct FmtOptions {
  bool list = true;        // print the names of the files that change
  bool write = true;       // change them
  bool diff = false;       // print what changes, by the program `diff`
  bool check = false;      // change nothing; exit code 3 if something would
  bool recursive = false;  // folders in folders too
};

// `targets` are files and folders, the working folder if there are none; "-" as the first one is standard
// input alone. Of folders the files *.tf, *.tfvars, *.tftest.hcl and *.tfmock.hcl are taken, but for those
// that begin with a dot or end with "~" or stand between "#", in the order of their names.
//
// A file is replaced atomically and keeps its mode and, where we may set it, its owner; a symbolic link stays
// and what it stands for is replaced. A file with a syntax error is left alone. Returns the exit code: 0; 2
// if there was an error; 3 (`check`).
int RunFmt(const FmtOptions& options, const std::vector<std::string>& targets, Screen& screen);

}  // namespace cairn::hcl_tool
