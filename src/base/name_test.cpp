#include "base/name.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/codec.h"

namespace rb {
namespace {

struct Holder {
    Name name;
    Names names;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "name", s.name);
        v(2, "names", s.names);
    }
};
struct Texts {
    std::string name;
    std::vector<std::string> names;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "name", s.name);
        v(2, "names", s.names);
    }
};

TEST(NameTest, equal_texts_are_one_name_and_others_are_not) {
    std::string built = "mes";
    built += "sages";
    EXPECT_EQ(Name(built), Name("messages"));
    EXPECT_EQ(&Name(built).text(), &Name("messages").text());
    EXPECT_FALSE(Name("messages") == Name("minutes"));
    EXPECT_TRUE(Name("messages") == "messages");
    EXPECT_EQ(Name(), Name(""));
    EXPECT_TRUE(Name().empty());
}

TEST(NameTest, names_sort_by_their_texts) {
    EXPECT_LT(Name("b"), Name("c"));
    EXPECT_LT(Name("a"), Name("b"));
}

TEST(NameTest, equal_lists_are_one) {
    EXPECT_EQ((Names{"a", "b"}), (Names{"a", "b"}));
    EXPECT_FALSE((Names{"a", "b"}) == (Names{"b", "a"}));
    EXPECT_EQ(Names(), Names(std::vector<Name>{}));
    EXPECT_TRUE((Names{"a", "b"}).contains(Name("b")));
    EXPECT_FALSE((Names{"a", "b"}).contains(Name("c")));
}

TEST(NameTest, in_the_journal_they_are_the_texts_they_stand_for) {
    std::string bytes;
    std::string as_texts;
    codec::put(bytes, Holder{Name("m"), {"x", "y"}});
    codec::put(as_texts, Texts{"m", {"x", "y"}});
    EXPECT_EQ(bytes, as_texts);
    Holder read;
    codec::Reader reader(bytes);
    reader.get(read);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(read.name, Name("m"));
    EXPECT_EQ(read.names, (Names{"x", "y"}));
}

TEST(NameTest, threads_that_ask_at_once_get_the_same_name) {
    std::vector<const std::string*> seen(8);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < seen.size(); ++i)
        threads.emplace_back([&seen, i] {
            for (int n = 0; n < 1000; ++n) seen[i] = &Name("n" + std::to_string(n)).text();
        });
    for (std::thread& t : threads) t.join();
    for (const std::string* text : seen) EXPECT_EQ(text, seen.front());
}

}  // namespace
}  // namespace rb
