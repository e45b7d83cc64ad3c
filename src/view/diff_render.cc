#include "view/diff_render.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "hcl/quote.h"
#include "hcl/unicode.h"
#include "view/diff_renderer.h"

namespace cairn::view {
namespace {

using plan::Action;
using Kind = Diff::Kind;

// Nothing of how an ancestor forces the replacement is inherited.
DiffStyle Inherited(DiffStyle style) {
  style.forces_replacement = false;
  return style;
}

bool IsImportant(std::string_view name) {
  return name == "id" || name == "name" || name == "tags";
}

// In bytes, as the peer counts it.
size_t WidestOf(const std::vector<std::string>& names) {
  size_t width = 0;
  for (const std::string& name : names) width = std::max(width, name.size());
  return width;
}

template <typename Escape>
std::vector<std::string> Escaped(const std::vector<std::string>& names, Escape escape) {
  std::vector<std::string> out;
  for (const std::string& name : names) out.push_back(escape(name));
  return out;
}

}  // namespace

std::string ActionSymbol(Action action, const Colours& colours) {
  switch (action) {
    case Action::kNoOp:
      return "   ";
    case Action::kCreate:
      return colours("  [green]+[reset]");
    case Action::kRead:
      return colours(" [cyan]<=[reset]");
    case Action::kUpdate:
      return colours("  [yellow]~[reset]");
    case Action::kDelete:
      return colours("  [red]-[reset]");
    case Action::kDeleteThenCreate:
      return colours("[red]-[reset]/[green]+[reset]");
    case Action::kCreateThenDelete:
      return colours("[green]+[reset]/[red]-[reset]");
    case Action::kForget:
      return colours(" [red].[reset]");
  }
  return {};
}

std::string AttributeName(std::string_view name) {
  return hcl::IsIdentifier(name) ? std::string(name) : hcl::GoQuoted(name);
}

std::string Padded(std::string_view text, size_t width) {
  std::string out(text);
  const auto length = size_t(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
  if (length < width) out.append(width - length, ' ');
  return out;
}

std::string RenderDiff(const Diff& diff, const Colours& colours, const DiffStyle& style, size_t indent) {
  return DiffRenderer(colours).Render(diff, indent, style);
}

std::string DiffRenderer::Render(const Diff& diff, size_t indent, const DiffStyle& style) const {
  switch (diff.kind) {
    case Kind::kPrimitive:
      return RenderPrimitive(diff, style, indent);
    case Kind::kList:
    case Kind::kNestedList:
      return RenderSequence(diff, indent, style);
    case Kind::kSet:
    case Kind::kNestedSet:
      return RenderSet(diff, indent, style);
    case Kind::kMap:
    case Kind::kNestedMap:
      return RenderMap(diff, indent, style);
    case Kind::kObject:
    case Kind::kNestedObject:
      return RenderObject(diff, indent, style);
    case Kind::kBlock:
      return RenderBlock(diff, indent, style);
    case Kind::kSensitiveBlock:
      return RenderSensitiveBlock(diff, indent, style);
    case Kind::kSensitive:
      return "(sensitive value)" + NullSuffix(diff.action, style) + ForcesReplacement(diff.replace, style);
    case Kind::kWriteOnly:
      return "(write-only attribute)" + NullSuffix(diff.action, style) +
             ForcesReplacement(diff.replace, style);
    case Kind::kUnknown:
    case Kind::kTypeChange:
      break;
  }
  DiffStyle inner = style;
  inner.null_suffix = false;
  if (diff.kind == Kind::kTypeChange) {
    return Render(diff.parts[0], indent, inner) + " " + Arrow() + " " + Render(diff.parts[1], indent, inner);
  }
  const std::string unknown = "(known after apply)" + ForcesReplacement(diff.replace, style);
  if (diff.parts.empty()) return unknown;
  Diff before = diff.parts[0];
  before.replace = false;  // said once is enough
  return Render(before, indent, inner) + " -> " + unknown;
}

std::string DiffRenderer::RenderSequence(const Diff& diff, size_t indent, const DiffStyle& style) const {
  if (diff.parts.empty()) {
    return "[]" + NullSuffix(diff.action, style) + ForcesReplacement(diff.replace, style);
  }
  DiffStyle changed = Inherited(style);
  changed.null_suffix = false;
  DiffStyle neighbour = Inherited(style);
  neighbour.show_unchanged = true;

  std::vector<const Diff*> unchanged;  // since the last one that is shown
  bool show_next = false;
  std::string out = "[" + ForcesReplacement(diff.replace, style) + "\n";
  for (const Diff& part : diff.parts) {
    if (part.action == Action::kNoOp && !show_next && !style.show_unchanged) {
      unchanged.push_back(&part);
      continue;
    }
    show_next = false;
    const DiffStyle* part_style = &changed;
    if (diff.kind == Kind::kList) {
      if (unchanged.size() > 1) AddUnchanged(out, "element", unchanged.size() - 1, indent, changed);
      if (!unchanged.empty()) AddLine(out, *unchanged.back(), "", indent, neighbour, ",");
      unchanged.clear();
      if (part.action == Action::kNoOp) {
        part_style = &neighbour;
      } else {
        show_next = true;
      }
    }
    AddLine(out, part, "", indent, *part_style, ",");
  }
  AddUnchanged(out, "element", unchanged.size(), indent, style);
  return out + Prefix(indent, Action::kNoOp, style) + "]" + NullSuffix(diff.action, style);
}

std::string DiffRenderer::RenderSet(const Diff& diff, size_t indent, const DiffStyle& style) const {
  const bool nested = diff.kind == Kind::kNestedSet;
  const std::string forces = ForcesReplacement(diff.replace && !nested, style);
  if (diff.parts.empty()) return "[]" + NullSuffix(diff.action, style) + forces;
  DiffStyle inner = style;
  inner.null_suffix = false;
  inner.forces_replacement = diff.replace && nested;
  size_t unchanged = 0;
  std::string out = "[" + forces + "\n";
  for (const Diff& part : diff.parts) {
    if (part.action == Action::kNoOp && !style.show_unchanged) {
      ++unchanged;
    } else {
      AddLine(out, part, "", indent, inner, ",");
    }
  }
  AddUnchanged(out, "element", unchanged, indent, style);
  return out + Prefix(indent, Action::kNoOp, style) + "]" + NullSuffix(diff.action, style);
}

std::string DiffRenderer::RenderMap(const Diff& diff, size_t indent, const DiffStyle& style) const {
  const bool nested = diff.kind == Kind::kNestedMap;
  const std::string forces = ForcesReplacement(diff.replace && !nested, style);
  if (diff.parts.empty()) return "{}" + NullSuffix(diff.action, style) + forces;
  DiffStyle inner = style;
  inner.null_suffix = diff.action != Action::kDelete && !nested;
  inner.forces_replacement = diff.replace && nested;
  const std::vector<std::string> names = Escaped(diff.names, hcl::GoQuoted);
  const size_t width = nested ? 0 : WidestOf(names);
  size_t unchanged = 0;
  std::string out = "{" + forces + "\n";
  for (size_t i = 0; i < names.size(); ++i) {
    const Diff& part = diff.parts[i];
    if (part.action == Action::kNoOp && !style.show_unchanged) {
      ++unchanged;
      continue;
    }
    const bool is_object = part.kind == Kind::kObject || part.kind == Kind::kNestedObject;
    AddLine(out, part, Padded(names[i], width) + " = ", indent, inner, is_object ? "," : "");
  }
  AddUnchanged(out, "element", unchanged, indent, style);
  return out + Prefix(indent, Action::kNoOp, style) + "}" + NullSuffix(diff.action, style);
}

std::string DiffRenderer::RenderObject(const Diff& diff, size_t indent, const DiffStyle& style) const {
  if (diff.parts.empty()) {
    return "{}" + NullSuffix(diff.action, style) + ForcesReplacement(diff.replace, style);
  }
  DiffStyle inner = Inherited(style);
  inner.null_suffix = diff.kind == Kind::kNestedObject;
  DiffStyle important = inner;
  important.show_unchanged = true;
  const std::vector<std::string> names = Escaped(diff.names, AttributeName);
  const size_t width = WidestOf(names);
  size_t unchanged = 0;
  std::string out = "{" + ForcesReplacement(diff.replace, style) + "\n";
  for (size_t i = 0; i < names.size(); ++i) {
    const bool is_important = IsImportant(diff.names[i]);
    if (diff.parts[i].action == Action::kNoOp && !style.show_unchanged && !is_important) {
      ++unchanged;
      continue;
    }
    AddLine(out, diff.parts[i], Padded(names[i], width) + " = ", indent, is_important ? important : inner);
  }
  AddUnchanged(out, "attribute", unchanged, indent, style);
  return out + Prefix(indent, Action::kNoOp, style) + "}" + NullSuffix(diff.action, style);
}

std::string DiffRenderer::RenderBlock(const Diff& diff, size_t indent, const DiffStyle& style) const {
  if (diff.parts.empty() && diff.blocks.empty()) return "{}" + ForcesReplacement(diff.replace, style);
  const DiffStyle inner = Inherited(style);
  DiffStyle important = inner;
  important.show_unchanged = true;
  const std::vector<std::string> names = Escaped(diff.names, AttributeName);
  const size_t width = WidestOf(names);
  size_t unchanged = 0;
  std::string out = "{" + ForcesReplacement(diff.replace, style) + "\n";
  for (size_t i = 0; i < names.size(); ++i) {
    const bool is_important = IsImportant(diff.names[i]);
    if (diff.parts[i].action == Action::kNoOp && !style.show_unchanged && !is_important) {
      ++unchanged;
      continue;
    }
    AddLine(out, diff.parts[i], Padded(names[i], width) + " = ", indent, is_important ? important : inner);
  }
  AddUnchanged(out, "attribute", unchanged, indent, style);
  size_t unchanged_blocks = 0;
  for (const BlockDiffs& blocks : diff.blocks) {
    AddBlocks(out, diff, blocks, indent, style, unchanged_blocks);
  }
  if (unchanged_blocks > 0) out += "\n";
  AddUnchanged(out, "block", unchanged_blocks, indent, style);
  return out + Prefix(indent, Action::kNoOp, style) + "}";
}

void DiffRenderer::AddBlocks(std::string& out, const Diff& diff, const BlockDiffs& blocks, size_t indent,
                             const DiffStyle& style, size_t& unchanged) const {
  DiffStyle inner = Inherited(style);
  inner.forces_replacement = blocks.replace;
  bool first = true;
  for (size_t i = 0; i < blocks.blocks.size(); ++i) {
    const Diff& block = blocks.blocks[i];
    const bool sensitive = (block.action != Action::kDelete && blocks.after_sensitive) ||
                           (block.action != Action::kCreate && blocks.before_sensitive);
    Diff shown;
    if (sensitive) {
      shown.kind = Kind::kSensitiveBlock;
      shown.action = block.action == Action::kNoOp && blocks.before_sensitive != blocks.after_sensitive
                         ? Action::kUpdate
                         : block.action;
      shown.replace = block.replace;
      shown.before_sensitive = blocks.before_sensitive;
      shown.after_sensitive = blocks.after_sensitive;
      shown.parts.push_back(block);
    }
    const Diff& part = sensitive ? shown : block;
    if (part.action == Action::kNoOp && !style.show_unchanged) {
      ++unchanged;
      continue;
    }
    if (first && !diff.parts.empty()) out += "\n";
    first = false;
    std::string name = AttributeName(blocks.name) + " ";
    const bool all = block.kind == Kind::kUnknown && block.parts.empty();  // and so it has no label
    if (blocks.nesting == hcl::Nesting::kMap && !all) name += hcl::GoQuoted(blocks.labels[i]) + " ";
    AddLine(out, part, name, indent, inner);
  }
}

std::string DiffRenderer::RenderSensitiveBlock(const Diff& diff, size_t indent,
                                               const DiffStyle& style) const {
  const std::string prefix = Prefix(indent, Action::kNoOp, style);
  return "{" + ForcesReplacement(diff.replace, style) + "\n" + prefix +
         "  # At least one attribute in this block is (or was) sensitive,\n" + prefix +
         "  # so its contents will not be displayed.\n" + prefix + "}";
}

void DiffRenderer::AddLine(std::string& out, const Diff& part, std::string_view name, size_t indent,
                           const DiffStyle& style, std::string_view end) const {
  for (const std::string& warning : Warnings(part, indent + 1)) {
    out.append((indent + 1) * 4, ' ');
    out += warning;
    out += '\n';
  }
  out += Prefix(indent + 1, part.action, style);
  out += name;
  out += Render(part, indent + 1, style);
  out += end;
  out += '\n';
}

void DiffRenderer::AddUnchanged(std::string& out, std::string_view what, size_t count, size_t indent,
                                const DiffStyle& style) const {
  if (count == 0) return;
  out += Prefix(indent + 1, Action::kNoOp, style);
  out +=
      colours_(Format("[dark_gray]# ({} unchanged {}{} hidden)[reset]", count, what, count == 1 ? "" : "s"));
  out += '\n';
}

std::vector<std::string> DiffRenderer::Warnings(const Diff& diff, size_t indent) const {
  if (diff.kind != Kind::kSensitive && diff.kind != Kind::kSensitiveBlock) return {};
  const Action inner = diff.parts[0].action;
  if (diff.before_sensitive == diff.after_sensitive || inner == Action::kCreate || inner == Action::kDelete) {
    return {};
  }
  const bool block = diff.kind == Kind::kSensitiveBlock;
  const std::string_view what = block ? "block" : "attribute value";
  const std::string spaces(indent * 4, ' ');
  std::string text =
      diff.before_sensitive
          ? Format(
                "  # [yellow]Warning[reset]: this {} will no longer be marked as sensitive\n"
                "{}  # after applying this change.",
                what, spaces)
          : Format(
                "  # [yellow]Warning[reset]: this {} will be marked as sensitive and will not\n"
                "{}  # display in UI output after applying this change.",
                what, spaces);
  text = colours_(text);
  if (!block && inner == Action::kNoOp) text += " The value is unchanged.";
  return {text};
}

std::string DiffRenderer::Prefix(size_t indent, Action action, const DiffStyle& style) const {
  std::string out(indent * 4, ' ');
  if (style.symbols) out += ActionSymbol(action, colours_) + " ";
  return out;
}

std::string DiffRenderer::NullSuffix(Action action, const DiffStyle& style) const {
  return style.null_suffix && action == Action::kDelete ? colours_(" [dark_gray]-> null[reset]") : "";
}

std::string DiffRenderer::ForcesReplacement(bool replace, const DiffStyle& style) const {
  return replace || style.forces_replacement ? colours_(" [red]# forces replacement[reset]") : "";
}

}  // namespace cairn::view
