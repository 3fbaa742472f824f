/* pool.h - jobs that threads do ahead of the caller that takes their results.
 *
 *      pool_open
 *      pool_give ...     jobs, begun in this order
 *      pool_take ...     each of them, when its turn has come
 *      pool_close        after all were taken or dropped
 *
 * A caller that takes a job that nobody has begun does it itself, and while
 * others do it, the jobs after it.  So nobody waits while there is something to
 * do, and without threads (ahead NULL, too) all is done in turn by the same
 * code.  A job is touched by one thread at a time: by who gave it before
 * pool_give and after pool_take.
 *
 * One thread gives, takes and drops.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <pthread.h>
#include <stdbool.h>

#include "base/failure.h"

enum pool_state { AHEAD_IDLE, AHEAD_GIVEN, AHEAD_BEGUN, AHEAD_DONE };

/* Zeroed, but for work and owner, before it is given first. */
struct pool_job {
    void (*work)(void *owner);
    void *owner;
    enum pool_state state;
    struct pool_job *next; /* after it in the queue */
};

struct pool {
    pthread_mutex_t lock; /* for all below, and the states of jobs */
    pthread_cond_t given, done;
    struct pool_job *first, **end; /* jobs that nobody has begun */
    bool closing;
    pthread_t *threads; /* owned */
    unsigned count;     /* of threads */
};

/* How many threads can run at once here. */
unsigned pool_processors(void);

/* Starts that number of threads, or fewer if no more can be started: then it
 * only takes longer. */
int pool_open(struct pool *ahead, unsigned threads, struct failure *failure);
void pool_close(struct pool *ahead);

/* How many jobs it pays to have ahead of the one that is taken. */
static inline unsigned
pool_room(const struct pool *ahead)
{
    return ahead ? ahead->count : 0;
}

void pool_give(struct pool *ahead, struct pool_job *job);

/* Returns when the job is done. */
void pool_take(struct pool *ahead, struct pool_job *job);

/* Returns when nobody will touch the job again, done or not. */
void pool_drop(struct pool *ahead, struct pool_job *job);

#endif
