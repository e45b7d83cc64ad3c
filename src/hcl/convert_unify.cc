// The one type that values of several can be converted to.

#include <algorithm>
#include <array>
#include <vector>

#include "hcl/convert.h"

namespace cairn::hcl {
namespace {

using Types = std::vector<Type>;

// Which type of two is tried first as the one for both: `a` if negative, `b` if positive; 0 says nothing.
int ComparePreference(const Type& a, const Type& b);

// -1 if `a` comes first in some pairs and `b` in none, and so on.
template <typename Pairs>
int CompareAll(size_t count, Pairs pair) {
  bool has_first_a = false, has_first_b = false;
  for (size_t i = 0; i < count; ++i) {
    const auto [a, b] = pair(i);
    const int order = ComparePreference(*a, *b);
    has_first_a |= order < 0;
    has_first_b |= order > 0;
  }
  if (has_first_a == has_first_b) return 0;
  return has_first_a ? -1 : 1;
}

int CompareStructures(const Type& a, const Type& b) {
  if (a.Is(TypeKind::kTuple)) {
    if (a.elements().size() != b.elements().size()) return 0;
    return CompareAll(a.elements().size(),
                      [&](size_t i) { return std::pair(&a.elements()[i], &b.elements()[i]); });
  }
  const auto& left = a.attributes();
  const auto& right = b.attributes();
  if (!std::ranges::equal(left, right, {}, &ObjectAttribute::name, &ObjectAttribute::name)) return 0;
  return CompareAll(left.size(), [&](size_t i) { return std::pair(&left[i].type, &right[i].type); });
}

int ComparePreference(const Type& a, const Type& b) {
  if (a.IsDynamic() || b.IsDynamic()) return int(a.IsDynamic()) - int(b.IsDynamic());
  if (a.IsPrimitive() && b.IsPrimitive()) {
    return int(b.Is(TypeKind::kString)) - int(a.Is(TypeKind::kString));
  }
  if (a.kind() == b.kind()) {
    return a.IsCollection() ? ComparePreference(a.element(), b.element()) : CompareStructures(a, b);
  }
  // Lists before tuples before sets, maps before objects.
  const auto is_before = [](TypeKind x, TypeKind y) {
    return ((x == TypeKind::kList || x == TypeKind::kTuple) && y == TypeKind::kSet) ||
           (x == TypeKind::kList && y == TypeKind::kTuple) || (x == TypeKind::kMap && y == TypeKind::kObject);
  };
  return int(is_before(b.kind(), a.kind())) - int(is_before(a.kind(), b.kind()));
}

// The places of `types`, in the order in which they are tried.
std::vector<size_t> ByPreference(const Types& types) {
  std::vector<std::vector<size_t>> later(types.size());
  std::vector<size_t> earlier_count(types.size());
  for (size_t i = 0; i < types.size(); ++i) {
    for (size_t j = i + 1; j < types.size(); ++j) {
      const int order = ComparePreference(types[i], types[j]);
      if (order == 0) continue;
      later[order < 0 ? i : j].push_back(order < 0 ? j : i);
      ++earlier_count[order < 0 ? j : i];
    }
  }
  std::vector<size_t> out;
  for (size_t i = 0; i < types.size(); ++i) {
    if (earlier_count[i] == 0) out.push_back(i);
  }
  for (size_t next = 0; next < out.size(); ++next) {
    for (const size_t j : later[out[next]]) {
      if (--earlier_count[j] == 0) out.push_back(j);
    }
  }
  return out;
}

bool AllConvertTo(const Types& types, const Type& to, Safety safety) {
  return std::ranges::all_of(types, [&](const Type& type) { return CanConvert(type, to, safety); });
}

Type CollectionOf(TypeKind kind, const Type& element) {
  if (kind == TypeKind::kList) return Type::List(element);
  return kind == TypeKind::kSet ? Type::Set(element) : Type::Map(element);
}

std::optional<Type> UnifyCollections(TypeKind kind, const Types& types, Safety safety) {
  Types elements;
  for (const Type& type : types) elements.push_back(type.element());
  const std::optional<Type> element = Unify(elements, safety);
  if (!element) return std::nullopt;
  Type out = CollectionOf(kind, *element);
  return AllConvertTo(types, out, safety) ? std::optional(out) : std::nullopt;
}

// Objects as maps, or tuples as lists.
std::optional<Type> UnifyAsCollection(TypeKind kind, const Types& structures, Safety safety) {
  Types elements;
  for (const Type& type : structures) {
    if (type.Is(TypeKind::kTuple)) {
      elements.insert(elements.end(), type.elements().begin(), type.elements().end());
    } else {
      for (const ObjectAttribute& attribute : type.attributes()) elements.push_back(attribute.type);
    }
  }
  const std::optional<Type> element = Unify(elements, safety);
  if (!element) return std::nullopt;
  Type out = CollectionOf(kind, *element);
  return AllConvertTo(structures, out, safety) ? std::optional(out) : std::nullopt;
}

std::optional<Type> UnifyObjects(const Types& types, Safety safety) {
  const auto& first = types[0].attributes();
  for (const Type& type : types) {
    if (!std::ranges::equal(type.attributes(), first, {}, &ObjectAttribute::name, &ObjectAttribute::name)) {
      return UnifyAsCollection(TypeKind::kMap, types, safety);
    }
  }
  std::vector<ObjectAttribute> attributes;
  for (size_t i = 0; i < first.size(); ++i) {
    Types across;
    for (const Type& type : types) across.push_back(type.attributes()[i].type);
    std::optional<Type> type = Unify(across, safety);
    if (!type) return std::nullopt;
    attributes.push_back({first[i].name, *std::move(type)});
  }
  Type out = Type::Object(std::move(attributes));
  if (AllConvertTo(types, out, safety)) return out;
  return UnifyAsCollection(TypeKind::kMap, types, safety);
}

std::optional<Type> UnifyTuples(const Types& types, Safety safety) {
  const size_t size = types[0].elements().size();
  for (const Type& type : types) {
    if (type.elements().size() != size) return UnifyAsCollection(TypeKind::kList, types, safety);
  }
  Types elements;
  for (size_t i = 0; i < size; ++i) {
    Types across;
    for (const Type& type : types) across.push_back(type.elements()[i]);
    std::optional<Type> type = Unify(across, safety);
    if (!type) return std::nullopt;
    elements.push_back(*std::move(type));
  }
  Type out = Type::Tuple(std::move(elements));
  if (AllConvertTo(types, out, safety)) return out;
  return UnifyAsCollection(TypeKind::kList, types, safety);
}

// Structures beside collections of `kind`, which they can become.
std::optional<Type> UnifyMixed(TypeKind kind, const Types& types, Safety safety) {
  Types structures, others;
  for (const Type& type : types) {
    const bool is_structure = type.Is(TypeKind::kTuple) || type.Is(TypeKind::kObject);
    (is_structure ? structures : others).push_back(type);
  }
  std::optional<Type> as_collection = UnifyAsCollection(kind, structures, safety);
  if (!as_collection) return std::nullopt;
  others.push_back(*std::move(as_collection));
  std::optional<Type> out = Unify(others, safety);
  return out && out->Is(kind) ? out : std::nullopt;
}

// Types none of which is another's equal.
std::optional<Type> UnifyDistinct(const Types& types, Safety safety) {
  std::array<size_t, 9> counts{};
  for (const Type& type : types) ++counts[size_t(type.kind())];
  const auto count = [&](TypeKind kind) { return counts[size_t(kind)]; };
  const size_t dynamic = count(TypeKind::kDynamic), objects = count(TypeKind::kObject),
               tuples = count(TypeKind::kTuple);
  for (const TypeKind kind :
       {TypeKind::kMap, TypeKind::kList, TypeKind::kSet, TypeKind::kObject, TypeKind::kTuple}) {
    if (count(kind) == 0 || count(kind) + dynamic != types.size()) continue;
    if (dynamic > 0) return Type::Dynamic();
    if (kind == TypeKind::kObject) return UnifyObjects(types, safety);
    if (kind == TypeKind::kTuple) return UnifyTuples(types, safety);
    return UnifyCollections(kind, types, safety);
  }
  const size_t maps = count(TypeKind::kMap), lists = count(TypeKind::kList);
  if (maps > 0 && maps + objects + dynamic == types.size()) {
    if (auto out = UnifyMixed(TypeKind::kMap, types, safety)) return out;
  } else if (lists > 0 && lists + tuples + dynamic == types.size()) {
    if (auto out = UnifyMixed(TypeKind::kList, types, safety)) return out;
  } else if (objects > 0 && tuples > 0) {
    return std::nullopt;
  }
  for (const size_t i : ByPreference(types)) {
    if (AllConvertTo(types, types[i], safety)) return types[i];
  }
  return std::nullopt;
}

}  // namespace

std::optional<Type> Unify(std::span<const Type> types, Safety safety) {
  Types distinct;
  for (const Type& type : types) {
    if (std::ranges::find(distinct, type) == distinct.end()) distinct.push_back(type);
  }
  if (distinct.empty()) return std::nullopt;
  if (distinct.size() == 1) return distinct[0];
  return UnifyDistinct(distinct, safety);
}

}  // namespace cairn::hcl
