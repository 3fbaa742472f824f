/* matching.h - the matching engine at work in a filter: it takes the events of
 * the tapes being read and writes its execution reports, and on request the
 * quotes that follow from them, to the tape being written.
 *
 *      matching_prepare    in .prepare, when the options are known
 *      matching_begin      in .begin
 *      matching_event      in .event
 *      matching_batch      in .batch: many events at once
 *      matching_block ...  in .block, .end and .finish
 *      matching_free       in .destroy
 *
 * The filter consumes all: what passes is passed on here.
 */
#ifndef APP_MATCHING_H
#define APP_MATCHING_H

#include "cli/resume.h"
#include "feed/quotes.h"
#include "match/match.h"
#include "tape/shard.h"

struct matching {
    /* What the options ask for. */
    bool keep;         /* pass requests on, too */
    bool quotes_asked; /* report quotes as whoever reads the tape sees them */
    uint64_t depth;    /* and as many levels of each side */
    int self_trade;    /* of orders that give none: a word; below 0: none */
    const char *shard_text; /* "I/N" */
    struct resume resume;   /* directory, every, from_out */

    /* private */
    struct run *run;
    struct match match;
    struct quotes quotes;
    struct event *pending; /* the last report, if its quotes are not written:
                            * it is complete when the next one comes */
    struct shard shard;
    uint64_t others; /* events of a market that are no requests */
};

/* Each has the signature and the meaning of the filter's member that it is for;
 * state is the struct matching. */
int matching_prepare(void *state, struct run *run);
int matching_begin(void *state, struct run *run, struct tape_header *header);
int matching_event(void *state, struct run *run, const struct event *event);
int matching_batch(void *state, struct run *run, const struct event **event);
int matching_block(void *state, struct run *run);
int matching_end(void *state, struct run *run, enum tape_status status);
int matching_finish(void *state, struct run *run);
void matching_free(void *state);

#endif
