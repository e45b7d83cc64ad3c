#pragma once

// Schemas of providers, kept on disk between runs: what a provider answered, byte for byte, in one file per
// package. Read by mapping it, so that only the types that are used come from the disk. Blocks on the disk.
//
// The file: 8 bytes of magic; the protocol, the length of the package's hash and that of the answer (4, 4 and
// 8 bytes, little-endian); the hash; the answer.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "provider/schema_wire.h"

namespace cairn::provider {

struct CachedSchemas {
  Protocol protocol;
  std::string_view response;
  std::shared_ptr<const void> owner;  // keeps `response`
};

class SchemaCache {
 public:
  explicit SchemaCache(std::string directory) : directory_(std::move(directory)) {}

  // Nothing if there is none for that package, or if the file is damaged.
  std::optional<CachedSchemas> Find(std::string_view package_hash) const;

  // Whoever reads meanwhile sees all or nothing of it. Makes the directory if it is missing.
  Result<> Store(std::string_view package_hash, Protocol protocol, std::string_view response) const;

 private:
  std::string FileOf(std::string_view package_hash) const;

  std::string directory_;
};

}  // namespace cairn::provider
