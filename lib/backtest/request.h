/* request.h - a line of a strategy as words, whatever the wire: the first says
 * what it asks for, those that follow are as xtape-strategy(5) has them. */
#ifndef BACKTEST_REQUEST_H
#define BACKTEST_REQUEST_H

#include "backtest/wire.h"

#define REQUEST_WORDS_MAX 24

struct words {
    const char *at[REQUEST_WORDS_MAX]; /* one that is missing is empty */
    unsigned count;
    bool fields;      /* NAME=VALUE has the names of the event's fields */
    const char *line; /* all of it, for messages */
    size_t size;
};

/* Puts what it asks for in the world's due, or passes it over; true if it is
 * the last line of an answer. */
bool request_take(struct strategy *strategy, const struct strategy_turn *turn,
                  const struct words *words);

/* Counts what is not understood, and keeps the first for a message. */
void request_ignore(struct strategy *strategy, const char *text, size_t size);

#endif
