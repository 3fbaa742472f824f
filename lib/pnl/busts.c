#include "pnl/busts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "ledger/post.h"

struct pnl_busted {
    uint64_t at;   /* number of its record */
    uint64_t bust; /* and of its bust's, if it is busted */
    uint64_t trade_id;
    uint32_t previous; /* of the same key + 1, or 0 */
    bool booked;       /* by the ledger; or it has no accounts */
    bool bare;         /* it has no accounts */
    bool busted;
};

/* A record in the spill; the event follows. */
struct record {
    uint32_t index, size;
};

#define BUFFER     (1U << 20)
#define RECORD_MAX (sizeof(struct record) + EVENT_MAX)
_Static_assert(RECORD_MAX < BUFFER, "a record fits");

void
pnl_busts_open(struct pnl_busts *busts)
{
    *busts = (struct pnl_busts){.spill.fd = -1};
    (void)spill_open(&busts->spill, NULL, &busts->spill_failure);
}

void
pnl_busts_free(struct pnl_busts *busts)
{
    spill_close(&busts->spill);
    map_free(&busts->keys);
    free(busts->trades);
    busts->trades = NULL;
}

/* Whether a report needs more of the event than its type and time. */
static bool
is_needed(unsigned type)
{
    return type == EVENT_TRADE || type == EVENT_TRADE_CANCEL ||
           type == EVENT_POSTING || type == EVENT_POSITION ||
           type == EVENT_QUOTE || type == EVENT_ACCEPTED;
}

int
pnl_busts_note(struct pnl_busts *busts, uint32_t index,
               const struct event *event, struct failure *failure)
{
    size_t size = is_needed(event->type) ? event->words * 8UL : sizeof *event;
    struct record record = {index, (uint32_t)size};

    if (event->type == EVENT_TRADE_CANCEL && index != INSTRUMENT_NONE) {
        const struct trade_cancel *cancel = (const void *)event;
        int64_t time =
            cancel->trade_time == TIME_NULL ? event->time : cancel->trade_time;

        busts->cancels++;
        if (!map_put(&busts->keys,
                     post_trade_print(index, cancel->trade_id, time), 0))
            return fail_memory(failure);
    }
    if (busts->spill.fd < 0)
        return 0;
    if (spill_put(&busts->spill, &record, sizeof record, failure) != 0)
        return -1;
    return spill_put(&busts->spill, event, size, failure);
}

/* ---- reading it again ---------------------------------------------------- */

struct rerun {
    struct pnl_busts *busts;
    struct failure *failure;
    char *buffer; /* owned */
    size_t at, filled;
    uint64_t offset; /* of what is read next */
    uint64_t number; /* of the record at hand */
    uint32_t index;
};

static int
replay_start(struct rerun *replay, struct pnl_busts *busts,
             struct failure *failure)
{
    *replay = (struct rerun){
        .busts = busts, .failure = failure, .number = UINT64_MAX};
    replay->buffer = allocate(failure, BUFFER, 1);
    return replay->buffer ? 0 : -1;
}

/* The next event, 8-byte aligned; NULL at the end, or after a failure. */
static const struct event *
replay_next(struct rerun *replay)
{
    const struct spill *spill = &replay->busts->spill;
    size_t left = replay->filled - replay->at, more;
    const struct record *record;

    if (left < RECORD_MAX && replay->offset < spill->size) {
        memmove(replay->buffer, replay->buffer + replay->at, left);
        more = BUFFER - left;
        if (more > spill->size - replay->offset)
            more = spill->size - replay->offset;
        if (spill_read(spill, replay->offset, replay->buffer + left, more,
                       replay->failure) != 0)
            return NULL;
        replay->offset += more;
        replay->at = 0;
        replay->filled = left = left + more;
    }
    if (left == 0)
        return NULL;
    record = (const void *)(replay->buffer + replay->at);
    assert(sizeof *record + record->size <= left);
    replay->at += sizeof *record + record->size;
    replay->index = record->index;
    replay->number++;
    return (const void *)(record + 1);
}

/* Ends it with a result, or -1 after a failure. */
static int
replay_end(struct rerun *replay, int result)
{
    free(replay->buffer);
    return replay->failure->kind == FAILURE_NONE ? result : -1;
}

/* What follows a trade or its bust: the ledger's events of it. */
static bool
is_ledgers(unsigned type)
{
    return type == EVENT_POSTING || type == EVENT_BALANCE ||
           type == EVENT_POSITION || type == EVENT_LOT;
}

/* ---- which trades are busted --------------------------------------------- */

/* A trade that some trade_cancel may mean. 0 or -1. */
static int
add_trade(struct rerun *replay, const struct trade *trade)
{
    struct pnl_busts *busts = replay->busts;
    uint64_t key =
        post_trade_print(replay->index, trade->trade_id, trade->event.time);
    uint32_t previous = map_get(&busts->keys, key);
    bool bare = !trade->buyer_id && !trade->seller_id;
    struct pnl_busted *grown;

    if (previous == MAP_NONE || trade->trade_id == 0)
        return 0;
    grown = array_grow(busts->trades, &busts->capacity, busts->count + 1,
                       sizeof *grown, replay->failure);
    if (!grown)
        return -1;
    busts->trades = grown;
    grown[busts->count++] = (struct pnl_busted){.at = replay->number,
                                                .trade_id = trade->trade_id,
                                                .previous = previous,
                                                .booked = bare,
                                                .bare = bare};
    if (!map_put(&busts->keys, key, (uint32_t)busts->count))
        return fail_memory(replay->failure);
    return 0;
}

/* The trade that a bust means: the latest of its key that stands. */
static struct pnl_busted *
find_trade(const struct rerun *replay, const struct trade_cancel *cancel)
{
    const struct pnl_busts *busts = replay->busts;
    int64_t time = cancel->trade_time == TIME_NULL ? cancel->event.time
                                                   : cancel->trade_time;
    uint32_t at = map_get(
        &busts->keys, post_trade_print(replay->index, cancel->trade_id, time));

    assert(at != MAP_NONE);
    while (at &&
           (busts->trades[at - 1].busted || !busts->trades[at - 1].booked))
        at = busts->trades[at - 1].previous;
    return at ? &busts->trades[at - 1] : NULL;
}

static void
bust(struct rerun *replay, struct pnl_busted *trade, uint64_t number)
{
    assert(!trade->busted && number > trade->at);
    trade->busted = true;
    trade->bust = number;
    replay->busts->busted++;
}

/* A posting: it says that the trade, or the bust of it, was booked. */
static int
take_posting(struct rerun *replay, const struct posting *posting,
             struct pnl_busted *meant, uint64_t cancel)
{
    struct pnl_busts *busts = replay->busts;

    if (posting->kind == POSTING_TRADE && busts->count && cancel == UINT64_MAX)
        busts->trades[busts->count - 1].booked = true;
    if (posting->kind != POSTING_BUST || (meant && meant->busted))
        return 0;
    if (!meant)
        return fail(replay->failure, FAILURE_DATA,
                    "a bust of a trade that is not on the tape (give the "
                    "ledger's tape from its beginning)");
    bust(replay, meant, cancel);
    return 0;
}

/* Finds all that are busted. 0 or -1. */
static int
find_busts(struct pnl_busts *busts, struct failure *failure)
{
    struct pnl_busted *meant = NULL;
    uint64_t cancel = UINT64_MAX;
    const struct event *event;
    struct rerun replay;
    int result = replay_start(&replay, busts, failure);
    bool fresh = false; /* the last event was a trade that was added */

    while (result == 0 && (event = replay_next(&replay)) != NULL) {
        size_t count = busts->count;

        if (event->type == EVENT_NAME || event->type == EVENT_INSTRUMENT)
            continue;
        if (event->type == EVENT_POSTING) {
            if (fresh || cancel != UINT64_MAX)
                result =
                    take_posting(&replay, (const void *)event, meant, cancel);
            continue;
        }
        if (is_ledgers(event->type))
            continue;
        fresh = false;
        cancel = UINT64_MAX;
        meant = NULL;
        if (replay.index == INSTRUMENT_NONE)
            continue;
        if (event->type == EVENT_TRADE) {
            result = add_trade(&replay, (const void *)event);
            fresh = busts->count > count;
        } else if (event->type == EVENT_TRADE_CANCEL) {
            cancel = replay.number;
            meant = find_trade(&replay, (const void *)event);
            if (meant && meant->bare)
                bust(&replay, meant, cancel);
        }
    }
    return replay_end(&replay, result);
}

/* ---- the report again ---------------------------------------------------- */

/* A position that the ledger keeps with a trade that is busted later. */
struct doubt {
    uint64_t account_id, trade_id, bust;
    uint32_t index;
};

struct doubts {
    struct doubt *items; /* owned */
    size_t count, capacity;
};

static int
add_doubt(struct doubts *doubts, const struct doubt *doubt,
          struct failure *failure)
{
    struct doubt *grown = array_grow(doubts->items, &doubts->capacity,
                                     doubts->count + 1, sizeof *grown, failure);

    if (!grown)
        return -1;
    doubts->items = grown;
    grown[doubts->count++] = *doubt;
    return 0;
}

/* Those of a bust are settled. */
static void
drop_doubts(struct doubts *doubts, uint64_t bust)
{
    size_t kept = 0;

    for (size_t i = 0; i < doubts->count; i++)
        if (doubts->items[i].bust != bust)
            doubts->items[kept++] = doubts->items[i];
    doubts->count = kept;
}

/* A trade that stands changed a position: is it one in doubt? */
static void
check_position(struct pnl *pnl, const struct doubts *doubts, uint32_t index,
               const struct position *position)
{
    uint32_t account = map_get(&pnl->account_map, position->account_id);

    for (size_t i = 0; i < doubts->count; i++) {
        const struct doubt *doubt = &doubts->items[i];

        if (doubt->index != index || doubt->account_id != position->account_id)
            continue;
        assert(account != MAP_NONE);
        pnl->accounts[account].doubted_trade = doubt->trade_id;
    }
}

static int
compare_busts(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;

    return *left < *right ? -1 : *left > *right;
}

/* The numbers of the records of busts, in order; the caller frees them. */
static uint64_t *
sorted_busts(const struct pnl_busts *busts, struct failure *failure)
{
    uint64_t *numbers = allocate(failure, busts->busted, sizeof *numbers);
    size_t count = 0;

    for (size_t i = 0; numbers && i < busts->count; i++)
        if (busts->trades[i].busted)
            numbers[count++] = busts->trades[i].bust;
    if (numbers)
        qsort(numbers, count, sizeof *numbers, compare_busts);
    return numbers;
}

/* All but what is busted. 0 or -1. */
static int
take_rest(struct pnl_busts *busts, struct pnl *pnl, struct doubts *doubts,
          const uint64_t *numbers)
{
    const struct pnl_busted *trade = busts->trades, *left_out = NULL;
    const struct pnl_busted *end = busts->trades + busts->count;
    const uint64_t *next = numbers, *last = numbers + busts->busted;
    const struct event *event;
    struct rerun replay;
    int result = replay_start(&replay, busts, pnl->failure);
    bool skipping = false;

    while (result == 0 && (event = replay_next(&replay)) != NULL) {
        const struct position *position = (const void *)event;

        if (trade < end && trade->at == replay.number) {
            left_out = trade->busted ? trade : NULL;
            skipping = left_out != NULL;
            trade++;
        } else if (next < last && *next == replay.number) {
            drop_doubts(doubts, *next++);
            left_out = NULL;
            skipping = true;
        } else if (!is_ledgers(event->type) && event->type != EVENT_NAME &&
                   event->type != EVENT_INSTRUMENT) {
            skipping = false;
        }
        if (!skipping) {
            result = pnl_event(pnl, replay.index, event);
            if (result == 0 && event->type == EVENT_POSITION)
                check_position(pnl, doubts, replay.index, position);
        } else if (left_out && event->type == EVENT_POSITION) {
            const struct doubt doubt = {position->account_id,
                                        left_out->trade_id, left_out->bust,
                                        replay.index};

            result = add_doubt(doubts, &doubt, pnl->failure);
        }
    }
    return replay_end(&replay, result);
}

/* A report of an account in doubt would be wrong. */
static int
refuse_doubts(struct pnl *pnl)
{
    for (uint32_t i = 0; i < pnl->account_count; i++) {
        const struct pnl_account *account = &pnl->accounts[i];

        if (account->doubted_trade && pnl_reports(pnl, account))
            return fail(pnl->failure, FAILURE_DATA,
                        "a bust of trade %" PRIu64 ", before which account "
                        "%" PRIu64 " traded the instrument again: reports of "
                        "such busts are not supported",
                        account->doubted_trade, account->id);
    }
    return 0;
}

int
pnl_busts_apply(struct pnl_busts *busts, struct pnl *pnl, struct code currency)
{
    struct doubts doubts = {0};
    struct failure *failure = pnl->failure;
    struct instruments *instruments = pnl->instruments;
    const struct names *names = pnl->names;
    uint64_t *numbers;
    int result;

    if (busts->cancels == 0)
        return 0;
    if (busts->spill.fd < 0) {
        *failure = busts->spill_failure;
        return fail_at(failure, "a report after a bust");
    }
    if (spill_flush(&busts->spill, failure) != 0 ||
        find_busts(busts, failure) != 0)
        return -1;
    if (busts->busted == 0)
        return 0;
    numbers = sorted_busts(busts, failure);
    if (!numbers)
        return -1;
    pnl_free(pnl);
    pnl_init(pnl, instruments, names, currency, failure);
    result = take_rest(busts, pnl, &doubts, numbers);
    if (result == 0)
        result = refuse_doubts(pnl);
    free(doubts.items);
    free(numbers);
    return result;
}
