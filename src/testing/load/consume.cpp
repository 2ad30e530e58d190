// One consume a request: one unit of the feature `messages` for one of many accounts, each with an
// id of its own; or the same asked by a check, which has no id. The bytes of a lane are built once;
// account and id are patched in.
#include <cstring>

#include "testing/load/text.h"
#include "testing/load/work.h"

namespace rb::testing::load {
namespace {

class Consume final : public Work {
public:
    explicit Consume(const Options& options)
        : targets_(options.targets),
          rest_(options.count),
          endless_(options.count == 0),
          has_id_(options.mode != "check") {
        const std::string account(targets_.width(), '#'), id(RunIds::width, '@');
        std::string body =
            "{\"account\":\"" + account + "\",\"feature\":\"messages\",\"quantity\":1";
        if (has_id_) body += ",\"source\":\"bench\",\"id\":\"" + id + "\"";
        std::string text =
            http_post(options, has_id_ ? "/v1/entitlements/consume" : "/v1/entitlements/check",
                      "application/json", body + "}");
        account_at_ = text.find(account);
        if (has_id_) id_at_ = text.find(id);
        texts_.assign(options.connections, text);
    }

    std::string_view request(std::size_t lane) override {
        if (!endless_ && rest_-- == 0) return rest_ = 0, std::string_view();
        std::string& text = texts_[lane];
        std::memcpy(text.data() + account_at_, targets_.next().data(), targets_.width());
        if (has_id_) ids_.next_into(text.data() + id_at_);
        return text;
    }

    Next reply(std::size_t, const Reply& reply, Tally& tally) override {
        ++tally.statuses[reply.status];
        if (reply.status == 200 && reply.body.find("\"allowed\":true") != std::string_view::npos)
            ++tally.units;
        else
            tally.failed(reply.body);
        return Next::over;
    }

private:
    Targets targets_;
    RunIds ids_;
    std::uint64_t rest_;
    bool endless_;
    bool has_id_;
    std::size_t account_at_ = 0, id_at_ = 0;
    std::vector<std::string> texts_;
};

}  // namespace

std::unique_ptr<Work> make_consume(const Options& options) {
    return std::make_unique<Consume>(options);
}

}  // namespace rb::testing::load
