#include "registry/registry_client.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/testing/temporary_directory.h"
#include "registry/signature.h"
#include "registry/url.h"

namespace cairn::registry {
namespace {

const ProviderAddress kWidget = {"registry.example.com", "acme", "widget"};
const Platform kPlatform = {"linux", "amd64"};

// Answers by URL; everything else is 404.
class FakeWeb final : public HttpFetcher {
 public:
  Result<HttpAnswer> Get(const std::string& url, const std::vector<std::string>& headers) override {
    asked_.emplace_back(url, headers);
    const auto found = pages_.find(url);
    return found == pages_.end() ? HttpAnswer{.status = 404, .url = url} : found->second;
  }
  Result<HttpAnswer> Download(const std::string& url, const std::vector<std::string>& headers,
                              const std::string& path) override {
    const Result<HttpAnswer> answer = Get(url, headers);
    if (answer->status == 200) {
      EXPECT_TRUE(WriteFileAtomically(path, answer->body));
    }
    return answer;
  }
  void Put(const std::string& url, std::string body) {
    pages_[url] = {.status = 200, .url = url, .fields = {}, .body = std::move(body)};
  }

  std::map<std::string, HttpAnswer> pages_;
  std::vector<std::pair<std::string, std::vector<std::string>>> asked_;
};

class FakeVerifier final : public SignatureVerifier {
 public:
  Result<std::string> Verify(std::string_view, std::string_view signature,
                             const std::vector<std::string>& keys) override {
    if (signature == "good" && keys == std::vector<std::string>{"KEY"})
      return std::string("0123456789ABCDEF");
    return Fail(ErrorCode::kDenied, "unknown issuer");
  }
};

class RegistryClientTest : public testing::Test {
 protected:
  RegistryClientTest() {
    web_.Put(
        "https://registry.example.com/.well-known/terraform.json",
        R"({"providers.v1": "/v1/providers/", "modules.v1": "https://modules.example.com/m", "login.v1": {}})");
    web_.Put(kBase + "versions", R"({"versions": [{"version": "1.0.0"}, {"version": "1.1.0-beta"}]})");
    PutDownload(std::string(64, 'a'));
    web_.Put(kBase + "sums",
             std::string(64, 'a') + "  w_linux.zip\n" + std::string(64, 'b') + "  w_darwin.zip\n");
    web_.Put(kBase + "sig", "good");
  }
  void PutDownload(const std::string& sha256) {
    web_.Put(
        kBase + "1.0.0/download/linux/amd64",
        R"({"os": "linux", "arch": "amd64", "filename": "w_linux.zip", "download_url": "https://files.example.com/w.zip",
                 "shasums_url": "../../../sums", "shasums_signature_url": "../../../sig", "shasum": ")" +
            sha256 + R"(", "signing_keys": {"gpg_public_keys": [{"ascii_armor": "KEY"}]}})");
  }

  const std::string kBase = "https://registry.example.com/v1/providers/acme/widget/";
  FakeWeb web_;
  FakeVerifier verifier_;
  CliConfig config_;
};

TEST_F(RegistryClientTest, FindsAPackageAndLocksAllItsChecksums) {
  ServiceHosts hosts(web_, config_);
  RegistrySource source(hosts, verifier_);
  EXPECT_EQ(source.AvailableVersions(kWidget)->size(), 2U);
  const Result<PackageLocation> location = source.Find(kWidget, {1, 0, 0}, kPlatform);
  ASSERT_TRUE(location) << location.error().message;
  EXPECT_EQ(location->where, "https://files.example.com/w.zip");
  EXPECT_EQ(location->acceptable, std::vector{"zh:" + std::string(64, 'a')});
  EXPECT_EQ(location->to_lock.size(), 2U);
  EXPECT_EQ(location->signer, "0123456789ABCDEF");
}

TEST_F(RegistryClientTest, RefusesWhatIsNotSignedOrNotListed) {
  ServiceHosts hosts(web_, config_);
  RegistrySource source(hosts, verifier_);
  web_.Put(kBase + "sig", "bad");
  EXPECT_EQ(source.Find(kWidget, {1, 0, 0}, kPlatform).error().code, ErrorCode::kDenied);
  web_.Put(kBase + "sig", "good");
  PutDownload(std::string(64, 'c'));
  EXPECT_EQ(source.Find(kWidget, {1, 0, 0}, kPlatform).error().code, ErrorCode::kDenied);
  PutDownload("abc");
  EXPECT_FALSE(source.Find(kWidget, {1, 0, 0}, kPlatform));
  EXPECT_EQ(source.Find(kWidget, {2, 0, 0}, kPlatform).error().code, ErrorCode::kNotFound);
}

TEST_F(RegistryClientTest, GivesATokenToItsHostAlone) {
  config_.tokens["registry.example.com"] = "secret";
  ServiceHosts hosts(web_, config_);
  RegistrySource source(hosts, verifier_);
  ASSERT_TRUE(source.Find(kWidget, {1, 0, 0}, kPlatform));
  HttpPackageFetcher fetcher(web_);
  const TemporaryDirectory directory;
  EXPECT_FALSE(fetcher.Fetch("https://files.example.com/w.zip", directory / "w.zip"));
  for (const auto& [url, headers] : web_.asked_) {
    bool has_token = false;
    for (const std::string& header : headers)
      has_token = has_token || header == "Authorization: Bearer secret";
    const bool is_api =
        url.find("well-known") != std::string::npos || url.find("download") != std::string::npos;
    EXPECT_EQ(has_token, is_api) << url;
  }
}

TEST_F(RegistryClientTest, SaysWhyAHostDoesNotServe) {
  ServiceHosts hosts(web_, config_);
  RegistrySource source(hosts, verifier_);
  const auto message = [&](const ProviderAddress& provider) {
    return source.AvailableVersions(provider).error().message;
  };
  EXPECT_EQ(message({"registry.example.com", "acme", "nothing"}),
            "provider registry registry.example.com does not have a provider named "
            "registry.example.com/acme/nothing");
  EXPECT_EQ(message({"other.example.com", "a", "b"}),
            "host other.example.com does not offer a Terraform provider registry");
  web_.pages_[kBase + "versions"].status = 401;
  EXPECT_EQ(message(kWidget), "host registry.example.com requires authentication credentials");
  web_.Put("https://plain.example.com/.well-known/terraform.json",
           R"({"providers.v1": "http://plain.example.com/"})");
  EXPECT_FALSE(source.AvailableVersions({"plain.example.com", "a", "b"}));
}

TEST_F(RegistryClientTest, AsksMirrors) {
  const std::string base = "https://mirror.example.com/p/registry.example.com/acme/widget/";
  web_.Put(base + "index.json", R"({"versions": {"1.0.0": {}, "2.0.0": {}}})");
  web_.Put(base + "1.0.0.json", R"({"archives": {"linux_amd64": {"url": "w.zip", "hashes": ["h1:x"]}}})");
  ServiceHosts hosts(web_, config_);
  NetworkMirror mirror(hosts, "https://mirror.example.com/p");
  EXPECT_EQ(mirror.AvailableVersions(kWidget)->size(), 2U);
  const Result<PackageLocation> location = mirror.Find(kWidget, {1, 0, 0}, kPlatform);
  ASSERT_TRUE(location);
  EXPECT_EQ(location->where, base + "w.zip");
  EXPECT_EQ(location->acceptable, std::vector<std::string>{"h1:x"});
  EXPECT_TRUE(location->to_lock.empty());
  EXPECT_EQ(mirror.Find(kWidget, {1, 0, 0}, {"darwin", "arm64"}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(mirror.Find(kWidget, {2, 0, 0}, kPlatform).error().code, ErrorCode::kNotFound);
}

TEST_F(RegistryClientTest, AsksForModules) {
  web_.Put("https://modules.example.com/m/acme/net/aws/versions",
           R"({"modules": [{"versions": [{"version": "1.0.0"}, {"version": "1.2.0"}]}]})");
  HttpAnswer& answer = web_.pages_["https://modules.example.com/m/acme/net/aws/1.2.0/download"];
  answer = {.status = 204,
            .url = "https://modules.example.com/m/acme/net/aws/1.2.0/download",
            .fields = {{"x-terraform-get", "./net.tar.gz//sub"}}};
  ServiceHosts hosts(web_, config_);
  HttpModuleRegistry registry(hosts);
  const ModuleSource source = *ParseModuleSource("registry.example.com/acme/net/aws");
  EXPECT_EQ(*registry.Versions(source), (std::vector<std::string>{"1.0.0", "1.2.0"}));
  EXPECT_EQ(*registry.Location(source, "1.2.0"),
            "https://modules.example.com/m/acme/net/aws/1.2.0/net.tar.gz//sub");
  answer.fields[0].second = "git::https://example.com/r.git?ref=v1";
  EXPECT_EQ(*registry.Location(source, "1.2.0"), "git::https://example.com/r.git?ref=v1");
}

TEST(Url, ResolvesReferences) {
  constexpr std::string_view kPage = "https://h:8443/a/b/c?q=/x";
  EXPECT_EQ(ResolveUrl(kPage, "d"), "https://h:8443/a/b/d");
  EXPECT_EQ(ResolveUrl(kPage, "../d/?e=1"), "https://h:8443/a/d/?e=1");
  EXPECT_EQ(ResolveUrl(kPage, "../../../d"), "https://h:8443/d");
  EXPECT_EQ(ResolveUrl(kPage, "/"), "https://h:8443/");
  EXPECT_EQ(ResolveUrl(kPage, "//i/j"), "https://i/j");
  EXPECT_EQ(ResolveUrl(kPage, "https://i/j"), "https://i/j");
  EXPECT_EQ(ResolveUrl(kPage, "j?u=http://k"), "https://h:8443/a/b/j?u=http://k");
  EXPECT_EQ(ResolveUrl("https://h", "j"), "https://h/j");
}

}  // namespace
}  // namespace cairn::registry
