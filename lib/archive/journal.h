/* journal.h - what was done to an archive: who, when, what and why.
 *
 * The file "journal" in the archive's directory, a line of flat JSON for each
 * thing.  It only grows.  Each line has the SHA-256 of the line before it,
 * without its newline, so that none can be changed or taken away without a
 * trace.  xtape-archive(5) lists the members.
 *
 *      journal_open      reads it and checks the chain
 *      journal_mend      before anything is written
 *      journal_begin     a line ... json_key and so on ... journal_end
 *      journal_commit    the lines since then are durable
 *      journal_close
 */
#ifndef ARCHIVE_JOURNAL_H
#define ARCHIVE_JOURNAL_H

#include "archive/archive.h"
#include "base/json.h"
#include "io/append.h"

#define JOURNAL_NAME "journal"

struct journal {
    const struct archive *archive;
    const char *who;        /* does what is written now */
    int64_t now;            /* and when */
    char *path;             /* owned */
    char *text;             /* the lines that were there; owned */
    size_t size;            /* of them, bytes */
    size_t torn;            /* bytes after them, of a line that is not whole */
    bool damaged;           /* they are not the beginning of one either */
    bool unended;           /* the last line has no newline in the file */
    uint64_t number;        /* of the last line; 0: there is none */
    int64_t time;           /* of the last line; TIME_NULL: there is none */
    char head[SHA256_TEXT]; /* of the last line; "-": there is none */

    /* private */
    struct append file;
    size_t cut;       /* bytes to be cut off the file before that */
    struct bytes out; /* lines to be written */
    size_t line;      /* where the current one begins */
    struct json json;
};

/* Reads the journal; there need not be one.  A break in its chain is a failure
 * of class data.  who and archive must outlive it.  Close it in either case. */
int journal_open(struct journal *journal, const struct archive *archive,
                 const char *who, int64_t now, struct failure *failure);
void journal_close(struct journal *journal);

/* Whether its end is one that a line was written to, or begun at: 0; -1 of
 * class data.  What is missing may have been a hold, so nothing may be removed,
 * nor anything written. */
int journal_whole(const struct journal *journal, struct failure *failure);

/* Whether now is not before the last line: 0; -1 of class environment. */
int journal_clock(const struct journal *journal, struct failure *failure);

/* Cuts off the beginning of a line that a program was killed, or the power
 * went, over: nobody was told that it is there.  A line says so, and what was
 * cut.  0, also when there is none; -1.  For the holder of the lock. */
int journal_mend(struct journal *journal, struct failure *failure);

/* The next of the lines that were read, from *at on; false after the last. */
bool journal_next(const struct journal *journal, size_t *at, const char **line,
                  size_t *size);

/* Goes over size bytes of lines: takes the number of each, from 1, that does
 * not follow the one before it.  0, or -1 of take. */
typedef int journal_break(void *owner, uint64_t number);
int journal_check(const char *text, size_t size, journal_break *take,
                  void *owner, struct failure *failure);

/* Begins a line; its own members are to follow.  Ends it. */
struct json *journal_begin(struct journal *journal, const char *what);
int journal_end(struct journal *journal, struct failure *failure);

/* Writes the lines, durably.  For the holder of the archive's lock. */
int journal_commit(struct journal *journal, struct failure *failure);

#endif
