/* join.h - one HEADER out of several, for a tape that is merged of several.
 *
 *      tape_join_init
 *      tape_join_add ...     the inputs' headers, in their order
 *      tape_join_finish      join.header is what to write
 *      tape_join_check ...   headers that turn up later in an input
 *      tape_join_free
 *
 * The stream is named after the inputs' streams, each once, joined with "+";
 * those for which there is no room are only counted.  If they are all the same
 * stream, the program's name is appended: it is not that stream any more.
 *
 * The provenance is every program of every input, once; what goes beyond
 * half of TAPE_PROGRAMS_MAX is only counted.
 *
 * Events are merged complete (not raw), so all types that this program knows
 * have its own lengths.  A type that somebody made longer than that can be
 * merged only with its like: what the shorter ones are missing, only a newer
 * program knows.
 */
#ifndef TAPE_JOIN_H
#define TAPE_JOIN_H

#include "base/failure.h"
#include "base/strtab.h"
#include "tape/header.h"

struct tape_join {
    struct tape_header header;
    struct strtab streams;     /* their different names */
    unsigned streams_left_out; /* names for which there was no room */
    unsigned programs_left_out;
};

void tape_join_init(struct tape_join *join);
void tape_join_free(struct tape_join *join);

/* Takes one input's header; -1 with a failure of class data when events of a
 * type have another length than in the inputs before. */
int tape_join_add(struct tape_join *join, const struct tape_header *header,
                  struct failure *failure);

/* Completes join->header: stream is its name, or NULL for that of the inputs;
 * program is appended to the provenance. */
int tape_join_finish(struct tape_join *join, const char *stream,
                     const struct tape_program *program,
                     struct failure *failure);

/* Whether events of a tape with this header can go onto the tape begun. */
int tape_join_check(const struct tape_join *join,
                    const struct tape_header *header, struct failure *failure);

#endif
