#include "hcl_tool/tree_json.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "hcl/unicode.h"
#include "hcl/value_json.h"

namespace cairn::hcl_tool {
namespace {

using hcl::AppendJsonString;
using hcl::Node;
using hcl::NodeKind;

std::string_view KindName(NodeKind kind) {
  using enum NodeKind;
  switch (kind) {
    case kBody:
      return "body";
    case kAttribute:
      return "attribute";
    case kBlock:
      return "block";
    case kError:
      return "error";
    case kNumber:
      return "number";
    case kKeyword:
      return "keyword";
    case kString:
      return "string";
    case kTemplate:
      return "template";
    case kHeredoc:
      return "heredoc";
    case kTemplateText:
      return "template_text";
    case kInterpolation:
      return "interpolation";
    case kIfDirective:
      return "if_directive";
    case kForDirective:
      return "for_directive";
    case kIdentifier:
      return "identifier";
    case kVariable:
      return "variable";
    case kGetAttribute:
      return "get_attribute";
    case kLegacyIndex:
      return "legacy_index";
    case kIndex:
      return "index";
    case kSplat:
      return "splat";
    case kAttributeSplat:
      return "attribute_splat";
    case kElement:
      return "element";
    case kCall:
      return "call";
    case kTuple:
      return "tuple";
    case kObject:
      return "object";
    case kObjectItem:
      return "object_item";
    case kForTuple:
      return "for_tuple";
    case kForObject:
      return "for_object";
    case kParentheses:
      return "parentheses";
    case kUnary:
      return "unary";
    case kBinary:
      return "binary";
    case kConditional:
      return "conditional";
  }
  return "error";
}

void AppendMember(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  AppendJsonString(out, text);
}

void AppendPosition(std::string& out, const hcl::Position& position) {
  out += Format(R"({{"line":{},"column":{},"byte":{}}})", position.line, position.column, position.byte);
}

void AppendRange(std::string& out, const hcl::Position& start, const hcl::Position& end) {
  out += R"({"start":)";
  AppendPosition(out, start);
  out += R"(,"end":)";
  AppendPosition(out, end);
  out += '}';
}

// Positions in a source, faster than it tells them where many are asked for in one long line.
class Positions {
 public:
  explicit Positions(std::string_view text) : text_(text), line_starts_{0} {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') line_starts_.push_back(uint32_t(i + 1));
    }
  }

  // Each has a line of its own in mind.
  hcl::Position Start(uint32_t byte) { return At(byte, start_line_); }
  hcl::Position End(uint32_t byte) { return At(byte, end_line_); }

 private:
  struct Line {
    size_t number = 0;                    // from 1; 0: none yet
    bool ascii = true;                    // a column each byte
    std::vector<uint32_t> clusters = {};  // else where its grapheme clusters begin
  };

  hcl::Position At(uint32_t byte, Line& line) const {
    const auto after = std::ranges::upper_bound(line_starts_, byte);
    const auto number = size_t(after - line_starts_.begin());
    if (line.number != number) {
      const uint32_t end = after == line_starts_.end() ? uint32_t(text_.size()) : *after - 1;
      line = Measure(number, end);
    }
    const uint32_t start = line_starts_[number - 1];
    const auto column =
        line.ascii ? byte - start : std::ranges::lower_bound(line.clusters, byte) - line.clusters.begin();
    return {.line = uint32_t(number), .column = uint32_t(column + 1), .byte = byte};
  }

  Line Measure(size_t number, uint32_t end) const {
    Line line{.number = number};
    const uint32_t start = line_starts_[number - 1];
    std::string_view rest = text_.substr(start, end - start);
    line.ascii = std::ranges::all_of(rest, [](char c) { return (c & 0x80) == 0; });
    while (!line.ascii && !rest.empty()) {
      line.clusters.push_back(end - uint32_t(rest.size()));
      rest.remove_prefix(hcl::GraphemeLength(rest));
    }
    return line;
  }

  std::string_view text_;
  std::vector<uint32_t> line_starts_;
  Line start_line_, end_line_;
};

std::string_view OperatorText(const Node& node) {
  const auto& tokens = node.tree().tokens();
  uint32_t token = node.kind() == NodeKind::kUnary ? node.first_token() : node.child(0).end_token();
  while (tokens[token].kind != node.op()) ++token;
  return node.tree().TextOf(tokens[token]);
}

void AppendProperties(std::string& out, const Node& node) {
  using enum NodeKind;
  switch (node.kind()) {
    case kAttribute:
    case kBlock:
    case kIdentifier:
    case kVariable:
    case kGetAttribute:
      return AppendMember(out, "name", node.name());
    case kNumber:
    case kKeyword:
    case kString:
    case kTemplateText:
      return AppendMember(out, "text", node.text());
    case kLegacyIndex:
      return AppendMember(out, "text", node.tree().TextOf(node.tree().tokens()[node.end_token() - 1]));
    case kUnary:
    case kBinary:
      return AppendMember(out, "operator", OperatorText(node));
    case kCall:
      AppendMember(out, "name", node.name());
      [[fallthrough]];
    case kForObject:
      if (node.has_ellipsis()) out += R"(,"ellipsis":true)";
      return;
    default:
      return;
  }
}

// As deep as trees are: ParseLimits::depth_max.
void AppendNode(std::string& out, const Node& node, Positions& positions) {
  out += R"({"kind":")";
  out += KindName(node.kind());
  out += '"';
  AppendProperties(out, node);
  out += R"(,"range":)";
  const hcl::SourceRange range = node.range();
  AppendRange(out, positions.Start(range.begin), positions.End(range.end));
  if (!node.children().empty()) {
    char before = '[';
    out += R"(,"children":)";
    for (const Node child : node.children()) {
      out += before;
      AppendNode(out, child, positions);
      before = ',';
    }
    out += ']';
  }
  out += '}';
}

// The lines that the subject is on, and where in them it is.
void AppendSnippet(std::string& out, const hcl::SourceRange& subject) {
  const hcl::Source& source = *subject.source;
  const uint32_t first = subject.start_position().line;
  const uint32_t last = source.PositionAt(subject.end - (subject.end > subject.begin)).line;

  const auto line_begin = uint32_t(source.Line(first).data() - source.text().data());
  const std::string_view last_line = source.Line(last);
  const auto line_end = uint32_t(last_line.data() - source.text().data() + last_line.size());
  out += R"(,"snippet":{"context":null,"code":)";
  AppendJsonString(out, source.text().substr(line_begin, line_end - line_begin));
  out += Format(R"(,"start_line":{},"highlight_start_offset":{},"highlight_end_offset":{})", first,
                subject.begin - line_begin, std::min(subject.end, line_end) - line_begin);
}

void AppendDiagnostic(std::string& out, const hcl::Diagnostic& diagnostic) {
  out += Format(R"({{"severity":"{}")", diagnostic.severity == hcl::Severity::kError ? "error" : "warning");
  AppendMember(out, "summary", diagnostic.summary);
  AppendMember(out, "detail", diagnostic.detail);
  if (diagnostic.subject) {
    out += R"(,"range":{"filename":)";
    AppendJsonString(out, diagnostic.subject->source->name());
    std::string range;
    AppendRange(range, diagnostic.subject->start_position(), diagnostic.subject->end_position());
    out += "," + range.substr(1);
    AppendSnippet(out, *diagnostic.subject);
    out += R"(,"values":[)";
    for (size_t i = 0; i < diagnostic.values.size(); ++i) {
      if (i > 0) out += ',';
      AppendJsonString(out, diagnostic.values[i]);
    }
    out += "]}";
  }
  out += '}';
}

}  // namespace

std::string TreeJson(Node node) {
  std::string out;
  Positions positions(node.tree().source()->text());
  AppendNode(out, node, positions);
  return out;
}

std::string DiagnosticsJson(const hcl::Diagnostics& diagnostics, std::string_view more) {
  const auto errors = size_t(std::ranges::count_if(
      diagnostics, [](const hcl::Diagnostic& one) { return one.severity == hcl::Severity::kError; }));
  std::string out = Format(R"({{"valid":{},"error_count":{},"warning_count":{},"diagnostics":[)", errors == 0,
                           errors, diagnostics.size() - errors);
  for (size_t i = 0; i < diagnostics.size(); ++i) {
    if (i > 0) out += ',';
    AppendDiagnostic(out, diagnostics[i]);
  }
  out += ']';
  out += more;
  out += '}';
  return out;
}

}  // namespace cairn::hcl_tool
