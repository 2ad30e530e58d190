#include "engine/id_filter.h"

#include <bit>
#include <cstring>

namespace rb::engine {

static_assert(std::endian::native == std::endian::little, "blocks are written as they stand");

IdFilter::IdFilter(std::size_t ids) : blocks_(ids * bits_per_id / (8 * block_bytes) + 1) {}

Parsed<IdFilter> IdFilter::of(std::string_view bytes) {
    if (bytes.empty() || bytes.size() % block_bytes != 0)
        return Unparsed("a filter is a whole number of blocks");
    IdFilter filter;
    filter.blocks_.resize(bytes.size() / block_bytes);
    std::memcpy(filter.blocks_.data(), bytes.data(), bytes.size());
    return filter;
}

void IdFilter::add(const Uuid& id) {
    Block& block = blocks_[block_of(id)];
    for (std::size_t i = 0; i < words; ++i) block.word[i] |= bit_of(id, i);
}

bool IdFilter::may_have(const Uuid& id) const {
    const Block& block = blocks_[block_of(id)];
    for (std::size_t i = 0; i < words; ++i)
        if ((block.word[i] & bit_of(id, i)) == 0) return false;
    return true;
}

std::string_view IdFilter::bytes() const {
    return {reinterpret_cast<const char*>(blocks_.data()), blocks_.size() * block_bytes};
}

}  // namespace rb::engine
