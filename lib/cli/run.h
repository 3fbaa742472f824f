/* run.h - what all programs have in common: the filter contract of xtape(7).
 *
 * A program is a table of options, a state and a few functions.  run_filter
 * owns the rest: options, inputs, -o, signals, progress, the summary of
 * --verbose, the one line of an error, END and the exit status.
 *
 *      int main(int argc, char **argv)
 *      {
 *          struct xgrep x = {0};
 *          const struct option_spec options[] = {...};
 *          const struct program program = {.name = "xgrep", ...};
 *          const struct filter filter = {.state = &x, .event = on_event};
 *          return run_filter(&program, &filter, argc, argv);
 *      }
 *
 * All callbacks return 0, or -1 with run->failure set; the loop then puts
 * input, event and byte position before its text.  A failed stage writes an
 * END that says so.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdio.h>

#include "base/bytes.h"
#include "base/failure.h"
#include "cli/option.h"
#include "io/output.h"
#include "io/root.h"
#include "tape/instruments.h"
#include "tape/names.h"
#include "tape/reader.h"
#include "tape/source.h"
#include "tape/writer.h"

enum run_state {
    RUN_READS = 0,
    RUN_WAITS,    /* in .block: there is nothing more to read at the moment */
    RUN_ENOUGH,   /* set by a callback: no more is read, END says limited */
    RUN_NO_INPUT, /* set by .prepare: nothing is read, only .finish is left */
};

struct run {
    const struct program *program;
    struct common_options common;
    char options[1024]; /* those that shaped the output */
    int operand_count;
    char **operands;
    enum run_output kind; /* .prepare may change it */
    enum run_state state;
    bool keep; /* an option of the program: what is consumed passes, too */
    bool unconfined; /* set by .prepare of a program that is confined: this
                      * time more is to be opened */
    bool mute;       /* set by .begin: nothing is written of this one tape */
    bool ending;     /* with ends_late: END is due, and says this: */
    enum tape_status status;
    struct failure failure;
    struct output output;
    struct tape_writer writer;
    struct input input;
    struct tape_reader reader;
    struct instruments instruments; /* of the tape being read */
    struct names names;             /* of all tapes; see filter.names */
    uint32_t next_local;            /* private to local.c */
    uint64_t seq;        /* of the current event; moved by run_took alone */
    uint64_t events_in;  /* over all tapes */
    uint64_t events_out; /* over all tapes that are ended */
    int64_t started;     /* for rates only, never for data */
    const struct filter *filter;
    struct progress *progress; /* private */
};

struct filter {
    void *state;

    /* Event types that the loop does not pass on by itself, 0-terminated;
     * NULL: it passes every event on, before .event sees it. */
    const uint16_t *consumes;
    bool consumes_all; /* nothing is passed on by the loop */
    bool raw;          /* events as they lie on the tape; see reader.h */
    bool same_stream;  /* keeps a contiguous part: name, seq and HEADER stay */
    bool names; /* it keeps what it reads by id, from tape to tape: a name that
                 * makes an id stand for two texts is refused */
    bool ends_late; /* END follows .finish, which may still fail, or comes
                     * with the next HEADER */

    /* After the options are parsed, before anything is opened. Failures here
     * are of class usage. */
    int (*prepare)(void *state, struct run *run);
    /* A tape begins.  run->reader.header is the input's, *header is what will
     * be written and may still be changed. */
    int (*begin)(void *state, struct run *run, struct tape_header *header);
    int (*event)(void *state, struct run *run, const struct event *event);
    /* In place of .event for the types in consumes, or with consumes_all for
     * all but instrument and name, where a call for each event would cost too
     * much: takes *event and as many as it likes of those that follow before
     * run->reader.end, moves *event past them and counts them with run_took.
     * On failure both stay at the event that is to blame. */
    int (*batch)(void *state, struct run *run, const struct event **event);
    /* After each block (a place to commit), and before waiting for input. */
    int (*block)(void *state, struct run *run);
    /* A tape ended with that status; before END is written. */
    int (*end)(void *state, struct run *run, enum tape_status status);
    /* Reading failed, or a callback did, with that exit class; before END
     * failed is written.  Its own failures are dropped. */
    void (*failed)(void *state, struct run *run, int exit_class);
    /* All input was read, or reading stopped: last words, and for text output
     * the last of the text.  Not called when a verb that reads no tape ran. */
    int (*finish)(void *state, struct run *run);
    /* One or two more lines for --verbose, on stderr. */
    void (*summary)(void *state, struct run *run, FILE *stream);
    /* Frees the state's memory. */
    void (*destroy)(void *state);
};

/* Runs a program that reads tapes.  Returns main's exit status. */
int run_filter(const struct program *program, const struct filter *filter,
               int argc, char **argv);

/* Runs a program that reads no tape (ximport, xgen, xmerge): options, output,
 * END, messages and exit status are as above; produce() writes through
 * run->writer, tape_writer_begin included.  input is free for its use. */
struct source {
    void *state;
    int (*prepare)(void *state, struct run *run);
    int (*produce)(void *state, struct run *run);
    void (*summary)(void *state, struct run *run, FILE *stream);
    void (*destroy)(void *state);
};
int run_source(const struct program *program, const struct source *source,
               int argc, char **argv);

/* For a source: begins the tape of a stream with this program as its first
 * provenance entry. */
int run_begin_stream(struct run *run, const char *stream);

/* For a source: opens the next operand ("-" or none: stdin) with stop and idle
 * wired up. */
int run_open_input(struct run *run, const char *path);

/* For a source: opens an operand as a tape, as run_open_input does; the caller
 * frees it with tape_input_free, also after a failure. raw: see reader.h. */
int run_open_tape(struct run *run, struct tape_input *tape, const char *path,
                  bool raw);

/* For a source: true after SIGTERM or SIGINT; stop producing. */
bool run_stopped(const struct run *run);

/* A descriptor that becomes readable then, for whatever waits or reads long. */
int run_wake(void);

/* For .batch: count events are taken. */
static inline void
run_took(struct run *run, uint64_t count)
{
    run->seq += count;
}

/* For .prepare, with OPTION_NO_OUTPUT: no tape is written.  -1 with -o. */
int run_no_output(struct run *run);

/* For .prepare, of a program that looks at what it has in memory: standard
 * input is read only if "-" is an operand.  (Debian's cron gives its jobs an
 * empty pipe.) */
void run_look_only(struct run *run);

/* For a lock, with OPTION_WAIT: waits so long, at most, for another program;
 * says on a terminal that it waits; and stops with the program. */
struct patience run_patience(struct run *run, int64_t ns);

/* Writes text output that was gathered, and frees it.  0 or -1. */
int run_put_bytes(struct run *run, struct bytes *text);

/* For text output: a piece of it, up to 2 KiB long.  Failures stick to the
 * output. */
int run_print(struct run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line on stderr, after the program's name: something to know that is no
 * failure.  Nothing with --quiet. */
void run_remark(struct run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One remark of what was counted, at the end: "LEAD: 12 of unknown accounts, 3
 * without a price"; nothing when all are 0. */
struct run_count {
    uint64_t count;
    const char *what; /* "of unknown accounts" */
};
void run_remark_counts(struct run *run, const char *lead,
                       const struct run_count *counts, unsigned count);

/* For long work: shows progress if stderr is a terminal. Cheap; call it
 * once a block or a thousand rows. done and size in bytes; size 0: unknown. */
void run_progress(struct run *run, uint64_t done, uint64_t size);

#endif
