#include "commands/tree_text.h"

namespace cairn::commands {
namespace {

void Append(std::string& text, const std::vector<TreeNode>& nodes, const std::string& indent) {
  for (const TreeNode& node : nodes) {
    const bool last = &node == &nodes.back();
    text += indent + (last ? "└── " : "├── ") + node.label + "\n";
    Append(text, node.children, indent + (last ? "    " : "│   "));
  }
}

}  // namespace

std::string TreeText(const std::vector<TreeNode>& nodes) {
  std::string text = ".\n";
  Append(text, nodes, "");
  return text;
}

}  // namespace cairn::commands
