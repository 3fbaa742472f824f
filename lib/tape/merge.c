#include "tape/merge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Events are handed out by the 8 KiB: little enough to stay in the first
 * cache until they are copied on. */
#define BATCH 8192

/* A cache line.  Two more of an input are fetched whenever an event of it is
 * taken: with many inputs its next turn comes long after. */
#define AHEAD 64

struct merge_input {
    struct tape_source *source;
    struct remap_tape remap;
    const struct event *next; /* the current event; NULL: to be read */
    const struct event *end;  /* of those read */
    uint64_t seq;             /* of next */
    int64_t place;
    bool preamble; /* of next; see source.h */
    bool in_tape;
    bool over;
};

/* ---- inputs -------------------------------------------------------------- */

/* Puts the input's name before the failure. */
static int
blame(const struct merge_input *in, struct failure *failure)
{
    return in->source->name ? fail_at(failure, "%s", in->source->name) : -1;
}

/* Where the current event stands, or, without one, where the next one
 * can stand at the earliest. */
static void
set_place(struct merge_input *in)
{
    if (in->next && in->next->time > in->place)
        in->place = in->next->time;
}

static int
take_end(struct tape_merge *merge, struct merge_input *in,
         struct failure *failure)
{
    enum tape_status status = in->source->status;

    in->in_tape = false;
    if (status == TAPE_FAILED) {
        tape_fail_upstream(in->source->exit_class, failure);
        return blame(in, failure);
    }
    if (status > merge->source.status)
        merge->source.status = status;
    return 1;
}

static int
take_header(struct tape_merge *merge, struct merge_input *in,
            struct failure *failure)
{
    in->in_tape = true;
    remap_tape_begin(&in->remap);
    if (tape_join_check(&merge->join, in->source->header, failure) == 0)
        return 1;
    return blame(in, failure);
}

/* Reads on until there is an event or the input is over: 1; 0 when it was
 * stopped; -1. */
static int
fill(struct tape_merge *merge, struct merge_input *in, struct failure *failure)
{
    int result = 1;

    while (result == 1 && !in->next && !in->over) {
        result = in->source->next(in->source, failure);
        switch (result) {
        case TAPE_HEADER: result = take_header(merge, in, failure); break;
        case TAPE_BLOCK:
            assert(in->source->first < in->source->end);
            in->next = in->source->first;
            in->end = in->source->end;
            in->preamble = in->source->preamble;
            in->seq = in->source->first_seq;
            result = 1;
            break;
        case TAPE_END: result = take_end(merge, in, failure); break;
        case TAPE_NOTHING:
            in->over = true;
            result = !in->in_tape;
            break;
        default: break;
        }
    }
    set_place(in);
    return result;
}

static void
advance(struct merge_input *in)
{
    assert(in->next < in->end);
    in->next = event_next(in->next);
    in->seq++;
    __builtin_prefetch((const char *)in->next + AHEAD);
    __builtin_prefetch((const char *)in->next + 2 * AHEAD);
    if (in->next == in->end)
        in->next = NULL;
    set_place(in);
}

/* ---- whose turn it is ---------------------------------------------------- */

static i128
key_of(const struct tape_merge *merge, const struct merge_input *in)
{
    uint32_t number = (uint32_t)(in - merge->inputs);

    return in->over ? tournament_out(number)
                    : tournament_key(in->place, number);
}

/* The input whose turn it is; NULL when all are over. */
static struct merge_input *
winner(const struct tape_merge *merge)
{
    uint32_t number = tournament_winner(&merge->turns);

    return number < merge->count ? &merge->inputs[number] : NULL;
}

/* The winner's place has changed. */
static void
play_again(struct tape_merge *merge, const struct merge_input *in)
{
    tournament_play(&merge->turns, (uint32_t)(in - merge->inputs),
                    key_of(merge, in));
}

static int
play_all(struct tape_merge *merge, struct failure *failure)
{
    i128 *keys = allocate(failure, merge->count, sizeof *keys);
    int result;

    if (!keys)
        return -1;
    for (unsigned i = 0; i < merge->count; i++)
        keys[i] = key_of(merge, &merge->inputs[i]);
    result = tournament_begin(&merge->turns, keys, merge->count, failure);
    free(keys);
    return result;
}

/* ---- merging ------------------------------------------------------------- */

/* Adds the current event to those that are handed out next. */
static int
put_event(struct tape_merge *merge, struct merge_input *in,
          struct failure *failure)
{
    const struct event *event = in->next;
    size_t size = event->words * 8UL;
    uint32_t ids[1 + REMAP_FIELDS];
    bool news = true;
    struct event *room = (struct event *)(void *)(merge->events + merge->used);

    if ((event->type == EVENT_INSTRUMENT || event->type == EVENT_NAME) &&
        remap_define(&merge->remap, &in->remap, event, &news, failure) != 0)
        return -1;
    if (remap_find(&merge->remap, &in->remap, event, ids, failure) != 0)
        return -1;
    merge->taken++;
    if (!news)
        return 0;
    assert(merge->used < BATCH && size <= EVENT_MAX);
    memcpy(room, event, size);
    remap_set(&merge->remap, room, ids);
    merge->used += size;
    merge->source.count++;
    return 0;
}

/* Merges until there is a batch: TAPE_BLOCK; TAPE_END when all inputs are over;
 * TAPE_NOTHING when one was stopped; -1.  Nothing is read while there are
 * events to hand out: they would wait for a live input. */
static int
gather(struct tape_merge *merge, struct failure *failure)
{
    struct merge_input *in;
    int result = 1;

    while (result > 0 && merge->used < BATCH && (in = winner(merge))) {
        if (merge->used &&
            (!in->next || in->preamble != merge->source.preamble))
            break;
        if (!in->next) {
            result = fill(merge, in, failure);
            play_again(merge, in);
            continue;
        }
        merge->source.preamble = in->preamble;
        if (put_event(merge, in, failure) != 0)
            return tape_source_blame(in->source, in->next, in->seq, failure);
        advance(in);
        play_again(merge, in);
    }
    if (result <= 0)
        return result;
    merge->ended = merge->used == 0;
    return merge->ended ? TAPE_END : TAPE_BLOCK;
}

/* Reads the HEADER of each input and makes the one that they come to. */
static int
begin(struct tape_merge *merge, struct failure *failure)
{
    for (unsigned i = 0; i < merge->count; i++) {
        struct merge_input *in = &merge->inputs[i];
        int item = in->source->next(in->source, failure);

        if (item <= 0)
            return item;
        if (tape_join_add(&merge->join, in->source->header, failure) != 0)
            return blame(in, failure);
        in->in_tape = true;
    }
    if (tape_join_finish(&merge->join, merge->stream, &merge->self, failure) ||
        play_all(merge, failure) != 0)
        return -1;
    merge->begun = true;
    return TAPE_HEADER;
}

static int
next(struct tape_source *source, struct failure *failure)
{
    struct tape_merge *merge = (struct tape_merge *)source;
    int item;

    if (!merge->begun)
        return begin(merge, failure);
    if (merge->ended)
        return TAPE_NOTHING;
    source->first_seq += source->count;
    source->count = 0;
    merge->used = 0;
    item = gather(merge, failure);
    source->first = (const struct event *)(const void *)merge->events;
    source->end =
        (const struct event *)(const void *)(merge->events + merge->used);
    return item;
}

int
tape_merge_init(struct tape_merge *merge, struct tape_source *const *sources,
                unsigned count, struct failure *failure)
{
    *merge = (struct tape_merge){.source = {.next = next, .first_seq = 1},
                                 .count = count};
    remap_init(&merge->remap);
    tape_join_init(&merge->join);
    merge->source.header = &merge->join.header;
    merge->inputs = allocate(failure, count, sizeof *merge->inputs);
    merge->events = allocate(failure, 1, BATCH + EVENT_MAX);
    if (!merge->inputs || !merge->events)
        return -1;
    for (unsigned i = 0; i < count; i++)
        merge->inputs[i] = (struct merge_input){
            .source = sources[i], .place = TIME_NULL /* before every time */};
    return 0;
}

void
tape_merge_free(struct tape_merge *merge)
{
    for (unsigned i = 0; merge->inputs && i < merge->count; i++)
        remap_tape_free(&merge->inputs[i].remap);
    free(merge->inputs);
    tournament_free(&merge->turns);
    free(merge->events);
    tape_join_free(&merge->join);
    remap_free(&merge->remap);
    *merge = (struct tape_merge){0};
}
