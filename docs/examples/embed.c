/* A mail service asks before it sends. docs/embed.md shows what this prints. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "embed/ratebook.h"

static const char* const catalog =
    "catalog: 1\n"
    "currencies: {USD: {}}\n"
    "meters:\n"
    "  sent: {event: message.sent, aggregate: sum, value: recipients, dimensions: [region]}\n"
    "features:\n"
    "  messages: {kind: metered, meter: sent}\n"
    "families: {MAIL: {name: Mail}}\n"
    "plans:\n"
    "  free:\n"
    "    {family: MAIL, default: true, fee: {USD: \"0\"},\n"
    "     entitlements: {messages: {limit: 100, window: lifetime}}}\n"
    "  pro:\n"
    "    {family: MAIL, rank: 1, fee: {USD: \"30\"},\n"
    "     entitlements: {messages: {limit: 1000, window: lifetime}}}\n"
    "changes: [{family: MAIL, direction: any, effective: now}]\n";

static void must(int result, const char* what) {
    if (result == RB_OK) return;
    fprintf(stderr, "%s: %s: %s\n", what, rb_fault_name(result), rb_error());
    exit(1);
}

static void show(const char* what, const rb_answer* answer) {
    printf("%-12s %s, used %" PRId64 " of %" PRId64 ", held %" PRId64 ", remaining %" PRId64 "\n",
           what, answer->allowed ? "yes" : rb_fault_name(answer->reason), answer->used,
           answer->limit, answer->held, answer->remaining);
}

int main(int argc, char** argv) {
    rb_store* store;
    must(rb_open(argc > 1 ? argv[1] : ":memory:", &store), "open");
    must(rb_apply_catalog(store, catalog, NULL), "catalog");

    /* Both are found once and kept. */
    rb_account* acme = rb_find_account(store, "acme");
    if (acme == NULL) must(rb_open_account(store, "acme", "USD", NULL, &acme), "account");
    rb_feature* messages = rb_find_feature(store, "messages");

    rb_answer answer;
    must(rb_check(acme, messages, 60, &answer), "check");
    show("check 60", &answer);

    /* Durable when it returns; sent again under its id it counts once. */
    must(rb_consume(acme, messages, 60, "mail-1", &answer), "consume");
    show("consume 60", &answer);
    must(rb_consume(acme, messages, 60, "mail-1", &answer), "consume");
    printf("%-12s %s\n", "again", answer.duplicate ? "a duplicate" : "counted twice");

    must(rb_consume(acme, messages, 60, "mail-2", &answer), "consume");
    show("consume 60", &answer);
    printf("%-12s %s\n", "because", rb_error());

    must(rb_pay(acme, INT64_C(30000000), "invoice 7"), "pay");
    must(rb_subscribe(acme, "pro"), "subscribe");
    must(rb_consume(acme, messages, 60, "mail-2", &answer), "consume");
    show("on pro", &answer);

    /* How many go out shows only later. */
    rb_reservation batch;
    must(rb_reserve(acme, messages, 500, 600, &batch, &answer), "reserve");
    must(rb_check(acme, messages, 1, &answer), "check");
    show("reserved 500", &answer);
    must(rb_commit(acme, &batch, 420, &answer), "commit");

    /* What happened elsewhere is a fact. */
    const rb_property data[] = {{"recipients", "12", 1}, {"region", "eu", 0}};
    const rb_event event = {acme, "message.sent", "/mailer", "log-1", 0, data, 2};
    rb_outcome outcome;
    must(rb_ingest(store, &event, &outcome), "ingest");
    must(rb_check(acme, messages, 1, &answer), "check");
    show("at the end", &answer);

    rb_close(store);
    return 0;
}
