/* Several tapes as one, and a slice of one, of sources made by hand. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tap.h"
#include "tape/merge.h"
#include "tape/schema.h"
#include "tape/slice.h"

#define EVENTS_MAX 8

/* A tape: a HEADER, a block for each two of its times, an END, unless it is
 * stopped before. */
struct made {
    struct tape_source source;
    struct tape_header header;
    struct print events[EVENTS_MAX];
    unsigned count, given, step;
    bool stops;
};

static int
next_made(struct tape_source *source, struct failure *failure)
{
    struct made *made = (struct made *)source;
    unsigned left = made->count - made->given;

    (void)failure;
    if (made->step == 0)
        return made->step++, TAPE_HEADER;
    if (left > 0 && !source->enough) {
        source->first = &made->events[made->given].event;
        source->first_seq = made->header.first_seq + made->given;
        source->count = left < 2 ? left : 2;
        made->given += (unsigned)source->count;
        source->end = &made->events[made->given].event;
        return TAPE_BLOCK;
    }
    if (made->step++ > 1 || made->stops)
        return TAPE_NOTHING;
    if (source->enough)
        source->status = TAPE_LIMITED;
    return TAPE_END;
}

/* Prints at these times, 0 is the end. */
static void
make(struct made *made, const char *stream, const int *times)
{
    memset(made, 0, sizeof *made);
    tape_header_init(&made->header, stream);
    made->source.next = next_made;
    made->source.header = &made->header;
    for (; times[made->count]; made->count++) {
        struct print *print = &made->events[made->count];

        event_init(print, EVENT_PRINT);
        print->event.time = times[made->count];
        print->trade_id = made->count + 1;
    }
}

#define TIMES(...) ((const int[]){__VA_ARGS__, 0})

/* What a source gives, as text: "name: 1 2 3; status", with "stopped" when it
 * had no END. */
static const char *
told(struct tape_source *source)
{
    static char text[512];
    struct failure failure = {0};
    uint64_t seq = 0;
    bool in_tape = false;
    int item;

    text[0] = '\0';
    while ((item = source->next(source, &failure)) > 0) {
        char *at = text + strlen(text);

        if (item == TAPE_HEADER)
            sprintf(at, "%s:", source->header->stream);
        in_tape = item != TAPE_END;
        if (item == TAPE_END)
            sprintf(at, "; %d", (int)source->status);
        if (item == TAPE_BLOCK && seq && source->first_seq != seq)
            sprintf(at, " gap");
        for (const struct event *e = source->first;
             item == TAPE_BLOCK && e < source->end; e = event_next(e))
            sprintf(text + strlen(text), " %d", (int)e->time);
        if (item == TAPE_BLOCK)
            seq = source->first_seq + source->count;
    }
    if (item < 0)
        strcat(text, " failed");
    else if (in_tape)
        strcat(text, " stopped");
    return text;
}

/* ---- merging ------------------------------------------------------------- */

static char name[] = "xmerge", version[] = "1", options[] = "";

static const char *
merged(struct made *a, struct made *b)
{
    struct failure failure = {0};
    struct tape_source *sources[] = {&a->source, &b->source};
    struct tape_merge merge;
    const char *text;

    if (tape_merge_init(&merge, sources, 2, &failure) != 0)
        abort();
    merge.self = (struct tape_program){name, version, options};
    text = told(&merge.source);
    tape_merge_free(&merge);
    return text;
}

static void
test_merge(void)
{
    static struct made a, b;

    make(&a, "a", TIMES(1, 4, 4, 9));
    make(&b, "b", TIMES(2, 4, 5));
    OK("the earlier event comes first, of two the input named first",
       strcmp(merged(&a, &b), "a+b: 1 2 4 4 4 5 9; 0") == 0);
    make(&a, "a", TIMES(5, 1, 6));
    make(&b, "b", TIMES(4, 5, 7));
    OK("an input that steps back keeps its order",
       strcmp(merged(&a, &b), "a+b: 4 5 1 5 6 7; 0") == 0);
    make(&a, "a", TIMES(1, 2));
    make(&b, "b", TIMES(3, 4));
    a.source.status = TAPE_LIMITED;
    OK("the end is the worst of theirs",
       strcmp(merged(&a, &b), "a+b: 1 2 3 4; 1") == 0);
    make(&a, "a", TIMES(1, 2));
    make(&b, "b", TIMES(3, 4));
    b.stops = true;
    OK("an input that was stopped is not taken for one that ended",
       strcmp(merged(&a, &b), "a+b: 1 2 3 4 stopped") == 0);
    make(&a, "a", TIMES(1, 2));
    make(&b, "b", TIMES(3, 4));
    a.source.status = TAPE_FAILED;
    a.source.exit_class = FAILURE_ENVIRONMENT;
    OK("one that failed is a failure",
       strcmp(merged(&a, &b), "a+b: 1 2 failed") == 0);
}

/* ---- a slice ------------------------------------------------------------- */

static bool
slices(struct tape_limits limits, const char *want)
{
    static struct made made;
    struct tape_slice slice;
    const char *text;
    bool same;

    make(&made, "day", TIMES(10, 20, 15, 30, 40));
    tape_slice_init(&slice, &made.source, &limits);
    text = told(&slice.source);
    same = strcmp(text, want) == 0;
    if (!same)
        tap_note("%s", text);
    tape_slice_free(&slice);
    return same;
}

static void
test_slice(void)
{
    const int64_t null = TIME_NULL;

    OK("without limits it is the tape",
       slices((struct tape_limits){null, null, 0, 0, false},
              "day: 10 20 15 30 40; 0"));
    OK("a slice from the first event on keeps the name",
       slices((struct tape_limits){null, null, 1, 0, false},
              "day: 10 20 15 30 40; 0") &&
           slices((struct tape_limits){10, null, 0, 0, false},
                  "day: 10 20 15 30 40; 0"));
    OK("from a later one it has another",
       slices((struct tape_limits){null, null, 2, 0, false},
              "day/from-2: 20 15 30 40; 0") &&
           slices((struct tape_limits){30, null, 0, 0, false},
                  "day/from-4: 30 40; 0"));
    OK("both limits must hold for the first, none for those after it",
       slices((struct tape_limits){20, null, 3, 0, false},
              "day/from-4: 30 40; 0") &&
           slices((struct tape_limits){20, null, 2, 0, false},
                  "day/from-2: 20 15 30 40; 0"));
    OK("it ends before either end, and says so",
       slices((struct tape_limits){null, null, 0, 3, false}, "day: 10 20; 1") &&
           slices((struct tape_limits){null, 30, 0, 0, false},
                  "day: 10 20 15; 1") &&
           slices((struct tape_limits){15, 30, 3, 4, false},
                  "day/from-3: 15; 1"));
    OK("of nothing there is a tape without events",
       slices((struct tape_limits){50, null, 0, 0, false}, "day:; 1"));
    OK("a bare one keeps the name, and its sequence numbers",
       slices((struct tape_limits){null, null, 4, 0, true}, "day: 30 40; 0"));
}

int
main(void)
{
    test_merge();
    test_slice();
    return tap_done();
}
