/* match_story.h - what reports say about each order, and what must hold of it
 * whatever comes.  Reports are all that is known here.
 *
 *      story_event     before an event is taken: it may begin a phase
 *      story_report      a report of it; false when it cannot be true
 *      stories_hold    between events
 */
#ifndef TESTS_MATCH_STORY_H
#define TESTS_MATCH_STORY_H

#include <stdbool.h>
#include <string.h>

#include "match_flow.h"

#define STORY_SYMBOLS 3

enum story_place { STORY_ENDED, STORY_WAITS, STORY_ASIDE, STORY_BOOK };

struct story {
    i128 submitted, executed, cancelled;
    int64_t open, limit; /* a market order's limit is beyond all others */
    uint64_t stamp;      /* when it got its place in the queue */
    enum story_place place;
    uint8_t side, flags;
    bool iceberg;
};

struct stories {
    struct story all[STORY_SYMBOLS][FLOW_IDS];
    unsigned states[STORY_SYMBOLS];
    uint64_t stamps, trades;
};

static void
stories_init(struct stories *stories)
{
    memset(stories, 0, sizeof *stories);
    for (int i = 0; i < STORY_SYMBOLS; i++)
        stories->states[i] = SESSION_CONTINUOUS;
}

static bool
story_buys(const struct story *story)
{
    return story->side == SIDE_BUY;
}

/* Plain orders: shown whole, first come first served. */
static bool
story_is_plain(const struct story *story)
{
    return story->place == STORY_BOOK && !story->flags && !story->iceberg;
}

static int64_t
story_rank(const struct story *story)
{
    return story_buys(story) ? story->limit : -story->limit;
}

/* ---- phases -------------------------------------------------------------- */

/* Orders that wait for the closing auction join it in their order. */
static void
stories_join(struct stories *stories, struct story *mine)
{
    for (;;) {
        struct story *first = NULL;

        for (int id = 0; id < FLOW_IDS; id++)
            if (mine[id].place == STORY_ASIDE &&
                (!first || mine[id].stamp < first->stamp))
                first = &mine[id];
        if (!first)
            return;
        first->place = STORY_BOOK;
        first->stamp = ++stories->stamps;
    }
}

static void
story_event(struct stories *stories, const union request_event *request)
{
    uint32_t instrument = request->event.instrument;

    if (request->event.type != EVENT_SESSION || request->session.state == 0)
        return;
    for (uint32_t i = 0; i < STORY_SYMBOLS; i++) {
        if (instrument && instrument != i + 1)
            continue;
        stories->states[i] = request->session.state;
        if (stories->states[i] == SESSION_CLOSING_AUCTION)
            stories_join(stories, stories->all[i]);
    }
}

/* ---- reports ---------------------------------------------------------------
 */

static bool
story_begin(struct stories *stories, const struct order_report *report,
            struct story *story)
{
    unsigned state = stories->states[report->event.instrument - 1];
    bool stop = report->order_type == ORDER_STOP ||
                report->order_type == ORDER_STOP_LIMIT ||
                report->order_type == ORDER_TRAILING_STOP;
    bool fresh = story->place == STORY_ENDED;

    *story = (struct story){
        .submitted = report->quantity,
        .open = report->remaining_quantity,
        .limit = report->price != DECIMAL_NULL ? report->price
                 : report->side == SIDE_BUY    ? INT64_MAX
                                               : -INT64_MAX,
        .stamp = ++stories->stamps,
        .place = stop ? STORY_WAITS
                 : report->time_in_force == TIF_AT_CLOSE &&
                         state != SESSION_CLOSING_AUCTION
                     ? STORY_ASIDE
                     : STORY_BOOK,
        .side = report->side,
        .flags = report->order_type == ORDER_MARKET
                     ? 0
                     : report->flags & (ORDER_HIDDEN | ORDER_ALL_OR_NONE),
        .iceberg = report->display_quantity != DECIMAL_NULL,
    };
    return fresh && report->quantity == report->remaining_quantity;
}

static bool
story_change(struct stories *stories, const struct order_report *report,
             struct story *story)
{
    int64_t less = story->open - report->remaining_quantity;
    int64_t limit =
        report->price != DECIMAL_NULL ? report->price : story->limit;

    if (report->reason == REASON_REQUESTED)
        story->submitted -= less;
    else
        story->cancelled += less;
    if (less < 0 || limit != story->limit)
        story->stamp = ++stories->stamps;
    story->open = report->remaining_quantity;
    story->limit = limit;
    return story->place != STORY_ENDED && story->open > 0 &&
           report->quantity == story->executed + story->open;
}

static bool
story_end(struct story *story, const struct order_end *report)
{
    bool right = story->place != STORY_ENDED && story->open > 0 &&
                 report->remaining_quantity == story->open;

    story->cancelled += story->open;
    story->open = 0;
    story->place = STORY_ENDED;
    return right;
}

static bool
story_trigger(struct stories *stories, struct story *story,
              const struct order_end *report)
{
    bool right = story->place == STORY_WAITS &&
                 report->remaining_quantity == story->open;

    story->place = STORY_BOOK;
    story->stamp = ++stories->stamps;
    return right;
}

/* Whether no plain order of its side stood before one that trades. */
static bool
story_is_first(const struct story *mine, const struct story *story)
{
    for (int id = 0; id < FLOW_IDS; id++) {
        const struct story *other = &mine[id];
        bool level = story_rank(other) == story_rank(story);

        if (other == story || !story_is_plain(other) ||
            other->side != story->side)
            continue;
        if (story_rank(other) > story_rank(story) || (level && story->flags) ||
            (level && story_is_plain(story) && other->stamp < story->stamp))
            return false;
    }
    return true;
}

static bool
story_executed(struct story *story, const struct trade *trade)
{
    bool right = story->place == STORY_BOOK && trade->quantity > 0 &&
                 trade->quantity <= story->open &&
                 (story_buys(story) ? trade->price <= story->limit
                                    : trade->price >= story->limit);

    story->executed += trade->quantity;
    story->open -= trade->quantity;
    if (story->open == 0)
        story->place = STORY_ENDED;
    return right;
}

static bool
story_trade(struct stories *stories, struct story *mine,
            const struct trade *trade)
{
    struct story *buy = &mine[trade->buy_order_id];
    struct story *sell = &mine[trade->sell_order_id];
    bool right = buy->side == SIDE_BUY && sell->side == SIDE_SELL;

    if (trade->side != SIDE_BUY)
        right &= story_is_first(mine, buy);
    if (trade->side != SIDE_SELL)
        right &= story_is_first(mine, sell);
    stories->trades++;
    right &= story_executed(buy, trade);
    return story_executed(sell, trade) && right;
}

static bool
story_report(struct stories *stories, const void *report)
{
    const struct event *event = report;
    const struct order_report *order = report;
    const struct order_end *end = report;
    struct story *mine;

    if (event->type == EVENT_REJECTED)
        return true; /* of any instrument */
    if (event->instrument - 1 >= STORY_SYMBOLS)
        return false;
    mine = stories->all[event->instrument - 1];
    switch (event->type) {
    case EVENT_ACCEPTED:
        return story_begin(stories, order, &mine[order->order_id]);
    case EVENT_MODIFIED:
        return story_change(stories, order, &mine[order->order_id]);
    case EVENT_TRADE: return story_trade(stories, mine, report);
    case EVENT_TRIGGERED:
        return story_trigger(stories, &mine[end->order_id], end);
    case EVENT_CANCELLED:
    case EVENT_EXPIRED: return story_end(&mine[end->order_id], end);
    case EVENT_INDICATIVE: return true;
    default: return false;
    }
}

/* ---- between events ------------------------------------------------------ */

/* What was executed, is open and was cancelled is what was submitted. */
static bool
stories_add_up(const struct stories *stories)
{
    for (int i = 0; i < STORY_SYMBOLS; i++)
        for (int id = 0; id < FLOW_IDS; id++) {
            const struct story *story = &stories->all[i][id];

            if (story->executed + story->open + story->cancelled !=
                    story->submitted ||
                (story->open > 0) != (story->place != STORY_ENDED))
                return false;
        }
    return true;
}

/* No two orders that could trade rest while trading is continuous, and none
 * without a price; those that want all or nothing may. */
static bool
stories_do_not_cross(const struct stories *stories)
{
    for (int i = 0; i < STORY_SYMBOLS; i++) {
        int64_t bid = INT64_MIN, ask = INT64_MAX;

        if (stories->states[i] != SESSION_CONTINUOUS)
            continue;
        for (int id = 0; id < FLOW_IDS; id++) {
            const struct story *story = &stories->all[i][id];

            if (story->place != STORY_BOOK ||
                (story->flags & ORDER_ALL_OR_NONE))
                continue;
            if (story_buys(story) && story->limit > bid)
                bid = story->limit;
            if (!story_buys(story) && story->limit < ask)
                ask = story->limit;
        }
        if (bid >= ask || bid == INT64_MAX || ask == -INT64_MAX)
            return false;
    }
    return true;
}

#endif
