/* messages.h - which events of a feed belong together.
 *
 * A message of an exchange is often many events that change one book.  All but
 * the last of them get the flag more, for which one event is held back until
 * it is known whether another follows.  Before the first event of a snapshot
 * comes a book_clear: of those with the flag snapshot in a message, or, of
 * events that are in no message, after one without it.
 *
 * Events that change no book, and those of another instrument, end a run of
 * events with the flag more.
 */
#ifndef FORMAT_MESSAGES_H
#define FORMAT_MESSAGES_H

#include "format/intern.h"

struct messages {
    struct import_sink sink; /* set it, the rest zero */

    /* private */
    bool open;          /* within a message */
    uint64_t number;    /* of the message, from 1 */
    uint64_t held[8];   /* the event held back; 0 words: none */
    uint64_t *snapshot; /* by instrument: 0, or the message + 1 whose snapshot
                         * it was in last; owned */
    size_t capacity;
};

void messages_free(struct messages *messages);

/* Each returns 0, or -1 with the failure set.  Between begin and end are the
 * events of one message; they may also come without. */
int messages_begin(struct messages *messages, struct failure *failure);
int messages_take(struct messages *messages, const struct event *event,
                  struct failure *failure);
int messages_end(struct messages *messages, struct failure *failure);

/* Whether events of a type change a book. */
bool messages_of(unsigned type);

#endif
