// Decoding by what no schema of the recorded provider has: blocks by label, groups, nested attributes. The
// rest is in decode_corpus_test.cc.

#include "hcl/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace cairn::hcl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Type kString = Type::String();

std::shared_ptr<const BlockSchema> Shared(BlockSchema schema) {
  return std::make_shared<const BlockSchema>(std::move(schema));
}

// Of blocks with one text `a`.
const std::shared_ptr<const BlockSchema> kLeaf =
    Shared(MakeBlockSchema({{.name = "a", .type = kString, .optional = true}}));
const std::shared_ptr<const BlockSchema> kDynamicLeaf =
    Shared(MakeBlockSchema({{.name = "a", .type = Type::Dynamic(), .optional = true}}));

Value Leaf(std::string_view text) {
  return Value::Object({{"a", Value::String(text)}});
}

class Decoding : public testing::Test {
 protected:
  Decoding() {
    scope_.Set("unknown", Value::Unknown(Type::List(kString)));
    scope_.Set("list", Value::Tuple({Value::String("p"), Value::String("q")}));
  }

  Value DecodeText(const BlockSchema& schema, const std::string& text, const DecodeLimits& limits = {}) {
    body_ = ParseBody(std::make_shared<const Source>("main.tf", text)).body;
    diagnostics_ = {};
    return Decode(body_, schema, scope_, diagnostics_, limits);
  }
  std::vector<std::string> said() const {
    std::vector<std::string> found;
    for (const Diagnostic& diagnostic : diagnostics_) {
      found.push_back(diagnostic.summary + ": " + diagnostic.detail);
    }
    return found;
  }

  MapScope scope_;
  Body body_;
  Diagnostics diagnostics_;
};

TEST_F(Decoding, MakesAMapOfBlocksByTheirLabel) {
  const BlockSchema schema = MakeBlockSchema({}, {{.name = "m", .nesting = Nesting::kMap, .block = kLeaf}});
  EXPECT_EQ(DecodeText(schema, "m \"x\" {\n a = 1\n}\nm y {\n a = 2\n}\n"),
            Value::Object({{"m", Value::Map(kLeaf->type, {{"x", Leaf("1")}, {"y", Leaf("2")}})}}));
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(DecodeText(schema, ""), Value::Object({{"m", Value::Map(kLeaf->type, {})}}));

  DecodeText(schema, "m \"x\" {\n}\nm \"x\" {\n}\nm {\n}\n");
  EXPECT_THAT(said(), ElementsAre("Missing key for m: All m blocks must have 1 labels (key).",
                                  "Duplicate m block: A block for m \"x\" was already defined. The m labels "
                                  "must be unique."));
}

TEST_F(Decoding, GivesDynamicBlocksLabels) {
  const BlockSchema schema = MakeBlockSchema({}, {{.name = "m", .nesting = Nesting::kMap, .block = kLeaf}});
  const auto dynamic = [](const std::string& labels) {
    return "dynamic \"m\" {\n for_each = list\n" + labels + " content {\n a = m.key\n }\n}\n";
  };
  EXPECT_EQ(DecodeText(schema, dynamic(" labels = [m.value]\n")),
            Value::Object({{"m", Value::Map(kLeaf->type, {{"p", Leaf("0")}, {"q", Leaf("1")}})}}));
  EXPECT_THAT(said(), IsEmpty());
  DecodeText(schema, dynamic(""));
  EXPECT_THAT(said(), ElementsAre("Missing required argument: The argument \"labels\" is required, but no "
                                  "definition was found."));
  DecodeText(schema, dynamic(" labels = [1, 2]\n"));
  EXPECT_THAT(said(),
              ElementsAre("Extraneous dynamic block label: Blocks of type \"m\" require 1 label(s)."));
  DecodeText(schema, dynamic(" labels = []\n"));
  EXPECT_THAT(said(),
              ElementsAre("Insufficient dynamic block labels: Blocks of type \"m\" require 1 label(s)."));
  DecodeText(schema, dynamic(" labels = [unknown[0]]\n"));
  EXPECT_EQ(said()[0],
            "Invalid dynamic block label: This value is not yet known. Dynamic block labels must be "
            "immediately-known values.");
  EXPECT_EQ(DecodeText(schema, "dynamic \"m\" {\n for_each = unknown\n labels = [\"x\"]\n content {}\n}\n"),
            Value::Object({{"m", Value::Unknown(Type::Map(kLeaf->type))}}));
}

TEST_F(Decoding, KeepsTheTypesOfBlocksWithSomethingDynamic) {
  const BlockSchema schema =
      MakeBlockSchema({}, {{.name = "l", .nesting = Nesting::kList, .block = kDynamicLeaf},
                           {.name = "m", .nesting = Nesting::kMap, .block = kDynamicLeaf}});
  const Value one = Value::Object({{"a", Value::Int(1)}});
  EXPECT_EQ(DecodeText(schema, "l {\n a = 1\n}\nl {\n a = \"x\"\n}\nm \"k\" {\n a = 1\n}\n"),
            Value::Object({{"l", Value::Tuple({one, Leaf("x")})}, {"m", Value::Object({{"k", one}})}}));
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(DecodeText(schema, "dynamic \"l\" {\n for_each = unknown\n content {}\n}\n"),
            Value::Object({{"l", Value::Dynamic()}, {"m", Value::Object({})}}));
}

TEST_F(Decoding, NeverMakesAGroupNull) {
  const auto inner = Shared(MakeBlockSchema({{.name = "a", .type = kString, .optional = true}},
                                            {{.name = "s", .nesting = Nesting::kSingle, .block = kLeaf},
                                             {.name = "l", .nesting = Nesting::kList, .block = kLeaf}}));
  const BlockSchema schema =
      MakeBlockSchema({}, {{.name = "g", .nesting = Nesting::kGroup, .block = inner},
                           {.name = "s", .nesting = Nesting::kSingle, .min_items = 1, .block = kLeaf}});
  EXPECT_EQ(DecodeText(schema, ""), Value::Object({{"g", Value::Object({{"a", Value::Null(kString)},
                                                                        {"l", Value::List(kLeaf->type, {})},
                                                                        {"s", Value::Null(kLeaf->type)}})},
                                                   {"s", Value::Null(kLeaf->type)}}));
  EXPECT_THAT(said(), ElementsAre("Missing s block: A block of type \"s\" is required here."));
  EXPECT_EQ(EmptyValue(*inner), *DecodeText(schema, "").Find("g"));
}

TEST_F(Decoding, LetsNestedAttributesBeLeftOutThatNeedNotBe) {
  auto nested = std::make_shared<NestedAttributes>();
  nested->nesting = Nesting::kList;
  nested->attributes = {{.name = "must", .type = kString, .required = true},
                        {.name = "may", .type = Type::Number(), .optional = true},
                        {.name = "gets", .type = kString, .computed = true}};
  const BlockSchema schema = MakeBlockSchema({{.name = "n", .nested = nested, .optional = true}});
  EXPECT_FALSE(schema.attributes_as_blocks);
  const Value value = DecodeText(schema, "n = [{ must = 1 }, { must = \"b\", may = \"2\" }]\n");
  EXPECT_THAT(said(), IsEmpty());
  const Value none = Value::Null(kString);
  const Type type = schema.type.attributes()[0].type;
  EXPECT_EQ(
      value,
      Value::Object(
          {{"n",
            Value::List(
                type.element(),
                {Value::Object(
                     {{"gets", none}, {"may", Value::Null(Type::Number())}, {"must", Value::String("1")}}),
                 Value::Object({{"gets", none}, {"may", Value::Int(2)}, {"must", Value::String("b")}})})}}));
  DecodeText(schema, "n = [{}]\n");
  EXPECT_THAT(said(), ElementsAre("Incorrect attribute value type: Inappropriate value for attribute \"n\": "
                                  "element 0: attribute \"must\" is required."));
  DecodeText(schema, "n {\n}\n");
  EXPECT_EQ(diagnostics_[0].summary, "Unsupported block type");
}

TEST_F(Decoding, MakesUnknownWhatAnUnknownForEachMakes) {
  const BlockSchema schema =
      MakeBlockSchema({}, {{.name = "s", .nesting = Nesting::kSingle, .block = kLeaf},
                           {.name = "l", .nesting = Nesting::kSet, .min_items = 3, .block = kLeaf}});
  const auto dynamic = [](const std::string& type) {
    return "dynamic \"" + type + "\" {\n for_each = unknown\n content {\n a = nonsense\n }\n}\n";
  };
  EXPECT_EQ(DecodeText(schema, dynamic("s") + dynamic("l")),
            Value::Object({{"l", Value::Unknown(Type::Set(kLeaf->type))},
                           {"s", Value::Object({{"a", Value::Unknown(kString)}})}}));
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(Decoding, MakesNoMoreBlocksThanAllowed) {
  const BlockSchema schema = MakeBlockSchema({}, {{.name = "l", .nesting = Nesting::kList, .block = kLeaf}});
  const std::string text =
      "dynamic \"l\" {\n for_each = [1, 2, 3]\n content {}\n}\ndynamic \"l\" {\n for_each = [4, 5]\n content "
      "{}\n}\n";
  EXPECT_EQ(DecodeText(schema, text).Find("l")->size(), 5u);
  EXPECT_EQ(DecodeText(schema, text, {.blocks_max = 2}).Find("l")->size(), 2u);
  EXPECT_THAT(said(),
              ElementsAre("Too many dynamic blocks: The dynamic blocks of a body may make 2 blocks in "
                          "all."));
}

TEST_F(Decoding, KnowsReferencesWithoutIterators) {
  const auto middle = Shared(MakeBlockSchema({{.name = "a", .type = kString, .optional = true}},
                                             {{.name = "l", .nesting = Nesting::kList, .block = kLeaf}}));
  const BlockSchema schema = MakeBlockSchema(
      {{.name = "o", .type = Type::List(Type::Object({{.name = "x", .type = kString}})), .optional = true}},
      {{.name = "m", .nesting = Nesting::kList, .block = middle}});
  const Body body = ParseBody(std::make_shared<const Source>("main.tf", R"(
    o {
      x = r1.a
    }
    dynamic "m" {
      for_each = m.r2
      iterator = i
      content {
        a = "${i.value}${r3}"
        dynamic "l" {
          for_each = i.value[l]
          content {
            a = [l.key, i.key, m.r4]
          }
        }
      }
    }
    unsupported = r5
    m {
      a = i
    })"))
                        .body;
  std::vector<std::string> found;
  for (const Reference& reference : References(body, schema)) found.emplace_back(reference.range().text());
  EXPECT_THAT(found, testing::UnorderedElementsAre("r1.a", "m.r2", "r3", "l", "m.r4", "i"));
}

}  // namespace
}  // namespace cairn::hcl
