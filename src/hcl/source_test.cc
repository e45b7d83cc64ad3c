#include "hcl/source.h"

#include <gtest/gtest.h>

namespace cairn::hcl {
namespace {

TEST(Source, NamesPlacesByLineAndGraphemeCluster) {
  const Source source("a.tf", "a = 1\ne\u0301\U0001F1E9\U0001F1EAx\n");
  EXPECT_EQ(source.PositionAt(0), (Position{1, 1, 0}));
  EXPECT_EQ(source.PositionAt(5), (Position{1, 6, 5}));  // the newline itself
  EXPECT_EQ(source.PositionAt(6), (Position{2, 1, 6}));
  EXPECT_EQ(source.PositionAt(9), (Position{2, 2, 9}));
  EXPECT_EQ(source.PositionAt(17), (Position{2, 3, 17}));
  EXPECT_EQ(source.PositionAt(19), (Position{3, 1, 19}));  // the end
}

TEST(Source, CountsBytesThatAreNotTextAsColumns) {
  EXPECT_EQ(Source("a.tf", "\xFF\xFE=").PositionAt(2), (Position{1, 3, 2}));
}

TEST(Source, GivesLinesWithoutTheirEnds) {
  const Source source("a.tf", "one\r\n\ntwo\rstill two\nthree\r");
  EXPECT_EQ(source.Line(1), "one");
  EXPECT_EQ(source.Line(2), "");
  EXPECT_EQ(source.Line(3), "two\rstill two");
  EXPECT_EQ(source.Line(4), "three\r");
  EXPECT_EQ(Source("a.tf", "").Line(1), "");
}

TEST(Source, DoesNotCountAByteOrderMark) {
  const Source source("a.tf",
                      "\xEF\xBB\xBF"
                      "a = 1\n");
  EXPECT_EQ(source.PositionAt(0), (Position{1, 1, 0}));
  EXPECT_EQ(source.PositionAt(3), (Position{1, 1, 3}));
  EXPECT_EQ(source.PositionAt(4), (Position{1, 2, 4}));
  EXPECT_EQ(source.Line(1), "a = 1");
}

TEST(SourceRange, IsAValueThatKeepsItsSource) {
  SourceRange range;
  {
    const auto source = std::make_shared<const Source>("a.tf", "a = 12\n");
    range = {source, 4, 6};
  }
  EXPECT_EQ(range.text(), "12");
  EXPECT_EQ(range.start_position(), (Position{1, 5, 4}));
  EXPECT_EQ(range.end_position(), (Position{1, 7, 6}));
  EXPECT_EQ(range, range);
  EXPECT_NE(range, (SourceRange{range.source, 4, 5}));
}

}  // namespace
}  // namespace cairn::hcl
