// JSON of any bytes: read without a crash; what plain JSON accepts is accepted, and the other way round where
// both have the same rules; every expression can be looked at.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "data/json.h"
#include "hcl/body.h"
#include "hcl/scope.h"

namespace cairn::hcl {
namespace {

void Check(bool ok) {
  if (!ok) std::abort();
}

void LookAt(const Expression& expression, const Scope& scope) {
  Diagnostics diagnostics;
  expression.Evaluate(scope, diagnostics, {.rounds_max = 1000});
  expression.EvaluateLiteral(diagnostics);
  for (const Reference& reference : expression.References()) reference.range();
  expression.AsReference(diagnostics);
  expression.AsKeyword();
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.subject) Check(diagnostic.subject->end <= diagnostic.subject->source->text().size());
    Render(diagnostic);
  }
}

void Run(std::string_view text) {
  const auto source = std::make_shared<const Source>("a.json", std::string(text));
  const ParsedBody parsed = ParseBody(source, {.depth_max = 100});
  for (const Diagnostic& diagnostic : parsed.diagnostics) Render(diagnostic);

  const bool is_plain = text.find('\\') == std::string_view::npos &&
                        text.find('e') == std::string_view::npos &&
                        text.find('E') == std::string_view::npos && text.size() < 200;
  const auto json = data::ParseJson(text, {.depth_max = 100});
  const bool is_root = json && (json->is_object() || json->is_array());
  if (is_root) Check(parsed.diagnostics.empty());
  if (is_plain && parsed.diagnostics.empty()) {
    bool is_ascii = true;
    for (const char c : text) is_ascii = is_ascii && uint8_t(c) < 0x80;
    Check(!is_ascii || is_root);
  }

  MapScope scope;
  scope.Set("a", Value::Object({{"b", Value::Int(1)}}));
  Diagnostics diagnostics;
  for (const Argument& argument : parsed.body.JustAttributes(diagnostics)) {
    LookAt(argument.expression(), scope);
    argument.range().text();
  }
  Body rest;
  const BodySchema schema{.attributes = {{"a", true}}, .blocks = {{"b"}, {"c", {"type", "name"}}}};
  for (const Block& block : parsed.body.PartialContent(schema, rest, diagnostics).blocks) {
    block.definition_range();
    block.body().GetContent(schema, diagnostics);
  }
  rest.GetContent(schema, diagnostics);
}

}  // namespace
}  // namespace cairn::hcl

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cairn::hcl::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
