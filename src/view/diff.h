#pragma once

// What changes between two values, part by part, as a plan shows it.
//
// The rules are those of the peer's plans: which parts are an update and which one is gone and another new,
// what has no change, what is unknown or sensitive.

#include <string>
#include <string_view>
#include <vector>

#include "hcl/schema.h"
#include "hcl/type.h"
#include "hcl/value.h"
#include "hcl/value_path.h"
#include "plan/plan.h"
#include "view/node.h"

namespace cairn::view {

struct Diff;

// The blocks of one type.
struct BlockDiffs {
  std::string name;
  hcl::Nesting nesting = hcl::Nesting::kSingle;
  std::vector<std::string> labels = {};  // of kMap: of each block
  std::vector<Diff> blocks;
  bool replace = false;  // all of them force the replacement
  bool before_sensitive = false, after_sensitive = false;
};

struct Diff {
  enum class Kind : uint8_t {
    kPrimitive,
    kList,
    kNestedList,  // of objects with a schema: no neighbours are shown
    kSet,
    kNestedSet,
    kMap,
    kNestedMap,
    kObject,
    kNestedObject,
    kBlock,
    kUnknown,         // parts: what it was, if anything
    kSensitive,       // parts: what is not to be shown
    kSensitiveBlock,  // likewise
    kTypeChange,      // parts: what it was, what it will be
    kWriteOnly,
  };

  Kind kind = Kind::kPrimitive;
  plan::Action action = plan::Action::kNoOp;  // no-op, create, update or delete
  bool replace = false;                       // it forces the replacement
  bool is_string = false;                     // of kPrimitive
  bool before_sensitive = false, after_sensitive = false;
  Node before = {}, after = {};         // of kPrimitive: null, boolean, number or string
  std::vector<std::string> names = {};  // of kMap, kObject and kBlock (attributes): of each part, sorted
  std::vector<Diff> parts;
  std::vector<BlockDiffs> blocks;  // of kBlock, sorted by name
};

// Which parts of a value matter: all, or those at or on the way to some paths.
struct Relevance {
  bool all = true;
  std::vector<const hcl::ValuePath*> paths = {};
};

// Of an object with a schema. `replace` are the paths of what forces the replacement.
Diff CompareBlocks(const hcl::Value& before, const hcl::Value& after, const hcl::BlockSchema& schema,
                   const std::vector<hcl::ValuePath>& replace = {}, const Relevance& relevance = {});

// Of values of a type, as the outputs of a state are shown.
Diff CompareTyped(const hcl::Value& before, const hcl::Value& after, const hcl::Type& type, bool sensitive);

// Of any values, as JSON would be: outputs.
Diff CompareAny(const hcl::Value& before, const hcl::Value& after, bool sensitive);

// Of JSON texts' values.
Diff CompareJson(const Node* before, const Node* after);

}  // namespace cairn::view
