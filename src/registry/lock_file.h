#pragma once

// The dependency lock file, .terraform.lock.hcl: which version of each provider was chosen, and the hashes
// that its packages may have. Terraform's own format, byte for byte.
//
//   # This file is maintained automatically by "terraform init".
//   # Manual edits may be lost in future updates.
//
//   provider "registry.terraform.io/hashicorp/aws" {
//     version     = "5.100.0"
//     constraints = "~> 5.0"
//     hashes = [
//       "h1:…",
//     ]
//   }

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "hcl/diagnostic.h"
#include "hcl/source.h"
#include "registry/provider_address.h"
#include "registry/version.h"

namespace cairn::registry {

inline constexpr size_t kLockFileBytesMax = size_t{16} << 20;

struct ProviderLock {
  Version version = {};
  VersionConstraints constraints = {};   // of the configuration when the version was chosen
  std::vector<std::string> hashes = {};  // "h1:…" and "zh:…" (package_hash.h); in any order

  bool operator==(const ProviderLock&) const = default;
};

struct Locks {
  std::map<ProviderAddress, ProviderLock> providers = {};

  const ProviderLock* Find(const ProviderAddress& address) const;
  bool operator==(const Locks&) const = default;
};

struct LockFileRead {
  Locks locks;  // of what could be read
  hcl::Diagnostics diagnostics;
};

// In the order of the text.
LockFileRead ParseLockFile(std::shared_ptr<const hcl::Source> source, const AddressDefaults& defaults = {});

// The file at `path`; no locks where there is none. Errors are those of reading it.
Result<LockFileRead> ReadLockFile(const std::string& path, const AddressDefaults& defaults = {});

// Sorted, hashes without duplicates, constraints in canonical form.
std::string FormatLockFile(const Locks& locks);

// All or nothing. A file that has these contents already is not touched.
Result<> WriteLockFile(const std::string& path, const Locks& locks);

}  // namespace cairn::registry
