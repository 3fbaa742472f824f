/* source.h - where the events of a tape come from, item by item.
 *
 *      while ((item = source->next(source, &failure)) > 0)
 *          switch (item) {
 *          case TAPE_HEADER: ... source->header
 *          case TAPE_BLOCK:  ... [source->first, source->end)
 *          case TAPE_END:    ... source->status, source->exit_class
 *          }
 *
 * A file or a pipe is one (below), an event store (log/source.h), a slice
 * of another (slice.h), and several merged (merge.h): whoever takes events can
 * take them from any.
 */
#ifndef TAPE_SOURCE_H
#define TAPE_SOURCE_H

#include <stdbool.h>

#include "tape/reader.h"

struct definitions;
struct tape_limits;

enum tape_found {
    TAPE_FOUND_NOTHING, /* there is none */
    TAPE_FOUND,         /* *seq is its seq */
    TAPE_FOUND_LATER,   /* not yet: it may be among what is still to come */
};

struct tape_source {
    /* The next item, as tape_reader_next has it.  What was handed out before
     * is void then. */
    int (*next)(struct tape_source *source, struct failure *failure);

    /* After TAPE_HEADER, of a source that need not be read from its beginning;
     * else NULL.  Goes to the first event that both beginnings in limits admit
     * and adds the definitions before it: an enum tape_found, or -1. */
    int (*find)(struct tape_source *source, const struct tape_limits *limits,
                struct definitions *definitions, uint64_t *seq,
                struct failure *failure);

    const char *name; /* for messages; NULL: what is below names itself */

    /* After TAPE_HEADER, until the next. */
    const struct tape_header *header;
    bool derived; /* not as its writer made it: the provenance shows it */

    /* After TAPE_BLOCK. */
    const struct event *first, *end;
    uint64_t first_seq; /* of the first */
    uint64_t count;
    const struct tape_reader *reader; /* of these events; or NULL */
    bool preamble; /* definitions that a slice is given: not of its time */

    /* After TAPE_END. */
    enum tape_status status;
    int exit_class;

    /* Set by who takes the items: no more events of this tape are wanted, only
     * its END. */
    bool enough;
};

/* A file, a pipe or standard input. */
struct tape_input {
    struct tape_source source;
    struct input input; /* open, before tape_input_init */
    struct tape_reader reader;
};

/* raw: see reader.h.  tape is not moved from then on. */
int tape_input_init(struct tape_input *tape, bool raw, struct failure *failure);

/* Closes the input as well; fine on one that is zeroed but for input.fd -1. */
void tape_input_free(struct tape_input *tape);

/* Puts name and place before what an event was refused for. -1. */
int tape_source_blame(const struct tape_source *source,
                      const struct event *event, uint64_t seq,
                      struct failure *failure);

#endif
