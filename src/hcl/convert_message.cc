// Why a conversion is impossible, in the peer's words.

#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"

namespace cairn::hcl {
namespace {

std::string Required(const Type& type) {
  return type.ConstraintName() + " required";
}

// `"a"`; `"a" and "b"`; `"a", "b", and "c"`
std::string ListOf(const std::vector<std::string>& names) {
  std::string out = Quote(names[0]);
  for (size_t i = 1; i < names.size(); ++i) {
    if (names.size() > 2) out += ',';
    out += i + 1 == names.size() ? " and " : " ";
    out += Quote(names[i]);
  }
  return out;
}

// The attributes that are missing, or else the first that cannot be converted.
std::string ObjectMessage(const Type& from, const Type& to) {
  std::vector<std::string> missing;
  std::string mismatch;
  for (const ObjectAttribute& wanted : to.attributes()) {
    const std::optional<size_t> i = from.AttributeIndex(wanted.name);
    if (!i) {
      if (!wanted.optional) missing.push_back(wanted.name);
    } else if (const Type& given = from.attributes()[*i].type;
               mismatch.empty() && !CanConvert(given, wanted.type)) {
      mismatch = Format("attribute {}: {}", Quote(wanted.name), MismatchMessage(given, wanted.type));
    }
  }
  if (missing.empty()) return mismatch.empty() ? "incorrect object attributes" : mismatch;
  const bool is_one = missing.size() == 1;
  return Format("attribute{} {} {} required", is_one ? "" : "s", ListOf(missing), is_one ? "is" : "are");
}

// The first element of a tuple or object that cannot become one of a collection.
std::string ElementMessage(const Type& from, const Type& element) {
  if (from.Is(TypeKind::kTuple)) {
    for (size_t i = 0; i < from.elements().size(); ++i) {
      const Type& given = from.elements()[i];
      if (!CanConvert(given, element)) return Format("element {}: {}", i, MismatchMessage(given, element));
    }
  } else {
    for (const ObjectAttribute& given : from.attributes()) {
      if (CanConvert(given.type, element)) continue;
      return Format("element {}: {}", Quote(given.name), MismatchMessage(given.type, element));
    }
  }
  return "all elements must be " + element.ConstraintName();
}

std::string CollectionMessage(const Type& from, const Type& to) {
  const bool is_map = to.Is(TypeKind::kMap);
  const std::string_view kind = is_map ? "map" : to.Is(TypeKind::kList) ? "list" : "set";
  if (from.Is(TypeKind::kTuple) || from.Is(TypeKind::kObject)) {
    if (is_map != from.Is(TypeKind::kObject)) return Required(to);
    if (to.element().IsDynamic()) return Format("all {} elements must have the same type", kind);
    return ElementMessage(from, to.element());
  }
  if (!from.IsCollection() || is_map != from.Is(TypeKind::kMap)) return Required(to);
  return Format("incorrect {} element type: {}", kind, MismatchMessage(from.element(), to.element()));
}

}  // namespace

std::string MismatchMessage(const Type& from, const Type& to) {
  if (from.Is(TypeKind::kObject) && to.Is(TypeKind::kObject)) return ObjectMessage(from, to);
  return to.IsCollection() ? CollectionMessage(from, to) : Required(to);
}

}  // namespace cairn::hcl
