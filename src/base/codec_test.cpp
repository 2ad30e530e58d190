#include "base/codec.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/period.h"

namespace rb {
namespace {

struct ThingTag {
    static constexpr std::string_view prefix = "thg_";
};
using ThingId = Id<ThingTag>;

struct Part {
    std::string name;
    std::int64_t count = 0;
    bool operator==(const Part&) const = default;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "name", s.name);
        v(2, "count", s.count);
    }
};

struct Everything {
    bool flag = false;
    std::int32_t small = 0;
    std::uint64_t large = 0;
    std::string text;
    ThingId id;
    Uuid uuid;
    Instant at;
    Duration length;
    CivilDate date;
    Currency currency;
    Amount amount;
    Decimal decimal;
    int128 wide = 0;
    Zone zone;
    Sha256 hash;
    BillingPeriod every;
    Rounding rounding = Rounding::half_up;
    Part part;
    std::optional<std::int64_t> maybe;
    std::optional<Part> maybe_part;
    std::vector<Part> parts;
    std::vector<std::int64_t> numbers;
    std::map<std::string, Part> named;
    std::map<Currency, Amount> by_currency;
    bool operator==(const Everything&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "flag", s.flag);
        v(2, "small", s.small);
        v(3, "large", s.large);
        v(4, "text", s.text);
        v(5, "id", s.id);
        v(6, "uuid", s.uuid);
        v(7, "at", s.at);
        v(8, "length", s.length);
        v(9, "date", s.date);
        v(10, "currency", s.currency);
        v(11, "amount", s.amount);
        v(12, "decimal", s.decimal);
        v(13, "wide", s.wide);
        v(14, "zone", s.zone);
        v(15, "hash", s.hash);
        v(16, "every", s.every);
        v(17, "rounding", s.rounding);
        v(18, "part", s.part);
        v(40, "maybe", s.maybe);
        v(41, "maybe_part", s.maybe_part);
        v(42, "parts", s.parts);
        v(43, "numbers", s.numbers);
        v(44, "named", s.named);
        v(1000, "by_currency", s.by_currency);
    }
};

// What an older program knew of `Everything`.
struct Little {
    std::int32_t small = 0;
    std::vector<Part> parts;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(2, "small", s.small);
        v(42, "parts", s.parts);
    }
};

struct Ones {
    std::int64_t count = 1;
    bool open = true;
    std::string name = "none";
    PeriodUnit unit = PeriodUnit::month;
    CivilDate date{2026, 1, 1};
    bool operator==(const Ones&) const = default;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "count", s.count);
        v(2, "open", s.open);
        v(3, "name", s.name);
        v(4, "unit", s.unit);
        v(5, "date", s.date);
    }
};

// Lists its fields out of order.
struct Wrong {
    int a = 1, b = 1;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(2, "a", s.a);
        v(1, "b", s.b);
    }
};

Everything sample() {
    Everything e;
    e.flag = true;
    e.small = -77;
    e.large = ~0ULL;
    e.text = std::string(300, 'x') + "\xc3\xa9";
    e.id = {{1, 2}};
    e.uuid = {~0ULL, 3};
    e.at = Instant::parse("2026-11-20T21:30:00.5Z").value();
    e.length = {-5};
    e.date = {2024, 2, 29};
    e.currency = "USD";
    e.amount = Amount::of_micros(-12'340'000, "EUR");
    e.decimal = Decimal::parse("-0.000000000001").value();
    e.wide = -(int128{1} << 100);
    e.zone = Zone::find("Asia/Kolkata").value();
    e.hash = Sha256::of("abc");
    e.every = {PeriodUnit::year, 2};
    e.rounding = Rounding::half_even;
    e.part = {"p", 9};
    e.maybe = 0;
    e.maybe_part = Part{};
    e.parts = {{}, {"a", 1}, {"", -1}};
    e.numbers = {0, -1, INT64_MAX, INT64_MIN};
    e.named = {{"", {"x", 1}}, {"k", {}}};
    e.by_currency = {{Currency("USD"), Amount::zero("USD")},
                     {Currency("EUR"), Amount::of_micros(1, "EUR")}};
    return e;
}

TEST(Codec, a_struct_comes_back_as_it_was) {
    Everything back;
    ASSERT_TRUE(decode(encode(sample()), back));
    EXPECT_EQ(back, sample());
}

TEST(Codec, defaults_take_no_space) {
    EXPECT_EQ(encode(Everything{}), "");
    Everything back;
    ASSERT_TRUE(decode("", back));
    EXPECT_EQ(back, Everything{});
}

TEST(Codec, zero_is_kept_where_the_default_is_not_zero) {
    EXPECT_EQ(encode(Ones{}), "");
    Ones zeros{0, false, "", PeriodUnit::day, CivilDate{}};
    Ones back;
    ASSERT_TRUE(decode(encode(zeros), back));
    EXPECT_EQ(back, zeros);
    BillingPeriod days{PeriodUnit::day, 0}, period;
    ASSERT_TRUE(decode(encode(days), period));
    EXPECT_EQ(period, days);
}

TEST(Codec, extremes_of_numbers_come_back) {
    for (std::int64_t value : {INT64_MIN, INT64_MAX, std::int64_t{-1}, std::int64_t{127},
                               std::int64_t{128}, std::int64_t{-64}, std::int64_t{1} << 62}) {
        Part back;
        ASSERT_TRUE(decode(encode(Part{"", value}), back));
        EXPECT_EQ(back.count, value);
    }
}

TEST(Codec, the_binary_form_is_fixed) {
    EXPECT_EQ(to_hex(encode(Part{"ab", -2})),
              "0502616208"
              "03");
    std::string out = encode(Everything{.uuid = {0x0102030405060708, 0x090A0B0C0D0E0F10}});
    EXPECT_EQ(to_hex(out), "1a0102030405060708090a0b0c0d0e0f10");
}

TEST(Codec, fields_that_are_not_known_are_skipped) {
    Little little;
    ASSERT_TRUE(decode(encode(sample()), little));
    EXPECT_EQ(little.small, -77);
    EXPECT_EQ(little.parts, sample().parts);
    Everything everything;
    ASSERT_TRUE(decode(encode(little), everything));
    EXPECT_EQ(everything.parts, sample().parts);
}

TEST(Codec, long_runs_have_a_longer_length) {
    for (std::size_t size : {0, 1, 127, 128, 16383, 16384, 3'000'000}) {
        Part back;
        ASSERT_TRUE(decode(encode(Part{std::string(size, 'z'), 1}), back)) << size;
        EXPECT_EQ(back.name.size(), size);
        EXPECT_EQ(back.count, 1);
    }
}

TEST(Codec, bytes_cut_anywhere_are_safe) {
    std::string bytes = encode(sample());
    std::size_t refused = 0;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        Everything back;
        if (!decode(std::string_view(bytes).substr(0, size), back))
            ++refused;
        else
            EXPECT_NE(back, sample());
    }
    // Only a cut between two fields can go unseen.
    EXPECT_GE(refused, bytes.size() - 24);
}

TEST(Codec, every_flipped_bit_is_safe) {
    std::string bytes = encode(sample());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string damaged = bytes;
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
            Everything back;
            // What is accepted can be written and shown.
            if (decode(damaged, back)) {
                EXPECT_FALSE(encode_json(back).empty());
                Everything again;
                EXPECT_TRUE(decode(encode(back), again));
            }
        }
    }
}

TEST(Codec, random_bytes_are_safe) {
    std::mt19937_64 random(23);
    for (int i = 0; i < 100'000; ++i) {
        std::string bytes;
        for (std::size_t size = random() % 40; size > 0; --size)
            bytes += static_cast<char>(random() % 3 == 0 ? random() : random() % 24);
        Everything back;
        if (decode(bytes, back)) {
            EXPECT_FALSE(encode_json(back).empty());
        }
    }
}

TEST(Codec, malformed_fields_are_refused) {
    auto refused = [](std::string_view hex) {
        Everything back;
        return !decode(parse_hex(hex).value(), back);
    };
    EXPECT_FALSE(refused("0401"));                   // flag
    EXPECT_TRUE(refused("04"));                      // no value
    EXPECT_TRUE(refused("0001"));                    // field zero
    EXPECT_TRUE(refused("0701"));                    // wire 3
    EXPECT_TRUE(refused("0500"));                    // flag as bytes
    EXPECT_TRUE(refused("04010401"));                // twice
    EXPECT_TRUE(refused("08010401"));                // descending
    EXPECT_TRUE(refused("04ffffffffffffffffff02"));  // beyond 64 bits
    EXPECT_TRUE(refused("11ff01"));                  // longer than the input
    EXPECT_TRUE(refused("4409"));                    // no such rounding
    EXPECT_TRUE(refused("2801"));                    // no such currency
    EXPECT_TRUE(refused("39024141"));                // no such zone
    EXPECT_TRUE(refused("3d024141"));                // a hash of two bytes
    EXPECT_TRUE(refused("088080808020"));            // a number that is too large for its field
    EXPECT_TRUE(refused("3102081a"));                // a decimal of thirteen digits after the point
}

TEST(CodecDeathTest, fields_out_of_order_in_a_description_stop_the_process) {
    Wrong wrong;
    wrong.a = wrong.b = 5;
    EXPECT_DEATH(encode(wrong), "field numbers ascend");
}

TEST(Codec, the_json_form_names_every_field) {
    Part part{"a\"b", -3};
    EXPECT_EQ(encode_json(part), R"({"name":"a\"b","count":-3})");
    auto json = Json::parse(encode_json(sample()));
    ASSERT_TRUE(json) << json.error();
    EXPECT_EQ(json->at_path("id")->as_string(), sample().id.to_text());
    EXPECT_EQ(json->at_path("at")->as_string(), "2026-11-20T21:30:00.5Z");
    EXPECT_EQ(json->at_path("date")->as_string(), "2024-02-29");
    EXPECT_EQ(json->at_path("amount/amount")->as_string(), "-12.34");
    EXPECT_EQ(json->at_path("amount/currency")->as_string(), "EUR");
    EXPECT_EQ(json->at_path("decimal")->as_string(), "-0.000000000001");
    EXPECT_EQ(json->at_path("wide")->number_text(), "-1267650600228229401496703205376");
    EXPECT_EQ(json->at_path("zone")->as_string(), "Asia/Kolkata");
    EXPECT_EQ(json->at_path("every/unit")->as_string(), "year");
    EXPECT_EQ(json->at_path("rounding")->as_string(), "half_even");
    EXPECT_EQ(json->at_path("maybe")->number_text(), "0");
    EXPECT_EQ(json->at_path("parts/1/name")->as_string(), "a");
    EXPECT_EQ(json->at_path("named/k/count")->number_text(), "0");
    EXPECT_EQ(json->at_path("by_currency/USD/amount")->as_string(), "0");
    // An absent optional is absent; bytes that are no text are shown as base64.
    Everything bytes;
    bytes.text = "\xff";
    auto shown = Json::parse(encode_json(bytes));
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->find("maybe"), nullptr);
    EXPECT_EQ(shown->find("text")->as_string(), "base64:/w==");
}

}  // namespace
}  // namespace rb
