#include "state/aws_sign.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "state/s3_backend.h"
#include "state/testing/scratch_folder.h"

namespace cairn::state {
namespace {

const AwsCredentials kCredentials{.access_key = "AKIAIOSFODNN7EXAMPLE",
                                  .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};

std::string Signature(AwsRequest request) {
  using namespace std::chrono;
  request.host = "examplebucket.s3.amazonaws.com";
  SignAwsRequest(request, kCredentials, "us-east-1", "s3", sys_days{2013y / May / 24});
  const std::string& value = request.headers.back().second;
  return value.substr(value.find("Signature=") + 10);
}

// The examples of "Authenticating Requests: Using the Authorization Header" in the S3 API reference.
TEST(AwsSign, SignsTheExamplesOfTheReference) {
  EXPECT_EQ(Signature({.method = "GET", .path = "/test.txt", .headers = {{"range", "bytes=0-9"}}}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(Signature({.method = "PUT",
                       .path = "/" + AwsEscape("test$file.text", true),
                       .headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                   {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                       .body = "Welcome to Amazon S3."}),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  EXPECT_EQ(Signature({.method = "GET", .path = "/", .query = {{"lifecycle", ""}}}),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(Signature({.method = "GET", .path = "/", .query = {{"prefix", "J"}, {"max-keys", "2"}}}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(AwsSign, Escapes) {
  EXPECT_EQ(AwsEscape("a b/c~-_.ü+", true), "a%20b/c~-_.%C3%BC%2B");
  EXPECT_EQ(AwsEscape("a/b", false), "a%2Fb");
}

constexpr char kFile[] =
    "# a comment\n[default]\naws_access_key_id = A\r\naws_secret_access_key=B=\n; more\n\n"
    "[profile west]\nregion = us-west-2\ns3 =\n  addressing_style = path\nx=y\n";

TEST(AwsProfile, IsReadFromItsSection) {
  using Members = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(ReadAwsSection(kFile, "default"),
            (Members{{"aws_access_key_id", "A"}, {"aws_secret_access_key", "B="}}));
  EXPECT_EQ(ReadAwsSection(kFile, "profile west"),
            (Members{{"region", "us-west-2"}, {"s3", ""}, {"x", "y"}}));
  EXPECT_TRUE(ReadAwsSection(kFile, "west").empty());
  EXPECT_TRUE(ReadAwsSection("[", "").empty());
}

TEST(S3Options, AreCompletedFromTheEnvironmentAndFiles) {
  const ScratchFolder folder;
  std::ofstream(folder.path() + "/credentials")
      << "[default]\naws_access_key_id=A\naws_secret_access_key=B\n[west]\naws_access_key_id=W\n"
         "aws_secret_access_key=X\naws_session_token=T\n";
  std::ofstream(folder.path() + "/config")
      << "[default]\nregion=eu-west-1\n[profile west]\nregion=us-west-2\n";
  std::map<std::string, std::string> variables = {
      {"AWS_SHARED_CREDENTIALS_FILE", folder.path() + "/credentials"},
      {"AWS_CONFIG_FILE", folder.path() + "/config"}};
  const Environment environment = [&](const char* name) { return variables[name]; };

  S3BackendOptions options;
  ASSERT_TRUE(CompleteS3Options(options, "", environment));
  EXPECT_EQ(options.credentials.access_key, "A");
  EXPECT_EQ(options.region, "eu-west-1");

  variables["AWS_PROFILE"] = "west";
  options = {};
  ASSERT_TRUE(CompleteS3Options(options, "", environment));
  EXPECT_EQ(options.credentials.session_token, "T");
  EXPECT_EQ(options.region, "us-west-2");

  variables["AWS_ACCESS_KEY_ID"] = "E";
  variables["AWS_SECRET_ACCESS_KEY"] = "F";
  variables["AWS_REGION"] = "x";
  variables["AWS_ENDPOINT_URL"] = "http://e";
  options = {};
  ASSERT_TRUE(CompleteS3Options(options, "", environment));
  EXPECT_EQ(options.credentials.access_key, "E");
  EXPECT_EQ(options.region, "x");
  EXPECT_EQ(options.endpoint, "http://e");
  options = {};
  ASSERT_TRUE(CompleteS3Options(options, "west", environment));
  EXPECT_EQ(options.credentials.access_key, "W");

  variables = {};
  options = {};
  EXPECT_EQ(CompleteS3Options(options, "", environment).error().code, ErrorCode::kDenied);
}

}  // namespace
}  // namespace cairn::state
