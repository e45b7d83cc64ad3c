#include "hcl/yaml_text.h"

#include <yaml.h>

#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "hcl/convert.h"
#include "hcl/quote.h"

namespace cairn::hcl {
namespace {

using Bytes = yaml_char_t;

std::string_view TextOf(const Bytes* text) {
  return text ? reinterpret_cast<const char*>(text) : "";
}

class Emitter {
 public:
  Emitter() {
    yaml_emitter_initialize(&emitter_);
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_emitter_set_output(&emitter_, Append, &text_);
  }
  ~Emitter() { yaml_emitter_delete(&emitter_); }
  Emitter(const Emitter&) = delete;
  Emitter& operator=(const Emitter&) = delete;

  Result<std::string> Document(const Value& value) {
    yaml_event_t event;
    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
    Emit(event);
    yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1);
    Emit(event);
    AddValue(value);
    yaml_document_end_event_initialize(&event, 1);
    Emit(event);
    yaml_stream_end_event_initialize(&event);
    Emit(event);
    if (failed_) return Fail(ErrorCode::kInvalid, "the value cannot be written as YAML");
    // The peer's library ends an open scalar by "..." where this one does not, and the other way round.
    constexpr std::string_view kEnd = "...\n";
    if (text_.ends_with("\n...\n")) text_.resize(text_.size() - kEnd.size());
    const bool is_plain = value.IsNull() || value.type() == Type::Bool() || value.type() == Type::Number();
    if (is_plain) text_ += kEnd;
    return std::move(text_);
  }

 private:
  static int Append(void* text, unsigned char* bytes, size_t size) {
    static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), size);
    return 1;
  }

  void Emit(yaml_event_t& event) { failed_ = yaml_emitter_emit(&emitter_, &event) != 1 || failed_; }

  void AddScalar(std::string_view text, yaml_scalar_style_t style) {
    yaml_event_t event;
    if (text.empty()) text = "";  // for a pointer that is not null
    if (yaml_scalar_event_initialize(&event, nullptr, nullptr, reinterpret_cast<const Bytes*>(text.data()),
                                     int(text.size()), 1, 1, style) != 1) {
      failed_ = true;
      return;
    }
    Emit(event);
  }

  void AddString(std::string_view text) {
    const bool has_lines = text.find('\n') != text.npos;
    AddScalar(text, has_lines ? YAML_LITERAL_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE);
  }

  void AddValue(const Value& value) {
    if (!value.IsKnown()) {
      failed_ = true;
      return;
    }
    if (value.IsNull()) return AddScalar("null", YAML_PLAIN_SCALAR_STYLE);
    switch (value.kind()) {
      case TypeKind::kBool:
        return AddScalar(value.AsBool() ? "true" : "false", YAML_PLAIN_SCALAR_STYLE);
      case TypeKind::kNumber:
        return AddScalar(value.AsNumber().ToString(), YAML_PLAIN_SCALAR_STYLE);
      case TypeKind::kString:
        return AddString(value.AsString());
      case TypeKind::kMap:
      case TypeKind::kObject:
        return AddMapping(value);
      default:
        return AddSequence(value);
    }
  }

  void AddMapping(const Value& value) {
    yaml_event_t event;
    yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_MAPPING_STYLE);
    Emit(event);
    for (size_t i = 0; i < value.size(); ++i) {
      AddString(value.name(i));
      AddValue(value.elements()[i]);
    }
    yaml_mapping_end_event_initialize(&event);
    Emit(event);
  }

  void AddSequence(const Value& value) {
    yaml_event_t event;
    yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_SEQUENCE_STYLE);
    Emit(event);
    for (const Value& element : value.elements()) AddValue(element);
    yaml_sequence_end_event_initialize(&event);
    Emit(event);
  }

  yaml_emitter_t emitter_;
  std::string text_;
  bool failed_ = false;
};

// A parser's event, which is freed.
class Event {
 public:
  Event() = default;
  ~Event() { yaml_event_delete(&event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  yaml_event_t* operator->() { return &event_; }
  const yaml_event_t* operator->() const { return &event_; }
  yaml_event_t* get() { return &event_; }

 private:
  yaml_event_t event_{};
};

std::unexpected<Error> FailAt(size_t line, size_t column, std::string_view why) {
  return Fail(ErrorCode::kInvalid, Format("on line {}, column {}: {}", line, column, why));
}

// Lines count from 0, and what is wrong in line 0 has no place: so it is with the peer.
std::unexpected<Error> FailAt(const Event& event, std::string_view why) {
  if (event->start_mark.line == 0) return Fail(ErrorCode::kInvalid, std::string(why));
  return FailAt(event->start_mark.line, event->start_mark.column + 1, why);
}

struct Extent {
  Value value;
  size_t depth = 0;  // of collections within each other
};

class Reader {
 public:
  Reader(std::string_view text, const YamlTextLimits& limits) : limits_(limits) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Reader() { yaml_parser_delete(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Result<Value> Document() {
    if (Result<> read = Expect(YAML_STREAM_START_EVENT, "missing stream start token"); !read) {
      return std::unexpected(read.error());
    }
    if (Result<> read = Expect(YAML_DOCUMENT_START_EVENT, "missing start of document"); !read) {
      return std::unexpected(read.error());
    }
    Result<Extent> read = Next(0);
    if (!read) return std::unexpected(read.error());
    if (Result<> end = Expect(YAML_DOCUMENT_END_EVENT, "unexpected extra content"); !end) {
      return std::unexpected(end.error());
    }
    if (Result<> end = Expect(YAML_STREAM_END_EVENT, "unexpected extra content after value"); !end) {
      return std::unexpected(end.error());
    }
    return std::move(read->value);
  }

 private:
  Result<> Parse(Event& event) {
    if (yaml_parser_parse(&parser_, event.get()) == 1) return {};
    const std::string_view problem = parser_.problem ? parser_.problem : "invalid YAML syntax";
    const yaml_mark_t& mark = parser_.problem_mark;
    const yaml_mark_t& context = parser_.context_mark;
    if (mark.line != 0 && parser_.error == YAML_SCANNER_ERROR) return FailAt(mark.line + 1, 1, problem);
    if (mark.line != 0) return FailAt(mark.line, mark.column + 1, problem);
    if (context.line != 0) return FailAt(context.line, context.column + 1, problem);
    return Fail(ErrorCode::kInvalid, std::string(problem));
  }

  Result<> Expect(yaml_event_type_t type, std::string_view why) {
    Event event;
    if (Result<> parsed = Parse(event); !parsed) return parsed;
    if (event->type != type) return FailAt(event, why);
    const yaml_version_directive_t* version =
        type == YAML_DOCUMENT_START_EVENT ? event->data.document_start.version_directive : nullptr;
    if (version && version->minor != 1) return FailAt(event, "found incompatible YAML document");
    return {};
  }

  // `depth` collections are around it.
  Result<Extent> Next(size_t depth) {
    Event event;
    if (Result<> parsed = Parse(event); !parsed) return std::unexpected(parsed.error());
    return Rest(event, depth);
  }

  Result<Extent> Rest(const Event& event, size_t depth) {
    if (depth > limits_.depth_max) {
      return Fail(ErrorCode::kOverloaded,
                  Format("more than {} collections within each other", limits_.depth_max));
    }
    switch (event->type) {
      case YAML_SCALAR_EVENT:
        return Scalar(event);
      case YAML_ALIAS_EVENT:
        return Alias(event, depth);
      case YAML_MAPPING_START_EVENT:
        return Mapping(event, depth);
      case YAML_SEQUENCE_START_EVENT:
        return Sequence(event, depth);
      case YAML_STREAM_END_EVENT:
        return FailAt(event, "expecting value but found end of stream");
      default:
        return FailAt(event, "unexpected parser event");
    }
  }

  Result<Extent> Scalar(const Event& event) {
    const auto& scalar = event->data.scalar;
    Result<Value> value = Resolve(event);
    if (!value) return FailAt(event, value.error().message);
    // What is quoted or a block, without a tag, is a string, but one that is made of what it would else mean.
    if (!scalar.tag && !scalar.plain_implicit) value = *Convert(*value, Type::String());
    return Finish(scalar.anchor, {.value = *std::move(value)});
  }

  static Result<Value> Resolve(const Event& event) {
    const auto& scalar = event->data.scalar;
    const bool is_quoted =
        scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE || scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    return ResolveYamlText(TextOf(scalar.tag), {reinterpret_cast<const char*>(scalar.value), scalar.length},
                           is_quoted);
  }

  Result<Extent> Alias(const Event& event, size_t depth) {
    const std::string name(TextOf(event->data.alias.anchor));
    if (const auto open = open_.find(name); open != open_.end() && open->second > 0) {
      return FailAt(event,
                    Format("cannot refer to anchor {} from inside its own definition", GoQuoted(name)));
    }
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      return FailAt(event, Format("reference to undefined anchor {}", GoQuoted(name)));
    }
    if (depth + found->second.depth > limits_.depth_max) {
      return Fail(ErrorCode::kOverloaded,
                  Format("more than {} collections within each other", limits_.depth_max));
    }
    return Counted(found->second);
  }

  Result<Extent> Sequence(const Event& event, size_t depth) {
    const std::string_view tag = TextOf(event->data.sequence_start.tag);
    if (!tag.empty() && tag != YAML_SEQ_TAG)
      return FailAt(event, Format("can't interpret sequence as {}", tag));
    Begin(event->data.sequence_start.anchor);
    std::vector<Value> elements;
    Extent extent;
    for (;;) {
      Event next;
      if (Result<> parsed = Parse(next); !parsed) return std::unexpected(parsed.error());
      if (next->type == YAML_SEQUENCE_END_EVENT) break;
      Result<Extent> element = Rest(next, depth + 1);
      if (!element) return element;
      Include(extent, *element);
      elements.push_back(std::move(element->value));
    }
    extent.value = Value::Tuple(std::move(elements));
    return End(event->data.sequence_start.anchor, std::move(extent));
  }

  Result<Extent> Mapping(const Event& event, size_t depth) {
    const std::string_view tag = TextOf(event->data.mapping_start.tag);
    if (!tag.empty() && tag != YAML_MAP_TAG)
      return FailAt(event, Format("can't interpret mapping as {}", tag));
    Begin(event->data.mapping_start.anchor);
    std::vector<NamedValue> entries;
    Extent extent;
    for (;;) {
      Event key;
      if (Result<> parsed = Parse(key); !parsed) return std::unexpected(parsed.error());
      if (key->type == YAML_MAPPING_END_EVENT) break;
      Result<std::string> name = Key(key);
      if (!name) return std::unexpected(name.error());
      Result<Extent> value = Next(depth + 1);
      if (!value) return value;
      Include(extent, *value);
      if (!IsMerge(key)) {
        entries.push_back({*std::move(name), std::move(value->value)});
        continue;
      }
      if (!value->value.type().Is(TypeKind::kObject)) {
        return FailAt(key, Format("cannot merge {} into mapping", value->value.type().FriendlyName()));
      }
      for (size_t i = 0; i < value->value.size(); ++i) {
        entries.push_back({std::string(value->value.name(i)), value->value.elements()[i]});
      }
    }
    extent.value = Value::Object(std::move(entries));
    return End(event->data.mapping_start.anchor, std::move(extent));
  }

  static bool IsMerge(const Event& key) {
    const auto& scalar = key->data.scalar;
    return TextOf(scalar.tag).empty() && scalar.length == 2 && TextOf(scalar.value) == "<<";
  }

  static Result<std::string> Key(const Event& event) {
    constexpr std::string_view kNoString = "only strings are allowed as mapping keys";
    if (event->type != YAML_SCALAR_EVENT) return FailAt(event, kNoString);
    const Result<Value> value = Resolve(event);
    if (!value) return std::unexpected(value.error());
    const auto text = Convert(*value, Type::String());
    if (!text) return FailAt(event, kNoString);
    if (text->IsNull()) return FailAt(event, "mapping key cannot be null");
    return std::string(text->AsString());
  }

  void Begin(const Bytes* anchor) {
    if (anchor) ++open_[std::string(TextOf(anchor))];
  }
  Result<Extent> End(const Bytes* anchor, Extent extent) {
    if (anchor) --open_[std::string(TextOf(anchor))];
    return Finish(anchor, std::move(extent));
  }
  Result<Extent> Finish(const Bytes* anchor, Extent extent) {
    if (anchor) anchors_.insert_or_assign(std::string(TextOf(anchor)), extent);
    return Counted(std::move(extent));
  }

  Result<Extent> Counted(Extent extent) const {
    if (extent.value.weight() <= limits_.weight_max) return extent;
    return Fail(ErrorCode::kOverloaded, Format("more than {} values", limits_.weight_max));
  }

  static void Include(Extent& outer, const Extent& inner) {
    outer.depth = std::max(outer.depth, inner.depth + 1);
  }

  const YamlTextLimits limits_;
  yaml_parser_t parser_;
  std::unordered_map<std::string, size_t> open_;  // anchors of what is not read to its end
  std::unordered_map<std::string, Extent> anchors_;
};

}  // namespace

Result<std::string> ToYamlText(const Value& value) {
  return Emitter().Document(value);
}

Result<Value> FromYamlText(std::string_view text, const YamlTextLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return Fail(ErrorCode::kOverloaded, Format("more than {} bytes", limits.bytes_max));
  }
  return Reader(text.empty() ? "\n" : text, limits).Document();
}

}  // namespace cairn::hcl
