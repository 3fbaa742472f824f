/* ahead.h - jobs that threads do ahead of who takes what comes of them.
 *
 *      ahead_open
 *      ahead_give ...     jobs, begun in this order
 *      ahead_take ...     each of them, when its turn has come
 *      ahead_close        after all were taken or dropped
 *
 * Who takes a job that nobody has begun does it himself, and while others do
 * it, jobs behind it.  So nobody waits while there is something to do, and
 * without threads (ahead NULL, too) all is done in turn by the same code.  A
 * job is touched by one thread at a time: by who gave it before ahead_give and
 * after ahead_take.
 *
 * One thread gives, takes and drops.
 */
#ifndef BASE_AHEAD_H
#define BASE_AHEAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/failure.h"

enum ahead_state { AHEAD_IDLE, AHEAD_GIVEN, AHEAD_BEGUN, AHEAD_DONE };

/* Zeroed, but for work and owner, before it is given first. */
struct ahead_job {
    void (*work)(void *owner);
    void *owner;
    enum ahead_state state;
    struct ahead_job *next; /* behind it in the queue */
};

struct ahead {
    pthread_mutex_t lock; /* for all below, and the states of jobs */
    pthread_cond_t given, done;
    struct ahead_job *first, **end; /* jobs that nobody has begun */
    bool closing;
    pthread_t *threads; /* owned */
    unsigned count;     /* of threads */
};

/* How many threads can run at once here. */
unsigned ahead_processors(void);

/* Starts so many threads, or fewer when there can be no more: it only takes
 * longer then. */
int ahead_open(struct ahead *ahead, unsigned threads, struct failure *failure);
void ahead_close(struct ahead *ahead);

/* How many jobs it pays to have ahead of the one that is taken. */
static inline unsigned
ahead_room(const struct ahead *ahead)
{
    return ahead ? ahead->count : 0;
}

void ahead_give(struct ahead *ahead, struct ahead_job *job);

/* Returns when the job is done. */
void ahead_take(struct ahead *ahead, struct ahead_job *job);

/* Returns when nobody will touch the job again, done or not. */
void ahead_drop(struct ahead *ahead, struct ahead_job *job);

#endif
