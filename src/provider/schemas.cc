#include "provider/schemas.h"

#include <utility>

#include "base/strings.h"

namespace cairn::provider {

namespace {

std::string_view Noun(SchemaKind kind) {
  switch (kind) {
    case SchemaKind::kProvider:
      return "provider configuration";
    case SchemaKind::kProviderMeta:
      return "provider_meta";
    case SchemaKind::kResource:
      return "resource type";
    case SchemaKind::kDataSource:
      return "data source";
    case SchemaKind::kEphemeral:
      return "ephemeral resource type";
  }
  std::unreachable();
}

template <typename T>
std::vector<std::string_view> Keys(const std::map<std::string, T, std::less<>>& map) {
  std::vector<std::string_view> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

}  // namespace

std::string ToString(SchemaKind kind, std::string_view type_name) {
  return type_name.empty() ? std::string(Noun(kind)) : Format("{} \"{}\"", Noun(kind), type_name);
}

std::unexpected<Error> NoSuchType(SchemaKind kind, std::string_view type_name) {
  return Fail(ErrorCode::kNotFound, Format("the provider has no {}", ToString(kind, type_name)));
}

std::unexpected<Error> NoSuchFunction(std::string_view name) {
  return Fail(ErrorCode::kNotFound, Format("the provider has no function \"{}\"", name));
}

void FixedSchemas::Add(SchemaKind kind, std::string type_name, Schema schema) {
  schemas_[kind].insert_or_assign(std::move(type_name), std::move(schema));
}

void FixedSchemas::AddFunction(std::string name, FunctionSignature signature) {
  functions_.insert_or_assign(std::move(name), std::move(signature));
}

Result<const Schema*> FixedSchemas::Find(SchemaKind kind, std::string_view type_name) const {
  if (const auto of_kind = schemas_.find(kind); of_kind != schemas_.end()) {
    if (const auto found = of_kind->second.find(type_name); found != of_kind->second.end()) {
      return &found->second;
    }
  }
  return NoSuchType(kind, type_name);
}

std::vector<std::string_view> FixedSchemas::TypeNames(SchemaKind kind) const {
  const auto of_kind = schemas_.find(kind);
  return of_kind == schemas_.end() ? std::vector<std::string_view>() : Keys(of_kind->second);
}

Result<const FunctionSignature*> FixedSchemas::FindFunction(std::string_view name) const {
  const auto found = functions_.find(name);
  if (found == functions_.end()) return NoSuchFunction(name);
  return &found->second;
}

std::vector<std::string_view> FixedSchemas::FunctionNames() const {
  return Keys(functions_);
}

}  // namespace cairn::provider
