#pragma once

// For the files decode*.cc alone: one decoding, whose parts they are.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hcl/decode.h"
#include "hcl/decode_layout.h"
#include "hcl/evaluator.h"

namespace cairn::hcl {

// Where a body is decoded.
struct Frame {
  const Scope* scope;
  Marks marks = Marks::kNone;  // that its arguments get
  bool is_unknown = false;     // it stands for any number of blocks, so that
                               // nothing in it is known
};

// A block, written as one or made by a `dynamic` one.
struct Item {
  std::string_view type;
  std::vector<std::string> labels;
  Body body;
  Frame frame;
  const Block* written;  // itself, or the `dynamic` block
};

// What the content of a `dynamic` block sees in one round.
struct Iterator {
  Iterator(const Scope& outer, std::string_view name, const Value& key, const Value& element)
      : object(Value::Object({{"key", key}, {"value", element}})),
        local{.name = name, .value = &object},
        scope(outer, std::span(&local, 1)) {}
  Iterator(const Iterator&) = delete;
  Iterator& operator=(const Iterator&) = delete;

  const Value object;
  const ChildScope::Local local;
  const ChildScope scope;
};

struct Dynamic {
  std::string_view iterator;
  Value for_each;
  std::vector<Expression> labels;
  Body content;
};

class Decoder {
 public:
  Decoder(Diagnostics& diagnostics, const DecodeLimits& limits)
      : diagnostics_(diagnostics), limits_(limits) {}

  Value DecodeBody(const Body& body, const BlockSchema& schema, const Frame& frame);

 private:
  Value DecodeAttribute(const AttributeSchema& attribute, const Content& content, const Frame& frame);
  Value DecodeAsBlocks(const AttributeSchema& attribute, std::span<const Item> items);
  Value ConvertAttribute(const AttributeSchema& attribute, const Value& value, const SourceRange& subject,
                         std::optional<SourceRange> context, const Expression& about, const Scope& scope);
  Value DecodeBlocks(const NestedBlock& nested, std::span<const Item> items, const Content& content);
  Value DecodeOne(const NestedBlock& nested, std::span<const Item> items, const Content& content);
  Value DecodeSequence(const NestedBlock& nested, std::span<const Item> items, const Content& content);
  Value DecodeMap(const NestedBlock& nested, std::span<const Item> items);
  Value MakeSet(const NestedBlock& nested, std::vector<Value> elements, SourceRange first);

  // The blocks of `content` with the `dynamic` ones expanded. `iterators` must
  // live as long as they do.
  std::vector<Item> Expand(const Content& content, const Layout& layout, const Frame& frame,
                           std::deque<Iterator>& iterators);
  void ExpandDynamic(const Block& block, const Layout& layout, const Frame& frame,
                     std::deque<Iterator>& iterators, std::vector<Item>& items);
  std::optional<Dynamic> ReadDynamic(const Block& block, const BlockHeader& header, const Frame& frame);
  bool CheckForEach(const Value& value, const Expression& expression, const Scope& scope);
  bool ReadLabels(const Expression& labels, const BlockHeader& header, Dynamic& dynamic);
  bool EvaluateLabels(const Dynamic& dynamic, const Scope& scope, std::vector<std::string>& labels);

  bool HasErrorsSince(size_t count) const {
    return std::any_of(diagnostics_.begin() + ptrdiff_t(count), diagnostics_.end(),
                       [](const Diagnostic& one) { return one.severity == Severity::kError; });
  }
  void Report(std::string summary, std::string detail, SourceRange subject,
              std::optional<SourceRange> context = {}) {
    diagnostics_.AddError(std::move(summary), std::move(detail), std::move(subject), std::move(context));
  }
  void ReportAbout(Diagnostic diagnostic, const Expression& about, const Scope& scope) {
    if (about.node()) diagnostic.values = Explain(about.node(), scope);
    diagnostics_.Add(std::move(diagnostic));
  }

  Diagnostics& diagnostics_;
  const DecodeLimits& limits_;
  uint64_t blocks_ = 0;  // that `dynamic` ones made
};

}  // namespace cairn::hcl
