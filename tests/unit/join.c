/* One HEADER out of several, also of writers that are older or newer. */
#include "tape/join.h"

#include <string.h>

#include "tap.h"

#define UNKNOWN 120 /* a type that no version has */

static char name[] = "xmerge", version[] = "1", options[] = "";
static char options_text[32];
static const struct tape_program self = {name, version, options};

/* Joins tapes of two writers, to whom events of a type have these lengths;
 * the length in the joined header, or -1. */
static int
joined_size(unsigned type, uint16_t a, uint16_t b)
{
    struct failure failure = {0};
    struct tape_header first, second;
    struct tape_join join;
    int size = -1;

    tape_header_init(&first, "a");
    tape_header_init(&second, "b");
    first.sizes[type] = a;
    second.sizes[type] = b;
    tape_join_init(&join);
    if (tape_join_add(&join, &first, &failure) == 0 &&
        tape_join_add(&join, &second, &failure) == 0 &&
        tape_join_finish(&join, NULL, &self, &failure) == 0)
        size = join.header.sizes[type];
    else if (failure.kind != FAILURE_DATA || !strstr(failure.text, "newer"))
        size = -2;
    tape_join_free(&join);
    return size;
}

static void
test_sizes(void)
{
    const uint16_t own = sizeof(struct trade);

    OK("shorter events are completed to what this version knows",
       joined_size(EVENT_TRADE, own - 8, own) == own &&
           joined_size(EVENT_TRADE, own, 24) == own &&
           joined_size(EVENT_TRADE, 0, 0) == own);
    OK("longer ones of one length stay as they are",
       joined_size(EVENT_TRADE, own + 8, own + 8) == own + 8);
    OK("two lengths of which one is not known cannot be merged",
       joined_size(EVENT_TRADE, own + 8, own) == -1 &&
           joined_size(EVENT_TRADE, own - 8, own + 8) == -1 &&
           joined_size(EVENT_TRADE, own + 8, own + 16) == -1);
    OK("the same holds for a type that is not known at all",
       joined_size(UNKNOWN, 32, 32) == 32 &&
           joined_size(UNKNOWN, 0, 32) == 32 &&
           joined_size(UNKNOWN, 32, 0) == 32 &&
           joined_size(UNKNOWN, 32, 40) == -1);
}

static void
test_later_header(void)
{
    struct failure failure = {0};
    struct tape_header header;
    struct tape_join join;

    tape_header_init(&header, "a");
    tape_join_init(&join);
    tape_join_add(&join, &header, &failure);
    header.sizes[EVENT_TRADE] = 24;
    OK("a later tape of the same input may be older",
       tape_join_check(&join, &header, &failure) == 0);
    header.sizes[UNKNOWN] = 32;
    OK("it cannot have a type that the HEADER written does not list",
       tape_join_check(&join, &header, &failure) != 0 &&
           failure.kind == FAILURE_DATA);
    tape_join_free(&join);
}

static void
test_names(void)
{
    struct failure failure = {0};
    struct tape_header header;
    struct tape_join join;
    char stream[TAPE_STREAM_MAX + 1];

    memset(stream, 'x', sizeof stream - 1);
    stream[sizeof stream - 1] = '\0';
    tape_join_init(&join);
    for (char c = 'a'; c <= 'c'; c++) {
        stream[0] = c;
        tape_header_init(&header, stream);
        tape_join_add(&join, &header, &failure);
    }
    tape_join_finish(&join, NULL, &self, &failure);
    OK("of a name that fills the room the end stays, the others are counted",
       strstr(join.header.stream, "xxx+2 more") &&
           strlen(join.header.stream) <= TAPE_STREAM_MAX);
    tape_join_free(&join);
}

/* A first name of any length is there, whole or its end. */
static void
test_first_name(void)
{
    struct failure failure = {0};
    char stream[TAPE_STREAM_MAX + 1];
    bool there = true;

    for (size_t size = 1; size < sizeof stream; size++) {
        struct tape_header header;
        struct tape_join join;

        memset(stream, 'x', size);
        stream[size] = '\0';
        tape_header_init(&header, stream);
        tape_join_init(&join);
        tape_join_add(&join, &header, &failure);
        tape_header_init(&header, "second");
        tape_join_add(&join, &header, &failure);
        tape_join_finish(&join, NULL, &self, &failure);
        there &= join.header.stream[0] == 'x' && join.streams.count == 2;
        tape_join_free(&join);
    }
    OK("a first name of any length is not left out", there);
}

/* Beyond half of what a HEADER can have. */
static void
test_many_programs(void)
{
    struct failure failure = {0};
    struct tape_header header;
    struct tape_join join;

    tape_join_init(&join);
    for (unsigned i = 0; i < TAPE_PROGRAMS_MAX; i++) {
        char one[16];

        snprintf(one, sizeof one, "x%u", i);
        tape_header_init(&header, "a");
        tape_header_add_program(&header, one, "1", "", &failure);
        tape_join_add(&join, &header, &failure);
        if (i < TAPE_PROGRAMS_MAX / 2) /* again */
            tape_join_add(&join, &header, &failure);
        tape_header_free(&header);
    }
    tape_join_finish(&join, NULL, &self, &failure);
    snprintf(options_text, sizeof options_text, "and %u more",
             TAPE_PROGRAMS_MAX - TAPE_PROGRAMS_MAX / 2);
    OK("of many programs the first are kept, once, the rest is counted",
       join.header.program_count == TAPE_PROGRAMS_MAX / 2 + 2 &&
           strcmp(join.header.programs[TAPE_PROGRAMS_MAX / 2].options,
                  options_text) == 0);
    tape_join_free(&join);
}

int
main(void)
{
    test_sizes();
    test_later_header();
    test_names();
    test_first_name();
    test_many_programs();
    return tap_done();
}
