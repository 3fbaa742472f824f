/* xohlcv - trades in, bars out, of any number of intervals in one pass.
 *
 * Trades and prints are consumed (--keep passes them on), everything else
 * passes; see app/ohlcv.h.
 */
#include "app/ohlcv.h"

int
main(int argc, char **argv)
{
    static const char *const fills[] = {"none", "prev", NULL};
    struct ohlcv x = {0};
    const struct option_spec options[] = {
        {.letter = 'i',
         .name = "interval",
         .kind = OPTION_LIST,
         .value = &x.intervals,
         .argument = "LIST",
         .help = "lengths of the bars: 1s,1m,5m,1h,1d,1w",
         .shapes = true},
        {.name = "tz",
         .kind = OPTION_TEXT,
         .value = &x.zone_name,
         .argument = "ZONE",
         .help = "days begin at midnight there, not UTC: America/New_York",
         .shapes = true},
        {.name = "fill",
         .kind = OPTION_CHOICE,
         .value = &x.fill,
         .argument = "HOW",
         .help = "bars without trades: none, or prev, the last close (none)",
         .shapes = true,
         .words = fills},
        {.name = "keep",
         .kind = OPTION_FLAG,
         .value = &x.keep,
         .help = "pass trades and prints on as well",
         .shapes = true},
        {.kind = OPTION_END},
    };
    static const char *const examples[] = {
        "xohlcv -i 1m,1h,1d trades.tape | xexport -f csv -t bar",
        "xohlcv -i 5m --fill prev --tz America/New_York day.tape -o bars.tape",
        NULL};
    const struct program program = {
        .name = "xohlcv",
        .summary = "aggregate trades into bars",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {
        .state = &x,
        .consumes_all = true,
        .prepare = ohlcv_prepare,
        .begin = ohlcv_begin,
        .event = ohlcv_define,
        .batch = ohlcv_batch,
        .end = ohlcv_end,
        .finish = ohlcv_finish,
        .summary = ohlcv_summary,
        .destroy = ohlcv_destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
