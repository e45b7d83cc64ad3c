#include "view/diagnostic_snippet.h"

#include <algorithm>
#include <cstddef>

#include "hcl/parser.h"
#include "hcl/quote.h"
#include "hcl/syntax.h"

namespace cairn::view {
namespace {

// The head of the block of the file that byte `at` is within; empty if it is within none.
std::string ContextOf(const hcl::SourceRange& range, uint32_t at) {
  if (range.source->name().ends_with(".json")) return {};
  const hcl::ParseResult parsed = hcl::ParseFile(range.source);
  for (const hcl::Node item : parsed.tree->root().children()) {
    const hcl::SourceRange place = item.range();
    if (item.kind() != hcl::NodeKind::kBlock || at < place.begin || at >= place.end) continue;
    std::string out(item.name());
    for (const hcl::Node child : item.children()) {
      if (child.kind() == hcl::NodeKind::kString) out += " " + hcl::GoQuoted(hcl::StringValue(child));
      if (child.kind() == hcl::NodeKind::kIdentifier) out += " " + hcl::GoQuoted(child.name());
    }
    return out;
  }
  return {};
}

// `var.a["b c"] is "x"`, in two.
std::pair<std::string, std::string> SplitValue(const std::string& text) {
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ' ' && !quoted) {
      return {text.substr(0, i), text.substr(i + 1)};
    }
  }
  return {text, ""};
}

}  // namespace

std::optional<Snippet> FindSnippet(const hcl::Diagnostic& diagnostic) {
  if (!diagnostic.subject) return std::nullopt;
  const hcl::SourceRange& subject = *diagnostic.subject;
  const std::string_view text = subject.source->text();
  Snippet out;
  out.start = subject.start_position();
  out.end = subject.end_position();
  uint32_t begin = subject.begin;
  uint32_t end = subject.end;
  if (diagnostic.context) {
    begin = std::min(begin, diagnostic.context->begin);
    end = std::max(end, diagnostic.context->end);
  }
  if (subject.begin == subject.end) {
    ++out.end.byte;
    ++out.end.column;
  }
  if (begin == end) ++end;
  out.start_line = subject.source->PositionAt(begin).line;
  if (subject.begin > 0) out.context = ContextOf(subject, subject.begin - 1);

  // Whole lines that have a part of [begin, end). The end of a line is no part of it.
  std::optional<size_t> first;
  for (size_t at = 0; at < text.size();) {
    const size_t newline = std::min(text.find('\n', at), text.size());
    if (at < end && newline > begin) {
      if (!first) first = at;
      if (at != *first) out.code += '\n';
      size_t stop = newline;
      if (stop > at && text[stop - 1] == '\r') --stop;
      out.code += text.substr(at, stop - at);
    }
    at = newline + 1;
  }
  const size_t from = first.value_or(0);
  out.highlight_begin = std::min(subject.begin > from ? subject.begin - from : 0, out.code.size());
  out.highlight_end = std::min(out.highlight_begin + (out.end.byte - out.start.byte), out.code.size());
  for (const std::string& value : diagnostic.values) out.values.push_back(SplitValue(value));
  std::ranges::stable_sort(out.values, {},
                           [](const auto& value) -> const std::string& { return value.first; });
  return out;
}

}  // namespace cairn::view
