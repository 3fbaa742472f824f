/* Bars of random trades, many intervals in one pass, against a pass for each
 * interval and against a model that knows nothing of levels and roll-ups. */
#include <stdlib.h>
#include <string.h>

#include "bars_bench.h"
#include "base/random.h"
#include "tap.h"

#define SECOND NS_PER_SECOND
#define MINUTE NS_PER_MINUTE
#define ONE    DECIMAL_ONE

/* 2026-01-08, a Thursday, 20461 days after the epoch */
#define MIDNIGHT (20461 * NS_PER_DAY)

/* ---- what came out ------------------------------------------------------- */

static void
stop(struct bench *bench)
{
    bars_free(&bench->bars);
    free(bench->got);
}

/* ---- the trades ---------------------------------------------------------- */

#define TRADES 4000
#define MARKET 5 /* instruments */

struct told {
    uint32_t index;
    struct sum_trade trade;
};

/* Trades over three weeks; bursts of equal times, steps back within a second,
 * pauses of minutes, hours and days. */
static void
make_trades(struct told *told, uint64_t seed)
{
    struct random random = {seed};
    int64_t time = MIDNIGHT + (int64_t)(random_next(&random) % 1000) * SECOND;

    for (unsigned i = 0; i < TRADES; i++) {
        int64_t at = time;
        uint64_t dice = random_next(&random) % 100;

        if (dice < 30)
            time += (int64_t)(random_next(&random) % (2 * (uint64_t)SECOND));
        else if (dice < 40)
            time += (int64_t)(random_next(&random) % 400) * SECOND;
        else if (dice < 41)
            time += (int64_t)(random_next(&random) % 100000) * SECOND;
        if (dice >= 60 && dice < 80) /* back, but not before this second */
            at -=
                (int64_t)(random_next(&random) % (uint64_t)(time % SECOND + 1));
        else
            at = time;
        told[i].index = (uint32_t)(random_next(&random) % MARKET);
        told[i].trade = (struct sum_trade){
            .time = at,
            .price = (int64_t)(random_next(&random) % 2000000001) - 1000000000,
            .quantity = (int64_t)(random_next(&random) % 300000000) + 1,
            .id = i + 1,
            .buy = random_next(&random) % 2,
        };
    }
}

static i128
model_notional(int64_t price, int64_t quantity)
{
    i128 product = (i128)price * quantity;
    i128 floor = product / ONE - (product % ONE < 0);
    i128 twice = (product - floor * ONE) * 2;

    return floor + (twice > ONE || (twice == ONE && floor % 2 != 0));
}

/* The start of the UTC bucket of a time, by counting. */
static int64_t
model_start(int64_t interval, int64_t time)
{
    int64_t start = MIDNIGHT;

    if (interval < NS_PER_DAY) {
        while (start + NS_PER_DAY <= time)
            start += NS_PER_DAY;
        return time - (time - start) % interval;
    }
    start -= interval % (7 * NS_PER_DAY) == 0
                 ? 17 * NS_PER_DAY /* Monday, an even number of weeks after
                                    * 1970-01-05 */
                 : MIDNIGHT % interval;
    while (start + interval <= time)
        start += interval;
    return start;
}

/* The bar of an instrument that starts there, from all trades; starts are
 * those of the buckets of the trades. */
static struct bar
model_bar(const struct told *told, const int64_t *starts, uint32_t index,
          int64_t interval, int64_t start)
{
    struct bar bar = {.interval = interval, .start = start};
    const struct sum_trade *first = NULL, *last = NULL;
    i128 volume = 0, notional = 0, buy_volume = 0, buy_notional = 0;

    for (unsigned i = 0; i < TRADES; i++) {
        const struct sum_trade *trade = &told[i].trade;

        if (told[i].index != index || starts[i] != start)
            continue;
        if (!first || trade->time < first->time)
            first = trade;
        if (!last || trade->time >= last->time)
            last = trade;
        if (!bar.trade_count || trade->price > bar.high)
            bar.high = trade->price;
        if (!bar.trade_count || trade->price < bar.low)
            bar.low = trade->price;
        bar.trade_count++;
        volume += trade->quantity;
        notional += model_notional(trade->price, trade->quantity);
        if (trade->buy) {
            buy_volume += trade->quantity;
            buy_notional += model_notional(trade->price, trade->quantity);
        }
    }
    if (!first)
        return bar;
    bar.open = first->price;
    bar.close = last->price;
    bar.first_trade_id = first->id;
    bar.last_trade_id = last->id;
    bar.volume = amount_of(volume);
    bar.notional = amount_of(notional);
    bar.buy_volume = amount_of(buy_volume);
    bar.buy_notional = amount_of(buy_notional);
    return bar;
}

static bool
equal_content(const struct bar *a, const struct bar *b)
{
    return a->interval == b->interval && a->start == b->start &&
           a->open == b->open && a->high == b->high && a->low == b->low &&
           a->close == b->close && a->trade_count == b->trade_count &&
           a->first_trade_id == b->first_trade_id &&
           a->last_trade_id == b->last_trade_id &&
           memcmp(&a->volume, &b->volume, 4 * sizeof a->volume) == 0;
}

static void
feed(struct bench *bench, const struct told *told)
{
    for (unsigned i = 0; i < TRADES; i++)
        if (bars_trade(&bench->bars, told[i].index, &told[i].trade,
                       &bench->failure) != 0)
            tap_note("%s", bench->failure.text);
    bars_end(&bench->bars, &bench->failure);
}

/* Every bar of the model once, none twice, none else: the trade counts of an
 * interval's bars add up, and each bar equals the model's. */
static bool
equals_model(const struct bench *bench, const struct told *told,
             int64_t interval)
{
    static int64_t starts[TRADES];
    uint64_t count = 0;

    for (unsigned i = 0; i < TRADES; i++)
        starts[i] = model_start(interval, told[i].trade.time);
    for (size_t i = 0; i < bench->count; i++) {
        const struct bar *bar = &bench->got[i];
        struct bar model;

        if (bar->interval != interval)
            continue;
        count += bar->trade_count;
        model = model_bar(told, starts, bar->event.instrument, interval,
                          bar->start);
        if (bar->trade_count == 0 || !equal_content(bar, &model))
            return false;
    }
    return count == TRADES;
}

/* One pass over all intervals gave the same bars as one pass for each. */
static bool
equals_separate(const struct bench *bench, const struct told *told,
                int64_t interval)
{
    struct bench alone;
    size_t at = 0;
    bool equal = true;

    start_filled(&alone, &interval, 1, BARS_FILL_NONE);
    feed(&alone, told);
    for (size_t i = 0; i < bench->count; i++) {
        if (bench->got[i].interval != interval)
            continue;
        equal = equal && at < alone.count &&
                memcmp(&bench->got[i], &alone.got[at], sizeof *alone.got) == 0;
        at++;
    }
    equal = equal && at == alone.count;
    stop(&alone);
    return equal;
}

static void
test_random(const char *name, const int64_t *intervals, unsigned count,
            uint64_t seed)
{
    static struct told told[TRADES];
    bool separate = true, model = true;
    char sentence[160];
    struct bench b;

    make_trades(told, seed);
    start_filled(&b, intervals, count, BARS_FILL_NONE);
    feed(&b, told);
    for (unsigned i = 0; i < count; i++) {
        separate = separate && equals_separate(&b, told, intervals[i]);
        model = model && equals_model(&b, told, intervals[i]);
    }
    snprintf(sentence, sizeof sentence,
             "%s in one pass are those of a pass each", name);
    OK(sentence, separate && b.count > count);
    snprintf(sentence, sizeof sentence, "%s are what the trades say", name);
    OK(sentence, model);
    stop(&b);
}

/* Filled bars join an instrument's bars without a gap, and say the close of
 * the one before; without them all is as it was without fill. */
static void
test_random_fill(const int64_t *intervals, unsigned count, uint64_t seed)
{
    static struct told told[TRADES];
    const struct bar *last[MARKET][16] = {{NULL}};
    bool joined = true, same = true;
    struct bench plain, filled;
    size_t at = 0;

    make_trades(told, seed);
    start_filled(&plain, intervals, count, BARS_FILL_NONE);
    feed(&plain, told);
    start_filled(&filled, intervals, count, BARS_FILL_PREV);
    feed(&filled, told);
    for (size_t i = 0; i < filled.count; i++) {
        const struct bar *bar = &filled.got[i], **before;
        unsigned which = 0;

        while (intervals[which] != bar->interval)
            which++;
        before = &last[bar->event.instrument][which];
        if (*before && (*before)->event.time != bar->start)
            joined = false;
        if (bar->flags & BAR_FILLED)
            joined = joined && *before && bar->open == (*before)->close &&
                     bar->close == bar->open && bar->trade_count == 0;
        else
            same = same && at < plain.count &&
                   memcmp(bar, &plain.got[at++], sizeof *bar) == 0;
        *before = bar;
    }
    OK("filled bars leave no gap and repeat the close before", joined);
    OK("and change none of the others",
       same && at == plain.count && filled.count > 2 * plain.count);
    stop(&plain);
    stop(&filled);
}

int
main(void)
{
    static const int64_t nested[] = {SECOND,      MINUTE,        5 * MINUTE,
                                     15 * MINUTE, 60 * MINUTE,   240 * MINUTE,
                                     NS_PER_DAY,  7 * NS_PER_DAY};
    static const int64_t crossing[] = {
        7 * SECOND,     5 * SECOND,     7 * MINUTE,
        5 * MINUTE,     11 * MINUTE,    300 * MINUTE,
        3 * NS_PER_DAY, 2 * NS_PER_DAY, 14 * NS_PER_DAY};

    test_random("eight nested intervals", nested, 8, 1);
    test_random("eight nested intervals, other trades", nested, 8, 2);
    test_random("nine intervals that cross", crossing, 9, 3);
    test_random("two intervals that cross", crossing, 2, 4);
    test_random_fill(nested + 1, 7, 5);
    test_random_fill(crossing + 2, 7, 6);
    return tap_done();
}
