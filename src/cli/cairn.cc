// cairn: infrastructure from Terraform's files.

#include "commands/main.h"

// For jemalloc, where it is linked: large pages, which plans of many thousand resources walk through faster,
// and nothing kept that is free.
extern "C" const char* malloc_conf;
const char* malloc_conf = "thp:always,dirty_decay_ms:0,muzzy_decay_ms:0";

int main(int argc, char** argv) {
  return cairn::commands::Main(argc, argv);
}
