// Plan changes, alternating between two plans, one subscription a lane: the change itself, or a
// quote and then its execution, which count as one.
#include "modes.h"

namespace rb::testing::load {
namespace {

class Change final : public Work {
public:
    explicit Change(const Options& options)
        : options_(options), with_quote_(options.mode == "quote") {
        if (options.targets.size() < options.connections) die("a lane needs a subscription");
        lanes_.resize(options.connections);
    }

    std::string_view request(std::size_t index) override {
        Lane& lane = lanes_[index];
        if (lane.quote.empty()) {
            const std::string& plan = lane.to_b ? options_.plan_b : options_.plan_a;
            lane.text =
                post(index, with_quote_ ? "quotes" : "changes", "{\"plan\":\"" + plan + "\"}");
        } else {
            lane.text = post(index, "changes", "{\"quote\":" + lane.quote + "}");
        }
        return lane.text;
    }

    Next reply(std::size_t index, const Reply& reply, Tally& tally) override {
        Lane& lane = lanes_[index];
        bool executed = !with_quote_ || !lane.quote.empty();
        lane.quote.clear();
        if (reply.status >= 300) {
            if (reply.body.find("plan_is_current") == std::string_view::npos) {
                ++tally.statuses[reply.status];
                tally.failed(reply.body);
                return Next::over;
            }
            // The run before ended on this plan.
            lane.to_b = !lane.to_b;
            return Next::again;
        }
        ++tally.statuses[reply.status];
        if (!executed) {
            std::size_t at = reply.body.find("\"quo_");
            if (at == std::string_view::npos) die("a quote has no id: " + std::string(reply.body));
            lane.quote = reply.body.substr(at, reply.body.find('"', at + 1) - at + 1);
            return Next::again;
        }
        ++tally.units;
        lane.to_b = !lane.to_b;
        return Next::over;
    }

private:
    struct Lane {
        std::string text;
        std::string quote;  // with its quotation marks, to be executed next
        bool to_b = true;   // the plan that comes next
    };

    std::string post(std::size_t index, std::string_view verb, const std::string& body) const {
        return http_post(options_,
                         "/v1/subscriptions/" + options_.targets[index] + "/" + std::string(verb),
                         "application/json", body);
    }

    const Options& options_;
    bool with_quote_;
    std::vector<Lane> lanes_;
};

}  // namespace

std::unique_ptr<Work> make_change(const Options& options) {
    return std::make_unique<Change>(options);
}

}  // namespace rb::testing::load
