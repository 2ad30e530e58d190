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
          has_id_(options.mode != "check"),
          may_be_shed_(options.may_be_shed) {
        const std::string account(targets_.width(), '#'), id(RunIds::width, '@');
        const std::string text = text_of(options, account, id);
        account_at_ = text.find(account);
        if (has_id_) id_at_ = text.find(id);
        texts_.assign(options.connections, text);
        if (options.neighbour_key.empty()) return;
        Options neighbour = options;
        neighbour.key = options.neighbour_key;
        neighbour_ = text_of(neighbour, options.neighbour_target, id);
        neighbour_id_at_ = neighbour_.find(id);
    }

    std::string_view request(std::size_t lane) override {
        if (lane == 0 && !neighbour_.empty()) {
            ids_.next_into(neighbour_.data() + neighbour_id_at_);
            return neighbour_;
        }
        if (!endless_ && rest_-- == 0) return rest_ = 0, std::string_view();
        std::string& text = texts_[lane];
        std::memcpy(text.data() + account_at_, targets_.next().data(), targets_.width());
        if (has_id_) ids_.next_into(text.data() + id_at_);
        return text;
    }

    Next reply(std::size_t, const Reply& reply, Tally& tally) override {
        ++tally.statuses[reply.status];
        if (may_be_shed_ && (reply.status == 503 || reply.status == 429)) return Next::shed;
        if (reply.status == 200 && reply.body.find("\"allowed\":true") != std::string_view::npos)
            ++tally.units;
        else
            tally.failed(reply.body);
        return Next::over;
    }

private:
    static std::string text_of(const Options& options, const std::string& account,
                               const std::string& id) {
        std::string body =
            "{\"account\":\"" + account + "\",\"feature\":\"messages\",\"quantity\":1";
        if (options.mode == "check")
            return http_post(options, "/v1/entitlements/check", "application/json", body + "}");
        body += ",\"source\":\"bench\",\"id\":\"" + id + "\"}";
        return http_post(options, "/v1/entitlements/consume", "application/json", body);
    }

    Targets targets_;
    RunIds ids_;
    std::uint64_t rest_;
    bool endless_;
    bool has_id_;
    bool may_be_shed_;
    std::size_t account_at_ = 0, id_at_ = 0;
    std::vector<std::string> texts_;
    std::string neighbour_;
    std::size_t neighbour_id_at_ = 0;
};

}  // namespace

std::unique_ptr<Work> make_consume(const Options& options) {
    return std::make_unique<Consume>(options);
}

}  // namespace rb::testing::load
