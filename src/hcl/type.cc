#include "hcl/type.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "data/json.h"

namespace cairn::hcl {
namespace {

constexpr std::array<std::string_view, 9> kKindNames = {"dynamic", "bool", "number", "string", "list",
                                                        "set",     "map",  "tuple",  "object"};

std::string_view NameOf(TypeKind kind) {
  return kKindNames[size_t(kind)];
}

bool IsBefore(const ObjectAttribute& a, const ObjectAttribute& b) {
  return a.name < b.name;
}

std::unexpected<Error> NotAType(std::string_view why) {
  return Fail(ErrorCode::kInvalid, "not a type: " + std::string(why));
}

}  // namespace

struct Type::Rep : Shared {
  std::vector<Type> elements;  // of a tuple; the one of a collection
  std::vector<ObjectAttribute> attributes;
  bool has_dynamic = false;
  bool has_optional = false;
  uint64_t weight = 1;
};

Type::Type(TypeKind kind, Rep* rep) : kind_(kind), rep_(rep) {
  for (const Type& element : rep->elements) {
    rep->has_dynamic |= element.HasDynamic();
    rep->has_optional |= element.HasOptional();
    rep->weight = AddWeight(rep->weight, element.weight());
  }
  for (const ObjectAttribute& attribute : rep->attributes) {
    rep->has_dynamic |= attribute.type.HasDynamic();
    rep->has_optional |= attribute.optional || attribute.type.HasOptional();
    rep->weight = AddWeight(rep->weight, attribute.type.weight() + attribute.name.size() / kWeightBytes);
  }
}

Type Type::List(Type element) {
  auto* rep = new Rep;
  rep->elements.push_back(std::move(element));
  return Type(TypeKind::kList, rep);
}

Type Type::Set(Type element) {
  auto* rep = new Rep;
  rep->elements.push_back(std::move(element));
  return Type(TypeKind::kSet, rep);
}

Type Type::Map(Type element) {
  auto* rep = new Rep;
  rep->elements.push_back(std::move(element));
  return Type(TypeKind::kMap, rep);
}

Type Type::Tuple(std::vector<Type> elements) {
  auto* rep = new Rep;
  rep->elements = std::move(elements);
  return Type(TypeKind::kTuple, rep);
}

Type Type::Object(std::vector<ObjectAttribute> attributes) {
  auto* rep = new Rep;
  rep->attributes = std::move(attributes);
  if (!std::ranges::is_sorted(rep->attributes, IsBefore)) std::ranges::sort(rep->attributes, IsBefore);
  return Type(TypeKind::kObject, rep);
}

bool Type::HasDynamic() const {
  return rep_ ? rep_->has_dynamic : IsDynamic();
}

bool Type::HasOptional() const {
  return rep_ && rep_->has_optional;
}

uint64_t Type::weight() const {
  return rep_ ? rep_->weight : 1;
}

Type Type::WithoutOptional() const {
  if (!HasOptional()) return *this;
  auto* rep = new Rep;
  for (const Type& element : rep_->elements) rep->elements.push_back(element.WithoutOptional());
  for (const ObjectAttribute& attribute : rep_->attributes) {
    rep->attributes.push_back({attribute.name, attribute.type.WithoutOptional()});
  }
  return Type(kind_, rep);
}

const Type& Type::element() const {
  assert(IsCollection());
  return rep_->elements[0];
}

const std::vector<Type>& Type::elements() const {
  assert(Is(TypeKind::kTuple));
  return rep_->elements;
}

const std::vector<ObjectAttribute>& Type::attributes() const {
  assert(Is(TypeKind::kObject));
  return rep_->attributes;
}

std::optional<size_t> Type::AttributeIndex(std::string_view name) const {
  const auto& all = attributes();
  constexpr size_t kFew = 8;  // so many are compared for equality sooner than for order
  const auto found = all.size() <= kFew ? std::ranges::find(all, name, &ObjectAttribute::name)
                                        : std::ranges::lower_bound(all, name, {}, &ObjectAttribute::name);
  if (found == all.end() || found->name != name) return std::nullopt;
  return size_t(found - all.begin());
}

bool Type::operator==(const Type& other) const {
  if (kind_ != other.kind_) return false;
  if (rep_.get() == other.rep_.get()) return true;
  return rep_->elements == other.rep_->elements && rep_->attributes == other.rep_->attributes;
}

std::string Type::FriendlyName() const {
  std::string name(NameOf(kind_));
  return IsCollection() ? name + " of " + element().FriendlyName() : name;
}

std::string Type::ConstraintName() const {
  if (IsDynamic()) return "any type";
  std::string name(NameOf(kind_));
  if (!IsCollection()) return name;
  return name + " of " + (element().IsDynamic() ? "any single type" : element().ConstraintName());
}

data::Json Type::ToJson() const {
  const std::string_view name = NameOf(kind_);
  if (!rep_) return data::Json(name);
  boost::json::array out{data::Json(name)};
  if (IsCollection()) {
    out.push_back(element().ToJson());
  } else if (Is(TypeKind::kTuple)) {
    auto& types = out.emplace_back(boost::json::array()).get_array();
    for (const Type& type : elements()) types.push_back(type.ToJson());
  } else {
    boost::json::array optional;
    boost::json::object types;
    for (const ObjectAttribute& attribute : attributes()) {
      types[attribute.name] = attribute.type.ToJson();
      if (attribute.optional) optional.emplace_back(attribute.name);
    }
    out.emplace_back(std::move(types));
    if (!optional.empty()) out.emplace_back(std::move(optional));
  }
  return out;
}

namespace {

Result<Type> ObjectFromJson(const boost::json::array& parts) {
  if (parts.size() > 3 || !parts[1].is_object()) return NotAType("object without attributes");
  std::vector<ObjectAttribute> attributes;
  for (const auto& member : parts[1].get_object()) {
    Result<Type> type = Type::FromJson(member.value());
    if (!type) return type;
    attributes.push_back({member.key(), *std::move(type)});
  }
  std::ranges::sort(attributes, IsBefore);
  if (parts.size() == 3) {
    if (!parts[2].is_array()) return NotAType("names of optional attributes expected");
    for (const data::Json& name : parts[2].get_array()) {
      if (!name.is_string()) return NotAType("name of an optional attribute expected");
      const std::string_view text = name.get_string();
      const auto found = std::ranges::lower_bound(attributes, text, {}, &ObjectAttribute::name);
      if (found == attributes.end() || found->name != text) return NotAType("unknown optional attribute");
      found->optional = true;
    }
  }
  return Type::Object(std::move(attributes));
}

Result<Type> TupleFromJson(const data::Json& json) {
  if (!json.is_array()) return NotAType("tuple without element types");
  std::vector<Type> elements;
  for (const data::Json& element : json.get_array()) {
    Result<Type> type = Type::FromJson(element);
    if (!type) return type;
    elements.push_back(*std::move(type));
  }
  return Type::Tuple(std::move(elements));
}

}  // namespace

// As deep as the JSON is, which its reader bounds.
Result<Type> Type::FromJson(const data::Json& json) {
  if (json.is_string()) {
    const std::string_view name = json.get_string();
    if (name == "dynamic") return Dynamic();
    if (name == "bool") return Bool();
    if (name == "number") return Number();
    if (name == "string") return String();
    return NotAType("unknown name");
  }
  if (!json.is_array()) return NotAType("name or array expected");
  const auto& parts = json.get_array();
  if (parts.size() < 2 || !parts[0].is_string()) return NotAType("kind and element type expected");
  const std::string_view kind = parts[0].get_string();
  if (kind == "object") return ObjectFromJson(parts);
  if (parts.size() != 2) return NotAType("kind and element type expected");
  if (kind == "tuple") return TupleFromJson(parts[1]);
  Result<Type> element = FromJson(parts[1]);
  if (!element) return element;
  if (kind == "list") return List(*std::move(element));
  if (kind == "set") return Set(*std::move(element));
  if (kind == "map") return Map(*std::move(element));
  return NotAType("unknown kind");
}

}  // namespace cairn::hcl
