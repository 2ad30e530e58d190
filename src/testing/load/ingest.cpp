// Batches of CloudEvents, 209 bytes each: `message.sent` for one of many accounts, each with an id
// of its own. The bytes of a lane are built once; accounts and ids are patched in.
#include <charconv>
#include <cstring>
#include <ctime>

#include "testing/load/text.h"
#include "testing/load/work.h"

namespace rb::testing::load {
namespace {

std::string now_text() {
    std::time_t now = std::time(nullptr);
    std::tm civil{};
    gmtime_r(&now, &civil);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &civil);
    return text;
}

std::uint64_t number_after(std::string_view body, std::string_view name) {
    std::size_t at = body.find(name);
    if (at == std::string_view::npos) return 0;
    std::uint64_t value = 0;
    std::from_chars(body.data() + at + name.size(), body.data() + body.size(), value);
    return value;
}

class Ingest final : public Work {
public:
    explicit Ingest(const Options& options)
        : targets_(options.targets,
                   options.in_order ? Targets::Order::listed : Targets::Order::random),
          batch_(options.batch),
          rest_(options.count / options.batch),
          endless_(options.count == 0) {
        const std::string account(targets_.width(), '#'), id(RunIds::width, '@');
        const std::string event =
            "{\"specversion\":\"1.0\",\"id\":\"" + id +
            "\",\"source\":\"bench\",\"type\":\"message.sent\",\"subject\":\"" + account +
            "\",\"time\":\"" + now_text() + "\",\"data\":{\"channel\":\"web\",\"bytes\":51200}}";
        std::string body = "[";
        for (std::size_t i = 0; i < batch_; ++i) (body += i ? "," : "") += event;
        body += "]";
        std::string text =
            http_post(options, "/v1/events", "application/cloudevents-batch+json", body);
        first_ = text.find(event);
        account_at_ = event.find(account);
        id_at_ = event.find(id);
        stride_ = event.size() + 1;
        texts_.assign(options.connections, text);
    }

    std::string_view request(std::size_t lane) override {
        if (!endless_ && rest_-- == 0) return rest_ = 0, std::string_view();
        std::string& text = texts_[lane];
        char* event = text.data() + first_;
        for (std::size_t i = 0; i < batch_; ++i, event += stride_) {
            std::memcpy(event + account_at_, targets_.next().data(), targets_.width());
            ids_.next_into(event + id_at_);
        }
        return text;
    }

    Next reply(std::size_t, const Reply& reply, Tally& tally) override {
        ++tally.statuses[reply.status];
        std::uint64_t accepted =
            reply.status == 200 ? number_after(reply.body, "\"accepted\":") : 0;
        tally.units += accepted;
        if (accepted != batch_) tally.failed(reply.body, batch_ - accepted);
        return Next::over;
    }

private:
    Targets targets_;
    RunIds ids_;
    std::size_t batch_;
    std::uint64_t rest_;
    bool endless_;
    std::size_t first_ = 0, account_at_ = 0, id_at_ = 0, stride_ = 0;
    std::vector<std::string> texts_;
};

}  // namespace

std::unique_ptr<Work> make_ingest(const Options& options) {
    return std::make_unique<Ingest>(options);
}

}  // namespace rb::testing::load
