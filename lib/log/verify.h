/* verify.h - checks every byte of an event store.
 */
#ifndef LOG_VERIFY_H
#define LOG_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "log/log.h"

struct log_verify {
    /* Called for each fault: one line, naming the file.  0, or -1 to stop. */
    int (*fault)(void *owner, const char *text, struct failure *failure);
    bool (*stopped)(void *owner); /* the program is to stop; asked often */
    void *owner;
    uint64_t faults, segments, events, bytes;
};

/* Reads all segments: hashes, sequence numbers, ENDs, that none is missing or
 * of another store, that each index is what its segment says.  What comes of
 * one cause is one fault.  A writer may be at work meanwhile.  0, with the
 * faults counted, or when it was stopped; -1 when it cannot read. */
int log_verify(struct log_verify *verify, struct log *log,
               struct failure *failure);

#endif
