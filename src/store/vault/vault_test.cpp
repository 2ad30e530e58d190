#include "store/vault/vault.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "base/text.h"

namespace rb::store::vault {

namespace {

namespace fs = std::filesystem;

const std::string master(master_key_bytes, 'm');

class KeyFile : public ::testing::Test {
protected:
    KeyFile() { EXPECT_NE(::mkdtemp(directory_.data()), nullptr); }
    ~KeyFile() override { fs::remove_all(directory_); }
    std::string path() const { return directory_ + "/master.key"; }
    void write(const std::string& text, mode_t mode = 0600) {
        std::ofstream(path(), std::ios::trunc) << text;
        ASSERT_EQ(::chmod(path().c_str(), mode), 0);
    }
    std::string directory_ = ::testing::TempDir() + "vault-XXXXXX";
};

TEST(Vault, opens_what_it_sealed) {
    auto vault = make_vault(master);
    auto key = vault->make_data_key();
    for (const std::string& text :
         {std::string(), std::string("Ada"), std::string("\0\xff", 2), std::string(100'000, 'x')}) {
        auto sealed = vault->seal(key, text);
        EXPECT_EQ(sealed.size(), text.size() + 41);
        EXPECT_EQ(vault->open(key, sealed), text);
    }
}

TEST(Vault, opens_it_after_a_restart) {
    auto first = make_vault(master);
    auto key = first->make_data_key();
    auto sealed = first->seal(key, "Ada");
    EXPECT_EQ(make_vault(master)->open(key, sealed), "Ada");
}

TEST(Vault, shows_nothing_of_the_text_and_never_the_same_twice) {
    auto vault = make_vault(master);
    auto key = vault->make_data_key();
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        auto sealed = vault->seal(key, "ada@example.com");
        EXPECT_EQ(sealed.find("example"), std::string::npos);
        EXPECT_TRUE(seen.insert(sealed).second);
    }
    EXPECT_NE(vault->make_data_key(), vault->make_data_key());
}

TEST(Vault, opens_nothing_with_another_data_key) {
    auto vault = make_vault(master);
    auto sealed = vault->seal(vault->make_data_key(), "Ada");
    EXPECT_EQ(vault->open(vault->make_data_key(), sealed), std::nullopt);
}

TEST(Vault, opens_nothing_when_the_data_key_was_destroyed) {
    auto vault = make_vault(master);
    auto sealed = vault->seal(vault->make_data_key(), "Ada");
    EXPECT_EQ(vault->open("", sealed), std::nullopt);
    EXPECT_EQ(vault->seal("", "Ada"), "");
    EXPECT_EQ(vault->seal(std::string(73, '\0'), "Ada"), "");
}

TEST(Vault, opens_nothing_under_another_master_key) {
    auto vault = make_vault(master);
    auto key = vault->make_data_key();
    auto sealed = vault->seal(key, "Ada");
    auto other = make_vault(std::string(master_key_bytes, 'o'));
    EXPECT_EQ(other->open(key, sealed), std::nullopt);
    EXPECT_EQ(other->seal(key, "Ada"), "");
    EXPECT_NE(key_check(*other), key_check(*vault));
    EXPECT_EQ(key_check(*make_vault(master)), key_check(*vault));
}

TEST(Vault, notices_each_changed_and_each_missing_byte) {
    auto vault = make_vault(master);
    auto key = vault->make_data_key();
    auto sealed = vault->seal(key, "Ada Lovelace");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_EQ(vault->open(key, changed), std::nullopt) << i;
        EXPECT_EQ(vault->open(key, sealed.substr(0, i)), std::nullopt) << i;
    }
    for (std::size_t i = 0; i < key.size(); ++i) {
        auto changed = key;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_EQ(vault->open(changed, sealed), std::nullopt) << i;
    }
}

TEST(Vault, takes_no_wrapped_key_for_a_sealed_field) {
    auto vault = make_vault(master);
    auto key = vault->make_data_key();
    EXPECT_EQ(vault->open(key, key), std::nullopt);
}

TEST(Vault, fingerprints_are_equal_for_equal_text_under_one_master_key_only) {
    auto vault = make_vault(master);
    EXPECT_EQ(vault->fingerprint("ada@example.com").size(), 32u);
    EXPECT_EQ(vault->fingerprint("ada@example.com"), vault->fingerprint("ada@example.com"));
    EXPECT_NE(vault->fingerprint("ada@example.com"), vault->fingerprint("adb@example.com"));
    EXPECT_NE(vault->fingerprint("a"), make_vault(std::string(32, 'o'))->fingerprint("a"));
}

TEST(Vault, works_with_more_data_keys_than_it_remembers) {
    auto vault = make_vault(master);
    std::vector<std::pair<std::string, std::string>> sealed;
    for (int i = 0; i < 5000; ++i) {
        auto key = vault->make_data_key();
        sealed.emplace_back(key, vault->seal(key, std::to_string(i)));
    }
    for (int i = 0; i < 5000; ++i) {
        const auto& [key, text] = sealed[static_cast<std::size_t>(i)];
        ASSERT_EQ(vault->open(key, text), std::to_string(i));
    }
}

TEST(Vault, serves_several_threads) {
    auto vault = make_vault(master);
    std::vector<std::string> keys;
    for (int i = 0; i < 50; ++i) keys.push_back(vault->make_data_key());
    std::vector<std::thread> threads;
    std::atomic<int> good = 0;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (const auto& key : keys)
                if (vault->open(key, vault->seal(key, "Ada")) == "Ada") ++good;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 200);
}

TEST(MasterKey, is_read_from_hex_and_base64) {
    std::string key;
    for (int i = 0; i < 32; ++i) key += static_cast<char>(i * 7);
    EXPECT_EQ(parse_master_key(to_hex(key)), key);
    EXPECT_EQ(parse_master_key(" " + to_hex(key) + "\r\n"), key);
    EXPECT_EQ(parse_master_key(to_base64(key) + "\n"), key);
}

TEST(MasterKey, of_another_form_is_refused_without_being_repeated) {
    for (std::string text :
         {std::string(), std::string("secret"), std::string(64, 'g'), std::string(63, 'a'),
          to_base64(std::string(31, 'k')), to_base64(std::string(33, 'k'))}) {
        auto key = parse_master_key(text);
        ASSERT_FALSE(key) << text;
        EXPECT_TRUE(text.empty() || key.error().find(text) == std::string::npos);
    }
}

TEST_F(KeyFile, is_made_once_and_for_its_owner_alone) {
    auto key = load_or_make_master_key(path());
    ASSERT_TRUE(key) << key.error();
    EXPECT_EQ(key->size(), master_key_bytes);
    struct stat facts{};
    ASSERT_EQ(::stat(path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u);
    EXPECT_EQ(facts.st_size, 65);
    EXPECT_EQ(load_or_make_master_key(path()), *key);
    EXPECT_EQ(load_master_key(path()), *key);
    EXPECT_EQ(std::distance(fs::directory_iterator(directory_), fs::directory_iterator()), 1);
}

TEST_F(KeyFile, differs_from_store_to_store) {
    auto first = load_or_make_master_key(path());
    fs::remove(path());
    EXPECT_NE(load_or_make_master_key(path()), *first);
}

TEST_F(KeyFile, that_others_may_read_is_refused) {
    write(std::string(64, 'a'), 0640);
    auto key = load_or_make_master_key(path());
    ASSERT_FALSE(key);
    EXPECT_NE(key.error().find("chmod 600"), std::string::npos) << key.error();
}

TEST_F(KeyFile, that_holds_no_key_is_refused_and_kept) {
    write("");
    EXPECT_FALSE(load_or_make_master_key(path()));
    write("nonsense");
    EXPECT_FALSE(load_or_make_master_key(path()));
    EXPECT_EQ(fs::file_size(path()), 8u);
}

TEST_F(KeyFile, that_is_missing_is_not_made_by_loading) {
    EXPECT_FALSE(load_master_key(path()));
    EXPECT_FALSE(fs::exists(path()));
    EXPECT_FALSE(load_or_make_master_key(directory_ + "/none/master.key"));
}

TEST_F(KeyFile, is_the_same_for_all_who_make_it_at_once) {
    std::vector<std::string> keys(8);
    std::vector<std::thread> threads;
    for (auto& key : keys)
        threads.emplace_back([&] { key = load_or_make_master_key(path()).value_or("none"); });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(std::set(keys.begin(), keys.end()).size(), 1u);
    EXPECT_EQ(keys[0].size(), master_key_bytes);
}

}  // namespace

}  // namespace rb::store::vault
