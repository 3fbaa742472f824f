/* lines.h - cuts bytes that are pushed, in pieces of any size, into lines.
 *
 *      lines_push ... lines_push, lines_end
 *
 * A line that lies whole in a piece is handed out where it lies; only one cut
 * by the end of a piece is copied.  Memory: LINE_BYTES_MAX, from the first
 * line that is cut.
 */
#ifndef FORMAT_LINES_H
#define FORMAT_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define LINE_BYTES_MAX (1024 * 1024)

struct lines {
    /* Takes a line with its '\n', which only the last one may be without. */
    int (*line)(void *owner, const char *bytes, size_t size,
                struct failure *failure);
    void *owner;
    uint64_t number; /* of the current line, from 1 */

    /* private */
    char *carry; /* the beginning of a line; owned */
    size_t carried;
};

/* Both return 0 or -1, for what the owner refused or a line that is longer
 * than LINE_BYTES_MAX; the failure names the line. */
int lines_push(struct lines *lines, const char *bytes, size_t size,
               struct failure *failure);
int lines_end(struct lines *lines, struct failure *failure);

/* Another file begins: line 1, nothing carried. */
void lines_restart(struct lines *lines);
void lines_free(struct lines *lines);

#endif
