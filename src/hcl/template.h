#pragma once

// What the texts between the `${...}` and `%{...}` of a template stand for.

#include <cstddef>
#include <string>
#include <string_view>

#include "hcl/syntax.h"

namespace cairn::hcl {

// Of one template: the texts in it and in its directives, but not in templates within its expressions. A
// value, valid as long as the tree.
//
// Of each text first escapes are replaced; then white space next to a `~` is removed, but in a heredoc not
// beyond a line's end; and in a `<<-` heredoc each line loses as many characters of white space as all lines
// have that hold more.
class TemplateTexts {
 public:
  // REQUIRES: `root` is a kTemplate that is not part of a directive, or a kHeredoc.
  explicit TemplateTexts(Node root);

  // Appends what `text`, a kTemplateText, stands for.
  void Append(std::string& out, Node text) const;

 private:
  std::string Stripped(uint32_t token) const;
  bool BeginsLine(uint32_t token) const;

  const SyntaxTree* tree_;
  bool is_quoted_;
  size_t indent_ = 0;  // of a <<- heredoc
};

}  // namespace cairn::hcl
