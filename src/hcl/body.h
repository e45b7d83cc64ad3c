#pragma once

// Bodies: the arguments and blocks of a file or a block, alike for the native syntax and for JSON.
//
//   const ParsedBody file = ParseBody(source);  // by the source's name: *.json is JSON
//   const BodySchema schema{.blocks = {{"resource", {"type", "name"}}}};
//   for (const Block& block : file.body.GetContent(schema, diagnostics).blocks) Use(block.labels(),
//   block.body());
//
// JSON (the HCL JSON specification) says what is a block only together with a schema, so content is always
// asked for by one. A Body keeps its file alive. Expressions, Arguments and Blocks are handles that borrow
// it: they are valid as long as a Body of that file. All are values, and thread-safe to read.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/eval.h"
#include "hcl/json_syntax.h"
#include "hcl/parser.h"
#include "hcl/references.h"
#include "hcl/scope.h"
#include "hcl/source.h"
#include "hcl/syntax.h"
#include "hcl/value.h"

namespace cairn::hcl {

// An expression of either syntax. In JSON, strings (also the names of members) are templates, arrays are
// tuples, objects are objects.
class Expression {
 public:
  Expression() = default;  // none
  explicit Expression(Node node) : node_(node) {}
  explicit Expression(JsonValue json, bool is_name = false) : json_(json), is_name_(is_name) {}

  explicit operator bool() const { return node_ || json_; }
  bool is_json() const { return bool(json_); }

  // As Evaluate of eval.h.
  Value Evaluate(const Scope& scope, Diagnostics& diagnostics, const EvaluationLimits& limits = {}) const;
  // Where neither variables nor functions are allowed: in JSON, strings are then no templates.
  Value EvaluateLiteral(Diagnostics& diagnostics) const;

  // All that it reads (references.h).
  std::vector<Reference> References() const;
  void AppendReferences(std::vector<Reference>& references) const;

  // What it says without being evaluated: the native expression, or the one that a string of JSON holds
  // ("aws_instance.a", "list(string)"). For AsKeyword and AsCall of references.h, and type constraints.
  // Nothing for any other JSON, or a string that is no expression.
  Node AsNode() const;
  // A single reference; else nothing, and an error.
  std::optional<Reference> AsReference(Diagnostics& diagnostics) const;
  // Its only name, else empty.
  std::string_view AsKeyword() const;
  // Nothing, and no error, if it is not a tuple, an object.
  std::optional<std::vector<Expression>> AsList() const;
  std::optional<std::vector<std::pair<Expression, Expression>>> AsPairs() const;

  SourceRange range() const;
  SourceRange start_range() const;  // what a diagnostic about all of it points at
  Node node() const { return node_; }
  JsonValue json() const { return json_; }

 private:
  Node node_;
  JsonValue json_;
  bool is_name_ = false;  // the name of `json_`, not its value
};

// `name = expression`.
class Argument {
 public:
  Argument() = default;
  explicit Argument(Node attribute) : node_(attribute) {}
  explicit Argument(JsonValue member) : json_(member) {}

  explicit operator bool() const { return node_ || json_; }
  std::string_view name() const { return node_ ? node_.name() : json_.name(); }
  Expression expression() const { return node_ ? Expression(node_.child(0)) : Expression(json_); }
  SourceRange name_range() const { return node_ ? node_.name_range() : json_.name_range(); }
  SourceRange range() const;  // from the name to the end of the expression

 private:
  Node node_;
  JsonValue json_;
};

struct AttributeHeader {
  std::string_view name;
  bool required = false;
};

struct BlockHeader {
  std::string_view type;
  std::vector<std::string_view> labels = {};  // what each is called in messages: "name"
};

struct BodySchema {
  std::vector<AttributeHeader> attributes = {};
  std::vector<BlockHeader> blocks = {};
};

struct Content;

class Body {
 public:
  Body() = default;  // empty, and of no file
  explicit Body(std::shared_ptr<const SyntaxTree> tree);
  explicit Body(std::shared_ptr<const JsonTree> tree);

  // What is in it, all of which has to be in `schema`: unsupported arguments and blocks, missing and repeated
  // arguments and wrong labels are reported. What is right is returned all the same.
  Content GetContent(const BodySchema& schema, Diagnostics& diagnostics) const;

  // The same, but what is not in `schema` stays for another question, of `rest`. May be asked for the rest of
  // a rest.
  Content PartialContent(const BodySchema& schema, Body& rest, Diagnostics& diagnostics) const;

  // All arguments of a body that has no blocks, in the order of the text.
  std::vector<Argument> JustAttributes(Diagnostics& diagnostics) const;

  // This body as `over` changes it: arguments that it has, and all blocks of the types that it has, take the
  // place of those of the same name. A block of the types `merged` is itself overridden.
  Body OverriddenBy(Body over, std::vector<std::string_view> merged = {}) const;

  // Where something that is missing could stand.
  SourceRange missing_item_range() const;
  bool is_json() const { return bool(json_); }
  bool has_file() const { return bool(owner_); }

  // For walking all of it: null for the other syntax.
  Node node() const { return node_; }
  JsonValue json() const { return json_; }

 private:
  friend class Block;
  struct Hidden;    // what earlier questions took
  struct Override;  // a body and what changes it

  // Of the same file.
  Body WithNode(Node node) const;
  Body WithJson(JsonValue json) const;
  bool HidesAttribute(std::string_view name) const;
  bool HidesBlock(std::string_view type) const;
  Content NativeContent(const BodySchema& schema, Body* rest, Diagnostics& diagnostics) const;
  Content JsonContent(const BodySchema& schema, Body* rest, Diagnostics& diagnostics) const;
  Content OverriddenContent(const BodySchema& schema, Body* rest, Diagnostics& diagnostics) const;
  std::vector<Argument> NativeAttributes(Diagnostics& diagnostics) const;
  std::vector<Argument> JsonAttributes(Diagnostics& diagnostics) const;
  void UnpackJsonBlock(JsonValue value, JsonValue type, const BlockHeader& header,
                       std::vector<JsonValue>& labels, Content& content, Diagnostics& diagnostics) const;

  std::shared_ptr<const void> owner_;
  std::shared_ptr<const Hidden> hidden_;      // or null
  std::shared_ptr<const Override> override_;  // or null; then nothing else is set
  Node node_;
  JsonValue json_;
};

class Block {
 public:
  std::string_view type() const { return node_ ? node_.name() : type_.name(); }
  const std::vector<std::string>& labels() const { return labels_; }
  const Body& body() const { return body_; }
  Block WithBody(Body body) const;

  SourceRange type_range() const { return node_ ? node_.name_range() : type_.name_range(); }
  SourceRange label_range(size_t i) const;  // REQUIRES: i < labels().size()
  // Its type and labels; of JSON the opening brace, or the bracket around several.
  SourceRange definition_range() const;

 private:
  friend class Body;

  Body body_;
  std::vector<std::string> labels_;
  Node node_;
  JsonValue type_;        // JSON: the member of that name
  JsonValue definition_;  // JSON: what is around it
  std::vector<JsonValue> label_members_;
};

struct Content {
  std::vector<Argument> attributes = {};  // each name once; in the order of the text
  std::vector<Block> blocks = {};         // in the order of the text
  SourceRange missing_item_range = {};

  // None if there is no such argument.
  Argument Find(std::string_view name) const;
  Expression Get(std::string_view name) const;
};

struct ParsedBody {
  Body body;
  Diagnostics diagnostics;
};

// A file: JSON if its name ends in ".json".
ParsedBody ParseBody(std::shared_ptr<const Source> source, const ParseLimits& limits = {});

}  // namespace cairn::hcl
