#include "api/agency/test_reseller.h"
#include "testing/transcript/transcript.h"

namespace rb::api::agency {
namespace {

TEST(AgencyTranscripts, are_answered_as_written) {
    auto files = testing::transcripts_in(RATEBOOK_SOURCE_DIR "/golden/api/agency");
    ASSERT_FALSE(files.empty());
    for (const auto& file : files) {
        auto transcript = testing::read_transcript(file);
        ASSERT_TRUE(transcript.has_value()) << transcript.error();
        Reseller house;
        testing::Values values{{"north", house.north.uuid.to_text()},
                               {"south", house.south.uuid.to_text()},
                               {"north_key", "in-north"},
                               {"south_key", "in-south"},
                               {"reader_key", "in-reader"}};
        for (const std::string& difference :
             testing::run_transcript(*transcript, house.router(), std::move(values)))
            ADD_FAILURE() << difference;
    }
}

}  // namespace
}  // namespace rb::api::agency
