#include "store/files/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace rb::store::files {
namespace {

namespace fs = std::filesystem;

class Files : public ::testing::Test {
protected:
    Files() : folder_(::testing::TempDir() + "ratebook-files-XXXXXX") {
        EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    }
    ~Files() override {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    static std::string read(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static mode_t mode_of(const std::string& path) {
        struct stat facts{};
        EXPECT_EQ(::lstat(path.c_str(), &facts), 0);
        return facts.st_mode & 07777;
    }
    // The file that an attacker wants to be written.
    std::string victim() const {
        std::ofstream(path("victim")) << "precious";
        return path("victim");
    }
    std::string folder_;
};

TEST_F(Files, a_link_is_not_followed) {
    fs::create_symlink(victim(), path("lock"));
    EXPECT_EQ(open_own(path("lock"), O_RDWR | O_CREAT | O_TRUNC), -1);
    EXPECT_NE(why_not_opened().find("it is a link"), std::string::npos);
    EXPECT_EQ(read(path("victim")), "precious");
    fs::create_symlink(path("nowhere"), path("dangling"));
    EXPECT_EQ(open_own(path("dangling"), O_RDWR | O_CREAT), -1);
    EXPECT_FALSE(fs::exists(path("nowhere")));
}

TEST_F(Files, a_pipe_and_a_folder_are_not_opened_and_do_not_hold_up) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    EXPECT_EQ(open_own(path("pipe"), O_RDONLY), -1);
    EXPECT_EQ(why_not_opened(), "it is not a file");
    fs::create_directory(path("folder"));
    EXPECT_EQ(open_own(path("folder"), O_RDONLY), -1);
    EXPECT_EQ(errno, EISDIR);
}

TEST_F(Files, a_file_is_made_for_its_owner_alone) {
    int fd = open_own(path("new"), O_RDWR | O_CREAT);
    ASSERT_GE(fd, 0);
    ::close(fd);
    EXPECT_EQ(mode_of(path("new")), 0600u);
}

TEST_F(Files, a_new_file_takes_the_place_of_a_link_and_leaves_what_it_led_to) {
    fs::create_symlink(victim(), path("new.part"));
    int fd = make_own(path("new.part"));
    ASSERT_GE(fd, 0);
    ::close(fd);
    EXPECT_FALSE(fs::is_symlink(path("new.part")));
    EXPECT_EQ(read(path("victim")), "precious");
}

TEST_F(Files, a_replaced_file_is_written_whole_in_place_of_a_link_too) {
    ASSERT_TRUE(replace_own(path("root.key"), "first"));
    ASSERT_TRUE(replace_own(path("root.key"), "2nd"));
    EXPECT_EQ(read(path("root.key")), "2nd");
    EXPECT_EQ(mode_of(path("root.key")), 0600u);
    fs::create_symlink(victim(), path("demo.json"));
    fs::create_symlink(victim(), path("demo.json.part"));
    ASSERT_TRUE(replace_own(path("demo.json"), "{}"));
    EXPECT_FALSE(fs::is_symlink(path("demo.json")));
    EXPECT_EQ(read(path("victim")), "precious");
    EXPECT_FALSE(fs::exists(path("demo.json.part")));
}

TEST_F(Files, a_folder_that_others_may_write_is_refused_with_the_way_to_mend_it) {
    EXPECT_TRUE(check_folder(folder_));
    for (mode_t mode : {0770, 0702, 0777, 01777}) {
        ASSERT_EQ(::chmod(folder_.c_str(), mode), 0);
        auto refused = check_folder(folder_);
        ASSERT_FALSE(refused);
        EXPECT_NE(refused.error().find("chmod go-w '" + folder_ + "'"), std::string::npos)
            << refused.error();
    }
    for (mode_t mode : {0700, 0755}) {
        ASSERT_EQ(::chmod(folder_.c_str(), mode), 0);
        EXPECT_TRUE(check_folder(folder_));
    }
    EXPECT_FALSE(check_folder(path("missing")));
}

TEST_F(Files, a_folder_of_another_user_is_refused_also_for_root) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
    ASSERT_EQ(::chown(folder_.c_str(), 12345, 12345), 0);
    auto refused = check_folder(folder_);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().find("belongs to user 12345"), std::string::npos) << refused.error();
    EXPECT_NE(refused.error().find("chown -R 0"), std::string::npos) << refused.error();
}

}  // namespace
}  // namespace rb::store::files
