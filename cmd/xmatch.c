/* xmatch - matches orders by price and time.  Orders, modifies and cancels go
 * in; execution reports and trades come out.
 *
 * One book per instrument, kept from tape to tape.  The rules are those of
 * match/match.h; app/matching.h joins the engine with the tapes.
 */
#include <inttypes.h>

#include "app/matching.h"
#include "base/count.h"
#include "tape/schema.h"

static void
summary(void *state, struct run *run, FILE *stream)
{
    const struct matching *m = state;

    fprintf(stream,
            "%s: " COUNT_FORMAT ", " COUNT_FORMAT ", " COUNT_FORMAT
            ", " COUNT_FORMAT " open\n",
            run->program->name, COUNT(m->match.requests, "request"),
            COUNT(m->match.trades, "trade"), COUNT(m->match.rejects, "reject"),
            COUNT(m->match.books.count, "order"));
    resume_summary(&m->resume, run, stream);
}

static const char *const examples[] = {
    "ximport -f csv -t order orders.csv | xmatch | xexport -f table",
    "xgen -n 1000000 | xmatch | xohlcv -i 1m | xexport -f csv -t bar",
    NULL,
};

int
main(int argc, char **argv)
{
    struct matching m = {.self_trade = -1};
    const struct schema_field *modes =
        schema_field(schema_find(EVENT_ORDER), "self_trade", 10);
    /* clang-format off */
    const struct option_spec options[] = {
        {0, "keep", OPTION_FLAG, &m.keep, NULL,
         "pass orders, modifies and cancels on as well", .shapes = true},
        {0, "quotes", OPTION_FLAG, &m.quotes_asked, NULL,
         "write a quote after each report that changes it", .shapes = true},
        {0, "depth", OPTION_COUNT, &m.depth, "N",
         "also write the changed levels among the best N", .shapes = true,
         .max = DEPTH_MAX},
        {'S', "snapshots", OPTION_TEXT, &m.resume.directory, "DIR",
         "keep snapshots of the books in DIR"},
        {0, "snapshot-every", OPTION_COUNT, &m.resume.every, "N",
         "take one after every N events (10000000)", .min = 1},
        {0, "from-out", OPTION_TEXT, &m.resume.from_out, "N",
         "continue from a snapshot not ahead of output event N"},
        {0, "self-trade", OPTION_CHOICE, &m.self_trade, "MODE",
         "default of self_trade: none, cancel_newest, ...", .shapes = true,
         .words = modes->words},
        {0, "shard", OPTION_TEXT, &m.shard_text, "I/N",
         "only instruments of the I-th of N shards, counted from 0",
         .shapes = true},
        {.kind = OPTION_END},
    };
    /* clang-format on */
    const struct program program = {
        .name = "xmatch",
        .summary = "match orders by price and time",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
        .confined = true,
    };
    const struct filter filter = {
        .state = &m,
        .consumes_all = true,
        .names = true,
        .prepare = matching_prepare,
        .begin = matching_begin,
        .event = matching_event,
        .batch = matching_batch,
        .block = matching_block,
        .end = matching_end,
        .finish = matching_finish,
        .summary = summary,
        .destroy = matching_free,
    };

    return run_filter(&program, &filter, argc, argv);
}
