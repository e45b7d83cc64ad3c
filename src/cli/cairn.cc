// cairn: infrastructure from Terraform's files.

#include "commands/main.h"

int main(int argc, char** argv) {
  return cairn::commands::Main(argc, argv);
}
