#include <string>

#include "hcl/base64.h"
#include "hcl/functions_table.h"
#include "hcl/hash.h"

namespace cairn::hcl {
namespace {

void AddHash(FunctionList& list, std::string_view name, HashKind kind, std::string_view called,
             std::string (*write)(std::string_view)) {
  list.emplace_back(name, OfText({OfString("str")}, "The " + std::string(called) + " digest of the text.",
                                 [kind, write](std::span<const Value> arguments) {
                                   return write(Hash(kind, arguments[0].AsString()));
                                 }));
}

}  // namespace

void AddHashFunctions(FunctionList& list) {
  AddHash(list, "md5", HashKind::kMd5, "MD5", ToHex);
  AddHash(list, "sha1", HashKind::kSha1, "SHA-1", ToHex);
  AddHash(list, "sha256", HashKind::kSha256, "SHA-256", ToHex);
  AddHash(list, "sha512", HashKind::kSha512, "SHA-512", ToHex);
  AddHash(list, "base64sha256", HashKind::kSha256, "SHA-256", EncodeBase64);
  AddHash(list, "base64sha512", HashKind::kSha512, "SHA-512", EncodeBase64);
}

}  // namespace cairn::hcl
