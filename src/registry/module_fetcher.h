#pragma once

// Getting packages of modules: git repositories, directories of this machine, archives of the web.

#include <string>

#include "base/result.h"
#include "registry/archive.h"
#include "registry/http_fetcher.h"
#include "registry/module_source.h"

namespace cairn::registry {

class ModulePackages {
 public:
  virtual ~ModulePackages() = default;

  // Makes `directory`, which does not exist yet while its parent does, and puts the package of `source` (a
  // kRemote) into it, whatever the subdirectory. What is there after a failure is no package.
  virtual Result<> Fetch(const ModuleSource& source, const std::string& directory) = 0;
};

// By the method that the source names, or else its URL's scheme:
// - git: the git program clones; `ref` and `depth` of the query choose what. Never asks for a password.
// - file: copies the directory.
// - http, https: an archive by the name's ending or by `archive` of the query; a page that says where the
// package is by
//   X-Terraform-Get or a <meta name="terraform-get">, which is followed once.
class ModuleFetcher final : public ModulePackages {
 public:
  // `http` must outlive this; null: there is no network.
  explicit ModuleFetcher(HttpFetcher* http, ArchiveLimits limits = {}) : http_(http), limits_(limits) {}

  Result<> Fetch(const ModuleSource& source, const std::string& directory) override;

 private:
  Result<> FetchHttp(const std::string& url, const std::string& directory, bool may_follow);
  Result<> FetchArchive(const std::string& url, ArchiveKind kind, const std::string& checksum,
                        const std::string& directory);

  HttpFetcher* http_;
  ArchiveLimits limits_;
};

}  // namespace cairn::registry
