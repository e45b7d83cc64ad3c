#pragma once

// The golden corpus of expressions: its cases, and what they are evaluated in. tests/hcl/README.md describes
// both.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/functions.h"
#include "hcl/module_references.h"
#include "hcl/schema.h"
#include "hcl/scope.h"

namespace cairn::hcl {

struct ConsoleAnswerText {
  std::vector<std::string> diagnostics = {};  // lines, sorted
  std::string printed = {};                   // as it is shown

  bool operator==(const ConsoleAnswerText&) const = default;
  std::string Text() const;
};

struct ConsoleCase {
  std::string expression;
  ConsoleAnswerText theirs;
  ConsoleAnswerText ours = {};  // where Cairn differs on purpose
  bool differs = false;
};

// Of a TOPIC.txt.
std::vector<ConsoleCase> ReadConsoleCases(std::string_view corpus);

// A diagnostic as a line of the corpus.
std::string ShowDiagnostic(const Diagnostic& diagnostic);
// The same without the range.
std::string WithoutRange(std::string_view line);

// The world that the recorder had for terraform, files of `folder` and all. `extends`: with the functions
// that terraform's console does not have.
FunctionWorld CorpusWorld(const std::string& folder, bool extends);

// What the expressions may refer to: fixture.hcl, evaluated, and the functions. Fails by abort if the fixture
// is wrong.
class ConsoleFixture {
 public:
  // `folder` is that of the fixture.
  ConsoleFixture(const std::string& folder, FunctionWorld world);

  const Scope& scope() const { return scope_; }
  const ModuleNames& names() const { return names_; }

 private:
  void Declare(std::string_view root, Node object);

  BuiltinFunctions functions_;
  MapScope scope_;
  BlockSchema resource_;
  ModuleNames names_;
};

}  // namespace cairn::hcl
