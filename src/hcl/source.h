#pragma once

// The text of one file, and places in it.
//
// A Source never changes and is shared by everything that points into it: trees, ranges, diagnostics. Places
// are byte offsets; lines and columns are worked out only where one is shown.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::hcl {

// A place as people and `-json` output name it. Columns count grapheme clusters (UAX #29), as the language
// does.
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
  uint32_t byte = 0;

  bool operator==(const Position&) const = default;
};

// Thread-safe, since immutable.
class Source {
 public:
  // `name` is what diagnostics show: a path as the user gave it, or "<stdin>".
  Source(std::string name, std::string text);

  // From byte `begin` of a text on, up to the next piece, it is byte for byte what is at `outer` of another
  // one.
  struct Piece {
    uint32_t begin;
    uint32_t outer;
  };
  // What a part of `outer` stands for, with escapes replaced, such as a string of JSON. `pieces` are sorted,
  // and the first one begins at 0. What points into it should be shown as OuterRange has it.
  Source(std::shared_ptr<const Source> outer, std::string text, std::vector<Piece> pieces);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }

  // `byte` up to and including the size of the text. O(log lines + length of the line).
  Position PositionAt(uint32_t byte) const;

  // Line `line` (from 1) without its end ("\n" or "\r\n").
  std::string_view Line(uint32_t line) const;

  // Null for a text of its own.
  const std::shared_ptr<const Source>& outer() const { return outer_; }
  uint32_t OuterPlace(uint32_t byte) const;

 private:
  void FindLines();

  std::string name_;
  std::string text_;
  std::vector<uint32_t> line_starts_;
  std::shared_ptr<const Source> outer_;
  std::vector<Piece> pieces_;
};

// The bytes [begin, end) of a source. A value; keeps its source alive.
struct SourceRange {
  std::shared_ptr<const Source> source;
  uint32_t begin = 0;
  uint32_t end = 0;

  Position start_position() const { return source->PositionAt(begin); }
  Position end_position() const { return source->PositionAt(end); }
  std::string_view text() const { return source->text().substr(begin, end - begin); }
  bool operator==(const SourceRange&) const = default;
};

// `range` itself, or, of a text that stands for a part of another one, the bytes of that one.
SourceRange OuterRange(SourceRange range);

// "main.tf:3,5-9", or "main.tf:3,5-4,2" over several lines: as messages name other places.
std::string PlaceText(const SourceRange& range);

}  // namespace cairn::hcl
