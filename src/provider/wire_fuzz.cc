#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "provider/handshake.h"
#include "provider/plugin.h"
#include "provider/wire_messages.h"
#include "provider/wire_schemas.h"

namespace cairn::provider {
namespace {

const hcl::Type kType = hcl::Type::Object({{"id", hcl::Type::String()}, {"value", hcl::Type::Dynamic()}});

void ReadSchemas(std::string_view bytes, Protocol protocol) {
  const auto owner = std::make_shared<const std::string>(bytes);
  const auto schemas = WireSchemas::Open(*owner, owner, protocol);
  if (!schemas) return;
  for (const auto kind : {SchemaKind::kProvider, SchemaKind::kProviderMeta, SchemaKind::kResource,
                          SchemaKind::kDataSource, SchemaKind::kEphemeral}) {
    for (const auto name : (*schemas)->TypeNames(kind)) {
      const auto schema = (*schemas)->Find(kind, name);
      if (schema && !(*schema)->block->type.Is(hcl::TypeKind::kObject)) std::abort();
    }
  }
  for (const auto name : (*schemas)->FunctionNames()) static_cast<void>((*schemas)->FindFunction(name));
}

template <typename Response>
void Read(std::string_view bytes) {
  Response response;
  static_cast<void>(Decode(bytes, kType, response));
}

}  // namespace
}  // namespace cairn::provider

// A byte that chooses what the rest is: schemas of either protocol, an answer, a handshake, a variable.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::provider;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 5) {
    case 0:
      ReadSchemas(bytes, Protocol::k5);
      break;
    case 1:
      ReadSchemas(bytes, Protocol::k6);
      break;
    case 2: {
      Read<PlanResponse>(bytes);
      Read<OpenEphemeralResponse>(bytes);
      Read<CallFunctionResponse>(bytes);
      ImportResponse imported;
      const TypeFinder type_of = [](std::string_view) { return kType; };
      static_cast<void>(DecodeImport(bytes, type_of, imported));
      break;
    }
    case 3:
      static_cast<void>(ParseHandshake(bytes));
      break;
    case 4:
      static_cast<void>(ParseReattach(bytes));
      break;
  }
  return 0;
}
