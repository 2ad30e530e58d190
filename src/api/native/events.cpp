// Ingestion: facts come in, each is counted, known already, or refused alone.
#include <memory>

#include "api/native/answer_text.h"
#include "api/native/cloud_events.h"
#include "api/native/faults.h"
#include "api/native/header_event.h"
#include "api/native/routes.h"

namespace rb::api::native {

namespace {

// A batch lives from the request until its reply is written, which may be on another thread. Its
// memory then serves the next one there.
class Batches {
public:
    std::unique_ptr<EventBatch> take() {
        if (free_.empty()) return std::make_unique<EventBatch>();
        auto batch = std::move(free_.back());
        free_.pop_back();
        return batch;
    }
    void give(std::unique_ptr<EventBatch> batch) {
        constexpr std::size_t batches_kept = 4, memory_bytes_kept = 2 * 1024 * 1024;
        if (free_.size() < batches_kept && batch->memory_bytes() <= memory_bytes_kept)
            free_.push_back(std::move(batch));
    }

private:
    std::vector<std::unique_ptr<EventBatch>> free_;
};

thread_local Batches batches;

class Tally {
public:
    void counted(std::uint32_t index, std::string_view id, const engine::EventOutcome& outcome) {
        ++accepted_;
        if (outcome.over_limit) add(index, id, "over_limit", nullptr);
    }
    void duplicate(std::uint32_t index, std::string_view id) {
        ++duplicates_;
        add(index, id, "duplicate", nullptr);
    }
    void refused(std::uint32_t index, std::string_view id, const Refusal& refusal) {
        ++refused_;
        add(index, id, "refused", &refusal);
    }
    std::string text() const {
        std::string out = R"({"accepted":)";
        append_integer(out, accepted_);
        out += R"(,"duplicates":)";
        append_integer(out, duplicates_);
        out += R"(,"refused":)";
        append_integer(out, refused_);
        out += R"(,"results":[)";
        out += results_;
        out += "]}";
        return out;
    }

private:
    void add(std::uint32_t index, std::string_view id, std::string_view status,
             const Refusal* refusal) {
        results_ += results_.empty() ? R"({"index":)" : R"(,{"index":)";
        append_integer(results_, index);
        results_ += R"(,"id":)";
        if (id.empty())
            results_ += "null";
        else
            append_text(results_, id);
        results_ += R"(,"status":")";
        results_ += status;
        results_ += R"(","error":)";
        if (refusal)
            append_error(results_, *refusal);
        else
            results_ += "null";
        results_ += '}';
    }

    std::int64_t accepted_ = 0, duplicates_ = 0, refused_ = 0;
    std::string results_;
};

// What the reader refused and what the engine says of the others, in the order of the body.
std::string outcome_text(const EventBatch& batch,
                         const std::vector<engine::EventOutcome>& outcomes) {
    using Status = engine::EventOutcome::Status;
    Tally tally;
    auto refused = batch.refused().begin();
    for (std::size_t i = 0; i <= outcomes.size(); ++i) {
        const bool is_event = i < outcomes.size();
        for (; refused != batch.refused().end() && (!is_event || refused->index < batch.place(i));
             ++refused)
            tally.refused(refused->index, refused->id, refused->refusal);
        if (!is_event) break;
        const engine::EventOutcome& outcome = outcomes[i];
        const std::string_view id = batch.events()[i].id;
        if (outcome.status == Status::counted) {
            tally.counted(batch.place(i), id, outcome);
        } else if (outcome.status == Status::duplicate) {
            tally.duplicate(batch.place(i), id);
        } else {
            Refusal refusal = outcome.refusal.value_or(Refusal{});
            refusal.field = batch.pointer_to(batch.place(i)) + refusal.field;
            tally.refused(batch.place(i), id, refusal);
        }
    }
    return tally.text();
}

}  // namespace

void ingest_events(Call&& call) {
    if (auto ok = engine::Engine::may_at_all(call.caller, accounts::Right::add_usage); !ok)
        return call.refuse(ok.error());
    auto from_headers = event_of_headers(call.request);
    if (!from_headers) return call.refuse(from_headers.error());
    Result<EventsForm> form = EventsForm::document;
    if (*from_headers)
        call.request.body = std::move(**from_headers);
    else
        form = events_form(call.request.header("Content-Type"));
    if (!form) return call.refuse(form.error());
    auto batch = batches.take();
    auto read = batch->read(std::move(call.request.body), *form, [&call](std::string_view subject) {
        return account_meant(call, subject);
    });
    if (!read) {
        batches.give(std::move(batch));
        return call.refuse(read.error());
    }
    engine::Engine& engine = call.engine();
    const accounts::Caller caller = call.caller;
    const auto events = batch->events();
    auto done =
        [respond = std::move(call.respond), id = std::move(call.request.request_id),
         batch = std::move(batch)](Result<std::vector<engine::EventOutcome>>&& outcomes) mutable {
            auto response = outcomes ? http::Response::json(200, outcome_text(*batch, *outcomes))
                                     : refusal_response(outcomes.error(), id);
            response.items = batch->events().size() + batch->refused().size();
            batches.give(std::move(batch));
            respond(std::move(response));
        };
    if (events.empty()) return done(std::vector<engine::EventOutcome>{});
    engine.ingest(caller, events, std::move(done));
}

}  // namespace rb::api::native
