#include "data/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "data/yaml_scalar.h"

namespace cairn::data {
namespace {

namespace json = boost::json;
using YAML::Mark;

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";
constexpr size_t kValueBytes = 32;

std::string At(size_t line, size_t column, std::string_view what) {
  return Format("line {}, column {}: {}", line, column, what);
}

// The parser can only be stopped by an exception; it is caught where the parser is called.
class Stop : public YAML::ParserException {
 public:
  Stop(const Mark& where, const std::string& what, ErrorCode why = ErrorCode::kInvalid)
      : ParserException(where, what), code(why) {}
  ErrorCode code;
};

// What a finished value adds to those around it.
struct Extent {
  size_t bytes = kValueBytes;
  size_t height = 0;  // collections within each other
};

// Finds the lines that end one document or begin the next: they start with "..." or "---".
class Separators {
 public:
  explicit Separators(std::string_view text) : rest_(text) {}

  // Whether there is one after those lines that the last call looked at, up to line number `line` (from 0).
  bool FindUpTo(size_t line) {
    bool found = false;
    for (; next_line_ <= line && !rest_.empty(); ++next_line_) {
      const std::string_view text = rest_.substr(0, rest_.find('\n'));
      const bool mark = text.starts_with("---") || text.starts_with("...");
      found = found || (mark && (text.size() == 3 || text[3] == ' ' || text[3] == '\t' || text[3] == '\r'));
      rest_.remove_prefix(std::min(text.size() + 1, rest_.size()));
    }
    return found;
  }

 private:
  std::string_view rest_;  // from the line `next_line_` on
  size_t next_line_ = 0;
};

// Builds values from the parser's events.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, const YamlLimits& limits) : limits_(limits), separators_(text) {}

  std::vector<Json> TakeDocuments() { return std::move(documents_); }

  void OnDocumentStart(const Mark& mark) override {
    anchors_.clear();
    // The parser takes whatever follows a document for the next one.
    const bool separated = separators_.FindUpTo(static_cast<size_t>(mark.line));
    if (!documents_.empty() && !separated) throw Stop(mark, "text after the end of the document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const Mark& mark, YAML::anchor_t anchor) override {
    // The parser takes a line without a colon for a key without a value, which it puts where the key is.
    if (!frames_.empty() && frames_.back().block && frames_.back().key &&
        mark.pos == frames_.back().key_mark.pos) {
      throw Stop(mark, "a key without ':'");
    }
    Finish(mark, nullptr, {}, anchor);
  }

  void OnScalar(const Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    CheckIndent(mark);
    const bool is_merge = tag == "?" && text == "<<" && AtKey();
    if (is_merge) {
      frames_.back().merging = true;
      return;
    }
    Finish(mark, ScalarOf(mark, tag, text), {.bytes = kValueBytes + text.size()}, anchor);
  }

  void OnAlias(const Mark& mark, YAML::anchor_t anchor) override {
    CheckIndent(mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Stop(mark, "an alias within the value that it stands for");
    const auto& [value, extent] = found->second;
    CheckDepth(mark, extent.height);
    Charge(mark, extent.bytes);
    Finish(mark, Json(value), extent, YAML::NullAnchor, /*charged=*/true);
  }

  void OnSequenceStart(const Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    CheckTag(mark, tag, "!!seq");
    Open(mark, json::array(), anchor, /*block=*/false);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    CheckTag(mark, tag, "!!map");
    Open(mark, json::object(), anchor, style == YAML::EmitterStyle::Block);
  }
  void OnMapEnd() override { Close(); }

 private:
  // A collection whose end has not come.
  struct Frame {
    Json value;
    Mark mark;
    YAML::anchor_t anchor;
    bool block;  // a mapping in block style: by lines, without braces
    Extent extent;
    std::optional<std::string> key = std::nullopt;  // of the member whose value comes next
    Mark key_mark = {};
    bool merging = false;      // what comes next is the value of `<<`
    json::object merged = {};  // members by `<<`
  };

  bool AtKey() const {
    return !frames_.empty() && frames_.back().value.is_object() && !frames_.back().key &&
           !frames_.back().merging;
  }

  // As a document would write it: !!str.
  static std::string ShortTag(const std::string& tag) {
    return tag.starts_with(kTagPrefix) ? "!!" + tag.substr(kTagPrefix.size()) : tag;
  }

  static void CheckTag(const Mark& mark, const std::string& tag, std::string_view kind) {
    if (tag.empty() || tag == "?" || tag == "!" || ShortTag(tag) == kind) return;
    throw Stop(mark, Format("tag {} is not supported here", ShortTag(tag)));
  }

  static Json ScalarOf(const Mark& mark, const std::string& tag, const std::string& text) {
    Json value;
    if (tag == "?" || tag.empty()) {
      value = ResolveYamlScalar(text);
    } else if (tag == "!") {
      value = json::string_view(text);
    } else if (!tag.starts_with(kTagPrefix)) {
      throw Stop(mark, Format("tag {} is not supported", ShortTag(tag)));
    } else {
      std::optional<Json> tagged = ResolveYamlScalarAs(tag.substr(kTagPrefix.size()), text);
      if (!tagged) throw Stop(mark, Format("{} is no value of tag {}", Quote(text), ShortTag(tag)));
      value = *std::move(tagged);
    }
    if (value.is_double() && !std::isfinite(value.get_double())) {
      throw Stop(mark, text + " has no counterpart in JSON");
    }
    return value;
  }

  // The parser takes an unindented line after a key for its value.
  void CheckIndent(const Mark& mark) const {
    if (frames_.empty() || !frames_.back().block || !frames_.back().key) return;
    const Frame& frame = frames_.back();
    if (mark.line > frame.key_mark.line &&
        mark.column <= std::min(frame.mark.column, frame.key_mark.column)) {
      throw Stop(mark, "neither a key nor indented as a value");
    }
  }

  void CheckDepth(const Mark& mark, size_t height) const {
    if (frames_.size() + height > limits_.depth_max) {
      throw Stop(mark, Format("more than {} levels", limits_.depth_max), ErrorCode::kOverloaded);
    }
  }

  void Charge(const Mark& mark, size_t bytes) {
    charged_ += bytes;
    if (charged_ <= limits_.expanded_bytes_max) return;
    throw Stop(mark, Format("more than {} bytes of values", limits_.expanded_bytes_max),
               ErrorCode::kOverloaded);
  }

  void Open(const Mark& mark, Json empty, YAML::anchor_t anchor, bool block) {
    // The parser also takes what a missing bracket leaves open for a key.
    if (AtKey()) throw Stop(mark, "a collection is not closed, or used as a key");
    CheckDepth(mark, 1);
    frames_.push_back(
        {.value = std::move(empty), .mark = mark, .anchor = anchor, .block = block, .extent = {.height = 1}});
  }

  void Close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.value.is_object()) {
      json::object& members = frame.value.get_object();
      for (json::key_value_pair& member : frame.merged)
        members.emplace(member.key(), std::move(member.value()));
    }
    // Its parts are charged; what is left is the value itself.
    Charge(frame.mark, kValueBytes);
    Finish(frame.mark, std::move(frame.value), frame.extent, frame.anchor, /*charged=*/true);
  }

  // A value is complete: it goes where it belongs.
  void Finish(const Mark& mark, Json value, Extent extent, YAML::anchor_t anchor, bool charged = false) {
    if (!charged) Charge(mark, extent.bytes);
    if (anchor != YAML::NullAnchor) {
      Charge(mark, extent.bytes);  // the copy
      anchors_.insert_or_assign(anchor, std::pair(value, extent));
    }
    if (frames_.empty()) {
      documents_.push_back(std::move(value));
      return;
    }
    Frame& frame = frames_.back();
    frame.extent.bytes += extent.bytes;
    frame.extent.height = std::max(frame.extent.height, extent.height + 1);
    if (frame.value.is_array()) {
      frame.value.get_array().push_back(std::move(value));
    } else if (frame.merging) {
      frame.merging = false;
      Merge(mark, frame, std::move(value));
    } else if (frame.key) {
      frame.value.get_object().emplace(*frame.key, std::move(value));
      frame.key.reset();
    } else {
      frame.key = KeyOf(mark, value);
      frame.key_mark = mark;
      if (frame.value.get_object().contains(*frame.key)) {
        throw Stop(mark, "duplicate key " + Quote(*frame.key));
      }
    }
  }

  static std::string KeyOf(const Mark& mark, const Json& value) {
    if (value.is_null()) throw Stop(mark, "a key must not be null");
    if (value.is_structured()) throw Stop(mark, "a key must be a scalar");
    return value.is_string() ? std::string(value.get_string()) : SerializeJson(value);
  }

  static void Merge(const Mark& mark, Frame& frame, Json value) {
    if (value.is_array()) {
      for (Json& element : value.get_array()) {
        if (!element.is_object()) throw Stop(mark, "only mappings can be merged");
        Merge(mark, frame, std::move(element));
      }
      return;
    }
    if (!value.is_object()) throw Stop(mark, "only mappings can be merged");
    for (json::key_value_pair& member : value.get_object()) {
      frame.merged.emplace(member.key(), std::move(member.value()));
    }
  }

  const YamlLimits& limits_;
  Separators separators_;
  std::vector<Json> documents_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, std::pair<Json, Extent>> anchors_;
  size_t charged_ = 0;
};

// YAML is UTF-8 here and has no control characters (section 5.1 of the specification), except that the parser
// would also guess UTF-16 and UTF-32.
Result<> CheckCharacters(std::string_view text) {
  size_t line = 1;
  size_t column = 1;
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    const char c = text[0];
    const bool control = (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == '\x7f';
    if (length == 0) return Fail(ErrorCode::kInvalid, At(line, column, "not UTF-8"));
    if (control) return Fail(ErrorCode::kInvalid, At(line, column, "a control character"));
    column = c == '\n' ? 1 : column + 1;
    line += c == '\n' ? 1 : 0;
    text.remove_prefix(length);
  }
  return {};
}

std::unexpected<Error> FailAt(const YAML::Exception& exception, ErrorCode code) {
  const Mark& mark = exception.mark;
  if (mark.is_null()) return Fail(code, exception.msg);
  return Fail(code,
              At(static_cast<size_t>(mark.line) + 1, static_cast<size_t>(mark.column) + 1, exception.msg));
}

// Whether there is more than blanks and comments.
bool HasContent(std::string_view text) {
  return std::ranges::any_of(Split(text, '\n'), [](std::string_view line) {
    const size_t begin = line.find_first_not_of(" \t\r");
    return begin != std::string_view::npos && line[begin] != '#';
  });
}

Result<std::vector<Json>> ParseDocuments(const std::string& text, const YamlLimits& limits) {
  std::istringstream stream(text);
  Builder builder(text, limits);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    return FailAt(stop, stop.code);
  } catch (const YAML::Exception& exception) {
    return FailAt(exception, ErrorCode::kInvalid);
  }
  return builder.TakeDocuments();
}

}  // namespace

Result<std::vector<Json>> ParseYaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return Fail(ErrorCode::kOverloaded, Format("more than {} bytes of YAML", limits.bytes_max));
  }
  if (const Result<> checked = CheckCharacters(text); !checked) return std::unexpected(checked.error());
  if (!HasContent(text)) return std::vector<Json>();

  // The parser takes the end of the text for a missing closing quote, but not the mark of a document's end.
  const bool ends_line = text.ends_with('\n');
  const std::string marked = std::string(text) + (ends_line ? "...\n" : "\n...\n");
  Result<std::vector<Json>> documents = ParseDocuments(marked, limits);
  // A literal that ends with the text, without a newline, is to have none either.
  if (!documents || ends_line) return documents;
  return ParseDocuments(std::string(text), limits);
}

}  // namespace cairn::data
