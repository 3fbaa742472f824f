#include "backtest/strategy.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backtest/wire.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/utf8.h"

#define PENDING_MAX                                                            \
    (1 << 18)             /* bytes of turns asked before answers are awaited */
#define ANSWER_MAX 100000 /* lines; what is due is kept in memory */

/* ---- the world ----------------------------------------------------------- */

int
strategy_world_list(struct strategy_world *world, uint32_t index)
{
    char text[2 * INSTRUMENT_TEXT_MAX + 2];
    struct strategy_listing *listings;
    uint32_t number, *indexes;
    size_t size;
    bool added;

    assert(index <= world->listing_count);
    if (index < world->listing_count)
        return 0;
    size = instruments_name(world->instruments, index, text, sizeof text);
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < ' ')
            return fail(world->failure, FAILURE_DATA,
                        "instrument \"%s\" has a control character in its "
                        "name, which would break the strategy's lines",
                        text);
    number = strtab_add(&world->names, text, size, &added);
    listings = array_grow(world->listings, &world->listing_capacity,
                          index + 1UL, sizeof *listings, world->failure);
    if (number == STRTAB_NONE || !listings)
        return fail_memory(world->failure);
    world->listings = listings;
    indexes = array_grow(world->name_index, &world->name_capacity, number + 1UL,
                         sizeof *indexes, world->failure);
    if (!indexes)
        return -1;
    world->name_index = indexes;
    if (added)
        indexes[number] = index;
    listings[index] = (struct strategy_listing){
        world->names.entries[number].bytes, world->names.entries[number].size,
        world->turn};
    world->listing_count = index + 1;
    return 0;
}

void
strategy_world_free(struct strategy_world *world)
{
    own_orders_free(&world->orders);
    strtab_free(&world->names);
    free(world->name_index);
    free(world->listings);
    due_free(&world->due);
}

int64_t
strategy_middle(const struct strategy_world *world, uint32_t index)
{
    const struct book *book = sim_book(world->sim, index);
    const struct level *bid = sim_best(world->sim, book, SIDE_BUY);
    const struct level *ask = sim_best(world->sim, book, SIDE_SELL);

    if (world->sim->model->prices)
        return match_market(&world->sim->match, index)->last;
    return bid && ask ? bid->price + (ask->price - bid->price) / 2
                      : DECIMAL_NULL;
}

void
strategy_shown(const char *text, size_t size, char shown[STRATEGY_SHOWN_MAX])
{
    size_t most = STRATEGY_SHOWN_MAX - 1, width;

    if (size > most)
        for (size = most; size > 0 && (text[size] & 0xC0) == 0x80; size--)
            ; /* a character is not cut */
    for (size_t i = 0; i < size; i++)
        shown[i] = (char)(text[i] == '\0' || text[i] == '\t' ? ' ' : text[i]);
    size = utf8_plain(shown, size, shown, &width);
    assert(size <= most);
    shown[size] = '\0';
}

/* ---- turns --------------------------------------------------------------- */

/* Adds to what is said of a strategy that did not answer: what it was asked,
 * and what is the reason most often. */
static int
fail_unanswered(struct strategy *strategy)
{
    struct failure *failure = strategy->world->failure;
    const struct strategy_turn *turn = strategy->turns;
    char time[TIME_TEXT_MAX] = "-", ignored[120];
    size_t size = 1, used = strlen(failure->text);
    const char *advice = "";

    if (failure->kind == FAILURE_USAGE || strategy->turn_count == 0)
        return -1;
    if (turn->time != TIME_NULL)
        size = time_format(turn->time, time);
    snprintf(ignored, sizeof ignored,
             "; " COUNT_FORMAT " or field%s it wrote not understood, the first "
             "\"%s\"",
             COUNT(strategy->ignored, "line"), PLURAL(strategy->ignored),
             strategy->first_ignored);
    if (strategy->ignored)
        advice = ignored;
    else if (failure->kind == FAILURE_ENVIRONMENT)
        advice = " (does it flush what it prints? python3 -u, $|=1 in perl, "
                 "$stdout.sync=true in ruby, fflush() in gawk, mawk -W "
                 "interactive)";
    snprintf(failure->text + used, sizeof failure->text - used,
             "; go %.*s, its turn %" PRIu64 ", has no answer%s", (int)size,
             time, strategy->asked - strategy->turn_count + 1, advice);
    return -1;
}

/* What it is not asked about yet goes to it all the same, before that is too
 * much to keep. */
static int
keep_up(struct strategy *strategy)
{
    struct coprocess *process = &strategy->process;

    if (coprocess_put(process)->size < PENDING_MAX)
        return 0;
    if (strategy->turn_count)
        return strategy_receive(strategy);
    twin_copy(strategy);
    if (coprocess_send(process, strategy->world->failure) != 0)
        return -1;
    twin_copied(strategy);
    return 0;
}

int
strategy_ask(struct strategy *strategy, int64_t time)
{
    struct strategy_turn *turns;

    if (!strategy->awake)
        return keep_up(strategy);
    turns = array_grow(strategy->turns, &strategy->turn_capacity,
                       strategy->turn_count + 1, sizeof *turns,
                       strategy->world->failure);
    if (!turns)
        return -1;
    strategy->turns = turns;
    turns[strategy->turn_count++] =
        (struct strategy_turn){strategy->world->turn, time};
    strategy->awake = false;
    strategy->asked++;
    strategy_wire(strategy)->go(strategy, time);
    if (coprocess_put(&strategy->process)->size < PENDING_MAX)
        return 0;
    return strategy_receive(strategy);
}

int
strategy_receive(struct strategy *strategy)
{
    struct coprocess *process = &strategy->process;
    size_t answered = 0, lines = 0, size;
    char *line;
    int result;

    twin_copy(strategy);
    while (answered < strategy->turn_count) {
        result =
            coprocess_line(process, &line, &size, strategy->world->failure);
        if (result > 0)
            result = twin_line(strategy);
        if (result <= 0) {
            strategy->turn_count -= answered;
            memmove(strategy->turns, strategy->turns + answered,
                    strategy->turn_count * sizeof *strategy->turns);
            return result < 0 ? fail_unanswered(strategy) : 0;
        }
        if (twin_compare(strategy, &strategy->turns[answered], lines + 1, line,
                         size) != 0)
            return -1;
        if (++lines > ANSWER_MAX)
            return fail(strategy->world->failure, FAILURE_DATA,
                        "%s: an answer of more than %d lines", strategy->name,
                        ANSWER_MAX);
        if (strategy_wire(strategy)->answer(
                strategy, &strategy->turns[answered], line, size)) {
            answered++;
            lines = 0;
            coprocess_answered(process);
        }
        if (strategy->world->failure->kind != FAILURE_NONE)
            return -1;
    }
    twin_copied(strategy);
    strategy->turn_count = 0;
    strategy->ready = true;
    if (coprocess_is_early(process))
        return fail(strategy->world->failure, FAILURE_DATA,
                    "%s: answered before it was asked: after its go number "
                    "%" PRIu64 " there is more",
                    strategy->name, strategy->asked);
    return 0;
}

/* ---- from its beginning to its end --------------------------------------- */

int
strategy_start(struct strategy *strategy, char *const *argv,
               const char *command)
{
    struct failure *failure = strategy->world->failure;
    int result;

    strategy->process.name = strategy->name;
    result = argv ? coprocess_start(&strategy->process, argv, failure)
                  : coprocess_start_shell(&strategy->process, command, failure);
    if (result != 0)
        return -1;
    strategy->wants[WANT_BAR] = strategy->wants[WANT_QUOTE] =
        strategy->wants[WANT_TRADE] = true;
    if (twin_start(strategy, argv, command) != 0)
        return -1;
    strategy_wire(strategy)->hello(strategy);
    strategy_wake(strategy, CAUSE_TIMER);
    return strategy_ask(strategy, TIME_NULL);
}

int
strategy_end(struct strategy *strategy, int64_t time)
{
    assert(strategy->turn_count == 0);
    strategy_wire(strategy)->finish(strategy, time);
    twin_copy(strategy);
    if (coprocess_end(&strategy->process, strategy->world->failure) != 0)
        return -1;
    return strategy->world->twice ? coprocess_end(&strategy->twin.process,
                                                  strategy->world->failure)
                                  : 0;
}

void
strategy_free(struct strategy *strategy)
{
    coprocess_free(&strategy->process);
    coprocess_free(&strategy->twin.process);
    bytes_free(&strategy->room);
    own_free(&strategy->own);
    free(strategy->turns);
}
