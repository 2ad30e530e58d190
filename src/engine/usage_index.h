#pragma once
// Which meters count events of a type, and which meter a feature has; made once a catalog.
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "domain/catalog/catalog.h"

namespace rb::engine {

class UsageIndex {
public:
    explicit UsageIndex(std::shared_ptr<const catalog::Catalog> catalog);

    const std::shared_ptr<const catalog::Catalog>& catalog() const { return catalog_; }
    const std::vector<const catalog::Meter*>& meters_of(std::string_view event_type) const;
    const catalog::Feature* feature(std::string_view key) const;
    const catalog::Meter* meter(std::string_view key) const;
    // The longest late window, at least 35 days.
    Duration late_max() const { return late_max_; }

private:
    std::shared_ptr<const catalog::Catalog> catalog_;
    boost::unordered_flat_map<std::string_view, std::vector<const catalog::Meter*>> by_type_;
    boost::unordered_flat_map<std::string_view, const catalog::Feature*> features_;
    std::vector<const catalog::Meter*> none_;
    Duration late_max_ = Duration::of_days(35);
};

}  // namespace rb::engine
