#include "hcl_tool/tree_json.h"

#include <algorithm>
#include <string_view>

#include "base/strings.h"
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

void AppendRange(std::string& out, const hcl::SourceRange& range) {
  out += R"({"start":)";
  AppendPosition(out, range.start_position());
  out += R"(,"end":)";
  AppendPosition(out, range.end_position());
  out += '}';
}

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
void AppendNode(std::string& out, const Node& node) {
  out += R"({"kind":")";
  out += KindName(node.kind());
  out += '"';
  AppendProperties(out, node);
  out += R"(,"range":)";
  AppendRange(out, node.range());
  if (!node.children().empty()) {
    char before = '[';
    out += R"(,"children":)";
    for (const Node child : node.children()) {
      out += before;
      AppendNode(out, child);
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
    AppendRange(range, *diagnostic.subject);
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
  AppendNode(out, node);
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
