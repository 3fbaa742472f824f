/* ledger_output.h - what a ledger adds to the tape that passes by. */
#ifndef APP_LEDGER_OUTPUT_H
#define APP_LEDGER_OUTPUT_H

#include "ledger/post.h"
#include "tape/writer.h"

enum ledger_emit {
    LEDGER_EMIT_ALL,      /* postings, balances and positions */
    LEDGER_EMIT_POSTINGS, /* postings alone */
    LEDGER_EMIT_NONE,     /* neither; violations are always written */
};
extern const char *const ledger_emit_words[]; /* by enum, NULL-terminated */

/* Zeroed at the beginning of a tape, but for emit. */
struct ledger_output {
    enum ledger_emit emit;
    bool named[LEDGER_SYSTEM_COUNT]; /* system accounts, on this tape */
};

/* Writes what an entry says, after its cause. */
void ledger_output_entry(struct ledger_output *output,
                         const struct ledger *ledger,
                         const struct ledger_entry *entry,
                         const struct event *cause, struct tape_writer *writer);

#endif
