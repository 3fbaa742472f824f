#include "base/pool.h"

#include <assert.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

unsigned
pool_processors(void)
{
    cpu_set_t set;
    int count = 1;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        count = CPU_COUNT(&set);
    return count < 1 ? 1 : (unsigned)count;
}

/* ---- the queue; the lock is held ----------------------------------------- */

static void
append(struct pool *ahead, struct pool_job *job)
{
    job->next = NULL;
    job->state = AHEAD_GIVEN;
    *ahead->end = job;
    ahead->end = &job->next;
}

static void
take_out(struct pool *ahead, struct pool_job *job)
{
    struct pool_job **at = &ahead->first;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    if (!*at)
        ahead->end = at;
}

/* Does a job that nobody has begun. */
static void
do_job(struct pool *ahead, struct pool_job *job)
{
    assert(job->state == AHEAD_GIVEN);
    take_out(ahead, job);
    job->state = AHEAD_BEGUN;
    pthread_mutex_unlock(&ahead->lock);
    job->work(job->owner);
    pthread_mutex_lock(&ahead->lock);
    job->state = AHEAD_DONE;
}

/* ---- the threads --------------------------------------------------------- */

static void *
run(void *owner)
{
    struct pool *ahead = owner;

    pthread_mutex_lock(&ahead->lock);
    while (!ahead->closing) {
        if (ahead->first) {
            do_job(ahead, ahead->first);
            pthread_cond_signal(&ahead->done);
        } else {
            pthread_cond_wait(&ahead->given, &ahead->lock);
        }
    }
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

int
pool_open(struct pool *ahead, unsigned threads, struct failure *failure)
{
    sigset_t all, old;

    *ahead = (struct pool){.lock = PTHREAD_MUTEX_INITIALIZER,
                           .given = PTHREAD_COND_INITIALIZER,
                           .done = PTHREAD_COND_INITIALIZER};
    ahead->end = &ahead->first;
    ahead->threads = allocate(failure, threads, sizeof *ahead->threads);
    if (!ahead->threads)
        return -1;
    sigfillset(&all); /* signals are for the program's first thread */
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (ahead->count < threads &&
           pthread_create(&ahead->threads[ahead->count], NULL, run, ahead) == 0)
        ahead->count++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return 0;
}

void
pool_close(struct pool *ahead)
{
    if (!ahead->threads)
        return;
    pthread_mutex_lock(&ahead->lock);
    ahead->closing = true;
    pthread_cond_broadcast(&ahead->given);
    pthread_mutex_unlock(&ahead->lock);
    for (unsigned i = 0; i < ahead->count; i++)
        pthread_join(ahead->threads[i], NULL);
    free(ahead->threads);
    ahead->threads = NULL;
}

/* ---- jobs ---------------------------------------------------------------- */

void
pool_give(struct pool *ahead, struct pool_job *job)
{
    if (!ahead) {
        job->state = AHEAD_GIVEN;
        return;
    }
    pthread_mutex_lock(&ahead->lock);
    append(ahead, job);
    pthread_cond_signal(&ahead->given);
    pthread_mutex_unlock(&ahead->lock);
}

void
pool_take(struct pool *ahead, struct pool_job *job)
{
    if (!ahead) {
        job->work(job->owner);
        job->state = AHEAD_IDLE;
        return;
    }
    pthread_mutex_lock(&ahead->lock);
    assert(job->state != AHEAD_IDLE); /* it was given, or this never ends */
    while (job->state != AHEAD_DONE)
        if (job->state == AHEAD_GIVEN)
            do_job(ahead, job);
        else if (ahead->first)
            do_job(ahead, ahead->first);
        else
            pthread_cond_wait(&ahead->done, &ahead->lock);
    job->state = AHEAD_IDLE;
    pthread_mutex_unlock(&ahead->lock);
}

void
pool_drop(struct pool *ahead, struct pool_job *job)
{
    if (ahead) {
        pthread_mutex_lock(&ahead->lock);
        if (job->state == AHEAD_GIVEN) {
            take_out(ahead, job);
            job->state = AHEAD_IDLE;
        }
        while (job->state == AHEAD_BEGUN)
            pthread_cond_wait(&ahead->done, &ahead->lock);
        pthread_mutex_unlock(&ahead->lock);
    }
    job->state = AHEAD_IDLE;
}
