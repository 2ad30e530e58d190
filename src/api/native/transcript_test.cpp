#include "testing/transcript/transcript.h"

#include <gtest/gtest.h>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

TEST(NativeTranscripts, are_answered_as_written) {
    auto files = testing::transcripts_in(RATEBOOK_SOURCE_DIR "/golden/api/native");
    ASSERT_FALSE(files.empty());
    for (const auto& file : files) {
        auto transcript = testing::read_transcript(file);
        ASSERT_TRUE(transcript.has_value()) << transcript.error();
        Shop shop;
        for (const std::string& difference : testing::run_transcript(
                 *transcript, shop.router(), {{"root", std::string(Shop::root)}}))
            ADD_FAILURE() << difference;
    }
}

}  // namespace
}  // namespace rb::api::native
