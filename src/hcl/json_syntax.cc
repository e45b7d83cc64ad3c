#include "hcl/json_syntax.h"

#include <optional>
#include <utility>

namespace cairn::hcl {

JsonKind JsonValue::kind() const {
  return tree_->RecordOf(*this).kind;
}

SourceRange JsonValue::range() const {
  const JsonTree::Record& record = tree_->RecordOf(*this);
  return {tree_->source(), record.begin, record.end};
}

SourceRange JsonValue::start_range() const {
  SourceRange found = range();
  if (kind() == JsonKind::kArray || kind() == JsonKind::kObject) found.end = found.begin + 1;
  return found;
}

SourceRange JsonValue::close_range() const {
  SourceRange found = range();
  if (kind() == JsonKind::kObject) found.begin = found.end - 1;
  return found;
}

std::string_view JsonValue::raw() const {
  const JsonTree::Record& record = tree_->RecordOf(*this);
  return tree_->source()->text().substr(record.begin, record.end - record.begin);
}

JsonValue JsonValue::first() const {
  const uint32_t index = tree_->RecordOf(*this).first;
  return index == 0 ? JsonValue() : JsonValue(tree_, index);
}

JsonValue JsonValue::next() const {
  const uint32_t index = tree_->RecordOf(*this).next;
  return index == 0 ? JsonValue() : JsonValue(tree_, index);
}

std::string_view JsonValue::text() const {
  const JsonTree::Record& record = tree_->RecordOf(*this);
  return tree_->TextOf(record.begin, record.end);
}

std::string_view JsonValue::name() const {
  const JsonTree::Record& record = tree_->RecordOf(*this);
  return tree_->TextOf(record.name_begin, record.name_end);
}

SourceRange JsonValue::name_range() const {
  const JsonTree::Record& record = tree_->RecordOf(*this);
  return {tree_->source(), record.name_begin, record.name_end};
}

JsonTree::JsonTree(std::shared_ptr<const Source> source, std::vector<Record> records, DecodedTexts decoded)
    : source_(std::move(source)), records_(std::move(records)), decoded_(std::move(decoded)) {}

JsonTree::~JsonTree() = default;

// Of a string with its quotes.
std::string_view JsonTree::TextOf(uint32_t begin, uint32_t end) const {
  if (!decoded_.empty()) {
    if (const auto found = decoded_.find(begin); found != decoded_.end()) return found->second.text;
  }
  return end < begin + 2 ? std::string_view() : source_->text().substr(begin + 1, end - begin - 2);
}

const ParseResult& JsonTree::TemplateOf(JsonValue string, bool is_name) const {
  const Record& record = RecordOf(string);
  return is_name ? Parsed(record.name_begin, record.name_end, true) : Parsed(record.begin, record.end, true);
}

const ParseResult& JsonTree::ExpressionOf(JsonValue string) const {
  const Record& record = RecordOf(string);
  return Parsed(record.begin, record.end, false);
}

const ParseResult& JsonTree::Parsed(uint32_t begin, uint32_t end, bool is_template) const {
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = parsed_.try_emplace({begin, is_template});
  if (!is_new) return place->second;
  const auto decoded = decoded_.find(begin);
  std::vector<Source::Piece> pieces = {{.begin = 0, .outer = begin + 1}};
  if (decoded != decoded_.end()) pieces = decoded->second.pieces;
  const auto inner =
      std::make_shared<const Source>(source_, std::string(TextOf(begin, end)), std::move(pieces));
  ParseResult parsed = is_template ? ParseTemplate(inner) : ParseExpression(inner);
  place->second.tree = std::move(parsed.tree);
  for (Diagnostic diagnostic : parsed.diagnostics) {
    if (diagnostic.subject) diagnostic.subject = OuterRange(*diagnostic.subject);
    if (diagnostic.context) diagnostic.context = OuterRange(*diagnostic.context);
    place->second.diagnostics.Add(std::move(diagnostic));
  }
  return place->second;
}

}  // namespace cairn::hcl
