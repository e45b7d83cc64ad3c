#include "hcl/testing/console_corpus.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/eval.h"
#include "hcl/file_reader.h"
#include "hcl/parser.h"
#include "hcl/references.h"
#include "hcl/testing/corpus_text.h"
#include "hcl/type_constraint.h"

namespace cairn::hcl {
namespace {

bool IsDiagnostic(std::string_view line) {
  return line.starts_with("! ") || line.starts_with("~ ");
}

void AddLine(ConsoleAnswerText& answer, std::string_view line) {
  if (IsDiagnostic(line) && answer.printed.empty()) {
    answer.diagnostics.emplace_back(line);
  } else {
    answer.printed += line;
    answer.printed += '\n';
  }
}

// The files of the folder, as the recorder had them for terraform.
class CorpusFiles final : public FileReader {
 public:
  explicit CorpusFiles(std::string folder) : folder_(std::move(folder)), disk_(folder_) {}
  Result<Kind> Stat(const std::string& path) const override { return disk_.Stat(path); }
  Result<std::string> Read(const std::string& path) const override { return disk_.Read(path); }
  Result<std::vector<std::string>> List(const std::string& path) const override { return disk_.List(path); }
  Result<std::string> WorkingFolder() const override { return folder_; }
  Result<std::string> HomeFolder() const override { return "/users/ada"; }

 private:
  std::string folder_;
  DiskReader disk_;
};

[[noreturn]] void Abort(const std::string& what, const Diagnostics& diagnostics) {
  std::fprintf(stderr, "%s is wrong\n", what.c_str());
  for (const Diagnostic& diagnostic : diagnostics) std::fputs(Render(diagnostic).c_str(), stderr);
  std::abort();
}

Value UnknownOf(std::string_view type) {
  const ParseResult parsed = ParseExpression(std::make_shared<const Source>("type", std::string(type)));
  Diagnostics diagnostics = parsed.diagnostics;
  const TypeConstraint constraint = ReadTypeConstraint(parsed.tree->root(), diagnostics);
  if (diagnostics.has_errors()) Abort(std::string(type), diagnostics);
  return Value::Unknown(constraint.type.WithoutOptional());
}

// The built-in functions and those that only the fixture has.
class FixtureFunctions final : public FunctionTable {
 public:
  explicit FixtureFunctions(const FunctionTable& others) : others_(others) {
    unknown_ = {.parameters = {{.name = "type", .type = Type::String()}},
                .type = [](std::span<const Value> arguments) -> FunctionResult<Type> {
                  return UnknownOf(arguments[0].AsString()).type();
                },
                .call = [](std::span<const Value> arguments, const Type&) -> FunctionResult<Value> {
                  return UnknownOf(arguments[0].AsString());
                }};
    ephemeral_ = {
        .parameters = {{.name = "value"}},
        .type = [](std::span<const Value> arguments) -> FunctionResult<Type> { return arguments[0].type(); },
        .call = [](std::span<const Value> arguments, const Type&) -> FunctionResult<Value> {
          return arguments[0].WithMarks(Marks::kEphemeral);
        }};
  }

  const Function* Find(std::string_view name) const override {
    if (name == "unknown") return &unknown_;
    return name == "ephemeral" ? &ephemeral_ : others_.Find(name);
  }
  std::vector<std::string_view> Names() const override { return others_.Names(); }

 private:
  const FunctionTable& others_;
  Function unknown_;
  Function ephemeral_;
};

}  // namespace

std::string ConsoleAnswerText::Text() const {
  std::string text;
  for (const std::string& line : diagnostics) text += line + "\n";
  return text + printed;
}

std::vector<ConsoleCase> ReadConsoleCases(std::string_view corpus) {
  std::vector<ConsoleCase> cases;
  bool in_answer = false;
  bool after_blank = true;  // where a comment or a case may begin
  for (const std::string_view line : Split(corpus, '\n')) {
    if (after_blank && line.starts_with("#")) {
      in_answer = false;
      continue;
    }
    if (line.starts_with(">>>") && !(in_answer && !after_blank)) {
      cases.emplace_back().expression = line.size() > 4 ? line.substr(4) : "";
      in_answer = false;
    } else if (!cases.empty() && !in_answer && line.starts_with("...")) {
      cases.back().expression += '\n';
      cases.back().expression += line.size() > 4 ? line.substr(4) : "";
    } else if (!cases.empty()) {
      in_answer = true;
      if (line.starts_with("--- cairn: ")) {
        cases.back().differs = true;
      } else {
        AddLine(cases.back().differs ? cases.back().ours : cases.back().theirs, line);
      }
    }
    after_blank = line.empty() || (after_blank && line.starts_with("#"));
  }
  for (ConsoleCase& one : cases) {
    one.expression = FromShown(one.expression);
    for (ConsoleAnswerText* answer : {&one.theirs, &one.ours}) {
      std::ranges::sort(answer->diagnostics);
      while (answer->printed.ends_with('\n')) answer->printed.pop_back();
    }
  }
  return cases;
}

std::string ShowDiagnostic(const Diagnostic& diagnostic) {
  std::string place = "-";
  if (diagnostic.subject) {
    const Position begin = diagnostic.subject->start_position();
    Position end = diagnostic.subject->end_position();
    if (end == begin) ++end.column;  // where nothing stands, one column is shown
    place = Format("{},{}-", begin.line, begin.column);
    place += begin.line == end.line ? Format("{}", end.column) : Format("{},{}", end.line, end.column);
  }
  std::string detail;
  for (const char c : diagnostic.detail) {
    if (c == '\\') detail += '\\';
    detail += c == '\n' ? "\\n" : std::string(1, c);
  }
  std::string line = Format("{} {} | {} | {}", diagnostic.severity == Severity::kError ? '!' : '~',
                            diagnostic.summary, place, detail);
  while (line.ends_with(' ')) line.pop_back();
  return ToShown(line);
}

std::string WithoutRange(std::string_view line) {
  const size_t begin = line.find(" | ") + 3;
  const size_t end = line.find(" |", begin);
  return Format("{}-{}", line.substr(0, begin), line.substr(std::min(end, line.size())));
}

void ConsoleFixture::Declare(std::string_view root, Node object) {
  for (const Node member : object.children()) {
    const std::string name(AsKeyword(member.child(0)));
    if (root == "local") names_.locals.insert(name);
    if (root == "var") names_.variables.insert(name);
    if (root == "module") names_.module_calls.insert(name);
    if (root == "terraform_data") names_.managed[Format("{}.{}", root, name)].schema = &resource_;
  }
}

FunctionWorld CorpusWorld(const std::string& folder, bool extends) {
  FunctionWorld world{.files = std::make_shared<CorpusFiles>(folder),
                      .now = [] { return std::chrono::system_clock::now(); },
                      .random =
                          [](std::span<uint8_t> bytes) {
                            std::random_device device;
                            for (uint8_t& byte : bytes) byte = uint8_t(device());
                          },
                      .has_type = true};
  if (extends) world.plan_time = std::chrono::system_clock::now();
  return world;
}

ConsoleFixture::ConsoleFixture(const std::string& folder, FunctionWorld world)
    : functions_(std::move(world)),
      scope_(&functions_),
      resource_(MakeBlockSchema(
          {{.name = "id"}, {.name = "input"}, {.name = "output"}, {.name = "triggers_replace"}})) {
  const std::string path = folder + "/fixture.hcl";
  const auto text = ReadFile(path, /*bytes_max=*/1 << 20);
  if (!text) Abort(path + ": " + text.error().message, {});
  const ParseResult parsed = ParseFile(std::make_shared<const Source>(path, *text));
  const FixtureFunctions functions(functions_);
  const MapScope empty(&functions);
  Diagnostics diagnostics = parsed.diagnostics;
  for (const Node item : parsed.tree->root().children()) {
    scope_.Set(std::string(item.name()), Evaluate(item.child(0), empty, diagnostics));
    Declare(item.name(), item.child(0));
  }
  if (diagnostics.has_errors()) Abort(path, diagnostics);
}

}  // namespace cairn::hcl
