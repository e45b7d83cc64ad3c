// Bodies of any bytes, decoded by a schema that has everything: the value is of the schema's type, and
// nothing is read that was not announced.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "hcl/decode.h"
#include "hcl/operations.h"
#include "hcl/scope.h"

namespace cairn::hcl {
namespace {

void Check(bool ok) {
  if (!ok) std::abort();
}

BlockSchema MakeSchema() {
  const Type object =
      Type::Object({{.name = "x", .type = Type::String()}, {.name = "y", .type = Type::Number()}});
  const auto leaf = std::make_shared<const BlockSchema>(
      MakeBlockSchema({{.name = "a", .type = Type::String(), .required = true},
                       {.name = "o", .type = Type::Set(object), .optional = true}}));
  const auto dynamic =
      std::make_shared<const BlockSchema>(MakeBlockSchema({{.name = "a", .type = Type(), .optional = true}}));
  const auto middle = std::make_shared<const BlockSchema>(
      MakeBlockSchema({{.name = "a", .type = Type::Number(), .optional = true}},
                      {{.name = "l", .nesting = Nesting::kList, .max_items = 3, .block = leaf},
                       {.name = "s", .nesting = Nesting::kSet, .block = leaf}}));
  return MakeBlockSchema({{.name = "a", .type = Type::String(), .optional = true},
                          {.name = "o", .type = Type::List(object), .optional = true},
                          {.name = "t", .type = Type(), .optional = true}},
                         {{.name = "g", .nesting = Nesting::kGroup, .block = middle},
                          {.name = "l", .nesting = Nesting::kList, .min_items = 1, .block = middle},
                          {.name = "m", .nesting = Nesting::kMap, .block = leaf},
                          {.name = "d", .nesting = Nesting::kList, .block = dynamic},
                          {.name = "s", .nesting = Nesting::kSet, .block = middle},
                          {.name = "u", .nesting = Nesting::kSingle, .block = leaf}});
}

class RecordingScope final : public Scope {
 public:
  std::optional<Value> Find(std::string_view root, std::span<const TraversalStep> /*steps*/,
                            const SourceRange& /*range*/, size_t& /*used*/,
                            Diagnostics& /*diagnostics*/) const override {
    asked_.emplace(root);
    if (root == "v")
      return Value::Tuple({Value::String("p"), Value::String("q").WithMarks(Marks::kSensitive)});
    if (root == "w") return Value::Unknown(Type::List(Type::String()));
    return std::nullopt;
  }
  std::vector<std::string_view> Names() const override { return {"v", "w"}; }
  const FunctionTable* functions() const override { return nullptr; }
  const std::set<std::string>& asked() const { return asked_; }

 private:
  mutable std::set<std::string> asked_;
};

void Run(std::string_view text) {
  static const BlockSchema schema = MakeSchema();
  const bool is_json = text.starts_with('{') || text.starts_with('[');
  const auto source = std::make_shared<const Source>(is_json ? "a.json" : "a.tf", std::string(text));
  const ParsedBody parsed = ParseBody(source, {.depth_max = 100});
  const RecordingScope scope;
  Diagnostics diagnostics;
  const Value value = Decode(parsed.body, schema, scope, diagnostics,
                             {.blocks_max = 200, .evaluation = {.rounds_max = 1000}});
  Check(Conforms(value.type(), schema.type));
  for (const Diagnostic& diagnostic : diagnostics) Render(diagnostic);
  if (parsed.diagnostics.has_errors()) return;
  std::set<std::string> announced;
  for (const Reference& reference : References(parsed.body, schema)) announced.emplace(reference.root);
  for (const std::string& root : scope.asked()) Check(announced.contains(root));
}

}  // namespace
}  // namespace cairn::hcl

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cairn::hcl::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
