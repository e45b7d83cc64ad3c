#include "state/state_format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/strings.h"
#include "state/address_parser.h"
#include "state/testing/recorded.h"

namespace cairn::state {
namespace {

std::vector<std::string> Recorded(const std::string& folder, std::string_view suffix) {
  std::vector<std::string> names;
  const char* root = std::getenv("CAIRN_SOURCE_DIR");
  if (root == nullptr) return names;
  for (const auto& file : std::filesystem::directory_iterator(std::string(root) + "/tests/state/" + folder)) {
    const std::string name = file.path().filename();
    if (name.ends_with(suffix)) names.push_back(folder + "/" + name);
  }
  std::ranges::sort(names);
  return names;
}

State Read(std::string text) {
  hcl::Diagnostics diagnostics;
  std::optional<State> state = ReadState(std::move(text), diagnostics);
  for (const hcl::Diagnostic& diagnostic : diagnostics) ADD_FAILURE() << diagnostic.detail;
  return state ? std::move(*state) : State{};
}

// The same JSON with other blanks, so that nothing can be copied as it is laid out.
std::string Squeezed(std::string_view text) {
  std::string out;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') in_string = !in_string;
    if (in_string || (text[i] != ' ' && text[i] != '\n')) out += text[i];
    if (in_string && text[i] == '\\') out += text[++i];
  }
  return out;
}

TEST(StateFormat, WritesWhatTerraformWroteByteForByte) {
  const auto names = Recorded("states", ".tfstate");
  EXPECT_GE(names.size(), 7u);
  for (const std::string& name : names) {
    const std::string text = ReadRecorded(name);
    EXPECT_EQ(WriteState(Read(text)), text) << name;
    EXPECT_EQ(WriteState(Read(Squeezed(text))), text) << name;
    EXPECT_TRUE(CheckJson(text).laid_out) << name;
    EXPECT_TRUE(SameContent(Read(text), Read(Squeezed(text)))) << name;
  }
}

// What terraform says about each in.
TEST(StateFormat, ReadsAndRefusesAsTerraformDoes) {
  const auto names = Recorded("read", ".in");
  EXPECT_GE(names.size(), 55u);
  for (const std::string& name : names) {
    const std::string answer = ReadRecorded(name.substr(0, name.size() - 3) + ".out");
    hcl::Diagnostics diagnostics;
    std::optional<State> state = ReadState(ReadRecorded(name), diagnostics);
    if (!answer.starts_with("! ")) {
      ASSERT_TRUE(state) << name << ": " << (diagnostics.empty() ? "" : diagnostics[0].detail);
      state->terraform_version = "1.11.4";  // who wrote the answer
      EXPECT_EQ(WriteState(*state), answer) << name;
      continue;
    }
    EXPECT_FALSE(state) << name;
    ASSERT_FALSE(diagnostics.empty()) << name;
    for (const hcl::Diagnostic& diagnostic : diagnostics) {
      EXPECT_TRUE(answer.contains(diagnostic.summary)) << name << ": " << diagnostic.summary << "\n"
                                                       << answer;
      EXPECT_TRUE(answer.contains(diagnostic.detail)) << name << ": " << diagnostic.detail << "\n" << answer;
    }
  }
}

TEST(StateFormat, RefusesFormatsFromBeforeVersion4WithAdvice) {
  for (int version = 1; version <= 3; ++version) {
    hcl::Diagnostics diagnostics;
    EXPECT_FALSE(ReadState(Format("{{\"version\":{},\"serial\":1}}", version), diagnostics));
    ASSERT_EQ(diagnostics.size(), 1u);
    EXPECT_TRUE(diagnostics[0].detail.contains("terraform apply -refresh-only")) << diagnostics[0].detail;
  }
}

TEST(StateFormat, RefusesProvidersOfTerraform012) {
  hcl::Diagnostics diagnostics;
  EXPECT_FALSE(ReadState(R"({"version":4,"resources":[{"mode":"managed","type":"t","name":"n",
                             "provider":"provider.aws"}]})",
                         diagnostics));
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_TRUE(diagnostics[0].detail.contains("0.13"));
}

TEST(StateFormat, KeepsWhatItDoesNotKnow) {
  const State state = Read(R"({"version":4,"later":[1,{"a":"<"}],"resources":[{"mode":"managed","type":"t",
    "name":"n","more":{},"instances":[{"schema_version":0,"attributes":{},"identity_schema_version":1,
    "identity":{"a":"b"}}]}]})");
  const std::string written = WriteState(state);
  EXPECT_TRUE(written.contains("\"identity\": {\n            \"a\": \"b\"\n          }")) << written;
  EXPECT_TRUE(written.contains("\"more\": {}")) << written;
  EXPECT_TRUE(written.contains("\"later\": [\n    1,\n    {\n      \"a\": \"\\u003c\"\n    }\n  ]\n}\n"))
      << written;
  EXPECT_EQ(WriteState(Read(written)), written);
}

TEST(State, FindsSetsDeposesAndRemoves) {
  const auto address = *ParseInstanceAddress("module.m[0].a.b[\"k\"]");
  const ProviderConfigAddress provider({}, "registry.terraform.io/hashicorp/aws");
  const auto object =
      std::make_shared<const InstanceObject>(InstanceObject{.attributes = JsonText::Of("{}")});
  State state;
  EXPECT_EQ(state.Find(address), nullptr);
  state.SetCurrent(address, nullptr, provider);
  EXPECT_TRUE(state.empty());
  state.SetCurrent(address, object, provider);
  EXPECT_EQ(state.FindCurrent(address), object);
  EXPECT_EQ(state.CountObjects(), 1u);
  const State before = state;
  state.Depose(address, "00000001");
  EXPECT_FALSE(state.FindCurrent(address));
  EXPECT_FALSE(SameContent(before, state));
  state.SetCurrent(address, object, provider);
  EXPECT_EQ(state.CountObjects(), 2u);
  state.SetDeposed(address, "00000001", nullptr, provider);
  EXPECT_TRUE(SameContent(before, state));
  state.SetCurrent(address, nullptr, provider);
  EXPECT_TRUE(state.empty());
  EXPECT_FALSE(before.empty());
}

}  // namespace
}  // namespace cairn::state
