#include "api/tenant/test_helpdesk.h"
#include "testing/transcript/transcript.h"

namespace rb::api::tenant {
namespace {

TEST(TenantTranscripts, are_answered_as_written) {
    auto files = testing::transcripts_in(RATEBOOK_SOURCE_DIR "/golden/api/tenant");
    ASSERT_FALSE(files.empty());
    for (const auto& file : files) {
        auto transcript = testing::read_transcript(file);
        ASSERT_TRUE(transcript.has_value()) << transcript.error();
        Helpdesk desk;
        desk.add_members(desk.acme, 2, 1);
        desk.set_gauge("mailboxes", 2);
        testing::Values values{{"owner", "rb_owner"},
                               {"admin", "rb_admin"},
                               {"developer", "rb_developer"},
                               {"stranger", "rb_other"}};
        for (const std::string& difference :
             testing::run_transcript(*transcript, desk.router(), std::move(values)))
            ADD_FAILURE() << difference;
    }
}

}  // namespace
}  // namespace rb::api::tenant
