/* candles.c - bars drawn with characters, for a terminal.
 *
 * A chart for each instrument and interval: a column for each bar, as many of
 * the last ones as the line has room for; of a bar its last revision.  Two
 * halves of a character are two steps of the price; below is the volume, in
 * eighths.  A bar without prices is an empty column.
 *
 * Bars that rose are thin and green, bars that fell thick and red; colours
 * only when asked for.  Memory: the bars that are drawn.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/decimal.h"
#include "format/export_format.h"

#define ROWS          20 /* of prices */
#define VOLUME_ROWS   4
#define HALVES        (2 * ROWS)
#define LINE_SIZE     80 /* where there is no terminal */
#define COLUMNS_MAX   1000
#define LABEL_COLUMNS (DECIMAL_TEXT_MAX + 1)

struct candle {
    int64_t start, open, high, low, close;
    i128 volume;
};

/* The bars of an instrument and an interval. */
struct candle_series {
    uint32_t instrument;
    int64_t interval;
    struct candle *candles; /* owned */
    size_t count, capacity;
};

struct candles_writer {
    struct exporter *exporter;
    unsigned line_size;
    bool colour;
    struct candle_series *series; /* owned */
    size_t count, capacity;
};

static int
init(void *state, struct exporter *exporter,
     const struct export_options *options)
{
    struct candles_writer *writer = state;

    writer->exporter = exporter;
    writer->line_size = options->line_size ? options->line_size : LINE_SIZE;
    writer->colour = options->colour;
    if (options->type && options->type->type != EVENT_BAR)
        return fail(exporter->failure, FAILURE_USAGE,
                    "candles are drawn of bars: -t bar");
    return 0;
}

static void
forget(struct candles_writer *writer)
{
    for (size_t i = 0; i < writer->count; i++)
        free(writer->series[i].candles);
    free(writer->series);
    writer->series = NULL;
    writer->count = writer->capacity = 0;
}

static void
release(void *state)
{
    forget(state);
}

/* ---- bars ---------------------------------------------------------------- */

static struct candle_series *
find_series(struct candles_writer *writer, const struct bar *bar)
{
    struct candle_series *series = writer->series;

    for (size_t i = 0; i < writer->count; i++)
        if (series[i].instrument == bar->event.instrument &&
            series[i].interval == bar->interval)
            return &series[i];
    series = array_grow(series, &writer->capacity, writer->count + 1,
                        sizeof *series, writer->exporter->failure);
    if (!series)
        return NULL;
    writer->series = series;
    series += writer->count++;
    *series = (struct candle_series){.instrument = bar->event.instrument,
                                     .interval = bar->interval};
    return series;
}

/* Where a bar goes: that of the same start is taken back.  They come nearly in
 * order. */
static struct candle *
place(struct candle_series *series, int64_t start, struct failure *failure)
{
    struct candle *candles = series->candles;
    size_t at = series->count;

    while (at > 0 && candles[at - 1].start >= start)
        at--;
    if (at < series->count && candles[at].start == start)
        return &candles[at];
    if (series->count == COLUMNS_MAX) {
        memmove(candles, candles + 1, (COLUMNS_MAX - 1) * sizeof *candles);
        series->count--;
        at -= at > 0;
    }
    candles = array_grow(candles, &series->capacity, series->count + 1,
                         sizeof *candles, failure);
    if (!candles)
        return NULL;
    series->candles = candles;
    memmove(candles + at + 1, candles + at,
            (series->count - at) * sizeof *candles);
    series->count++;
    return &candles[at];
}

static int
put_event(void *state, const struct event *event, uint64_t seq,
          struct bytes *text)
{
    struct candles_writer *writer = state;
    const struct bar *bar = (const struct bar *)(const void *)event;
    struct candle_series *series;
    struct candle *candle;

    (void)seq;
    (void)text;
    if (event->type != EVENT_BAR)
        return 0;
    series = find_series(writer, bar);
    candle =
        series ? place(series, bar->start, writer->exporter->failure) : NULL;
    if (!candle)
        return -1;
    *candle = (struct candle){bar->start, bar->open,  bar->high,
                              bar->low,   bar->close, amount_get(bar->volume)};
    if (candle->volume < 0) /* null */
        candle->volume = 0;
    return 0;
}

/* ---- drawing ------------------------------------------------------------- */

/* A chart: the candles from first on, and what they span. */
struct chart {
    const struct candle_series *series;
    size_t first;
    int64_t low, high;
    i128 volume;
    bool colour;
};

static bool
is_priced(const struct candle *candle)
{
    return candle->open != DECIMAL_NULL && candle->close != DECIMAL_NULL &&
           candle->high != DECIMAL_NULL && candle->low != DECIMAL_NULL;
}

/* False when no candle has a price. */
static bool
measure(struct chart *chart)
{
    bool any = false;

    for (size_t i = chart->first; i < chart->series->count; i++) {
        const struct candle *candle = &chart->series->candles[i];

        if (candle->volume > chart->volume)
            chart->volume = candle->volume;
        if (!is_priced(candle))
            continue;
        if (!any || candle->low < chart->low)
            chart->low = candle->low;
        if (!any || candle->high > chart->high)
            chart->high = candle->high;
        any = true;
    }
    return any;
}

/* The half of a row that a price is in, from 0 at the bottom. */
static int
half_of(const struct chart *chart, int64_t price)
{
    i128 span = (i128)chart->high - chart->low;

    if (span <= 0)
        return HALVES / 2;
    return (int)(((i128)price - chart->low) * (HALVES - 1) / span);
}

enum { NOTHING, WICK, BODY };

static int
part_at(const struct chart *chart, const struct candle *candle, int half)
{
    int64_t top = candle->open > candle->close ? candle->open : candle->close;
    int64_t foot = candle->open > candle->close ? candle->close : candle->open;

    if (half >= half_of(chart, foot) && half <= half_of(chart, top))
        return BODY;
    return half >= half_of(chart, candle->low) &&
                   half <= half_of(chart, candle->high)
               ? WICK
               : NOTHING;
}

static void
put_candle(const struct chart *chart, const struct candle *candle, int row,
           struct bytes *text)
{
    /* by the upper and the lower half; rising, falling */
    static const char *const glyphs[2][3][3] = {
        {{" ", "╷", "╻"}, {"╵", "│", "╽"}, {"╹", "╿", "┃"}},
        {{" ", "╷", "▄"}, {"╵", "│", "█"}, {"▀", "█", "█"}},
    };
    bool falls = candle->close < candle->open;
    int upper, lower;

    if (!is_priced(candle)) {
        bytes_put_byte(text, ' ');
        return;
    }
    upper = part_at(chart, candle, 2 * row + 1);
    lower = part_at(chart, candle, 2 * row);
    if (chart->colour && (upper || lower))
        bytes_put_text(text, falls ? "\033[31m" : "\033[32m");
    bytes_put_text(text, glyphs[falls][upper][lower]);
    if (chart->colour && (upper || lower))
        bytes_put_text(text, "\033[0m");
}

/* The largest power of ten that divides both. */
static int64_t
common_unit(int64_t a, int64_t b)
{
    int64_t unit = 1;

    while (unit < DECIMAL_ONE && a % (unit * 10) == 0 && b % (unit * 10) == 0)
        unit *= 10;
    return unit;
}

/* The price of a row: at the top, the bottom, and some between. */
static void
put_label(const struct chart *chart, int row, struct bytes *text)
{
    i128 span = (i128)chart->high - chart->low;
    int64_t price = chart->low + (int64_t)(span * row / (ROWS - 1));
    char *at;

    if (row != ROWS - 1 && (row % 5 != 0 || row > ROWS - 3))
        return;
    price -= price % common_unit(chart->low, chart->high);
    bytes_put_byte(text, ' ');
    at = bytes_text_room(text, DECIMAL_TEXT_MAX);
    if (at)
        bytes_end(text, at + decimal_format(price, at));
}

static void
put_volume(const struct chart *chart, const struct candle *candle, int row,
           struct bytes *text)
{
    static const char *const eighths[] = {" ", "▁", "▂", "▃", "▄",
                                          "▅", "▆", "▇", "█"};
    const int steps = 8 * VOLUME_ROWS;
    i128 level = chart->volume ? (candle->volume * steps + chart->volume - 1) /
                                     chart->volume
                               : 0;
    int here = (int)level - 8 * row;

    assert(level >= 0 && level <= steps);
    here = here < 0 ? 0 : here > 8 ? 8 : here;
    bytes_put_text(text, eighths[here]);
}

static void
end_line(struct bytes *text)
{
    while (text->size > 0 && text->bytes[text->size - 1] == ' ')
        text->size--;
    bytes_put_byte(text, '\n');
}

static void
put_time(int64_t time, struct bytes *text)
{
    char *at = bytes_text_room(text, TIME_TEXT_MAX);

    if (at)
        bytes_end(text, at + time_format(time, at));
}

/* "ACME 5m  2026-01-08T14:30:00Z to 2026-01-08T15:35:00Z". */
static int
put_title(struct candles_writer *writer, const struct chart *chart,
          struct bytes *text)
{
    const struct candle_series *series = chart->series;
    char *at;

    if (series->instrument &&
        exporter_label(writer->exporter, series->instrument, text) != 0)
        return -1;
    bytes_put_byte(text, ' ');
    at = bytes_text_room(text, VALUE_ROOM);
    if (at && series->interval != INT64_MIN)
        bytes_end(text, print_interval(at, series->interval));
    bytes_put_text(text, "  ");
    put_time(series->candles[chart->first].start, text);
    bytes_put_text(text, " to ");
    put_time(series->candles[series->count - 1].start, text);
    end_line(text);
    return 0;
}

static int
draw(struct candles_writer *writer, const struct candle_series *series,
     struct bytes *text)
{
    struct chart chart = {.series = series, .colour = writer->colour};
    size_t room = writer->line_size > LABEL_COLUMNS + 10
                      ? writer->line_size - LABEL_COLUMNS
                      : 10;

    if (series->count > room)
        chart.first = series->count - room;
    if (put_title(writer, &chart, text) != 0)
        return -1;
    if (!measure(&chart)) {
        bytes_put_text(text, "no prices\n");
        return 0;
    }
    for (int row = ROWS - 1; row >= 0; row--) {
        for (size_t i = chart.first; i < series->count; i++)
            put_candle(&chart, &series->candles[i], row, text);
        put_label(&chart, row, text);
        end_line(text);
    }
    for (int row = VOLUME_ROWS - 1; row >= 0 && chart.volume > 0; row--) {
        for (size_t i = chart.first; i < series->count; i++)
            put_volume(&chart, &series->candles[i], row, text);
        end_line(text);
    }
    return 0;
}

static int
put_charts(void *state, struct bytes *text)
{
    struct candles_writer *writer = state;

    for (size_t i = 0; i < writer->count; i++) {
        if (i > 0)
            bytes_put_byte(text, '\n');
        if (draw(writer, &writer->series[i], text) != 0)
            return -1;
    }
    forget(writer);
    return bytes_ok(text, writer->exporter->failure);
}

const struct export_format candles_export = {
    .name = "candles",
    .summary = "bars drawn with characters",
    .default_type = EVENT_BAR,
    .whole = true,
    .state_size = sizeof(struct candles_writer),
    .init = init,
    .event = put_event,
    .flush = put_charts,
    .free = release,
};
