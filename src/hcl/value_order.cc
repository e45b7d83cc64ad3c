#include "hcl/value_order.h"

#include <algorithm>
#include <utility>

#include "hcl/quote.h"

namespace cairn::hcl {
namespace {

// The text that stands for a value in the order of sets.
void AppendKey(std::string& out, const Value& value) {
  if (!value.IsKnown()) {
    out += '?';
    return;
  }
  if (value.IsNull()) {
    out += '~';
    return;
  }
  switch (value.kind()) {
    case TypeKind::kDynamic:
      return;
    case TypeKind::kBool:
      out += value.AsBool() ? 'T' : 'F';
      return;
    case TypeKind::kNumber:
      out += value.AsNumber().ToHashText();
      return;
    case TypeKind::kString:
      AppendGoQuoted(out, value.AsString());
      return;
    default:
      break;
  }
  const bool is_map = value.kind() == TypeKind::kMap;
  const bool is_structure = value.kind() == TypeKind::kTuple || value.kind() == TypeKind::kObject;
  out += is_map ? '{' : is_structure ? '<' : '[';
  for (size_t i = 0; i < value.size(); ++i) {
    if (is_map) {
      AppendGoQuoted(out, value.name(i));
      out += ':';
    }
    AppendKey(out, value.elements()[i]);
    out += ';';
  }
  out += is_map ? '}' : is_structure ? '>' : ']';
}

template <typename T>
int ThreeWay(const T& a, const T& b) {
  return (b < a) - (a < b);
}

// Known values first, then unknown ones, then null.
int RankOf(const Value& value) {
  return value.IsNull() ? 2 : value.IsKnown() ? 0 : 1;
}

bool IsCompound(const Value& value) {
  return value.HasContent() && value.kind() >= TypeKind::kList;
}

// Of compound values whose keys are equal; keys leave out digits of numbers.
int CompareWithin(const Value& a, const Value& b) {
  if (const int size = ThreeWay(a.size(), b.size())) return size;
  for (size_t i = 0; i < a.size(); ++i) {
    if (const int order = Value::CompareForSet(a.elements()[i], b.elements()[i])) return order;
  }
  return 0;
}

struct Keyed {
  std::string key;
  Value value;
};

int CompareKeyed(const Keyed& a, const Keyed& b) {
  if (!IsCompound(a.value) || !IsCompound(b.value)) return Value::CompareForSet(a.value, b.value);
  if (const int order = a.key.compare(b.key)) return order;
  return CompareWithin(a.value, b.value);
}

}  // namespace

std::string SetHashText(const Value& value) {
  std::string out;
  AppendKey(out, value);
  return out;
}

int Value::CompareForSet(const Value& a, const Value& b) {
  if (const int rank = ThreeWay(RankOf(a), RankOf(b))) return rank;
  if (!a.HasContent()) return 0;
  switch (a.kind()) {
    case TypeKind::kBool:
      return ThreeWay(a.AsBool(), b.AsBool());
    case TypeKind::kNumber: {
      const hcl::Number left = a.AsNumber(), right = b.AsNumber();
      return left == right ? 0 : Compare(left, right);
    }
    case TypeKind::kString:
      return a.AsString().compare(b.AsString());
    default:
      break;
  }
  if (const int order = SetHashText(a).compare(SetHashText(b))) return order;
  return CompareWithin(a, b);
}

void SortForSet(std::vector<Value>& elements) {
  if (elements.size() < 2) return;
  std::vector<Keyed> keyed;
  keyed.reserve(elements.size());
  for (Value& element : elements) {
    std::string key = IsCompound(element) ? SetHashText(element) : std::string();
    keyed.push_back({std::move(key), std::move(element)});
  }
  std::ranges::stable_sort(keyed, [](const Keyed& a, const Keyed& b) { return CompareKeyed(a, b) < 0; });
  elements.clear();
  for (size_t i = 0; i < keyed.size(); ++i) {
    const bool is_repeated =
        i > 0 && keyed[i].value.IsWhollyKnown() && CompareKeyed(keyed[i - 1], keyed[i]) == 0;
    if (!is_repeated) elements.push_back(keyed[i].value);
  }
}

bool SetContains(std::span<const Value> elements, const Value& value) {
  const auto found = std::ranges::lower_bound(
      elements, value, [](const Value& a, const Value& b) { return Value::CompareForSet(a, b) < 0; });
  return found != elements.end() && found->IsWhollyKnown() && Value::CompareForSet(*found, value) == 0;
}

}  // namespace cairn::hcl
