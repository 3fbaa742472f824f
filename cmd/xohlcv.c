/* xohlcv - trades in, bars out, of any number of intervals in one pass.
 *
 * Trades and prints are consumed (--keep passes them on), everything else
 * passes; see app/ohlcv.h.
 */
#include "app/ohlcv.h"

static const char *const fills[] = {"none", "prev", "null", NULL};
static const char *const orders[] = {"tape", "instrument", NULL};
static const char *const lates[] = {"error", "drop", "amend", NULL};
static const char *const hours[] = {"session", "all", NULL};

static struct ohlcv x;

static const struct option_spec options[] = {
    {.letter = 'i',
     .name = "interval",
     .kind = OPTION_LIST,
     .value = &x.intervals,
     .argument = "LIST",
     .help = "of the bars: 1s,5m,1h,1d,1w,1mo,1y,tick:100",
     .shapes = true},
    {.name = "tz",
     .kind = OPTION_TEXT,
     .value = &x.zone_name,
     .argument = "ZONE",
     .help = "days begin at midnight in ZONE, as America/New_York",
     .shapes = true},
    {.name = "day-start",
     .kind = OPTION_TEXT,
     .value = &x.day_start,
     .argument = "HH:MM",
     .help = "days begin at that time: 17:00",
     .shapes = true},
    {.name = "session",
     .kind = OPTION_TEXT,
     .value = &x.session,
     .argument = "HOURS",
     .help = "only what trades in these hours of a day: 09:30-16:00",
     .shapes = true},
    {.name = "calendar",
     .kind = OPTION_TEXT,
     .value = &x.calendar_name,
     .argument = "NAME|FILE",
     .help = "the trading days and hours of a market: XNYS",
     .shapes = true},
    {.name = "hours",
     .kind = OPTION_CHOICE,
     .value = &x.hours,
     .argument = "WHICH",
     .help = "of a calendar's days: session, or all (session)",
     .shapes = true,
     .words = hours},
    {.name = "order",
     .kind = OPTION_CHOICE,
     .value = &x.order,
     .argument = "OF",
     .help = "times are in order on the tape, or of each instrument (tape)",
     .shapes = true,
     .words = orders},
    {.name = "fill",
     .kind = OPTION_CHOICE,
     .value = &x.fill,
     .argument = "HOW",
     .help = "bars without trades: none, prev (the last close), null (none)",
     .shapes = true,
     .words = fills},
    {.name = "from",
     .kind = OPTION_TEXT,
     .value = &x.from_text,
     .argument = "WHAT",
     .help = "trade, print, quote:bid|ask|mid, bar (trades and prints)",
     .shapes = true},
    {.name = "late",
     .kind = OPTION_CHOICE,
     .value = &x.late,
     .argument = "HOW",
     .help = "trades of bars that are written: error, drop, amend (error)",
     .shapes = true,
     .words = lates},
    {.name = "hold",
     .kind = OPTION_DURATION,
     .value = &x.hold,
     .argument = "DURATION",
     .help = "how long bars can be amended (1h)",
     .shapes = true},
    {.name = "conditions",
     .kind = OPTION_TEXT,
     .value = &x.conditions_name,
     .argument = "NAME|FILE",
     .help = "what trades of a condition count for: US",
     .shapes = true},
    {.name = "partial",
     .kind = OPTION_DURATION,
     .value = &x.partial,
     .argument = "DURATION",
     .help = "write open bars so often, flagged partial",
     .shapes = true},
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

int
main(int argc, char **argv)
{
    const struct program program = {
        .name = "xohlcv",
        .summary = "aggregate trades into bars",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
        .confined = true,
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

    ohlcv_init(&x);
    return run_filter(&program, &filter, argc, argv);
}
