// cairn: infrastructure from Terraform's files.

#include "commands/main.h"

// For jemalloc, where it is linked: large pages, which plans of many thousand resources walk through faster.
extern "C" const char* malloc_conf;
const char* malloc_conf = "thp:always";

int main(int argc, char** argv) {
  return cairn::commands::Main(argc, argv);
}
