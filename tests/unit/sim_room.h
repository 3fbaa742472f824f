/* sim_room.h - the room's own side of a comparison with a plain model: a sim,
 * and the fills of own orders among what it reports.
 *
 * The test that includes it has struct fill {taker, maker, price, quantity},
 * the list got and got_count, and note(), which adds to such a list.  An id of
 * an order that is not ours is 0.
 */
#ifndef SIM_ROOM_H
#define SIM_ROOM_H

static struct sim sim;
static struct failure failure;
static union {
    struct event event;
    char bytes[MATCH_REPORT_MAX];
} reports[4096];
static unsigned report_count;

static void *
put(void *owner, size_t size)
{
    (void)owner;
    assert(size <= sizeof *reports && report_count < 4096);
    return &reports[report_count++];
}

static uint32_t
name_it(void *owner, uint32_t index, const struct event *cause,
        struct failure *unused)
{
    (void)owner, (void)cause, (void)unused;
    return index + 1;
}

static uint64_t
own_id(uint64_t id)
{
    return sim_is_own(id) ? id : 0;
}

static void
gather(void)
{
    for (unsigned i = 0; i < report_count; i++) {
        const struct trade *trade = (const void *)&reports[i];
        bool bought = trade->side == SIDE_BUY;
        uint64_t buy, sell;

        if (trade->event.type != EVENT_TRADE)
            continue;
        buy = own_id(trade->buy_order_id);
        sell = own_id(trade->sell_order_id);
        note(got, &got_count,
             (struct fill){bought ? buy : sell, bought ? sell : buy,
                           trade->price, trade->quantity});
    }
    report_count = 0;
}

static void
happens(void *event, bool ours)
{
    struct event *head = event;

    head->instrument = 1;
    head->time = 1;
    sim.print = (struct sim_print){0};
    assert((ours ? sim_request : sim_event)(&sim, 0, event, &failure) == 0);
    gather();
}

#endif
