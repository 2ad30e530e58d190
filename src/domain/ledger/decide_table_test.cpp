// The order of faults, as a table: one line a command, the last columns what it answers. Within one
// command each line removes the fault of the line before.
//
// The wallet: 100 available, a hold `open` of 30, a hold `expired` of 20, a grant of 40 and a
// credit limit of 10, all USD. Amounts are in major units; `over` is one micro more than an amount
// may be, `most` is the largest.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "base/limits.h"
#include "domain/ledger/test_wallet.h"

namespace rb::ledger {
namespace {

constexpr std::string_view table = R"(
# command  amount currency about     text expiry  reply
pay_in     0      EUR      -         long -       field_is_invalid /amount
pay_in     over   EUR      -         long -       amount_exceeds_limit /amount
pay_in     most   EUR      -         long -       currency_is_fixed /amount
pay_in     most   USD      -         long -       field_is_invalid /reference
pay_in     most   USD      -         ok   -       amount_exceeds_limit /amount
pay_in     1      USD      -         ok   -       payment

charge     over   EUR      -         ok   -       amount_exceeds_limit /amount
charge     151    EUR      -         ok   -       currency_is_fixed /amount
charge     151    USD      -         ok   -       money_is_short
charge     150    USD      -         ok   -       charge
fact       over   EUR      -         ok   -       amount_exceeds_limit /amount
fact       151    EUR      -         ok   -       currency_is_fixed /amount
fact       151    USD      -         ok   -       charge

credit     over   EUR      -         ok   -       amount_exceeds_limit /amount
credit     most   EUR      -         ok   -       currency_is_fixed /amount
credit     most   USD      -         ok   -       amount_exceeds_limit /amount
credit     1      USD      -         ok   -       credit

hold       0      EUR      -         long past    field_is_invalid /amount
hold       over   EUR      -         long past    amount_exceeds_limit /amount
hold       111    EUR      -         long past    currency_is_fixed /amount
hold       111    USD      -         long past    field_is_invalid /reason
hold       111    USD      -         ok   now     instant_is_in_the_past /expires_at
hold       111    USD      -         ok   ahead   money_is_short
hold       110    USD      -         ok   ahead   hold

capture    over   EUR      nothing   ok   -       hold_is_unknown /hold
capture    over   EUR      expired   ok   -       hold_is_settled /hold
capture    over   EUR      open      ok   -       amount_exceeds_limit /amount
capture    0      EUR      open      ok   -       field_is_invalid /amount
capture    31     EUR      open      ok   -       currency_is_fixed /amount
capture    31     USD      open      ok   -       amount_exceeds_hold /amount
capture    30     USD      open      ok   -       capture

release    -      -        nothing   ok   -       hold_is_unknown /hold
release    -      -        expired   ok   -       release
release    -      -        open      ok   -       release

grant      0      EUR      -         long past    field_is_invalid /amount
grant      over   EUR      -         long past    amount_exceeds_limit /amount
grant      most   EUR      -         long past    currency_is_fixed /amount
grant      most   USD      -         long past    field_is_invalid /reason
grant      most   USD      -         ok   past    instant_is_in_the_past /expires_at
grant      most   USD      -         ok   never   amount_exceeds_limit /amount
grant      1      USD      -         ok   never   grant

expire     -      -        nothing   ok   -       grant_is_unknown /grant
expire     -      -        promotion ok   -       grant_expiry

reverse    -      -        nothing   long -       entry_is_unknown /entry
reverse    -      -        foreign   long -       entry_is_unknown /entry
reverse    -      -        placing   long -       field_is_invalid /entry
reverse    -      -        granting  long -       field_is_invalid /entry
reverse    -      -        reversal  long -       field_is_invalid /entry
reverse    -      -        deferred  long -       field_is_invalid /entry
reverse    -      -        reversed  long -       entry_is_reversed /entry
reverse    -      -        paid      long -       field_is_invalid /reason
reverse    -      -        paid      ok   -       reversal
)";

struct World : TestWallet {
    World() {
        booking.credit_limit_micros = usd_of(10).micros();
        entries["paid"] = pay(150);
        entries["reversed"] = pay(7);
        entries["reversal"] = undo(entries["reversed"]);
        Instant soon = day_one + Duration::of_hours(1);
        holds["expired"] = hold(20, soon).id;
        HoldPlaced placed = book(place_hold(wallet, booking, {usd_of(30), "a hold", {}, {}}, ids));
        holds["open"] = placed.hold.id;
        entries["placing"] = placed.entry;
        GrantCredit command{customer, GrantKind::promotional, usd_of(40), 0, {}, "welcome"};
        GrantMade made = book(grant(wallet, booking, command, shop, ids));
        grants["promotion"] = made.grant.id;
        entries["granting"] = made.entry;
        entries["deferred"] = entries["paid"];
        entries["deferred"].postings.back().bucket = Bucket::deferred_revenue;
        entries["foreign"] = entries["paid"];
        entries["foreign"].account = shop;
        booking.now = soon;
    }
    std::map<std::string, Entry> entries;
    std::map<std::string, HoldId> holds;
    std::map<std::string, GrantId> grants;
};

struct Line {
    std::string command, amount, currency, about, text, expiry, reply;
};

struct Arguments {
    Amount amount;
    std::string text;
    std::optional<Instant> expires_at;
};

Arguments arguments_of(const Line& line, Instant now) {
    Currency currency = line.currency == "EUR" ? Currency("EUR") : Currency("USD");
    std::int64_t micros = 0;
    if (line.amount == "over")
        micros = limits::amount_micros_max + 1;
    else if (line.amount == "most")
        micros = limits::amount_micros_max;
    else if (line.amount != "-")
        micros = usd_of(std::stoll(line.amount)).micros();
    Arguments a{Amount::of_micros(micros, currency), {}, {}};
    a.text = std::string(line.text == "long" ? limits::description_bytes_max + 1 : 2, 'x');
    if (line.expiry == "past") a.expires_at = now - Duration::of_seconds(1);
    if (line.expiry == "now") a.expires_at = now;
    if (line.expiry == "ahead") a.expires_at = now + Duration::of_seconds(1);
    return a;
}

Charge charge_of(Amount amount) {
    return {EntryKind::charge, "", {}, {{shop, Bucket::revenue, amount}}};
}

template <class T>
std::string reply_of(const Result<T>& result) {
    if (result) return std::string(enum_text(result->entry.kind));
    std::string field = result.error().field;
    return std::string(enum_text(result.error().fault)) + (field.empty() ? "" : " ") + field;
}

std::string reply(World& w, const Line& line) {
    Arguments a = arguments_of(line, w.booking.now);
    const Wallet& wallet = w.wallet;
    const Booking& booking = w.booking;
    if (line.command == "pay_in")
        return reply_of(pay_in(wallet, booking, {customer, a.amount, a.text}, shop, w.ids));
    if (line.command == "charge")
        return reply_of(charge(wallet, booking, charge_of(a.amount), Overdraft::refused, w.ids));
    if (line.command == "fact")
        return reply_of(charge(wallet, booking, charge_of(a.amount), Overdraft::allowed, w.ids));
    if (line.command == "credit")
        return reply_of(credit(wallet, booking, charge_of(-a.amount), w.ids));
    if (line.command == "hold")
        return reply_of(place_hold(wallet, booking, {a.amount, a.text, {}, a.expires_at}, w.ids));
    if (line.command == "capture")
        return reply_of(capture(wallet, booking, w.holds[line.about], charge_of(a.amount), w.ids));
    if (line.command == "release")
        return reply_of(release(wallet, booking, w.holds[line.about], w.ids));
    if (line.command == "grant") {
        GrantCredit command{customer, GrantKind::paid, a.amount, 0, a.expires_at, a.text};
        return reply_of(grant(wallet, booking, command, shop, w.ids));
    }
    if (line.command == "expire")
        return reply_of(expire(wallet, booking, w.grants[line.about], w.ids));
    if (line.command == "reverse")
        return reply_of(reverse(wallet, booking, {customer, w.entries[line.about], a.text}, w.ids));
    return "no such command in this table";
}

TEST(Ledger, every_command_refuses_in_a_fixed_order) {
    World world;
    ASSERT_EQ(world.balances(), "100 50 0 40");
    std::istringstream lines{std::string(table)};
    std::string text;
    int checked = 0;
    while (std::getline(lines, text)) {
        if (text.empty() || text[0] == '#') continue;
        std::istringstream columns(text);
        Line line;
        columns >> line.command >> line.amount >> line.currency >> line.about >> line.text >>
            line.expiry >> std::ws;
        std::getline(columns, line.reply);
        EXPECT_EQ(reply(world, line), line.reply) << text;
        ++checked;
    }
    EXPECT_EQ(checked, 52);
    EXPECT_EQ(world.balances(), "100 50 0 40");
}

}  // namespace
}  // namespace rb::ledger
