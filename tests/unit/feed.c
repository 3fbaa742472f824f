/* Books from a feed: single reports, and the step rule on recorded days.
 *
 * The step rule: load the book that the exchange published after message
 * i - 1, apply message i, and every level that stays within the window equals
 * what it published after message i; levels may only enter at the far end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed/feed.h"
#include "tap.h"
#include "tape/schema.h"

#define SHOWN_MAX 5

/* ---- single reports
 * ----------------------------------------------------------
 */

static int
report(struct feed *feed, unsigned type, unsigned side, uint64_t order_id,
       int64_t price, int64_t quantity)
{
    struct failure failure = {0};
    struct book_order event = {.event = {6, (uint16_t)type, 1, 1},
                               .side = (uint8_t)side,
                               .order_id = order_id,
                               .price = price,
                               .quantity = quantity};

    if (feed_reserve(feed, 0, &failure) != 0)
        return -1;
    return feed_apply(feed, 0, &event.event, &failure);
}

static bool
quote_is(const struct feed *feed, int64_t bid, int64_t bid_quantity,
         int64_t ask, int64_t ask_quantity)
{
    struct quote quote;

    return feed_quote(feed, 0, &quote) && quote.bid_price == bid &&
           quote.bid_quantity == bid_quantity && quote.ask_price == ask &&
           quote.ask_quantity == ask_quantity;
}

static void
reports_change_levels(void)
{
    const int64_t none = DECIMAL_NULL;
    struct feed feed = {0};
    struct failure failure = {0};
    struct book_replace replace = {
        .event = {7, EVENT_BOOK_REPLACE, 1, 1},
        .side = SIDE_SELL,
        .order_id = 3,
        .new_order_id = 4,
        .price = 104,
        .quantity = 9,
    };

    report(&feed, EVENT_BOOK_ADD, SIDE_BUY, 1, 100, 10);
    report(&feed, EVENT_BOOK_ADD, SIDE_BUY, 2, 100, 5);
    OK("orders of one price are summed", quote_is(&feed, 100, 15, none, none));
    report(&feed, EVENT_BOOK_ADD, SIDE_SELL, 3, 103, 7);
    report(&feed, EVENT_BOOK_EXECUTE, SIDE_BUY, 1, 100, 4);
    OK("an execution takes from its order", quote_is(&feed, 100, 11, 103, 7));
    report(&feed, EVENT_BOOK_DELETE, SIDE_BUY, 1, 100, 1);
    OK("a deletion takes all that is left of a known order",
       quote_is(&feed, 100, 5, 103, 7));
    report(&feed, EVENT_BOOK_REDUCE, SIDE_SELL, 77, 103, 2);
    OK("what is taken from an order never announced is taken from its level",
       quote_is(&feed, 100, 5, 103, 5) && feed.unknown == 1);
    report(&feed, EVENT_BOOK_EXECUTE, SIDE_SELL, 78, 103, 50);
    OK("but a level never has less than nothing",
       quote_is(&feed, 100, 5, none, none));
    feed_apply(&feed, 0, &replace.event, &failure);
    OK("a replacement enters with its own price and quantity",
       quote_is(&feed, 100, 5, 104, 9));
    report(&feed, EVENT_BOOK_ADD, SIDE_SELL, 4, 105, 1);
    OK("an id that is announced again is another order",
       quote_is(&feed, 100, 5, 105, 1));
    OK("a report without a side, a price or a quantity is refused",
       report(&feed, EVENT_BOOK_ADD, 0, 9, 1, 1) == -1 &&
           report(&feed, EVENT_BOOK_ADD, SIDE_BUY, 9, none, 1) == -1 &&
           report(&feed, EVENT_BOOK_ADD, SIDE_BUY, 9, 1, 0) == -1);
    feed_free(&feed);
}

static void
levels_are_what_they_are(void)
{
    const int64_t none = DECIMAL_NULL;
    struct feed feed = {0};
    struct failure failure = {0};
    struct book_level level = {
        .event = {6, EVENT_BOOK_LEVEL, 1, 1},
        .side = SIDE_BUY,
        .flags = BOOK_MORE,
        .price = 100,
        .quantity = 7,
        .order_count = 2,
    };
    const struct book_clear clear = {.event = {3, EVENT_BOOK_CLEAR, 1, 1}};
    struct feed_level shown;
    bool fits;

    report(&feed, EVENT_BOOK_ADD, SIDE_BUY, 1, 100, 10);
    feed_apply(&feed, 0, &level.event, &failure);
    OK("a level is what was said last, not a sum",
       quote_is(&feed, 100, 7, none, none) &&
           feed_levels(&feed, 0, SIDE_BUY, &shown, 1, &fits) == 1 &&
           shown.order_count == 2);
    OK("a message that goes on leaves the book unfinished",
       feed_is_passing(&feed, 0));
    level.quantity = level.flags = 0;
    feed_apply(&feed, 0, &level.event, &failure);
    OK("quantity 0 takes a level away, known or not",
       quote_is(&feed, none, none, none, none) &&
           feed_apply(&feed, 0, &level.event, &failure) == 0 &&
           !feed_is_passing(&feed, 0));
    report(&feed, EVENT_BOOK_ADD, SIDE_SELL, 1, 101, 3);
    report(&feed, EVENT_BOOK_ADD, SIDE_BUY, 2, 99, 4);
    OK("the order of before is gone with its id",
       quote_is(&feed, 99, 4, 101, 3));
    feed_apply(&feed, 0, &clear.event, &failure);
    report(&feed, EVENT_BOOK_REDUCE, SIDE_SELL, 1, 101, 1);
    OK("a cleared book has no level and no order",
       quote_is(&feed, none, none, none, none) && feed.unknown == 1);
    report(&feed, EVENT_BOOK_ADD, SIDE_BUY, 3, 99, 6);
    OK("and begins anew at the same prices",
       quote_is(&feed, 99, 6, none, none) &&
           feed_levels(&feed, 0, SIDE_BUY, &shown, 1, &fits) == 1 &&
           shown.order_count == 1);
    level.quantity = -1;
    OK("a level of a negative quantity is refused",
       feed_apply(&feed, 0, &level.event, &failure) == -1);
    feed_free(&feed);
}

/* ---- the step rule ---------------------------------------------------------
 */

struct side_row {
    struct feed_level levels[SHOWN_MAX];
    unsigned count;
};

struct row {
    struct side_row sides[2]; /* buy, sell */
};

/* One row: ask, size, bid, size for each level; size 0: no level. */
static bool
read_row(FILE *file, unsigned levels, struct row *row)
{
    memset(row, 0, sizeof *row);
    for (unsigned i = 0; i < levels * 2; i++) {
        struct side_row *side = &row->sides[i % 2 ? 0 : 1];
        long price, size;

        if (fscanf(file, i ? ",%ld,%ld" : " %ld,%ld", &price, &size) != 2)
            return false;
        if (size > 0)
            side->levels[side->count++] = (struct feed_level){
                price * (DECIMAL_ONE / 10000), size * DECIMAL_ONE, 0};
    }
    return true;
}

struct message {
    int type;
    uint64_t order_id;
    int64_t price, quantity;
    unsigned side;
};

static bool
read_message(FILE *file, struct message *message)
{
    long price, size, direction;
    unsigned long id;

    if (fscanf(file, " %*[0-9.],%d,%lu,%ld,%ld,%ld", &message->type, &id, &size,
               &price, &direction) != 5)
        return false;
    *message = (struct message){
        message->type, id, price * (DECIMAL_ONE / 10000), size * DECIMAL_ONE,
        direction > 0 ? SIDE_BUY : SIDE_SELL};
    return true;
}

static void
load(struct feed *feed, const struct row *row)
{
    struct failure failure = {0};

    feed_free(feed);
    feed_reserve(feed, 0, &failure);
    for (unsigned side = 0; side < 2; side++)
        for (unsigned i = 0; i < row->sides[side].count; i++)
            report(feed, EVENT_BOOK_ADD, side + SIDE_BUY, 0,
                   row->sides[side].levels[i].price,
                   row->sides[side].levels[i].quantity);
}

/* Levels that are in both agree, and only the far end may be new. */
static bool
agrees(const struct feed *feed, const struct row *row, unsigned levels)
{
    for (unsigned side = 0; side < 2; side++) {
        struct feed_level ours[SHOWN_MAX];
        bool fits;
        unsigned count = feed_levels(feed, 0, (enum side)(side + SIDE_BUY),
                                     ours, levels, &fits);

        if (count > row->sides[side].count)
            return false;
        for (unsigned i = 0; i < count; i++)
            if (ours[i].price != row->sides[side].levels[i].price ||
                ours[i].quantity != row->sides[side].levels[i].quantity)
                return false;
    }
    return true;
}

static FILE *
open_data(const char *directory, const char *name)
{
    char command[512];

    snprintf(command, sizeof command, "zstd -dqc '%s/lobster/%s.csv.zst'",
             directory, name);
    return popen(command, "r");
}

static void
step_rule(const char *directory, const char *day, unsigned levels, long rows)
{
    static const unsigned types[] = {0, EVENT_BOOK_ADD, EVENT_BOOK_REDUCE,
                                     EVENT_BOOK_DELETE, EVENT_BOOK_EXECUTE};
    char name[200], sentence[200];
    struct feed feed = {0};
    struct row before, after;
    struct message message;
    FILE *messages, *books;
    long row = 0, broken = 0;

    snprintf(name, sizeof name, "%s_message_%u", day, levels);
    messages = open_data(directory, name);
    snprintf(name, sizeof name, "%s_orderbook_%u", day, levels);
    books = open_data(directory, name);
    for (; read_message(messages, &message) && read_row(books, levels, &after);
         row++, before = after) {
        if (row == 0)
            continue;
        load(&feed, &before);
        if (message.type >= 1 && message.type <= 4)
            report(&feed, types[message.type], message.side, message.order_id,
                   message.price, message.quantity);
        if (!agrees(&feed, &after, levels) && broken++ < 5)
            tap_note("%s: message %ld breaks the rule", name, row + 1);
    }
    snprintf(sentence, sizeof sentence,
             "the step rule holds for all %ld messages of %.4s, %u levels",
             rows, day, levels);
    OK(sentence, row == rows && broken == 0);
    feed_free(&feed);
    pclose(messages);
    pclose(books);
}

int
main(void)
{
    const char *directory = getenv("XTAPE_DATA");

    reports_change_levels();
    levels_are_what_they_are();
    if (!directory) {
        tap_skip("the step rule holds on recorded days",
                 "XTAPE_DATA is not set: no recorded data");
        return tap_done();
    }
    step_rule(directory, "AMZN_2012-06-21_34200000_57600000", 1, 57515);
    step_rule(directory, "AMZN_2012-06-21_34200000_57600000", 5, 155935);
    step_rule(directory, "AAPL_2012-06-21_34200000_57600000", 1, 118497);
    return tap_done();
}
