// What terraform makes of bodies, with the schemas of a real provider: tests/hcl/README.md.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "data/json.h"
#include "hcl/body.h"
#include "hcl/decode.h"
#include "hcl/functions.h"
#include "hcl/schema_json.h"
#include "hcl/testing/case_corpus.h"
#include "hcl/testing/console_corpus.h"
#include "hcl/value_json.h"

namespace cairn::hcl {
namespace {

const BodySchema kFile{.blocks = {{"terraform"},
                                  {"required_providers"},
                                  {"provider", {"name"}},
                                  {"variable", {"name"}},
                                  {"locals"},
                                  {"output", {"name"}},
                                  {"module", {"name"}},
                                  {"resource", {"type", "name"}},
                                  {"data", {"type", "name"}},
                                  {"ephemeral", {"type", "name"}},
                                  {"moved"},
                                  {"import"},
                                  {"check", {"name"}},
                                  {"removed"}}};
const BodySchema kMeta{
    .attributes = {{"count"}, {"for_each"}, {"provider"}, {"depends_on"}},
    .blocks = {{"locals"}, {"lifecycle"}, {"connection"}, {"provisioner", {"type"}}, {"_"}}};

std::string Folder() {
  const char* folder = std::getenv("CAIRN_SOURCE_DIR");
  return (std::filesystem::path(folder ? folder : ".") / "tests/hcl/decode").string();
}

std::string Read(const std::string& name) {
  const auto text = ReadFile(Folder() + "/" + name, /*bytes_max=*/4 << 20);
  EXPECT_TRUE(text) << name;
  return text ? *text : "";
}

std::map<std::string, BlockSchema> ReadSchemas() {
  std::map<std::string, BlockSchema> schemas;
  const auto json = data::ParseJson(Read("schemas.json"));
  EXPECT_TRUE(json) << json.error().message;
  for (const auto& member : json->get_object()) {
    auto schema = BlockSchemaFromJson(member.value());
    EXPECT_TRUE(schema) << schema.error().message;
    schemas.emplace(member.key(), *std::move(schema));
  }
  return schemas;
}

// Remembers what it is asked for.
class RecordingScope final : public Scope {
 public:
  explicit RecordingScope(const Scope& scope) : scope_(scope) {}
  std::optional<Value> Find(std::string_view root, std::span<const TraversalStep> steps,
                            const SourceRange& range, size_t& used, Diagnostics& diagnostics) const override {
    asked_.emplace(root);
    return scope_.Find(root, steps, range, used, diagnostics);
  }
  std::vector<std::string_view> Names() const override { return scope_.Names(); }
  const FunctionTable* functions() const override { return scope_.functions(); }
  const std::set<std::string>& asked() const { return asked_; }

 private:
  const Scope& scope_;
  mutable std::set<std::string> asked_;
};

const Value* Member(const Value* value, std::string_view name) {
  const bool has_names =
      value && value->HasContent() && (value->kind() == TypeKind::kObject || value->kind() == TypeKind::kMap);
  return has_names ? value->Find(name) : nullptr;
}
const Value* Element(const Value* value, size_t i) {
  const bool has_elements = value && value->HasContent() && value->kind() == TypeKind::kTuple;
  return has_elements && i < value->size() ? &value->elements()[i] : nullptr;
}
bool IsTrue(const Value* value) {
  return value && *value == Value::Bool(true);
}
bool IsEmpty(const Value& value) {
  if (value.IsNull()) return true;
  if (!value.IsKnown()) return false;
  if (value.kind() == TypeKind::kBool) return !value.AsBool();
  if (value.kind() == TypeKind::kString) return value.AsString().empty();
  return value.kind() != TypeKind::kNumber && value.size() == 0;
}

// Whether `value` is in what was planned: `after` has what is known, `unknown` is true for what is not. The
// provider adds to it, and takes maps and sets with something unknown for unknown; what is empty is left out.
bool IsPlanned(const Value& value, const Value* after, const Value* unknown) {
  if (!value.IsKnown()) return IsTrue(unknown);
  const bool has_no_order = value.kind() == TypeKind::kMap || value.kind() == TypeKind::kSet;
  if (has_no_order && !value.IsWhollyKnown() && IsTrue(unknown)) return true;
  if (IsEmpty(value)) return true;
  if (value.type().IsPrimitive()) return after && *after == value.WithoutMarks();
  const bool has_names = value.kind() == TypeKind::kObject || value.kind() == TypeKind::kMap;
  for (size_t i = 0; i < value.size(); ++i) {
    const Value& element = value.elements()[i];
    bool found = false;
    if (has_names) {
      found = IsPlanned(element, Member(after, value.name(i)), Member(unknown, value.name(i)));
    } else if (value.kind() == TypeKind::kSet) {
      const size_t count = std::max(after && after->HasContent() ? after->size() : 0,
                                    unknown && unknown->kind() == TypeKind::kTuple ? unknown->size() : 0);
      for (size_t j = 0; j < count && !found; ++j) {
        found = IsPlanned(element, Element(after, j), Element(unknown, j));
      }
    } else {
      found = IsPlanned(element, Element(after, i), Element(unknown, i));
    }
    if (!found) return false;
  }
  return has_names || (after && after->size() == value.size());
}

class DecodeCorpus : public testing::TestWithParam<std::string> {
 protected:
  DecodeCorpus() : schemas_(ReadSchemas()), scope_(&functions_) {
    scope_.Set("terraform_data",
               Value::Object({{"u", Value::Object({{"id", Value::UnknownNotNull(Type::String())}})}}));
    Diagnostics diagnostics;
    const ParsedBody fixture = ParseBody(std::make_shared<const Source>("fixture.tf", Read("fixture.tf")));
    std::vector<NamedValue> locals;
    for (const Block& block : fixture.body.GetContent(kFile, diagnostics).blocks) {
      if (block.type() != "locals") continue;
      for (const Argument& argument : block.body().JustAttributes(diagnostics)) {
        locals.push_back({std::string(argument.name()), argument.expression().Evaluate(scope_, diagnostics)});
      }
    }
    scope_.Set("local", Value::Object(std::move(locals)));
    EXPECT_FALSE(diagnostics.has_errors());
  }

  // The values of the resources in `text`, by address.
  std::map<std::string, Value> DecodeAll(const std::string& name, const std::string& text,
                                         Diagnostics& diagnostics) {
    const ParsedBody parsed = ParseBody(std::make_shared<const Source>(name, text));
    diagnostics = parsed.diagnostics;
    std::map<std::string, Value> values;
    if (diagnostics.has_errors()) return values;
    const Content file = parsed.body.GetContent(kFile, diagnostics);
    std::vector<std::pair<std::string, Body>> resources;
    for (const Block& block : file.blocks) {
      if (block.type() != "resource") continue;
      Body rest;
      block.body().PartialContent(kMeta, rest, diagnostics);
      resources.emplace_back(block.labels()[0] + "." + block.labels()[1], rest);
    }
    if (diagnostics.has_errors()) return values;
    for (const auto& [address, body] : resources) {
      const BlockSchema& schema = schemas_.at(address.substr(0, address.find('.')));
      const RecordingScope scope(scope_);
      values.emplace(address, Decode(body, schema, scope, diagnostics));
      std::set<std::string> referenced;
      for (const Reference& reference : References(body, schema)) referenced.emplace(reference.root);
      for (const std::string& root : scope.asked()) EXPECT_TRUE(referenced.contains(root)) << root << text;
      for (const std::string& root : referenced) {
        EXPECT_TRUE(root == "local" || root == "terraform_data" || root == "nonsense") << root << text;
      }
    }
    return values;
  }

  void ExpectPlanned(const CorpusCase& one, const std::map<std::string, Value>& values) {
    EXPECT_EQ(values.size(), one.theirs.size()) << one.title;
    for (const std::string& line : one.theirs) {
      const size_t blank = line.find(' ');
      const auto found = values.find(line.substr(0, blank));
      ASSERT_TRUE(found != values.end()) << line;
      const auto parts = FromJsonText(std::string_view(line).substr(blank));
      ASSERT_TRUE(parts) << line;
      const Value& value = found->second;
      EXPECT_TRUE(IsPlanned(value, Element(&*parts, 0), Element(&*parts, 1)))
          << one.title << "\n"
          << line << "\n"
          << ToJsonText(value).value_or("(unknown)");
      for (size_t i = 0; i < value.size(); ++i) {
        const bool is_sensitive = (value.elements()[i].MarksWithin() & Marks::kSensitive) != Marks::kNone;
        const auto names = parts->elements()[2].elements();
        const auto is_name = [&](const Value& name) { return name.AsString() == value.name(i); };
        EXPECT_EQ(is_sensitive, std::ranges::any_of(names, is_name)) << one.title << ": " << value.name(i);
      }
    }
  }

  const BuiltinFunctions functions_;
  const std::map<std::string, BlockSchema> schemas_;
  MapScope scope_;
};

TEST_P(DecodeCorpus, AgreesWithTerraform) {
  const std::string corpus = Read(GetParam() + ".txt");
  const std::string name = corpus.starts_with("# JSON:") ? "main.tf.json" : "main.tf";
  const std::vector<CorpusCase> cases = ReadCorpusCases(corpus);
  EXPECT_GT(cases.size(), 10u);
  for (const CorpusCase& one : cases) {
    Diagnostics diagnostics;
    const std::map<std::string, Value> values = DecodeAll(name, one.text, diagnostics);
    std::vector<std::string> said;
    for (const Diagnostic& diagnostic : diagnostics) said.push_back(ShowDiagnostic(diagnostic));
    std::ranges::sort(said);
    const std::vector<std::string>& answer = one.differs ? one.ours : one.theirs;
    if (one.refused) {
      EXPECT_EQ(said, answer) << one.title << "\n" << one.text;
    } else {
      EXPECT_TRUE(said.empty()) << one.title << "\n" << said[0];
      ExpectPlanned(one, values);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Topics, DecodeCorpus,
                         testing::Values("attributes_as_blocks", "bodies", "dynamic", "json_bodies",
                                         "json_syntax", "values"),
                         [](const auto& topic) { return topic.param; });

TEST(SchemaJson, WritesWhatItReads) {
  const auto json = data::ParseJson(Read("schemas.json"));
  ASSERT_TRUE(json);
  for (const auto& member : json->get_object()) {
    const auto schema = BlockSchemaFromJson(member.value());
    ASSERT_TRUE(schema) << schema.error().message;
    EXPECT_EQ(data::SerializeJson(ToJson(*schema)), data::SerializeJson(member.value())) << member.key();
  }
}

TEST(SchemaJson, SaysWhereItIsWrong) {
  const auto refused = [](std::string_view text) {
    const auto schema = BlockSchemaFromJson(*data::ParseJson(text));
    return schema ? "" : schema.error().message;
  };
  EXPECT_EQ(refused("[]"), "an object is required");
  EXPECT_EQ(refused(R"({"attributes": {"a": {}}})"), "attributes.a: no type");
  EXPECT_EQ(refused(R"({"attributes": {"a": {"type": "text"}}})"), "attributes.a: not a type: unknown name");
  EXPECT_EQ(refused(R"({"block_types": {"b": {"nesting_mode": "list"}}})"),
            "block_types.b: a block is required");
  EXPECT_EQ(refused(R"({"block_types": {"b": {"nesting_mode": "bag", "block": {}}}})"),
            "block_types.b: unknown nesting mode");
}

}  // namespace
}  // namespace cairn::hcl
