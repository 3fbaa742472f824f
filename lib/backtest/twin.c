/* The same strategy again.  Both read the same bytes as long as both write the
 * same, so it runs beside the first, with no second market, and also where the
 * input is a pipe. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backtest/strategy.h"
#include "base/clock.h"

int
twin_start(struct strategy *strategy, char *const *argv, const char *command)
{
    struct twin *twin = &strategy->twin;
    struct failure *failure = strategy->world->failure;

    if (!strategy->world->twice)
        return 0;
    snprintf(twin->name, sizeof twin->name, "%s (run again)", strategy->name);
    twin->process.name = twin->name;
    twin->process.patience = strategy->process.patience;
    twin->process.wake = strategy->process.wake;
    return argv ? coprocess_start(&twin->process, argv, failure)
                : coprocess_start_shell(&twin->process, command, failure);
}

void
twin_copy(struct strategy *strategy)
{
    struct twin *twin = &strategy->twin;
    const struct bytes *put = coprocess_put(&strategy->process);
    size_t unsent = coprocess_unsent(&strategy->process), more;

    if (!strategy->world->twice || put->failed)
        return;
    assert(unsent >= twin->unsent);
    more = unsent - twin->unsent;
    if (more)
        bytes_put(coprocess_put(&twin->process), put->bytes + put->size - more,
                  more);
    twin->unsent = unsent;
}

void
twin_copied(struct strategy *strategy)
{
    strategy->twin.unsent = coprocess_unsent(&strategy->process);
}

int
twin_line(struct strategy *strategy)
{
    struct twin *twin = &strategy->twin;
    int result;

    if (!strategy->world->twice)
        return 1;
    result = coprocess_line(&twin->process, &twin->line, &twin->size,
                            strategy->world->failure);
    if (result > 0)
        coprocess_answered(&twin->process);
    return result;
}

int
twin_compare(struct strategy *strategy, const struct strategy_turn *turn,
             size_t number, const char *line, size_t size)
{
    const struct twin *twin = &strategy->twin;
    char time[TIME_TEXT_MAX] = "-", first[STRATEGY_SHOWN_MAX],
         again[STRATEGY_SHOWN_MAX];
    size_t time_size = 1;

    assert(number > 0);
    if (!strategy->world->twice ||
        (twin->size == size && memcmp(twin->line, line, size) == 0))
        return 0;
    if (turn->time != TIME_NULL)
        time_size = time_format(turn->time, time);
    strategy_shown(line, size, first);
    strategy_shown(twin->line, twin->size, again);
    return fail(strategy->world->failure, FAILURE_DATA,
                "%s: is not deterministic: line %zu of its answer to go %.*s "
                "is \"%s\", and run again \"%s\"",
                strategy->name, number, (int)time_size, time, first, again);
}
