// Bodies of JSON: the HCL JSON specification.

#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/body.h"
#include "hcl/body_hidden.h"

namespace cairn::hcl {
namespace {

constexpr std::string_view kComment = "//";  // as a name of a body's member
constexpr std::string_view kWrongType = "Incorrect JSON value type";

// The members of an object, or of all objects in an array. `label`, if not empty, is what their names are.
std::vector<JsonValue> MembersOf(JsonValue value, std::string_view label, Diagnostics& diagnostics) {
  std::vector<JsonValue> members;
  const std::string purpose = label.empty() ? "to define arguments and child blocks"
                                            : Format("to specify {} labels for this block", label);
  const auto add = [&](JsonValue object) {
    for (JsonValue member = object.first(); member; member = member.next()) members.push_back(member);
  };
  switch (value.kind()) {
    case JsonKind::kNull:
      break;
    case JsonKind::kObject:
      add(value);
      break;
    case JsonKind::kArray:
      for (JsonValue element = value.first(); element; element = element.next()) {
        if (element.kind() == JsonKind::kObject) {
          add(element);
        } else if (element.kind() != JsonKind::kInvalid) {
          diagnostics.AddError(std::string(kWrongType),
                               Format("A JSON object is required here, {}.", purpose), element.start_range());
        }
      }
      break;
    case JsonKind::kInvalid:
      break;  // has been reported
    default:
      diagnostics.AddError(
          std::string(kWrongType),
          Format("Either a JSON object or JSON array of objects is required here, {}.", purpose),
          value.start_range());
  }
  return members;
}

bool HasAttribute(const BodySchema& schema, std::string_view name) {
  for (const AttributeHeader& header : schema.attributes) {
    if (header.name == name) return true;
  }
  return false;
}

const BlockHeader* FindHeader(const BodySchema& schema, std::string_view type) {
  for (const BlockHeader& header : schema.blocks) {
    if (header.type == type) return &header;
  }
  return nullptr;
}

std::string ShowRange(const SourceRange& range) {
  const Position start = range.start_position();
  const Position end = range.end_position();
  if (start.line == end.line) {
    return Format("{}:{},{}-{}", range.source->name(), start.line, start.column, end.column);
  }
  return Format("{}:{},{}-{},{}", range.source->name(), start.line, start.column, end.line, end.column);
}

// A member that is in no schema.
void ReportMember(JsonValue member, const BodySchema& schema, const Content& content,
                  Diagnostics& diagnostics) {
  std::vector<std::string_view> names;
  for (const AttributeHeader& header : schema.attributes) {
    if (!content.Find(header.name)) names.push_back(header.name);
  }
  for (const BlockHeader& header : schema.blocks) names.push_back(header.type);
  const std::string_view near = NearestName(member.name(), names);
  diagnostics.AddError("Extraneous JSON object property",
                       Format("No argument or block type is named {}.{}", Quote(member.name()),
                              near.empty() ? "" : Format(" Did you mean {}?", Quote(near))),
                       member.name_range(), RangeBetween(member.name_range(), member.range()));
}

}  // namespace

Content Body::JsonContent(const BodySchema& schema, Body* rest, Diagnostics& diagnostics) const {
  Content content;
  content.missing_item_range = missing_item_range();
  auto taken = hidden_ ? std::make_shared<Hidden>(*hidden_) : std::make_shared<Hidden>();
  std::vector<JsonValue> unsupported;
  std::vector<JsonValue> labels;
  for (const JsonValue member : MembersOf(json_, {}, diagnostics)) {
    const std::string_view name = member.name();
    if (HidesAttribute(name)) continue;
    if (HasAttribute(schema, name)) {
      if (const Argument before = content.Find(name)) {
        diagnostics.AddError(
            "Duplicate argument",
            Format("The argument {} was already set at {}.", Quote(name), ShowRange(before.range())),
            member.name_range(), RangeBetween(member.name_range(), member.range()));
        continue;
      }
      content.attributes.push_back(Argument(member));
      taken->attributes.emplace_back(name);
    } else if (const BlockHeader* header = FindHeader(schema, name)) {
      UnpackJsonBlock(member, member, *header, labels, content, diagnostics);
      if (taken->attributes.empty() || taken->attributes.back() != name) taken->attributes.emplace_back(name);
    } else if (name != kComment) {
      unsupported.push_back(member);
    }
  }
  ReportMissingArguments(schema, content, diagnostics);
  if (rest) {
    *rest = *this;
    rest->hidden_ = std::move(taken);
    return content;
  }
  for (const JsonValue member : unsupported) ReportMember(member, schema, content, diagnostics);
  return content;
}

// Appends the blocks of `value`, some of whose labels have been found already.
void Body::UnpackJsonBlock(JsonValue value, JsonValue type, const BlockHeader& header,
                           std::vector<JsonValue>& labels, Content& content, Diagnostics& diagnostics) const {
  if (labels.size() < header.labels.size()) {
    const std::string_view label = header.labels[labels.size()];
    const std::vector<JsonValue> members = MembersOf(value, label, diagnostics);
    if (members.empty() && value.kind() != JsonKind::kInvalid) {
      diagnostics.AddError(
          "Missing block label",
          Format("At least one object property is required, whose name represents the {} block's {}.",
                 header.type, label),
          value.start_range());
    }
    for (const JsonValue member : members) {
      labels.push_back(member);
      UnpackJsonBlock(member, type, header, labels, content, diagnostics);
      labels.pop_back();
    }
    return;
  }
  const auto add = [&](JsonValue body) {
    Block block;
    block.type_ = type;
    block.definition_ = value;
    block.label_members_ = labels;
    for (const JsonValue label : labels) block.labels_.emplace_back(label.name());
    block.body_ = WithJson(body);
    content.blocks.push_back(std::move(block));
  };
  switch (value.kind()) {
    case JsonKind::kNull:
    case JsonKind::kInvalid:
      break;
    case JsonKind::kObject:
      add(value);
      break;
    case JsonKind::kArray:  // an element that is no object is reported when the block's content is asked for
      for (JsonValue element = value.first(); element; element = element.next()) add(element);
      break;
    default:
      diagnostics.AddError(std::string(kWrongType),
                           Format("Either a JSON object or a JSON array is required, representing the "
                                  "contents of one or more {} blocks.",
                                  Quote(header.type)),
                           value.start_range());
  }
}

std::vector<Argument> Body::JsonAttributes(Diagnostics& diagnostics) const {
  std::vector<Argument> found;
  if (json_.kind() != JsonKind::kObject) {
    if (json_.kind() != JsonKind::kInvalid) {
      diagnostics.AddError(std::string(kWrongType),
                           "A JSON object is required here, setting the arguments for this block.",
                           json_.start_range());
    }
    return found;
  }
  for (JsonValue member = json_.first(); member; member = member.next()) {
    const std::string_view name = member.name();
    if (name == kComment || HidesAttribute(name)) continue;
    bool is_new = true;
    for (const Argument& before : found) {
      if (before.name() != name) continue;
      is_new = false;
      diagnostics.AddError(
          "Duplicate attribute definition",
          Format("The argument {} was already set at {}.", Quote(name), ShowRange(before.range())),
          member.name_range());
      break;
    }
    if (is_new) found.push_back(Argument(member));
  }
  return found;
}

}  // namespace cairn::hcl
