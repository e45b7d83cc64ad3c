#include "hcl_tool/session.h"

#include <sys/random.h>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <span>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/console.h"
#include "hcl/eval.h"
#include "hcl/file_reader.h"
#include "hcl/parser.h"
#include "hcl/value_json.h"
#include "hcl_tool/source_file.h"

namespace cairn::hcl_tool {
namespace {

using hcl::Diagnostics;
using hcl::NamedValue;
using hcl::Value;

void FillRandom(std::span<uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::getrandom(bytes.data(), bytes.size(), 0);
    assert(count > 0 || errno == EINTR);  // the kernel has always some
    if (count > 0) bytes = bytes.subspan(size_t(count));
  }
}

void Set(std::vector<NamedValue>& variables, std::string_view name, Value value) {
  for (NamedValue& variable : variables) {
    if (variable.name == name) {
      variable.value = std::move(value);
      return;
    }
  }
  variables.push_back({std::string(name), std::move(value)});
}

void ReadJson(const hcl::Source& source, std::vector<NamedValue>& variables, Diagnostics& diagnostics) {
  const Result<Value> read = hcl::FromJsonText(source.text());
  if (!read || read->type().kind() != hcl::TypeKind::kObject) {
    const std::string why = read ? "the file holds something else" : read.error().message;
    diagnostics.AddError("Invalid variables file " + source.name(),
                         Format("It should be a JSON object of variables and their values: {}.", why));
    return;
  }
  const auto& attributes = read->type().attributes();
  for (size_t i = 0; i < attributes.size(); ++i) Set(variables, attributes[i].name, read->elements()[i]);
}

void ReadTfvars(std::shared_ptr<const hcl::Source> source, std::vector<NamedValue>& variables,
                Diagnostics& diagnostics) {
  const hcl::ParseResult parsed = hcl::ParseFile(std::move(source));
  diagnostics.Append(parsed.diagnostics);
  const hcl::MapScope no_names;
  for (const hcl::Node item : parsed.tree->root().children()) {
    if (item.kind() == hcl::NodeKind::kAttribute) {
      Set(variables, item.name(), hcl::Evaluate(item.child(0), no_names, diagnostics));
    } else if (item.kind() == hcl::NodeKind::kBlock) {
      diagnostics.AddError("Unexpected block",
                           Format("A variables file holds values alone: {} = ...", item.name()),
                           item.name_range());
    }
  }
}

}  // namespace

struct Session::Clock {
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};

Session::Session() : clock_(std::make_shared<Clock>()) {
  const auto files = std::make_shared<const hcl::DiskReader>();
  functions_ = std::make_unique<hcl::BuiltinFunctions>(
      hcl::FunctionWorld{.files = files,
                         .now = [clock = clock_] { return clock->now; },
                         .plan_time = clock_->now,
                         .random = FillRandom,
                         .has_type = true});
  scope_ = std::make_unique<hcl::MapScope>(functions_.get());
  scope_->Set("var", Value::Object({}));
  scope_->Set("path", Value::Object({{"cwd", Value::String(files->WorkingFolder().value_or("."))},
                                     {"module", Value::String(".")},
                                     {"root", Value::String(".")}}));
  scope_->Set("terraform", Value::Object({{"workspace", Value::String("default")}}));
}

Session::~Session() = default;

void Session::StartEvaluation() {
  clock_->now = std::chrono::system_clock::now();
}

void Session::SetVariables(const std::vector<VariableSource>& sources, Diagnostics& diagnostics) {
  std::vector<NamedValue> variables;
  for (const VariableSource& from : sources) {
    if (from.kind == VariableSource::kAssignment) {
      SetAssignment(from.text, variables, diagnostics);
      continue;
    }
    auto source = ReadSource(from.text, from.text, diagnostics);
    if (source == nullptr) continue;
    if (from.text.ends_with(".json")) {
      ReadJson(*source, variables, diagnostics);
    } else {
      ReadTfvars(std::move(source), variables, diagnostics);
    }
  }
  scope_->Set("var", Value::Object(std::move(variables)));
}

void Session::SetAssignment(std::string_view text, std::vector<NamedValue>& variables,
                            Diagnostics& diagnostics) {
  const size_t equals = text.find('=');
  const bool is_expression = equals != text.npos && equals > 0 && text[equals - 1] == ':';
  const std::string_view name =
      Trim(text.substr(0, equals == text.npos ? 0 : equals - (is_expression ? 1 : 0)));
  if (name.empty()) {
    diagnostics.AddError("Invalid variable",
                         Format("{} is neither NAME=TEXT nor NAME:=EXPRESSION.", Quote(text)));
    return;
  }
  const std::string_view value = text.substr(equals + 1);
  if (!is_expression) return Set(variables, name, Value::String(value));
  const hcl::ParseResult parsed = hcl::ParseExpression(
      std::make_shared<const hcl::Source>(Format("<variable {}>", name), std::string(value)));
  diagnostics.Append(parsed.diagnostics);
  if (parsed.diagnostics.has_errors()) return;
  const hcl::MapScope functions_alone(functions_.get());
  Set(variables, name, hcl::Evaluate(parsed.tree->root(), functions_alone, diagnostics));
}

std::optional<std::string> Session::Answer(std::shared_ptr<const hcl::Source> text,
                                           Diagnostics& diagnostics) {
  const hcl::ParseResult parsed = hcl::ParseExpression(std::move(text));
  diagnostics.Append(parsed.diagnostics);
  if (parsed.diagnostics.has_errors()) return std::nullopt;
  StartEvaluation();
  return hcl::ConsoleAnswer(parsed.tree->root(), *scope_, diagnostics);
}

std::optional<std::string> Session::Json(std::shared_ptr<const hcl::Source> text, Diagnostics& diagnostics) {
  const hcl::ParseResult parsed = hcl::ParseExpression(std::move(text));
  diagnostics.Append(parsed.diagnostics);
  if (parsed.diagnostics.has_errors()) return std::nullopt;
  StartEvaluation();
  const Value value = hcl::Evaluate(parsed.tree->root(), *scope_, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  Result<std::string> json = hcl::ToJsonText(value);
  if (json) return std::move(*json);
  diagnostics.AddError("No JSON for this value", json.error().message + ".", parsed.tree->root().range());
  return std::nullopt;
}

}  // namespace cairn::hcl_tool
