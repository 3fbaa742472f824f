/* match_cases - the plain engine against the cases whose answers are known: it
 * proves the other one only if it is right itself.
 */
#include "match_model.h"
#include "match_script.h"

static struct model model;

static void
begin(void)
{
    model_init(&model);
}

static void
feed(const union input *input)
{
    if (input->event.type == EVENT_INSTRUMENT)
        model_define(&model, &input->instrument);
    model_event(&model, &input->event);
}

static size_t
report_count(void)
{
    return (size_t)model.report_count;
}

static const void *
report(size_t number)
{
    return &model.reports[number];
}

static void
end(void)
{
}

/* ---- what there is, as text ---------------------------------------------- */

/* The group of an order in the text: market orders and what rests, stops,
 * what waits for the closing auction. */
static int
group_of(const struct model_order *order)
{
    int side = model_buys(order) ? 0 : 1;

    return 2 * (int)order->where + side;
}

static bool
comes_before(const struct model_order *one, const struct model_order *other)
{
    if (group_of(one) != group_of(other))
        return group_of(one) < group_of(other);
    if (one->where == MODEL_STOP &&
        one->order.stop_price != other->order.stop_price)
        return model_buys(one) ==
               (one->order.stop_price < other->order.stop_price);
    if (one->where == MODEL_BOOK)
        return model_precedes(one, other);
    return one->place < other->place;
}

static size_t
order_text(const struct model_order *order, char *text, size_t size)
{
    static const char *const waits[] = {"", "stop ", "close "};
    char open[DECIMAL_TEXT_MAX + 1], price[DECIMAL_TEXT_MAX + 1];
    const struct order *terms = &order->order;
    int64_t at = order->where == MODEL_STOP ? terms->stop_price : terms->price;
    bool market = order->where != MODEL_STOP && at == DECIMAL_NULL;
    size_t used = (size_t)snprintf(
        text, size, "%s%s %" PRIu64 " %s@%s", waits[order->where],
        model_buys(order) ? "buy" : "sell", terms->order_id,
        number_text(order->open, open),
        market ? "market" : number_text(at, price));

    if (order->where != MODEL_BOOK)
        return used;
    if (model_is_iceberg(order))
        used += (size_t)snprintf(text + used, size - used, " peak=%s",
                                 number_text(order->peak, open));
    if (model_is_whole(order))
        used += (size_t)snprintf(text + used, size - used, " all_or_none");
    if (!model_is_shown(order) && (terms->flags & ORDER_HIDDEN))
        used += (size_t)snprintf(text + used, size - used, " hidden");
    return used;
}

static void
book(char *text, size_t size)
{
    bool told[MODEL_LIVE] = {false};
    size_t used = 0;

    snprintf(text, size, "empty");
    for (;;) {
        int first = -1;

        for (int i = 0; i < model.count; i++)
            if (!told[i] && model.live[i].order.event.instrument == 1 &&
                (first < 0 || comes_before(&model.live[i], &model.live[first])))
                first = i;
        if (first < 0)
            return;
        told[first] = true;
        if (used)
            used += (size_t)snprintf(text + used, size - used, ", ");
        used += order_text(&model.live[first], text + used, size - used);
        assert(used < size);
    }
}

int
main(void)
{
    static const struct script_engine engine = {begin,  feed, report_count,
                                                report, book, end};

    scripts_run(&engine);
    return tap_done();
}
