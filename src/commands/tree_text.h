#pragma once

#include <string>
#include <vector>

namespace cairn::commands {

struct TreeNode {
  std::string label;
  std::vector<TreeNode> children = {};
};

// The tree below ".", by lines: "├── a", "│   └── b".
std::string TreeText(const std::vector<TreeNode>& nodes);

}  // namespace cairn::commands
