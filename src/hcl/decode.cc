#include "hcl/decode.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/decoder.h"

namespace cairn::hcl {
namespace {

// The type of what is written for an attribute with nested ones: those that
// need not be are optional.
Type WrittenType(const AttributeSchema& attribute) {
  if (!attribute.nested) return attribute.type;
  std::vector<ObjectAttribute> types;
  for (const AttributeSchema& inner : attribute.nested->attributes) {
    types.push_back(
        {.name = inner.name, .type = WrittenType(inner), .optional = inner.optional || inner.computed});
  }
  const Type object = Type::Object(std::move(types));
  switch (attribute.nested->nesting) {
    case Nesting::kList:
      return Type::List(object);
    case Nesting::kSet:
      return Type::Set(object);
    case Nesting::kMap:
      return Type::Map(object);
    default:
      return object;
  }
}

Type CollectionType(const NestedBlock& nested) {
  return NestedType(nested.nesting, nested.block->type);
}

std::string ShowRange(const SourceRange& range) {
  const Position start = range.start_position();
  const Position end = range.end_position();
  const std::string last =
      start.line == end.line ? Format("{}", end.column) : Format("{},{}", end.line, end.column);
  return Format("{}:{},{}-{}", range.source->name(), start.line, start.column, last);
}

Value MakeObject(const BlockSchema& schema, std::vector<Value> values) {
  if (!schema.type.HasDynamic() && !schema.type.HasOptional())
    return Value::Of(schema.type, std::move(values));
  std::vector<NamedValue> named;
  named.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    named.push_back({schema.type.attributes()[i].name, std::move(values[i])});
  }
  return Value::Object(std::move(named));
}

}  // namespace

Value Decoder::DecodeBody(const Body& body, const BlockSchema& schema, const Frame& frame) {
  const Layout layout = LayOut(body, schema, schema.attributes_as_blocks, /*expands=*/true);
  const Content content = body.GetContent(layout.schema, diagnostics_);
  std::deque<Iterator> iterators;
  const std::vector<Item> items = Expand(content, layout, frame, iterators);

  // Both lists are sorted, as the type is.
  std::vector<Value> values;
  values.reserve(schema.attributes.size() + schema.blocks.size());
  auto nested = schema.blocks.begin();
  for (const AttributeSchema& attribute : schema.attributes) {
    for (; nested != schema.blocks.end() && nested->name < attribute.name; ++nested) {
      values.push_back(DecodeBlocks(*nested, items, content));
    }
    const bool as_blocks = std::ranges::find(layout.as_blocks, &attribute) != layout.as_blocks.end();
    values.push_back(as_blocks ? DecodeAsBlocks(attribute, items)
                               : DecodeAttribute(attribute, content, frame));
  }
  for (; nested != schema.blocks.end(); ++nested) values.push_back(DecodeBlocks(*nested, items, content));
  return MakeObject(schema, std::move(values));
}

Value Decoder::DecodeAttribute(const AttributeSchema& attribute, const Content& content, const Frame& frame) {
  const Argument argument = content.Find(attribute.name);
  if (!argument) return Value::Null(attribute.type.WithoutOptional());
  const Expression expression = argument.expression();
  const Value value = frame.is_unknown ? Value::Dynamic()
                                       : expression.Evaluate(*frame.scope, diagnostics_, limits_.evaluation);
  SourceRange context = argument.name_range();
  const SourceRange subject = expression.range();
  context.end = std::max(context.end, subject.end);
  return ConvertAttribute(attribute, value.WithMarks(frame.marks), subject, context, expression,
                          *frame.scope);
}

Value Decoder::ConvertAttribute(const AttributeSchema& attribute, const Value& value,
                                const SourceRange& subject, std::optional<SourceRange> context,
                                const Expression& about, const Scope& scope) {
  auto converted = Convert(value, WrittenType(attribute));
  if (converted) return *std::move(converted);
  ReportAbout({.summary = "Incorrect attribute value type",
               .detail = Format("Inappropriate value for attribute {}: {}.", Quote(attribute.name),
                                converted.error().message),
               .subject = subject,
               .context = std::move(context)},
              about, scope);
  return Value::Unknown(attribute.type.WithoutOptional());
}

// Each block is an element.
Value Decoder::DecodeAsBlocks(const AttributeSchema& attribute, std::span<const Item> items) {
  const Item* first = nullptr;
  std::vector<Value> elements;
  BlockSchema schema;
  for (const Item& item : items) {
    if (item.type != attribute.name) continue;
    if (!first) {
      first = &item;
      schema = ElementSchema(attribute.type);
    }
    elements.push_back(DecodeBody(item.body, schema, item.frame));
  }
  if (!first) return Value::Null(attribute.type.WithoutOptional());
  const Value list = Value::List(schema.type, std::move(elements));
  return ConvertAttribute(attribute, list, first->written->definition_range(), {}, {}, *first->frame.scope);
}

Value Decoder::DecodeBlocks(const NestedBlock& nested, std::span<const Item> items, const Content& content) {
  switch (nested.nesting) {
    case Nesting::kSingle:
    case Nesting::kGroup:
      return DecodeOne(nested, items, content);
    case Nesting::kList:
    case Nesting::kSet:
      return DecodeSequence(nested, items, content);
    case Nesting::kMap:
      return DecodeMap(nested, items);
  }
  return Value();
}

Value Decoder::DecodeOne(const NestedBlock& nested, std::span<const Item> items, const Content& content) {
  const Item* found = nullptr;
  for (const Item& item : items) {
    if (item.type != nested.name) continue;
    if (found) {
      Report(Format("Duplicate {} block", nested.name),
             Format("Only one block of type {} is allowed. Previous definition "
                    "was at {}.",
                    Quote(nested.name), ShowRange(found->written->definition_range())),
             item.written->definition_range());
      break;
    }
    found = &item;
  }
  if (found) return DecodeBody(found->body, *nested.block, found->frame);
  if (nested.min_items == 1) {
    Report(Format("Missing {} block", nested.name),
           Format("A block of type {} is required here.", Quote(nested.name)), content.missing_item_range);
  }
  return nested.nesting == Nesting::kGroup ? EmptyValue(*nested.block) : Value::Null(nested.block->type);
}

Value Decoder::DecodeSequence(const NestedBlock& nested, std::span<const Item> items,
                              const Content& content) {
  std::vector<Value> elements;
  std::vector<const Item*> sources;
  for (const Item& item : items) {
    if (item.type != nested.name) continue;
    Value element = DecodeBody(item.body, *nested.block, item.frame);
    if (item.frame.is_unknown) return Value::Unknown(CollectionType(nested));
    elements.push_back(element.WithMarks(item.frame.marks));
    sources.push_back(&item);
  }
  if (elements.size() < nested.min_items) {
    Report(Format("Insufficient {} blocks", nested.name),
           Format("At least {} {} blocks are required.", nested.min_items, Quote(nested.name)),
           content.missing_item_range);
  } else if (nested.max_items > 0 && elements.size() > nested.max_items) {
    Report(Format("Too many {} blocks", nested.name),
           Format("No more than {} {} blocks are allowed", nested.max_items, Quote(nested.name)),
           sources[nested.max_items]->body.missing_item_range());
  }
  const Type& type = nested.block->type;
  if (nested.nesting == Nesting::kSet) {
    return MakeSet(nested, std::move(elements),
                   sources.empty() ? SourceRange() : sources[0]->body.missing_item_range());
  }
  return type.HasDynamic() ? Value::Tuple(std::move(elements)) : Value::List(type, std::move(elements));
}

// Where something within is of dynamic type, the elements have to agree.
Value Decoder::MakeSet(const NestedBlock& nested, std::vector<Value> elements, SourceRange first) {
  if (elements.empty() || !nested.block->type.HasDynamic()) {
    return Value::Set(nested.block->type, std::move(elements));
  }
  std::vector<Type> types;
  for (const Value& element : elements) types.push_back(element.type());
  const std::optional<Type> type = Unify(types, Safety::kUnsafe);
  for (size_t i = 0; type && i < elements.size(); ++i) {
    auto converted = Convert(elements[i], *type);
    if (!converted) {
      Report(Format("Unconsistent argument types in {} blocks", nested.name),
             Format("Block with index {} has inconsistent argument types: {}.", i, converted.error().Text()),
             first);
      return Value::Dynamic();
    }
    elements[i] = *std::move(converted);
  }
  if (type) return Value::Set(*type, std::move(elements));
  Report(Format("Unconsistent argument types in {} blocks", nested.name),
         "Corresponding attributes in all blocks of this type must be the same.", std::move(first));
  return Value::Dynamic();
}

Value Decoder::DecodeMap(const NestedBlock& nested, std::span<const Item> items) {
  std::vector<NamedValue> entries;
  std::unordered_map<std::string_view, size_t> places;
  for (const Item& item : items) {
    if (item.type != nested.name) continue;
    if (item.frame.is_unknown) return Value::Unknown(CollectionType(nested));
    const Value value = DecodeBody(item.body, *nested.block, item.frame).WithMarks(item.frame.marks);
    const std::string& key = item.labels[0];
    if (!places.try_emplace(key, entries.size()).second) {
      Report(Format("Duplicate {} block", nested.name),
             Format("A block for {} {} was already defined. The {} labels must "
                    "be unique.",
                    nested.name, Quote(key), nested.name),
             item.written->definition_range());
      continue;
    }
    entries.push_back({key, value});
  }
  const Type& type = nested.block->type;
  return type.HasDynamic() ? Value::Object(std::move(entries)) : Value::Map(type, std::move(entries));
}

Value Decode(const Body& body, const BlockSchema& schema, const Scope& scope, Diagnostics& diagnostics,
             const DecodeLimits& limits) {
  return Decoder(diagnostics, limits).DecodeBody(body, schema, {.scope = &scope});
}

Value EmptyValue(const BlockSchema& schema) {
  std::vector<NamedValue> values;
  for (const AttributeSchema& attribute : schema.attributes) {
    values.push_back({attribute.name, Value::Null(attribute.type.WithoutOptional())});
  }
  for (const NestedBlock& nested : schema.blocks) {
    const Type& type = nested.block->type;
    Value value;
    switch (nested.nesting) {
      case Nesting::kSingle:
        value = Value::Null(type);
        break;
      case Nesting::kGroup:
        value = EmptyValue(*nested.block);
        break;
      case Nesting::kList:
        value = type.HasDynamic() ? Value::Tuple({}) : Value::List(type, {});
        break;
      case Nesting::kSet:
        value = Value::Set(type, {});
        break;
      case Nesting::kMap:
        value = type.HasDynamic() ? Value::Object({}) : Value::Map(type, {});
        break;
    }
    values.push_back({nested.name, std::move(value)});
  }
  return Value::Object(std::move(values));
}

}  // namespace cairn::hcl
