#include "hcl/schema_json.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "data/json.h"

namespace cairn::hcl {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> kNestings = {"single", "group", "list", "set", "map"};

void WriteText(json::object& out, const std::string& description, bool markdown) {
  if (!description.empty()) out["description"] = description;
  out["description_kind"] = markdown ? "markdown" : "plain";
}

void WriteFlag(json::object& out, std::string_view name, bool flag) {
  if (flag) out[name] = true;
}

json::object WriteAttributes(const std::vector<AttributeSchema>& attributes);

json::object WriteAttribute(const AttributeSchema& attribute) {
  json::object out;
  if (attribute.nested) {
    json::object nested;
    if (!attribute.nested->attributes.empty()) {
      nested["attributes"] = WriteAttributes(attribute.nested->attributes);
    }
    nested["nesting_mode"] = kNestings[size_t(attribute.nested->nesting)];
    out["nested_type"] = std::move(nested);
  } else {
    out["type"] = attribute.type.ToJson();
  }
  WriteText(out, attribute.description, attribute.markdown);
  WriteFlag(out, "deprecated", attribute.deprecated);
  if (!attribute.deprecation_message.empty()) out["deprecation_message"] = attribute.deprecation_message;
  WriteFlag(out, "required", attribute.required);
  WriteFlag(out, "optional", attribute.optional);
  WriteFlag(out, "computed", attribute.computed);
  WriteFlag(out, "sensitive", attribute.sensitive);
  WriteFlag(out, "write_only", attribute.write_only);
  return out;
}

json::object WriteAttributes(const std::vector<AttributeSchema>& attributes) {
  json::object out;
  for (const AttributeSchema& attribute : attributes) out[attribute.name] = WriteAttribute(attribute);
  return out;
}

json::object WriteBlock(const BlockSchema& schema) {
  json::object out;
  if (!schema.attributes.empty()) out["attributes"] = WriteAttributes(schema.attributes);
  if (!schema.blocks.empty()) {
    json::object blocks;
    for (const NestedBlock& nested : schema.blocks) {
      json::object block;
      block["nesting_mode"] = kNestings[size_t(nested.nesting)];
      block["block"] = WriteBlock(*nested.block);
      if (nested.min_items > 0) block["min_items"] = nested.min_items;
      if (nested.max_items > 0) block["max_items"] = nested.max_items;
      blocks[nested.name] = std::move(block);
    }
    out["block_types"] = std::move(blocks);
  }
  WriteText(out, schema.description, schema.markdown);
  WriteFlag(out, "deprecated", schema.deprecated);
  return out;
}

std::unexpected<Error> Wrong(const std::string& place, std::string_view what) {
  return Fail(ErrorCode::kInvalid, (place.empty() ? "" : place + ": ") + std::string(what));
}

const json::value* Find(const json::object& object, std::string_view name) {
  return object.if_contains(name);
}
bool Flag(const json::object& object, std::string_view name) {
  const json::value* found = Find(object, name);
  return found && found->is_bool() && found->get_bool();
}
std::string Text(const json::object& object, std::string_view name) {
  const json::value* found = Find(object, name);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}
uint64_t Count(const json::object& object, std::string_view name) {
  const json::value* found = Find(object, name);
  if (!found) return 0;
  if (found->is_int64() && found->get_int64() > 0) return uint64_t(found->get_int64());
  return found->is_uint64() ? found->get_uint64() : 0;
}
std::optional<Nesting> ReadNesting(const json::object& object) {
  const std::string name = Text(object, "nesting_mode");
  for (size_t i = 0; i < kNestings.size(); ++i) {
    if (kNestings[i] == name) return Nesting(i);
  }
  return std::nullopt;
}

// Of the member `name`, which may be missing.
Result<std::vector<AttributeSchema>> ReadAttributes(const json::object& object, const std::string& place);

Result<AttributeSchema> ReadAttribute(std::string_view name, const json::value& value,
                                      const std::string& place) {
  if (!value.is_object()) return Wrong(place, "an object is required");
  const json::object& object = value.get_object();
  AttributeSchema attribute{.name = std::string(name)};
  if (const json::value* nested = Find(object, "nested_type")) {
    if (!nested->is_object()) return Wrong(place + ".nested_type", "an object is required");
    const std::optional<Nesting> nesting = ReadNesting(nested->get_object());
    if (!nesting || *nesting == Nesting::kGroup) return Wrong(place, "unknown nesting mode");
    auto attributes = ReadAttributes(nested->get_object(), place + ".nested_type");
    if (!attributes) return std::unexpected(attributes.error());
    attribute.nested = std::make_shared<const NestedAttributes>(
        NestedAttributes{.nesting = *nesting, .attributes = *std::move(attributes)});
  } else if (const json::value* type = Find(object, "type")) {
    auto read = Type::FromJson(*type);
    if (!read) return Wrong(place, read.error().message);
    attribute.type = *std::move(read);
  } else {
    return Wrong(place, "no type");
  }
  attribute.required = Flag(object, "required");
  attribute.optional = Flag(object, "optional");
  attribute.computed = Flag(object, "computed");
  attribute.sensitive = Flag(object, "sensitive");
  attribute.write_only = Flag(object, "write_only");
  attribute.deprecated = Flag(object, "deprecated");
  attribute.markdown = Text(object, "description_kind") == "markdown";
  attribute.description = Text(object, "description");
  attribute.deprecation_message = Text(object, "deprecation_message");
  return attribute;
}

Result<std::vector<AttributeSchema>> ReadAttributes(const json::object& object, const std::string& place) {
  std::vector<AttributeSchema> attributes;
  const json::value* found = Find(object, "attributes");
  if (!found) return attributes;
  const std::string inside = (place.empty() ? "" : place + ".") + "attributes";
  if (!found->is_object()) return Wrong(inside, "an object is required");
  for (const auto& member : found->get_object()) {
    const std::string name(member.key());
    auto attribute = ReadAttribute(name, member.value(), inside + "." + name);
    if (!attribute) return std::unexpected(attribute.error());
    attributes.push_back(*std::move(attribute));
  }
  return attributes;
}

Result<BlockSchema> ReadBlock(const json::value& value, const std::string& place);

Result<NestedBlock> ReadNested(std::string_view name, const json::value& value, const std::string& place) {
  const json::value* block = value.is_object() ? Find(value.get_object(), "block") : nullptr;
  if (!block) return Wrong(place, "a block is required");
  const json::object& object = value.get_object();
  const std::optional<Nesting> nesting = ReadNesting(object);
  if (!nesting) return Wrong(place, "unknown nesting mode");
  auto schema = ReadBlock(*block, place);
  if (!schema) return std::unexpected(schema.error());
  return NestedBlock{.name = std::string(name),
                     .nesting = *nesting,
                     .min_items = Count(object, "min_items"),
                     .max_items = Count(object, "max_items"),
                     .block = std::make_shared<const BlockSchema>(*std::move(schema))};
}

Result<BlockSchema> ReadBlock(const json::value& value, const std::string& place) {
  if (!value.is_object()) return Wrong(place, "an object is required");
  const json::object& object = value.get_object();
  auto attributes = ReadAttributes(object, place);
  if (!attributes) return std::unexpected(attributes.error());
  std::vector<NestedBlock> blocks;
  if (const json::value* found = Find(object, "block_types")) {
    const std::string inside = (place.empty() ? "" : place + ".") + "block_types";
    if (!found->is_object()) return Wrong(inside, "an object is required");
    for (const auto& member : found->get_object()) {
      const std::string name(member.key());
      auto nested = ReadNested(name, member.value(), inside + "." + name);
      if (!nested) return std::unexpected(nested.error());
      blocks.push_back(*std::move(nested));
    }
  }
  BlockSchema schema = MakeBlockSchema(*std::move(attributes), std::move(blocks));
  schema.deprecated = Flag(object, "deprecated");
  schema.markdown = Text(object, "description_kind") == "markdown";
  schema.description = Text(object, "description");
  return schema;
}

}  // namespace

data::Json ToJson(const BlockSchema& schema) {
  return WriteBlock(schema);
}

Result<BlockSchema> BlockSchemaFromJson(const data::Json& json) {
  return ReadBlock(json, "");
}

}  // namespace cairn::hcl
