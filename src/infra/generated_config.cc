#include "infra/generated_config.h"

#include <utility>

#include "base/strings.h"
#include "hcl/quote.h"
#include "hcl/value_json.h"
#include "hcl/write.h"

namespace cairn::infra {
namespace {

using hcl::AttributeSchema;
using hcl::BlockSchema;
using hcl::Nesting;
using hcl::TypeKind;
using hcl::Value;

constexpr std::string_view kSensitive = " # sensitive";

// Old providers have an `id` that may be written as far as its schema says, and must not be.
bool IsWritten(const AttributeSchema& attribute, bool is_top) {
  if (is_top && attribute.name == "id" && attribute.optional && attribute.computed) return false;
  return (attribute.required || attribute.optional) && !attribute.deprecated;
}

// Lines without indentation: laying them out is for the formatter.
class BlockWriter {
 public:
  std::string Take() { return std::move(out_); }
  void Line(std::string_view line) { (out_ += line) += '\n'; }

  void Body(const BlockSchema& schema, const Value& object, bool is_top = false) {
    Attributes(schema.attributes, object, is_top);
    for (const hcl::NestedBlock& nested : schema.blocks) {
      const Value* value = object.Find(nested.name);
      if (value != nullptr && !nested.block->deprecated) Blocks(nested, *value);
    }
  }

 private:
  void Attributes(const std::vector<AttributeSchema>& attributes, const Value& object, bool is_top) {
    for (const AttributeSchema& attribute : attributes) {
      const Value* found = object.Find(attribute.name);
      if (!IsWritten(attribute, is_top)) continue;
      const Value value = found == nullptr ? Value() : *found;
      out_ += attribute.name;
      out_ += " = ";
      if (attribute.nested) {
        Nested(attribute, value);
      } else if (attribute.sensitive) {
        (out_ += "null") += kSensitive;
      } else {
        Plain(attribute, value);
      }
      out_ += '\n';
    }
  }

  // Providers of the old kind say "" where nothing was written.
  void Plain(const AttributeSchema& attribute, const Value& value) {
    const bool is_text = value.HasContent() && value.kind() == TypeKind::kString;
    if (is_text && value.AsString().empty() && attribute.optional) {
      out_ += "null";
    } else if (!is_text || !Json(value.AsString())) {
      hcl::AppendExpression(out_, value);
    }
  }

  // A text that is an object or array in JSON.
  bool Json(std::string_view text) {
    const size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || (text[begin] != '{' && text[begin] != '[')) return false;
    const Result<Value> value = hcl::FromJsonText(text.substr(begin));
    if (!value) return false;
    out_ += "jsonencode(";
    hcl::AppendExpression(out_, *value);
    out_ += ')';
    return true;
  }

  void Nested(const AttributeSchema& attribute, const Value& value) {
    const Nesting nesting = attribute.nested->nesting;
    const bool is_list = nesting == Nesting::kList || nesting == Nesting::kSet;
    if (attribute.sensitive) {
      (out_ += is_list ? "[]" : "{}") += kSensitive;
    } else if (value.IsNull()) {
      out_ += "null";
    } else if (nesting == Nesting::kSingle) {
      Object(*attribute.nested, value);
    } else if (is_list) {
      Line("[");
      for (const Value& element : value.elements()) {
        Object(*attribute.nested, element);
        Line(",");
      }
      out_ += ']';
    } else {
      Line("{");
      for (size_t i = 0; i < value.size(); ++i) {
        out_ += hcl::WriteName(value.name(i)) + " = ";
        Object(*attribute.nested, value.elements()[i]);
        out_ += '\n';
      }
      out_ += '}';
    }
  }

  void Object(const hcl::NestedAttributes& nested, const Value& object) {
    Line("{");
    if (!object.IsNull()) Attributes(nested.attributes, object, false);
    out_ += '}';
  }

  void Blocks(const hcl::NestedBlock& nested, const Value& value) {
    if (value.IsNull()) return;
    if (nested.nesting == Nesting::kSingle || nested.nesting == Nesting::kGroup) {
      Block(nested, {}, value);
    } else if (value.Has(hcl::Marks::kSensitive)) {  // a set with something sensitive within
      out_ += nested.name + " {}";
      Line(kSensitive);
    } else {
      for (size_t i = 0; i < value.size(); ++i) {
        const bool is_map = nested.nesting == Nesting::kMap;
        Block(nested, is_map ? value.name(i) : std::string_view(), value.elements()[i]);
      }
    }
  }

  void Block(const hcl::NestedBlock& nested, std::string_view label, const Value& value) {
    out_ += nested.name + " ";
    if (nested.nesting == Nesting::kMap) {
      hcl::AppendQuoted(out_, label);
      out_ += ' ';
    }
    Line("{");
    Body(*nested.block, value);
    Line("}");
  }

  std::string out_;
};

}  // namespace

std::string WriteResourceBlock(const state::ResourceName& resource, const BlockSchema& schema,
                               const Value& value, std::string_view provider) {
  BlockWriter writer;
  writer.Line(Format("resource \"{}\" \"{}\" {{", resource.type(), resource.name()));
  if (!provider.empty()) writer.Line(Format("provider = {}", provider));
  writer.Body(schema, value, /*is_top=*/true);
  writer.Line("}");
  std::string block = hcl::LaidOut(writer.Take());
  while (block.ends_with('\n')) block.pop_back();
  return block;
}

}  // namespace cairn::infra
