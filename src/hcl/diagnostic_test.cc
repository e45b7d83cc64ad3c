#include "hcl/diagnostic.h"

#include <gtest/gtest.h>

#include <memory>

namespace cairn::hcl {
namespace {

// A diagnostic about the first occurrence of `marked` in `text`.
Diagnostic About(std::string text, std::string_view marked, std::string detail = "") {
  const auto source = std::make_shared<const Source>("main.tf", std::move(text));
  const auto begin = uint32_t(source->text().find(marked));
  return {.summary = "Wrong",
          .detail = std::move(detail),
          .subject = SourceRange{source, begin, begin + uint32_t(marked.size())}};
}

TEST(Diagnostics, AreAListInTheOrderOfDiscovery) {
  Diagnostics all;
  all.AddWarning("Old", "This form is deprecated.");
  EXPECT_FALSE(all.has_errors());
  Diagnostics more;
  more.AddError("Wrong", "It is.");
  all.Append(std::move(more));
  EXPECT_TRUE(all.has_errors());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].summary, "Old");
  EXPECT_EQ(all[1].summary, "Wrong");
}

TEST(Render, ShowsPlaceExcerptMarkValuesAndDetail) {
  Diagnostic diagnostic = About("a {\n  size = disk.hight\n}\n", "hight", "Did you mean \"height\"?");
  diagnostic.values = {"disk is object with 2 attributes", "a is 1"};
  EXPECT_EQ(Render(diagnostic), R"(Error: Wrong

  main.tf:2,15-20
  2 |   size = disk.hight
    |               ^^^^^

  where disk is object with 2 attributes
        a is 1

Did you mean "height"?
)");
}

TEST(Render, NeedsNeitherPlaceNorDetail) {
  EXPECT_EQ(Render({.severity = Severity::kWarning, .summary = "Old"}), "Warning: Old\n");
  EXPECT_EQ(Render({.summary = "Wrong", .detail = "It is."}), "Error: Wrong\n\nIt is.\n");
}

TEST(Render, MarksTheFirstOfSeveralLines) {
  EXPECT_EQ(Render(About("a = [\n  1,\n  2\n", "[\n  1,\n  2\n")), R"(Error: Wrong

  main.tf:1,5-4,1
  1 | a = [
    |     ^
  2 |   1,
  3 |   2
)");
}

TEST(Render, ShowsThreeLinesOfTheContextAround) {
  Diagnostic diagnostic = About("1\n2\n3\n4\n\n6\n7\n8\n9\n10\n", "6");
  diagnostic.context = diagnostic.subject;
  diagnostic.context->begin = 0;
  EXPECT_EQ(Render(diagnostic), R"(Error: Wrong

  main.tf:6,1-2
  3 | 3
  4 | 4
  5 |
  6 | 6
    | ^
)");
  diagnostic.context->end = uint32_t(diagnostic.context->source->text().size());
  diagnostic.context->begin = diagnostic.subject->begin;
  EXPECT_EQ(Render(diagnostic), R"(Error: Wrong

  main.tf:6,1-2
  6 | 6
    | ^
  7 | 7
  8 | 8
  9 | 9
)");
}

TEST(Render, MarksOneColumnWhereNothingStands) {
  Diagnostic diagnostic = About("a = (\r\n", "\r\n");
  EXPECT_EQ(Render(diagnostic), "Error: Wrong\n\n  main.tf:1,6-2,1\n  1 | a = (\n    |      ^\n");
  diagnostic.subject->begin = diagnostic.subject->end;
  EXPECT_EQ(Render(diagnostic), "Error: Wrong\n\n  main.tf:2,1\n  2 |\n    | ^\n");
}

TEST(Render, CountsColumnsOfTheScreen) {
  EXPECT_EQ(Render(About("\ta\t= \"\u6f22e\u0301\" + b", "b")), R"(Error: Wrong

  main.tf:1,13-14
  1 |     a   = ")"
                                                                "\u6f22e\u0301"
                                                                R"(" + b
    |                   ^
)");
  EXPECT_EQ(Render(About("a \u6f22\u5b57 b", "\u6f22\u5b57")),
            "Error: Wrong\n\n  main.tf:1,3-5\n  1 | a \u6f22\u5b57 b\n    |   ^^^^\n");
}

TEST(Render, LetsNoControlCharacterThrough) {
  Diagnostic diagnostic = About("\x1b[2J = \xFF\x7F b", "b", "Not \x1b]0;x\x07 so.");
  diagnostic.summary = "Wr\nong";
  diagnostic.values = {"a is \x1b"};
  EXPECT_EQ(Render(diagnostic),
            "Error: Wr\\nong\n\n  main.tf:1,11-12\n"
            "  1 | \\u001b[2J = \uFFFD\\u007f b\n"
            "    |                     ^\n\n"
            "  where a is \\u001b\n\nNot \\u001b]0;x\\u0007 so.\n");
}

TEST(Render, WrapsTheDetailButNoExample) {
  const Diagnostic diagnostic = {.summary = "Wrong",
                                 .detail = "one two three four\n  one two three four five\nsix"};
  EXPECT_EQ(Render(diagnostic, {.width = 9}),
            "Error: Wrong\n\none two\nthree\nfour\n  one two three four five\nsix\n");
  EXPECT_EQ(Render(diagnostic, {.width = 0}),
            "Error: Wrong\n\none two three four\n  one two three four five\nsix\n");
}

TEST(Render, CutsLongLinesAroundTheMark) {
  const std::string before(30, 'a');
  const std::string after(30, 'c');
  EXPECT_EQ(Render(About(before + "bb" + after, "bb"), {.width = 36}), R"(Error: Wrong

  main.tf:1,31-33
  1 | ...aaaaaaaaaabbcccccccccccc...
    |              ^^
)");
  EXPECT_EQ(Render(About("bb" + after, "bb"), {.width = 30}), R"(Error: Wrong

  main.tf:1,1-3
  1 | bbccccccccccccccccccc...
    | ^^
)");
  const std::string huge(1'000'000, 'x');
  EXPECT_LT(Render(About(huge + "b" + huge, "b"), {.width = 0}).size(), 600u);
}

TEST(Render, ColoursBySeverity) {
  Diagnostic diagnostic = About("a", "a");
  EXPECT_EQ(Render(diagnostic, {.colour = true}),
            "\x1b[1;31mError: \x1b[0m\x1b[1mWrong\x1b[0m\n\n  main.tf:1,1-2\n  1 | a\n"
            "    | \x1b[1;31m^\x1b[0m\n");
  diagnostic.severity = Severity::kWarning;
  EXPECT_TRUE(Render(diagnostic, {.colour = true}).starts_with("\x1b[1;33mWarning: \x1b[0m"));
}

TEST(NearestName, FindsWhatWasMeant) {
  const std::vector<std::string_view> names = {"height", "width", "vpc_id", "subnet_ids", "id", "x"};
  EXPECT_EQ(NearestName("hight", names), "height");
  EXPECT_EQ(NearestName("heigth", names), "height");
  EXPECT_EQ(NearestName("VPC_ID", names), "vpc_id");
  EXPECT_EQ(NearestName("subnet_id", names), "subnet_ids");
  EXPECT_EQ(NearestName("ids", names), "id");
  EXPECT_EQ(NearestName("depth", names), "");
  EXPECT_EQ(NearestName("y", names), "");
  EXPECT_EQ(NearestName("", names), "");
  EXPECT_EQ(NearestName("\u00e4rger", {"\u00c4rgere"}), "\u00c4rgere");
}

TEST(NearestName, PrefersTheNearestAndThenTheFirst) {
  EXPECT_EQ(NearestName("abcdef", {"abcxyf", "abcdex", "abcdey"}), "abcdex");
}

TEST(NearestName, DoesNotCompareVeryLongNames) {
  const std::string name(1000, 'a');
  EXPECT_EQ(NearestName(name, {name}), "");
}

}  // namespace
}  // namespace cairn::hcl
