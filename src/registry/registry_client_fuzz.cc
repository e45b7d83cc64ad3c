#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "registry/module_manifest.h"
#include "registry/registry_client.h"
#include "registry/signature.h"
#include "registry/url.h"

// The answers of registries, as anybody may send them. What is to be fetched is always an https URL.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::registry;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kUrl = "https://registry.example.com/v1/x/";
  const Platform platform{"linux", "amd64"};
  (void)ParseDiscovery(text, kUrl);
  (void)ParseProviderVersions(text);
  (void)ParseChecksums(text);
  (void)ParseMirrorIndex(text);
  (void)ParseModuleVersions(text);
  (void)Dearmor(text);
  (void)ParseModuleSource(text);
  if (const auto manifest = ParseModuleManifest(text)) {
    if (ParseModuleManifest(FormatModuleManifest(*manifest)).value_or(ModuleManifest()).size() !=
        manifest->size()) {
      std::abort();
    }
  }
  if (const auto download = ParseProviderDownload(text, kUrl, platform)) {
    if (!IsHttpsUrl(download->download_url)) std::abort();
  }
  if (const auto location = ParseMirrorVersion(text, kUrl, platform)) {
    if (!IsHttpsUrl(location->where)) std::abort();
  }
  return 0;
}
