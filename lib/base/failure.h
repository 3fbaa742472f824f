/* failure.h - one failure: its class and one line of text.
 *
 * Library functions never print and never exit.  What can fail takes a
 * struct failure, returns 0 (or a count) when well and -1 when not, and
 * leaves the reason here.  The class says what the caller of the program should
 * do next and becomes its exit status, see xtape(7).
 *
 * The first failure is kept; later ones are consequences and are dropped.
 */
#ifndef BASE_FAILURE_H
#define BASE_FAILURE_H

#include <stdbool.h>

enum failure_class {
    FAILURE_NONE = 0,
    FAILURE_DATA = 1,        /* the data says no: retrying is useless */
    FAILURE_USAGE = 2,       /* fix the command: nothing was read or written */
    FAILURE_ENVIRONMENT = 3, /* I/O, disk, database, memory: run it again */
};

struct failure {
    enum failure_class kind;
    bool advised;   /* it has a hint */
    bool reported;  /* already printed by another program */
    bool stopped;   /* by a signal: work was left off, nothing is wrong */
    char text[480]; /* one line, no newline, UTF-8 as far as the input was */
};

/* Records a failure.  Always returns -1, so that a caller can return it. */
int fail(struct failure *failure, enum failure_class kind, const char *format,
         ...) __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: class environment, ": strerror(errno)"
 * is appended. */
int fail_errno(struct failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a path that the user gave: class usage if errno says that it is
 * the wrong one (there is none, it is a directory, it is not permitted), since
 * running the command again would not help; else class environment. */
int fail_path(struct failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Records being out of memory.  Always returns -1. */
int fail_memory(struct failure *failure);

/* Records that work was left off because the program is to stop.  Always
 * returns -1. */
int fail_stopped(struct failure *failure);

/* Puts "where: " before the text of a failure already recorded.
 * Always returns -1. */
int fail_at(struct failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts " (advice)", what to do about it, after the text of a failure of class
 * data that has no advice yet.  Always returns -1. */
int fail_hint(struct failure *failure, const char *advice);

/* calloc for memory that the program cannot do without: if out of memory, a
 * failure of class environment and NULL. size is count * each, checked. The
 * memory is zeroed. */
void *allocate(struct failure *failure, unsigned long count,
               unsigned long each);

#endif
