#include "infra/schema_source.h"

#include "base/strings.h"

namespace cairn::infra {

provider::SchemaKind SchemaKindOf(state::ResourceMode mode) {
  switch (mode) {
    case state::ResourceMode::kManaged:
      return provider::SchemaKind::kResource;
    case state::ResourceMode::kData:
      return provider::SchemaKind::kDataSource;
    case state::ResourceMode::kEphemeral:
      return provider::SchemaKind::kEphemeral;
  }
  return provider::SchemaKind::kResource;
}

Result<const provider::Schema*> SchemaSource::FindResource(std::string_view provider,
                                                           const state::ResourceName& resource) const {
  const provider::Schemas* schemas = Find(provider);
  if (schemas == nullptr) {
    return Fail(ErrorCode::kNotFound, Format("the schemas of {} are not loaded", provider));
  }
  return schemas->Find(SchemaKindOf(resource.mode()), resource.type());
}

}  // namespace cairn::infra
