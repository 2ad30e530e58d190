// Text, hashes, ids.
#include "base/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "base/id.h"

namespace rb {
namespace {

struct ThingTag {
    static constexpr std::string_view prefix = "thg_";
};
using ThingId = Id<ThingTag>;

TEST(Text, hexadecimal_round_trips) {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    EXPECT_EQ(parse_hex(to_hex(all)).value(), all);
    EXPECT_EQ(to_hex("\x0f\xa0"), "0fa0");
    EXPECT_EQ(parse_hex("0FA0").value(), "\x0f\xa0");
    EXPECT_FALSE(parse_hex("abc"));
    EXPECT_FALSE(parse_hex("zz"));
}

TEST(Text, base64_follows_the_vectors_of_rfc_4648) {
    const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(to_base64(bytes), text);
        EXPECT_EQ(parse_base64(text).value(), bytes);
        std::string unpadded = text.substr(0, text.find('='));
        EXPECT_EQ(parse_base64(unpadded).value(), bytes);
        EXPECT_EQ(parse_base64url(unpadded).value(), bytes);
    }
    EXPECT_EQ(parse_base64("+/+/").value(), parse_base64url("-_-_").value());
}

TEST(Text, malformed_base64_is_refused) {
    for (std::string_view text :
         {"Z", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm 9v", "Zm9v=", "-_-_", "===="})
        EXPECT_FALSE(parse_base64(text)) << text;
    EXPECT_FALSE(parse_base64url("+/+/"));
    EXPECT_FALSE(parse_base64url("Zg=="));
}

TEST(Text, whole_numbers_are_read_strictly) {
    EXPECT_EQ(parse_int("9223372036854775807").value(), INT64_MAX);
    EXPECT_EQ(parse_int("-9223372036854775808").value(), INT64_MIN);
    for (std::string_view text : {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808"})
        EXPECT_FALSE(parse_int(text)) << text;
}

TEST(Text, utf8_is_told_from_other_bytes) {
    for (std::string_view text :
         {"", "plain", "12345678\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf",
          "\xf4\x8f\xbf\xbf", "12345678"})
        EXPECT_TRUE(is_utf8(text)) << to_hex(text);
    for (std::string_view text : {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80",
                                  "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                                  "\xf5\x80\x80\x80", "1234567\xff", "12345678\xe2\x82", "\xff"})
        EXPECT_FALSE(is_utf8(text)) << to_hex(text);
    EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
}

TEST(Text, only_ascii_letters_are_lowered) {
    EXPECT_EQ(to_lower("Content-TYPE \xc3\x89[Z]"), "content-type \xc3\x89[z]");
}

TEST(Text, sha256_of_the_standard_examples) {
    EXPECT_EQ(Sha256::of("abc").to_hex(),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(Sha256::of("").to_hex(),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Text, crc32c_of_the_examples_of_rfc_3720) {
    EXPECT_EQ(crc32c(""), 0u);
    EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
    EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43u);
    std::string ascending;
    for (char c = 0; c < 32; ++c) ascending += c;
    EXPECT_EQ(crc32c(ascending), 0x46DD794Eu);
}

TEST(Id, a_uuid_round_trips_as_text_and_as_base32) {
    std::mt19937_64 random(11);
    for (int i = 0; i < 2000; ++i) {
        Uuid uuid{random(), random()};
        EXPECT_EQ(Uuid::parse(uuid.to_text()).value(), uuid);
        EXPECT_EQ(Uuid::parse_base32(uuid.to_base32()).value(), uuid);
        EXPECT_EQ(uuid.to_base32().size(), 26u);
    }
    Uuid largest{~0ULL, ~0ULL};
    EXPECT_EQ(largest.to_base32(), "7zzzzzzzzzzzzzzzzzzzzzzzzz");
    EXPECT_EQ(Uuid::parse("0190B5A2-7c3e-7abc-8def-0123456789ab").value().to_text(),
              "0190b5a2-7c3e-7abc-8def-0123456789ab");
}

TEST(Id, base32_sorts_as_the_ids_do) {
    std::mt19937_64 random(13);
    std::vector<Uuid> uuids;
    for (int i = 0; i < 500; ++i) uuids.push_back({random() >> (random() % 64), random()});
    std::ranges::sort(uuids);
    for (std::size_t i = 1; i < uuids.size(); ++i)
        EXPECT_LE(uuids[i - 1].to_base32(), uuids[i].to_base32());
}

TEST(Id, malformed_texts_are_refused) {
    for (std::string_view text :
         {"", "0190b5a27c3e7abc8def0123456789ab", "0190b5a2-7c3e-7abc-8def-0123456789ag",
          "0190b5a2_7c3e-7abc-8def-0123456789ab", "{190b5a2-7c3e-7abc-8def-0123456789a}"})
        EXPECT_FALSE(Uuid::parse(text)) << text;
    for (std::string_view text : {"", "80000000000000000000000000", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                                  "0000000000000000000000000i", "0000000000000000000000000"})
        EXPECT_FALSE(Uuid::parse_base32(text)) << text;
}

TEST(Id, version_seven_carries_its_millisecond_version_and_variant) {
    Uuid uuid = Uuid::v7(0x0190B5A27C3E, ~0ULL, ~0ULL);
    EXPECT_EQ(uuid.to_text(), "0190b5a2-7c3e-7fff-bfff-ffffffffffff");
    EXPECT_EQ(Uuid::v7(1, 0, 0).to_text(), "00000000-0001-7000-8000-000000000000");
    EXPECT_LT(Uuid::v7(1, ~0ULL, ~0ULL), Uuid::v7(2, 0, 0));
}

TEST(Id, an_id_has_the_prefix_of_its_kind) {
    ThingId id{Uuid::v7(1'700'000'000'000, 5, 6)};
    EXPECT_TRUE(id.to_text().starts_with("thg_"));
    EXPECT_EQ(ThingId::parse(id.to_text()).value(), id);
    auto other = ThingId::parse("acc_" + id.uuid.to_base32());
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error(), "expected an id that begins with 'thg_'");
    EXPECT_TRUE(ThingId{}.is_nil());
}

}  // namespace
}  // namespace rb
