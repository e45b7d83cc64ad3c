#include "hcl/source.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/strings.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Source::Source(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  FindLines();
}

Source::Source(std::shared_ptr<const Source> outer, std::string text, std::vector<Piece> pieces)
    : name_(outer->name()), text_(std::move(text)), outer_(std::move(outer)), pieces_(std::move(pieces)) {
  assert(!pieces_.empty() && pieces_[0].begin == 0);
  FindLines();
}

void Source::FindLines() {
  assert(text_.size() < UINT32_MAX);
  line_starts_.push_back(text_.starts_with(kByteOrderMark) ? uint32_t(kByteOrderMark.size()) : 0);
  for (size_t end = 0; (end = text_.find('\n', end)) != std::string::npos;) {
    line_starts_.push_back(uint32_t(++end));
  }
}

Position Source::PositionAt(uint32_t byte) const {
  assert(byte <= text_.size());
  const auto after = std::upper_bound(line_starts_.begin() + 1, line_starts_.end(), byte);
  const auto line = uint32_t(after - line_starts_.begin());
  const uint32_t start = *(after - 1);
  if (byte <= start) return {line, 1, byte};
  return {line, uint32_t(1 + CountGraphemes(text().substr(start, byte - start))), byte};
}

std::string_view Source::Line(uint32_t line) const {
  assert(line >= 1 && line <= line_starts_.size());
  const uint32_t start = line_starts_[line - 1];
  const bool is_last = line == line_starts_.size();
  std::string_view found = text().substr(start, is_last ? std::string::npos : line_starts_[line] - start);
  if (found.ends_with('\n')) found.remove_suffix(1);
  if (found.ends_with('\r') && !is_last) found.remove_suffix(1);
  return found;
}

uint32_t Source::OuterPlace(uint32_t byte) const {
  const auto after = std::upper_bound(pieces_.begin() + 1, pieces_.end(), byte,
                                      [](uint32_t place, const Piece& piece) { return place < piece.begin; });
  return std::min((after - 1)->outer + (byte - (after - 1)->begin), uint32_t(outer_->text().size()));
}

SourceRange OuterRange(SourceRange range) {
  while (range.source->outer()) {
    const std::shared_ptr<const Source> inner = range.source;
    range = {inner->outer(), inner->OuterPlace(range.begin), inner->OuterPlace(range.end)};
  }
  return range;
}

std::string PlaceText(const SourceRange& range) {
  const Position begin = range.start_position();
  const Position end = range.end_position();
  const std::string start = Format("{}:{},{}", range.source->name(), begin.line, begin.column);
  return begin.line == end.line ? Format("{}-{}", start, end.column)
                                : Format("{}-{},{}", start, end.line, end.column);
}

}  // namespace cairn::hcl
