// Who may read the page of metrics.
#include "api/native/metrics.h"

#include <gtest/gtest.h>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

struct Asked {
    int status = 0;
    std::string body;
};

Asked ask(Shop& shop, MetricsAccess access, std::string remote, std::string host,
          std::vector<http::Header> more = {}) {
    http::Router router;
    add_metrics_route(router, shop.context(), access, [] { return "up 1\n"; }, "text/plain");
    http::Request request;
    request.path = "/metrics";
    request.remote_address = std::move(remote);
    request.headers = std::move(more);
    if (!host.empty()) request.headers.emplace_back("Host", std::move(host));
    Asked asked;
    router.handle(std::move(request), [&asked](http::Response&& response) {
        asked = {response.status, std::move(response.body)};
    });
    return asked;
}

TEST(Metrics, who_asks_on_the_machine_itself_needs_no_key) {
    Shop shop("");
    EXPECT_EQ(ask(shop, MetricsAccess::local, "127.0.0.1", "localhost:8080").body, "up 1\n");
    EXPECT_EQ(ask(shop, MetricsAccess::local, "::1", "[::1]:8080").status, 200);
    EXPECT_EQ(ask(shop, MetricsAccess::local, "192.0.2.1", "localhost").status, 401);
    EXPECT_EQ(ask(shop, MetricsAccess::local, "", "localhost").status, 401);
    EXPECT_EQ(ask(shop, MetricsAccess::local, "127.0.0.1", "rebound.example").status, 401);
    EXPECT_EQ(ask(shop, MetricsAccess::local, "127.0.0.1", "").status, 401);
    EXPECT_EQ(ask(shop, MetricsAccess::key, "127.0.0.1", "localhost").status, 401);
    EXPECT_EQ(ask(shop, MetricsAccess::open, "192.0.2.1", "any.example").status, 200);
}

TEST(Metrics, a_proxy_on_the_machine_needs_a_key) {
    Shop shop("");
    for (const char* name : {"X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"})
        EXPECT_EQ(ask(shop, MetricsAccess::local, "127.0.0.1", "localhost", {{name, "x"}}).status,
                  401)
            << name;
}

}  // namespace
}  // namespace rb::api::native
