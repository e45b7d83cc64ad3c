// The part of DiffRenderer that shows what is a number, a boolean or a text: on one line, as a heredoc, or as
// jsonencode(…).

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "hcl/quote.h"
#include "hcl/unicode.h"
#include "view/diff_renderer.h"
#include "view/node.h"
#include "view/sequence_diff.h"

namespace cairn::view {
namespace {

using plan::Action;

bool IsSpaceAt(std::string_view text) {
  size_t length = 0;
  return hcl::IsSpace(hcl::DecodeCharacter(text, length));
}

std::string_view TrimSpace(std::string_view text) {
  while (!text.empty() && IsSpaceAt(text)) {
    size_t length = 0;
    hcl::DecodeCharacter(text, length);
    text.remove_prefix(length);
  }
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (text[last] & 0xc0) == 0x80) --last;
    if (!IsSpaceAt(text.substr(last))) break;
    text = text.substr(0, last);
  }
  return text;
}

// What the text says beyond itself.
std::optional<Node> JsonIn(const Node& node) {
  if (node.kind != Node::Kind::kString || node.text.empty()) return std::nullopt;
  if (node.text[0] != '{' && node.text[0] != '[') return std::nullopt;
  return ParseNode(node.text);
}

bool HasLines(const Node& node) {
  return node.kind == Node::Kind::kString && node.text.find('\n') != std::string::npos;
}

std::vector<std::string> Lines(const Node& node) {
  std::vector<std::string> lines;
  const std::string_view text = HasLines(node) ? TrimSpace(node.text) : std::string_view(node.text);
  for (const std::string_view line : Split(text, '\n')) lines.emplace_back(line);
  return lines;
}

// On one line.
std::string Simple(const Node& node, const std::string& null) {
  return node.kind == Node::Kind::kNull ? null : hcl::GoQuoted(node.text);
}

}  // namespace

std::string DiffRenderer::RenderPrimitive(const Diff& diff, const DiffStyle& style, size_t indent) const {
  if (diff.is_string) return RenderText(diff, style, indent);
  const auto shown = [&](const Node& node) {
    if (node.kind == Node::Kind::kBool) return std::string(node.truth ? "true" : "false");
    return node.kind == Node::Kind::kNull ? Null() : node.text;
  };
  const std::string forces = ForcesReplacement(diff.replace, style);
  switch (diff.action) {
    case Action::kCreate:
      return shown(diff.after) + forces;
    case Action::kDelete:
      return shown(diff.before) + NullSuffix(diff.action, style) + forces;
    case Action::kNoOp:
      return shown(diff.before) + forces;
    default:
      return shown(diff.before) + " " + Arrow() + " " + shown(diff.after) + forces;
  }
}

std::string DiffRenderer::RenderText(const Diff& diff, const DiffStyle& style, size_t indent) const {
  if (diff.action != Action::kUpdate) {
    return RenderOneText(diff, diff.action == Action::kDelete ? diff.before : diff.after, style, indent);
  }
  const std::optional<Node> before = JsonIn(diff.before);
  const std::optional<Node> after = JsonIn(diff.after);
  if (before && after) return RenderJson(diff, &*before, &*after, style, indent);
  if (before || after) {
    DiffStyle inner = style;
    inner.null_suffix = false;
    Diff gone = diff;
    gone.action = Action::kDelete;
    gone.replace = false;
    Diff come = diff;
    come.action = Action::kCreate;
    come.replace = false;
    return RenderOneText(gone, diff.before, inner, indent) + " " + Arrow() + " " +
           RenderOneText(come, diff.after, inner, indent);
  }
  if (!HasLines(diff.before) && !HasLines(diff.after)) {
    return Simple(diff.before, Null()) + " " + Arrow() + " " + Simple(diff.after, Null()) +
           ForcesReplacement(diff.replace, style);
  }
  std::vector<std::string> lines;
  const auto lines_of = [&](const Node& node) {
    return node.kind == Node::Kind::kNull ? std::vector<std::string>{Null()} : Lines(node);
  };
  const std::vector<std::string> from = lines_of(diff.before);
  const std::vector<std::string> to = lines_of(diff.after);
  const auto add = [&](Action action, const std::string& line) {
    lines.push_back(Prefix(indent + 1, action, style) + line);
  };
  CompareSequences(
      from, to, [](const std::string& a, const std::string& b) { return a == b; },
      [](const std::string&, const std::string&) { return false; },
      [&](size_t i, size_t j) {
        if (i < from.size() && j < to.size() && from[i] == to[j]) return add(Action::kNoOp, from[i]);
        if (i < from.size()) add(Action::kDelete, from[i]);
        if (j < to.size()) add(Action::kCreate, to[j]);
      });
  return RenderHeredoc(diff, lines, style, indent);
}

std::string DiffRenderer::RenderOneText(const Diff& diff, const Node& text, const DiffStyle& style,
                                        size_t indent) const {
  const std::string forces = ForcesReplacement(diff.replace, style);
  if (text.kind == Node::Kind::kNull) return Null() + forces;
  if (const std::optional<Node> json = JsonIn(text)) {
    return RenderJson(diff, diff.action == Action::kCreate ? nullptr : &*json,
                      diff.action == Action::kDelete ? nullptr : &*json, style, indent);
  }
  if (!HasLines(text)) return Simple(text, Null()) + NullSuffix(diff.action, style) + forces;
  std::vector<std::string> lines;
  for (const std::string& line : Lines(text)) {
    lines.push_back(Prefix(indent + 1, Action::kNoOp, style) + line);
  }
  return RenderHeredoc(diff, lines, style, indent);
}

std::string DiffRenderer::RenderHeredoc(const Diff& diff, const std::vector<std::string>& lines,
                                        const DiffStyle& style, size_t indent) const {
  std::string out = "<<-EOT" + ForcesReplacement(diff.replace, style) + "\n";
  for (const std::string& line : lines) out += line + "\n";
  return out + Prefix(indent, Action::kNoOp, style) + "EOT" + NullSuffix(diff.action, style);
}

std::string DiffRenderer::RenderJson(const Diff& diff, const Node* before, const Node* after,
                                     const DiffStyle& style, size_t indent) const {
  const Diff json = CompareJson(before, after);
  DiffStyle inner = style;
  inner.null_suffix = inner.forces_replacement = false;
  std::string whitespace;
  std::string replace;
  Action action = diff.action == Action::kUpdate ? Action::kUpdate : Action::kNoOp;
  if (json.action == Action::kNoOp && diff.action == Action::kUpdate) {
    // The texts differ in blanks alone.
    whitespace = diff.replace ? " # whitespace changes force replacement" : " # whitespace changes";
    inner.show_unchanged = true;
    action = Action::kNoOp;
  } else {
    replace = ForcesReplacement(diff.replace, style);
  }
  const std::string body = Render(json, indent + 1, inner);
  if (body.find('\n') == std::string::npos) return "jsonencode(" + body + ")" + whitespace + replace;
  return "jsonencode(" + whitespace + "\n" + Prefix(indent + 1, action, style) + body + replace + "\n" +
         Prefix(indent, Action::kNoOp, style) + ")" + NullSuffix(diff.action, style);
}

}  // namespace cairn::view
