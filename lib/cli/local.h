/* local.h - ids, on the current tape, for instruments of earlier tapes.
 *
 * A program that keeps state from tape to tape may have to report an
 * instrument that the current tape has not defined.  Its definition then goes
 * before, under an id that the tape is not likely to use; if it does, the loop
 * refuses it.  Programs of one pipeline take theirs from different ranges.
 */
#ifndef CLI_LOCAL_H
#define CLI_LOCAL_H

#include "cli/run.h"
#include "tape/sink.h"

/* At each HEADER, by the loop. */
void local_begin(struct run *run);

/* The id of the instrument with that index (tape/instruments.h) on the tape
 * being written; if it has none, defines it there at that time.  0 with the
 * failure set when there can be none. */
uint32_t local_id(struct run *run, uint32_t index, int64_t time,
                  struct failure *failure);

/* A sink that writes to the tape being written and names instruments there. */
struct event_sink local_sink(struct run *run);

#endif
