#pragma once

// What a provider offers: its types of objects, each with its schema, and its functions. Types are many (AWS
// has over two thousand), a configuration uses few: an implementation decodes a schema when it is asked for.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hcl/schema.h"
#include "hcl/type.h"

namespace cairn::provider {

struct Schema {
  int64_t version = 0;                                 // of a resource's stored state
  std::shared_ptr<const hcl::BlockSchema> block = {};  // never null
};

// What has schemas. A provider has one configuration and at most one "provider_meta", whose name is "".
enum class SchemaKind : uint8_t { kProvider, kProviderMeta, kResource, kDataSource, kEphemeral };

struct FunctionParameter {
  std::string name;
  hcl::Type type = {};  // a constraint
  bool allow_null = false;
  bool allow_unknown = false;  // else the function is not called, and the result is unknown
  bool markdown = false;       // what `description` is written in
  std::string description = {};
};

struct FunctionSignature {
  std::vector<FunctionParameter> parameters = {};
  std::optional<FunctionParameter> variadic = {};  // behind the others; any number of arguments
  hcl::Type result = {};
  bool markdown = false;
  std::string summary = {};
  std::string description = {};
  std::string deprecation_message = {};
};

struct Capabilities {
  bool plan_destroy = false;         // wants to plan that a resource is destroyed
  bool schema_optional = false;      // a process works without having been asked for its schemas
  bool move_resource_state = false;  // MoveResourceState may be called
};

// Belongs to one thread, though it is const: it keeps what it has decoded. What it returns lives as long as
// it.
class Schemas {
 public:
  virtual ~Schemas() = default;

  // kNotFound if there is no such type; kInternal if the provider described it in a way that makes no sense.
  virtual Result<const Schema*> Find(SchemaKind kind, std::string_view type_name) const = 0;
  // Sorted. Of kProvider: one empty name; of kProviderMeta: that or none.
  virtual std::vector<std::string_view> TypeNames(SchemaKind kind) const = 0;

  // As Find.
  virtual Result<const FunctionSignature*> FindFunction(std::string_view name) const = 0;
  virtual std::vector<std::string_view> FunctionNames() const = 0;  // sorted

  virtual const Capabilities& capabilities() const = 0;
};

// Of providers that are built in, and of fakes: all is there from the beginning.
class FixedSchemas final : public Schemas {
 public:
  void Add(SchemaKind kind, std::string type_name, Schema schema);  // replaces
  void AddFunction(std::string name, FunctionSignature signature);  // replaces
  void set_capabilities(const Capabilities& capabilities) { capabilities_ = capabilities; }

  Result<const Schema*> Find(SchemaKind kind, std::string_view type_name) const override;
  std::vector<std::string_view> TypeNames(SchemaKind kind) const override;
  Result<const FunctionSignature*> FindFunction(std::string_view name) const override;
  std::vector<std::string_view> FunctionNames() const override;
  const Capabilities& capabilities() const override { return capabilities_; }

 private:
  std::map<SchemaKind, std::map<std::string, Schema, std::less<>>> schemas_;
  std::map<std::string, FunctionSignature, std::less<>> functions_;
  Capabilities capabilities_;
};

// `resource type "x"`, "provider configuration".
std::string ToString(SchemaKind kind, std::string_view type_name);

// The errors of Find and FindFunction where there is none: `the provider has no resource type "x"`.
std::unexpected<Error> NoSuchType(SchemaKind kind, std::string_view type_name);
std::unexpected<Error> NoSuchFunction(std::string_view name);

}  // namespace cairn::provider
