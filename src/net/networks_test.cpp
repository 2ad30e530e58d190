#include "net/networks.h"

#include <gtest/gtest.h>

namespace rb::net {
namespace {

TEST(Networks, contain_what_begins_with_their_bits) {
    auto networks = Networks::parse("10.0.0.0/8,192.168.4.0/22,203.0.113.7,2001:db8::/33,::1");
    ASSERT_TRUE(networks) << networks.error();
    for (const char* address : {"10.0.0.0", "10.255.255.255", "192.168.4.0", "192.168.7.255",
                                "203.0.113.7", "2001:db8:7fff::1", "::1", "::ffff:10.1.2.3"})
        EXPECT_TRUE(networks->contains(address)) << address;
    for (const char* address :
         {"11.0.0.0", "9.255.255.255", "192.168.8.0", "192.168.3.255", "203.0.113.8",
          "2001:db8:8000::1", "::2", "::ffff:11.1.2.3", "::10.1.2.3", "", "host", "10.0.0"})
        EXPECT_FALSE(networks->contains(address)) << address;
    EXPECT_FALSE(Networks::parse("")->contains("127.0.0.1"));
    EXPECT_TRUE(Networks::parse("0.0.0.0/0")->contains("198.51.100.1"));
    EXPECT_FALSE(Networks::parse("0.0.0.0/0")->contains("2001:db8::1"));
    EXPECT_TRUE(Networks::parse("::/0")->contains("198.51.100.1"));
    EXPECT_TRUE(Networks::loopback().contains("127.1.2.3"));
    EXPECT_FALSE(Networks::loopback().contains("128.0.0.1"));
}

TEST(Networks, what_is_no_network_is_named) {
    for (const char* text : {"proxy", "10.0.0.0/33", "::1/129", "10.0.0.0/-1", "10.0.0.0/", "/8",
                             "10.0.0.1, 10.0.0.2", "10.0.0/8"}) {
        auto networks = Networks::parse(text);
        ASSERT_FALSE(networks) << text;
        EXPECT_NE(networks.error().find("is no network"), std::string::npos);
    }
}

}  // namespace
}  // namespace rb::net
