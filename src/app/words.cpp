#include "app/words.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace rb::app {

namespace {

// How many letters must be put in, taken out or exchanged.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t corner = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t exchanged = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
            corner = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, exchanged});
        }
    }
    return row[b.size()];
}

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App* find(const CLI::App& app, const std::string& word) {
    for (const CLI::App* verb : verbs_of(app))
        if (verb->get_name() == word) return verb;
    return nullptr;
}

int refuse(const CLI::App& app, const std::string& before, const std::string& word) {
    const CLI::App* nearest = nullptr;
    std::size_t least = word.size();
    for (const CLI::App* verb : verbs_of(app)) {
        const std::size_t away = distance(word, verb->get_name());
        if (away < least) {
            least = away;
            nearest = verb;
        }
    }
    std::fprintf(stderr, "ratebook: unknown command '%s%s'", before.c_str(), word.c_str());
    if (nearest != nullptr && least <= 1 + word.size() / 2)
        std::fprintf(stderr, "; did you mean '%s%s'?\n", before.c_str(),
                     nearest->get_name().c_str());
    else
        std::fprintf(stderr, "; `ratebook help` lists them\n");
    return 2;
}

}  // namespace

std::optional<int> answer_words(const CLI::App& program, int argc, char** argv) {
    std::vector<std::string> words;
    for (int i = 1; i < argc && (words.empty() || argv[i][0] != '-'); ++i)
        if (argv[i][0] != '-') words.emplace_back(argv[i]);
    if (words.empty()) return std::nullopt;
    const bool asks_for_help = words.front() == "help";
    if (asks_for_help) words.erase(words.begin());
    const CLI::App* app = &program;
    std::string before;
    for (const std::string& word : words) {
        if (verbs_of(*app).empty()) break;  // what follows are arguments
        const CLI::App* verb = find(*app, word);
        if (verb == nullptr) return refuse(*app, before, word);
        app = verb;
        before += word + " ";
    }
    if (!asks_for_help) return std::nullopt;
    std::fputs(app->help(before.empty() ? "ratebook" : "").c_str(), stdout);
    return 0;
}

}  // namespace rb::app
