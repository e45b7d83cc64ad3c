#include "hcl/diagnostic.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/called_function.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

constexpr uint32_t kLinesAroundMax = 3;          // of the context, before and after the first marked line
constexpr size_t kExcerptColumnsMax = 200;       // where the style sets no width
constexpr size_t kExcerptColumnsMin = 20;        // where it leaves next to none
constexpr std::string_view kCut = "...";         // stands for the rest of a line
constexpr size_t kTabColumns = 4;                // between the stops of tabs
constexpr size_t kSuggestionCharactersMax = 64;  // nobody mistypes longer names
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kBoldRed = "\x1b[1;31m";
constexpr std::string_view kBoldYellow = "\x1b[1;33m";
constexpr std::string_view kReset = "\x1b[0m";

std::string Escaped(std::string_view text) {
  std::string escaped;
  AppendEscaped(escaped, text, /*quoting=*/false);
  return escaped;
}

size_t Columns(std::string_view text) {
  size_t columns = 0;
  for (; !text.empty(); text.remove_prefix(GraphemeLength(text))) columns += DisplayWidth(text);
  return columns;
}

class Renderer {
 public:
  Renderer(const Diagnostic& diagnostic, const RenderStyle& style) : diagnostic_(diagnostic), style_(style) {}

  std::string Render() {
    const bool is_error = diagnostic_.severity == Severity::kError;
    colour_ = is_error ? kBoldRed : kBoldYellow;
    AddColoured(colour_, is_error ? "Error: " : "Warning: ");
    AddColoured(kBold, Escaped(diagnostic_.summary));
    out_ += '\n';
    if (diagnostic_.subject) AddExcerpt(*diagnostic_.subject);
    AddValues();
    if (!diagnostic_.detail.empty()) {
      out_ += '\n';
      for (const std::string_view line : Split(diagnostic_.detail, '\n')) AddWrapped(Escaped(line));
    }
    return std::move(out_);
  }

 private:
  void AddColoured(std::string_view colour, std::string_view text) {
    if (style_.colour) out_ += colour;
    out_ += text;
    if (style_.colour) out_ += kReset;
  }

  void AddExcerpt(const SourceRange& subject) {
    const Source& source = *subject.source;
    const Position begin = subject.start_position();
    const Position end = subject.end_position();
    out_ += "\n  " + Escaped(source.name()) + Format(":{},{}", begin.line, begin.column);
    if (end.line != begin.line) {
      out_ += Format("-{},{}", end.line, end.column);
    } else if (end.column != begin.column) {
      out_ += Format("-{}", end.column);
    }
    out_ += '\n';

    const SourceRange& shown = diagnostic_.context.value_or(subject);
    uint32_t first = std::min(begin.line, shown.start_position().line);
    uint32_t last = source
                        .PositionAt(std::max({subject.begin, subject.end - (subject.end > subject.begin),
                                              shown.end - (shown.end > shown.begin)}))
                        .line;
    first = std::max(first, begin.line - std::min(begin.line, kLinesAroundMax));
    last = std::min(last, begin.line + kLinesAroundMax);
    const size_t digits = std::to_string(last).size();
    for (uint32_t line = first; line <= last; ++line) {
      const std::string number = std::to_string(line);
      const std::string_view text = source.Line(line);
      const auto start = uint32_t(text.data() - source.text().data());
      const bool is_marked = line == begin.line;
      const Window window =
          is_marked ? Cut(text, subject.begin - start, subject.end - start, digits) : Cut(text, 0, 0, digits);
      out_ += "  " + std::string(digits - number.size(), ' ') + number + " | " + window.text;
      out_.resize(out_.find_last_not_of(' ') + 1);
      out_ += '\n';
      if (!is_marked) continue;
      out_ += "  " + std::string(digits, ' ') + " | " + std::string(window.mark_column, ' ');
      AddColoured(colour_, std::string(std::max<size_t>(window.mark_columns, 1), '^'));
      out_ += '\n';
    }
  }

  // The part of a line that is shown, and which of its columns are marked.
  struct Window {
    std::string text;
    size_t mark_column = 0;
    size_t mark_columns = 0;
  };

  // Of the line `line`, around the bytes [begin, end), which may reach beyond it.
  Window Cut(std::string_view line, size_t begin, size_t end, size_t digits) const {
    const size_t gutter = digits + 5;
    const size_t room =
        style_.width == 0 ? kExcerptColumnsMax : std::max(style_.width, gutter + kExcerptColumnsMin) - gutter;
    Window window;
    size_t columns = 0;
    size_t at = 0;
    if (line.size() > room && begin > room / 3 * 2) {
      at = std::min(begin, line.size()) - room / 3;
      while (at < line.size() && (uint8_t(line[at]) & 0xC0) == 0x80) ++at;
      window.text = kCut;
      columns = kCut.size();
    }
    while (at < line.size()) {
      const std::string_view cluster = line.substr(at, GraphemeLength(line.substr(at)));
      const std::string text =
          cluster == "\t" ? std::string(kTabColumns - columns % kTabColumns, ' ') : Escaped(cluster);
      const size_t width = Columns(text);
      const bool is_last = at + cluster.size() == line.size();
      if (columns + width + (is_last ? 0 : kCut.size()) > room) {
        window.text += kCut;
        break;
      }
      if (at <= begin) window.mark_column = columns;
      if (at + cluster.size() > begin && at < end) window.mark_columns += width;
      window.text += text;
      columns += width;
      at += cluster.size();
    }
    if (at <= begin) window.mark_column = columns;
    return window;
  }

  void AddValues() {
    std::string_view before = "\n  where ";
    if (diagnostic_.call) {
      out_ += before;
      out_ += "while calling " + Escaped(diagnostic_.call->Signature()) + '\n';
      before = "        ";
    }
    for (const std::string& value : diagnostic_.values) {
      out_ += before;
      out_ += Escaped(value) + '\n';
      before = "        ";
    }
  }

  // A line that begins with a blank is an example, and stays as it is.
  void AddWrapped(std::string_view line) {
    if (style_.width == 0 || line.starts_with(' ')) {
      out_ += line;
      out_ += '\n';
      return;
    }
    size_t columns = 0;
    for (const std::string_view word : Split(line, ' ')) {
      const size_t width = Columns(word);
      if (columns > 0 && columns + 1 + width > style_.width) {
        out_ += '\n';
        columns = 0;
      } else if (columns > 0) {
        out_ += ' ';
        ++columns;
      }
      out_ += word;
      columns += width;
    }
    out_ += '\n';
  }

  const Diagnostic& diagnostic_;
  const RenderStyle& style_;
  std::string_view colour_;
  std::string out_;
};

std::u32string Characters(std::string_view text) {
  std::u32string characters;
  const std::string lower = ToLower(text);
  for (std::string_view rest = lower; !rest.empty();) {
    size_t length = 0;
    characters += DecodeCharacter(rest, length);
    rest.remove_prefix(length);
  }
  return characters;
}

// Insertions, removals, replacements and swaps of neighbours that make `b` from `a`.
size_t EditDistance(const std::u32string& a, const std::u32string& b) {
  std::array<std::vector<size_t>, 3> rows;  // of a[0..i): the last two and this
  for (auto& row : rows) row.resize(b.size() + 1);
  for (size_t i = 0; i <= a.size(); ++i) {
    std::vector<size_t>& row = rows[i % 3];
    const std::vector<size_t>& above = rows[(i + 2) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      if (i == 0) {
        row[j] = j;
        continue;
      }
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], rows[(i + 1) % 3][j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

void Diagnostics::AddError(std::string summary, std::string detail, std::optional<SourceRange> subject,
                           std::optional<SourceRange> context) {
  Add({Severity::kError, std::move(summary), std::move(detail), std::move(subject), std::move(context)});
}

void Diagnostics::AddWarning(std::string summary, std::string detail, std::optional<SourceRange> subject,
                             std::optional<SourceRange> context) {
  Add({Severity::kWarning, std::move(summary), std::move(detail), std::move(subject), std::move(context)});
}

void Diagnostics::Append(Diagnostics more) {
  list_.insert(list_.end(), std::make_move_iterator(more.list_.begin()),
               std::make_move_iterator(more.list_.end()));
}

bool Diagnostics::has_errors() const {
  return std::any_of(begin(), end(), [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

std::string CalledFunction::Signature() const {
  std::string shown;
  for (const NamedParameter& parameter : parameters) shown += (shown.empty() ? "" : ", ") + parameter.name;
  if (variadic) shown += (shown.empty() ? "" : ", ") + variadic->name + "...";
  return Format("{}({})", name, shown);
}

std::string_view NearestName(std::string_view given, const std::vector<std::string_view>& candidates) {
  const auto is_short = [](std::string_view name) { return name.size() <= kSuggestionCharactersMax; };
  if (!is_short(given)) return {};
  const std::u32string wanted = Characters(given);
  std::string_view nearest;
  size_t nearest_distance = SIZE_MAX;
  for (const std::string_view candidate : candidates) {
    if (!is_short(candidate)) continue;
    const std::u32string characters = Characters(candidate);
    const size_t longer = std::max(wanted.size(), characters.size());
    const size_t distance_max = longer < 2 ? 0 : std::clamp<size_t>(longer / 3, 1, 3);
    if (longer - std::min(wanted.size(), characters.size()) > distance_max) continue;
    const size_t distance = EditDistance(wanted, characters);
    if (distance > distance_max || distance >= nearest_distance) continue;
    nearest = candidate;
    nearest_distance = distance;
  }
  return nearest;
}

std::string Render(const Diagnostic& diagnostic, const RenderStyle& style) {
  return Renderer(diagnostic, style).Render();
}

}  // namespace cairn::hcl
