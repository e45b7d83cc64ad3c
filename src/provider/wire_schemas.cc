#include "provider/wire_schemas.h"

#include <algorithm>

#include "base/strings.h"
#include "provider/wire.h"

namespace cairn::provider {

namespace {

std::unexpected<Error> Malformed() {
  return Fail(ErrorCode::kInternal, "the provider's schemas are malformed");
}

}  // namespace

template <typename T>
Result<> WireSchemas::AddEntry(Entries<T>& entries, std::string_view message) {
  Entry<T> entry;
  WireReader reader(message);
  while (reader.Next()) {
    if (reader.field() == 1) entry.name = reader.bytes();
    if (reader.field() == 2) entry.message = reader.bytes();
  }
  if (!reader.ok()) return Malformed();
  entries.push_back(std::move(entry));
  return {};
}

template <typename T>
Result<> WireSchemas::Sort(Entries<T>& entries) {
  std::ranges::sort(entries, {}, &Entry<T>::name);
  const auto twice = std::ranges::adjacent_find(entries, {}, &Entry<T>::name);
  if (twice == entries.end()) return {};
  return Fail(ErrorCode::kInternal, Format("the provider describes \"{}\" twice", twice->name));
}

template <typename T>
const WireSchemas::Entry<T>* WireSchemas::FindEntry(const Entries<T>& entries, std::string_view name) {
  const auto found = std::ranges::lower_bound(entries, name, {}, &Entry<T>::name);
  return found != entries.end() && found->name == name ? &*found : nullptr;
}

template <typename T>
std::vector<std::string_view> WireSchemas::Names(const Entries<T>& entries) {
  std::vector<std::string_view> names;
  names.reserve(entries.size());
  for (const Entry<T>& entry : entries) names.push_back(entry.name);
  return names;
}

Result<std::unique_ptr<WireSchemas>> WireSchemas::Open(std::string_view response,
                                                       std::shared_ptr<const void> owner, Protocol protocol) {
  std::unique_ptr<WireSchemas> schemas(new WireSchemas(std::move(owner), protocol));
  if (auto scanned = schemas->Scan(response); !scanned) return std::unexpected(scanned.error());
  return schemas;
}

Result<> WireSchemas::Scan(std::string_view response) {
  WireReader reader(response);
  Result<> added;
  while (added && reader.Next()) {
    switch (reader.field()) {
      case 1:
      case 5: {
        auto& entries = Of(reader.field() == 1 ? SchemaKind::kProvider : SchemaKind::kProviderMeta);
        entries.clear();
        entries.push_back({.name = "", .message = reader.bytes()});
        break;
      }
      case 2:
        added = AddEntry(Of(SchemaKind::kResource), reader.bytes());
        break;
      case 3:
        added = AddEntry(Of(SchemaKind::kDataSource), reader.bytes());
        break;
      case 4:
        added = DecodeDiagnostic(reader.bytes(), diagnostics_);
        break;
      case 6:
        capabilities_ = DecodeCapabilities(reader.bytes());
        break;
      case 7:
        added = AddEntry(functions_, reader.bytes());
        break;
      case 8:
        added = AddEntry(Of(SchemaKind::kEphemeral), reader.bytes());
        break;
    }
  }
  if (!added) return added;
  if (!reader.ok()) return Malformed();
  // A provider without settings may leave its schema out.
  if (Of(SchemaKind::kProvider).empty()) Of(SchemaKind::kProvider).push_back({});
  for (Entries<Schema>& entries : schemas_) {
    if (auto sorted = Sort(entries); !sorted) return sorted;
  }
  return Sort(functions_);
}

Result<const Schema*> WireSchemas::Find(SchemaKind kind, std::string_view type_name) const {
  const Entry<Schema>* const entry = FindEntry(Of(kind), type_name);
  if (!entry) return NoSuchType(kind, type_name);
  if (!entry->decoded) {
    auto decoded = DecodeSchema(entry->message, protocol_);
    if (!decoded)
      return std::unexpected(decoded.error().In(Format("the schema of {}", ToString(kind, type_name))));
    entry->decoded = std::make_unique<const Schema>(std::move(*decoded));
  }
  return entry->decoded.get();
}

std::vector<std::string_view> WireSchemas::TypeNames(SchemaKind kind) const {
  return Names(Of(kind));
}

Result<const FunctionSignature*> WireSchemas::FindFunction(std::string_view name) const {
  const Entry<FunctionSignature>* const entry = FindEntry(functions_, name);
  if (!entry) return NoSuchFunction(name);
  if (!entry->decoded) {
    auto decoded = DecodeFunction(entry->message);
    if (!decoded) return std::unexpected(decoded.error().In(Format("the function {}", name)));
    entry->decoded = std::make_unique<const FunctionSignature>(std::move(*decoded));
  }
  return entry->decoded.get();
}

std::vector<std::string_view> WireSchemas::FunctionNames() const {
  return Names(functions_);
}

}  // namespace cairn::provider
