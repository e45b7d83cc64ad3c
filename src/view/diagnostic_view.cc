#include "view/diagnostic_view.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/called_function.h"
#include "state/json_text.h"
#include "view/colour.h"
#include "view/diagnostic_snippet.h"
#include "view/ui_line.h"

namespace cairn::view {
namespace {

// Columns of the rule on the left, and one more.
constexpr size_t kRuleColumns = 3;

bool IsError(const hcl::Diagnostic& diagnostic) {
  return diagnostic.severity == hcl::Severity::kError;
}

// Whether it is a warning that others of its summary speak for. Each assertion speaks for itself.
bool IsConsolidated(const hcl::Diagnostic& diagnostic) {
  return !IsError(diagnostic) && diagnostic.subject.has_value() &&
         diagnostic.summary != "Check block assertion failed";
}

// `markup` with each % replaced by one of `texts`, in which nothing is a colour.
std::string Fill(const Colours& colours, std::string_view markup,
                 std::initializer_list<std::string_view> texts) {
  std::string out;
  auto text = texts.begin();
  for (const char c : colours(markup)) {
    if (c == '%') {
      out += *text++;
    } else {
      out += c;
    }
  }
  return out;
}

void AppendCode(std::string& out, const Snippet& snippet, const Colours& colours) {
  const std::string_view code = snippet.code;
  const size_t length = snippet.highlight_end - snippet.highlight_begin;
  const std::string marked =
      Fill(colours, "%[underline]%[reset]%",
           {code.substr(0, snippet.highlight_begin), code.substr(snippet.highlight_begin, length),
            code.substr(snippet.highlight_end)});
  uint32_t line = snippet.start_line;
  for (const std::string_view text : Split(marked, '\n')) {
    const std::string number = std::to_string(line++);
    out.append(number.size() < 4 ? 4 - number.size() : 0, ' ');
    out += number + ": ";
    out += text;
    out += '\n';
  }
}

void AppendValues(std::string& out, const hcl::Diagnostic& diagnostic, const Snippet& snippet,
                  const Colours& colours) {
  if (snippet.values.empty() && !diagnostic.call) return;
  out += colours("    [dark_gray]├────────────────[reset]\n");
  if (diagnostic.call) {
    const std::string& name = diagnostic.call->name;
    out += Fill(colours, "    [dark_gray]│[reset] while calling [bold]%[reset](", {name}) +
           diagnostic.call->Signature().substr(name.size() + 1) + "\n";
  }
  for (const auto& [name, statement] : snippet.values) {
    out += Fill(colours, "    [dark_gray]│[reset] [bold]%[reset] %\n", {name, statement});
  }
}

// What is between the summary and the detail.
void AppendPlace(std::string& out, const hcl::Diagnostic& diagnostic, const Colours& colours) {
  if (!diagnostic.address.empty()) out += "  with " + diagnostic.address + ",\n";
  const std::optional<Snippet> snippet = FindSnippet(diagnostic);
  if (!snippet) return;
  out += Format("  on {} line {}", diagnostic.subject->source->name(), snippet->start.line);
  if (!snippet->context.empty()) out += ", in " + snippet->context;
  out += ":\n";
  AppendCode(out, *snippet, colours);
  AppendValues(out, diagnostic, *snippet, colours);
  out += '\n';
}

std::string Boxed(const std::string& text, std::string_view colour, const Colours& colours) {
  const auto rule = [&](std::string_view character, std::string_view end) {
    return colours(Format("[{}]{}[reset]{}", colour, character, end));
  };
  std::string out = rule("╷", "") + "\n";
  std::string_view lines = text;
  if (lines.ends_with('\n')) lines.remove_suffix(1);
  for (const std::string_view line : Split(lines, '\n')) {
    out += rule("│", " ");
    out += line;
    out += '\n';
  }
  return out + rule("╵", "") + "\n";
}

void WritePosition(JsonWriter& out, std::string_view name, const hcl::Position& position) {
  out.Key(name);
  out.BeginObject();
  out.Member("line", int64_t(position.line));
  out.Member("column", int64_t(position.column));
  out.Member("byte", int64_t(position.byte));
  out.EndObject();
}

std::string TypeText(const hcl::Type& type) {
  return data::SerializeJson(type.ToJson());
}

void WriteParameter(JsonWriter& out, const hcl::NamedParameter& parameter) {
  out.BeginObject();
  out.Member("name", parameter.name);
  out.RawMember("type", TypeText(parameter.type));
  out.EndObject();
}

void WriteSignature(JsonWriter& out, const hcl::CalledFunction& function) {
  out.Key("signature");
  out.BeginObject();
  // Without the namespaces.
  const size_t colon = function.name.rfind(':');
  out.Member("name", function.name.substr(colon == std::string::npos ? 0 : colon + 1));
  out.Key("params");
  out.BeginArray();
  for (const hcl::NamedParameter& parameter : function.parameters) WriteParameter(out, parameter);
  out.EndArray();
  if (function.variadic) {
    out.Key("variadic_param");
    WriteParameter(out, *function.variadic);
  }
  out.RawMember("return_type", TypeText(function.return_type));
  out.EndObject();
}

void WriteSnippet(JsonWriter& out, const Snippet& snippet, const hcl::CalledFunction* call) {
  out.Key("snippet");
  out.BeginObject();
  out.Key("context");
  if (snippet.context.empty()) {
    out.Raw("null");
  } else {
    out.String(snippet.context);
  }
  out.Member("code", snippet.code);
  out.Member("start_line", int64_t(snippet.start_line));
  out.Member("highlight_start_offset", int64_t(snippet.highlight_begin));
  out.Member("highlight_end_offset", int64_t(snippet.highlight_end));
  out.Key("values");
  out.BeginArray();
  for (const auto& [name, statement] : snippet.values) {
    out.BeginObject();
    out.Member("traversal", name);
    out.Member("statement", statement);
    out.EndObject();
  }
  out.EndArray();
  if (call != nullptr) {
    out.Key("function_call");
    out.BeginObject();
    out.Member("called_as", call->name);
    WriteSignature(out, *call);
    out.EndObject();
  }
  out.EndObject();
}

}  // namespace

std::string RenderDiagnostic(const hcl::Diagnostic& diagnostic, const HumanStyle& style) {
  const Colours colours(style.colour);
  const std::string_view severity = IsError(diagnostic) ? "Error" : "Warning";
  const std::string_view colour = IsError(diagnostic) ? "red" : "yellow";
  std::string out;
  if (!style.colour) {
    out = Format("\n{}: {}\n\n", severity, diagnostic.summary);
    AppendPlace(out, diagnostic, colours);
    if (!diagnostic.detail.empty()) out += WordWrap(diagnostic.detail, style.width) + "\n";
    return out;
  }
  out = colours(Format("[bold][{}]{}: [reset]", colour, severity)) +
        Fill(colours, "[bold]%[reset]\n\n", {diagnostic.summary});
  AppendPlace(out, diagnostic, colours);
  if (!diagnostic.detail.empty()) {
    const size_t width = style.width > kRuleColumns ? style.width - kRuleColumns + 1 : 0;
    out += WordWrap(diagnostic.detail, width) + "\n";
  }
  return Boxed(out, colour, colours);
}

std::string RenderCompactWarnings(const hcl::Diagnostics& warnings, const HumanStyle& style) {
  struct Group {
    const hcl::Diagnostic* first = nullptr;
    size_t count = 0;
  };
  // What has a place is grouped by its summary, all else stands for itself.
  std::vector<Group> groups;
  std::map<std::string_view, size_t> by_summary;
  for (const hcl::Diagnostic& one : warnings) {
    const auto [group, added] = by_summary.try_emplace(one.summary, groups.size());
    if (added || !IsConsolidated(one) || !IsConsolidated(*groups[group->second].first)) {
      group->second = groups.size();
      groups.push_back({&one, 1});
    } else {
      ++groups[group->second].count;
    }
  }
  const Colours colours(style.colour);
  std::string out = colours("\n[bold][yellow]Warnings:[reset]\n\n");
  for (const auto& [first, count] : groups) {
    out += "- " + first->summary + "\n";
    if (!first->subject) continue;
    out +=
        Format("  on {} line {}{}\n", first->subject->source->name(), first->subject->start_position().line,
               count > 1 ? Format(" (and {} more)", count - 1) : "");
  }
  return out + "\nTo see the full warning notes, run Terraform without -compact-warnings.\n";
}

void WriteDiagnostic(JsonWriter& out, const hcl::Diagnostic& diagnostic) {
  out.BeginObject();
  out.Member("severity", IsError(diagnostic) ? "error" : "warning");
  out.Member("summary", diagnostic.summary);
  out.Member("detail", diagnostic.detail);
  out.OptionalMember("address", diagnostic.address);
  if (const std::optional<Snippet> snippet = FindSnippet(diagnostic)) {
    out.Key("range");
    out.BeginObject();
    out.Member("filename", diagnostic.subject->source->name());
    WritePosition(out, "start", snippet->start);
    WritePosition(out, "end", snippet->end);
    out.EndObject();
    WriteSnippet(out, *snippet, diagnostic.call.get());
  }
  out.EndObject();
}

std::string DiagnosticLine(const hcl::Diagnostic& diagnostic, std::string_view time) {
  const bool error = IsError(diagnostic);
  UiLine line(error ? "error" : "warn", (error ? "Error: " : "Warning: ") + diagnostic.summary, time);
  line.out().Key("diagnostic");
  WriteDiagnostic(line.out(), diagnostic);
  return line.Take("diagnostic");
}

std::string WriteValidateJson(const hcl::Diagnostics& diagnostics) {
  const auto errors = std::count_if(diagnostics.begin(), diagnostics.end(), IsError);
  JsonWriter json;
  json.BeginObject();
  json.Member("format_version", "1.0");
  json.Member("valid", errors == 0);
  json.Member("error_count", int64_t(errors));
  json.Member("warning_count", int64_t(diagnostics.size()) - int64_t(errors));
  json.Key("diagnostics");
  json.BeginArray();
  for (const hcl::Diagnostic& diagnostic : diagnostics) WriteDiagnostic(json, diagnostic);
  json.EndArray();
  json.EndObject();
  std::string out;
  state::AppendLaidOut(out, json.text(), 0);
  return out + "\n";
}

hcl::Diagnostics Arrange(const hcl::Diagnostics& diagnostics) {
  std::vector<hcl::Diagnostic> list(diagnostics.begin(), diagnostics.end());
  const auto place = [](const hcl::Diagnostic& one) {
    const auto& subject = one.subject;
    const std::string_view name = subject ? std::string_view(subject->source->name()) : "";
    const auto depth = std::ranges::count(name, '/');
    return subject ? std::tuple(depth, name, subject->begin, subject->end)
                   : std::tuple(depth, name, uint32_t(0), uint32_t(0));
  };
  const auto key = [&](const hcl::Diagnostic& one) {
    return std::tuple(IsError(one), place(one), std::string_view(one.address));
  };
  std::ranges::stable_sort(list, {}, key);
  hcl::Diagnostics out;
  std::set<std::tuple<std::string_view, std::string_view, decltype(key(list[0]))>> seen;
  for (const hcl::Diagnostic& one : list) {
    if (seen.emplace(one.summary, one.detail, key(one)).second) out.Add(one);
  }
  return out;
}

hcl::Diagnostics ConsolidateWarnings(const hcl::Diagnostics& diagnostics) {
  std::map<std::string, size_t> counts;
  for (const hcl::Diagnostic& diagnostic : diagnostics) {
    if (IsConsolidated(diagnostic)) ++counts[diagnostic.summary];
  }
  hcl::Diagnostics out;
  for (hcl::Diagnostic diagnostic : diagnostics) {
    if (IsConsolidated(diagnostic)) {
      size_t& count = counts[diagnostic.summary];
      if (count == 0) continue;  // the first has spoken for it
      if (count == 2) diagnostic.detail += "\n\n(and one more similar warning elsewhere)";
      if (count > 2) {
        diagnostic.detail += Format("\n\n(and {} more similar warnings elsewhere)", count - 1);
      }
      count = 0;
    }
    out.Add(std::move(diagnostic));
  }
  return out;
}

}  // namespace cairn::view
