// Random walks over all surfaces (src/testing/walk): ./dev walk SECONDS [SEED].
//
//     ratebook_walk SECONDS [SEED] [--steps N] [--without KIND]... [--out FOLDER]
//     ratebook_walk --replay FILE [--without KIND]...
//
// Without a seed half of the time goes to seeds that are always the same, and half to new ones.
// Goes on after a failure; each new kind of one is shortened and written to FOLDER. Leaves with 1
// when there was any.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "base/text.h"
#include "testing/walk/children.h"

namespace {

using rb::testing::walk::Plan;
using rb::testing::walk::Tallies;
using rb::testing::walk::Verdict;
using rb::testing::walk::Walk;
using Time = std::chrono::steady_clock;

constexpr std::size_t shown_max = 60;  // steps of a shortened walk

struct Arguments {
    std::int64_t seconds = 0;
    std::optional<std::uint64_t> seed;
    std::size_t steps = 0;
    std::vector<std::string> without;
    std::string out = std::filesystem::temp_directory_path().string();
    std::string replay;
};

std::optional<Arguments> read(int count, char** words) {
    Arguments out;
    int numbers = 0;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        const bool has_value = i + 1 < count;
        if (word == "--without" && has_value) {
            out.without.emplace_back(words[++i]);
        } else if (word == "--out" && has_value) {
            out.out = words[++i];
        } else if (word == "--replay" && has_value) {
            out.replay = words[++i];
        } else if (word == "--steps" && has_value) {
            out.steps = static_cast<std::size_t>(rb::parse_int(words[++i]).value_or(0));
        } else if (auto number = rb::parse_int(word); number && *number >= 0 && numbers < 2) {
            if (numbers++ == 0)
                out.seconds = *number;
            else
                out.seed = static_cast<std::uint64_t>(*number);
        } else {
            return std::nullopt;
        }
    }
    if (out.replay.empty() && out.seconds == 0) return std::nullopt;
    return out;
}

int replay(const Arguments& arguments) {
    std::ifstream in(arguments.replay);
    auto walk = Walk::parse(std::string{std::istreambuf_iterator<char>(in), {}});
    if (!walk) {
        std::printf("%s: %s\n", arguments.replay.c_str(), walk.error().c_str());
        return 2;
    }
    const Verdict verdict = rb::testing::walk::run_again(*walk, arguments.without);
    std::printf("%s", verdict.replies.c_str());
    if (verdict.is_clean()) {
        std::printf("clean\n");
        return 0;
    }
    std::printf("%s\n%s\n", verdict.kind.c_str(), verdict.detail.c_str());
    return 1;
}

class Run {
public:
    explicit Run(const Arguments& arguments) : arguments_(arguments) {}

    int go() {
        const auto begin = Time::now();
        const auto end = begin + std::chrono::seconds(arguments_.seconds);
        const std::uint64_t random = std::random_device{}() & 0xFFFFFF;
        std::uint64_t seed = arguments_.seed.value_or(1);
        bool is_fixed = !arguments_.seed;
        std::printf("walk: seeds from %llu on\n", static_cast<unsigned long long>(seed));
        while (Time::now() < end) {
            if (is_fixed && Time::now() > begin + (end - begin) / 2) {
                is_fixed = false;
                seed = random;
                std::printf("walk: random seeds from %llu on\n",
                            static_cast<unsigned long long>(seed));
            }
            walk(seed++);
        }
        tell();
        return kinds_.empty() ? 0 : 1;
    }

private:
    void walk(std::uint64_t seed) {
        const Verdict verdict =
            rb::testing::walk::run_new(Plan{seed, arguments_.steps, arguments_.without});
        ++walks_;
        steps_ += verdict.walk.steps.size();
        for (const auto& [route, tally] : verdict.tallies) {
            tallies_[route].asked += tally.asked;
            tallies_[route].accepted += tally.accepted;
        }
        if (verdict.is_clean() || !kinds_.insert(verdict.kind).second) return;
        std::printf("\nseed %llu, step %zu: %s\n%s\n", static_cast<unsigned long long>(seed),
                    verdict.walk.steps.size(), verdict.kind.c_str(), verdict.detail.c_str());
        std::fflush(stdout);
        const auto most = std::chrono::seconds(
            std::min<std::int64_t>(180, std::max<std::int64_t>(20, arguments_.seconds / 3)));
        const Walk shortest = shorten(verdict, arguments_.without, most);
        const std::string file = arguments_.out + "/walk-" + std::to_string(seed) + ".txt";
        std::ofstream(file) << "# " << verdict.kind << "\n" << shortest.to_text();
        std::printf("shortened to %zu steps, again: ./dev walk --replay %s\n%s\n",
                    shortest.steps.size(), file.c_str(),
                    shortest.steps.size() <= shown_max ? shortest.to_text().c_str() : "");
        std::fflush(stdout);
    }

    void tell() const {
        std::uint64_t asked = 0;
        std::uint64_t accepted = 0;
        std::string never;
        for (const auto& [route, tally] : tallies_) {
            asked += tally.asked;
            accepted += tally.accepted;
            if (tally.accepted == 0) never += " " + route + ";";
        }
        std::printf(
            "walk: %llu walks, %llu steps; of those that were clean %llu requests, %llu "
            "accepted; %zu kinds of failures\n",
            static_cast<unsigned long long>(walks_), static_cast<unsigned long long>(steps_),
            static_cast<unsigned long long>(asked), static_cast<unsigned long long>(accepted),
            kinds_.size());
        if (!never.empty()) std::printf("never accepted:%s\n", never.c_str());
        for (const std::string& kind : kinds_) std::printf("  %s\n", kind.c_str());
    }

    const Arguments& arguments_;
    std::set<std::string> kinds_;
    Tallies tallies_;
    std::uint64_t walks_ = 0;
    std::uint64_t steps_ = 0;
};

}  // namespace

int main(int count, char** words) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const auto arguments = read(count, words);
    if (!arguments) {
        std::fprintf(stderr,
                     "usage: ratebook_walk SECONDS [SEED] [--steps N] [--without KIND]... "
                     "[--out FOLDER]\n       ratebook_walk --replay FILE\n");
        return 2;
    }
    return arguments->replay.empty() ? Run(*arguments).go() : replay(*arguments);
}
