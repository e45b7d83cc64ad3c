#include "registry/cli_config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/files.h"
#include "base/testing/temporary_directory.h"
#include "hcl/source.h"

namespace cairn::registry {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

EnvironmentLookup Lookup(const Variables& variables) {
  return [&variables](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

CliConfig Parse(std::string text, const Variables& variables = {}) {
  CliConfigRead read =
      ParseCliConfig(std::make_shared<hcl::Source>("rc", std::move(text)), Lookup(variables));
  for (const hcl::Diagnostic& diagnostic : read.diagnostics) ADD_FAILURE() << hcl::Render(diagnostic);
  return read.config;
}

TEST(CliConfig, SaysWhereProvidersComeFrom) {
  const CliConfig config = Parse(R"(
provider_installation {
  dev_overrides {
    "hashicorp/null" = "/srv/../null"
  }
  filesystem_mirror {
    path    = "/usr/share/providers"
    include = ["example.com/*/*"]
    exclude = ["example.com/acme/secret"]
  }
  network_mirror {
    url = "https://mirror.example.com/"
  }
  direct {}
}
)");
  ASSERT_TRUE(config.methods);
  ASSERT_EQ(config.methods->size(), 3U);
  const InstallationMethod& mirror = config.methods->front();
  EXPECT_EQ(mirror.location, "/usr/share/providers");
  EXPECT_TRUE(mirror.Serves({"example.com", "acme", "widget"}));
  EXPECT_FALSE(mirror.Serves({"example.com", "acme", "secret"}));
  EXPECT_FALSE(mirror.Serves({"registry.terraform.io", "hashicorp", "aws"}));
  EXPECT_EQ((*config.methods)[1].location, "https://mirror.example.com/");
  EXPECT_TRUE((*config.methods)[2].Serves({"registry.terraform.io", "hashicorp", "aws"}));
  EXPECT_EQ(config.dev_overrides.at({"registry.terraform.io", "hashicorp", "null"}), "/null");
}

TEST(CliConfig, ExpandsVariablesInTheCacheDirectory) {
  const TemporaryDirectory directory;
  const Variables variables = {{"HERE", directory.path()}};
  std::filesystem::create_directory(directory / "a$-b");
  EXPECT_EQ(Parse("plugin_cache_dir = \"${HERE}/a$-b\"", variables).plugin_cache_dir, directory / "a$-b");
  EXPECT_EQ(Parse("plugin_cache_dir = \"$HERE/$NOTHING\"", variables).plugin_cache_dir, directory / "");
}

TEST(CliConfig, GathersFilesAndEnvironment) {
  const TemporaryDirectory home;
  std::filesystem::create_directory(home / ".terraform.d");
  ASSERT_TRUE(WriteFileAtomically(home / ".terraformrc", "credentials \"a.com\" {\n  token = \"one\"\n}\n"));
  ASSERT_TRUE(WriteFileAtomically(home / ".terraform.d/credentials.tfrc.json",
                                  R"({"credentials": {"b.com": {"token": "two"}}})"));
  ASSERT_TRUE(WriteFileAtomically(home / ".terraform.d/x.tfrc", "disable_checkpoint = true\n"));
  ASSERT_TRUE(WriteFileAtomically(home / ".terraform.d/x.txt", "not {{ ours\n"));
  Variables variables = {{"HOME", home.path()}, {"TF_PLUGIN_CACHE_DIR", "/cache"}};
  CliConfigPlaces places{Lookup(variables),
                         {"TF_TOKEN_my__host_example_com=three", "TF_TOKEN_a_com=four", "X=y"}};
  const CliConfigRead read = LoadCliConfig(places);
  EXPECT_TRUE(read.diagnostics.empty());
  EXPECT_TRUE(read.config.disable_checkpoint);
  EXPECT_EQ(read.config.plugin_cache_dir, "/cache");
  EXPECT_EQ(read.config.tokens, (std::map<std::string, std::string>{
                                    {"a.com", "four"}, {"b.com", "two"}, {"my-host.example.com", "three"}}));

  variables["TF_CLI_CONFIG_FILE"] = home / "missing";
  const CliConfigRead missing = LoadCliConfig(places);
  ASSERT_EQ(missing.diagnostics.size(), 1U);
  EXPECT_EQ(missing.diagnostics[0].severity, hcl::Severity::kWarning);
  EXPECT_EQ(missing.config.tokens.count("b.com"), 1U);
}

}  // namespace
}  // namespace cairn::registry
