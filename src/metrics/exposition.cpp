#include "metrics/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include "base/check.h"

namespace rb::metrics {

struct Exposition::Impl {
    prometheus::ClientMetric& add(std::string_view name, std::string_view help,
                                  prometheus::MetricType type, Labels labels) {
        auto family = std::ranges::find(families, name, &prometheus::MetricFamily::name);
        if (family == families.end()) {
            families.push_back({std::string(name), std::string(help), type, {}});
            family = std::prev(families.end());
        }
        RB_CHECK(family->type == type, "a metric has one kind");
        prometheus::ClientMetric& metric = family->metric.emplace_back();
        for (const Label& label : labels)
            metric.label.push_back({std::string(label.name), std::string(label.value)});
        return metric;
    }

    std::vector<prometheus::MetricFamily> families;
};

Exposition::Exposition() : impl_(std::make_unique<Impl>()) {}
Exposition::~Exposition() = default;

void Exposition::counter(std::string_view name, std::string_view help, double value,
                         Labels labels) {
    impl_->add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void Exposition::gauge(std::string_view name, std::string_view help, double value, Labels labels) {
    impl_->add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void Exposition::histogram(std::string_view name, std::string_view help, const Buckets& buckets,
                           Labels labels) {
    RB_CHECK(buckets.counts.size() == buckets.upper_bounds.size() + 1,
             "a histogram has a count for each bucket and one for what is beyond");
    auto& histogram = impl_->add(name, help, prometheus::MetricType::Histogram, labels).histogram;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < buckets.counts.size(); ++i) {
        count += buckets.counts[i];
        const double bound = i < buckets.upper_bounds.size()
                                 ? buckets.upper_bounds[i]
                                 : std::numeric_limits<double>::infinity();
        histogram.bucket.push_back({count, bound});
    }
    histogram.sample_count = count;
    histogram.sample_sum = buckets.sum;
}

std::string Exposition::text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, impl_->families);
    return std::move(out).str();
}

}  // namespace rb::metrics
