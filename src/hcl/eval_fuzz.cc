// Any bytes as an expression, in the scope of the golden corpus: values of all kinds, unknown, null and
// marked ones among them, and all functions. Run from the root of the checkout.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "hcl/console_print.h"
#include "hcl/diagnostic.h"
#include "hcl/eval.h"
#include "hcl/module_references.h"
#include "hcl/parser.h"
#include "hcl/testing/console_corpus.h"
#include "hcl/testing/memory_files.h"
#include "hcl/type_constraint.h"

namespace cairn::hcl {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// The same for each run.
FunctionWorld World() {
  const std::map<std::string, std::string> files = {
      {"a.txt", "hello\n"},
      {"greet.tftpl", "Hello, ${name}! %{ for x in list ~}\n${x}\n%{ endfor ~}"},
      {"self.tftpl", "${templatefile(\"self.tftpl\", {})}"},
      {"data.json", R"({"a": [1, {"b": null}]})"},
  };
  const auto time = std::chrono::system_clock::from_time_t(1'700'000'000);
  return {.files = std::make_shared<MemoryFiles>(files),
          .now = [time] { return time; },
          .plan_time = time,
          .random = [](std::span<uint8_t> bytes) { std::fill(bytes.begin(), bytes.end(), uint8_t{7}); }};
}

void Check(Node expression, const ConsoleFixture& fixture) {
  const EvaluationLimits limits{
      .rounds_max = 1 << 12, .bytes_max = 1 << 22, .errors_max = 50, .depth_max = 200};
  Diagnostics diagnostics;
  CheckReferences(expression, fixture.names(), diagnostics);
  ReadTypeConstraint(expression, diagnostics);

  Diagnostics first, second;
  const Value value = Evaluate(expression, fixture.scope(), first, limits);
  const Value again = Evaluate(expression, fixture.scope(), second, limits);
  Require(value == again && first.size() == second.size());
  if (!first.has_errors()) {
    PrintValue(value);
    PrintType(value.type());
  }
  diagnostics.Append(std::move(first));
  for (const Diagnostic& diagnostic : diagnostics) Require(!Render(diagnostic).empty());
}

}  // namespace
}  // namespace cairn::hcl

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::hcl;
  const char* folder = std::getenv("CAIRN_SOURCE_DIR");
  static const ConsoleFixture fixture(std::string(folder ? folder : ".") + "/tests/hcl/console", World());
  const std::string text(reinterpret_cast<const char*>(data), size);
  const ParseResult parsed = ParseExpression(std::make_shared<const Source>("fuzz", text));
  if (!parsed.diagnostics.has_errors()) Check(parsed.tree->root(), fixture);
  return 0;
}
