#include "app/ledger_output.h"

#include <assert.h>
#include <string.h>

#include "ledger/emit.h"

const char *const ledger_emit_words[] = {
    [LEDGER_EMIT_ALL] = "all",
    [LEDGER_EMIT_POSTINGS] = "postings",
    [LEDGER_EMIT_NONE] = "none",
    NULL,
};

void
ledger_output_begin(struct ledger_output *output)
{
    memset(output->named, 0, sizeof output->named);
}

/* A name event for each system account before its first use on a tape. */
static void
name_accounts(struct ledger_output *output,
              const struct ledger_session *session, struct run *run,
              int64_t time)
{
    const struct ledger_entry *entry = &session->entry;

    for (unsigned i = 0; i < entry->leg_count; i++) {
        uint32_t account = entry->legs[i].account;

        if (account >= LEDGER_SYSTEM_COUNT || output->named[account])
            continue;
        output->named[account] = true;
        emit_name(&session->ledger, account, time,
                  tape_writer_put(&run->writer, emit_name_size(account)));
    }
}

static void
put_entry(struct ledger_output *output, const struct ledger_session *session,
          struct run *run, const struct event *cause)
{
    const struct ledger_entry *entry = &session->entry;
    const struct ledger *ledger = &session->ledger;
    uint32_t instrument = cause->instrument;

    name_accounts(output, session, run, cause->time);
    for (unsigned i = 0; i < entry->leg_count; i++)
        emit_posting(ledger, entry, i, instrument, cause->time,
                     tape_writer_put(&run->writer, sizeof(struct posting)));
    if (output->emit == LEDGER_EMIT_POSTINGS)
        return;
    for (unsigned i = 0; i < entry->balance_count; i++)
        emit_balance(ledger, entry->balances[i], cause->time,
                     tape_writer_put(&run->writer, sizeof(struct balance)));
    for (unsigned i = 0; i < entry->position_count; i++)
        emit_position(ledger, entry->positions[i], instrument, cause->time,
                      tape_writer_put(&run->writer, sizeof(struct position)));
}

void
ledger_output_entry(struct ledger_output *output,
                    const struct ledger_session *session, struct run *run,
                    const struct event *cause)
{
    const struct ledger_entry *entry = &session->entry;

    assert(run->kind == RUN_TAPE);
    if (output->emit != LEDGER_EMIT_NONE)
        put_entry(output, session, run, cause);
    for (unsigned i = 0; i < entry->violation_count; i++) {
        const struct ledger_violation *violation = &entry->violations[i];

        emit_violation(
            violation, cause->instrument, cause->time,
            tape_writer_put(&run->writer, emit_violation_size(violation)));
    }
}
