#include <gtest/gtest.h>

#include "api/http/message.h"

namespace rb::http {
namespace {

constexpr std::string_view type = "multipart/form-data; boundary=XyZ";

TEST(Multipart, reads_quoted_and_unquoted_names_and_ignores_other_part_headers) {
    const auto parts = parse_multipart(type,
                                       "--XyZ\r\n"
                                       "Content-Disposition: form-data; name=\"plan id\"\r\n"
                                       "\r\n"
                                       "pro\r\n"
                                       "--XyZ\r\n"
                                       "Content-Type: text/csv\r\n"
                                       "content-disposition: form-data; filename=\"a;b.csv\"; "
                                       "name=file\r\n"
                                       "X-Other: 1\r\n"
                                       "\r\n"
                                       "a,b\r\n1,2\r\n\r\n"
                                       "--XyZ--\r\n");
    ASSERT_TRUE(parts.has_value()) << parts.error();
    EXPECT_EQ(*parts, (Parameters{{"plan id", "pro"}, {"file", "a,b\r\n1,2\r\n"}}));
}

TEST(Multipart, takes_a_quoted_boundary_a_preamble_and_an_epilogue) {
    const auto parts = parse_multipart("Multipart/Form-Data; charset=utf-8; Boundary=\"a b:c\"",
                                       "hello\r\n--a b:c\r\n"
                                       "Content-Disposition: form-data; name=\"q\\\"1\"\r\n\r\n"
                                       "\r\n--a b:c--\r\nbye");
    ASSERT_TRUE(parts.has_value()) << parts.error();
    EXPECT_EQ(*parts, (Parameters{{"q\"1", ""}}));
}

TEST(Multipart, keeps_content_that_only_looks_like_a_boundary) {
    const auto parts = parse_multipart(type,
                                       "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\n"
                                       "x--XyZ\n--XyZ\r\n--XyY\r\n--XyZ--");
    ASSERT_TRUE(parts.has_value()) << parts.error();
    EXPECT_EQ(*parts, (Parameters{{"a", "x--XyZ\n--XyZ\r\n--XyY"}}));
}

TEST(Multipart, without_parts_is_empty) {
    EXPECT_EQ(parse_multipart(type, "--XyZ--\r\n").value(), Parameters{});
}

TEST(Multipart, refuses_a_content_type_that_is_another_or_has_no_boundary) {
    for (const char* content_type :
         {"application/json", "multipart/mixed; boundary=XyZ", "multipart/form-data",
          "multipart/form-data; boundary=", "multipart/form-data; boundary=\"XyZ",
          "multipart/form-data; boundary=Xy\"Z"}) {
        EXPECT_FALSE(parse_multipart(content_type, "--XyZ--").has_value()) << content_type;
    }
    const std::string long_boundary(71, 'b');
    EXPECT_FALSE(parse_multipart("multipart/form-data; boundary=" + long_boundary,
                                 "--" + long_boundary + "--")
                     .has_value());
}

TEST(Multipart, refuses_malformed_bodies_with_a_sentence) {
    const std::pair<const char*, const char*> cases[] = {
        {"empty", ""},
        {"no boundary", "a=1&b=2"},
        {"another boundary", "--other\r\n\r\n\r\n--other--"},
        {"never ends", "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\nvalue"},
        {"ends in the middle of its last boundary",
         "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\nvalue\r\n--Xy"},
        {"ends after a boundary", "--XyZ"},
        {"lines end in LF", "--XyZ\nContent-Disposition: form-data; name=a\n\nvalue\n--XyZ--"},
        {"headers do not end", "--XyZ\r\nContent-Disposition: form-data; name=a\r\n"},
        {"no disposition", "--XyZ\r\nContent-Type: text/plain\r\n\r\nvalue\r\n--XyZ--"},
        {"two dispositions",
         "--XyZ\r\nContent-Disposition: form-data; name=a\r\n"
         "Content-Disposition: form-data; name=b\r\n\r\nvalue\r\n--XyZ--"},
        {"another disposition",
         "--XyZ\r\nContent-Disposition: attachment; name=a\r\n\r\nvalue\r\n--XyZ--"},
        {"no name", "--XyZ\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--XyZ--"},
        {"name not closed",
         "--XyZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\nvalue\r\n--XyZ--"},
        {"header without colon", "--XyZ\r\nContent-Disposition\r\n\r\nvalue\r\n--XyZ--"},
        {"name not UTF-8",
         "--XyZ\r\nContent-Disposition: form-data; name=\xff\r\n\r\nvalue\r\n--XyZ--"},
    };
    for (const auto& [what, body] : cases) {
        const auto parts = parse_multipart(type, body);
        ASSERT_FALSE(parts.has_value()) << what;
        EXPECT_GT(parts.error().size(), 10u) << what;
    }
}

TEST(Multipart, has_a_bounded_number_of_parts) {
    std::string body;
    for (int i = 0; i < 1000; ++i) {
        body += "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";
    }
    EXPECT_EQ(parse_multipart(type, body + "--XyZ--").value().size(), 1000u);
    body += "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";
    EXPECT_FALSE(parse_multipart(type, body + "--XyZ--").has_value());
}

}  // namespace
}  // namespace rb::http
