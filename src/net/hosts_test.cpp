#include "net/hosts.h"

#include <gtest/gtest.h>

namespace rb::net {
namespace {

TEST(Hosts, are_found_in_any_case_with_or_without_port_and_last_dot) {
    auto hosts = Hosts::parse("Billing.Example.com, api.example.com.,[2001:DB8:0::1],192.0.2.7");
    ASSERT_TRUE(hosts) << hosts.error();
    for (const char* host :
         {"billing.example.com", "BILLING.example.COM:443", "billing.example.com.",
          "billing.example.com.:8080", "api.example.com", "[2001:db8::1]", "[2001:db8::0:1]:443",
          "192.0.2.7", "192.0.2.7:80", "[::ffff:192.0.2.7]"})
        EXPECT_TRUE(hosts->contains(host)) << host;
    for (const char* host :
         {"", "example.com", "x.billing.example.com", "billing.example.com.evil.org",
          "billing.example.com..", "xbilling.example.com", "[2001:db8::2]", "2001:db8::1",
          "192.0.2.70", "192.0.2.7.example.com", "[", "[]", ":80", "localhost"})
        EXPECT_FALSE(hosts->contains(host)) << host;
    EXPECT_EQ(hosts->first(), "billing.example.com");
    EXPECT_EQ(Hosts::parse("::1")->first(), "[::1]");
}

TEST(Hosts, of_nothing_are_none) {
    for (const char* text : {"", ",", " , "}) {
        auto hosts = Hosts::parse(text);
        ASSERT_TRUE(hosts) << text;
        EXPECT_TRUE(hosts->empty()) << text;
        EXPECT_FALSE(hosts->contains("localhost")) << text;
        EXPECT_EQ(hosts->first(), "");
    }
}

TEST(Hosts, refuse_what_is_no_name) {
    for (const char* text : {"https://billing.example.com", "billing.example.com:443",
                             "billing.example.com/", "*.example.com", ".example.com", "a b", "[::1",
                             "b\xc3\xbc"
                             "cher.example"}) {
        auto hosts = Hosts::parse(text);
        ASSERT_FALSE(hosts) << text;
        EXPECT_NE(hosts.error().find("without scheme, port or path"), std::string::npos);
    }
    EXPECT_FALSE(Hosts::parse(std::string(254, 'a')));
}

TEST(Hosts, know_an_address_however_it_is_written) {
    EXPECT_TRUE(names_address("192.0.2.1:8080", "192.0.2.1"));
    EXPECT_TRUE(names_address("[2001:db8:0:0::1]", "2001:db8::1"));
    EXPECT_TRUE(names_address("192.0.2.1", "::ffff:192.0.2.1"));
    EXPECT_FALSE(names_address("192.0.2.2", "192.0.2.1"));
    EXPECT_FALSE(names_address("localhost", "127.0.0.1"));
    EXPECT_FALSE(names_address("", ""));
}

}  // namespace
}  // namespace rb::net
