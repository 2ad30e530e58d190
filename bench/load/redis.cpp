// The rival Redis: the consume script, `batch` calls in a pipeline, with the accounts and the ids
// of the other modes.
#include <cstring>

#include "modes.h"
#include "testing/load/text.h"

namespace rb::testing::load {
namespace {

// An error is answered as 500, all else as 200.
std::optional<Reply> frame_redis(std::string_view in) {
    std::size_t end = in.find("\r\n");
    if (end == std::string_view::npos) return {};
    if (in[0] != ':' && in[0] != '-' && in[0] != '+') die("a reply of Redis is of another kind");
    return Reply{end + 2, in[0] == '-' ? 500 : 200, in.substr(0, end)};
}

std::string command(const std::vector<std::string>& words) {
    std::string text = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string& word : words)
        text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    return text;
}

class Redis final : public Work {
public:
    explicit Redis(const Options& options) : targets_(options.targets), depth_(options.batch) {
        const std::string account(targets_.width(), '#'), id(RunIds::width, '@');
        std::string one = command({"EVALSHA", options.script, "2", "event:bench:" + id,
                                   "used:" + account + ":messages", "1"});
        account_at_ = one.find(account);
        id_at_ = one.find(id);
        stride_ = one.size();
        std::string text;
        for (std::size_t i = 0; i < depth_; ++i) text += one;
        texts_.assign(options.connections, text);
    }

    Framing framing() const override { return frame_redis; }
    std::size_t depth() const override { return depth_; }

    std::string_view request(std::size_t lane) override {
        std::string& text = texts_[lane];
        char* one = text.data();
        for (std::size_t i = 0; i < depth_; ++i, one += stride_) {
            std::memcpy(one + account_at_, targets_.next().data(), targets_.width());
            ids_.next_into(one + id_at_);
        }
        return text;
    }

    Next reply(std::size_t, const Reply& reply, Tally& tally) override {
        ++tally.statuses[reply.status];
        // What is left, -1 when refused, -2 when known.
        if (reply.status == 200 && reply.body.substr(0, 2) != ":-")
            ++tally.units;
        else
            tally.failed(reply.body);
        return Next::over;
    }

private:
    Targets targets_;
    RunIds ids_;
    std::size_t depth_;
    std::size_t account_at_ = 0, id_at_ = 0, stride_ = 0;
    std::vector<std::string> texts_;
};

}  // namespace

std::unique_ptr<Work> make_redis(const Options& options) {
    return std::make_unique<Redis>(options);
}

}  // namespace rb::testing::load
