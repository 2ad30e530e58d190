/* Ratebook in process: plans, limits and usage in the caller's own program, over the same engine
 * and the same files as the server. A store is opened by one process at a time.
 *
 * Texts are UTF-8 and end with a zero byte; they are read before a call returns. Instants are
 * microseconds since 1970-01-01T00:00:00Z. Money is whole millionths of a currency's unit.
 *
 * Results: 0 is success. A positive number is the fault that refused the call (rb_fault_name); a
 * negative one is a failure of the machine. What was refused changed nothing. rb_error() then says
 * in a sentence what is wrong. No call throws, and none ends the process for what it was given; a
 * pointer that is not valid is the caller's fault.
 *
 * Threads: every function may be called from any thread at any time, but for rb_close. Calls run on
 * the caller's thread. A call that changes something returns when the change is durable; calls of
 * several threads share one sync of the disk.
 */
#ifndef RATEBOOK_H
#define RATEBOOK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RB_API __attribute__((visibility("default")))

typedef struct rb_store rb_store;
/* Handles of a store: found once, valid until it is closed, never released apart. */
typedef struct rb_account rb_account;
typedef struct rb_feature rb_feature;

enum { RB_OK = 0, RB_FAILED = -1 };

/* "account_is_unknown" and so on; "ok" of 0, "failed" of -1. Static. */
RB_API const char* rb_fault_name(int result);
/* About this thread's last call that gave no success, or whose answer was not allowed. Valid until
 * this thread's next such call; never NULL. */
RB_API const char* rb_error(void);

/* --- stores --- */

/* Opens the directory, or makes it; ":memory:" keeps everything in memory until rb_close. The key
 * that protects personal fields is taken as the server takes it: RATEBOOK_MASTER_KEY,
 * RATEBOOK_MASTER_KEY_FILE, or the file master.key in the directory, which a new store makes. */
RB_API int rb_open(const char* directory, rb_store** store);
/* Ends everything that was made of the store. No other call may run on it, or come later. NULL is
 * nothing. */
RB_API void rb_close(rb_store* store);

/* Replaces the catalog by this file's text, YAML or JSON. `version` may be NULL. A catalog that
 * says nothing new keeps its version. */
RB_API int rb_apply_catalog(rb_store* store, const char* text, int64_t* version);

/* --- accounts --- */

/* The name is unique in the store: 2 to 40 of a to z, 0 to 9 and hyphen. `currency` is an ISO 4217
 * code; below a parent (NULL: none) it is the parent's, and may be NULL. name_is_taken when there
 * is one already. */
RB_API int rb_open_account(rb_store* store, const char* name, const char* currency,
                           const rb_account* parent, rb_account** account);
/* By its name, or by an alias that a server has granted. NULL: there is none. Always the same
 * handle for the same account. */
RB_API rb_account* rb_find_account(rb_store* store, const char* name);
/* NULL: the catalog has no such feature now. */
RB_API rb_feature* rb_find_feature(rb_store* store, const char* key);

/* Starts a subscription to a plan, by its key, at its price of now. */
RB_API int rb_subscribe(rb_account* account, const char* plan);
/* Money came in, in millionths of the account's currency. A reference that the account has already
   is recorded once: the same amount is RB_OK and moves nothing, another one reference_is_taken. */
RB_API int rb_pay(rb_account* account, int64_t micros, const char* reference);

/* --- may it, and how much is left --- */

typedef struct rb_answer {
    uint8_t allowed;
    uint8_t counted;    /* consume: it is durable */
    uint8_t duplicate;  /* consume: its id was counted before; nothing changed */
    uint8_t over_limit; /* a soft limit is passed */
    int32_t reason;     /* why not, a fault; 0: allowed */
    /* Where several limits hold, those of the one that stops, or else of the tightest. */
    int64_t limit;        /* -1: unlimited */
    int64_t used;         /* before a check, after a consume */
    int64_t held;         /* by open reservations */
    int64_t remaining;    /* -1: unlimited */
    int64_t resets_at_us; /* -1: never */
} rb_answer;

/* May the quantity be used? Changes nothing. While nothing in the account's partition moves, this
 * takes no lock and allocates nothing; what is refused, or would have to be bought, is asked the
 * long way, some microseconds. It counts what is decided and not durable yet, and may find the end
 * of a window a few milliseconds late. Only rb_consume and rb_reserve hold a limit. */
RB_API int rb_check(rb_account* account, const rb_feature* feature, int64_t quantity,
                    rb_answer* answer);
/* As rb_check, of one seat, user or device of the account, for features with a limit for each of
 * them: `entity` is 1 to 255 bytes of text, NULL: none. Always asked the long way. */
RB_API int rb_check_entity(rb_account* account, const rb_feature* feature, const char* entity,
                           int64_t quantity, rb_answer* answer);
/* The text of a config feature in the account's plan, cut to fit; always ends with a zero byte.
 * `length` (may be NULL): of the whole text, without it. */
RB_API int rb_value(rb_account* account, const rb_feature* feature, char* text, size_t size,
                    size_t* length);

/* --- use it --- */

/* Checks and counts in one step. A refusal is an answer: RB_OK, allowed 0. The same id counts once
 * for the account, also when it is sent again after a restart; NULL or "": uses cannot be told
 * apart. */
RB_API int rb_consume(rb_account* account, const rb_feature* feature, int64_t quantity,
                      const char* id, rb_answer* answer);

/* As rb_consume, of one seat, user or device of the account. */
RB_API int rb_consume_entity(rb_account* account, const rb_feature* feature, const char* entity,
                             int64_t quantity, const char* id, rb_answer* answer);

/* Name and value of an event's data. */
typedef struct rb_property {
    const char* name;
    const char* value;
    int32_t is_number; /* 0: text. Else `value` is a JSON number: "12", "0.5" */
} rb_property;

typedef struct rb_use {
    rb_account* account;
    const rb_feature* feature;
    int64_t quantity;
    const char* id;                /* NULL: none */
    const rb_property* properties; /* dimensions, and the value of a unique meter */
    size_t property_count;
} rb_use;

/* As many rb_consume in this order, with one sync. Each has its answer: one that is wrong by itself
 * (a quantity of 0) is not allowed, with the fault as its reason, and its neighbours count. All
 * handles are of this store. */
RB_API int rb_consume_many(rb_store* store, const rb_use* uses, size_t count, rb_answer* answers);

/* --- keep it --- */

typedef struct rb_reservation {
    char id[32]; /* "rsv_..." */
} rb_reservation;

/* Holds the quantity, and the money that it would cost, for so many seconds. Not allowed: `answer`
 * says why, and there is no reservation. */
RB_API int rb_reserve(rb_account* account, const rb_feature* feature, int64_t quantity,
                      int64_t seconds, rb_reservation* reservation, rb_answer* answer);
/* Counts what was really used, -1: all of it, and gives back the rest. The numbers of the answer
 * are from before it was counted. */
RB_API int rb_commit(rb_account* account, const rb_reservation* reservation, int64_t quantity,
                     rb_answer* answer);
RB_API int rb_release(rb_account* account, const rb_reservation* reservation);

/* --- tell it --- */

/* A fact that was measured elsewhere; counts beyond limits too. */
typedef struct rb_event {
    rb_account* account;
    const char* type; /* meters say which they count */
    const char* source;
    const char* id;  /* unique with its source in a tree of accounts */
    int64_t time_us; /* 0: now */
    const rb_property* properties;
    size_t property_count;
} rb_event;

typedef struct rb_outcome {
    uint8_t counted;
    uint8_t duplicate;  /* counted before */
    uint8_t over_limit; /* counted, and beyond a limit, a package or the money */
    int32_t reason;     /* refused: the fault; else 0 */
} rb_outcome;

/* A refused event is the call's result. */
RB_API int rb_ingest(rb_store* store, const rb_event* event, rb_outcome* outcome);
/* In their order, with one sync; a refused one changes nothing and its neighbours count. */
RB_API int rb_ingest_many(rb_store* store, const rb_event* events, size_t count,
                          rb_outcome* outcomes);

#ifdef __cplusplus
}
#endif

#endif
