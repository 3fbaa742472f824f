/* summary.h - what a stream of an event store amounts to. */
#ifndef LOG_SUMMARY_H
#define LOG_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "log/log.h"

struct log_summary {
    uint64_t first, next;       /* its events: [first, next) */
    uint64_t bytes;             /* of its segments */
    int64_t time_min, time_max; /* max < min: it has no events */
    bool ended;                 /* else it is open: without END */
    enum tape_status status;    /* if ended */
    int exit_class;
    bool damaged; /* what is above is that of what precedes the damage */
    struct failure fault;
};

/* Reads of closed segments their indexes only.  The name of the stream is
 * filled in, too, unless its beginning is damaged.  The log is lenient. */
int log_summarize(struct log_summary *summary, struct log *log,
                  struct log_stream *stream, struct failure *failure);

#endif
