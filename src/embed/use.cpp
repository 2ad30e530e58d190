// Checks, uses, reservations and facts.
#include <string.h>

#include <algorithm>
#include <span>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "embed/handles.h"

using namespace rb;
using namespace rb::embed;

namespace {

constexpr std::size_t text_bytes_max = limits::idempotency_key_bytes_max;  // of ids and their like
constexpr std::size_t properties_max = 64;

rb_answer answer_of(const engine::Standing::Numbers& n, std::int64_t quantity) {
    rb_answer out{};
    out.allowed = 1;
    out.over_limit = quantity > n.most_within;
    out.limit = n.limit;
    out.used = n.used;
    out.held = n.held;
    out.remaining = n.remaining;
    out.resets_at_us = n.resets_at_us;
    return out;
}

// Keeps the reason for rb_error.
rb_answer answer_of(const entitlements::Answer& a) {
    rb_answer out{};
    out.allowed = a.allowed;
    out.counted = a.counted;
    out.duplicate = a.duplicate;
    out.over_limit = a.over_limit;
    out.limit = a.limit.value_or(-1);
    out.used = a.used;
    out.held = a.held;
    out.remaining = a.remaining.value_or(-1);
    out.resets_at_us = a.resets_at ? a.resets_at->us : -1;
    if (a.reason) out.reason = refused(*a.reason, a.detail);
    return out;
}

rb_answer answer_of(const Result<entitlements::Answer>& a) {
    if (a) return answer_of(*a);
    rb_answer out{};
    out.limit = out.remaining = out.resets_at_us = -1;
    out.reason = refused(a.error());
    return out;
}

Result<entitlements::Answer> ask(const rb_account& account, const rb_feature& feature,
                                 std::int64_t quantity, std::string_view entity = {}) {
    entitlements::Question question{account.id, feature.mark.key, quantity, entity};
    auto answers =
        account.store->engine->check(accounts::Caller::platform(), std::span(&question, 1));
    return std::move(answers.front());
}

enum class Need : std::uint8_t { optional, required };

Result<std::string_view> text_of(const char* text, Need need, const char* field) {
    std::string_view view = text == nullptr ? std::string_view() : text;
    if (view.empty() && need == Need::required)
        return refuse(Fault::field_is_missing, std::string("expected a text for ") + field);
    if (view.size() > text_bytes_max || !is_utf8(view))
        return refuse(Fault::field_is_invalid,
                      std::string("expected at most 255 bytes of UTF-8 for ") + field);
    return view;
}

// The properties of many items, one after the other, so that spans of them stay where they are.
class Properties {
public:
    explicit Properties(std::size_t count) { kept_.reserve(count); }

    Result<std::span<const engine::Property>> add(const rb_property* given, std::size_t count) {
        std::size_t first = kept_.size();
        for (const rb_property& p : std::span(given, count)) {
            auto name = text_of(p.name, Need::required, "a property's name");
            if (!name) return std::unexpected(name.error());
            auto value = text_of(p.value, Need::optional, "a property's value");
            if (!value) return std::unexpected(value.error());
            kept_.push_back(
                {*name, *value,
                 p.is_number != 0 ? engine::Property::Kind::number : engine::Property::Kind::text});
        }
        return std::span<const engine::Property>(kept_).subspan(first);
    }

private:
    std::vector<engine::Property> kept_;
};

// Places that would outgrow the vector's memory are refused before.
template <class Item>
std::size_t property_count(std::span<const Item> items) {
    std::size_t count = 0;
    for (const Item& item : items) count += std::min(item.property_count, properties_max);
    return count;
}

template <class Item>
Result<std::span<const engine::Property>> properties_of(Properties& kept, const Item& item) {
    if (item.property_count > properties_max)
        return refuse(Fault::field_is_invalid, "there are at most 64 properties");
    return kept.add(item.properties, item.property_count);
}

Result<engine::Consumption> consumption_of(const rb_use& use, Properties& kept) {
    auto id = text_of(use.id, Need::optional, "the id");
    if (!id) return std::unexpected(id.error());
    auto properties = properties_of(kept, use);
    if (!properties) return std::unexpected(properties.error());
    return engine::Consumption{
        {use.account->id, use.feature->mark.key, use.quantity}, {}, *id, *properties};
}

Result<engine::UsageEvent> event_of(const rb_event& event, Properties& kept) {
    engine::UsageEvent out;
    out.account = event.account->id;
    auto type = text_of(event.type, Need::required, "the type");
    auto source = text_of(event.source, Need::required, "the source");
    auto id = text_of(event.id, Need::required, "the id");
    for (const auto* text : {&type, &source, &id})
        if (!*text) return std::unexpected(text->error());
    out.type = *type;
    out.source = *source;
    out.id = *id;
    if (event.time_us < 0 || event.time_us > Instant::us_max)
        return refuse(Fault::field_is_invalid, "expected a time of the years 1970 to 9999");
    if (event.time_us != 0) out.occurred_at = Instant{event.time_us};
    auto properties = properties_of(kept, event);
    if (!properties) return std::unexpected(properties.error());
    out.properties = *properties;
    return out;
}

// What could be read, and where it stood; what could not is answered at its place.
template <class Read, class Item, class Make, class Refuse>
std::pair<std::vector<Read>, std::vector<std::size_t>> readable(std::span<const Item> items,
                                                                Make make, Refuse refuse_at) {
    std::pair<std::vector<Read>, std::vector<std::size_t>> out;
    out.first.reserve(items.size());
    out.second.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        Result<Read> read = make(items[i]);
        if (!read) {
            refuse_at(i, read.error());
            continue;
        }
        out.first.push_back(*read);
        out.second.push_back(i);
    }
    return out;
}

rb_outcome outcome_of(const engine::EventOutcome& o) {
    using Status = engine::EventOutcome::Status;
    rb_outcome out{};
    out.counted = o.status == Status::counted;
    out.duplicate = o.status == Status::duplicate;
    out.over_limit = o.over_limit;
    if (o.refusal) out.reason = refused(*o.refusal);
    return out;
}

Result<ReservationId> id_of(const rb_reservation& reservation) {
    std::string_view text(reservation.id, ::strnlen(reservation.id, sizeof reservation.id));
    auto id = ReservationId::parse(text);
    if (!id) return refuse(Fault::reservation_is_unknown, "there is no such reservation");
    return *id;
}

}  // namespace

int rb_check(rb_account* account, const rb_feature* feature, int64_t quantity, rb_answer* answer) {
    return guarded([&] {
        engine::Standing::Numbers numbers;
        if (account->store->engine->check_standing(*account->standings, feature->mark, quantity,
                                                   numbers)) [[likely]] {
            *answer = answer_of(numbers, quantity);
            return int{RB_OK};
        }
        auto asked = ask(*account, *feature, quantity);
        *answer = answer_of(asked);
        return asked ? int{RB_OK} : answer->reason;
    });
}

int rb_check_entity(rb_account* account, const rb_feature* feature, const char* entity,
                    int64_t quantity, rb_answer* answer) {
    return guarded([&] {
        auto whose = text_of(entity, Need::optional, "the entity");
        if (!whose) return refused(whose.error());
        auto asked = ask(*account, *feature, quantity, *whose);
        *answer = answer_of(asked);
        return asked ? int{RB_OK} : answer->reason;
    });
}

int rb_value(rb_account* account, const rb_feature* feature, char* text, size_t size,
             size_t* length) {
    return guarded([&] {
        if (size > 0) text[0] = '\0';
        if (length != nullptr) *length = 0;
        auto asked = ask(*account, *feature, 1);
        if (!asked) return refused(asked.error());
        if (!asked->allowed) return refused(*asked->reason, asked->detail);
        if (length != nullptr) *length = asked->value.size();
        if (size > 0) text[asked->value.copy(text, size - 1)] = '\0';
        return int{RB_OK};
    });
}

int rb_consume(rb_account* account, const rb_feature* feature, int64_t quantity, const char* id,
               rb_answer* answer) {
    return rb_consume_entity(account, feature, nullptr, quantity, id, answer);
}

int rb_consume_entity(rb_account* account, const rb_feature* feature, const char* entity,
                      int64_t quantity, const char* id, rb_answer* answer) {
    return guarded([&] {
        auto text = text_of(id, Need::optional, "the id");
        if (!text) return refused(text.error());
        auto whose = text_of(entity, Need::optional, "the entity");
        if (!whose) return refused(whose.error());
        engine::Engine& engine = *account->store->engine;
        engine::Consumption use{{account->id, feature->mark.key, quantity, *whose}, {}, *text, {}};
        auto outcome = durable<Result<engine::Answers>>(engine, [&](auto done) {
            engine.consume(accounts::Caller::platform(), std::span(&use, 1), std::move(done));
        });
        if (!outcome) return refused(outcome.error());
        const auto& own = outcome->front();
        *answer = answer_of(own);
        return own ? int{RB_OK} : answer->reason;
    });
}

int rb_consume_many(rb_store* store, const rb_use* uses, size_t count, rb_answer* answers) {
    return guarded([&] {
        std::span<const rb_use> given(uses, count);
        Properties kept(property_count(given));
        auto [items, places] = readable<engine::Consumption>(
            given, [&](const rb_use& use) { return consumption_of(use, kept); },
            [&](std::size_t i, const Refusal& why) {
                answers[i] = answer_of(Result<entitlements::Answer>(std::unexpected(why)));
            });
        auto outcome = durable<Result<engine::Answers>>(*store->engine, [&](auto done) {
            store->engine->consume(accounts::Caller::platform(), items, std::move(done));
        });
        if (!outcome) return refused(outcome.error());
        for (std::size_t i = 0; i < places.size(); ++i)
            answers[places[i]] = answer_of((*outcome)[i]);
        return int{RB_OK};
    });
}

int rb_reserve(rb_account* account, const rb_feature* feature, int64_t quantity, int64_t seconds,
               rb_reservation* reservation, rb_answer* answer) {
    return guarded([&] {
        constexpr std::int64_t seconds_max = 31LL * 86'400;
        *reservation = {};
        if (seconds < 1 || seconds > seconds_max)
            return refused(Fault::field_is_invalid, "expected 1 to 2678400 seconds");
        auto prepare = [seconds](const engine::Reader& reader, engine::Command& c) -> Result<void> {
            std::get<entitlements::Reserve>(c).expires_at =
                reader.now() + Duration::of_seconds(seconds);
            return {};
        };
        return run(
            *account->store, entitlements::Reserve{account->id, feature->mark.key, quantity, {}},
            prepare, [&](const engine::Reply& given) {
                const auto& reply = std::get<engine::ReservationReply>(given);
                *answer = answer_of(reply.answer);
                if (!reply.answer.allowed) return;
                reply.reservation.id.to_text().copy(reservation->id, sizeof reservation->id - 1);
            });
    });
}

int rb_commit(rb_account* account, const rb_reservation* reservation, int64_t quantity,
              rb_answer* answer) {
    return guarded([&] {
        auto id = id_of(*reservation);
        if (!id) return refused(id.error());
        entitlements::CommitReservation command{account->id, *id, {}};
        if (quantity != -1) command.quantity = quantity;
        return run(*account->store, std::move(command), Nothing{}, [&](const engine::Reply& given) {
            *answer = answer_of(std::get<engine::ReservationReply>(given).answer);
        });
    });
}

int rb_release(rb_account* account, const rb_reservation* reservation) {
    return guarded([&] {
        auto id = id_of(*reservation);
        if (!id) return refused(id.error());
        return run(*account->store, entitlements::ReleaseReservation{account->id, *id});
    });
}

int rb_ingest(rb_store* store, const rb_event* event, rb_outcome* outcome) {
    int result = rb_ingest_many(store, event, 1, outcome);
    return result == RB_OK ? outcome->reason : result;
}

int rb_ingest_many(rb_store* store, const rb_event* events, size_t count, rb_outcome* outcomes) {
    return guarded([&] {
        std::span<const rb_event> given(events, count);
        Properties kept(property_count(given));
        auto [items, places] = readable<engine::UsageEvent>(
            given, [&](const rb_event& event) { return event_of(event, kept); },
            [&](std::size_t i, const Refusal& why) {
                outcomes[i] = {};
                outcomes[i].reason = refused(why);
            });
        auto told =
            durable<Result<std::vector<engine::EventOutcome>>>(*store->engine, [&](auto done) {
                store->engine->ingest(accounts::Caller::platform(), items, std::move(done));
            });
        if (!told) return refused(told.error());
        for (std::size_t i = 0; i < places.size(); ++i)
            outcomes[places[i]] = outcome_of((*told)[i]);
        return int{RB_OK};
    });
}
