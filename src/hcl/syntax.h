#pragma once

// The syntax tree: all of a text, with comments and blanks, as tokens and as nodes over them.
//
//   const ParseResult parsed = ParseFile(source);       // parser.h
//   for (Node item : parsed.tree->root().children()) {  // attributes and blocks, in order
//     if (item.kind() == NodeKind::kAttribute) Use(Attribute(item).name(), Attribute(item).expression());
//   }
//
// A tree is immutable and owns its nodes; nodes are handles, valid as long as the tree. About 6 bytes per
// byte of text.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/source.h"
#include "hcl/token.h"

namespace cairn::hcl {

// After each kind its children, in order.
enum class NodeKind : uint8_t {
  kBody,       // kAttribute and kBlock
  kAttribute,  // the expression
  kBlock,      // labels (kIdentifier or kString), then a kBody

  kError,     // none, or what could be read: stands where an expression could not
  kNumber,    // none; as are kKeyword and kString
  kKeyword,   // true, false, null
  kString,    // "..." without interpolations
  kTemplate,  // the parts of a "...", or of a template file: kTemplateText, kInterpolation, kIf, kFor
  kHeredoc,   // the same
  kTemplateText,
  kInterpolation,  // the expression
  kIfDirective,    // condition, kTemplate of the first branch, kTemplate of `else` if there is one
  kForDirective,   // kIdentifier (one or two), collection, kTemplate of the body

  kIdentifier,    // a name that is not an expression: of labels, of `for`, of an object's key
  kVariable,      // the root of a traversal
  kGetAttribute,  // the object; name() is the attribute. Also `.0` of the old indexing, as a kLegacyIndex
  kLegacyIndex,   // the object; token text is the number
  kIndex,         // the collection, the key
  kSplat,         // the collection, and what is done to each element, in which kElement stands for it: a[*].b
  kAttributeSplat,  // the same for a.*.b
  kElement,         // none
  kCall,            // the arguments; name() may have namespaces
  kTuple,           // the elements
  kObject,          // kObjectItem
  kObjectItem,      // key (kIdentifier stands for its own name), value
  kForTuple,        // kIdentifier (one or two), collection, element, then the condition if there is one
  kForObject,       // kIdentifier (one or two), collection, key, value, then the condition if there is one
  kParentheses,     // the expression
  kUnary,           // the operand; op() is kMinus or kNot
  kBinary,          // left, right; op() is the operator's token
  kConditional,     // condition, then, else
};

class SyntaxTree;

// A node of a tree: a value of 16 bytes.
class Node {
 public:
  class Children;

  Node() = default;
  Node(const SyntaxTree* tree, uint32_t index) : tree_(tree), index_(index) {}

  explicit operator bool() const { return tree_ != nullptr; }
  bool operator==(const Node&) const = default;

  NodeKind kind() const;
  const SyntaxTree& tree() const { return *tree_; }

  // The indices of its first token, and of the one after its last. Comments and newlines around it are not
  // its own.
  uint32_t first_token() const;
  uint32_t end_token() const;
  SourceRange range() const;
  std::string_view text() const;

  Children children() const;
  size_t child_count() const;
  Node child(size_t i) const;  // REQUIRES: i < child_count(); O(i)

  // Of kUnary and kBinary.
  TokenKind op() const;
  // Of kIdentifier, kVariable, kKeyword, kGetAttribute, kCall ("provider::aws::f"), kAttribute, kBlock: the
  // name.
  std::string_view name() const;
  SourceRange name_range() const;
  // Of kCall: whether the last argument has `...`. Of kForObject: whether the value has.
  bool has_ellipsis() const;
  // Of kInterpolation: whether `${~` and `~}` strip the text before and after. Directives have several
  // markers: see template.h.
  bool strips_before() const;
  bool strips_after() const;

 private:
  const SyntaxTree* tree_ = nullptr;
  uint32_t index_ = 0;
};

class Node::Children {
 public:
  class Iterator {
   public:
    Iterator(const SyntaxTree* tree, uint32_t index) : tree_(tree), index_(index) {}
    Node operator*() const { return Node(tree_, index_); }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const SyntaxTree* tree_;
    uint32_t index_;
  };

  Children(const SyntaxTree* tree, uint32_t first) : tree_(tree), first_(first) {}
  Iterator begin() const { return {tree_, first_}; }
  Iterator end() const { return {tree_, 0}; }
  bool empty() const { return first_ == 0; }

 private:
  const SyntaxTree* tree_;
  uint32_t first_;
};

class SyntaxTree {
 public:
  // As it is stored. Index 0 is no node: it ends lists of children.
  struct Record {
    uint32_t first_token = 0;
    uint32_t end_token = 0;
    uint32_t first_child = 0;
    uint32_t next_sibling : 26 = 0;
    uint32_t kind : 6 = 0;
  };

  SyntaxTree(std::shared_ptr<const Source> source, std::vector<Token> tokens, std::vector<Record> records,
             uint32_t root);
  SyntaxTree(const SyntaxTree&) = delete;
  SyntaxTree& operator=(const SyntaxTree&) = delete;

  const std::shared_ptr<const Source>& source() const { return source_; }
  const std::vector<Token>& tokens() const { return tokens_; }
  const std::vector<Record>& records() const { return records_; }
  Node root() const { return {this, root_}; }

  std::string_view TextOf(const Token& token) const {
    return source_->text().substr(token.begin, token.size());
  }
  SourceRange RangeOf(uint32_t first_token, uint32_t end_token) const;

 private:
  std::shared_ptr<const Source> source_;
  std::vector<Token> tokens_;
  std::vector<Record> records_;
  uint32_t root_;
};

// The value of a kString node, or of a label: without quotes, escapes replaced.
std::string StringValue(Node string);

// `text` of a quoted template, or of a heredoc or template file, with its escapes replaced: backslashes in
// quotes alone, and
// $${ and %%{ in all of them.
std::string UnescapeQuoted(std::string_view text);
std::string UnescapeHeredoc(std::string_view text);

}  // namespace cairn::hcl
