// Functions of maps and objects.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/functions_table.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

bool IsMap(const Type& type) {
  return type.kind() == TypeKind::kMap;
}
bool IsObject(const Type& type) {
  return type.kind() == TypeKind::kObject;
}

// `entries` as a value of `type`, which is a map or else an object.
Value MappingOf(const Type& type, std::vector<NamedValue> entries) {
  return IsMap(type) ? Value::Map(type.element(), std::move(entries)) : Value::Object(std::move(entries));
}

FunctionResult<Type> KeysType(Arguments arguments) {
  const Type& type = arguments[0].type();
  if (IsMap(type)) return Type::List(Type::String());
  if (IsObject(type)) return Type::Tuple(std::vector<Type>(type.attributes().size(), Type::String()));
  return Refuse("must have map or object type", 0);
}

FunctionResult<Value> Keys(Arguments arguments, const Type& type) {
  const Value& mapping = arguments[0];
  std::vector<Value> names;
  if (IsObject(mapping.type())) {  // known even where the object is not
    for (const ObjectAttribute& attribute : mapping.type().attributes()) {
      names.push_back(Value::String(attribute.name));
    }
  } else if (!mapping.IsKnown()) {
    return Value::Unknown(type).WithMarks(mapping.marks());
  } else {
    for (size_t i = 0; i < mapping.size(); ++i) names.push_back(Value::String(mapping.name(i)));
  }
  return SequenceOf(type, std::move(names)).WithMarks(mapping.marks());
}

FunctionResult<Type> ValuesType(Arguments arguments) {
  const Type& type = arguments[0].type();
  if (IsMap(type)) return Type::List(type.element());
  if (!IsObject(type)) return Refuse("values() requires a map as the first argument");
  std::vector<Type> types;
  for (const ObjectAttribute& attribute : type.attributes()) types.push_back(attribute.type);
  return Type::Tuple(std::move(types));
}

FunctionResult<Value> Values(Arguments arguments, const Type& type) {
  const auto elements = arguments[0].elements();
  return SequenceOf(type, {elements.begin(), elements.end()}).WithMarks(arguments[0].marks());
}

FunctionResult<Type> LookupType(Arguments arguments) {
  if (arguments.size() > 3) {
    return Refuse(Format("lookup() takes two or three arguments, got {}", arguments.size()));
  }
  const Type& type = arguments[0].type();
  if (IsMap(type)) {
    if (arguments.size() == 3 && !Convert(arguments[2], type.element())) {
      return Refuse("the default value must have the same type as the map elements", 2);
    }
    return type.element();
  }
  if (!IsObject(type)) return Refuse("lookup() requires a map as the first argument", 0);
  if (!arguments[1].IsKnown()) return Type::Dynamic();
  const std::string_view name = arguments[1].AsString();
  if (const auto i = type.AttributeIndex(name)) return type.attributes()[*i].type;
  if (arguments.size() == 3) return arguments[2].type();
  return Refuse(Format("the given object has no attribute {}", Shown(name, arguments[1].marks())), 0);
}

FunctionResult<Value> Lookup(Arguments arguments, const Type& type) {
  const Marks marks = arguments[0].marks() | arguments[1].marks();
  const std::string_view name = arguments[1].AsString();
  if (const Value* found = arguments[0].Find(name)) return found->WithMarks(marks);
  if (arguments.size() < 3) {
    return Refuse("lookup failed to find key " + Shown(name, arguments[1].marks()));
  }
  const Result<Value> fallback = Convert(arguments[2], type);
  if (!fallback) return Refuse(fallback.error().message);
  return fallback->WithMarks(marks);
}

// Of maps and objects of one type that type; else an object of all attributes and keys.
FunctionResult<Type> MergeType(Arguments arguments) {
  std::map<std::string, Type, std::less<>> attributes;
  std::optional<Type> first;
  bool same = true;
  bool known = true;
  for (const Value& argument : arguments) {
    Type type = argument.type();
    if (type.IsDynamic()) return Type::Dynamic();
    if (!IsMap(type) && !IsObject(type)) {
      return Refuse(Format("arguments must be maps or objects, got {}", Quote(type.FriendlyName())));
    }
    if (IsObject(type)) {
      if (argument.IsNull()) type = Type::Object({});
      for (const ObjectAttribute& attribute : argument.type().attributes()) {
        attributes[attribute.name] = attribute.type;
      }
    } else if (!argument.IsKnown()) {
      known = false;
    } else if (!argument.IsNull()) {
      for (size_t i = 0; i < argument.size(); ++i) attributes[std::string(argument.name(i))] = type.element();
    }
    if (!first) first = type;
    same = same && type == *first;
  }
  if (!first) return Type::Object({});
  if (same) return *first;
  if (!known) return Type::Dynamic();
  std::vector<ObjectAttribute> sorted;
  for (auto& [name, type] : attributes) sorted.push_back({.name = name, .type = type});
  return Type::Object(std::move(sorted));
}

FunctionResult<Value> Merge(Arguments arguments, const Type& type) {
  std::vector<NamedValue> entries;
  Marks marks = Marks::kNone;
  for (const Value& argument : arguments) {
    if (argument.IsNull()) continue;
    marks = marks | argument.marks();
    for (size_t i = 0; i < argument.size(); ++i) {
      entries.push_back({std::string(argument.name(i)), argument.elements()[i]});
    }
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const NamedValue& a, const NamedValue& b) { return a.name < b.name; });
  std::vector<NamedValue> last_of_each;
  for (NamedValue& entry : entries) {
    if (!last_of_each.empty() && last_of_each.back().name == entry.name) last_of_each.pop_back();
    last_of_each.push_back(std::move(entry));
  }
  return MappingOf(type, std::move(last_of_each)).WithMarks(marks);
}

FunctionResult<Type> ZipMapType(Arguments arguments) {
  const Value& keys = arguments[0];
  const Type& type = arguments[1].type();
  if (type.kind() == TypeKind::kList) return Type::Map(type.element());
  if (type.kind() != TypeKind::kTuple) return Refuse("values argument must be a list or tuple value");
  if (!keys.IsWhollyKnown()) return Type::Dynamic();
  if (keys.size() != type.elements().size()) {
    return Refuse(Format("number of keys ({}) does not match number of values ({})", keys.size(),
                         type.elements().size()));
  }
  std::map<std::string, Type> types;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys.elements()[i].IsNull()) return Refuse(Format("keys list has null value at index {}", i));
    types[std::string(keys.elements()[i].AsString())] = type.elements()[i];
  }
  std::vector<ObjectAttribute> attributes;
  for (auto& [name, of] : types) attributes.push_back({.name = name, .type = of});
  return Type::Object(std::move(attributes));
}

FunctionResult<Value> ZipMap(Arguments arguments, const Type& type) {
  const Value& keys = arguments[0];
  const Value& values = arguments[1];
  Marks marks = keys.marks() | values.marks();
  if (!keys.IsWhollyKnown()) return Value::Unknown(type).WithMarks(marks);
  if (keys.size() != values.size()) {
    return Refuse(
        Format("number of keys ({}) does not match number of values ({})", keys.size(), values.size()));
  }
  std::map<std::string, Value> entries;
  for (size_t i = 0; i < keys.size(); ++i) {
    const Value& key = keys.elements()[i];
    if (key.IsNull()) return Refuse(Format("keys list has null value at index {}", i));
    marks = marks | key.marks();
    entries[std::string(key.AsString())] = values.elements()[i];
  }
  std::vector<NamedValue> sorted;
  for (auto& [name, value] : entries) sorted.push_back({name, value});
  return MappingOf(type, std::move(sorted)).WithMarks(marks);
}

// The keys under which each string is listed.
FunctionResult<Value> Transpose(Arguments arguments, const Type& type) {
  const Value& mapping = arguments[0];
  if (!mapping.IsWhollyKnown()) return Value::Unknown(type);
  std::map<std::string, std::vector<Value>> keys_of;
  for (size_t i = 0; i < mapping.size(); ++i) {
    const Value& names = mapping.elements()[i];
    if (names.IsNull()) return Refuse("input must not contain null list");
    for (size_t k = 0; k < names.size(); ++k) {
      const Value& name = names.elements()[k];
      if (name.IsNull()) return Refuse("input list must not contain null string");
      keys_of[std::string(name.AsString())].push_back(Value::String(mapping.name(i)));
    }
  }
  std::vector<NamedValue> entries;
  for (auto& [name, keys] : keys_of) entries.push_back({name, Value::List(Type::String(), std::move(keys))});
  return Value::Map(type.element(), std::move(entries));
}

// `map(k, v, ...)` of Terraform before 0.15.
FunctionResult<Type> OldMapType(Arguments arguments) {
  if (arguments.size() % 2 != 0) {
    return Refuse(Format("map requires an even number of two or more arguments, got {}", arguments.size()));
  }
  std::vector<Type> types;
  for (size_t i = 1; i < arguments.size(); i += 2) types.push_back(arguments[i].type());
  const auto common = types.empty() ? std::optional(Type::String()) : Unify(types);
  if (!common) return Refuse("all arguments must have the same type");
  return Type::Map(*common);
}

FunctionResult<Value> OldMap(Arguments arguments, const Type& type) {
  std::vector<NamedValue> entries;
  std::set<std::string> names;
  Marks marks = Marks::kNone;
  for (size_t i = 0; i < arguments.size(); i += 2) {
    const Result<Value> key = Convert(arguments[i], Type::String());
    if (!key) return Refuse(key.error().message, i);
    if (key->IsNull()) return Refuse("map keys must not be null", i);
    if (!key->IsKnown()) return Value::Unknown(type);
    marks = marks | key->marks();
    std::string name(key->AsString());
    if (!names.insert(name).second) return Refuse("duplicate key " + Shown(name, key->marks()), i);
    const Result<Value> value = Convert(arguments[i + 1], type.element());
    if (!value) return Refuse(value.error().message, i + 1);
    entries.push_back({std::move(name), *value});
  }
  return Value::Map(type.element(), std::move(entries)).WithMarks(marks);
}

FunctionResult<Type> OldListType(Arguments arguments) {
  std::vector<Type> types;
  for (const Value& argument : arguments) types.push_back(argument.type());
  const auto common = types.empty() ? std::optional(Type::String()) : Unify(types);
  if (!common) return Refuse("all arguments must have the same type");
  return Type::List(*common);
}

FunctionResult<Value> OldList(Arguments arguments, const Type& type) {
  std::vector<Value> elements;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Result<Value> element = Convert(arguments[i], type.element());
    if (!element) return Refuse(element.error().message, i);
    elements.push_back(*element);
  }
  return Value::List(type.element(), std::move(elements));
}

Parameter Anything() {
  return {
      .name = "vals", .allow_null = true, .allow_unknown = true, .allow_dynamic = true, .allow_marked = true};
}

void AddRemovedFunctions(FunctionList& list) {
  list.emplace_back("map", Function{.rest = Anything(),
                                    .type = OldMapType,
                                    .call = OldMap,
                                    .refine = NotNull,
                                    .deprecation = "tomap({ key = value })",
                                    .description = "A map of keys and values in turn."});
  list.emplace_back("list", Function{.rest = Anything(),
                                     .type = OldListType,
                                     .call = OldList,
                                     .refine = NotNull,
                                     .deprecation = "tolist([ value ])",
                                     .description = "A list of the arguments."});
}

}  // namespace

void AddMapFunctions(FunctionList& list) {
  Parameter mapping = AnyMarked("inputMap");
  mapping.allow_unknown = true;
  list.emplace_back("keys", Function{.parameters = {mapping},
                                     .type = KeysType,
                                     .call = Keys,
                                     .refine = NotNull,
                                     .description = "The keys or attribute names, in order."});
  list.emplace_back("values", Function{.parameters = {AnyMarked("mapping")},
                                       .type = ValuesType,
                                       .call = Values,
                                       .refine = NotNull,
                                       .description = "The values, in the order of their keys."});
  Parameter fallback = Anything();
  fallback.name = "default";
  list.emplace_back("lookup",
                    Function{.parameters = {AnyMarked("inputMap"),
                                            {.name = "key", .type = Type::String(), .allow_marked = true}},
                             .rest = fallback,
                             .type = LookupType,
                             .call = Lookup,
                             .description = "The value of a key, or a default."});
  list.emplace_back(
      "merge",
      Function{
          .rest = Parameter{.name = "maps", .allow_null = true, .allow_dynamic = true, .allow_marked = true},
          .type = MergeType,
          .call = Merge,
          .refine = NotNull,
          .description = "All entries; of a key's values the last."});
  list.emplace_back(
      "zipmap",
      Function{.parameters = {{.name = "keys", .type = Type::List(Type::String()), .allow_marked = true},
                              AnyMarked("values")},
               .type = ZipMapType,
               .call = ZipMap,
               .refine = NotNull,
               .description = "A map of a list of keys and a list of values."});
  const Type lists = Type::Map(Type::List(Type::String()));
  list.emplace_back("transpose", Function{.parameters = {{.name = "values", .type = lists}},
                                          .type = Always(lists),
                                          .call = Transpose,
                                          .refine = NotNull,
                                          .description = "For each listed string the keys that list it."});
  AddRemovedFunctions(list);
}

}  // namespace cairn::hcl
