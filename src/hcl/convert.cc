#include "hcl/convert.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"

namespace cairn::hcl {
namespace {

using Converted = std::expected<Value, ConversionError>;

std::unexpected<ConversionError> Objection(std::string message) {
  return std::unexpected(ConversionError{{ErrorCode::kInvalid, std::move(message)}});
}

std::unexpected<ConversionError> Within(std::string step, ConversionError error) {
  error.place.insert(0, step);
  return std::unexpected(std::move(error));
}

std::string KeyStep(std::string_view key) {
  return "[" + Quote(key) + "]";
}

// The step to an element, as errors show it: also an object's, which is to become a map.
std::string StepTo(const Value& whole, size_t i) {
  const bool has_names = whole.kind() == TypeKind::kObject || whole.kind() == TypeKind::kMap;
  return has_names ? KeyStep(whole.name(i)) : Format("[{}]", i);
}

bool CanConvertPrimitive(TypeKind from, TypeKind to, Safety safety) {
  if (to == TypeKind::kString) return true;
  return from == TypeKind::kString && safety == Safety::kUnsafe;
}

bool IsSameOrCanConvert(const Type& from, const Type& to, Safety safety) {
  return from == to || CanConvert(from, to, safety);
}

bool CanConvertToObject(const Type& from, const Type& to, Safety safety) {
  if (from.Is(TypeKind::kMap) && safety == Safety::kSafe) return false;
  return std::ranges::all_of(to.attributes(), [&](const ObjectAttribute& wanted) {
    if (from.Is(TypeKind::kMap)) {
      return wanted.optional || IsSameOrCanConvert(from.element(), wanted.type, safety);
    }
    const std::optional<size_t> i = from.AttributeIndex(wanted.name);
    return i ? IsSameOrCanConvert(from.attributes()[*i].type, wanted.type, safety) : wanted.optional;
  });
}

// The types of the elements of a tuple or object.
std::vector<Type> ElementTypes(const Type& structure) {
  if (structure.Is(TypeKind::kTuple)) return structure.elements();
  std::vector<Type> out;
  out.reserve(structure.attributes().size());
  for (const ObjectAttribute& attribute : structure.attributes()) out.push_back(attribute.type);
  return out;
}

// The type that elements of a tuple or object are converted to for a collection of `element`; nothing if they
// have nothing in common.
std::optional<Type> CommonElement(const Type& structure, const Type& element, Safety safety) {
  if (!element.IsDynamic()) return element;
  const std::vector<Type> types = ElementTypes(structure);
  std::optional<Type> common = Unify(types, safety);
  if (structure.Is(TypeKind::kTuple) && common && common->IsDynamic() &&
      !std::ranges::all_of(types, &Type::IsDynamic)) {
    return std::nullopt;
  }
  return common;
}

bool CanConvertStructure(const Type& from, const Type& element, Safety safety) {
  const std::vector<Type> types = ElementTypes(from);
  if (types.empty()) return true;
  const std::optional<Type> common = CommonElement(from, element, safety);
  return common && std::ranges::all_of(
                       types, [&](const Type& type) { return IsSameOrCanConvert(type, *common, safety); });
}

// The type that an unknown or null value of `from` has as one of `to`, which has no optional attributes.
Type ReplaceDynamic(const Type& from, const Type& to) {
  if (from.IsDynamic()) return to;
  if (to.IsDynamic()) return from;
  if (to.IsPrimitive()) return to;
  if (to.IsCollection()) {
    Type element = to.element();
    if (from.IsCollection()) {
      element = ReplaceDynamic(from.element(), to.element());
    } else if (const std::optional<Type> common = Unify(ElementTypes(from))) {
      element = ReplaceDynamic(*common, to.element());
    }
    if (to.Is(TypeKind::kList)) return Type::List(element);
    return to.Is(TypeKind::kSet) ? Type::Set(element) : Type::Map(element);
  }
  if (to.Is(TypeKind::kTuple)) {
    std::vector<Type> elements;
    for (size_t i = 0; i < to.elements().size(); ++i) {
      elements.push_back(ReplaceDynamic(from.elements()[i], to.elements()[i]));
    }
    return Type::Tuple(std::move(elements));
  }
  std::vector<ObjectAttribute> attributes = to.attributes();
  for (ObjectAttribute& attribute : attributes) {
    if (from.Is(TypeKind::kMap)) {
      attribute.type = ReplaceDynamic(from.element(), attribute.type);
    } else if (const std::optional<size_t> i = from.AttributeIndex(attribute.name)) {
      attribute.type = ReplaceDynamic(from.attributes()[*i].type, attribute.type);
    }
  }
  return Type::Object(std::move(attributes));
}

// `unknown` as an unknown value of `type`, with what is still known of it.
Value ConvertUnknown(const Value& unknown, const Type& type) {
  const Type& from = unknown.type();
  Refinement known{.not_null = unknown.refinement().not_null};
  if (type.IsCollection() && (from.Is(TypeKind::kTuple) || from.Is(TypeKind::kObject))) {
    const size_t size = from.Is(TypeKind::kTuple) ? from.elements().size() : from.attributes().size();
    known.length_max = int64_t(size);
    known.length_min = type.Is(TypeKind::kSet) ? std::min(int64_t(size), int64_t{1}) : int64_t(size);
  } else if (type.IsCollection() && from.IsCollection()) {
    const int64_t min = unknown.refinement().length_min;
    known.length_max = unknown.refinement().length_max;
    known.length_min = type.Is(TypeKind::kSet) ? std::min(min, int64_t{1}) : min;
  }
  return Value::Unknown(type, std::move(known));
}

Converted ConvertPrimitive(const Value& value, TypeKind to) {
  if (to == TypeKind::kString) {
    if (value.kind() == TypeKind::kBool) return Value::String(value.AsBool() ? "true" : "false");
    return Value::String(value.AsNumber().ToString());
  }
  const std::string_view text = value.AsString();
  if (to == TypeKind::kNumber) {
    Result<Number> number = Number::Parse(text);
    if (number) return Value::Number(*number);
    return Objection(std::move(number.error().message));
  }
  if (text == "true" || text == "1") return Value::Bool(true);
  if (text == "false" || text == "0") return Value::Bool(false);
  for (const std::string_view name : {"true", "false"}) {
    if (EqualsIgnoreCase(text, name)) {
      return Objection(Format("a bool is required; to convert from string, use lowercase \"{}\"", name));
    }
  }
  return Objection("a bool is required");
}

Converted ConvertTo(const Value& value, const Type& to, Safety safety);

using Elements = std::expected<std::vector<Value>, ConversionError>;

// The elements of `value`, each as one of `to`.
Elements ConvertElements(const Value& value, const Type& to, Safety safety) {
  std::vector<Value> out;
  out.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    Converted element = ConvertTo(value.elements()[i], to, safety);
    if (!element) return Within(StepTo(value, i), std::move(element.error()));
    out.push_back(*std::move(element));
  }
  return out;
}

// The type of the elements of a collection; nothing if they differ.
std::optional<Type> TypeOf(const std::vector<Value>& elements) {
  Type common;
  for (const Value& element : elements) {
    if (element.type().IsDynamic()) continue;
    if (common.IsDynamic()) common = element.type();
    if (element.type() != common) return std::nullopt;
  }
  return common;
}

// Brings elements of several types, which dynamic parts of a constraint make, to one.
std::expected<void, ConversionError> UnifyElements(const Value& whole, std::vector<Value>& elements,
                                                   Safety safety) {
  if (TypeOf(elements)) return {};
  std::vector<Type> types;
  types.reserve(elements.size());
  for (const Value& element : elements) types.push_back(element.type());
  const std::optional<Type> common = Unify(types, safety);
  if (!common) return Objection("cannot find a common base type for all elements");
  for (size_t i = 0; i < elements.size(); ++i) {
    Converted element = ConvertTo(elements[i], *common, safety);
    if (!element) return Within(StepTo(whole, i), std::move(element.error()));
    elements[i] = *std::move(element);
  }
  return {};
}

std::string_view NameOf(TypeKind collection) {
  if (collection == TypeKind::kList) return "list";
  return collection == TypeKind::kSet ? "set" : "map";
}

Value MakeCollection(const Value& from, const Type& to, const Type& element, std::vector<Value> elements) {
  if (to.Is(TypeKind::kList)) {
    if (element == to.element()) return Value::Of(to, std::move(elements));
    return Value::List(element, std::move(elements));
  }
  if (to.Is(TypeKind::kSet)) return Value::Set(element, std::move(elements));
  std::vector<NamedValue> entries;
  entries.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    entries.push_back({std::string(from.name(i)), std::move(elements[i])});
  }
  return Value::Map(element, std::move(entries));
}

Converted ConvertToCollection(const Value& value, const Type& to, Safety safety) {
  const Type& from = value.type();
  if (to.Is(TypeKind::kList) && from.Is(TypeKind::kSet) && value.size() > 1 && !value.IsWhollyKnown()) {
    // Nobody knows how many elements there will be.
    return Value::Unknown(Type::List(ReplaceDynamic(from.element(), to.element().WithoutOptional())));
  }
  const Type element = to.element().WithoutOptional();
  if (value.size() == 0) {
    const bool keeps_type = element.IsDynamic() && from.IsCollection();
    return MakeCollection(value, to, keeps_type ? from.element() : element, {});
  }
  std::optional<Type> common = to.element();
  if (!from.IsCollection()) common = CommonElement(from, to.element(), safety);
  if (!common) return Objection(MismatchMessage(from, to));
  Elements elements = ConvertElements(value, *common, safety);
  if (!elements) return std::unexpected(std::move(elements.error()));
  if (!to.Is(TypeKind::kSet)) {
    const auto unified = UnifyElements(value, *elements, from.IsCollection() ? Safety::kSafe : safety);
    if (!unified) return std::unexpected(unified.error());
  }
  const std::optional<Type> type = TypeOf(*elements);
  if (!type) return Objection(Format("element types must all match for conversion to {}", NameOf(to.kind())));
  return MakeCollection(value, to, *type, *std::move(elements));
}

Converted ConvertToTuple(const Value& value, const Type& to, Safety safety) {
  std::vector<Value> out;
  out.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    Converted element = ConvertTo(value.elements()[i], to.elements()[i], safety);
    if (!element) return Within(StepTo(value, i), std::move(element.error()));
    out.push_back(*std::move(element));
  }
  return Value::Tuple(std::move(out));
}

Converted ConvertAttribute(const Value& whole, const ObjectAttribute& wanted, Safety safety) {
  const bool is_map = whole.kind() == TypeKind::kMap;
  const Value* value = whole.Find(wanted.name);
  if (!value) {
    if (wanted.optional) return Value::Null(wanted.type.WithoutOptional());
    return Objection(Format("map has no element for required attribute {}", Quote(wanted.name)));
  }
  if (is_map && !IsSameOrCanConvert(whole.type().element(), wanted.type, safety)) {
    return Objection(Format("map element type is incompatible with attribute {}: {}", Quote(wanted.name),
                            MismatchMessage(value->type(), wanted.type)));
  }
  Converted out = ConvertTo(*value, wanted.type, safety);
  if (out) return out;
  return Within(is_map ? KeyStep(wanted.name) : "." + wanted.name, std::move(out.error()));
}

Converted ConvertToObject(const Value& value, const Type& to, Safety safety) {
  std::vector<Value> out;
  out.reserve(to.attributes().size());
  for (const ObjectAttribute& wanted : to.attributes()) {
    Converted attribute = ConvertAttribute(value, wanted, safety);
    if (!attribute) return attribute;
    out.push_back(*std::move(attribute));
  }
  // Most often the attributes have the very types that were wanted.
  const Type plain = to.WithoutOptional();
  if (!plain.HasDynamic()) return Value::Of(plain, std::move(out));
  std::vector<NamedValue> named;
  for (size_t i = 0; i < out.size(); ++i) named.push_back({plain.attributes()[i].name, std::move(out[i])});
  return Value::Object(std::move(named));
}

// REQUIRES: CanConvert, or the same type. As deep as the types are.
Converted ConvertTo(const Value& value, const Type& to, Safety safety) {
  const Type& from = value.type();
  if (to.IsDynamic() || from == to) return value;
  if (value.marks() != Marks::kNone) {
    Converted out = ConvertTo(value.WithoutMarks(), to, safety);
    if (out) return out->WithMarks(value.marks());
    return out;
  }
  if (!value.HasContent()) {
    const Type type = ReplaceDynamic(from, to.WithoutOptional());
    return value.IsNull() ? Value::Null(type) : ConvertUnknown(value, type);
  }
  if (to.IsPrimitive()) return ConvertPrimitive(value, to.kind());
  if (to.IsCollection()) return ConvertToCollection(value, to, safety);
  return to.Is(TypeKind::kTuple) ? ConvertToTuple(value, to, safety) : ConvertToObject(value, to, safety);
}

}  // namespace

bool CanConvert(const Type& from, const Type& to, Safety safety) {
  if (from == to || to.IsDynamic()) return true;
  if (from.IsDynamic()) return safety == Safety::kUnsafe;
  if (to.IsPrimitive()) return from.IsPrimitive() && CanConvertPrimitive(from.kind(), to.kind(), safety);
  switch (to.kind()) {
    case TypeKind::kList:
    case TypeKind::kSet:
      if (from.Is(TypeKind::kTuple)) return CanConvertStructure(from, to.element(), safety);
      if (!from.Is(TypeKind::kList) && !from.Is(TypeKind::kSet)) return false;
      if (from.Is(TypeKind::kList) && to.Is(TypeKind::kSet) && safety == Safety::kSafe) return false;
      return CanConvert(from.element(), to.element(), safety);
    case TypeKind::kMap:
      if (from.Is(TypeKind::kObject)) return CanConvertStructure(from, to.element(), safety);
      return from.Is(TypeKind::kMap) && CanConvert(from.element(), to.element(), safety);
    case TypeKind::kTuple:
      return from.Is(TypeKind::kTuple) &&
             std::ranges::equal(from.elements(), to.elements(), [&](const Type& a, const Type& b) {
               return IsSameOrCanConvert(a, b, safety);
             });
    default:
      return (from.Is(TypeKind::kMap) || from.Is(TypeKind::kObject)) && CanConvertToObject(from, to, safety);
  }
}

Converted Convert(const Value& value, const Type& type, Safety safety) {
  const Type& from = value.type();
  if (type.IsDynamic() || from == type || (type.HasOptional() && from == type.WithoutOptional()))
    return value;
  if (!CanConvert(from, type, safety)) return Objection(MismatchMessage(from, type));
  return ConvertTo(value, type, safety);
}

}  // namespace cairn::hcl
