// The parameters of the functions are those of `terraform metadata functions -json`, as
// tests/hcl/functions.json has recorded them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/strings.h"
#include "data/json.h"
#include "hcl/functions.h"
#include "hcl/testing/memory_files.h"

namespace cairn::hcl {
namespace {

// What only we have: the functions that Terraform has removed, and the one of its console.
const std::set<std::string_view> kOnlyOurs = {"list", "map", "type"};

BuiltinFunctions AllFunctions() {
  return BuiltinFunctions({.files = std::make_shared<MemoryFiles>(std::map<std::string, std::string>{}),
                           .now = [] { return std::chrono::system_clock::time_point(); },
                           .plan_time = std::chrono::system_clock::time_point(),
                           .random = [](std::span<uint8_t> bytes) { std::ranges::fill(bytes, uint8_t{7}); },
                           .has_type = true});
}

data::Json Recorded() {
  const char* folder = std::getenv("CAIRN_SOURCE_DIR");
  const auto text = ReadFile(std::string(folder ? folder : ".") + "/tests/hcl/functions.json", 1 << 20);
  EXPECT_TRUE(text) << text.error().message;
  const auto json = text ? data::ParseJson(*text) : data::ParseJson("{}");
  EXPECT_TRUE(json) << json.error().message;
  return *json;
}

// "str string", "value dynamic nullable"
std::string Shown(const Parameter& parameter) {
  return Format("{} {}{}", parameter.name, data::SerializeJson(parameter.type.ToJson()),
                parameter.allow_null ? " nullable" : "");
}
std::string Shown(const data::Json& recorded) {
  return Format("{} {}{}", std::string_view(recorded.at("name").as_string()),
                data::SerializeJson(recorded.at("type")),
                recorded.at("nullable").as_bool() ? " nullable" : "");
}

std::string Signature(const Function& function) {
  std::string text;
  for (const Parameter& parameter : function.parameters) text += Shown(parameter) + "; ";
  return text + (function.rest ? Shown(*function.rest) + "..." : "");
}
std::string Signature(const data::Json& recorded) {
  std::string text;
  for (const data::Json& parameter : recorded.at("parameters").as_array()) text += Shown(parameter) + "; ";
  return text + (recorded.at("rest").is_null() ? "" : Shown(recorded.at("rest")) + "...");
}

TEST(FunctionSignatures, AreThosePeerHas) {
  const BuiltinFunctions functions = AllFunctions();
  const data::Json recorded = Recorded();
  EXPECT_EQ(recorded.as_object().size(), 118u);
  for (const auto& [name, signature] : recorded.as_object()) {
    const Function* function = functions.Find(std::string_view(name));
    ASSERT_NE(function, nullptr) << std::string_view(name);
    EXPECT_EQ(Signature(*function), Signature(signature)) << std::string_view(name);
  }
}

TEST(FunctionSignatures, AreOfNoOtherFunctions) {
  const data::Json recorded = Recorded();
  const BuiltinFunctions functions = AllFunctions();
  for (const std::string_view name : functions.Names()) {
    EXPECT_TRUE(recorded.as_object().contains(name) || kOnlyOurs.contains(name)) << name;
  }
}

}  // namespace
}  // namespace cairn::hcl
