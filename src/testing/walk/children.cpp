#include "testing/walk/children.h"

#include <cxxabi.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>

#include "base/check.h"
#include "base/text.h"
#include "testing/walk/generator.h"
#include "testing/walk/token.h"

namespace rb::testing::walk {

namespace {

constexpr unsigned step_seconds_max = 300;  // one that takes longer never ends
constexpr std::string_view broken = "ratebook: broken invariant: ";

// A new directory, gone with all that is in it at the end.
class Folder {
public:
    Folder() {
        path_ = (std::filesystem::temp_directory_path() / "ratebook-walk-XXXXXX").string();
        RB_CHECK(::mkdtemp(path_.data()) != nullptr, "a folder can be made");
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string file(const char* name) const { return path_ + "/" + name; }
    std::string text(const char* name) const {
        std::ifstream in(file(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

private:
    std::string path_;
};

// What a child leaves behind, for its parent.
class Notes {
public:
    explicit Notes(const Folder& folder)
        : folder_(folder),
          steps_(::open(folder.file("steps").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)) {}

    void begin(const Stage& stage) { line(stage.to_text()); }
    // Before it is done.
    void begin(const Step& step) {
        line(step.to_text());
        ::alarm(step_seconds_max);
    }
    void answered(const Step& step, const http::Response& response) {
        std::ofstream out(folder_.file("replies"), std::ios::app);
        out << step.to_text().substr(0, 500) << '\n';
        if (step.kind == Step::Kind::request)
            out << "    " << response.status << ' ' << response.body.substr(0, 2000) << '\n';
    }
    void failed(const Failure& failure) {
        std::ofstream(folder_.file("verdict")) << failure.kind << "\n" << failure.detail;
    }
    void ended(const Tallies& tallies) {
        std::ofstream out(folder_.file("tallies"));
        for (const auto& [route, tally] : tallies)
            out << tally.asked << ' ' << tally.accepted << ' ' << route << '\n';
    }

private:
    void line(const std::string& text) {
        const std::string whole = text + "\n";
        if (::write(steps_, whole.data(), whole.size()) < 0) ::_exit(3);
    }

    const Folder& folder_;
    int steps_;
};

Tallies read_tallies(const Folder& folder) {
    Tallies out;
    std::ifstream in(folder.file("tallies"));
    Tally tally;
    std::string route;
    while (in >> tally.asked >> tally.accepted && in.get() && std::getline(in, route))
        out[route] = tally;
    return out;
}

// Where it was, for a death that says nothing: the innermost function of ours.
void tell_where(int signal_number) {
    void* frames[64];
    const int count = ::backtrace(frames, 64);
    ::backtrace_symbols_fd(frames, count, STDERR_FILENO);
    ::signal(signal_number, SIG_DFL);
    ::raise(signal_number);
}

std::string function_of(const std::string& errors) {
    for (std::size_t at = errors.find("(_ZN"); at != std::string::npos;
         at = errors.find("(_ZN", at + 1)) {
        const std::string name = errors.substr(at + 1, errors.find('+', at) - at - 1);
        int status = 0;
        std::unique_ptr<char, decltype(&std::free)> plain(
            abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
        if (status != 0) continue;
        const std::string_view text = plain.get();
        if (text.find("rb::") == 0 && text.find("tell_where") == std::string_view::npos)
            return " in " + std::string(text.substr(0, text.find('(', 30)));
    }
    return {};
}

std::string kind_of_death(int status, const std::string& errors) {
    const std::size_t at = errors.rfind(broken);
    if (at != std::string::npos) {
        const std::size_t from = at + broken.size();
        return "death: " + errors.substr(from, errors.find(" (", from) - from);
    }
    if (!WIFSIGNALED(status)) return "death: left with " + std::to_string(WEXITSTATUS(status));
    if (WTERMSIG(status) == SIGALRM) return "death: a step does not end";
    return std::string("death: ") + ::strsignal(WTERMSIG(status)) + function_of(errors);
}

// Runs `work` in a process of its own and reads what it left.
Verdict in_child(const std::function<void(Notes&, const Folder&)>& work) {
    const Folder folder;
    std::filesystem::create_directory(folder.file("store"));
    public_pem();  // once, here: all children have the same
    const pid_t child = ::fork();
    RB_CHECK(child >= 0, "a process can be made");
    if (child == 0) {
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        const int errors = ::open(folder.file("errors").c_str(), O_WRONLY | O_CREAT, 0600);
        ::dup2(errors, STDERR_FILENO);
        for (int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::signal(fatal, tell_where);
        Notes notes(folder);
        work(notes, folder);
        ::_exit(0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    Verdict verdict;
    if (auto walk = Walk::parse(folder.text("steps"))) verdict.walk = std::move(*walk);
    const std::string said = folder.text("verdict");
    if (const std::size_t end = said.find('\n'); end != std::string::npos) {
        verdict.kind = said.substr(0, end);
        verdict.detail = said.substr(end + 1);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        verdict.detail = folder.text("errors");
        verdict.kind = kind_of_death(status, verdict.detail);
    }
    verdict.tallies = read_tallies(folder);
    verdict.replies = folder.text("replies");
    return verdict;
}

void finish(Walker& walker, Notes& notes) {
    ::alarm(step_seconds_max);
    if (Found wrong = walker.finish()) return notes.failed(*wrong);
    notes.ended(walker.tallies());
}

std::vector<Stage> simpler_than(const Stage& stage) {
    Stage plain;
    plain.catalog = stage.catalog;
    plain.seed = stage.seed;
    Stage in_memory = stage;
    in_memory.where = Where::memory;
    return {plain, in_memory};
}

}  // namespace

Stage stage_of(std::uint64_t seed) {
    Dice dice(seed ^ 0x5747414C4BULL);
    Stage stage;
    stage.seed = seed;
    stage.catalog = dice.percent(60) ? "small" : "demo";
    stage.partitions = dice.percent(50) ? 1 : 4;
    if (dice.percent(12)) stage.where = Where::files;
    if (dice.percent(30)) {
        stage.ids = 20'000;
        stage.ids_in_memory = dice.percent(50) ? 5 : 200;
    }
    if (dice.percent(40)) stage.awake = 1 + dice.below(3);
    return stage;
}

Verdict run_new(const Plan& plan) {
    return in_child([&](Notes& notes, const Folder& folder) {
        const Stage stage = stage_of(plan.seed);
        notes.begin(stage);
        Dice dice(plan.seed);
        std::size_t steps = plan.steps;
        if (steps == 0) steps = stage.where == Where::files ? 120 : 150 + dice.below(900);
        Walker walker(stage, folder.file("store"), plan.without);
        Generator generator(stage, plan.seed);
        for (std::size_t i = 0; i < steps; ++i) {
            const Step step = generator.next();
            notes.begin(step);
            if (Found wrong = walker.take(step)) return notes.failed(*wrong);
            if (step.kind == Step::Kind::request)
                generator.learn(
                    step, walker.response().status,
                    is_refused(pattern_of(step.method, step.path()), walker.response()));
        }
        finish(walker, notes);
    });
}

Verdict run_again(const Walk& walk, const std::vector<std::string>& without) {
    return in_child([&](Notes& notes, const Folder& folder) {
        notes.begin(walk.stage);
        Walker walker(walk.stage, folder.file("store"), without);
        for (const Step& step : walk.steps) {
            notes.begin(step);
            const Found wrong = walker.take(step);
            notes.answered(step, walker.response());
            if (wrong) return notes.failed(*wrong);
        }
        finish(walker, notes);
    });
}

Walk shorten(const Verdict& failed, const std::vector<std::string>& without,
             std::chrono::seconds most) {
    using Time = std::chrono::steady_clock;
    const auto until = Time::now() + most;
    Walk best = failed.walk;
    auto still_fails = [&](const Walk& candidate) {
        return run_again(candidate, without).kind == failed.kind;
    };
    // What is asked thousands of times takes long.
    for (std::int64_t times : {10, 100, 1000}) {
        Walk candidate = best;
        for (Step& step : candidate.steps) step.times = std::min(step.times, times);
        if (!still_fails(candidate)) continue;
        best = std::move(candidate);
        break;
    }
    // In memory and in one partition it goes faster, and says more.
    for (const Stage& simpler : simpler_than(best.stage)) {
        Walk candidate{simpler, best.steps};
        if (!still_fails(candidate)) continue;
        best = std::move(candidate);
        break;
    }
    for (std::size_t size = std::max<std::size_t>(1, best.steps.size() / 2);;) {
        bool is_shorter = false;
        // From the end: what stands late depends on what stands early.
        for (std::size_t end = best.steps.size(); end > 0;) {
            if (Time::now() > until) return best;
            const std::size_t from = end > size ? end - size : 0;
            Walk candidate = best;
            candidate.steps.erase(candidate.steps.begin() + static_cast<std::ptrdiff_t>(from),
                                  candidate.steps.begin() + static_cast<std::ptrdiff_t>(end));
            if (still_fails(candidate)) {
                best = std::move(candidate);
                is_shorter = true;
            }
            end = from;
        }
        if (size == 1 && !is_shorter) return best;
        size = std::max<std::size_t>(1, size / 2);
    }
}

}  // namespace rb::testing::walk
