#include <gtest/gtest.h>

#include <thread>

#include "metrics/exposition.h"
#include "metrics/requests.h"

namespace rb::metrics {
namespace {

TEST(Exposition, metrics_of_one_name_stand_together_under_one_help) {
    Exposition page;
    page.counter("a_total", "As.", 3, {{"kind", "x\"y"}});
    page.gauge("b", "Bs.", -1);
    page.counter("a_total", "As.", 4'000'000'000'000, {{"kind", "z"}});
    EXPECT_EQ(page.text(),
              "# HELP a_total As.\n"
              "# TYPE a_total counter\n"
              "a_total{kind=\"x\\\"y\"} 3\n"
              "a_total{kind=\"z\"} 4000000000000\n"
              "# HELP b Bs.\n"
              "# TYPE b gauge\n"
              "b -1\n");
}

TEST(Exposition, a_histogram_counts_up) {
    Exposition page;
    page.histogram("h", "H.", {{1, 2}, {5, 0, 2}, 9});
    EXPECT_EQ(page.text(),
              "# HELP h H.\n"
              "# TYPE h histogram\n"
              "h_count 7\n"
              "h_sum 9\n"
              "h_bucket{le=\"1\"} 5\n"
              "h_bucket{le=\"2\"} 5\n"
              "h_bucket{le=\"+Inf\"} 7\n");
}

TEST(Requests, those_of_all_threads_are_added_by_route_method_and_status) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([] {
            for (int i = 0; i < 100; ++i) count_request("/v1/x/{id}", "GET", 200, 90);
            count_request("/v1/x/{id}", "GET", 404, 100);
            count_request("/v1/x/{id}", "POST", 200, 9'000'000);
        });
    for (std::thread& thread : threads) thread.join();
    RequestTable::Sums sums;
    Tally<RequestTable>::each([&sums](const RequestTable& table) { table.add_to(sums); });
    const RequestTable::Sum& get = sums.at({"/v1/x/{id}", "GET"});
    EXPECT_EQ(get.by_status, (std::map<int, std::uint64_t>{{200, 300}, {404, 3}}));
    EXPECT_EQ(get.by_latency.front(), 303u);
    EXPECT_EQ(get.took_us, 3u * 9'100);
    EXPECT_EQ(sums.at({"/v1/x/{id}", "POST"}).by_latency.back(), 3u);

    Exposition page;
    show_requests(page);
    EXPECT_TRUE(
        page.text().contains("ratebook_http_requests_total{route=\"/v1/x/{id}\",method="
                             "\"GET\",status=\"404\"} 3\n"))
        << page.text();
}

TEST(Requests, more_statuses_than_there_is_room_for_are_counted_as_one) {
    RequestTable table;
    for (int status = 400; status < 440; ++status) table.count("/", "GET", status, 1);
    RequestTable::Sums sums;
    table.add_to(sums);
    const RequestTable::Sum& sum = sums.at({"/", "GET"});
    std::uint64_t all = 0;
    for (const auto& [status, count] : sum.by_status) all += count;
    EXPECT_EQ(all, 40u);
    EXPECT_GT(sum.by_status.at(0), 1u);
}

}  // namespace
}  // namespace rb::metrics
