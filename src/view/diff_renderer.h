#pragma once

// The class behind RenderDiff, for diff_render.cc and text_render.cc.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "view/diff_render.h"

namespace cairn::view {

class DiffRenderer {
 public:
  explicit DiffRenderer(const Colours& colours) : colours_(colours) {}

  std::string Render(const Diff& diff, size_t indent, const DiffStyle& style) const;

 private:
  std::string RenderSequence(const Diff& diff, size_t indent, const DiffStyle& style) const;
  std::string RenderSet(const Diff& diff, size_t indent, const DiffStyle& style) const;
  std::string RenderMap(const Diff& diff, size_t indent, const DiffStyle& style) const;
  std::string RenderObject(const Diff& diff, size_t indent, const DiffStyle& style) const;
  std::string RenderBlock(const Diff& diff, size_t indent, const DiffStyle& style) const;
  std::string RenderSensitiveBlock(const Diff& diff, size_t indent, const DiffStyle& style) const;

  std::string RenderPrimitive(const Diff& diff, const DiffStyle& style, size_t indent) const;
  std::string RenderText(const Diff& diff, const DiffStyle& style, size_t indent) const;
  std::string RenderOneText(const Diff& diff, const Node& text, const DiffStyle& style, size_t indent) const;
  std::string RenderHeredoc(const Diff& diff, const std::vector<std::string>& lines, const DiffStyle& style,
                            size_t indent) const;
  std::string RenderJson(const Diff& diff, const Node* before, const Node* after, const DiffStyle& style,
                         size_t indent) const;

  // One line of something: warnings, indentation, symbol, then `text` and the rendered part.
  void AddLine(std::string& out, const Diff& part, std::string_view name, size_t indent,
               const DiffStyle& style, std::string_view end = {}) const;
  void AddBlocks(std::string& out, const Diff& diff, const BlockDiffs& blocks, size_t indent,
                 const DiffStyle& style, size_t& unchanged) const;
  void AddUnchanged(std::string& out, std::string_view what, size_t count, size_t indent,
                    const DiffStyle& style) const;
  std::vector<std::string> Warnings(const Diff& diff, size_t indent) const;
  std::string Prefix(size_t indent, plan::Action action, const DiffStyle& style) const;
  std::string NullSuffix(plan::Action action, const DiffStyle& style) const;
  std::string ForcesReplacement(bool replace, const DiffStyle& style) const;
  std::string Null() const { return colours_("[dark_gray]null[reset]"); }
  std::string Arrow() const { return colours_("[yellow]->[reset]"); }

  const Colours& colours_;
};

}  // namespace cairn::view
