/* trades - a tape of trades as an exchange has them, to measure an archive
 * with.
 *
 *      trades COUNT [SIDES [ACCOUNTS]] > FILE
 *
 * 500 instruments, the most traded of which has 7 per cent of the trades; an
 * order that comes in trades with one resting order or with several, at the
 * same nanosecond; 2.3 ms from one such order to the next, so that ten million
 * trades fill a day of six and a half hours.  Prices walk, most quantities are
 * odd lots, the resting order is any of the last million.
 *
 * SIDES 1: the order that came in is the buy order when the buyer came in,
 * as on a venue.  0: it always is, so that one column has the orders that
 * come in and the other those that rested, as in a table of takers and
 * makers.  ACCOUNTS 0: a feed that does not give them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/random.h"
#include "tape/schema.h"
#include "tape/writer.h"

#define SYMBOLS 500
#define GAP_NS  4200000 /* the mean, from order to order */
#define RESTING (1 << 20)
#define TICK    (DECIMAL_ONE / 100)

struct market {
    struct random random;
    bool sides;
    uint32_t accounts;
    uint64_t weights[SYMBOLS]; /* running sums */
    int64_t ticks[SYMBOLS];
    int64_t time;
    uint64_t order, trade;
    unsigned left; /* trades of the order that came in */
    uint32_t symbol;
    uint8_t side;
};

static void
begin(struct market *market)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < SYMBOLS; i++) {
        sum += 1000000 / (2 * i + 5);
        market->weights[i] = sum;
        market->ticks[i] = 1000 + random_below(&market->random, 4000);
    }
    market->time = INT64_C(1767882600) * NS_PER_SECOND;
    market->order = RESTING;
}

/* A waiting time: of each stretch of GAP_NS times ln 2, half as likely as of
 * the one before. */
static int64_t
wait(struct random *random)
{
    uint32_t stretch = GAP_NS / 1000 * 693;
    uint64_t bits = random_next(random) | UINT64_C(1) << 40;

    return (int64_t)stretch * __builtin_ctzll(bits) +
           random_below(random, stretch);
}

static void
next_order(struct market *market)
{
    struct random *random = &market->random;
    uint64_t place = random_next(random) % market->weights[SYMBOLS - 1];

    market->symbol = 0;
    while (market->weights[market->symbol] <= place)
        market->symbol++;
    market->time += wait(random);
    market->order += 1 + random_below(random, 24);
    market->side = (uint8_t)(SIDE_BUY + random_below(random, 2));
    market->left = 1;
    while (random_below(random, 100) < 45)
        market->left++;
    market->ticks[market->symbol] += (int64_t)random_below(random, 5) - 2;
    if (market->ticks[market->symbol] < 100)
        market->ticks[market->symbol] = 100;
}

static int64_t
quantity(struct random *random)
{
    int64_t lots = random_below(random, 100) < 35
                       ? 100 * (1 + (int64_t)random_below(random, 10))
                       : 1 + (int64_t)random_below(random, 200);

    return lots * DECIMAL_ONE;
}

static void
fill(struct market *market, struct trade *trade)
{
    struct random *random = &market->random;
    uint64_t resting;
    bool bought;

    if (market->left == 0)
        next_order(market);
    market->left--;
    resting = market->order - 1 - random_below(random, RESTING);
    bought = !market->sides || market->side == SIDE_BUY;
    event_init(trade, EVENT_TRADE);
    trade->event.time = market->time;
    trade->event.instrument = market->symbol + 1;
    if (random_below(random, 4) == 0)
        market->ticks[market->symbol] += market->side == SIDE_BUY ? 1 : -1;
    trade->price = market->ticks[market->symbol] * TICK;
    trade->quantity = quantity(random);
    trade->side = market->side;
    trade->trade_id = ++market->trade;
    trade->buy_order_id = bought ? market->order : resting;
    trade->sell_order_id = bought ? resting : market->order;
    if (market->accounts) {
        trade->buyer_id = 1 + random_below(random, market->accounts);
        trade->seller_id = 1 + random_below(random, market->accounts);
    }
}

static void
define(struct tape_writer *writer, uint32_t number, int64_t time)
{
    char name[16];
    int size = snprintf(name, sizeof name, "SYM%03uXTAPE", number);
    size_t whole = (sizeof(struct instrument) + (size_t)size + 7) / 8 * 8;
    struct instrument *event = tape_writer_put(writer, whole);

    memset(event, 0, whole);
    event_init(event, EVENT_INSTRUMENT);
    event->event.words = (uint16_t)(whole / 8);
    event->event.instrument = number;
    event->event.time = time;
    event->symbol = (struct text){sizeof *event, (uint16_t)(size - 5), 0};
    event->exchange =
        (struct text){(uint16_t)(sizeof *event + (size_t)size - 5), 5, 0};
    memcpy(event + 1, name, (size_t)size);
}

int
main(int argc, char **argv)
{
    static struct market market = {.random = {1}};
    struct failure failure = {0};
    struct output output;
    struct tape_writer writer;
    struct tape_header header;
    long count = argc > 1 ? atol(argv[1]) : 0;

    if (count <= 0)
        return 2;
    market.sides = argc > 2 && atoi(argv[2]);
    market.accounts = argc > 3 ? (uint32_t)atol(argv[3]) : 0;
    begin(&market);
    tape_header_init(&header, "trades");
    if (output_open(&output, NULL, &failure) != 0 ||
        tape_writer_init(&writer, &output, &failure) != 0 ||
        tape_writer_begin(&writer, &header) != 0)
        return 3;
    for (uint32_t i = 1; i <= SYMBOLS; i++)
        define(&writer, i, market.time);
    for (long i = 0; i < count; i++)
        fill(&market, tape_writer_put(&writer, sizeof(struct trade)));
    tape_header_free(&header);
    if (tape_writer_end(&writer, TAPE_COMPLETE, 0) != 0 ||
        output_commit(&output) != 0)
        return 3;
    tape_writer_free(&writer);
    return 0;
}
