#include "provider/schema_wire.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "data/json.h"
#include "provider/wire.h"

namespace cairn::provider {

namespace {

using hcl::Nesting;

std::unexpected<Error> Malformed(std::string what) {
  return Fail(ErrorCode::kInternal, std::move(what));
}

Result<hcl::Type> DecodeType(std::string_view json) {
  if (json == R"("string")") return hcl::Type::String();
  if (json == R"("bool")") return hcl::Type::Bool();
  if (json == R"("number")") return hcl::Type::Number();
  const auto parsed = data::ParseJson(json);
  if (!parsed) return Malformed("a type is no JSON");
  auto type = hcl::Type::FromJson(*parsed);
  if (!type) return Malformed(type.error().message);
  return type;
}

std::optional<Nesting> NestingOf(int64_t mode) {
  switch (mode) {
    case 1:
      return Nesting::kSingle;
    case 2:
      return Nesting::kList;
    case 3:
      return Nesting::kSet;
    case 4:
      return Nesting::kMap;
    case 5:
      return Nesting::kGroup;
    default:
      return std::nullopt;
  }
}

class Decoder {
 public:
  Decoder(Protocol protocol, const SchemaLimits& limits)
      : protocol_(protocol), depth_left_(limits.depth_max) {}

  Result<std::shared_ptr<const hcl::BlockSchema>> Block(std::string_view message);

 private:
  Result<hcl::AttributeSchema> Attribute(std::string_view message);
  Result<> LateField(const WireReader& reader, hcl::AttributeSchema& attribute);
  Result<std::shared_ptr<const hcl::NestedAttributes>> Nested(std::string_view message);
  Result<hcl::NestedBlock> Child(std::string_view message);

  const Protocol protocol_;
  size_t depth_left_;
};

// Those whose numbers the protocols do not share.
Result<> Decoder::LateField(const WireReader& reader, hcl::AttributeSchema& attribute) {
  const uint32_t shift = protocol_ == Protocol::k6 ? 1 : 0;
  if (reader.field() == 10 + shift) attribute.write_only = reader.boolean();
  if (reader.field() == 11 + shift) attribute.deprecation_message = reader.bytes();
  if (shift == 0 || reader.field() != 10) return {};
  auto nested = Nested(reader.bytes());
  if (!nested) return std::unexpected(nested.error().In(attribute.name));
  attribute.nested = std::move(*nested);
  return {};
}

Result<hcl::AttributeSchema> Decoder::Attribute(std::string_view message) {
  hcl::AttributeSchema attribute;
  bool has_type = false;
  WireReader reader(message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        attribute.name = reader.bytes();
        break;
      case 2: {
        if (reader.bytes().empty()) break;
        auto type = DecodeType(reader.bytes());
        if (!type) return std::unexpected(type.error().In(attribute.name));
        attribute.type = std::move(*type);
        has_type = true;
        break;
      }
      case 3:
        attribute.description = reader.bytes();
        break;
      case 4:
        attribute.required = reader.boolean();
        break;
      case 5:
        attribute.optional = reader.boolean();
        break;
      case 6:
        attribute.computed = reader.boolean();
        break;
      case 7:
        attribute.sensitive = reader.boolean();
        break;
      case 8:
        attribute.markdown = reader.boolean();
        break;
      case 9:
        attribute.deprecated = reader.boolean();
        break;
      default:
        if (auto late = LateField(reader, attribute); !late) return std::unexpected(late.error());
    }
  }
  if (!reader.ok() || attribute.name.empty()) return Malformed("an attribute is malformed");
  if (!has_type && !attribute.nested) return Malformed(Format("{} has no type", attribute.name));
  return attribute;
}

// An element of `list` whose name an earlier one has.
template <typename T>
Result<> RequireDistinct(const std::vector<T>& list) {
  std::vector<std::string_view> names;
  names.reserve(list.size());
  for (const T& each : list) names.push_back(each.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end()) return Malformed(Format("{} is there twice", *twice));
  return {};
}

Result<std::shared_ptr<const hcl::NestedAttributes>> Decoder::Nested(std::string_view message) {
  if (depth_left_ == 0) return Malformed("attributes are nested too deeply");
  --depth_left_;
  auto nested = std::make_shared<hcl::NestedAttributes>();
  std::optional<Nesting> nesting;
  WireReader reader(message);
  while (reader.Next()) {
    if (reader.field() == 3) nesting = NestingOf(reader.number());
    if (reader.field() != 1) continue;
    auto attribute = Attribute(reader.bytes());
    if (!attribute) return std::unexpected(attribute.error());
    nested->attributes.push_back(std::move(*attribute));
  }
  ++depth_left_;
  if (!reader.ok() || !nesting || *nesting == Nesting::kGroup) return Malformed("its nesting is malformed");
  if (auto distinct = RequireDistinct(nested->attributes); !distinct)
    return std::unexpected(distinct.error());
  nested->nesting = *nesting;
  return nested;
}

Result<hcl::NestedBlock> Decoder::Child(std::string_view message) {
  hcl::NestedBlock child;
  std::optional<Nesting> nesting;
  std::string_view block;
  WireReader reader(message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        child.name = reader.bytes();
        break;
      case 2:
        block = reader.bytes();
        break;
      case 3:
        nesting = NestingOf(reader.number());
        break;
      case 4:
        child.min_items = static_cast<uint64_t>(std::max<int64_t>(reader.number(), 0));
        break;
      case 5:
        child.max_items = static_cast<uint64_t>(std::max<int64_t>(reader.number(), 0));
        break;
    }
  }
  if (!reader.ok() || child.name.empty() || !nesting) return Malformed("a nested block is malformed");
  child.nesting = *nesting;
  auto decoded = Block(block);
  if (!decoded) return std::unexpected(decoded.error().In(child.name));
  child.block = std::move(*decoded);
  return child;
}

Result<std::shared_ptr<const hcl::BlockSchema>> Decoder::Block(std::string_view message) {
  if (depth_left_ == 0) return Malformed("blocks are nested too deeply");
  --depth_left_;
  std::vector<hcl::AttributeSchema> attributes;
  std::vector<hcl::NestedBlock> blocks;
  std::string_view description;
  bool markdown = false, deprecated = false;
  WireReader reader(message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 2: {
        auto attribute = Attribute(reader.bytes());
        if (!attribute) return std::unexpected(attribute.error());
        attributes.push_back(std::move(*attribute));
        break;
      }
      case 3: {
        auto child = Child(reader.bytes());
        if (!child) return std::unexpected(child.error());
        blocks.push_back(std::move(*child));
        break;
      }
      case 4:
        description = reader.bytes();
        break;
      case 5:
        markdown = reader.boolean();
        break;
      case 6:
        deprecated = reader.boolean();
        break;
    }
  }
  ++depth_left_;
  if (!reader.ok()) return Malformed("a block is malformed");
  if (auto distinct = RequireDistinct(attributes); !distinct) return std::unexpected(distinct.error());
  if (auto distinct = RequireDistinct(blocks); !distinct) return std::unexpected(distinct.error());
  auto block = hcl::MakeBlockSchema(std::move(attributes), std::move(blocks));
  for (const hcl::NestedBlock& child : block.blocks) {
    if (block.FindAttribute(child.name)) return Malformed(Format("{} is there twice", child.name));
  }
  block.description = description;
  block.markdown = markdown;
  block.deprecated = deprecated;
  return std::make_shared<const hcl::BlockSchema>(std::move(block));
}

Result<FunctionParameter> DecodeParameter(std::string_view message) {
  FunctionParameter parameter;
  std::string_view type;
  WireReader reader(message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        parameter.name = reader.bytes();
        break;
      case 2:
        type = reader.bytes();
        break;
      case 3:
        parameter.allow_null = reader.boolean();
        break;
      case 4:
        parameter.allow_unknown = reader.boolean();
        break;
      case 5:
        parameter.description = reader.bytes();
        break;
      case 6:
        parameter.markdown = reader.boolean();
        break;
    }
  }
  if (!reader.ok()) return Malformed("a parameter is malformed");
  auto decoded = DecodeType(type);
  if (!decoded) return std::unexpected(decoded.error().In(parameter.name));
  parameter.type = std::move(*decoded);
  return parameter;
}

Result<hcl::Type> DecodeReturn(std::string_view message) {
  std::string_view type;
  WireReader reader(message);
  while (reader.Next()) {
    if (reader.field() == 1) type = reader.bytes();
  }
  if (!reader.ok()) return Malformed("its result is malformed");
  return DecodeType(type);
}

}  // namespace

Result<Schema> DecodeSchema(std::string_view message, Protocol protocol, const SchemaLimits& limits) {
  Schema schema;
  std::string_view block;
  WireReader reader(message);
  while (reader.Next()) {
    if (reader.field() == 1) schema.version = reader.number();
    if (reader.field() == 2) block = reader.bytes();
  }
  if (!reader.ok()) return Malformed("a schema is malformed");
  auto decoded = Decoder(protocol, limits).Block(block);
  if (!decoded) return std::unexpected(decoded.error());
  schema.block = std::move(*decoded);
  return schema;
}

Result<FunctionSignature> DecodeFunction(std::string_view message) {
  FunctionSignature signature;
  bool has_result = false;
  WireReader reader(message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
      case 2: {
        auto parameter = DecodeParameter(reader.bytes());
        if (!parameter) return std::unexpected(parameter.error());
        if (reader.field() == 2) {
          signature.variadic = std::move(*parameter);
        } else {
          signature.parameters.push_back(std::move(*parameter));
        }
        break;
      }
      case 3: {
        auto type = DecodeReturn(reader.bytes());
        if (!type) return std::unexpected(type.error());
        signature.result = std::move(*type);
        has_result = true;
        break;
      }
      case 4:
        signature.summary = reader.bytes();
        break;
      case 5:
        signature.description = reader.bytes();
        break;
      case 6:
        signature.markdown = reader.boolean();
        break;
      case 7:
        signature.deprecation_message = reader.bytes();
        break;
    }
  }
  if (!reader.ok() || !has_result) return Malformed("a function is malformed");
  return signature;
}

}  // namespace cairn::provider
