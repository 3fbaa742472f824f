#include "backtest/latency.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/random.h"
#include "io/input.h"

#define FILE_MAX ((size_t)256 << 20) /* bytes */

/* One line of the file; empty ones are passed over. */
static int
take_line(struct latency *latency, const char *line, size_t size, size_t number,
          struct failure *failure)
{
    int64_t *samples;

    if (size > 0 && line[size - 1] == '\r')
        size--;
    if (size == 0)
        return 0;
    samples = array_grow(latency->samples, &latency->capacity,
                         latency->count + 1, sizeof *samples, failure);
    if (!samples)
        return -1;
    latency->samples = samples;
    if (!duration_parse(line, size, &samples[latency->count]) ||
        samples[latency->count] < 0)
        return fail(failure, FAILURE_USAGE,
                    "%s: line %zu: \"%.*s\" is not a duration, like 250us",
                    latency->file, number, (int)(size < 40 ? size : 40), line);
    latency->count++;
    return 0;
}

static int
read_samples(struct latency *latency, struct failure *failure)
{
    size_t size = 0, number = 0;
    char *text = input_read_file(latency->file, FILE_MAX, &size, failure);
    const char *line = text;
    int result = text ? 0 : -1;

    if (!text) /* the user named it */
        failure->kind = FAILURE_USAGE;
    while (result == 0 && line < text + size) {
        const char *end = memchr(line, '\n', (size_t)(text + size - line));

        if (!end)
            end = text + size;
        result =
            take_line(latency, line, (size_t)(end - line), ++number, failure);
        line = end + 1;
    }
    free(text);
    if (result == 0 && latency->count == 0)
        return fail(failure, FAILURE_USAGE, "%s: there is no duration in it",
                    latency->file);
    return result;
}

int
latency_prepare(struct latency *latency, struct failure *failure)
{
    int64_t most = 0, sum;

    if (latency->file && latency->order)
        return fail(failure, FAILURE_USAGE,
                    "--latency and --latency-file: one is wanted");
    if (latency->file && read_samples(latency, failure) != 0)
        return -1;
    latency->least = latency->order;
    for (size_t i = 0; i < latency->count; i++) {
        if (i == 0 || latency->samples[i] < latency->least)
            latency->least = latency->samples[i];
        if (latency->samples[i] > most)
            most = latency->samples[i];
    }
    if (latency->order > most)
        most = latency->order;
    if (__builtin_add_overflow(most, latency->feed, &sum) ||
        __builtin_add_overflow(sum, latency->jitter, &sum) || sum == INT64_MAX)
        return fail(failure, FAILURE_USAGE,
                    "the latencies are more than 292 years");
    latency->least += latency->feed;
    assert(latency->least >= 0);
    return 0;
}

void
latency_free(struct latency *latency)
{
    free(latency->samples);
    memset(latency, 0, sizeof *latency);
}

int64_t
latency_of(const struct latency *latency, uint64_t turn, unsigned strategy)
{
    struct random random = {latency->seed};
    int64_t time = latency->order + latency->feed;

    if (latency->count == 0 && latency->jitter == 0)
        return time;
    random.state = random_next(&random) ^ turn;
    random.state = random_next(&random) ^ strategy;
    if (latency->count)
        time += latency->samples[random_next(&random) % latency->count];
    if (latency->jitter)
        time +=
            (int64_t)(random_next(&random) % ((uint64_t)latency->jitter + 1));
    assert(time >= latency->least);
    return time;
}
