/* coprocess.h - a program that runs beside this one: lines go to its standard
 * input and come from its standard output.
 *
 *      coprocess_start
 *      coprocess_put ...    collects what it is to read
 *      coprocess_line ...   sends that, and waits for a line
 *      coprocess_end        its input ends; how it ended
 *      coprocess_free       kills it if it still runs
 *
 * Both ways at once: however much either side writes before it reads, neither
 * waits for ever.  It shares standard error with us, and is a process group of
 * its own, so that with it goes all that it started.
 *
 * What it does wrong is a failure: of class data if it ended by itself or
 * wrote a line that is too long, for it would do so again; of class environment
 * if it was killed or said nothing for longer than its patience.
 *
 * Memory: what was put and not read so far, and twice the longest line.
 */
#ifndef IO_COPROCESS_H
#define IO_COPROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/failure.h"

#define COPROCESS_LINE_MAX 65536 /* bytes of a line, its newline included */

struct coprocess {
    const char *name; /* for messages; not owned */
    int64_t patience; /* nanoseconds that an answer may take */
    int wake;         /* -1, or a descriptor whose readability ends waiting */
    bool stopped;     /* wake became readable */

    /* private */
    pid_t pid; /* 0: there is none */
    int to, from;
    struct bytes pending; /* put; sent of it so far: sent */
    size_t sent;
    struct bytes heard; /* read; handed out of it so far: head */
    size_t head;
    size_t searched;  /* no newline from head to there */
    int64_t deadline; /* of the answer that is waited for; 0: none yet */
};

/* Runs argv[0] with these arguments, NULL-terminated; or a shell command.
 * Fill in name, patience and wake first.  0, or -1: class usage if there is no
 * such program. */
int coprocess_start(struct coprocess *process, char *const *argv,
                    struct failure *failure);
int coprocess_start_shell(struct coprocess *process, const char *command,
                          struct failure *failure);

/* It is to read this.  Nothing is sent yet; out of memory is reported by the
 * next coprocess_line. */
static inline struct bytes *
coprocess_put(struct coprocess *process)
{
    return &process->pending;
}

/* How much of that is not sent. */
static inline size_t
coprocess_unsent(const struct coprocess *process)
{
    return process->pending.size - process->sent;
}

/* The next line of what it wrote, without the newline and NUL-terminated, valid
 * until the next call: 1; 0 when stopped by wake; -1. */
int coprocess_line(struct coprocess *process, char **line, size_t *size,
                   struct failure *failure);

/* Sends all that was put, and waits until it reads that; for one that has
 * nothing to answer now, which must not write much meanwhile.  0 or -1; 0 also
 * when stopped. */
int coprocess_send(struct coprocess *process, struct failure *failure);

/* The line completed an answer: patience begins anew with the next wait. */
static inline void
coprocess_answered(struct coprocess *process)
{
    process->deadline = 0;
}

/* Whether it has written more than was asked for, as far as is known. */
static inline bool
coprocess_is_early(const struct coprocess *process)
{
    return process->heard.size > process->head;
}

/* Sends the rest, ends its input, reads what it still writes and waits for its
 * end: 0 if its status is 0 (or the wait was stopped), else -1. */
int coprocess_end(struct coprocess *process, struct failure *failure);

/* Ends it if it still runs; the second also forgets what it wrote. */
void coprocess_kill(struct coprocess *process);
void coprocess_free(struct coprocess *process);

#endif
