#pragma once
// A page of metrics in Prometheus' text format. Behind it stands the serializer of prometheus-cpp;
// nothing else of the program sees that library. Families come in the order of their first metric.
//
// Labels are of bounded kinds only: patterns of routes, methods, statuses, faults. Never an
// account, a path or anything else that a client chooses.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rb::metrics {

struct Label {
    std::string_view name;
    std::string_view value;
};
using Labels = std::initializer_list<Label>;

struct Buckets {
    std::vector<double> upper_bounds;   // rising; +Inf is added
    std::vector<std::uint64_t> counts;  // of each bucket alone, and of what is beyond the last
    double sum = 0;
};

class Exposition {
public:
    Exposition();
    ~Exposition();

    // A name stands for one kind and one help text; a second metric of it differs in its labels.
    void counter(std::string_view name, std::string_view help, double value, Labels labels = {});
    void gauge(std::string_view name, std::string_view help, double value, Labels labels = {});
    void histogram(std::string_view name, std::string_view help, const Buckets& buckets,
                   Labels labels = {});

    std::string text() const;
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

private:
    struct Impl;
    const std::unique_ptr<Impl> impl_;
};

}  // namespace rb::metrics
