#include "engine/usage_index.h"

#include <algorithm>

namespace rb::engine {

UsageIndex::UsageIndex(std::shared_ptr<const catalog::Catalog> catalog)
    : catalog_(std::move(catalog)) {
    for (const auto& [key, meter] : catalog_->settings.meters) {
        by_type_[meter.event].push_back(&meter);
        late_max_ = std::max(late_max_, meter.late);
    }
    for (const auto& [key, feature] : catalog_->settings.features) features_[key] = &feature;
}

const std::vector<const catalog::Meter*>& UsageIndex::meters_of(std::string_view type) const {
    auto it = by_type_.find(type);
    return it == by_type_.end() ? none_ : it->second;
}

const catalog::Feature* UsageIndex::feature(std::string_view key) const {
    auto it = features_.find(key);
    return it == features_.end() ? nullptr : it->second;
}

const catalog::Meter* UsageIndex::meter(std::string_view key) const {
    auto it = catalog_->settings.meters.find(std::string(key));
    return it == catalog_->settings.meters.end() ? nullptr : &it->second;
}

}  // namespace rb::engine
