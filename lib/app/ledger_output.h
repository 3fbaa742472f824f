/* ledger_output.h - what a ledger adds to the tape that passes by. */
#ifndef APP_LEDGER_OUTPUT_H
#define APP_LEDGER_OUTPUT_H

#include "app/ledger_session.h"

enum ledger_emit {
    LEDGER_EMIT_ALL,      /* postings, balances and positions */
    LEDGER_EMIT_POSTINGS, /* postings alone */
    LEDGER_EMIT_NONE,     /* neither; violations are always written */
};
extern const char *const ledger_emit_words[]; /* by enum, NULL-terminated */

struct ledger_output {
    enum ledger_emit emit;
    bool named[LEDGER_SYSTEM_COUNT]; /* system accounts, on this tape */
};

/* A tape begins. */
void ledger_output_begin(struct ledger_output *output);

/* Writes what the session's entry says, after its cause. */
void ledger_output_entry(struct ledger_output *output,
                         const struct ledger_session *session, struct run *run,
                         const struct event *cause);

#endif
