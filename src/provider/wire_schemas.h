#pragma once

// The schemas within a provider's answer, GetProviderSchema.Response: found once, decoded when asked for.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "provider/schema_wire.h"
#include "provider/schemas.h"
#include "provider/wire_messages.h"

namespace cairn::provider {

class WireSchemas final : public Schemas {
 public:
  // `response` lies within what `owner` keeps. kInternal if it is malformed.
  static Result<std::unique_ptr<WireSchemas>> Open(std::string_view response,
                                                   std::shared_ptr<const void> owner, Protocol protocol);

  Result<const Schema*> Find(SchemaKind kind, std::string_view type_name) const override;
  std::vector<std::string_view> TypeNames(SchemaKind kind) const override;
  Result<const FunctionSignature*> FindFunction(std::string_view name) const override;
  std::vector<std::string_view> FunctionNames() const override;
  const Capabilities& capabilities() const override { return capabilities_; }

  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  template <typename T>
  struct Entry {
    std::string_view name;
    std::string_view message;
    mutable std::unique_ptr<const T> decoded = {};  // once it has been asked for
  };
  template <typename T>
  using Entries = std::vector<Entry<T>>;  // sorted by name

  WireSchemas(std::shared_ptr<const void> owner, Protocol protocol)
      : owner_(std::move(owner)), protocol_(protocol) {}
  Result<> Scan(std::string_view response);
  Entries<Schema>& Of(SchemaKind kind) { return schemas_[static_cast<size_t>(kind)]; }
  const Entries<Schema>& Of(SchemaKind kind) const { return schemas_[static_cast<size_t>(kind)]; }

  template <typename T>
  static Result<> AddEntry(Entries<T>& entries, std::string_view message);
  template <typename T>
  static Result<> Sort(Entries<T>& entries);
  template <typename T>
  static const Entry<T>* FindEntry(const Entries<T>& entries, std::string_view name);
  template <typename T>
  static std::vector<std::string_view> Names(const Entries<T>& entries);

  std::shared_ptr<const void> owner_;
  Protocol protocol_;
  std::array<Entries<Schema>, 5> schemas_;  // by kind
  Entries<FunctionSignature> functions_;
  Capabilities capabilities_;
  Diagnostics diagnostics_;
};

}  // namespace cairn::provider
