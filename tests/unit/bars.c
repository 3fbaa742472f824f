/* Bars from trades: small cases by hand. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bars_bench.h"
#include "tap.h"

#define MINUTE NS_PER_MINUTE
#define ONE    DECIMAL_ONE

/* 2026-01-08T10:00:00Z, a Thursday */
#define TEN (INT64_C(1767866400) * NS_PER_SECOND)

/* ---- what came out ------------------------------------------------------- */

static void
start(struct bench *bench, const int64_t *intervals, unsigned count)
{
    start_filled(bench, intervals, count, BARS_FILL_NONE);
}

static void
stop(struct bench *bench)
{
    bars_free(&bench->bars);
    free(bench->got);
}

static int
trade(struct bench *bench, uint32_t index, int64_t time, int64_t price,
      int64_t quantity)
{
    static uint64_t id;
    const struct sum_trade made = {.time = time,
                                   .price = price,
                                   .quantity = quantity,
                                   .id = ++id,
                                   .buy = true};

    bench->failure = (struct failure){0};
    return bars_trade(&bench->bars, index, &made, &bench->failure);
}

static int
finish(struct bench *bench)
{
    bench->failure = (struct failure){0};
    return bars_end(&bench->bars, &bench->failure);
}

/* ---- one bar ------------------------------------------------------------- */

static void
test_fields(void)
{
    static const int64_t interval = MINUTE;
    struct sum_trade trades[] = {
        {TEN + 1, 150 * ONE, 10 * ONE, 71, true},
        {TEN + 2, 155 * ONE, 20 * ONE, 72, false},
        {TEN + 3, 149 * ONE, 30 * ONE, 73, true},
        {TEN + 4, 151 * ONE, 40 * ONE, 74, false},
    };
    struct bench b;
    struct bar *bar;

    start(&b, &interval, 1);
    for (unsigned i = 0; i < 4; i++)
        bars_trade(&b.bars, 5, &trades[i], &b.failure);
    OK("nothing is written while the bar is open", b.count == 0);
    bars_clock(&b.bars, TEN + MINUTE - 1, &b.failure);
    OK("nor by a clock before its end", b.count == 0);
    bars_clock(&b.bars, TEN + MINUTE, &b.failure);
    OK("a clock at its end closes it", b.count == 1);
    bar = b.got;
    OK("a bar has the time of its end, its start and its interval",
       bar->event.time == TEN + MINUTE && bar->start == TEN &&
           bar->interval == MINUTE && bar->event.type == EVENT_BAR &&
           bar->event.words * 8 == sizeof *bar && bar->event.instrument == 5);
    OK("open, high, low and close are those of the trades",
       bar->open == 150 * ONE && bar->high == 155 * ONE &&
           bar->low == 149 * ONE && bar->close == 151 * ONE);
    OK("volume and notional are sums over all trades",
       amount_get(bar->volume) == 100 * (i128)ONE &&
           amount_get(bar->notional) ==
               (1500 + 3100 + 4470 + 6040) * (i128)ONE);
    OK("buy volume and notional are those of aggressors that bought",
       amount_get(bar->buy_volume) == 40 * (i128)ONE &&
           amount_get(bar->buy_notional) == (1500 + 4470) * (i128)ONE);
    OK("trades are counted, the first and the last named",
       bar->trade_count == 4 && bar->first_trade_id == 71 &&
           bar->last_trade_id == 74);
    OK("a bar whose end has passed is final and nothing else",
       bar->flags == BAR_FINAL && bar->revision == 0);
    stop(&b);
}

static void
test_open_and_close(void)
{
    static const int64_t interval = MINUTE;
    struct bench b;

    start(&b, &interval, 1);
    trade(&b, 0, TEN + 5, 5 * ONE, ONE);
    trade(&b, 0, TEN + 9, 9 * ONE, ONE);
    trade(&b, 0, TEN + 9, 8 * ONE, ONE);
    trade(&b, 0, TEN + 2, 2 * ONE, ONE);
    trade(&b, 0, TEN + 2, 3 * ONE, ONE);
    trade(&b, 0, TEN + 7, 7 * ONE, ONE);
    trade(&b, 0, TEN + MINUTE, ONE, ONE);
    OK("where time steps back in a bar, the earliest trade opens it",
       b.count == 1 && b.got[0].open == 2 * ONE);
    OK("and the latest closes it, of equal ones the last to arrive",
       b.got[0].close == 8 * ONE);
    OK("first and last trade id are those of open and close",
       b.got[0].last_trade_id + 1 == b.got[0].first_trade_id);
    stop(&b);
}

static void
test_rounding(void)
{
    /* price and quantity in 10^-8, and the notional half-even in 10^-8 */
    static const struct {
        int64_t price, quantity, notional;
    } cases[] = {
        {1, 50000000, 0},
        {3, 50000000, 2},
        {5, 50000000, 2},
        {1, 50000001, 1},
        {1, 49999999, 0},
        {-1, 50000000, 0},
        {-3, 50000000, -2},
        {-1, 50000001, -1},
        {12345678, 87654321, 10821520}, /* 10821520.22... */
        {99999999, 99999999, 99999998},
    };
    static const int64_t interval = MINUTE;
    int64_t sum = 0;
    bool each = true;
    struct bench b;

    start(&b, &interval, 1);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        b.count = 0;
        trade(&b, 0, TEN, cases[i].price, cases[i].quantity);
        finish(&b);
        each = each && amount_get(b.got[0].notional) == cases[i].notional;
        sum += cases[i].notional;
    }
    OK("a trade's notional is rounded half to even at the eighth place", each);
    b.count = 0;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        trade(&b, 0, TEN, cases[i].price, cases[i].quantity);
    finish(&b);
    OK("a bar's notional is the sum of notionals rounded one by one",
       amount_get(b.got[0].notional) == sum);
    b.count = 0;
    trade(&b, 0, TEN, DECIMAL_MAX, DECIMAL_MAX);
    trade(&b, 0, TEN, -DECIMAL_MAX, DECIMAL_MAX);
    trade(&b, 0, TEN, DECIMAL_MAX, DECIMAL_MAX);
    finish(&b);
    OK("the largest price times the largest quantity is exact",
       amount_get(b.got[0].notional) == (i128)DECIMAL_MAX * DECIMAL_MAX / ONE);
    stop(&b);
}

/* ---- when and in which order --------------------------------------------- */

static void
test_order(void)
{
    static const int64_t intervals[] = {15 * MINUTE, 5 * MINUTE,
                                        60 * NS_PER_SECOND, MINUTE};
    bool sorted = true;
    struct bench b;

    start(&b, intervals, 4);
    for (uint32_t index = 200; index-- > 0;)
        trade(&b, index, TEN + MINUTE + index, ONE, ONE);
    OK("an interval given twice counts once",
       bars_clock(&b.bars, TEN + 2 * MINUTE, &b.failure) == 0 &&
           b.count == 200);
    b.count = 0;
    for (uint32_t index = 200; index-- > 0;)
        trade(&b, index, TEN + 4 * MINUTE + index, ONE, ONE);
    trade(&b, 300, TEN + 20 * MINUTE, ONE, ONE);
    OK("a trade of one instrument closes the bars of all", b.count == 600);
    for (size_t i = 1; i < b.count; i++) {
        const struct bar *one = &b.got[i - 1], *two = &b.got[i];

        if (one->event.time != two->event.time)
            sorted = sorted && one->event.time < two->event.time;
        else if (one->interval != two->interval)
            sorted = sorted && one->interval < two->interval;
        else
            sorted = sorted && one->event.instrument < two->event.instrument;
    }
    OK("bars are in order of end, interval and instrument", sorted);
    stop(&b);
}

static void
test_late(void)
{
    static const int64_t intervals[] = {MINUTE, 60 * MINUTE};
    struct bench b;

    start(&b, intervals, 2);
    trade(&b, 0, TEN + 3 * MINUTE, ONE, ONE);
    OK("a trade of a bar that is written is refused",
       trade(&b, 1, TEN + 3 * MINUTE - 1, ONE, ONE) == -1 &&
           b.failure.kind == FAILURE_DATA);
    OK("and reported with the times of trade, bar and tape",
       strstr(b.failure.text, "a trade of 2026-01-08T10:02:59.999999999Z") &&
           strstr(b.failure.text, "1m bar ended at 2026-01-08T10:03:00Z") &&
           strstr(b.failure.text, "tape has been at 2026-01-08T10:03:00Z"));
    OK("one at the very start of the open bar is not",
       trade(&b, 1, TEN + 3 * MINUTE, ONE, ONE) == 0);
    bars_clock(&b.bars, TEN + 30 * MINUTE, &b.failure);
    OK("after a clock that closed it, too",
       trade(&b, 1, TEN + 4 * MINUTE, ONE, ONE) == -1);
    stop(&b);
}

/* ---- trades that are late or cancelled, in intervals that nest ----------- */

#define SECOND NS_PER_SECOND

static void
start_amended(struct bench *bench)
{
    struct bars_options options = {
        .count = 4,
        .intervals = {10 * SECOND, MINUTE, 15 * MINUTE, 60 * MINUTE},
        .late = BARS_LATE_AMEND,
        .hold = 60 * MINUTE,
        .room = make_room,
        .owner = bench};

    *bench = (struct bench){.got = NULL};
    if (bars_init(&bench->bars, &options, &bench->failure) != 0)
        abort();
}

/* Whether the last bar of each interval has so many trades and units, in order
 * of their intervals; 0: none. */
static bool
are_last(const struct bench *bench, const unsigned trades[4],
         const unsigned units[4])
{
    static const int64_t intervals[] = {10 * SECOND, MINUTE, 15 * MINUTE,
                                        60 * MINUTE};

    for (unsigned i = 0; i < 4; i++) {
        size_t at = bench->count;

        while (at > 0 && bench->got[at - 1].interval != intervals[i])
            at--;
        if (at == 0 ? trades[i] > 0
                    : bench->got[at - 1].trade_count != trades[i] ||
                          amount_get(bench->got[at - 1].volume) !=
                              units[i] * (i128)ONE) {
            tap_note("level %u", i);
            return false;
        }
    }
    return true;
}

static void
test_late_nested(void)
{
    struct bench b;

    start_amended(&b);
    trade(&b, 0, TEN + 30 * SECOND, 9 * ONE, 50 * ONE);
    trade(&b, 0, TEN, 7 * ONE, ONE);
    finish(&b);
    OK("a late trade counts once in every interval whose bar is open",
       are_last(&b, (unsigned[]){1, 2, 2, 2}, (unsigned[]){50, 51, 51, 51}));
    OK("and opens them", b.got[b.count - 1].open == 7 * ONE &&
                             b.got[b.count - 1].close == 9 * ONE);
    trade(&b, 0, TEN + 20 * MINUTE, ONE, ONE);
    trade(&b, 0, TEN + 16 * MINUTE, ONE, 3 * ONE);
    trade(&b, 0, TEN, ONE, 5 * ONE);
    finish(&b);
    OK("so it does where only some of them are open",
       are_last(&b, (unsigned[]){1, 1, 2, 3}, (unsigned[]){1, 1, 4, 9}));
    stop(&b);
}

static void
test_cancel_nested(void)
{
    const struct sum_trade first = {TEN + 31 * SECOND, ONE, ONE, 900, true};
    const struct sum_trade late = {TEN + 5 * SECOND, 9 * ONE, ONE, 901, true};
    struct bench b;

    start_amended(&b);
    bars_trade(&b.bars, 0, &first, &b.failure);
    trade(&b, 0, TEN + 46 * SECOND, 2 * ONE, 4 * ONE);
    bars_trade(&b.bars, 0, &late, &b.failure);
    OK("trades of the open minute are cancelled",
       bars_cancel(&b.bars, 0, 900, TIME_NULL, &b.failure) == BARS_TAKEN &&
           bars_cancel(&b.bars, 0, 901, TIME_NULL, &b.failure) == BARS_TAKEN);
    finish(&b);
    OK("and are in no interval any more",
       are_last(&b, (unsigned[]){1, 1, 1, 1}, (unsigned[]){4, 4, 4, 4}));
    OK("nor is their price", b.got[b.count - 1].high == 2 * ONE &&
                                 b.got[b.count - 1].open == 2 * ONE);
    bars_trade(&b.bars, 0, &first, &b.failure);
    trade(&b, 0, TEN + 31 * SECOND, 2 * ONE, 4 * ONE);
    trade(&b, 0, TEN + 80 * SECOND, 3 * ONE, 5 * ONE);
    trade(&b, 0, TEN + 95 * SECOND, 3 * ONE, 6 * ONE);
    bars_cancel(&b.bars, 0, 900, TIME_NULL, &b.failure);
    finish(&b);
    OK("what an open bar sums anew is only what was handed up to it",
       are_last(&b, (unsigned[]){1, 2, 3, 3}, (unsigned[]){6, 11, 15, 15}));
    stop(&b);
}

static void
test_end(void)
{
    static const int64_t intervals[] = {MINUTE, 60 * MINUTE};
    struct bench b;

    start(&b, intervals, 2);
    trade(&b, 0, TEN + 5, ONE, ONE);
    trade(&b, 0, TEN + MINUTE + 7, 2 * ONE, ONE);
    finish(&b);
    OK("at the end of the tape the open bars are written", b.count == 3);
    OK("those that did not reach their end are partial, not final",
       b.got[0].flags == BAR_FINAL && b.got[1].flags == BAR_PARTIAL &&
           b.got[2].flags == BAR_PARTIAL);
    OK("their time is how far the tape came",
       b.got[1].event.time == TEN + MINUTE + 7 &&
           b.got[2].event.time == TEN + MINUTE + 7);
    OK("an hour that is cut off has all trades until then",
       b.got[2].interval == 60 * MINUTE && b.got[2].trade_count == 2 &&
           b.got[2].open == ONE && b.got[2].close == 2 * ONE);
    b.count = 0;
    OK("the next tape begins afresh, also earlier",
       trade(&b, 0, TEN - 90 * MINUTE, 3 * ONE, ONE) == 0 && finish(&b) == 0 &&
           b.count == 2 && b.got[1].open == 3 * ONE &&
           b.got[1].trade_count == 1);
    b.count = 0;
    trade(&b, 0, TEN, ONE, ONE);
    bars_begin(&b.bars);
    OK("and one that was cut short leaves nothing behind",
       trade(&b, 1, TEN, ONE, ONE) == 0 && finish(&b) == 0 && b.count == 2 &&
           b.got[0].event.instrument == 1);
    b.count = 0;
    OK("a tape without trades has no bars",
       bars_clock(&b.bars, TEN, &b.failure) == 0 && finish(&b) == 0 &&
           finish(&b) == 0 && b.count == 0);
    stop(&b);
}

/* ---- fill ---------------------------------------------------------------- */

static bool
is_filled(const struct bar *bar, int64_t start, int64_t price)
{
    return bar->start == start && bar->flags == (BAR_FILLED | BAR_FINAL) &&
           bar->open == price && bar->high == price && bar->low == price &&
           bar->close == price && amount_get(bar->volume) == 0 &&
           amount_get(bar->notional) == 0 && amount_get(bar->buy_volume) == 0 &&
           amount_get(bar->buy_notional) == 0 && bar->trade_count == 0 &&
           bar->first_trade_id == 0 && bar->last_trade_id == 0;
}

static void
test_fill(void)
{
    static const int64_t intervals[] = {MINUTE, 5 * MINUTE};
    struct bench b;

    start_filled(&b, intervals, 2, BARS_FILL_PREV);
    bars_clock(&b.bars, TEN - 60 * MINUTE, &b.failure);
    trade(&b, 0, TEN + 2, 4 * ONE, ONE);
    trade(&b, 0, TEN + 1, 3 * ONE, ONE);
    OK("nothing is filled before the first trade", b.count == 0);
    trade(&b, 1, TEN + 2 * MINUTE, 7 * ONE, ONE);
    OK("a bar without trades has the previous close and volume 0",
       b.count == 2 && is_filled(&b.got[1], TEN + MINUTE, 4 * ONE));
    bars_clock(&b.bars, TEN + 10 * MINUTE, &b.failure);
    OK("all that traded get every bar up to the clock",
       b.count == 2 + 2 * 8 + 2 * 2 &&
           is_filled(&b.got[2], TEN + 2 * MINUTE, 4 * ONE) &&
           b.got[3].trade_count == 1 &&
           is_filled(&b.got[5], TEN + 3 * MINUTE, 7 * ONE) &&
           is_filled(&b.got[b.count - 1], TEN + 5 * MINUTE, 7 * ONE));
    b.count = 0;
    finish(&b);
    OK("a clock at the start of a bar does not make it", b.count == 0);
    trade(&b, 0, TEN, 4 * ONE, ONE);
    trade(&b, 1, TEN + MINUTE + 1, 4 * ONE, ONE);
    finish(&b);
    OK("the last, partial bars are filled as well",
       b.count == 1 + 2 + 2 && b.got[1].event.instrument == 0 &&
           b.got[1].flags == (BAR_FILLED | BAR_PARTIAL) &&
           b.got[1].start == TEN + MINUTE);
    trade(&b, 0, TEN, ONE, ONE);
    OK("a gap that would take millions of bars is refused",
       trade(&b, 0, TEN + 30000 * NS_PER_DAY, ONE, ONE) == -1 &&
           b.failure.kind == FAILURE_DATA);
    stop(&b);
}

/* ---- what is refused ----------------------------------------------------- */

static void
test_refusals(void)
{
    static const int64_t interval = MINUTE;
    static const struct {
        const char *sentence;
        int64_t time, price, quantity;
    } cases[] = {
        {"a trade of a negative quantity is refused", TEN, ONE, -ONE},
        {"a price beyond the format is refused", TEN, DECIMAL_MAX + 1, ONE},
        {"a quantity beyond the format is refused", TEN, ONE, INT64_MAX},
        {"a trade without a time is refused", TIME_NULL, ONE, ONE},
        {"a time near the end of the scale is refused", INT64_MAX, ONE, ONE},
        {"a time near its beginning is refused", INT64_MIN + 1, ONE, ONE},
    };
    struct bench b;

    start(&b, &interval, 1);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        OK(cases[i].sentence,
           trade(&b, 0, cases[i].time, cases[i].price, cases[i].quantity) ==
                   -1 &&
               b.failure.kind == FAILURE_DATA && b.failure.text[0]);
    b.failure.kind = FAILURE_NONE;
    OK("a clock at the end of all time closes everything",
       trade(&b, 0, TEN, ONE, ONE) == 0 &&
           bars_clock(&b.bars, INT64_MAX, &b.failure) == 0 && b.count == 1);
    OK("one without a time, or before all time, does nothing",
       bars_clock(&b.bars, TIME_NULL, &b.failure) == 0 &&
           bars_clock(&b.bars, INT64_MIN + 1, &b.failure) == 0);
    OK("negative prices are prices",
       finish(&b) == 0 && trade(&b, 0, TEN, -37 * ONE, 2 * ONE) == 0 &&
           finish(&b) == 0 && b.got[1].low == -37 * ONE &&
           amount_get(b.got[1].notional) == -74 * (i128)ONE);
    stop(&b);
}

static void
test_limit(void)
{
    static const int64_t interval = MINUTE;
    const struct sum_trade huge = {TEN, DECIMAL_MAX, DECIMAL_MAX, 1, true};
    struct sum sum = {0}, copy;
    bool merged = true;
    i128 limit = AMOUNT_MAX, notional;
    struct bench b;

    sum_start(&sum, TEN, DECIMAL_MAX, 1);
    sum_add(&sum, &huge);
    while (merged) {
        copy = sum;
        merged = sum_merge(&sum, &copy);
    }
    notional = amount_get(sum.sides[1].notional);
    OK("sums are refused before they could leave the range of amounts",
       sum.count > SUM_COUNT_MAX / 2 && sum.count <= SUM_COUNT_MAX &&
           notional > limit / 4 && notional <= limit);
    start(&b, &interval, 1);
    trade(&b, 0, TEN, ONE, ONE);
    b.bars.sums[0].count = SUM_COUNT_MAX;
    OK("a trade too many for one bar is refused",
       trade(&b, 0, TEN, ONE, ONE) == -1 && b.failure.kind == FAILURE_DATA);
    stop(&b);
}

int
main(void)
{
    test_fields();
    test_open_and_close();
    test_rounding();
    test_order();
    test_late();
    test_late_nested();
    test_cancel_nested();
    test_end();
    test_fill();
    test_refusals();
    test_limit();
    return tap_done();
}
