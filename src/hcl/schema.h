#pragma once

// What a body may hold: the attributes and blocks of a resource, a provider, or whatever reads bodies. It is
// that of the provider protocol (tfplugin5.proto and tfplugin6.proto, message Schema), without the wire.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/type.h"

namespace cairn::hcl {

// How often something nested occurs, and so what it makes a value of: an object or null, an object that is
// never null, a list, a set, or a map whose keys are the label of each block.
enum class Nesting : uint8_t { kSingle, kGroup, kList, kSet, kMap };

struct AttributeSchema;

// An attribute that has a schema within, where its type alone would not say which parts are computed or
// sensitive.
struct NestedAttributes {
  Nesting nesting = Nesting::kSingle;  // never kGroup
  std::vector<AttributeSchema> attributes;
};

struct AttributeSchema {
  std::string name;
  Type type = {};                                       // also of one with nested attributes
  std::shared_ptr<const NestedAttributes> nested = {};  // or null
  bool required = false;                                // must be written, and not null
  bool optional = false;                                // may be written
  bool computed = false;                                // the provider gives a value where none is written
  bool sensitive = false;
  bool write_only = false;  // never in a plan or state
  bool deprecated = false;
  bool markdown = false;  // what `description` is written in
  std::string description = {};
  std::string deprecation_message = {};
};

struct BlockSchema;

struct NestedBlock {
  std::string name;
  Nesting nesting = Nesting::kSingle;
  uint64_t min_items = 0;
  uint64_t max_items = 0;                         // 0: any number
  std::shared_ptr<const BlockSchema> block = {};  // never null
};

// Immutable once made: a value to share.
struct BlockSchema {
  std::vector<AttributeSchema> attributes = {};  // sorted by name
  std::vector<NestedBlock> blocks = {};          // sorted by name
  Type type = {};  // of the value of such a body: an object with an attribute for each of the two
  // Whether attributes of a list or set of objects may be written as blocks, as old providers expect. False
  // where there is anything that these cannot have: nested attributes, tuples, objects, collections of
  // collections of other than primitives, here or in nested blocks.
  bool attributes_as_blocks = true;
  bool deprecated = false;
  bool markdown = false;
  std::string description = {};

  const AttributeSchema* FindAttribute(std::string_view name) const;
  const NestedBlock* FindBlock(std::string_view name) const;
};

// Sorts, and works out `type`, also of attributes with nested ones, and `attributes_as_blocks`.
BlockSchema MakeBlockSchema(std::vector<AttributeSchema> attributes, std::vector<NestedBlock> blocks = {});

// The type of what is nested so: `element` is that of one object.
Type NestedType(Nesting nesting, const Type& element);

}  // namespace cairn::hcl
