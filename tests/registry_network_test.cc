// Registries over the network: a stand-in on loopback, over TLS, asked by us and by terraform.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/files.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "base/testing/temporary_directory.h"
#include "registry/curl_fetcher.h"
#include "registry/module_installer.h"
#include "registry/provider_installer.h"
#include "registry/registry_client.h"
#include "registry/testing/install_fixture.h"
#include "registry/testing/module_files.h"
#include "registry/testing/terraform.h"

namespace cairn::registry {
namespace {

namespace fs = std::filesystem;

// One for all tests: making keys takes a while.
class StandIn {
 public:
  StandIn() {
    int to[2];
    int from[2];
    if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) std::abort();
    const UniqueFd input(to[0]);
    stop_.reset(to[1]);
    UniqueFd output(from[1]);
    const UniqueFd answers(from[0]);
    const char* root = std::getenv("CAIRN_SOURCE_DIR");
    SubprocessOptions options;
    options.argv = {"/usr/bin/python3", "-B",
                    std::string(root == nullptr ? "." : root) + "/tests/registry/stand_in_registry.py",
                    directory_.path()};
    options.stdin_fd = input.get();
    options.stdout_fd = output.get();
    Result<Subprocess> process = Subprocess::Start(options);
    if (!process) std::abort();
    process_.emplace(*std::move(process));
    output.reset();
    for (char c = 0; ::read(answers.get(), &c, 1) == 1 && c != '\n';) port_ += c;
    ::setenv("SSL_CERT_FILE", certificates().c_str(), 1);  // for terraform
  }
  ~StandIn() {
    stop_.reset();
    process_->Wait();
  }
  std::string certificates() const { return directory_ / "certificate.pem"; }
  std::string host() const { return "localhost:" + port_; }
  std::string Url(const std::string& path) const { return "https://" + host() + path; }

 private:
  TemporaryDirectory directory_;
  UniqueFd stop_;
  std::optional<Subprocess> process_;
  std::string port_;
};

class RegistryNetworkTest : public InstallFixture {
 protected:
  static void SetUpTestSuite() { stand_in_ = std::make_unique<StandIn>(); }
  static void TearDownTestSuite() { stand_in_.reset(); }

  RegistryNetworkTest() : curl_({}, stand_in_->certificates()), hosts_(curl_, cli_) {}

  InstallResult Install(std::unique_ptr<ProviderSource> source) {
    std::vector<CombinedSource::Member> members;
    members.push_back({{}, std::move(source)});
    CombinedSource combined(std::move(members));
    HttpPackageFetcher fetcher(curl_);
    InstallOptions options;
    options.directory = ours_ + "/.terraform/providers";
    InstallResult result = InstallProviders(requirements_, {}, combined, &fetcher, hasher_, options);
    EXPECT_TRUE(WriteLockFile(ours_ + "/.terraform.lock.hcl", result.locks));
    return result;
  }

  static std::unique_ptr<StandIn> stand_in_;
  CurlFetcher curl_;
  CliConfig cli_;
  ServiceHosts hosts_;
  GpgvVerifier gpgv_;
};
std::unique_ptr<StandIn> RegistryNetworkTest::stand_in_;

TEST_F(RegistryNetworkTest, InstallsWhatThePeerInstalls) {
  if (!HasTerraform()) GTEST_SKIP() << "no terraform 1.11.4 on the PATH";
  Write(config_, "");
  Require({{{stand_in_->host(), "acme", "widget"}, "~> 1.0"}});
  const InstallResult result = Install(std::make_unique<RegistrySource>(hosts_, gpgv_));
  ASSERT_TRUE(result.failures.empty()) << result.failures[0].message;
  EXPECT_TRUE(result.locked_for_this_platform.empty());
  const TerraformRun run = TheirInit();
  ASSERT_EQ(run.code, 0) << run.output;
  ExpectTheSame();
  EXPECT_EQ(result.locks.providers.begin()->second.hashes.size(), 3U);
}

TEST_F(RegistryNetworkTest, RefusesAForeignSignatureAsThePeerDoes) {
  Require({{{stand_in_->host(), "acme", "unsigned"}, "1.0.0"}});
  const InstallResult result = Install(std::make_unique<RegistrySource>(hosts_, gpgv_));
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].stage, InstallFailure::Stage::kInstall);
  EXPECT_FALSE(fs::exists(ours_ + "/.terraform/providers"));
  if (!HasTerraform()) return;
  Write(config_, "");
  const TerraformRun run = TheirInit();
  EXPECT_NE(run.code, 0);
  EXPECT_NE(run.output.find(result.failures[0].message), std::string::npos)
      << result.failures[0].message << "\n"
      << run.output;
}

TEST_F(RegistryNetworkTest, InstallsFromAMirrorAsThePeerDoes) {
  if (!HasTerraform()) GTEST_SKIP() << "no terraform 1.11.4 on the PATH";
  const std::string url = stand_in_->Url("/mirror/");
  Write(config_, Format("provider_installation {{\n  network_mirror {{\n    url = \"{}\"\n  }}\n}}\n", url));
  Require({{{"mirrored.example.com", "acme", "widget"}, ""}});
  const InstallResult result = Install(std::make_unique<NetworkMirror>(hosts_, url));
  ASSERT_TRUE(result.failures.empty()) << result.failures[0].message;
  EXPECT_EQ(result.locked_for_this_platform.size(), 1U);
  EXPECT_EQ(TheirInit().code, 0);
  ExpectTheSame();
}

TEST_F(RegistryNetworkTest, SaysWhyNobodyAnswers) {
  Require({{{"localhost:1", "acme", "widget"}, ""}, {{stand_in_->host(), "acme", "missing"}, ""}});
  const InstallResult result = Install(std::make_unique<RegistrySource>(hosts_, gpgv_));
  ASSERT_EQ(result.failures.size(), 2U);
  EXPECT_NE(result.failures[0].message.find(
                "could not connect to localhost:1: failed to request discovery document"),
            std::string::npos);
  EXPECT_NE(result.failures[1].message.find("does not have a provider named"), std::string::npos);
}

TEST_F(RegistryNetworkTest, InstallsModulesAsThePeerDoes) {
  if (!HasTerraform()) GTEST_SKIP() << "no terraform 1.11.4 on the PATH";
  const std::string modules = stand_in_->Url("/v1/modules/");
  Write(config_,
        Format("host \"modules.example.com\" {{\n  services = {{\n    \"modules.v1\" = \"{}\"\n  }}\n}}\n",
               modules));
  cli_.host_services["modules.example.com"]["modules.v1"] = modules;
  const std::string text = Format(
      "module \"a\" {{\n  source  = \"modules.example.com/acme/net/aws\"\n  version = \"~> 1.0\"\n}}\n"
      "module \"b\" {{\n  source = \"https://{}/net.tar.gz//sub\"\n}}\nmodule \"c\" {{\n  source = "
      "\"./here\"\n}}\n",
      stand_in_->host());
  for (const std::string& directory : {ours_, theirs_}) {
    Write(directory + "/main.tf", text);
    Write(directory + "/here/main.tf", "# nothing\n");
  }
  const TerraformRun run = RunTerraform(theirs_, config_, {"get", "-no-color"});
  ASSERT_EQ(run.code, 0) << run.output;

  const fs::path before = fs::current_path();
  fs::current_path(ours_);
  ServiceHosts hosts(curl_, cli_);
  HttpModuleRegistry registry(hosts);
  ModuleFetcher fetcher(&curl_);
  FileModuleReader reader(".");
  const ModuleInstallResult result = InstallModules({}, reader, fetcher, &registry, {});
  for (const ModuleFailure& failure : result.failures) ADD_FAILURE() << failure.mistake.detail;
  EXPECT_TRUE(WriteModuleManifest(".terraform", result.manifest));
  fs::current_path(before);
  EXPECT_EQ(Read(ours_ + "/.terraform/modules/modules.json"),
            Read(theirs_ + "/.terraform/modules/modules.json"));
  EXPECT_EQ(Listing(ours_ + "/.terraform/modules/a"), Listing(theirs_ + "/.terraform/modules/a"));
}

TEST_F(RegistryNetworkTest, BoundsAndRetries) {
  CurlFetcher small({.body_bytes_max = 999'999, .download_bytes_max = 999'999}, stand_in_->certificates());
  EXPECT_EQ(small.Get(stand_in_->Url("/big"), {}).error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(small.Download(stand_in_->Url("/moved"), {}, directory_ / "x").error().code,
            ErrorCode::kOverloaded);
  EXPECT_FALSE(fs::exists(directory_ / "x"));
  const Result<HttpAnswer> moved = curl_.Get(stand_in_->Url("/moved"), {});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->url, stand_in_->Url("/big"));
  EXPECT_EQ(moved->body.size(), 1'000'000U);
  EXPECT_FALSE(curl_.Get(stand_in_->Url("/down"), {}));  // to plain http
  EXPECT_EQ(curl_.Get(stand_in_->Url("/flaky"), {})->body, "at last");
  EXPECT_EQ(curl_.Get(stand_in_->Url("/none"), {})->status, 404);
  EXPECT_EQ(curl_.Get(stand_in_->Url("/secret"), {"Authorization: Bearer a\"b\\c"})->body, "Bearer a\"b\\c");
  EXPECT_EQ(curl_.Get("https://x\r\ny/", {}).error().code, ErrorCode::kInvalid);
}

TEST_F(RegistryNetworkTest, TrustsNoUnknownCertificate) {
  ::unsetenv("SSL_CERT_FILE");
  const Result<HttpAnswer> answer = CurlFetcher().Get(stand_in_->Url("/big"), {});
  ::setenv("SSL_CERT_FILE", stand_in_->certificates().c_str(), 1);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kDenied);
}

}  // namespace
}  // namespace cairn::registry
