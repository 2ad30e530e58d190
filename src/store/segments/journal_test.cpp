#include "store/segments/journal.h"

#include <chrono>
#include <cstdio>

#include "store/segments/test_folder.h"

namespace rb::store::segments {

namespace {

using engine::Append;
using testing::batch_of;
using testing::bodies_of;
namespace fs = std::filesystem;

TEST(Frame, comes_back_as_it_was_sealed) {
    for (std::string payload : {"", "1", "12345678", "a payload of some length"}) {
        std::string bytes(frame_bytes(payload.size()), '?');
        payload.copy(bytes.data() + header_bytes, payload.size());
        seal_frame(bytes.data(), 77, Kind::commit, 12, payload.size());
        EXPECT_EQ(bytes.size() % 8, 0u);
        auto frame = frame_in(bytes + "what follows", 77);
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->kind, Kind::commit);
        EXPECT_EQ(frame->number, 12u);
        EXPECT_EQ(frame->payload, payload);
        EXPECT_FALSE(frame_in(bytes, 78));
    }
}

TEST(Frame, with_any_bit_changed_or_cut_anywhere_is_none) {
    std::string payload = "thirteen byte";
    std::string bytes(frame_bytes(payload.size()), '\0');
    payload.copy(bytes.data() + header_bytes, payload.size());
    seal_frame(bytes.data(), 0x1122334455667788, Kind::closed, 3, payload.size());
    const std::size_t covered = header_bytes + payload.size();  // behind it stand zeros
    for (std::size_t bit = 0; bit < 8 * covered; ++bit) {
        std::string other = bytes;
        other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
        EXPECT_FALSE(frame_in(other, 0x1122334455667788)) << bit;
    }
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(frame_in(std::string_view(bytes).substr(0, size), 0x1122334455667788)) << size;
}

TEST(Begin, comes_back_as_it_was_written) {
    Begin begin{7, {{0, 1}, {5, 1'000'000'000'000}}};
    std::string payload = begin_payload(begin);
    auto back = read_begin(payload);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->file, 7u);
    EXPECT_EQ(back->heads, begin.heads);
    EXPECT_FALSE(read_begin(std::string_view(payload).substr(0, payload.size() - 1)));
    payload[0] = 9;  // another format
    EXPECT_FALSE(read_begin(payload));
}

TEST(SegmentJournal, goes_on_in_files_that_grow) {
    ScratchFolder scratch;
    auto journal = must_open(scratch.journal());
    const std::string body(100'000, 'x');
    for (std::uint64_t seq = 1; seq <= 30; ++seq)
        ASSERT_EQ(append(*journal, seq, body), Append::ok);
    for (std::uint32_t file = 1; file <= 4; ++file) {
        EXPECT_TRUE(fs::exists(scratch.file(file))) << file;
        EXPECT_LE(fs::file_size(scratch.file(file)), first_file_bytes << (file - 1)) << file;
    }
    EXPECT_FALSE(fs::exists(scratch.file(5)));
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(bodies_of(*journal, 0), std::vector<std::string>(30, body));
        EXPECT_EQ(bodies_of(*journal, 0, 17).size(), 14u);
        EXPECT_EQ(journal->head(0), 30u);
        journal.reset();
        journal = must_open(scratch.journal());
    }
    EXPECT_EQ(append(*journal, 31, body), Append::ok);
}

TEST(SegmentJournal, a_commit_larger_than_a_file_has_one_of_its_own) {
    ScratchFolder scratch;
    auto journal = must_open(scratch.journal());
    const std::string large(2 * first_file_bytes, 'l');
    ASSERT_EQ(append(*journal, 1, large), Append::ok);
    ASSERT_EQ(append(*journal, 2, "small"), Append::ok);
    journal.reset();
    journal = must_open(scratch.journal());
    EXPECT_EQ(bodies_of(*journal, 0), (std::vector<std::string>{large, "small"}));
}

TEST(SegmentJournal, uses_what_was_prepared) {
    ScratchFolder scratch;
    auto journal = must_open(scratch.journal());
    const std::string body(50'000, 'x');
    journal->prepare();
    EXPECT_FALSE(fs::exists(scratch.file(1)));
    std::uint64_t seq = 0;
    while (!fs::exists(scratch.file(2))) {
        ASSERT_LT(seq, 6u) << "a file is prepared when half of the one before is used";
        ASSERT_EQ(append(*journal, ++seq, body), Append::ok);
        journal->prepare();
    }
    EXPECT_EQ(fs::file_size(scratch.file(2)), 2 * first_file_bytes);
    // What is prepared may be there when the journal is opened.
    for (int round = 0; round < 2; ++round) {
        journal.reset();
        journal = must_open(scratch.journal());
        EXPECT_EQ(bodies_of(*journal, 0).size(), seq);
        ASSERT_EQ(append(*journal, ++seq, body), Append::ok);
    }
    while (seq < 20) {
        ASSERT_EQ(append(*journal, ++seq, body), Append::ok);
        journal->prepare();
    }
    EXPECT_EQ(bodies_of(*journal, 0), std::vector<std::string>(20, body));
    for (const auto& entry : fs::directory_iterator(scratch.journal()))
        EXPECT_NE(entry.path().extension(), ".part") << entry.path();
}

TEST(SegmentJournal, is_read_in_pieces_by_who_follows_it) {
    ScratchFolder scratch;
    auto journal = must_open(scratch.journal());
    std::vector<std::string> expected;
    std::vector<std::string> seen;
    auto read_some = [&](std::size_t count) {
        auto read =
            journal->read(1, seen.size() + 1, [&](std::uint64_t seq, std::string_view body) {
                EXPECT_EQ(seq, seen.size() + 1);
                seen.emplace_back(body);
                return --count > 0;
            });
        EXPECT_TRUE(read) << read.error();
    };
    for (std::uint64_t seq = 1; seq <= 60; ++seq) {
        expected.push_back(std::string(seq * 7919 % 30'000, 'y') + std::to_string(seq));
        std::vector batches = {batch_of(0, seq, "other"), batch_of(1, seq, expected.back())};
        ASSERT_EQ(journal->append(batches), Append::ok);
        if (seq % 3 == 0) read_some(1);
        if (seq == 30) read_some(100);
        if (seq == 45) {
            journal.reset();
            journal = must_open(scratch.journal());
        }
    }
    read_some(100);
    EXPECT_EQ(seen, expected);
}

TEST(SegmentJournal, begins_a_reading_anywhere) {
    ScratchFolder scratch;
    auto journal = must_open(scratch.journal());
    // Partition 3 is silent for whole files.
    ASSERT_EQ(append(*journal, 1, "first", 3), Append::ok);
    for (std::uint64_t seq = 1; seq <= 40; ++seq)
        ASSERT_EQ(append(*journal, seq, std::string(90'000, 'x')), Append::ok);
    ASSERT_EQ(append(*journal, 2, "second", 3), Append::ok);
    for (int round = 0; round < 2; ++round) {
        for (std::uint64_t from = 1; from <= 41; ++from)
            EXPECT_EQ(bodies_of(*journal, 0, from).size(), 41 - from) << from;
        EXPECT_EQ(bodies_of(*journal, 3), (std::vector<std::string>{"first", "second"}));
        EXPECT_EQ(bodies_of(*journal, 3, 2), (std::vector<std::string>{"second"}));
        journal.reset();
        journal = must_open(scratch.journal());
    }
}

TEST(SegmentJournal, of_a_killed_process_is_read_only_without_a_change) {
    ScratchFolder scratch;
    ScratchFolder copy;
    auto journal = must_open(scratch.journal());
    for (int i = 0; i < 9; ++i) ASSERT_EQ(append_next(*journal), Append::ok);
    copy_journal(scratch, copy);
    const std::string bytes = read_file(copy.file(1));
    for (int round = 0; round < 2; ++round) {
        auto reader = Journal::open(copy.journal(), Access::read_only);
        ASSERT_TRUE(reader) << reader.error();
        EXPECT_TRUE(holds_first(**reader, 9));
        EXPECT_EQ(append_next(**reader), Append::not_written);
        EXPECT_FALSE((*reader)->set_meta("a", "b"));
        (*reader)->prepare();
    }
    EXPECT_EQ(read_file(copy.file(1)), bytes);
}

TEST(SegmentJournal, read_only_makes_none) {
    ScratchFolder scratch;
    EXPECT_FALSE(Journal::open(scratch.journal(), Access::read_only));
    EXPECT_FALSE(fs::exists(scratch.journal()));
}

class LostFiles : public ::testing::Test {
protected:
    LostFiles() {
        auto journal = must_open(scratch_.journal());
        for (std::uint64_t seq = 1; seq <= 12; ++seq)
            EXPECT_EQ(append(*journal, seq, std::string(100'000, 'x')), Append::ok);
        EXPECT_TRUE(fs::exists(scratch_.file(3)));
    }
    // Refused with these words, by both ways of opening.
    void is_refused(std::string_view why) {
        for (auto access : {Access::read_write, Access::read_only}) {
            auto journal = Journal::open(scratch_.journal(), access);
            ASSERT_FALSE(journal);
            EXPECT_NE(journal.error().find(why), std::string::npos) << journal.error();
        }
    }
    ScratchFolder scratch_;
};

TEST_F(LostFiles, one_in_the_middle_is_missed) {
    fs::remove(scratch_.file(2));
    is_refused("00000002.log' is missing");
}

TEST_F(LostFiles, one_that_does_not_begin_is_damaged) {
    auto bytes = read_file(scratch_.file(2));
    bytes[40] = static_cast<char>(bytes[40] ^ 1);
    write_file(scratch_.file(2), bytes);
    is_refused("00000002.log' is damaged at its beginning");
}

TEST_F(LostFiles, one_in_anothers_place_is_refused) {
    fs::copy_file(scratch_.file(1), scratch_.file(2), fs::copy_options::overwrite_existing);
    is_refused("00000002.log' does not begin as such a file does");
}

TEST_F(LostFiles, the_facts_are_not_made_anew_beside_commits) {
    fs::remove(scratch_.facts());
    auto journal = Journal::open(scratch_.journal(), Access::read_write);
    ASSERT_FALSE(journal);
    EXPECT_NE(journal.error().find("facts"), std::string::npos) << journal.error();
}

TEST_F(LostFiles, harmed_facts_are_refused) {
    const auto good = read_file(scratch_.facts());
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto bytes = good;
        bytes[at] = static_cast<char>(bytes[at] ^ 4);
        write_file(scratch_.facts(), bytes);
        EXPECT_FALSE(Journal::open(scratch_.journal(), Access::read_write)) << at;
    }
    write_file(scratch_.facts(), good);
    EXPECT_TRUE(Journal::open(scratch_.journal(), Access::read_write));
}

TEST_F(LostFiles, damage_in_a_file_that_is_done_is_said_when_it_is_read) {
    auto bytes = read_file(scratch_.file(1));
    bytes[150'000] = static_cast<char>(bytes[150'000] ^ 1);
    write_file(scratch_.file(1), bytes);
    auto journal = must_open(scratch_.journal());
    std::uint64_t last = 0;
    auto read = journal->read(0, 1, [&](std::uint64_t seq, std::string_view) {
        last = seq;
        return true;
    });
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().find("00000001.log' is damaged at byte"), std::string::npos)
        << read.error();
    EXPECT_EQ(last, 1u);
    EXPECT_EQ(bodies_of(*journal, 0, 4).size(), 9u);
}

// Not a test of speed: figures for who reads the log of the tests.
TEST(SegmentJournal, prints_its_rate_of_commits) {
    ScratchFolder scratch;
    auto journal = must_open(scratch.journal());
    for (std::size_t size : {200u, 4'000u, 60'000u}) {
        auto begun = std::chrono::steady_clock::now();
        std::uint64_t seq = *journal->head(0);
        const std::uint64_t commits = 300;
        for (std::uint64_t i = 0; i < commits; ++i)
            ASSERT_EQ(append(*journal, ++seq, std::string(size, 'x')), Append::ok);
        auto us = std::chrono::duration_cast<std::chrono::microseconds>(
                      std::chrono::steady_clock::now() - begun)
                      .count();
        std::printf("%zu bytes: %lld us a commit\n", size,
                    static_cast<long long>(us) / static_cast<long long>(commits));
    }
}

}  // namespace

}  // namespace rb::store::segments
