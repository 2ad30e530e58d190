#include "testing/vectors.h"

#include <gtest/gtest.h>

namespace rb::testing {
namespace {

TEST(Vectors, a_table_gives_its_cells_by_column_and_its_line_for_messages) {
    auto table = VectorTable::parse("# about\nid | amount | share\n\nA | -12 | 13/28\n", "x.vec");
    ASSERT_TRUE(table) << table.error();
    ASSERT_EQ(table->size(), 1u);
    const VectorRow& row = *table->begin();
    EXPECT_EQ(row.text("id"), "A");
    EXPECT_EQ(row.integer("amount"), -12);
    EXPECT_EQ(row.ratio("share"), Ratio::of(13, 28));
    EXPECT_EQ(row.line(), 4);
    EXPECT_EQ(row.where(), "x.vec:4 (A)");
}

TEST(Vectors, lists_are_separated_by_blanks) {
    auto table = VectorTable::parse("id | list\nA | 1 -2 3\n", "x.vec");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->begin()->integers("list"), (std::vector<std::int64_t>{1, -2, 3}));
}

TEST(Vectors, numbers_of_128_bits_are_read_whole) {
    auto table =
        VectorTable::parse("id | n\nA | -170141183460469231731687303715884105728\n", "x.vec");
    ASSERT_TRUE(table);
    EXPECT_EQ(to_text(table->begin()->wide_integer("n")),
              "-170141183460469231731687303715884105728");
}

TEST(Vectors, a_row_with_a_missing_cell_is_refused_with_its_line) {
    auto table = VectorTable::parse("id | amount\nA | 1\nB\n", "x.vec");
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error(), "x.vec:3: expected 2 cells, found 1");
}

TEST(Vectors, a_table_without_rows_is_refused) {
    EXPECT_FALSE(VectorTable::parse("# about\nid | amount\n", "x.vec"));
}

TEST(VectorsDeathTest, a_missing_file_or_column_stops_the_test) {
    EXPECT_DEATH(VectorTable::load("/nowhere/x.vec"), "cannot open /nowhere/x.vec");
    auto table = VectorTable::parse("id | amount\nA | one\n", "x.vec");
    ASSERT_TRUE(table);
    EXPECT_DEATH(table->begin()->text("price"), "there is no column 'price'");
    EXPECT_DEATH(table->begin()->integer("amount"), "no whole number in column 'amount'");
}

}  // namespace
}  // namespace rb::testing
