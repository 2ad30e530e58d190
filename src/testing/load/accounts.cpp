// Makes `count` accounts and writes their ids to a file, one a line.
#include <fstream>

#include "testing/load/text.h"
#include "testing/load/work.h"

namespace rb::testing::load {
namespace {

class Accounts final : public Work {
public:
    explicit Accounts(const Options& options)
        : options_(options), out_(options.out), rest_(options.count), texts_(options.connections) {
        if (!out_) die("cannot write " + options.out);
    }

    std::string_view request(std::size_t lane) override {
        if (rest_ == 0) return {};
        --rest_;
        texts_[lane] = http_post(
            options_, "/v1/accounts", "application/json",
            "{\"name\":\"bench-" + ids_.next() + "\",\"currency\":\"USD\",\"time_zone\":\"UTC\"}");
        return texts_[lane];
    }

    Next reply(std::size_t, const Reply& reply, Tally& tally) override {
        ++tally.statuses[reply.status];
        constexpr std::string_view field = "\"id\":\"";
        std::size_t at = reply.body.find("\"id\":\"acc_");
        if (reply.status != 201 || at == std::string_view::npos) {
            tally.failed(reply.body);
            return Next::over;
        }
        at += field.size();
        out_ << reply.body.substr(at, reply.body.find('"', at) - at) << '\n';
        ++tally.units;
        return Next::over;
    }

private:
    const Options& options_;
    std::ofstream out_;
    RunIds ids_;
    std::uint64_t rest_;
    std::vector<std::string> texts_;
};

}  // namespace

std::unique_ptr<Work> make_accounts(const Options& options) {
    return std::make_unique<Accounts>(options);
}

}  // namespace rb::testing::load
