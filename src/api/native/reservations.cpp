// Reservations: a quantity, and the money for its packs, put aside for a use whose extent shows
// only later. One that is not allowed is answered as a check is, and nothing is put aside.
#include "api/native/answer_text.h"
#include "api/native/fields.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"
#include "base/limits.h"

namespace rb::api::native {

namespace {

constexpr std::int64_t expires_in_max = 31LL * 86'400;  // seconds

// "expires_in" seconds from the account's present, or "expires_at".
struct Expiry {
    std::optional<std::int64_t> seconds;
    std::optional<Instant> at;
};

Expiry read_expiry(Fields& fields) {
    Expiry expiry{fields.integer("expires_in"), fields.instant("expires_at")};
    if (fields.has("expires_in") == fields.has("expires_at"))
        fields.missing("expires_in", "expected either expires_in, in seconds, or expires_at");
    else if (expiry.seconds && (*expiry.seconds < 1 || *expiry.seconds > expires_in_max))
        fields.invalid("expires_in", "expected 1 to 2678400 seconds");
    else if (!expiry.seconds && !expiry.at && fields.is_null("expires_in"))
        fields.missing("expires_in", "expected a number of seconds");
    else if (!expiry.seconds && !expiry.at && fields.is_null("expires_at"))
        fields.missing("expires_at", "expected a time");
    return expiry;
}

std::int64_t read_quantity(Fields& fields, std::int64_t least, std::int64_t usual) {
    const std::int64_t quantity = fields.integer("quantity").value_or(usual);
    if (quantity < least || quantity > limits::quantity_max)
        fields.invalid("quantity", "expected a whole number from " + std::to_string(least) +
                                       " to 1000000000000000");
    return quantity;
}

void write_head(Wire& w, const engine::ReservationReply& reply, AccountId account) {
    const auto& [id, feature, quantity, expires_at] = reply.reservation;
    w.id("account", account);
    w.text("feature", feature);
    w.integer("quantity", quantity);
}

void write_answer(Wire& w, const entitlements::Answer& answer, const engine::Engine& engine) {
    std::string text;
    append_answer(text, answer, engine);
    w.json().key("answer").raw(text);
}

enum class End : std::uint8_t { commit, release };

engine::Render ended_render(const engine::Engine& engine, AccountId account, End end) {
    return [&engine, account, end](const engine::Reader& reader, const engine::Reply& given) {
        const auto& reply = std::get<engine::ReservationReply>(given);
        return rendered(object_text(reader.catalog(), [&](Wire& w) {
            w.id("id", reply.reservation.id);
            write_head(w, reply, account);
            w.text("status", !reply.answer.allowed ? "open"
                             : end == End::commit  ? "committed"
                                                   : "released");
            if (end == End::commit)
                write_answer(w, reply.answer, engine);
            else
                w.json().key("answer").null();
        }));
    };
}

Result<void> may_reserve(const Call& call) {
    return engine::Engine::may_at_all(call.caller, accounts::Right::reserve_use);
}

struct OfReservation {
    AccountId account;
    ReservationId id;
};

Result<OfReservation> path_reservation(const Call& call) {
    auto id = path_id<ReservationId>(call, "reservation", Fault::reservation_is_unknown);
    if (!id) return std::unexpected(id.error());
    auto account = call.engine().account_of(*id);
    if (!account || !call.has_authority_over(*account))
        return refuse(Fault::reservation_is_unknown, "there is no such reservation",
                      "/reservation");
    return OfReservation{*account, *id};
}

}  // namespace

void reserve_use(Call&& call) {
    if (auto ok = may_reserve(call); !ok) return call.refuse(ok.error());
    Body body(call.request);
    Fields& f = body.root();
    auto reference = f.text("account", Need::required);
    auto feature = f.text("feature", Need::required);
    const std::int64_t quantity = read_quantity(f, 1, 1);
    auto entity = f.text("entity", Need::optional);
    if (entity && (entity->empty() || entity->size() > limits::entity_bytes_max))
        f.invalid("entity", "expected 1 to 255 bytes of text");
    const Expiry expiry = read_expiry(f);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    auto account = find_account(call, *reference);
    if (!account) return call.refuse(account.error());
    auto prepare = [expiry](const engine::Reader& reader, engine::Command& c) -> Result<void> {
        if (expiry.seconds)
            std::get<entitlements::Reserve>(c).expires_at =
                reader.now() + Duration::of_seconds(*expiry.seconds);
        return {};
    };
    auto render = [&engine = call.engine(), account = *account](const engine::Reader& reader,
                                                                const engine::Reply& given) {
        const auto& reply = std::get<engine::ReservationReply>(given);
        const bool is_made = reply.answer.allowed;
        std::string text = object_text(reader.catalog(), [&](Wire& w) {
            w.id("id", is_made ? reply.reservation.id : ReservationId{});
            write_head(w, reply, account);
            w.instant("expires_at",
                      is_made ? std::optional(reply.reservation.expires_at) : std::nullopt);
            write_answer(w, reply.answer, engine);
        });
        return rendered(std::move(text), is_made ? 201 : 200);
    };
    execute(std::move(call),
            {entitlements::Reserve{*account, std::move(*feature), quantity,
                                   expiry.at.value_or(Instant{}),
                                   std::move(entity).value_or(std::string())},
             std::move(prepare),
             {}},
            std::move(render));
}

void commit_reservation(Call&& call) {
    if (auto ok = may_reserve(call); !ok) return call.refuse(ok.error());
    auto found = path_reservation(call);
    if (!found) return call.refuse(found.error());
    Body body(call.request);
    std::optional<std::int64_t> quantity;
    if (body.root().has("quantity") && !body.root().is_null("quantity"))
        quantity = read_quantity(body.root(), 0, 0);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    auto render = ended_render(call.engine(), found->account, End::commit);
    execute(std::move(call),
            {entitlements::CommitReservation{found->account, found->id, quantity}, {}, {}},
            std::move(render));
}

void release_reservation(Call&& call) {
    if (auto ok = may_reserve(call); !ok) return call.refuse(ok.error());
    auto found = path_reservation(call);
    if (!found) return call.refuse(found.error());
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    auto render = ended_render(call.engine(), found->account, End::release);
    execute(std::move(call), {entitlements::ReleaseReservation{found->account, found->id}, {}, {}},
            std::move(render));
}

}  // namespace rb::api::native
